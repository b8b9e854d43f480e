//! Targets: bounds that facts must keep in one phase, beside those of their gates.
//!
//! The unit of a target is that of its fact, so the bound is read when the fact is measured.

use std::collections::BTreeMap;

use super::PlannedPhase;
use crate::model::{Cause, ConditionVerdict, GateVerdict, Measure, Verdict, VerdictDocument};
use crate::policy::{Condition, Keeps, Unit};
use crate::problem::Problems;
use crate::source::{At, Node, Value};

/// A bound on a fact in one phase.
#[derive(Clone, Debug)]
pub struct Target {
    /// Full dotted name: `unit.tests.pass-rate`.
    pub fact: String,
    /// The gate that measures it.
    pub gate: String,
    /// The bound as written.
    pub node: Node,
}

impl Target {
    /// A bound that is written in its gate.
    pub(super) fn of_bound(fact: &str, gate: &str, text: &str) -> Self {
        Self {
            fact: fact.to_owned(),
            gate: gate.to_owned(),
            node: Node {
                at: At::start_of(""),
                value: Value::Text(text.to_owned()),
            },
        }
    }

    /// The bound, as written.
    pub fn text(&self) -> String {
        let written = || self.node.scalar().unwrap_or_default();
        Condition::guess(&self.node).map_or_else(written, |one| one.text().to_owned())
    }

    /// The bound in the unit of a measured value.
    pub fn condition(&self, value: &Measure) -> Result<Condition, String> {
        let mut problems = Problems::default();
        let condition = Condition::read(&self.node, Unit::of(value), &mut problems);
        let wrong = problems.iter().find(|problem| !problem.warning);
        match (condition, wrong) {
            (Some(condition), None) => Ok(condition),
            (_, wrong) => Err(wrong.map_or_else(
                || "the target cannot be read in the unit of its fact".to_owned(),
                |problem| {
                    format!(
                        "{}: `{}` is measured as {value}",
                        problem.message, self.fact
                    )
                },
            )),
        }
    }

    /// Judges a value. One that was not measured is inconclusive.
    pub fn judge(&self, value: Option<&Measure>, volatile: bool) -> ConditionVerdict {
        let read = value.map(|value| (value, self.condition(value)));
        let (verdict, cause, note) = match &read {
            None => undecided(format!("no run measured `{}`", self.fact)),
            Some((_, Err(words))) => undecided(words.clone()),
            Some((value, Ok(condition))) => match condition.keeps(value) {
                Keeps::Yes => (Verdict::Pass, None, None),
                Keeps::Tolerated(words) => (
                    Verdict::Pass,
                    None,
                    Some(format!("tolerance decided: {words}")),
                ),
                Keeps::No => (Verdict::Fail, None, None),
                Keeps::Band => {
                    let words = "it lies between pass and fail: a person decides".to_owned();
                    (Verdict::Inconclusive, Some(Cause::Judgement), Some(words))
                }
                _ => undecided("there is nothing to compare".to_owned()),
            },
        };
        let bound = read
            .as_ref()
            .and_then(|(_, condition)| condition.as_ref().ok()?.bound());
        ConditionVerdict {
            fact: self.fact.clone(),
            verdict,
            cause,
            measured: value.map(|value| value.beside(bound)),
            bound: self.text(),
            written: Some(self.node.at.place()),
            evidence: Vec::new(),
            note,
            volatile,
            asked: None,
        }
    }

    /// What became of it in a verdict that it was applied to.
    pub(super) fn applied<'a>(&self, gate: &'a GateVerdict) -> Option<&'a ConditionVerdict> {
        let place = self.node.at.place();
        gate.conditions
            .iter()
            .find(|one| one.fact == self.fact && one.written.as_ref() == Some(&place))
    }
}

fn undecided(words: String) -> (Verdict, Option<Cause>, Option<String>) {
    (Verdict::Inconclusive, Some(Cause::Evidence), Some(words))
}

/// Adds the targets of a phase to the conditions of one gate.
pub fn aim(phase: &PlannedPhase, gate: &mut GateVerdict, volatile: &BTreeMap<String, Measure>) {
    for target in &phase.targets {
        if target.gate == gate.id {
            apply(target, gate, volatile);
        }
    }
}

/// Adds the targets of a phase to the conditions of its gates, so that verdict, record and report show them. Doing it
/// twice changes nothing. The decision in the document is left to whoever draws it.
pub fn apply_targets(
    phase: &PlannedPhase,
    document: &mut VerdictDocument,
    volatile: &BTreeMap<String, Measure>,
) {
    for target in &phase.targets {
        let found = document
            .gates
            .iter_mut()
            .find(|gate| gate.id == target.gate);
        if let Some(gate) = found {
            apply(target, gate, volatile);
        }
    }
}

/// Adds one target to one gate. A gate that was not judged has nothing to measure.
pub(super) fn apply(target: &Target, gate: &mut GateVerdict, volatile: &BTreeMap<String, Measure>) {
    let judged = !matches!(gate.verdict, Verdict::NotApplicable | Verdict::Cancelled);
    if !judged || target.applied(gate).is_some() {
        return;
    }
    let steady = gate.facts.get(&target.fact);
    let value = steady.or_else(|| volatile.get(&target.fact));
    let condition = target.judge(value, steady.is_none() && value.is_some());
    let worse = gate.verdict.and(condition.verdict);
    let same = worse == gate.verdict && condition.verdict == gate.verdict;
    if worse != gate.verdict || (same && gate.cause == Some(Cause::Judgement)) {
        // Of two causes that nothing but evidence can mend, a person's judgement is the lesser.
        gate.cause = condition
            .cause
            .or(gate.cause.filter(|_| worse == Verdict::Inconclusive));
    }
    gate.verdict = worse;
    if gate.verdict != Verdict::Inconclusive {
        gate.cause = None;
    }
    gate.conditions.push(condition);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{gate, target, verdict};
    use super::*;

    fn share(part: u64, whole: u64) -> Measure {
        Measure::Share { part, whole }
    }

    #[test]
    fn a_target_is_judged_in_the_unit_of_its_fact() {
        let target = target("unit.tests.pass-rate", ">=100%");
        let cases = [
            (Some(share(9, 9)), Verdict::Pass),
            (Some(share(8, 9)), Verdict::Fail),
            (Some(share(0, 0)), Verdict::Inconclusive),
            (Some(Measure::Count(9)), Verdict::Inconclusive),
            (None, Verdict::Inconclusive),
        ];
        for (value, wanted) in cases {
            assert_eq!(
                target.judge(value.as_ref(), false).verdict,
                wanted,
                "{value:?}"
            );
        }
        let found = target.judge(Some(&Measure::Count(9)), false);
        assert!(found.note.is_some_and(|note| note.contains("wrong unit")));
    }

    #[test]
    fn targets_worsen_the_verdict_of_their_gate_once() {
        let mut phase = super::super::testing::phase("beta");
        phase.targets = vec![target("unit.tests.pass-rate", ">=100%")];
        let mut unit = gate("unit", Verdict::Pass);
        unit.facts
            .insert("unit.tests.pass-rate".to_owned(), share(8, 9));
        let mut document = verdict(vec![unit]);
        apply_targets(&phase, &mut document, &BTreeMap::new());
        apply_targets(&phase, &mut document, &BTreeMap::new());
        assert_eq!(document.gates[0].verdict, Verdict::Fail);
        assert_eq!(document.gates[0].conditions.len(), 1);
    }

    #[test]
    fn a_target_that_nothing_measured_is_inconclusive_and_never_a_pass() {
        let mut phase = super::super::testing::phase("beta");
        phase.targets = vec![target("unit.tests.passed", ">=1")];
        let mut document = verdict(vec![gate("unit", Verdict::Pass)]);
        apply_targets(&phase, &mut document, &BTreeMap::new());
        assert_eq!(document.gates[0].verdict, Verdict::Inconclusive);
        assert_eq!(document.gates[0].cause, Some(Cause::Evidence));
    }

    #[test]
    fn a_target_on_a_time_reads_the_times_of_the_run() {
        let mut phase = super::super::testing::phase("beta");
        phase.targets = vec![target("unit.tests.slowest", "<1s")];
        let times = BTreeMap::from([("unit.tests.slowest".to_owned(), Measure::seconds(2.0))]);
        let mut document = verdict(vec![gate("unit", Verdict::Pass)]);
        apply_targets(&phase, &mut document, &times);
        assert_eq!(document.gates[0].verdict, Verdict::Fail);
        assert!(document.gates[0].conditions[0].volatile);
    }
}
