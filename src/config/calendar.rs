//! What changes by itself with the date: waivers and declared absences that end, gates that begin to block.

use jiff::civil::Date;

use super::Plan;
use crate::model::{Enforce, Until};
use crate::policy::standings;
use crate::source::Place;

/// Something that changes on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The first day on which it is different.
    pub day: Date,
    /// What changes.
    pub words: String,
    /// Where that is written.
    pub written: Place,
    /// The gate that it is about, where it is about one.
    pub gate: Option<String>,
}

/// All that changes after one day and up to another, in the order of the days.
pub fn changes(plan: &Plan, after: Date, upto: Date) -> Vec<Change> {
    let mut changes = of_gates(plan);
    let now = standings(&plan.waivers, &plan.waiver_rules, after);
    for (waiver, standing) in plan.waivers.iter().zip(now) {
        if let (true, Ok(Until::Day(last))) = (standing.applies(), &waiver.until) {
            changes.extend(last.tomorrow().ok().map(|day| Change {
                day,
                words: format!(
                    "the waiver of {} no longer counts: {}",
                    waiver.owner, waiver.scope
                ),
                written: waiver.written.clone(),
                gate: waiver.scope.gate.clone(),
            }));
        }
    }
    changes.retain(|change| change.day > after && change.day <= upto);
    changes.sort();
    changes
}

fn of_gates(plan: &Plan) -> Vec<Change> {
    let mut changes = Vec::new();
    for gate in &plan.gates {
        let mut add = |day: Option<Date>, words: String, written: Place| {
            changes.extend(day.map(|day| Change {
                day,
                words,
                written,
                gate: Some(gate.id.clone()),
            }));
        };
        if let Some(from) = &gate.enforce_from
            && gate.enforce == Enforce::Block
        {
            let words = format!("gate `{}` begins to block", gate.id);
            add(Some(from.value), words, from.at.place());
        }
        if let Some(absent) = &gate.absent
            && let Some(until) = &absent.until
        {
            let words = format!("missing evidence of `{}` is no longer accepted", gate.id);
            add(until.value.tomorrow().ok(), words, absent.at.place());
        }
    }
    changes
}
