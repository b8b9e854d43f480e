//! The base that changes are counted from (RULES 6).

use super::{GitTrouble, Repository, State};

/// What changes are counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// This commit.
    Commit(String),
    /// HEAD itself: this is the default branch, nothing changed.
    Head,
}

/// Why there is no base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseTrouble {
    /// Neither a base nor a default branch is known.
    None,
    /// The ref that was named is not in the clone.
    Missing(String),
}

impl Repository {
    /// The base: the ref that was named, or else the merge base with the default branch.
    pub fn base(&self, named: Option<&str>, state: &State) -> Result<Base, BaseTrouble> {
        if let Some(name) = named {
            return self
                .merge_base(name)
                .map(Base::Commit)
                .ok_or_else(|| BaseTrouble::Missing(name.to_owned()));
        }
        let head = self.ask(&["rev-parse", "--abbrev-ref", "origin/HEAD"]).ok();
        let head = head.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        let known = head
            .into_iter()
            .chain(["origin/main".to_owned(), "origin/master".to_owned()]);
        for name in known {
            // A branch that is only called as a default one is none: without a remote nothing is known.
            let Some(commit) = self.merge_base(&name) else {
                continue;
            };
            let local = name.strip_prefix("origin/").unwrap_or(&name);
            return Ok(if state.branch.as_deref() == Some(local) {
                Base::Head
            } else {
                Base::Commit(commit)
            });
        }
        Err(BaseTrouble::None)
    }

    fn merge_base(&self, name: &str) -> Option<String> {
        let answer = self.ask(&["merge-base", "HEAD", name]).ok()?;
        let commit = String::from_utf8_lossy(&answer).trim().to_owned();
        (!commit.is_empty()).then_some(commit)
    }

    /// Paths that differ from the base, with what is not committed, from the top of the work tree.
    pub fn changed_since(&self, base: &Base, state: &State) -> Result<Vec<String>, GitTrouble> {
        let mut paths: Vec<String> = state
            .changes
            .iter()
            .map(|change| change.path.clone())
            .collect();
        if let Base::Commit(commit) = base {
            let answer = self.ask(&[
                "diff",
                "--name-only",
                "-z",
                "--no-renames",
                "--no-ext-diff",
                "--no-textconv",
                commit,
                "HEAD",
            ])?;
            let names = answer
                .split(|byte| *byte == 0)
                .filter(|name| !name.is_empty());
            paths.extend(names.map(|name| String::from_utf8_lossy(name).into_owned()));
        }
        paths.sort();
        paths.dedup();
        Ok(paths)
    }
}
