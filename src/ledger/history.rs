//! Which baselines the history of a commit ever held: asked of git at most once, and only when a file is missing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::baseline::FOLDER;
use crate::vcs::Repository;

/// What git says of baselines that are not there.
#[derive(Debug, Default)]
pub struct History {
    repository: Option<Repository>,
    root: PathBuf,
    /// The commit whose history it is.
    from: String,
    held: OnceLock<Result<BTreeSet<String>, String>>,
}

impl History {
    /// Of what is checked out of a project, in a repository or outside one.
    pub fn of(repository: Option<Repository>, root: &Path) -> Self {
        Self {
            repository,
            root: root.to_path_buf(),
            from: "HEAD".to_owned(),
            held: OnceLock::new(),
        }
    }

    /// The same, of another commit.
    #[must_use]
    pub fn from(mut self, commit: &str) -> Self {
        commit.clone_into(&mut self.from);
        self
    }

    /// Whether a path below the project was ever there; words when git cannot tell.
    pub fn held(&self, path: &str) -> Result<bool, String> {
        let Some(repository) = &self.repository else {
            return Ok(false);
        };
        let Some(from_top) = repository.from_top(&self.root, path) else {
            return Ok(false);
        };
        let held = self.held.get_or_init(|| {
            let folder = repository.from_top(&self.root, FOLDER).unwrap_or_default();
            repository
                .ever_held(&folder, &self.from)
                .map_err(|trouble| trouble.to_string())
        });
        held.as_ref()
            .map(|paths| paths.contains(&from_top))
            .map_err(Clone::clone)
    }
}
