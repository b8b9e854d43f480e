//! Where the repository is, found by reading `.git`, and questions to `git`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::subject;
use crate::exec::{Answer, Command, Program, Stop, listen, query};
use crate::model::Termination;

/// Answers larger than this are refused: no question asked here has one.
const LIMIT: usize = 256 << 20;
/// A path at which nothing can be.
const NOWHERE: &str = "/dev/null/none";
/// What is kept of complaints beside an answer that is handed on.
const WORDS: usize = 16 << 10;

/// A git repository with its work tree.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Top of the work tree.
    pub top: PathBuf,
    /// The git directory that all work trees of the repository share.
    pub common: PathBuf,
}

/// Why git gave no answer.
#[derive(Clone, Debug)]
pub struct GitTrouble(pub String);

impl std::fmt::Display for GitTrouble {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl Repository {
    /// The repository around a folder. Starts no process.
    pub fn find(from: &Path) -> Option<Self> {
        let from = fs::canonicalize(from).ok()?;
        for top in from.ancestors() {
            let dot = top.join(".git");
            let git = if dot.is_dir() {
                dot
            } else if let Ok(text) = fs::read_to_string(&dot) {
                // A linked work tree: the file names its git directory.
                top.join(text.strip_prefix("gitdir:")?.trim())
            } else {
                continue;
            };
            if !git.join("HEAD").exists() {
                continue;
            }
            let common = match fs::read_to_string(git.join("commondir")) {
                Ok(text) => git.join(text.trim()),
                Err(_) => git.clone(),
            };
            let common = fs::canonicalize(&common).unwrap_or(common);
            return Some(Self {
                top: top.to_path_buf(),
                common,
            });
        }
        None
    }

    /// Which of these paths (relative to `root`) git tracks; `None` when git does not answer.
    pub fn tracked(&self, root: &Path, paths: &[PathBuf]) -> Option<Vec<PathBuf>> {
        let full: Vec<PathBuf> = paths.iter().map(|path| root.join(path)).collect();
        let arguments = ["ls-files", "-z", "--full-name", "--"].map(OsStr::new);
        let arguments: Vec<&OsStr> = arguments
            .into_iter()
            .chain(full.iter().map(|path| path.as_os_str()))
            .collect();
        let answer = query(&self.command(&arguments), LIMIT, &Stop::new());
        let answer = (!answer.cut).then(|| accepted(answer, "ls-files"))?.ok()?;
        let known: Vec<PathBuf> = answer
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
            .map(|name| self.top.join(subject::file(name)))
            .collect();
        // The folder is followed, the last part is not: git tracks a link itself, not what it leads to.
        let real = |path: &PathBuf| {
            let full = root.join(path);
            let folder = full
                .parent()
                .and_then(|folder| fs::canonicalize(folder).ok());
            match (folder, full.file_name()) {
                (Some(folder), Some(name)) => folder.join(name),
                _ => full,
            }
        };
        Some(
            paths
                .iter()
                .filter(|path| known.contains(&real(path)))
                .cloned()
                .collect(),
        )
    }

    /// A value of git's configuration, such as `user.email`; none where it is not set.
    pub fn setting(&self, name: &str) -> Option<String> {
        let answer = self.ask(&["config", "--get", name]).ok()?;
        let value = String::from_utf8_lossy(&answer).trim().to_owned();
        (!value.is_empty()).then_some(value)
    }

    /// Every path below `root` that git tracks, relative to it.
    pub fn all_tracked(&self, root: &Path) -> Result<Vec<String>, GitTrouble> {
        let real = fs::canonicalize(root).ok();
        let below = real
            .as_deref()
            .and_then(|root| root.strip_prefix(&self.top).ok());
        let below =
            below.ok_or_else(|| GitTrouble("the project is not below its top".to_owned()))?;
        let below = below.to_string_lossy().replace('\\', "/");
        let answer = self.ask(&["ls-files", "-z", "--full-name"])?;
        let paths = answer
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
            .map(|name| String::from_utf8_lossy(name).into_owned());
        if below.is_empty() {
            return Ok(paths.collect());
        }
        let prefix = format!("{below}/");
        Ok(paths
            .filter_map(|path| path.strip_prefix(&prefix).map(str::to_owned))
            .collect())
    }

    /// Asks git. A status other than 0 is trouble, with git's own words.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>, GitTrouble> {
        let answer = query(&self.command(arguments), LIMIT, &Stop::new());
        let is_command = |word: &&&str| !word.starts_with('-') && !word.contains('=');
        let asked = arguments.iter().find(is_command).copied().unwrap_or("");
        if answer.cut {
            return Err(GitTrouble(format!(
                "`git {asked}` says more than {} MiB",
                LIMIT >> 20
            )));
        }
        accepted(answer, asked)
    }

    /// Asks git something that it may deny: status 1 is no.
    pub(super) fn ask_or_no(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>, GitTrouble> {
        let answer = query(&self.command(arguments), LIMIT, &Stop::new());
        if answer.how == Termination::Exit(1) {
            return Ok(None);
        }
        accepted(answer, arguments.first().copied().unwrap_or("")).map(Some)
    }

    /// Asks git for an answer that may be large, and hands it on as it comes. After trouble, what came is no answer.
    pub(super) fn listen(
        &self,
        arguments: &[&str],
        heard: &mut dyn FnMut(&[u8]),
    ) -> Result<(), GitTrouble> {
        let answer = listen(&self.command(arguments), WORDS, &Stop::new(), heard);
        accepted(answer, arguments.first().copied().unwrap_or("")).map(drop)
    }

    /// A question to git, not yet put.
    pub(super) fn command<T: AsRef<OsStr>>(&self, arguments: &[T]) -> Command {
        let mut argv: Vec<OsString> = [
            "git",
            "--no-optional-locks",
            "-c",
            "core.quotePath=false",
            "-c",
            "color.ui=false",
        ]
        .into_iter()
        .map(OsString::from)
        .collect();
        argv.extend(arguments.iter().map(|one| one.as_ref().to_owned()));
        let mut command = Command::new(Program::Direct(argv), &self.top, "git");
        command.env = vec![
            ("LC_ALL".into(), "C".into()),
            ("GIT_TERMINAL_PROMPT".into(), "0".into()),
            // What this clone alone is set up to see: other objects, another past, another work tree. Nobody else sees it.
            ("GIT_NO_REPLACE_OBJECTS".into(), "1".into()),
            ("GIT_GRAFT_FILE".into(), NOWHERE.into()),
            ("GIT_WORK_TREE".into(), self.top.clone().into()),
            ("GIT_ATTR_NOSYSTEM".into(), "1".into()),
        ];
        // A hook of git runs us with these set, and they would point git at another repository. Options of a diff
        // in the environment would change what is a change.
        command.env_remove = [
            "GIT_DIR",
            "GIT_INDEX_FILE",
            "GIT_PREFIX",
            "GIT_DIFF_OPTS",
            "GIT_EXTERNAL_DIFF",
        ]
        .map(OsString::from)
        .to_vec();
        command.timeout = Some(Duration::from_secs(120));
        command
    }
}

pub(super) fn accepted(answer: Answer, asked: &str) -> Result<Vec<u8>, GitTrouble> {
    match answer.how {
        Termination::Exit(0) => Ok(answer.stdout),
        Termination::NotFound(_) => Err(GitTrouble("`git` is not installed".to_owned())),
        other => {
            let words = String::from_utf8_lossy(&answer.stderr);
            let first = words.lines().next().unwrap_or("").trim().to_owned();
            Err(GitTrouble(format!("`git {asked}`: {other}: {first}")))
        }
    }
}
