//! Gathers what a judge wants to know beside its reports: from baseline, git and services, each asked once a run.

use super::gate::Shared;
use crate::config::PlannedGate;
use crate::ledger;
use crate::model::{BaselineState, Given, Wants};
use crate::policy::{Condition, Date};

/// The kind that the bound on a gate's duration counts as.
pub(super) const EXIT: &str = "exit";

/// What the bound on a gate's duration is judged by.
pub(super) fn of_exit(shared: &Shared, gate: &PlannedGate) -> Given {
    let relative = gate.duration.as_ref().is_some_and(Condition::is_relative);
    given(shared, gate, EXIT, Wants::baseline_if(relative))
}

/// What a judge of a gate is given, by its kind and what it wants.
pub(super) fn given(shared: &Shared, gate: &PlannedGate, kind: &str, wants: Wants) -> Given {
    let Wants { baseline } = wants;
    Given {
        strict: shared.strict,
        baseline: if baseline {
            of_kind(known(shared, gate), kind)
        } else {
            BaselineState::Never
        },
        first_run: first_run(shared, gate),
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
fn known(shared: &Shared, gate: &PlannedGate) -> BaselineState {
    ledger::state(&shared.plan.root, &gate.id, shared.repository.as_ref())
}

/// A baseline that was recorded before the gate had a judge of this kind holds nothing of it.
fn of_kind(state: BaselineState, kind: &str) -> BaselineState {
    match state {
        BaselineState::Here(baseline) if !baseline.holds.contains(kind) => BaselineState::Never,
        other => other,
    }
}
