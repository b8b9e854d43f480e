//! One work tree: made, merged, and furnished with what is not committed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::beside::{Beside, Between};
use super::rows::{Content, Row};
use super::{Refusal, Setting, Trouble};
use crate::config::{PlannedCommand, Worktree};
use crate::exec::{self, Command, Stop};
use crate::model::{Measure, Termination};
use crate::store::Lodging;
use crate::vcs::{GitTrouble, Merged, Repository};

/// Bytes of what a failed command said that are shown.
const SAID: usize = 2_000;

/// A work tree of a revision.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The revision as it was typed.
    pub name: String,
    /// What it was merged into.
    pub merged_into: Option<String>,
    /// The commit that is checked out.
    pub commit: String,
    /// The branch that it stands for.
    pub branch: Option<String>,
    /// What changes are counted from, where that follows from what was asked.
    pub base: Option<String>,
    /// The project's folder in it.
    pub root: PathBuf,
}

/// Where gates run.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The work tree.
    pub tree: &'a Tree,
    /// What it got beside what is committed.
    pub(super) beside: &'a Beside,
    /// The project's folder in the work tree of whoever called.
    pub(super) from: &'a Path,
}

impl Place<'_> {
    /// What a run is told of it.
    pub fn apart(&self) -> super::super::Apart {
        super::super::Apart {
            name: self.tree.name.clone(),
            merged_into: self.tree.merged_into.clone(),
            branch: self.tree.branch.clone(),
            from: self.from.to_path_buf(),
            beside: self.beside.paths.clone(),
        }
    }
}

/// The folder of a work tree: its name shows the revision, because some tools name things after their folder.
pub(super) fn folder(lodging: &Path, number: usize, name: &str) -> PathBuf {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let slug: String = name.chars().map(plain).take(40).collect();
    let slug = slug.trim_matches('-');
    lodging.join(format!("{}-{slug}", number + 1))
}

/// Makes the work tree of a row, and the merge in it.
pub(super) async fn make(
    setting: &Setting,
    row: &Row,
    folder: &Path,
    stop: &Stop,
) -> Result<Tree, Trouble> {
    let content = row.refused()?.clone();
    let (setting, row) = (setting.clone(), row.clone());
    let (folder, stop) = (folder.to_path_buf(), stop.clone());
    blocking(move || made(&setting, &row, &content, &folder, &stop)).await
}

fn made(
    setting: &Setting,
    row: &Row,
    content: &Content,
    folder: &Path,
    stop: &Stop,
) -> Result<Tree, Trouble> {
    let repository = &setting.repository;
    let made = {
        // Without the lock it works nearly always.
        let _turn = Lodging::turn(&setting.store).ok();
        repository.add_work_tree(folder, &content.commit, stop)
    };
    let made = made.map_err(not_made)?;
    made.fill_work_tree(stop).map_err(not_made)?;
    let mut commit = content.commit.clone();
    if let Some(other) = &content.merges {
        let into = row.merged_into.as_deref().unwrap_or_default();
        let title = format!("{} into {into}", row.name);
        let merging = made.merge(other, &title, stop);
        match merging.map_err(|trouble| not_merged(repository, trouble))? {
            Merged::Commit(merged) => commit = merged,
            Merged::Conflict(files) => return Err(conflict(row, into, files)),
        }
    }
    let real = std::fs::canonicalize(&setting.root).unwrap_or_else(|_| setting.root.clone());
    let below = real.strip_prefix(&repository.top).unwrap_or(Path::new(""));
    Ok(Tree {
        name: row.name.clone(),
        merged_into: row.merged_into.clone(),
        commit,
        branch: content.branch.clone(),
        base: content.base.clone(),
        root: made.top.join(below),
    })
}

fn not_made(trouble: GitTrouble) -> Trouble {
    Trouble::new(
        "worktree-not-made",
        Refusal::Undecided,
        format!("its work tree could not be made: {trouble}"),
        "see what git says; `git worktree add` must work here".to_owned(),
    )
}

fn not_merged(repository: &Repository, trouble: GitTrouble) -> Trouble {
    let help = if repository.is_shallow() {
        "this clone is shallow, and a merge needs what both sides come from: run `git fetch --unshallow origin`"
    } else {
        "see what git says"
    };
    Trouble::new(
        "not-merged",
        Refusal::Undecided,
        format!("the merge could not be made: {trouble}"),
        help.to_owned(),
    )
}

fn conflict(row: &Row, into: &str, files: Vec<String>) -> Trouble {
    Trouble {
        files,
        ..Trouble::new(
            "merge-conflict",
            Refusal::Fails,
            format!("`{}` and `{into}` conflict", row.name),
            format!("merge `{into}` into `{}` and settle them", row.name),
        )
    }
}

/// Gives a work tree what is asked for beside what is committed.
pub(super) async fn furnish(
    setting: &Setting,
    tree: &Tree,
    asked: Worktree,
    stop: &Stop,
) -> Result<Beside, Trouble> {
    let (setting, tree, stop) = (setting.clone(), tree.clone(), stop.clone());
    blocking(move || {
        let between = Between {
            from: &setting.root,
            to: &tree.root,
        };
        let beside = Beside::make(between, &asked)?;
        if let Some(command) = &asked.run {
            run(&setting, &tree, (command, asked.timeout), &stop)?;
        }
        Ok(beside)
    })
    .await
}

fn run(
    setting: &Setting,
    tree: &Tree,
    (planned, timeout): (&PlannedCommand, Duration),
    stop: &Stop,
) -> Result<(), Trouble> {
    let failed = |why: String| {
        Trouble::new(
            "worktree-run",
            Refusal::Undecided,
            format!("`{}` of `worktree.run` {why}", first_line(&planned.text)),
            "make it work in a fresh clone of that revision".to_owned(),
        )
    };
    let program = exec::parse(&planned.text, planned.shell.as_deref())
        .map_err(|trouble| failed(format!("cannot be read: {trouble}")))?;
    let marker = format!("{}/worktree/{}", setting.name, tree.root.display());
    let mut command = Command::new(program, &tree.root, marker);
    let elsewhere = super::super::POINTS_ELSEWHERE.iter().map(Into::into);
    command.env_remove = setting
        .withheld
        .iter()
        .map(Into::into)
        .chain(elsewhere)
        .collect();
    command.mask = Arc::clone(&setting.mask);
    command.guard = setting.guard.clone();
    command.grace = planned.grace;
    command.timeout = Some(timeout);
    let ended = exec::run(&command, stop, None);
    if ended.how == Termination::Exit(0) {
        return Ok(());
    }
    if ended.how == Termination::TimedOut {
        let most = Measure::seconds(timeout.as_secs_f64());
        return Err(Trouble {
            help: "make it quicker, or raise `worktree.timeout`".to_owned(),
            ..failed(format!("took longer than {most}"))
        });
    }
    let tail = if ended.output.tail.is_empty() {
        &ended.output.head
    } else {
        &ended.output.tail
    };
    let from = tail.len().saturating_sub(SAID);
    let said = String::from_utf8_lossy(&tail[from..]).into_owned();
    let place = format!("{}/", tree.root.display());
    let said = said.replace(&place, "");
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    let last = last
        .map(|line| format!(": {}", line.trim()))
        .unwrap_or_default();
    Err(failed(format!("ended with {}{last}", ended.how)))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // A panic is our own fault: it must not end as a verdict.
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(Trouble::interrupted(None)),
    }
}
