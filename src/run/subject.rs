//! The subject of a run: what content it judges, told before the gates and compared after them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fresh::{Mark, mark_of};
use crate::config::Plan;
use crate::ledger::is_own;
use crate::model::{ChangedLines, ChangesUnknown, Subject, SubjectState};
use crate::policy::Glob;
use crate::vcs::{Base, Content, EventBase, GitTrouble, Marks, Repository, State, Tracked};

/// The ledger is no part of a subject: committing a record must not change what it is about.
const LEDGER: &str = ".tollgate/ledger/";

/// What is known before the gates.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub repository: Repository,
    pub state: State,
    pub head_tree: String,
    pub content: Content,
    /// The folder of the project from the top, with a slash; empty at the top.
    pub prefix: String,
    /// What is known where a phase is judged.
    pub close: Option<Close>,
}

/// How far a work tree is looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// As `git status` tells it.
    Plain,
    /// Also what git was told to overlook, and reports that are committed: for what is shown of phases.
    Close,
    /// The same, and each file read again, whatever this clone remembers of it: for what is recorded.
    Anew,
}

/// What a close look finds beside what differs.
#[derive(Clone, Debug)]
pub(super) struct Close {
    /// All that git tracks.
    pub tracked: Arc<Tracked>,
    /// Files that a sparse checkout leaves out.
    pub left_out: Vec<String>,
    /// How close it was.
    look: Look,
    /// Reports that are committed and differ from that, each in the state it was in: until this run writes one, it is a
    /// file that somebody changed.
    reports: BTreeMap<String, Option<Mark>>,
}

/// Paths that do not count, as globs and literal paths relative to the project.
#[derive(Clone, Debug, Default)]
pub(super) struct Ours {
    patterns: Vec<Glob>,
    files: Vec<PathBuf>,
}

impl Ours {
    /// Declared reports, and files that this run writes.
    pub fn of(plan: &Plan, own_files: &[PathBuf]) -> Self {
        let judges = plan.gates.iter().flat_map(|gate| &gate.judges);
        let patterns = judges
            .filter_map(|judge| judge.reports())
            .flat_map(|reports| reports.file_patterns());
        Self {
            patterns: patterns.cloned().collect(),
            files: own_files.to_vec(),
        }
    }

    fn has(&self, top: &Path, prefix: &str, path: &str) -> bool {
        let full = top.join(path);
        if is_ledger(path, prefix) || self.files.iter().any(|file| full.starts_with(file)) {
            return true;
        }
        self.is_report(prefix, path)
    }

    /// Whether a path is that of a declared report.
    fn is_report(&self, prefix: &str, path: &str) -> bool {
        let Some(below) = path.strip_prefix(prefix) else {
            return false;
        };
        let mut patterns = self.patterns.iter();
        patterns.any(|pattern| pattern.plain() == below || pattern.is_match(below))
    }
}

/// Whether a path is that of a file of the ledger of a project, or of that of a folder around it.
fn is_ledger(path: &str, prefix: &str) -> bool {
    in_ledger(path, prefix).is_some_and(is_own)
}

/// The name of what lies in the ledger of a project, or in that of a folder around it.
fn in_ledger<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let (folder, name) = path.split_once(LEDGER)?;
    let around = (folder.is_empty() || folder.ends_with('/')) && prefix.starts_with(folder);
    around.then_some(name)
}

/// What differs now. A close look also tells what git overlooks.
fn state_of(repository: &Repository, look: Look) -> Result<(State, Option<Close>), GitTrouble> {
    if look == Look::Plain {
        return Ok((repository.state(false)?, None));
    }
    let (state, tracked) = std::thread::scope(|scope| {
        let tracked = scope.spawn(|| repository.index());
        let state = repository.state(true);
        (state, tracked.join().expect("a question does not panic"))
    });
    let (mut state, tracked) = (state?, tracked?);
    let overlooked = repository.overlooked(&tracked)?;
    let anew = match look {
        Look::Anew if state.commit.is_some() => repository.anew(&tracked)?,
        _ => Vec::new(),
    };
    let there = |change: &crate::vcs::Change| !overlooked.left_out.contains(&change.path);
    let anew = anew.into_iter().filter(there);
    for change in overlooked.changes.into_iter().chain(anew) {
        // What is staged is told already.
        if state.changes.iter().all(|known| known.path != change.path) {
            state.changes.push(change);
        }
    }
    let close = Close {
        tracked: Arc::new(tracked),
        left_out: overlooked.left_out,
        look,
        reports: BTreeMap::new(),
    };
    Ok((state, Some(close)))
}

/// The subject as it is now: what a run that begins now would be about. `None` outside git, or where git does not answer.
pub fn current(plan: &Plan) -> Option<Subject> {
    let repository = Repository::find(&plan.root)?;
    let start = Start::read(repository, &plan.root, &Ours::of(plan, &[]), Look::Plain).ok()?;
    Some(start.content.subject)
}

impl Start {
    /// Asks git twice: what differs, and the tree of HEAD. For a close look also what it tracks.
    pub fn read(
        repository: Repository,
        root: &Path,
        ours: &Ours,
        look: Look,
    ) -> Result<Self, String> {
        let (state, mut close) =
            state_of(&repository, look).map_err(|trouble| trouble.to_string())?;
        let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        let below = root
            .strip_prefix(&repository.top)
            .map(|path| path.to_string_lossy().replace('\\', "/"));
        let prefix = below
            .ok()
            .filter(|path| !path.is_empty())
            .map(|path| format!("{path}/"))
            .unwrap_or_default();
        let head_tree = repository
            .head_tree(&state, &prefix)
            .map_err(|trouble| trouble.to_string())?;
        let content = repository.subject(&state, &head_tree, |path| {
            ours.has(&repository.top, &prefix, path)
        });
        if let Some(close) = &mut close {
            let changed = state
                .changes
                .iter()
                .filter(|change| !change.untracked && ours.is_report(&prefix, &change.path));
            let marked = |change: &crate::vcs::Change| {
                let mark = mark_of(&repository.top.join(&change.file));
                (change.path.clone(), mark)
            };
            close.reports = changed.map(marked).collect();
        }
        Ok(Self {
            repository,
            state,
            head_tree,
            content,
            prefix,
            close,
        })
    }

    /// Reports that are committed, differ from that, and were written by nobody since.
    pub fn unwritten(&self) -> Vec<String> {
        let reports = self.close.iter().flat_map(|close| &close.reports);
        let files: BTreeMap<&str, &Path> = (self.state.changes.iter())
            .map(|change| (change.path.as_str(), change.file.as_path()))
            .collect();
        let untouched = reports.filter(|(path, mark)| {
            let file = files.get(path.as_str()).copied();
            mark_of(&self.repository.top.join(file.unwrap_or(Path::new(path)))) == **mark
        });
        untouched.map(|(path, _)| path.clone()).collect()
    }

    /// What lies in the ledger, is committed, and is no part of it: in no subject, and yet there for every gate to read.
    pub fn in_the_ledger(&self) -> Vec<String> {
        let tracked = self.close.iter().flat_map(|close| close.tracked.paths());
        tracked
            .filter(|path| in_ledger(path, &self.prefix).is_some_and(|name| !is_own(name)))
            .map(Cow::into_owned)
            .collect()
    }

    /// Asks git once more. The subject, and the files that moved meanwhile.
    pub fn after(&self, ours: &Ours) -> Result<(Subject, Vec<String>), String> {
        let look = self.close.as_ref().map_or(Look::Plain, |close| close.look);
        let (state, _) = state_of(&self.repository, look).map_err(|trouble| trouble.to_string())?;
        let top = &self.repository.top;
        let later = self.repository.subject(&state, &self.head_tree, |path| {
            ours.has(top, &self.prefix, path)
        });
        let mut moved = self.content.moved(&later);
        if state.commit != self.state.commit {
            moved.insert(0, "HEAD".to_owned());
        }
        let unwritten = self.unwritten();
        let mut subject = if unwritten.is_empty() {
            self.content.subject.clone()
        } else {
            let with = (&self.state, self.head_tree.as_str());
            let content = self
                .repository
                .with(&self.content, &unwritten, with.0, with.1);
            content.subject
        };
        if !moved.is_empty() {
            subject.state = SubjectState::Moved;
        }
        Ok((subject, moved))
    }

    /// Paths of the project that differ from the base, or why that cannot be told.
    pub fn changed(
        &self,
        base: Option<&str>,
        event: Option<&EventBase>,
    ) -> Result<Vec<String>, String> {
        let base = self.repository.base(base, event, &self.state);
        let base = base.map_err(|trouble| {
            let (message, help) = trouble.words();
            format!("{message}: {help}")
        })?;
        let paths = self
            .repository
            .changed_since(&base, &self.state)
            .map_err(|trouble| trouble.to_string())?;
        Ok(paths
            .iter()
            .filter_map(|path| path.strip_prefix(self.prefix.as_str()))
            .map(str::to_owned)
            .collect())
    }

    /// The changed lines of all files, by path from the project, or why that cannot be told.
    pub fn changed_lines(
        &self,
        named: Option<&str>,
        event: Option<&EventBase>,
        marks: Marks<'_>,
    ) -> Result<ChangedLines, ChangesUnknown> {
        let base = self
            .repository
            .base(named, event, &self.state)
            .map_err(|trouble| {
                let (message, help) = trouble.words();
                ChangesUnknown { message, help }
            })?;
        let files = self
            .repository
            .changed_lines(&base, &self.state, marks)
            .map_err(|trouble| ChangesUnknown {
                message: format!("what changed cannot be told: {trouble}"),
                help: "make `git` work here and run again".to_owned(),
            })?;
        let files = files
            .into_iter()
            .map(|(path, file)| (from_project(&self.prefix, &path), file))
            .collect();
        let how = match (named, event) {
            (Some(name), _) => format!("`--base {name}`"),
            (None, Some(event)) => format!("`{}`, the base of this job", event.named),
            (None, None) => "where it left the default branch".to_owned(),
        };
        let (base, commit) = match base {
            Base::Commit(commit) => (commit.get(..12).unwrap_or(&commit).to_owned(), commit),
            Base::Head => (
                "HEAD, because this is the default branch".to_owned(),
                self.state.commit.clone().unwrap_or_default(),
            ),
        };
        let counted = format!("commit {commit} ({how})");
        Ok(ChangedLines {
            base,
            counted,
            files,
        })
    }
}

/// A path from the top of the work tree as seen from the project: `../` leads out of it.
fn from_project(prefix: &str, path: &str) -> String {
    if let Some(below) = path.strip_prefix(prefix) {
        return below.to_owned();
    }
    let mut up = 0;
    let mut shared = prefix;
    while !path.starts_with(shared) {
        let cut = shared.trim_end_matches('/');
        shared = cut.rfind('/').map_or("", |at| &cut[..=at]);
        up += 1;
    }
    format!("{}{}", "../".repeat(up), &path[shared.len()..])
}

#[cfg(test)]
mod tests {
    use super::{from_project, is_ledger};

    #[test]
    fn ledgers_of_the_project_and_around_it_are_no_content() {
        let record = format!("{}.json", "a".repeat(64));
        let is = |folder: &str, prefix: &str| is_ledger(&format!("{folder}/{record}"), prefix);
        assert!(is(".tollgate/ledger", ""));
        assert!(is("a/b/.tollgate/ledger", "a/b/"));
        assert!(is("a/.tollgate/ledger", "a/b/"));
        assert!(!is("a/.tollgate/ledger", ""));
        assert!(!is("c/.tollgate/ledger", "a/b/"));
        assert!(!is("a.tollgate/ledger", "a.tollgate/"));
        assert!(!is(".tollgate/ledger2", ""));
    }

    #[test]
    fn what_lies_in_the_ledger_and_is_no_record_is_content() {
        let digest = "a".repeat(64);
        for name in [
            &format!("{digest}.json"),
            &format!("{digest}.ada.sig"),
            ".gitattributes",
            ".unfinished-12-0",
        ] {
            assert!(is_ledger(&format!(".tollgate/ledger/{name}"), ""), "{name}");
        }
        for name in [
            "check.sh",
            "sub/check.sh",
            ".unfinished-check.sh",
            &format!("sub/{digest}.json"),
            &format!("{digest}.sh"),
        ] {
            assert!(
                !is_ledger(&format!(".tollgate/ledger/{name}"), ""),
                "{name}"
            );
        }
    }

    #[test]
    fn paths_are_told_from_the_project() {
        assert_eq!(from_project("", "a/b"), "a/b");
        assert_eq!(from_project("a/", "a/b"), "b");
        assert_eq!(from_project("a/b/", "a/c/d"), "../c/d");
        assert_eq!(from_project("a/b/", "ab/c"), "../../ab/c");
    }
}
