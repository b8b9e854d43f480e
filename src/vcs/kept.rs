//! What history once held: files of a folder that some commit added, and commits that are still there.

use std::collections::BTreeSet;

use super::{GitTrouble, Repository};

impl Repository {
    /// Paths (from the top) below a folder that any commit in HEAD's history added. One git process.
    pub fn ever_added(&self, folder: &str) -> Result<BTreeSet<String>, GitTrouble> {
        let limit = format!(":(top,literal){folder}");
        let asked = self.ask(&[
            "log",
            "--full-history",
            "-m",
            "--no-renames",
            "--diff-filter=A",
            "--name-only",
            "--format=",
            "-z",
            "HEAD",
            "--",
            &limit,
        ]);
        let answer = match asked {
            Ok(answer) => answer,
            Err(_) if self.is_unborn() => return Ok(BTreeSet::new()),
            Err(trouble) => return Err(trouble),
        };
        let names = answer.split(|byte| matches!(byte, 0 | b'\n'));
        let names = names.filter(|name| !name.is_empty());
        Ok(names
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect())
    }

    /// Every commit that a branch, a tag or HEAD still reaches. One git process.
    pub fn reachable_commits(&self) -> Result<BTreeSet<String>, GitTrouble> {
        let asked = self.ask(&["rev-list", "--all", "HEAD"]);
        let answer = match asked {
            Ok(answer) => answer,
            Err(_) if self.is_unborn() => return Ok(BTreeSet::new()),
            Err(trouble) => return Err(trouble),
        };
        let text = String::from_utf8_lossy(&answer).into_owned();
        Ok(text.lines().map(str::to_owned).collect())
    }
}
