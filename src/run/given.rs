//! Gathers what a judge wants to know beside its reports: from baseline, git and services, each asked once a run.

use super::asking;
use super::gate::Shared;
use super::subject::Start;
use crate::config::PlannedGate;
use crate::model::{Given, GitGiven, GitWants, Unknown, Wants};
use crate::vcs::Repository;

/// What a judge of this run is given.
pub(super) fn given(shared: &Shared, gate: &PlannedGate, wants: &Wants) -> Given {
    Given {
        strict: shared.strict,
        tracked: if wants.tracked { tracked(shared) } else { Vec::new() },
        git: wants.git.as_ref().map(|wants| git(shared, wants)),
        http: wants.http.as_ref().map(|wants| asking::ask(shared, gate, wants)),
        ..Given::default()
    }
}

/// The paths that git tracks, asked once; none without git, where only ignore files tell.
fn tracked(shared: &Shared) -> Vec<String> {
    let ask = || {
        let repository = shared.repository.as_ref()?;
        repository.all_tracked(&shared.plan.root)
    };
    shared.tracked.get_or_init(|| ask().unwrap_or_default()).clone()
}

/// What the repository answers to each question.
fn git(shared: &Shared, wants: &GitWants) -> GitGiven {
    let start = shared.start.get();
    let nowhere = || {
        Unknown::new(
            "there is no git repository here",
            "run in a clone of the repository",
        )
    };
    let repository = shared.repository.as_ref().ok_or_else(nowhere);
    let state = start.ok_or_else(|| Unknown::new("git did not answer", "look at what git says"));
    let ask = |question: &dyn Fn(&Repository, &Start) -> Result<u64, Unknown>| match (&repository, &state) {
        (Ok(repository), Ok(start)) => question(repository, start),
        (Err(unknown), _) | (_, Err(unknown)) => Err(unknown.clone()),
    };
    GitGiven {
        changes: wants.changes.then(|| match (&repository, &state) {
            (Ok(_), Ok(start)) => Ok(start.content.files.keys().cloned().collect()),
            (Err(unknown), _) | (_, Err(unknown)) => Err(unknown.clone()),
        }),
        behind: wants
            .contains
            .iter()
            .map(|name| (name.clone(), ask(&|repository, _| repository.behind(name))))
            .collect(),
        unpushed: wants.pushed.then(|| {
            ask(&|repository, start| repository.unpushed(start.state.branch.as_deref()))
        }),
        commits: wants.commits.then(|| match (&repository, &state) {
            (Ok(repository), Ok(start)) => {
                let named = wants.since.as_deref().or(shared.base.as_deref());
                repository.commits_since(named, &start.state)
            }
            (Err(unknown), _) | (_, Err(unknown)) => Err(unknown.clone()),
        }),
    }
}
