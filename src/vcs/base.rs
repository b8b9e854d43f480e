//! The base that changes are counted from (RULES 6).

use super::{EventBase, GitTrouble, Repository, State};

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
    /// Neither a base nor a default branch is known; with a remote, the lines that make it known.
    None(Option<String>),
    /// There is no commit yet.
    NoCommit,
    /// The ref that was named is not in the clone; the line that fetches it.
    Missing {
        /// The ref.
        name: String,
        /// The line.
        fetch: String,
    },
    /// The history of the clone ends before it meets that of the ref; the line that fetches the rest.
    Shallow {
        /// The ref.
        name: String,
        /// The line.
        fetch: String,
    },
    /// The histories of HEAD and of this ref never meet.
    Unrelated(String),
    /// Git did not answer.
    Git(String),
}

impl BaseTrouble {
    /// What is wrong, and what to do.
    pub fn words(&self) -> (String, String) {
        match self {
            Self::None(fetch) => (
                "there is no base, because no default branch is known here".to_owned(),
                match fetch {
                    Some(fetch) => format!("name one with `--base REF`, or run `{fetch}`"),
                    None => "name one with `--base REF`".to_owned(),
                },
            ),
            Self::NoCommit => (
                "there is no commit yet, and so no base".to_owned(),
                "commit first".to_owned(),
            ),
            Self::Missing { name, fetch } => (
                format!("`{name}` is not in this clone"),
                format!("run `{fetch}`"),
            ),
            Self::Shallow { name, fetch } => (
                format!("this clone is shallow, and its history ends before it meets `{name}`"),
                format!("run `{fetch}`"),
            ),
            Self::Unrelated(name) => (
                format!("the histories of HEAD and `{name}` never meet"),
                "name another base with `--base REF`".to_owned(),
            ),
            Self::Git(words) => (
                format!("git does not answer: {words}"),
                "make `git` work here and run again".to_owned(),
            ),
        }
    }
}

/// How a ref and HEAD are related.
enum Meeting {
    At(String),
    NoRef,
    Never,
}

impl Repository {
    /// The base: the ref that was named, the one of the CI event, or else the merge base with the default branch.
    ///
    /// A base that was named and is not there is never replaced by another.
    pub fn base(
        &self,
        named: Option<&str>,
        event: Option<&EventBase>,
        state: &State,
    ) -> Result<Base, BaseTrouble> {
        if state.commit.is_none() {
            return Err(BaseTrouble::NoCommit);
        }
        if let Some(name) = named {
            // A clone of a CI job has remote branches only.
            let names = [name.to_owned(), format!("origin/{name}")];
            return self.first_of(&names, name);
        }
        if let Some(event) = event {
            return self.first_of(&event.candidates, &event.named);
        }
        let head = self.ask(&["rev-parse", "--abbrev-ref", "origin/HEAD"]).ok();
        let head = head.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        let known = head
            .into_iter()
            .chain(["origin/main".to_owned(), "origin/master".to_owned()]);
        for name in known {
            // A branch that is only called as a default one is none: without a remote nothing is known.
            let meeting = self.meeting(&name)?;
            if let Meeting::NoRef = meeting {
                continue;
            }
            let local = name.strip_prefix("origin/").unwrap_or(&name);
            if state.branch.as_deref() == Some(local) {
                return Ok(Base::Head);
            }
            return match meeting {
                Meeting::At(commit) => Ok(Base::Commit(commit)),
                _ => Err(self.apart(&name)),
            };
        }
        let remote = self.asks(&["config", "--get", "remote.origin.url"])?;
        Err(BaseTrouble::None(remote.map(|_| {
            let cut = if self.is_shallow() { "--unshallow " } else { "" };
            format!(
                "git fetch {cut}origin '+refs/heads/*:refs/remotes/origin/*' && git remote set-head origin --auto"
            )
        })))
    }

    /// What lies between the base that holds without being named and a later one that is: the commits of both. A base
    /// that is no later, or beside a default that is not known, hides nothing.
    pub fn later_base(
        &self,
        named: &str,
        event: Option<&EventBase>,
        state: &State,
    ) -> Option<(String, String)> {
        let Ok(Base::Commit(default)) = self.base(None, event, state) else {
            return None;
        };
        let Ok(Base::Commit(asked)) = self.base(Some(named), None, state) else {
            return None;
        };
        let is_later = default != asked
            && matches!(
                self.asks(&["merge-base", "--is-ancestor", &default, &asked]),
                Ok(Some(_))
            );
        is_later.then_some((default, asked))
    }

    /// Whether the history of the clone is cut off.
    pub fn is_shallow(&self) -> bool {
        self.common.join("shallow").exists()
    }

    fn first_of(&self, names: &[String], shown: &str) -> Result<Base, BaseTrouble> {
        for name in names {
            match self.meeting(name)? {
                Meeting::At(commit) => return Ok(Base::Commit(commit)),
                Meeting::Never => return Err(self.apart(name)),
                Meeting::NoRef => {}
            }
        }
        Err(BaseTrouble::Missing {
            name: shown.to_owned(),
            fetch: fetch(shown, false),
        })
    }

    fn apart(&self, name: &str) -> BaseTrouble {
        if self.is_shallow() {
            return BaseTrouble::Shallow {
                name: name.to_owned(),
                fetch: fetch(name, true),
            };
        }
        BaseTrouble::Unrelated(name.to_owned())
    }

    fn meeting(&self, name: &str) -> Result<Meeting, BaseTrouble> {
        // What begins like an option is no ref.
        if name.starts_with('-') || name.is_empty() {
            return Ok(Meeting::NoRef);
        }
        let trimmed = |answer: Vec<u8>| String::from_utf8_lossy(&answer).trim().to_owned();
        let commit = format!("{name}^{{commit}}");
        let answer = self.asks(&["rev-parse", "--verify", "--quiet", &commit])?;
        let Some(commit) = answer.map(trimmed) else {
            return Ok(Meeting::NoRef);
        };
        let answer = self.asks(&["merge-base", "HEAD", &commit])?;
        Ok(match answer.map(trimmed).filter(|base| !base.is_empty()) {
            Some(base) => Meeting::At(base),
            None => Meeting::Never,
        })
    }

    /// Asks git something that it may deny with status 1. Any other status is trouble.
    fn asks(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>, BaseTrouble> {
        self.ask_or_no(arguments)
            .map_err(|trouble| BaseTrouble::Git(trouble.to_string()))
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

/// The line that fetches a ref, and with `all` the history that is cut off.
fn fetch(name: &str, all: bool) -> String {
    let unshallow = if all { "--unshallow " } else { "" };
    match name.strip_prefix("origin/") {
        // A job's clone may be set to follow one branch only: the line says where the ref must come to lie.
        Some(branch) => {
            format!("git fetch {unshallow}origin +refs/heads/{branch}:refs/remotes/origin/{branch}")
        }
        None if all => "git fetch --unshallow origin".to_owned(),
        None => format!("git fetch origin {name}"),
    }
}
