//! What a completion owes the file that it was drawn from: every rule that its phase asks, each gate as the file has it,
//! the phases before it.
//!
//! It is asked of records that name the very policy of the file: there nothing may be missing. Records of other
//! policies are the business of `stale`.

use std::collections::{BTreeMap, BTreeSet};

use super::{GateNow, PlannedPhase, RULES, plan};
use crate::model::{Completion, Criterion};

/// What a completion of a phase lacks of what the file asks, in words. `gates` are those of the file on its day.
pub fn owed(
    phases: &[PlannedPhase],
    gates: &BTreeMap<String, GateNow>,
    phase: &str,
    done: &Completion,
) -> Vec<String> {
    let Some(planned) = plan::find(phases, phase) else {
        return vec![format!(
            "under the policy that it names there is no phase `{phase}`"
        )];
    };
    let mut wrong = Vec::new();
    for rule in RULES {
        if let Some(asks) = rule.asks(planned, phases) {
            let name = rule.name();
            let mut answers = done.criteria.iter().filter(|one| one.rule == name);
            wrong.extend(lacks(name, &asks, answers.next()));
        }
    }
    wrong.extend(before(phases, planned, done));
    for (id, recorded) in &done.gates {
        let now = gates.get(id).map(|gate| gate.enforce.word());
        if let Some(now) = now.filter(|now| *now != recorded.enforce) {
            wrong.push(format!(
                "gate `{id}` is recorded with `enforce: {}`, and the policy that it names has `{now}`",
                recorded.enforce
            ));
        }
    }
    wrong
}

fn lacks(
    rule: &str,
    asks: &BTreeMap<String, String>,
    answer: Option<&Criterion>,
) -> Option<String> {
    let Some(answer) = answer else {
        return Some(format!(
            "the policy that it names asks `{rule}` of its phase, and it holds no answer"
        ));
    };
    let differs = asks
        .iter()
        .find(|(key, value)| answer.asks.get(*key) != Some(value));
    differs.map(|(key, value)| {
        let found = answer.asks.get(key).map_or("nothing", String::as_str);
        format!("the policy that it names asks `{rule}` with {key} {value}, and it answers {found}")
    })
}

/// The phases before it, and its parts: it names a completion of each, unless a waiver stands for the rule.
fn before(phases: &[PlannedPhase], planned: &PlannedPhase, done: &Completion) -> Option<String> {
    let excused = |rule: &str| {
        let mut criteria = done.criteria.iter();
        criteria.any(|one| one.rule == rule && one.waived.is_some())
    };
    let parts = phases
        .iter()
        .filter(|one| one.parent.as_ref() == Some(&planned.id));
    let parts: BTreeSet<&String> = parts.map(|one| &one.id).collect();
    let after: BTreeSet<&String> = planned.after.iter().collect();
    let named: BTreeSet<&String> = done.after.keys().collect();
    let mut missing: BTreeSet<&&String> = BTreeSet::new();
    if !excused("after") {
        missing.extend(after.difference(&named));
    }
    if !excused("parent") {
        missing.extend(parts.difference(&named));
    }
    if let Some(id) = missing.into_iter().next() {
        return Some(format!(
            "it comes after `{id}`, and names no completion of it"
        ));
    }
    let other = named
        .iter()
        .find(|id| !after.contains(**id) && !parts.contains(**id));
    other.map(|id| format!("it names a completion of `{id}`, which it does not come after"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{phase, sign_offs};
    use super::*;
    use crate::model::GateRecord;

    fn phases() -> Vec<PlannedPhase> {
        let mut beta = phase("beta");
        beta.after = vec!["alpha".to_owned()];
        beta.gates = vec!["unit".to_owned()];
        beta.sign_offs = Some(sign_offs(2));
        let mut part = phase("part");
        part.parent = Some("beta".to_owned());
        vec![phase("alpha"), beta, part]
    }

    fn criterion(rule: &str, asks: &[(&str, &str)]) -> Criterion {
        let asks = asks
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Criterion {
            rule: rule.to_owned(),
            holds: true,
            asks: asks.collect(),
            ..Criterion::default()
        }
    }

    fn whole() -> Completion {
        let gate = GateRecord {
            enforce: "block".to_owned(),
            ..GateRecord::default()
        };
        let named = ["alpha", "part"].map(|id| (id.to_owned(), "d".repeat(64)));
        Completion {
            after: named.into(),
            gates: [("unit".to_owned(), gate)].into(),
            criteria: vec![
                criterion("after", &[("after", "alpha")]),
                criterion("parent", &[]),
                criterion("tree", &[]),
                criterion("gates", &[("gates", "unit")]),
                criterion("sign-offs", &[("count", "2")]),
            ],
            ..Completion::default()
        }
    }

    fn lacking(change: impl FnOnce(&mut Completion)) -> Vec<String> {
        let mut done = whole();
        change(&mut done);
        let now = [("unit".to_owned(), GateNow::default())].into();
        owed(&phases(), &now, "beta", &done)
    }

    #[test]
    fn a_whole_completion_owes_nothing() {
        assert_eq!(lacking(|_| {}), Vec::<String>::new());
    }

    #[test]
    fn each_rule_must_be_answered_as_it_is_asked() {
        for rule in ["after", "parent", "tree", "gates", "sign-offs"] {
            let wrong = lacking(|done| done.criteria.retain(|one| one.rule != rule));
            assert!(
                wrong
                    .iter()
                    .any(|why| why.contains(&format!("asks `{rule}`"))),
                "{wrong:?}"
            );
        }
        let fewer = lacking(|done| {
            done.criteria[4]
                .asks
                .insert("count".to_owned(), "1".to_owned());
        });
        assert!(
            fewer[0].contains("with count 2, and it answers 1"),
            "{fewer:?}"
        );
    }

    #[test]
    fn the_phases_before_it_are_those_of_the_file() {
        let without = |id: &str| {
            lacking(|done| {
                done.after.remove(id);
            })
        };
        assert!(without("alpha")[0].contains("after `alpha`"));
        assert!(without("part")[0].contains("after `part`"));
        let more = lacking(|done| {
            done.after.insert("gamma".to_owned(), "e".repeat(64));
        });
        assert!(
            more[0].contains("names a completion of `gamma`"),
            "{more:?}"
        );
        let waived = lacking(|done| {
            done.after.remove("alpha");
            done.criteria[0].waived = Some("ada".to_owned());
        });
        assert_eq!(waived, Vec::<String>::new());
    }

    #[test]
    fn a_gate_blocks_as_the_file_has_it() {
        let warns = lacking(|done| {
            done.gates
                .values_mut()
                .for_each(|gate| gate.enforce = "warn".to_owned());
        });
        assert!(warns[0].contains("`enforce: warn`"), "{warns:?}");
        let unknown = owed(&phases(), &BTreeMap::new(), "omega", &whole());
        assert!(unknown[0].contains("no phase `omega`"));
    }
}
