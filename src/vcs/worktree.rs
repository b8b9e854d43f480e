//! Detached work trees of other revisions, and merges made in them (gitglossary: "worktree"; git-worktree(1)).
//!
//! No branch is moved and no hook of the project is run; what a merge makes is a commit that nothing names, and git
//! forgets it in time. Settings of people that would change what is made are overridden.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::repository::accepted;
use super::revision::Objects;
use super::{GitTrouble, Repository};
use crate::exec::{Answer, Stop, query};
use crate::model::Termination;

/// What git says while it makes a work tree is short.
pub(super) const WORDS: usize = 1 << 20;
/// Hooks of the project would run on a checkout and a merge; clean-up of the repository is not ours to start; and no
/// recorded resolution of somebody may decide a merge.
const QUIET: &[&str] = &[
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",
    "-c",
    "rerere.enabled=false",
    "-c",
    "commit.gpgSign=false",
    "-c",
    "merge.autoStash=false",
    "-c",
    "merge.verifySignatures=false",
    "-c",
    "advice.detachedHead=false",
    // What is kept of a work tree is found again by its absolute path.
    "-c",
    "worktree.useRelativePaths=false",
];

/// So often a work tree is asked for.
const TRIES: u32 = 5;
/// Between two times.
const PAUSE: Duration = Duration::from_millis(50);

/// The end of the name of what is being removed.
const GONE: &str = ".tollgate-gone";

/// What a name points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointed {
    /// The commit.
    pub commit: String,
    /// The branch, if the name is that of one, here or on `origin`.
    pub branch: Option<String>,
    /// The name that was taken, where it is not the one that was asked for.
    pub taken: Option<String>,
}

/// What became of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// It is this commit now.
    Commit(String),
    /// These files conflict.
    Conflict(Vec<String>),
}

/// A folder that git ignores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored(pub PathBuf);

impl Repository {
    /// What each name points at; `None` where the clone does not hold it. One git process for all.
    ///
    /// A branch goes before a tag of the same name: branches are what is asked for here.
    pub fn pointed(&self, names: &[&str]) -> Result<Vec<Option<Pointed>>, GitTrouble> {
        let mut objects = Objects::start(self)?;
        names.iter().map(|name| point(&mut objects, name)).collect()
    }

    /// Makes a work tree of a commit in a folder that does not exist yet; nothing is checked out in it so far.
    ///
    /// One at a time: git reads the entries of all work trees and takes one that is half made for a broken one.
    pub fn add_work_tree(
        &self,
        folder: &Path,
        commit: &str,
        stop: &Stop,
    ) -> Result<Repository, GitTrouble> {
        let folder_text = folder.to_string_lossy();
        let mut arguments = QUIET.to_vec();
        arguments.extend([
            "worktree",
            "add",
            "--quiet",
            "--detach",
            "--no-checkout",
            &folder_text,
            commit,
        ]);
        let mut tries = TRIES;
        let answer = loop {
            let answer = self.write(&arguments, &[], stop);
            tries -= 1;
            // Somebody else's git may be at it at the same moment.
            if answer.is_ok() || tries == 0 || stop.asked() || folder.exists() {
                break answer;
            }
            std::thread::sleep(PAUSE);
        };
        accepted(answer, "worktree add")?;
        let made = Repository::find(folder).filter(|made| made.common == self.common);
        made.ok_or_else(|| {
            GitTrouble("`git worktree add` made no work tree of this repository".to_owned())
        })
    }

    /// Checks out the content of a work tree that was just made.
    pub fn fill_work_tree(&self, stop: &Stop) -> Result<(), GitTrouble> {
        let mut arguments = QUIET.to_vec();
        arguments.extend(["reset", "--hard", "--quiet", "--no-recurse-submodules"]);
        accepted(self.write(&arguments, &[], stop), "reset")?;
        self.fill_submodules(&self.common, stop)
    }

    /// Merges a commit into what is checked out here. The moment and the person of the commit are fixed: the same two
    /// sides give the same commit.
    pub fn merge(&self, commit: &str, name: &str, stop: &Stop) -> Result<Merged, GitTrouble> {
        let moment = self.newest_of(&["HEAD", commit])?;
        let message = format!("Merge {name}");
        let mut arguments = QUIET.to_vec();
        arguments.extend([
            "merge",
            "--quiet",
            "--no-stat",
            "--no-log",
            "--ff",
            "--no-edit",
            "-m",
            &message,
            commit,
        ]);
        let person = [
            ("GIT_AUTHOR_NAME", "tollgate"),
            ("GIT_AUTHOR_EMAIL", "tollgate@localhost"),
            ("GIT_COMMITTER_NAME", "tollgate"),
            ("GIT_COMMITTER_EMAIL", "tollgate@localhost"),
            ("GIT_AUTHOR_DATE", &moment),
            ("GIT_COMMITTER_DATE", &moment),
        ];
        let answer = self.write(&arguments, &person, stop);
        if answer.is_ok() {
            let head = self.ask(&["rev-parse", "--verify", "HEAD"])?;
            let head = String::from_utf8_lossy(&head).trim().to_owned();
            self.fill_submodules(&self.common, stop)?;
            return Ok(Merged::Commit(head));
        }
        if let Termination::Exit(1 | 2) = answer.how {
            let files = self.unmerged()?;
            if !files.is_empty() {
                return Ok(Merged::Conflict(files));
            }
        }
        accepted(answer, "merge").map(|_| Merged::Conflict(Vec::new()))
    }

    /// The newest commit that two others both descend from; `None` where there is none.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, GitTrouble> {
        let answer = self.ask_or_no(&["merge-base", one, other])?;
        let base = answer.map(|answer| String::from_utf8_lossy(&answer).trim().to_owned());
        Ok(base.filter(|base| !base.is_empty()))
    }

    /// Folders below the work tree that git ignores as a whole. One git process; it does not look into them.
    pub fn ignored_folders(&self) -> Result<Vec<Ignored>, GitTrouble> {
        let answer = self.ask(&[
            "ls-files",
            "-z",
            "--others",
            "--ignored",
            "--exclude-standard",
            "--directory",
            "--full-name",
        ])?;
        let names = answer.split(|byte| *byte == 0);
        let folders = names.filter(|name| name.ends_with(b"/"));
        let path = |name: &[u8]| PathBuf::from(String::from_utf8_lossy(name).trim_end_matches('/'));
        Ok(folders.map(|name| Ignored(path(name))).collect())
    }

    fn unmerged(&self) -> Result<Vec<String>, GitTrouble> {
        let answer = self.ask(&["diff", "--name-only", "--diff-filter=U", "-z"])?;
        let names = answer.split(|byte| *byte == 0);
        let names = names.filter(|name| !name.is_empty());
        let mut files: Vec<String> = names.map(super::subject::text).collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// The later of the moments at which commits were made, as git reads it.
    fn newest_of(&self, commits: &[&str]) -> Result<String, GitTrouble> {
        let mut arguments = vec!["show", "--no-patch", "--no-show-signature", "--format=%ct"];
        arguments.extend(commits);
        let answer = self.ask(&arguments)?;
        let text = String::from_utf8_lossy(&answer);
        let moments = text
            .lines()
            .filter_map(|line| line.trim().parse::<u64>().ok());
        Ok(format!("@{} +0000", moments.max().unwrap_or(0)))
    }

    /// Has git do something in this work tree.
    pub(super) fn write(&self, arguments: &[&str], env: &[(&str, &str)], stop: &Stop) -> Answer {
        let mut command = self.command(arguments);
        let env = env.iter().map(|(name, value)| (name.into(), value.into()));
        command.env.extend(env);
        // A checkout of a large tree takes its time; whoever has not got that interrupts.
        command.timeout = None;
        query(&command, WORDS, stop)
    }
}

fn point(objects: &mut Objects, name: &str) -> Result<Option<Pointed>, GitTrouble> {
    let bare = name.strip_prefix("refs/heads/").unwrap_or(name);
    let remote = name.strip_prefix("refs/remotes/").unwrap_or(name);
    let of_origin = remote.strip_prefix("origin/");
    let tries = [
        (format!("refs/heads/{bare}"), Some(bare), false),
        (format!("refs/remotes/{remote}"), of_origin, false),
        (name.to_owned(), None, false),
        // A clone of a CI job has remote branches only.
        (format!("refs/remotes/origin/{bare}"), Some(bare), true),
    ];
    for (full, branch, other) in tries {
        if let Some(commit) = objects.commit(&full)? {
            return Ok(Some(Pointed {
                commit,
                branch: branch.map(str::to_owned),
                taken: other.then(|| format!("origin/{bare}")),
            }));
        }
    }
    Ok(None)
}

/// Removes what git keeps of work trees whose folder lies below `folder`. Entries of others stay, also stale ones.
pub fn forget_work_trees(common: &Path, folder: &Path) {
    for (entry, tree) in work_trees(common) {
        if tree.starts_with(folder) {
            // Out of the way first: a git that is not done yet would put files where others are being removed.
            let mut name = entry.file_name().unwrap_or_default().to_owned();
            name.push(GONE);
            let _ = fs::rename(&entry, entry.with_file_name(name));
        }
    }
    let entries = fs::read_dir(common.join("worktrees")).into_iter().flatten();
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().ends_with(GONE) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// What git keeps of each linked work tree, and the folder of it.
pub fn work_trees(common: &Path) -> Vec<(PathBuf, PathBuf)> {
    let entries = fs::read_dir(common.join("worktrees")).into_iter().flatten();
    let entries = entries.flatten().map(|entry| entry.path());
    let known = entries.filter_map(|entry| {
        let text = fs::read_to_string(entry.join("gitdir")).ok()?;
        let tree = Path::new(text.trim()).parent()?.to_path_buf();
        Some((entry, tree))
    });
    known.collect()
}
