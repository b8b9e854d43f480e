//! What the work tree is when nothing is believed that this clone remembers: each file is read again and compared with
//! HEAD in an index of its own, so that neither flags nor the times and sizes of the index here, nor how this clone is set up, can hide a change. The
//! index of the clone is not touched.

use std::ffi::OsString;
use std::path::Path;

use super::repository::accepted;
use super::subject::{parse, status};
use super::{Change, GitTrouble, Repository, Tracked};
use crate::exec::{Stop, query};

/// Answers larger than this are refused.
const LIMIT: usize = 256 << 20;

/// Whether files can be executable or not where a repository lies; on some mounts all of them are. Where that cannot be
/// tried out they can.
#[cfg(unix)]
fn keeps_modes(folder: &Path) -> bool {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let tried = || -> std::io::Result<bool> {
        let file = tempfile::NamedTempFile::new_in(folder)?;
        let executable = |mode| -> std::io::Result<bool> {
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode))?;
            Ok(file.path().metadata()?.mode() & 0o111 != 0)
        };
        Ok(!executable(0o644)? && executable(0o755)?)
    };
    tried().unwrap_or(true)
}

#[cfg(not(unix))]
fn keeps_modes(_: &Path) -> bool {
    false
}

impl Repository {
    /// Everything that differs from HEAD, submodules looked into as closely. Every file is read.
    pub fn anew(&self, tracked: &Tracked) -> Result<Vec<Change>, GitTrouble> {
        let folder = tempfile::tempdir();
        let folder =
            folder.map_err(|error| GitTrouble(format!("no place for an index: {error}")))?;
        let index = folder.path().join("index");
        self.ask_with(&index, &["read-tree", "HEAD"])?;
        let mut question = vec!["-c", "core.autocrlf=false", "-c", "core.symlinks=true"];
        if keeps_modes(&self.common) {
            question.extend(["-c", "core.fileMode=true"]);
        }
        question.extend(status(true));
        let mut changes = parse(&self.ask_with(&index, &question)?)?.changes;
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
