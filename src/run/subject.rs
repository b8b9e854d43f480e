//! The subject of a run: what content it judges, told before the gates and compared after them.

use std::path::{Path, PathBuf};

use crate::config::Plan;
use crate::model::{ChangedLines, ChangesUnknown, Subject, SubjectState};
use crate::vcs::{Base, Content, EventBase, Marks, Repository, State};

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
}

/// Paths that do not count, as globs and literal paths relative to the project.
#[derive(Clone, Debug, Default)]
pub(super) struct Ours {
    patterns: Vec<String>,
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
            patterns: patterns.map(str::to_owned).collect(),
            files: own_files.to_vec(),
        }
    }

    fn has(&self, top: &Path, prefix: &str, path: &str) -> bool {
        let full = top.join(path);
        if is_ledger(path, prefix) || self.files.iter().any(|file| full.starts_with(file)) {
            return true;
        }
        let Some(below) = path.strip_prefix(prefix) else {
            return false;
        };
        self.patterns.iter().any(|pattern| {
            pattern == below || crate::gate::glob(pattern).is_ok_and(|glob| glob.is_match(below))
        })
    }
}

/// Whether a path lies in the ledger of a project, or in that of a folder around it.
fn is_ledger(path: &str, prefix: &str) -> bool {
    let Some((folder, _)) = path.split_once(LEDGER) else {
        return false;
    };
    (folder.is_empty() || folder.ends_with('/')) && prefix.starts_with(folder)
}

/// The subject as it is now: what a run that begins now would be about. `None` outside git, or where git does not answer.
pub fn current(plan: &Plan) -> Option<Subject> {
    let repository = Repository::find(&plan.root)?;
    let start = Start::read(repository, &plan.root, &Ours::of(plan, &[])).ok()?;
    Some(start.content.subject)
}

impl Start {
    /// Asks git twice: what differs, and the tree of HEAD.
    pub fn read(repository: Repository, root: &Path, ours: &Ours) -> Result<Self, String> {
        let state = repository.state().map_err(|trouble| trouble.to_string())?;
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
        Ok(Self {
            repository,
            state,
            head_tree,
            content,
            prefix,
        })
    }

    /// Asks git once more. The subject, and the files that moved meanwhile.
    pub fn after(&self, ours: &Ours) -> Result<(Subject, Vec<String>), String> {
        let state = self
            .repository
            .state()
            .map_err(|trouble| trouble.to_string())?;
        let top = &self.repository.top;
        let later = self.repository.subject(&state, &self.head_tree, |path| {
            ours.has(top, &self.prefix, path)
        });
        let mut moved = self.content.moved(&later);
        if state.commit != self.state.commit {
            moved.insert(0, "HEAD".to_owned());
        }
        let mut subject = self.content.subject.clone();
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
        base: Option<&str>,
        event: Option<&EventBase>,
        marks: Marks<'_>,
    ) -> Result<ChangedLines, ChangesUnknown> {
        let base = self
            .repository
            .base(base, event, &self.state)
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
        let base = match base {
            Base::Commit(commit) => commit.get(..12).unwrap_or(&commit).to_owned(),
            Base::Head => "HEAD, because this is the default branch".to_owned(),
        };
        Ok(ChangedLines { base, files })
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
        assert!(is_ledger(".tollgate/ledger/x", ""));
        assert!(is_ledger("a/b/.tollgate/ledger/x", "a/b/"));
        assert!(is_ledger("a/.tollgate/ledger/x", "a/b/"));
        assert!(!is_ledger("a/.tollgate/ledger/x", ""));
        assert!(!is_ledger("c/.tollgate/ledger/x", "a/b/"));
        assert!(!is_ledger("a.tollgate/ledger/x", "a.tollgate/"));
        assert!(!is_ledger(".tollgate/ledger2/x", ""));
    }

    #[test]
    fn paths_are_told_from_the_project() {
        assert_eq!(from_project("", "a/b"), "a/b");
        assert_eq!(from_project("a/", "a/b"), "b");
        assert_eq!(from_project("a/b/", "a/c/d"), "../c/d");
        assert_eq!(from_project("a/b/", "ab/c"), "../../ab/c");
    }
}
