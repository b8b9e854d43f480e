//! What git adds: records that history held and the tree lacks, and commits that are gone.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Check, Remark, on, on_all, short};
use crate::ledger::store::{LEDGER, Ledger};
use crate::vcs::Repository;

/// Records and signatures that the history of HEAD held and the folder lacks; words where git cannot tell. One git
/// process.
pub fn missing(
    ledger: &Ledger,
    repository: &Repository,
    root: &Path,
) -> Result<Vec<Remark>, String> {
    let Some(folder) = repository.from_top(root, LEDGER) else {
        return Ok(Vec::new());
    };
    let held = repository.ever_added(&folder);
    let held =
        held.map_err(|trouble| format!("whether records were removed cannot be told: {trouble}"))?;
    Ok(absent(ledger, &folder, held.iter().map(String::as_str)))
}

/// Those of some paths from the top that are files of a ledger, and not there.
pub fn absent<'p>(
    ledger: &Ledger,
    folder: &str,
    paths: impl Iterator<Item = &'p str>,
) -> Vec<Remark> {
    let ours = |name: &&str| {
        let known = name.ends_with(".json") || name.ends_with(".sig");
        known && super::is_digest(name.get(..64).unwrap_or(""))
    };
    let names = paths.filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
    let gone = |name: &&str| ledger.folder().join(name).symlink_metadata().is_err();
    let gone = names.filter(ours).filter(gone);
    gone.map(|name| Remark {
        file: Some(name.to_owned()),
        ..on_all(
            "it is in the history of this branch and not in the tree: restore it from git"
                .to_owned(),
        )
    })
    .collect()
}

impl Check<'_> {
    pub(super) fn history(&mut self) {
        let Some((repository, root)) = self.against.git else {
            let words = "no git here: whether records were removed cannot be told";
            self.found.notes.push(on_all(words.to_owned()));
            return;
        };
        match missing(self.ledger, repository, root) {
            Ok(remarks) => self.found.faults.extend(remarks),
            Err(words) => self.found.unchecked.push(on_all(words)),
        }
        if repository.is_shallow() {
            let words = "this clone is shallow: whether older commits held records that are not here, or are gone \
                         themselves, cannot be told; `git fetch --unshallow` brings them";
            self.found.notes.push(on_all(words.to_owned()));
            return;
        }
        match repository.reachable_commits() {
            Ok(commits) => self.gone(&commits),
            Err(trouble) => {
                let words = format!("whether commits are gone cannot be told: {trouble}");
                self.found.notes.push(on_all(words));
            }
        }
    }

    /// Rebased or squashed: the record names its tree, and stands.
    fn gone(&mut self, commits: &BTreeSet<String>) {
        let mut notes = Vec::new();
        for entry in self.ledger.in_order() {
            let commit = entry.record.commit.as_ref();
            if let Some(commit) = commit.filter(|commit| !commits.contains(*commit)) {
                let words = format!(
                    "no branch holds its commit {} any more; the record is about its tree, and stands",
                    short(commit)
                );
                notes.push(on(entry, words));
            }
        }
        self.found.notes.extend(notes);
    }
}
