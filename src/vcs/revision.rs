//! Files as they are in a commit, read from git's objects: no checkout, no working file, one process.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::{GitTrouble, Repository};
use crate::exec::Dialogue;

/// Larger files are not read.
const MOST_BYTES: u64 = 64 << 20;

/// The files of a project in one commit.
#[derive(Clone, Debug)]
pub struct Revision {
    /// As it was asked for.
    pub name: String,
    /// The commit.
    pub commit: String,
    repository: Repository,
    /// Folder of the project below the top of the work tree, with a `/` at its end; empty at the top.
    prefix: String,
    objects: Arc<Mutex<Option<Objects>>>,
}

/// Why there is no such revision.
#[derive(Clone, Debug)]
pub enum RevisionTrouble {
    /// The clone does not hold it.
    Missing,
    /// Git does not answer.
    Git(GitTrouble),
}

impl RevisionTrouble {
    /// What is wrong with what was asked for by this name, and what to do where that helps.
    pub fn words(&self, name: &str) -> String {
        match self {
            Self::Missing => format!(
                "`{name}` is not in this clone: fetch it, such as with `git fetch origin {}`",
                name.trim_start_matches("origin/")
            ),
            Self::Git(trouble) => format!("`{name}` cannot be looked up: {trouble}"),
        }
    }
}

/// What is at a path of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blob {
    /// A file with these bytes.
    File(Vec<u8>),
    /// A file of more bytes than are read.
    TooLarge,
    /// A folder, a submodule, or a link that leads nowhere or out of the tree.
    NoFile,
    /// Nothing.
    Absent,
}

impl Repository {
    /// The commit that a name stands for, with the files of the project at `root`.
    pub fn revision(&self, name: &str, root: &Path) -> Result<Revision, RevisionTrouble> {
        let mut objects = Objects::start(self).map_err(RevisionTrouble::Git)?;
        let commit = objects
            .commit(name)
            .map_err(RevisionTrouble::Git)?
            .ok_or(RevisionTrouble::Missing)?;
        let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        let below = root.strip_prefix(&self.top).ok();
        let prefix = below
            .map(|path| path.to_string_lossy().replace('\\', "/"))
            .filter(|path| !path.is_empty())
            .map(|path| format!("{path}/"))
            .unwrap_or_default();
        Ok(Revision {
            name: name.to_owned(),
            commit,
            repository: self.clone(),
            prefix,
            objects: Arc::new(Mutex::new(Some(objects))),
        })
    }
}

impl Revision {
    /// What is at a path of the project. A link is followed as far as it stays in the tree.
    pub fn read(&self, path: &str) -> Result<Blob, GitTrouble> {
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        if objects.is_none() {
            *objects = Some(Objects::start(&self.repository)?);
        }
        let asked = objects
            .as_mut()
            .map(|objects| objects.read(&format!("{}:{}{path}", self.commit, self.prefix)));
        // Half an answer must not be taken for the beginning of the next one.
        if !matches!(asked, Some(Ok(_))) {
            *objects = None;
        }
        asked.unwrap_or_else(|| Err(GitTrouble("git does not answer".to_owned())))
    }

    /// Every file of the project below a folder, sorted.
    pub fn list(&self, folder: &str) -> Result<Vec<String>, GitTrouble> {
        let below = format!("{}{folder}", self.prefix);
        let below = if below.is_empty() { "." } else { &below };
        let answer = self.repository.ask(&[
            "ls-tree",
            "-r",
            "-z",
            "--full-tree",
            "--name-only",
            &self.commit,
            "--",
            below,
        ])?;
        Ok(self.names(&answer))
    }

    /// Paths of the project that differ between here and another revision, or the work tree; sorted.
    pub fn differs_from(&self, other: Option<&Revision>) -> Result<Vec<String>, GitTrouble> {
        let mut arguments = vec![
            "diff",
            "--name-only",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=none",
            &self.commit,
        ];
        arguments.extend(other.map(|other| other.commit.as_str()));
        arguments.push("--");
        let mut paths = self.names(&self.repository.ask(&arguments)?);
        if other.is_none() {
            let untracked = self.repository.ask(&[
                "ls-files",
                "-z",
                "--others",
                "--exclude-standard",
                "--full-name",
            ])?;
            paths.extend(self.names(&untracked));
        }
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    /// The newest commit that this one and another both descend from; `None` where there is none in the clone.
    pub fn meets(&self, other: &str) -> Result<Option<Revision>, GitTrouble> {
        let Ok(answer) = self.repository.ask(&["merge-base", &self.commit, other]) else {
            return Ok(None);
        };
        let commit = String::from_utf8_lossy(&answer).trim().to_owned();
        Ok((!commit.is_empty()).then(|| Revision {
            name: commit.clone(),
            commit,
            ..self.clone()
        }))
    }

    /// Ends the process that reads objects. The next question starts another.
    pub fn close(&self) {
        *self.objects.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn names(&self, answer: &[u8]) -> Vec<String> {
        answer
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
            .filter_map(|name| {
                let name = String::from_utf8_lossy(name).into_owned();
                name.strip_prefix(self.prefix.as_str()).map(str::to_owned)
            })
            .collect()
    }
}

/// `git cat-file --batch`, running.
#[derive(Debug)]
pub(super) struct Objects {
    dialogue: Dialogue,
}

impl Objects {
    pub(super) fn start(repository: &Repository) -> Result<Self, GitTrouble> {
        let mut command = repository.command(&["cat-file", "--batch", "--follow-symlinks"]);
        // An object that a partial clone left out is missing: asking a server for it is not ours to do.
        command.env.push(("GIT_NO_LAZY_FETCH".into(), "1".into()));
        let dialogue = Dialogue::start(&command)
            .map_err(|error| GitTrouble(format!("`git cat-file`: {error}")))?;
        Ok(Self { dialogue })
    }

    pub(super) fn commit(&mut self, name: &str) -> Result<Option<String>, GitTrouble> {
        if name.trim().is_empty() || name.starts_with('-') || name.contains(['\n', '\0']) {
            return Ok(None);
        }
        // A tag may be called like a branch of the remote, and would be preferred: whoever can push a tag could
        // then choose the policy.
        let of_remote = name
            .starts_with("origin/")
            .then(|| format!("refs/remotes/{name}"));
        for name in of_remote.iter().map(String::as_str).chain([name]) {
            if let Answer::Object { id, size, .. } = self.ask(&format!("{name}^{{commit}}"))? {
                self.pass(size + 1)?;
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    fn read(&mut self, name: &str) -> Result<Blob, GitTrouble> {
        if name.contains(['\n', '\0']) {
            return Ok(Blob::Absent);
        }
        match self.ask(name)? {
            Answer::Absent => Ok(Blob::Absent),
            Answer::Elsewhere(size) => {
                self.pass(size + 1)?;
                Ok(Blob::NoFile)
            }
            Answer::Object { kind, size, .. } if kind != "blob" || size > MOST_BYTES => {
                self.pass(size + 1)?;
                Ok(if kind == "blob" {
                    Blob::TooLarge
                } else {
                    Blob::NoFile
                })
            }
            Answer::Object { size, .. } => {
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                let bytes = self.dialogue.bytes(size).map_err(broken)?;
                self.pass(1)?;
                Ok(Blob::File(bytes))
            }
        }
    }

    fn pass(&mut self, count: u64) -> Result<(), GitTrouble> {
        self.dialogue.skip(count).map_err(broken)
    }

    fn ask(&mut self, name: &str) -> Result<Answer, GitTrouble> {
        self.dialogue.ask(name).map_err(broken)?;
        let line = self.dialogue.line().map_err(broken)?;
        if line.ends_with(" missing") || line.ends_with(" ambiguous") {
            return Ok(Answer::Absent);
        }
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["symlink" | "dangling" | "loop" | "notdir", size] => {
                size.parse().map(Answer::Elsewhere).map_err(|_| odd(&line))
            }
            [id, kind, size] => Ok(Answer::Object {
                id: (*id).to_owned(),
                kind: (*kind).to_owned(),
                size: size.parse().map_err(|_| odd(&line))?,
            }),
            _ => Err(odd(&line)),
        }
    }
}

enum Answer {
    Object {
        id: String,
        kind: String,
        size: u64,
    },
    /// A link that leaves the tree or leads nowhere; so many bytes of its target follow.
    Elsewhere(u64),
    Absent,
}

fn broken(error: std::io::Error) -> GitTrouble {
    GitTrouble(format!("`git cat-file`: {error}"))
}

fn odd(line: &str) -> GitTrouble {
    GitTrouble(format!(
        "`git cat-file` gave a line that cannot be read: {line}"
    ))
}
