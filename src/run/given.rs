//! Gathers what a judge wants to know beside its reports: from baseline, git and services, each asked once a run.

use std::sync::Arc;

use super::gate::Shared;
use crate::model::{ChangedLines, ChangesUnknown, Given, Wants};
use crate::policy::is_pragma;

/// What a judge of this run is given.
pub(super) fn given(shared: &Shared, wants: Wants) -> Given {
    let Wants {
        baseline: _,
        changes: wants_changes,
    } = wants;
    Given {
        strict: shared.strict,
        changes: wants_changes.then(|| changes(shared)),
        ..Given::default()
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
