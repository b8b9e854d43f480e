//! Files of other commits: the content of one at a ref, and whether history ever held a path. Checks nothing out.

use std::collections::BTreeSet;
use std::path::Path;

use super::{GitTrouble, Repository, RevisionTrouble};

impl Repository {
    /// A path of the project as git names it, from the top of the work tree.
    pub fn from_top(&self, root: &Path, path: &str) -> Option<String> {
        let root = std::fs::canonicalize(root).ok()?;
        let below = root.strip_prefix(&self.top).ok()?.join(path);
        Some(below.to_str()?.replace('\\', "/"))
    }

    /// Every file below a folder (from the top) that the history of a commit ever held. One git process.
    pub fn ever_held(&self, folder: &str, from: &str) -> Result<BTreeSet<String>, GitTrouble> {
        let asked = self.ask(&[
            "log",
            "--no-show-signature",
            "--format=",
            "--name-only",
            "--no-renames",
            "--no-ext-diff",
            "-z",
            from,
            "--",
            &literal(folder),
        ]);
        match asked {
            Ok(answer) => {
                let names = answer.split(|byte| matches!(byte, 0 | b'\n'));
                let names = names.filter(|name| !name.is_empty());
                Ok(names
                    .map(|name| String::from_utf8_lossy(name).into_owned())
                    .collect())
            }
            // Before the first commit there is no HEAD to walk from, and no history.
            Err(_) if self.is_unborn() => Ok(BTreeSet::new()),
            Err(trouble) => Err(trouble),
        }
    }

    /// The bytes of a file (path from the top) in a commit; `None` where its tree has no such file.
    pub fn file_at(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, GitTrouble> {
        let listed = self.ask(&["ls-tree", "-z", "--full-tree", commit, "--", path])?;
        let entry = String::from_utf8_lossy(&listed).into_owned();
        let blob = entry
            .split(['\t', '\0'])
            .next()
            .and_then(|head| head.split_once(" blob "))
            .map(|(_, id)| id.to_owned());
        match blob {
            Some(id) => self.ask(&["cat-file", "blob", &id]).map(Some),
            None => Ok(None),
        }
    }

    /// The commit that a ref names.
    pub fn commit(&self, reference: &str) -> Result<String, RevisionTrouble> {
        let commit = format!("{reference}^{{commit}}");
        let asked = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ];
        let answer = self.ask_or_no(&asked).map_err(RevisionTrouble::Git)?;
        let answer = answer.ok_or(RevisionTrouble::Missing)?;
        Ok(String::from_utf8_lossy(&answer).trim().to_owned())
    }

    pub(super) fn is_unborn(&self) -> bool {
        // A detached HEAD always names a commit; a symbolic one names a branch that may not exist yet.
        self.ask(&["symbolic-ref", "-q", "HEAD"]).is_ok()
            && self
                .ask(&["rev-parse", "--verify", "--quiet", "HEAD"])
                .is_err()
    }
}

/// A path that git must not take for a pattern.
fn literal(path: &str) -> String {
    format!(":(top,literal){path}")
}
