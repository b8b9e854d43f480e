//! Whether promises of phases are due that a run does not keep: then the run is a no, and says so. It judges no phase.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{By, Ground, Known, NoGround, View};
use crate::config::Change;
use crate::ledger::LEDGER;
use crate::model::{Decision, Entry, Outcome, Says, digest};
use crate::source::Place;

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
    let Some(ground) = ground(by, own_files, now)? else {
        return Ok(Vec::new());
    };
    let view = View::of(&ground, Known::default(), now, today);
    let due = view.overdue(&outcome.verdict).into_iter();
    Ok(due
        .map(|one| format!("{}; {}", one.found, one.help))
        .collect())
}

/// The records that a run is held to; nothing where nobody promised anything, and without git, which holds no record.
fn ground(by: By, own_files: &[PathBuf], now: Timestamp) -> Result<Option<Ground>, String> {
    let mut ground = match Ground::at_a_glance(by, own_files) {
        Ok(ground) => ground,
        Err(NoGround::Trouble(words)) => return Err(words),
        Err(NoGround::People(problems, _)) => {
            let first = problems.first().map(|problem| problem.message.clone());
            let first = first.unwrap_or_default();
            return Err(format!("people.yaml has a mistake: {first}"));
        }
        Err(NoGround::NoGit) => return Ok(None),
    };
    // Most ledgers hold none: then it is enough that no record is missed that may have been one.
    let promises = |entry: &Entry| matches!(entry.record.says, Says::Lien { .. });
    if !ground.ledger.entries().any(promises) {
        return ground.misses_nothing().map(|()| None);
    }
    ground.verify(now)?;
    Ok(Some(ground))
}

/// What changes by itself with promises after a day and up to another: each makes every run a no from the day on which
/// it is due. Or why that is not known.
pub fn promises_ahead(
    by: By,
    now: Timestamp,
    after: Date,
    upto: Date,
) -> Result<Vec<Change>, String> {
    if by.plan.phases.is_empty() {
        return Ok(Vec::new());
    }
    let Some(ground) = ground(by, &[], now)? else {
        return Ok(Vec::new());
    };
    let view = View::of(&ground, Known::default(), now, after);
    let coming = view.coming().into_iter();
    let coming = coming.filter(|(day, _)| *day > after && *day <= upto);
    Ok(coming
        .map(|(day, one)| Change {
            day,
            words: format!(
                "the lien of {} on `{}` of phase `{}` is due: from that day every run is a no go until it holds",
                one.owner, one.on, one.phase
            ),
            written: Place {
                file: format!("{LEDGER}/{}.json", one.record),
                line: None,
            },
            gate: Some(one.on),
        })
        .collect())
}
