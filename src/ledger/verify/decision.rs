//! The decision of a completion, drawn again from what its record holds: each condition from bound and value, each gate
//! from its conditions, the whole from gates, criteria, waivers and liens.

use std::collections::BTreeSet;

use super::{Check, on, short, whole};
use crate::ledger::verify::people::Promises;
use crate::model::{
    Asked, Completion, ConditionRecord, Entry, GateRecord, SignatureState, TestOutcome,
    TestsRecord, Verdict,
};
use crate::policy::Keeps;

/// The condition that every test fails.
const RED: &str = ".tests.outcome";
/// Criteria that a lien may stand for: what time and score bring. For the others no promise counts.
const PROMISED: [&str; 2] = ["readiness", "soak"];

impl<'a> Check<'a> {
    pub(super) fn completion(&mut self, entry: &'a Entry, done: &Completion) -> Vec<String> {
        let mut wrong = Vec::new();
        if done.as_of.parse::<jiff::civil::Date>().is_err() {
            wrong.push(format!("`{}` is no day", done.as_of));
        }
        for (name, gate) in &done.gates {
            wrong.extend(self.gate(name, gate));
            self.evidence(entry, name, gate);
        }
        let promises = self.promises(entry, done, &mut wrong);
        wrong.extend(self.rests_on(entry, done));
        wrong.extend(self.criteria(entry, done));
        wrong.extend(whole::lacks(done));
        wrong.extend((self.against.owed)(entry, done));
        wrong.extend(decision(done, &promises));
        wrong
    }

    fn gate(&mut self, name: &str, gate: &GateRecord) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut worst: Option<Verdict> = None;
        let words = gate
            .conditions
            .iter()
            .map(|condition| &condition.verdict)
            .chain(gate.reasons.iter().map(|reason| &reason.verdict));
        for word in words {
            match Verdict::of(word) {
                Some(verdict) => {
                    worst = Some(worst.map_or(verdict, |worst| worst.and(verdict)));
                }
                None => wrong.push(format!("gate `{name}`: there is no verdict `{word}`")),
            }
        }
        for condition in &gate.conditions {
            if let Err(why) = self.condition(gate, condition) {
                wrong.push(format!("gate `{name}`: {why}"));
            }
        }
        let follows = worst.unwrap_or(Verdict::Pass);
        if gate.verdict != follows.word() {
            wrong.push(format!(
                "gate `{name}` is recorded as `{}`, and from its conditions follows `{}`",
                gate.verdict,
                follows.word()
            ));
        }
        if !["block", "warn", "monitor"].contains(&gate.enforce.as_str()) {
            wrong.push(format!(
                "gate `{name}`: there is no `enforce: {}`",
                gate.enforce
            ));
        }
        if follows == Verdict::Waived && gate.waivers.is_empty() {
            wrong.push(format!(
                "gate `{name}` is recorded as waived, and no waiver is named"
            ));
        }
        if let Some(tests) = &gate.tests {
            let red = gate.conditions.iter().find(|one| one.fact.ends_with(RED));
            let red = red.is_some_and(|one| one.verdict == Verdict::Pass.word());
            if let Err(why) = listed(tests, red) {
                wrong.push(format!("gate `{name}`: {why}"));
            }
        }
        wrong
    }

    fn condition(&mut self, gate: &GateRecord, condition: &ConditionRecord) -> Result<(), String> {
        let fact = &condition.fact;
        let Some(asked) = &condition.asked else {
            self.found.counts.as_recorded += 1;
            return Ok(());
        };
        self.found.counts.conditions += 1;
        let recorded = gate.facts.get(fact);
        // A bound on a fall is named after itself; its value stands under another name.
        if recorded.is_some() && !asked.drop && asked.value.as_ref() != recorded {
            return Err(format!(
                "`{fact}` was compared as another value than the one that is recorded"
            ));
        }
        if !condition.bound.starts_with(&asked.is) {
            return Err(format!(
                "`{fact}` was compared with `{}`, and the bound is recorded as `{}`",
                asked.is, condition.bound
            ));
        }
        let keeps = self
            .answers
            .of(asked)
            .map_err(|why| format!("`{fact}`: {why}"))?;
        let follows = match keeps {
            Keeps::Yes | Keeps::Tolerated(_) => Verdict::Pass,
            Keeps::Band | Keeps::Noise | Keeps::Nothing => Verdict::Inconclusive,
            Keeps::No => Verdict::Fail,
        };
        // Its evidence may speak against a value that keeps its bound, and a waiver may excuse one that does not;
        // nothing makes a pass of it.
        let excused = condition.verdict == Verdict::Waived.word() && !gate.waivers.is_empty();
        let doubted = condition.verdict == Verdict::Inconclusive.word();
        let stands = match follows {
            Verdict::Pass => doubted,
            _ => excused,
        };
        if stands || condition.verdict == follows.word() {
            return Ok(());
        }
        Err(format!(
            "`{fact}` is recorded as `{}`, and from {} against `{}` follows `{}`",
            condition.verdict,
            value(asked),
            asked.is,
            follows.word()
        ))
    }

    fn evidence(&mut self, entry: &Entry, name: &str, gate: &GateRecord) {
        let list = gate.tests.as_ref();
        let list = list.and_then(|tests| Some(("the list of tests", Some(tests.digest.as_ref()?))));
        let reports = gate.reports.iter();
        let reports = reports.map(|report| (report.path.as_str(), report.digest.as_ref()));
        for (path, digest) in reports.chain(list) {
            let Some(digest) = digest else {
                self.found.counts.evidence_absent += 1;
                continue;
            };
            match (self.against.evidence)(digest) {
                Ok(true) => self.found.counts.evidence += 1,
                Ok(false) => self.found.counts.evidence_absent += 1,
                Err(why) => {
                    let words = format!(
                        "gate `{name}`: the local copy of `{}` ({}) is damaged: {why}",
                        path,
                        short(digest)
                    );
                    self.found.warnings.push(on(entry, words));
                }
            }
        }
    }
}

/// Whether the names of tests are a list of so many, each once; and of a red gate only of what failed.
fn listed(tests: &TestsRecord, red: bool) -> Result<(), String> {
    if tests.digest.is_some() {
        let none = tests.names.is_empty();
        let why = "its tests are in the record and in a list beside it";
        return if none { Ok(()) } else { Err(why.to_owned()) };
    }
    let mut seen = BTreeSet::new();
    for names in tests.names.values() {
        if names.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err("the names of its tests are not sorted".to_owned());
        }
        if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(format!("the test `{twice}` is named twice"));
        }
    }
    if seen.len() as u64 != tests.count {
        return Err(format!(
            "{} tests are recorded, and {} named",
            tests.count,
            seen.len()
        ));
    }
    let mut others = tests
        .names
        .iter()
        .filter(|(how, _)| **how != TestOutcome::Failed);
    match others.find_map(|(_, names)| names.first()) {
        Some(name) if red => Err(format!(
            "it is recorded as failing as a whole, and the test `{name}` did not fail"
        )),
        _ => Ok(()),
    }
}

fn value(asked: &Asked) -> String {
    asked
        .value
        .map_or("nothing".to_owned(), |exact| format!("`{}`", exact.0))
}

/// Whether the decision that was recorded follows.
fn decision(done: &Completion, promises: &Promises) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut excused = !done.liens.is_empty();
    let blocking = done
        .gates
        .iter()
        .filter(|(_, gate)| gate.enforce == "block");
    // A waiver of all gates stands for each.
    let mut criteria = done.criteria.iter();
    let spared = criteria.any(|one| one.rule == "gates" && one.waived.is_some());
    for (name, gate) in blocking {
        let judgement = gate.cause.as_deref() == Some("judgement");
        match Verdict::of(&gate.verdict) {
            Some(Verdict::Pass | Verdict::NotApplicable) => {}
            Some(Verdict::Waived) => excused = true,
            _ if spared => {}
            Some(Verdict::Fail) if promises.stand_on(name) => {}
            Some(Verdict::Inconclusive) if judgement && promises.stand_on(name) => {}
            _ => wrong.push(format!(
                "it is recorded as complete, and gate `{name}` is `{}`, for which no lien of it stands",
                gate.verdict
            )),
        }
    }
    for criterion in &done.criteria {
        let rule = criterion.rule.as_str();
        let promised = promises.stand_on(rule) && PROMISED.contains(&rule);
        if criterion.waived.is_some() {
            excused = true;
        } else if !criterion.holds && !promised {
            wrong.push(format!(
                "it is recorded as complete, and `{rule}` does not hold: wanted {}, found {}",
                criterion.wanted, criterion.found
            ));
        }
    }
    let follows = if excused { "conditional-go" } else { "go" };
    if wrong.is_empty() && done.decision != follows {
        wrong.push(format!(
            "its decision is recorded as `{}`, and from what it holds follows `{follows}`",
            done.decision
        ));
    }
    wrong
}

/// Whether a signature is as good as it is known to be: without a list of people nobody can say whose it is, and one
/// that nobody looked at is told as not checked.
pub(super) fn counts(state: &SignatureState) -> bool {
    matches!(
        state,
        SignatureState::Good
            | SignatureState::Unknown
            | SignatureState::Unchecked(_)
            | SignatureState::Unread
    )
}
