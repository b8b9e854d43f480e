//! Questions to the history: what HEAD lacks of a ref, what no remote has, which commits came since a base.
//!
//! A shallow clone can prove that a commit is there and never that it is missing: then there is no answer, and the
//! line that fetches the rest.

use std::collections::BTreeSet;
use std::fs;

use super::{Base, EventBase, GitTrouble, Repository, State};
use crate::model::{Commit, Unknown};

/// The line that makes a shallow clone whole.
const DEEPEN: &str =
    "run `git fetch --unshallow`, or check out with the whole history (`fetch-depth: 0`)";

impl Repository {
    /// How many commits of that ref HEAD lacks. A branch is looked for here and at the remote `origin`; where both
    /// are there, HEAD must hold both.
    pub fn behind(&self, name: &str) -> Result<u64, Unknown> {
        self.some_commit()?;
        let remote = format!("refs/remotes/origin/{name}");
        let tips: Vec<String> = [name, remote.as_str()]
            .into_iter()
            .filter_map(|name| self.commit_of(name))
            .collect();
        if tips.is_empty() {
            return Err(Unknown::new(
                format!("`{name}` is not in this clone"),
                format!("run `git fetch origin {name}`"),
            ));
        }
        let mut arguments = vec!["rev-list", "--count"];
        arguments.extend(tips.iter().map(String::as_str));
        arguments.extend(["--not", "HEAD"]);
        self.certain(
            &arguments,
            "HEAD may hold it beyond the point where this clone is cut",
        )
    }

    /// How many commits of HEAD are not on its upstream, or without one on no remote at all.
    pub fn unpushed(&self, branch: Option<&str>) -> Result<u64, Unknown> {
        self.some_commit()?;
        let cut = "the remote may hold them beyond the point where this clone is cut";
        if branch.is_some()
            && let Some(upstream) = self.commit_of("@{upstream}")
        {
            return self.certain(&["rev-list", "--count", "HEAD", "--not", &upstream], cut);
        }
        let remotes = self.ask(&["for-each-ref", "--count=1", "refs/remotes"]);
        if remotes.map_err(trouble)?.is_empty() {
            let help = match branch {
                Some(branch) => format!("run `git push -u origin {branch}`"),
                None => "fetch the branch, so that `refs/remotes` knows it".to_owned(),
            };
            return Err(Unknown::new(
                "there is no upstream and no branch of a remote here",
                help,
            ));
        }
        self.certain(&["rev-list", "--count", "HEAD", "--not", "--remotes"], cut)
    }

    /// The commits since the base, newest first; none on the default branch.
    pub fn commits_since(
        &self,
        named: Option<&str>,
        event: Option<&EventBase>,
        state: &State,
    ) -> Result<Vec<Commit>, Unknown> {
        self.some_commit()?;
        let base = match self.base(named, event, state) {
            Ok(Base::Commit(commit)) => commit,
            Ok(Base::Head) => return Ok(Vec::new()),
            Err(trouble) => {
                let (why, help) = trouble.words();
                return Err(Unknown::new(why, help));
            }
        };
        let range = format!("{base}..HEAD");
        let answer = self.ask(&[
            "-c",
            "log.showSignature=false",
            "log",
            "-z",
            "--no-show-signature",
            "--encoding=UTF-8",
            "--format=%H%x1f%P%x1f%s",
            &range,
            "--",
        ]);
        let commits = read_commits(&answer.map_err(trouble)?)?;
        let cut = self.cut_at();
        match commits.iter().find(|commit| cut.contains(&commit.id)) {
            None => Ok(commits),
            Some(commit) => Err(Unknown::new(
                format!(
                    "this clone is cut at {}, within what is counted",
                    commit.line()
                ),
                DEEPEN,
            )),
        }
    }

    /// A count that is right when it is 0, and otherwise only in a clone that is whole.
    fn certain(&self, arguments: &[&str], cut: &str) -> Result<u64, Unknown> {
        let answer = self.ask(arguments).map_err(trouble)?;
        let text = String::from_utf8_lossy(&answer);
        let count = text.trim().parse::<u64>();
        match count {
            Ok(count) if count > 0 && self.is_shallow() => Err(Unknown::new(
                format!("this clone is shallow: {cut}"),
                DEEPEN,
            )),
            Ok(count) => Ok(count),
            Err(_) => Err(Unknown::new(
                "`git rev-list` gave no number",
                "look at what git says",
            )),
        }
    }

    fn some_commit(&self) -> Result<(), Unknown> {
        match self.commit_of("HEAD") {
            Some(_) => Ok(()),
            None => Err(Unknown::new("there is no commit yet", "commit something")),
        }
    }

    /// The commit that a name stands for.
    fn commit_of(&self, name: &str) -> Option<String> {
        let name = format!("{name}^{{commit}}");
        let answer = self
            .ask(&[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &name,
            ])
            .ok()?;
        let commit = String::from_utf8_lossy(&answer).trim().to_owned();
        // Git before 2.30 prints the option back.
        let commit = commit.lines().last()?.to_owned();
        (!commit.is_empty()).then_some(commit)
    }

    /// The commits whose parents this clone does not have.
    fn cut_at(&self) -> BTreeSet<String> {
        let text = fs::read_to_string(self.common.join("shallow")).unwrap_or_default();
        text.lines().map(|line| line.trim().to_owned()).collect()
    }
}

fn trouble(trouble: GitTrouble) -> Unknown {
    Unknown::new(trouble.to_string(), "look at what git says")
}

fn read_commits(answer: &[u8]) -> Result<Vec<Commit>, Unknown> {
    let text = String::from_utf8_lossy(answer);
    let records = text.split('\0').filter(|record| !record.is_empty());
    let read = |record: &str| {
        let mut parts = record.splitn(3, '\u{1f}');
        Some(Commit {
            id: parts.next()?.trim().to_owned(),
            parents: parts.next()?.split_whitespace().count(),
            subject: parts.next()?.to_owned(),
        })
    };
    let commits: Option<Vec<Commit>> = records.map(read).collect();
    commits.ok_or_else(|| {
        Unknown::new(
            "`git log` gave a line that cannot be read",
            "look at what git says",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::read_commits;

    #[test]
    fn commits_are_read_with_their_parents() {
        let answer = b"aa\x1fbb cc\x1fMerge x\0bb\x1f\x1f\0";
        let commits = read_commits(answer).unwrap();
        assert_eq!((commits.len(), commits[0].parents), (2, 2));
        assert_eq!((commits[1].parents, commits[1].subject.as_str()), (0, ""));
        assert!(read_commits(b"nonsense\0").is_err());
    }
}
