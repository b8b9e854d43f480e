//! Whether promises of phases are due that a run does not keep: then the run is a no, and says so. It judges no phase.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{By, Ground, Known, NoGround, View};
use crate::model::{Decision, Outcome, digest};

/// Holds the outcome of a run to the promises in the ledger: those that are due and not kept make it a no, and so does
/// a ledger that cannot say. What the file has for liens now is not asked: a completion stands under its promises.
pub fn hold_to_promises(
    outcome: &mut Outcome,
    by: By,
    own_files: &[PathBuf],
    now: Timestamp,
    today: Date,
) {
    // Promises are of phases. A ledger that is gone may have been there: git knows.
    if by.plan.phases.is_empty() {
        return;
    }
    let due = match due(outcome, by, own_files, now, today) {
        Ok(due) if due.is_empty() => return,
        Ok(due) => due,
        Err(words) => {
            outcome.run.notes.push(format!(
                "whether a promise of a phase is due is not known: {words}"
            ));
            Vec::new()
        }
    };
    outcome.run.due.extend(due);
    outcome.verdict.decision = Decision::NoGo;
    outcome.digest = digest(&outcome.verdict);
}

/// Those that are due, in words; or why that is not known.
fn due(
    outcome: &Outcome,
    by: By,
    own_files: &[PathBuf],
    now: Timestamp,
    today: Date,
) -> Result<Vec<String>, String> {
    let mut ground = match Ground::at_a_glance(by, own_files) {
        Ok(ground) => ground,
        Err(NoGround::Trouble(words)) => return Err(words),
        Err(NoGround::People(problems, _)) => {
            let first = problems.first().map(|problem| problem.message.clone());
            let first = first.unwrap_or_default();
            return Err(format!("people.yaml has a mistake: {first}"));
        }
        // Without git there is no record that anybody could hold a run to.
        Err(NoGround::NoGit) => return Ok(Vec::new()),
    };
    ground.verify(now)?;
    let view = View::of(&ground, Known::default(), now, today);
    let due = view.overdue(&outcome.verdict).into_iter();
    Ok(due
        .map(|one| format!("{}; {}", one.found, one.help))
        .collect())
}
