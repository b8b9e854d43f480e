//! Gathers what a judge wants to know beside its reports: from baseline, git and services, each asked once a run.

use super::gate::Shared;
use crate::model::{Given, Wants};

/// What a judge of this run is given.
pub(super) fn given(shared: &Shared, wants: Wants) -> Given {
    let Wants {
        baseline: _,
        green_list: _,
    } = wants;
    Given {
        strict: shared.strict,
        ..Given::default()
    }
}
