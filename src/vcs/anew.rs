//! What the work tree is when nothing is believed that this clone remembers: each file is read again and compared with
//! HEAD in an index of its own, so that neither flags nor the times and sizes of the index here can hide a change. The
//! index of the clone is not touched.

use std::ffi::OsString;
use std::path::Path;

use super::repository::accepted;
use super::subject::{parse, status};
use super::{Change, GitTrouble, Repository, Tracked};
use crate::exec::{Stop, query};

/// Answers larger than this are refused.
const LIMIT: usize = 256 << 20;

impl Repository {
    /// Everything that differs from HEAD, submodules looked into as closely. Every file is read.
    pub fn anew(&self, tracked: &Tracked) -> Result<Vec<Change>, GitTrouble> {
        let folder = tempfile::tempdir();
        let folder =
            folder.map_err(|error| GitTrouble(format!("no place for an index: {error}")))?;
        let index = folder.path().join("index");
        self.ask_with(&index, &["read-tree", "HEAD"])?;
        let mut changes = parse(&self.ask_with(&index, &status(true))?)?.changes;
        for (path, file) in tracked.submodules() {
            let known = changes.iter().any(|change| change.path == path);
            if !known && self.inside(&file)?.is_some_and(|differs| differs) {
                changes.push(Change {
                    path,
                    file,
                    untracked: false,
                });
            }
        }
        Ok(changes)
    }

    /// Whether something differs in a submodule; `None` where it is not checked out.
    fn inside(&self, file: &Path) -> Result<Option<bool>, GitTrouble> {
        let top = self.top.join(file);
        let Some(inner) = Self::find(&top).filter(|inner| inner.top == top) else {
            return Ok(None);
        };
        let tracked = inner.index()?;
        let differs = !inner.own_conversions().is_empty()
            || !inner.overlooked(&tracked)?.changes.is_empty()
            || !inner.anew(&tracked)?.is_empty();
        Ok(Some(differs))
    }

    fn ask_with(&self, index: &Path, arguments: &[&str]) -> Result<Vec<u8>, GitTrouble> {
        let mut command = self.command(arguments);
        let own = OsString::from("GIT_INDEX_FILE");
        command.env_remove.retain(|name| *name != own);
        command.env.push((own, index.into()));
        let answer = query(&command, LIMIT, &Stop::new());
        if answer.cut {
            return Err(GitTrouble(format!(
                "git says more than {} MiB",
                LIMIT >> 20
            )));
        }
        accepted(answer, "status")
    }
}
