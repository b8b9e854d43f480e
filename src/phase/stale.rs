//! `stale`: whether a completion of the phase still holds. It keeps nobody from completing the phase again.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Answer, Asking, Asks, GateNow, PhaseRule, PlannedPhase, Situation, World};
use crate::model::{Completion, ConditionRecord, Enforce};
use crate::policy::{Condition, Unit};
use crate::problem::Problems;
use crate::source::{At, Node, Value};

/// The rule `stale`.
pub struct Stale;

impl PhaseRule for Stale {
    fn name(&self) -> &'static str {
        "stale"
    }

    // An earlier completion is a record, and nothing is asked of it.
    fn asks(&self, _: &PlannedPhase, _: &[PlannedPhase]) -> Option<Asks> {
        None
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let standing = situation.standing();
        if standing.completion.is_none() && standing.stale.is_empty() {
            return None;
        }
        let written = Some(situation.phase.at.place());
        if standing.stale.is_empty() {
            let asking = Asking::new(self.name(), "an earlier completion holds", written);
            return Some(asking.done(standing.words()));
        }
        // It is told, not asked, and so nothing is wanted: completing the phase again is what mends it.
        let why = standing.stale.join("; ");
        let found = format!("an earlier completion does not hold any more: {why}");
        Some(Asking::new(self.name(), "", written).done(found))
    }
}

/// What the record relied on and the file demands no more, in words.
pub(super) fn weakened(
    world: &World<'_>,
    phase: &PlannedPhase,
    record: &Completion,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut bounds = Bounds::default();
    let asked = super::gates_of(phase, world.phases);
    for gate in own_gates(record) {
        if world.gates.contains_key(gate) && !asked.iter().any(|one| one == gate) {
            found.push(format!("gate `{gate}` was taken out of the phase"));
        }
    }
    for (gate, recorded) in &record.gates {
        if recorded.enforce != Enforce::Block.word() {
            continue;
        }
        let Some(now) = world.gates.get(gate) else {
            found.push(format!("gate `{gate}`, which it relied on, was removed"));
            continue;
        };
        if now.enforce != Enforce::Block {
            found.push(format!(
                "gate `{gate}`, which it relied on, does not block any more"
            ));
        }
        let conditions = recorded.conditions.iter();
        found.extend(conditions.filter_map(|one| bounds.loosened(one, now, phase)));
    }
    found
}

/// The gates that the phase itself listed: gates that those need are recorded too, and may go.
fn own_gates(record: &Completion) -> impl Iterator<Item = &str> {
    let rule = record.criteria.iter().find(|one| one.rule == "gates");
    let list = rule.and_then(|one| one.asks.get("gates"));
    list.into_iter()
        .flat_map(|list| list.split(' '))
        .filter(|id| !id.is_empty())
}

/// Holds recorded bounds to those of today. A ledger has few texts of bounds, and thousands of conditions.
#[derive(Default)]
struct Bounds<'r> {
    /// Whether a bound can be read in some unit, by its text.
    comparable: HashMap<&'r str, bool>,
}

impl<'r> Bounds<'r> {
    /// How a bound was loosened since it was recorded, in words.
    fn loosened(
        &mut self,
        recorded: &'r ConditionRecord,
        now: &GateNow,
        phase: &PlannedPhase,
    ) -> Option<String> {
        if recorded.written.is_empty() {
            return None;
        }
        let own = now.bounds.iter().filter(|(fact, _)| *fact == recorded.fact);
        let mut texts: Vec<Cow<'_, str>> = own.map(|(_, text)| text.into()).collect();
        let targets = phase.targets.iter();
        let targets = targets.filter(|target| target.fact == recorded.fact);
        texts.extend(targets.map(|target| Cow::from(target.text())));
        let bound = written(&recorded.bound);
        let fact = &recorded.fact;
        if texts.is_empty() {
            // A bound whose name is made by its judge is looked for by its words; one that is no number only in a list.
            let gone = !now.texts.contains(bound) && (fact.ends_with(']') || self.is_number(bound));
            return gone.then(|| {
                format!("the bound `{fact} {bound}`, which it relied on, was removed or changed")
            });
        }
        let kept = texts.iter().any(|text| !is_looser(text, bound));
        (!kept).then(|| {
            let texts = texts.join(", ");
            format!("the bound `{fact} {bound}`, which it relied on, is now `{texts}`")
        })
    }

    fn is_number(&mut self, bound: &'r str) -> bool {
        let known = self.comparable.entry(bound);
        *known.or_insert_with(|| units(bound).next().is_some())
    }
}

/// A bound as the file had it: what followed from the baseline of that day is shown behind it.
fn written(bound: &str) -> &str {
    bound
        .split_once(" (baseline ")
        .map_or(bound, |(written, _)| written)
}

/// Whether a bound accepts what an older one refused. What cannot be compared counts as looser.
fn is_looser(now: &str, old: &str) -> bool {
    if now == old {
        return false;
    }
    let band = |text: &str| text.contains(" (fails ");
    if band(now) && !band(old) {
        return true;
    }
    let mut compared = false;
    for (unit, older) in units(old) {
        if let Some(newer) = read(now, unit) {
            if newer.is_looser_than(&older) {
                return true;
            }
            compared = true;
        }
    }
    !compared
}

fn units(text: &str) -> impl Iterator<Item = (Unit, Condition)> {
    [
        Unit::Count,
        Unit::Share,
        Unit::Duration,
        Unit::Size,
        Unit::Number,
    ]
    .into_iter()
    .filter_map(move |unit| Some((unit, read(text, unit)?)))
}

fn read(text: &str, unit: Unit) -> Option<Condition> {
    let pass = text.split_once(" (fails ").map_or(text, |(pass, _)| pass);
    let node = Node {
        at: At::start_of(""),
        value: Value::Text(pass.to_owned()),
    };
    let mut quiet = Problems::default();
    Condition::read(&node, unit, &mut quiet).filter(|_| !quiet.refuse())
}
