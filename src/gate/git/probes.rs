//! Repositories that a `git` gate must not pass on.

use super::GitGate;
use crate::gate::Probe;
use crate::gate::probe::short;
use crate::model::{Commit, GitGiven, Given, Unknown};

impl GitGate {
    /// For each demand a repository that breaks it and nothing else, and one that git knows nothing of.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        let mut all: Vec<&str> = Vec::new();
        if self.clean.is_some() {
            let changes = Some(Ok(vec!["probe.txt".to_owned()]));
            let given = GitGiven {
                changes,
                ..self.fine()
            };
            probes.push(one("1 path that differs from HEAD", given).clause("git.clean"));
            all.push("clean");
        }
        for (index, text) in self.up_to_date.iter().enumerate() {
            let mut given = self.fine();
            given.behind[index].1 = Ok(1);
            let name = match self.up_to_date.len() {
                1 => "git.up-to-date".to_owned(),
                _ => format!("git.up-to-date[{}]", text.value),
            };
            let title = format!("1 commit of {} is not here", short(&text.value));
            probes.push(one(&title, given).clause(&name));
        }
        if !self.up_to_date.is_empty() {
            all.push("up-to-date");
        }
        if self.pushed.is_some() {
            let given = GitGiven {
                unpushed: Some(Ok(1)),
                ..self.fine()
            };
            probes.push(one("1 commit that is on no remote", given).clause("git.pushed"));
            all.push("pushed");
        }
        if self.linear.is_some() {
            probes.push(one("1 merge", self.with(2, "Merge")).clause("git.linear"));
        }
        probes.extend((0..self.messages.len()).map(|index| self.message(index)));
        if self.wants_commits() {
            all.push("commits");
        }
        let unknown = all.into_iter().map(|what| {
            let probe = one("a repository that git cannot tell of", untold(&self.fine()));
            probe.reason("git-unknown", format!("`{what}`"))
        });
        probes.extend(unknown);
        probes
    }

    fn message(&self, index: usize) -> Probe {
        let regex = &self.messages[index].value;
        let name = match self.messages.len() {
            1 => "git.messages".to_owned(),
            _ => format!("git.messages[{}]", index + 1),
        };
        let mut subjects = ["x", "", "\u{1}", "1"].into_iter();
        let title = format!("a subject that `{}` does not match", short(regex.as_str()));
        match subjects.find(|subject| !regex.is_match(subject)) {
            Some(subject) => one(&title, self.with(1, subject)).clause(&name),
            None => Probe::unproven(title, "no subject is known that it refuses"),
        }
    }

    /// A repository that is as wanted, as far as is known without commits.
    fn fine(&self) -> GitGiven {
        let refs = self.up_to_date.iter();
        GitGiven {
            changes: Some(Ok(Vec::new())),
            behind: refs.map(|text| (text.value.clone(), Ok(0))).collect(),
            unpushed: Some(Ok(0)),
            commits: Some(Ok(Vec::new())),
        }
    }

    fn with(&self, parents: usize, subject: &str) -> GitGiven {
        let commit = Commit {
            id: "0".repeat(40),
            parents,
            subject: subject.to_owned(),
        };
        GitGiven {
            commits: Some(Ok(vec![commit])),
            ..self.fine()
        }
    }
}

fn one(title: &str, git: GitGiven) -> Probe {
    Probe::new(title).given(Given {
        baseline_must_exist: true,
        git: Some(git),
        ..Given::default()
    })
}

fn untold(asked: &GitGiven) -> GitGiven {
    let unknown = || Unknown::new("there is no repository", "run `git init`");
    let behind = asked.behind.iter();
    GitGiven {
        changes: Some(Err(unknown())),
        behind: behind
            .map(|(name, _)| (name.clone(), Err(unknown())))
            .collect(),
        unpushed: Some(Err(unknown())),
        commits: Some(Err(unknown())),
    }
}
