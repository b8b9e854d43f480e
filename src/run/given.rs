//! Gathers what a judge wants to know beside its reports: from baseline, git and services, each asked once a run.

use std::sync::Arc;

use super::gate::Shared;
use super::subject::Start;
use super::{asking, green, stored};
use crate::config::Origin;
use crate::config::PlannedGate;
use crate::ledger;
use crate::model::{
    BaselineState, ChangedLines, ChangesUnknown, GitGiven, GitWants, Given, Note, Unknown, Wants,
};
use crate::policy::{Condition, Date, is_pragma};
use crate::vcs::Repository;

/// The kind that the bound on a gate's duration counts as.
pub(super) const EXIT: &str = "exit";

/// The kind that keeps names of tests.
pub(super) const TESTS: &str = "tests";

/// What the bound on a gate's duration is judged by.
pub(super) fn of_exit(shared: &Shared, gate: &PlannedGate) -> Given {
    let relative = gate.duration.as_ref().is_some_and(Condition::is_relative);
    given(shared, gate, EXIT, Wants::baseline_if(relative))
}

/// What a judge of a gate is given, by its kind and what it wants.
pub(super) fn given(shared: &Shared, gate: &PlannedGate, kind: &str, wants: Wants) -> Given {
    let Wants {
        baseline,
        changes: wants_changes,
        tracked,
        git,
        http,
        green_list,
        began: _,
    } = wants;
    let known = if baseline {
        let state = match (&gate.baseline_ref, &shared.repository) {
            (Some(reference), Some(repository)) if gate.baseline_run => {
                stored::baseline(repository, &shared.store, reference, (&gate.id, kind))
            }
            _ => known(shared, gate),
        };
        of_kind(state, kind)
    } else {
        BaselineState::Never
    };
    // What is recorded is measured, not compared.
    let (baseline, recorded) = match known {
        BaselineState::Here(recorded) if shared.recording => (BaselineState::Never, Some(recorded)),
        _ if shared.recording => (BaselineState::Never, None),
        known => (known, None),
    };
    Given {
        baseline_must_exist: shared.baseline_must_exist,
        baseline,
        recorded,
        first_run: first_run(shared, gate),
        changes: wants_changes.then(|| changes(shared)),
        tracked: tracked.then(|| self::tracked(shared)),
        git: git.map(|wants| self::git(shared, &wants)),
        http: http.map(|wants| asking::ask(shared, gate, &wants)),
        green_list: green_list
            .map(|name| green::list(shared, &name))
            .unwrap_or_default(),
        began: shared
            .tests_then
            .get(&gate.id)
            .filter(|_| kind == TESTS)
            .cloned(),
        names: shared.names && kind == TESTS,
    }
}

/// What is to be known of a declaration that there is no baseline yet: that it ended, or that nobody needs it.
pub(super) fn first_run_note(shared: &Shared, gate: &PlannedGate, given: &Given) -> Option<Note> {
    let declared = gate.first_run.as_ref()?;
    let place = declared.at.place();
    match (&given.baseline, &declared.until) {
        (BaselineState::Here(_), _) => Some(Note {
            code: "unused-first-run",
            message: format!(
                "that there is no baseline yet is declared ({place}), and it is there: remove `first-run`"
            ),
            detail: None,
        }),
        (BaselineState::Never, Some(until)) if until.value < shared.today => Some(Note {
            code: "expired-first-run",
            message: format!(
                "that there may be no baseline yet ended on {} ({place})",
                until.value
            ),
            detail: None,
        }),
        _ => None,
    }
}

/// The declaration that there is no baseline yet, until its last day.
fn first_run(shared: &Shared, gate: &PlannedGate) -> Option<String> {
    let declared = gate.first_run.as_ref()?;
    let ended = |until: &Date| until.value < shared.today;
    if declared.until.as_ref().is_some_and(ended) {
        return None;
    }
    let until = declared.until.as_ref();
    let until = until.map(|day| format!(", until {}", day.value));
    Some(format!(
        "{} ({}{})",
        declared.why,
        declared.at.place(),
        until.unwrap_or_default()
    ))
}

/// The baseline of a gate: read again for each judge that wants it, because a gate rarely has two.
pub(super) fn known(shared: &Shared, gate: &PlannedGate) -> BaselineState {
    let root = &shared.plan.root;
    match (&gate.baseline_ref, &shared.repository) {
        (None, _) => match &shared.origin {
            Origin::Rev(revision) if !gate.added => {
                let bytes = shared
                    .origin
                    .find(&ledger::path_of(&gate.id), ledger::LIMIT);
                let bytes = bytes.map_err(|trouble| trouble.to_string());
                ledger::state_of(&gate.id, bytes, &revision.name, &shared.history)
            }
            // The trusted policy knows nothing of a gate that only the judged tree has.
            _ => ledger::state(root, &gate.id, &shared.history),
        },
        (Some(reference), Some(repository)) => {
            ledger::state_at(repository, root, reference, &gate.id)
        }
        (Some(reference), None) => BaselineState::Broken(format!(
            "it is that of `{reference}`, and there is no git repository"
        )),
    }
}

/// A baseline that was recorded before the gate had a judge of this kind holds nothing of it.
pub(super) fn of_kind(state: BaselineState, kind: &str) -> BaselineState {
    match state {
        BaselineState::Here(baseline) if !baseline.holds.contains(kind) => BaselineState::Never,
        other => other,
    }
}

/// The changed lines. Git that fails, or is not there, is no "nothing changed".
fn changes(shared: &Shared) -> Result<Arc<ChangedLines>, ChangesUnknown> {
    let read = || {
        let Some(start) = shared.start.get() else {
            let message = if shared.repository.is_some() {
                "git does not answer, so what changed cannot be told"
            } else {
                "this is no git repository, so what changed cannot be told"
            };
            return Err(ChangesUnknown {
                message: message.to_owned(),
                help: "run in a clone of the repository, with `git` installed".to_owned(),
            });
        };
        let base = shared.base.as_deref();
        start
            .changed_lines(base, shared.event.as_ref(), &is_pragma)
            .map(Arc::new)
    };
    shared.changes.get_or_init(read).clone()
}

/// The paths that git tracks, asked once; none without git, where only ignore files tell.
fn tracked(shared: &Shared) -> Result<Vec<String>, Unknown> {
    let ask = || match &shared.repository {
        None => Ok(Vec::new()),
        Some(repository) => repository
            .all_tracked(&shared.plan.root)
            .map_err(|trouble| {
                let why = format!("which files git tracks cannot be told: {trouble}");
                Unknown::new(why, "make `git` work here and run again")
            }),
    };
    shared.tracked.get_or_init(ask).clone()
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
    let ask = |question: &dyn Fn(&Repository, &Start) -> Result<u64, Unknown>| match (
        &repository,
        &state,
    ) {
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
        unpushed: wants
            .pushed
            .then(|| ask(&|repository, start| repository.unpushed(start.state.branch.as_deref()))),
        commits: wants.commits.then(|| match (&repository, &state) {
            (Ok(repository), Ok(start)) => {
                let named = wants.since.as_deref().or(shared.base.as_deref());
                repository.commits_since(
                    named,
                    shared.event.as_ref().filter(|_| wants.since.is_none()),
                    &start.state,
                )
            }
            (Err(unknown), _) | (_, Err(unknown)) => Err(unknown.clone()),
        }),
    }
}
