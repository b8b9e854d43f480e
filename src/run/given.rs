//! Gathers what a judge wants to know beside its reports: from baseline, git and services, each asked once a run.

use super::gate::Shared;
use crate::config::PlannedGate;
use crate::ledger;
use crate::model::{BaselineState, Given, Wants};

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
    }
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
