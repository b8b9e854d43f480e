//! Gathers what a judge wants to know beside its reports: from baseline, git and services, each asked once a run.

use super::gate::Shared;
use crate::model::{Given, Wants};

/// What a judge of this run is given.
pub(super) fn given(shared: &Shared, wants: &Wants) -> Given {
    Given {
        strict: shared.strict,
        tracked: if wants.tracked { tracked(shared) } else { Vec::new() },
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
