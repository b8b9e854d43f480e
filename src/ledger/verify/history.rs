//! What git adds: records that history held and the tree lacks, and commits that are gone.

use std::collections::BTreeSet;

use super::{Check, Remark, on, on_all, short};
use crate::ledger::store::LEDGER;

impl Check<'_> {
    pub(super) fn history(&mut self) {
        let Some((repository, root)) = self.against.git else {
            let words = "no git here: whether records were removed cannot be told";
            self.found.notes.push(on_all(words.to_owned()));
            return;
        };
        let Some(folder) = repository.from_top(root, LEDGER) else {
            return;
        };
        match repository.ever_added(&folder) {
            Ok(paths) => self.removed(&folder, &paths),
            Err(trouble) => {
                let words = format!("whether records were removed cannot be told: {trouble}");
                self.found.unchecked.push(on_all(words));
            }
        }
        match repository.reachable_commits() {
            Ok(commits) => self.gone(&commits),
            Err(trouble) => {
                let words = format!("whether commits are gone cannot be told: {trouble}");
                self.found.notes.push(on_all(words));
            }
        }
    }

    fn removed(&mut self, folder: &str, paths: &BTreeSet<String>) {
        for path in paths {
            let name = path
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/'));
            let ours = |name: &&str| name.ends_with(".json") || name.ends_with(".sig");
            let ours = |name: &&str| ours(name) && super::is_digest(name.get(..64).unwrap_or(""));
            let Some(name) = name.filter(ours) else {
                continue;
            };
            if self.ledger.folder().join(name).symlink_metadata().is_err() {
                self.found.faults.push(Remark {
                    file: Some(name.to_owned()),
                    ..on_all(
                        "it is in the history of this branch and not in the tree: restore it from git"
                            .to_owned(),
                    )
                });
            }
        }
    }

    /// Rebased, squashed, or beyond the end of a shallow clone: the record names its tree, and stands.
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
