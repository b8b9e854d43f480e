//! What follows from records, and what is said when something else is recorded.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::model::{
    Completion, Criterion, Exact, GateRecord, Measure, ReasonRecord, Record, ReportRecord, Who,
};

const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

fn at(hour: u32, says: Says) -> Record {
    Record {
        parents: Vec::new(),
        at: format!("2026-01-{:02}T{:02}:00:00Z", 1 + hour / 24, hour % 24),
        who: Who {
            name: "ada".to_owned(),
            email: "ada@example.org".to_owned(),
        },
        phase: "beta".to_owned(),
        tree: TREE.to_owned(),
        commit: None,
        policy: "0".repeat(64),
        tollgate: "0.1.0".to_owned(),
        says,
    }
}

fn append(root: &Path, record: Record) -> String {
    let mut ledger = Ledger::read(root).expect("reads");
    ledger.append(record, None).expect("appends").digest
}

fn check(root: &Path) -> Verified {
    let people = People::default();
    let against = Against {
        people: Some(&people),
        git: None,
        evidence: &|_| Ok(false),
    };
    let mut ledger = Ledger::read(root).expect("reads");
    verify(&mut ledger, &against).expect("verifies")
}

fn whys(remarks: &[Remark]) -> Vec<&str> {
    remarks.iter().map(|remark| remark.why.as_str()).collect()
}

fn condition(is: &str, part: u64, verdict: &str) -> ConditionRecord {
    use crate::model::Asked;
    ConditionRecord {
        fact: "unit.coverage.lines".to_owned(),
        bound: is.to_owned(),
        written: "tollgate.yaml:7".to_owned(),
        measured: format!("{part}%"),
        verdict: verdict.to_owned(),
        asked: Some(Asked {
            is: is.to_owned(),
            fail: None,
            tolerance: None,
            drop: false,
            value: Some(Exact(Measure::Share { part, whole: 100 })),
            baseline: None,
            spread: None,
        }),
    }
}

use crate::model::ConditionRecord;

fn gate(verdict: &str, conditions: Vec<ConditionRecord>) -> GateRecord {
    let facts = conditions.iter().filter_map(|condition| {
        let value = condition.asked.as_ref()?.value?;
        Some((condition.fact.clone(), value))
    });
    GateRecord {
        verdict: verdict.to_owned(),
        enforce: "block".to_owned(),
        facts: facts.collect(),
        conditions,
        ..GateRecord::default()
    }
}

/// A go on one gate that passes.
fn done() -> Completion {
    Completion {
        decision: "go".to_owned(),
        as_of: "2026-01-01".to_owned(),
        gates: BTreeMap::from([(
            "unit".to_owned(),
            gate("pass", vec![condition(">=85%", 90, "pass")]),
        )]),
        verdict: "1".repeat(64),
        ..Completion::default()
    }
}

/// The faults of a ledger with this completion alone.
fn faults_of(done: Completion) -> Vec<String> {
    let root = tempfile::tempdir().expect("folder");
    append(root.path(), at(0, Says::Completion(Box::new(done))));
    let found = check(root.path());
    whys(&found.faults).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_completion_that_follows_is_good_and_counted() {
    let root = tempfile::tempdir().expect("folder");
    append(root.path(), at(0, Says::Completion(Box::new(done()))));
    let found = check(root.path());
    assert_eq!(found.faults, []);
    let counts = found.counts;
    assert_eq!(
        (counts.records, counts.decisions, counts.conditions),
        (1, 1, 1)
    );
    assert_eq!(counts.unsigned, 1);
}

#[test]
fn what_does_not_follow_from_the_facts_is_broken() {
    let unit = |gate: GateRecord| Completion {
        gates: BTreeMap::from([("unit".to_owned(), gate)]),
        ..done()
    };
    let mut other_fact = gate("pass", vec![condition(">=85%", 90, "pass")]);
    let fewer = Exact(Measure::Share {
        part: 60,
        whole: 100,
    });
    other_fact
        .facts
        .insert("unit.coverage.lines".to_owned(), fewer);
    let mut other_bound = gate("pass", vec![condition(">=50%", 60, "pass")]);
    other_bound.conditions[0].bound = ">=85%".to_owned();
    let reason = ReasonRecord {
        code: "report-absent".to_owned(),
        verdict: "inconclusive".to_owned(),
        words: "no report".to_owned(),
    };
    let mut hidden = gate("pass", Vec::new());
    hidden.reasons.push(reason);
    let mut unread = gate("pass", vec![condition(">=85%", 90, "pass")]);
    unread.conditions[0].bound = "many".to_owned();
    unread.conditions[0].asked.as_mut().unwrap().is = "many".to_owned();
    for (completion, wanted) in [
        (
            unit(gate("pass", vec![condition(">=85%", 84, "pass")])),
            "gate `unit`: `unit.coverage.lines` is recorded as `pass`, and from `84%` against `>=85%` follows `fail`",
        ),
        (
            unit(gate("pass", vec![condition(">=85%", 84, "fail")])),
            "gate `unit` is recorded as `pass`, and from its conditions follows `fail`",
        ),
        (unit(other_fact), "was compared as another value"),
        (unit(other_bound), "the bound is recorded as `>=85%`"),
        (unit(hidden), "from its conditions follows `inconclusive`"),
        (unit(unread), "the bound `many` cannot be read"),
        (
            unit(gate("fail", vec![condition(">=85%", 84, "fail")])),
            "gate `unit` is `fail`, for which no lien of it stands",
        ),
        (
            unit(gate("fine", Vec::new())),
            "gate `unit` is recorded as `fine`",
        ),
        (
            unit(gate("waived", vec![condition(">=85%", 84, "waived")])),
            "no waiver is named",
        ),
        (
            Completion {
                decision: "conditional-go".to_owned(),
                ..done()
            },
            "its decision is recorded as `conditional-go`, and from what it holds follows `go`",
        ),
        (
            Completion {
                as_of: "someday".to_owned(),
                ..done()
            },
            "`someday` is no day",
        ),
        (
            Completion {
                criteria: vec![Criterion {
                    rule: "clean".to_owned(),
                    wanted: "a clean tree".to_owned(),
                    found: "1 file".to_owned(),
                    ..Criterion::default()
                }],
                ..done()
            },
            "`clean` does not hold: wanted a clean tree, found 1 file",
        ),
    ] {
        let faults = faults_of(completion);
        assert!(
            faults.iter().any(|why| why.contains(wanted)),
            "wanted `{wanted}`, found {faults:?}"
        );
    }
}

#[test]
fn a_waiver_makes_a_conditional_go_and_no_more() {
    let mut waived = gate("waived", vec![condition(">=85%", 84, "waived")]);
    waived.waivers.push("until 2026-03-01, ada".to_owned());
    let with = |decision: &str| Completion {
        decision: decision.to_owned(),
        gates: BTreeMap::from([("unit".to_owned(), waived.clone())]),
        ..done()
    };
    assert!(faults_of(with("conditional-go")).is_empty());
    assert_eq!(faults_of(with("go")).len(), 1);
}

#[test]
fn gates_that_only_warn_count_for_nothing() {
    let mut warn = gate("fail", vec![condition(">=85%", 84, "fail")]);
    warn.enforce = "warn".to_owned();
    let completion = Completion {
        gates: BTreeMap::from([("unit".to_owned(), warn)]),
        ..done()
    };
    assert!(faults_of(completion).is_empty());
}

fn sign_off() -> Says {
    Says::SignOff {
        why: None,
        evidence: Vec::new(),
        entry: false,
        weakenings: None,
    }
}

/// The faults of a completion that rests on a record.
fn resting(other: Record, how: impl Fn(&str) -> Completion) -> Vec<String> {
    let root = tempfile::tempdir().expect("folder");
    let digest = append(root.path(), other);
    append(root.path(), at(1, Says::Completion(Box::new(how(&digest)))));
    let found = check(root.path());
    whys(&found.faults).into_iter().map(str::to_owned).collect()
}

#[test]
fn sign_offs_speak_of_the_same_phase_tree_and_policy() {
    let how = |digest: &str| Completion {
        sign_offs: vec![digest.to_owned()],
        unsigned: true,
        ..done()
    };
    assert!(resting(at(0, sign_off()), how).is_empty());
    let tree = "5".repeat(40);
    for (other, wanted) in [
        (
            Record {
                tree,
                ..at(0, sign_off())
            },
            "which is about another tree, 555555555555",
        ),
        (
            Record {
                policy: "f".repeat(64),
                ..at(0, sign_off())
            },
            "which is about another policy",
        ),
        (
            Record {
                phase: "alpha".to_owned(),
                ..at(0, sign_off())
            },
            "which is of the phase `alpha`",
        ),
        (
            at(0, Says::Completion(Box::new(done()))),
            "which is a completion",
        ),
    ] {
        let faults = resting(other, how);
        assert!(faults.iter().any(|why| why.contains(wanted)), "{faults:?}");
    }
    let missing = faults_of(how(&"e".repeat(64)));
    assert_eq!(
        missing,
        ["it rests on the sign-off eeeeeeeeeeee, which is not here"]
    );
}

#[test]
fn a_sign_off_that_nobody_signed_bears_only_where_the_policy_says_so() {
    let faults = resting(at(0, sign_off()), |digest| Completion {
        sign_offs: vec![digest.to_owned()],
        ..done()
    });
    assert!(faults[0].ends_with("which nobody signed"), "{faults:?}");
}

#[test]
fn sign_offs_are_counted_by_person() {
    let root = tempfile::tempdir().expect("folder");
    let one = append(root.path(), at(0, sign_off()));
    let two = append(root.path(), at(1, sign_off()));
    let completion = |count: &str| Completion {
        sign_offs: vec![one.clone(), two.clone()],
        unsigned: true,
        criteria: vec![Criterion {
            rule: "sign-offs".to_owned(),
            holds: true,
            asks: BTreeMap::from([("count".to_owned(), count.to_owned())]),
            ..Criterion::default()
        }],
        ..done()
    };
    append(
        root.path(),
        at(2, Says::Completion(Box::new(completion("1")))),
    );
    assert_eq!(check(root.path()).faults, []);
    append(
        root.path(),
        at(3, Says::Completion(Box::new(completion("2")))),
    );
    assert_eq!(
        whys(&check(root.path()).faults),
        ["`sign-offs` is recorded as held, and it is not: wanted 2 people, found 1"]
    );
}

/// A completion after a soak of 48 h with observations at these hours.
fn soak(hours: &[u32], verdict: &str, end: u32) -> Vec<String> {
    let root = tempfile::tempdir().expect("folder");
    let mut observations = Vec::new();
    for hour in hours {
        let says = Says::Observation {
            verdict: verdict.to_owned(),
            gates: BTreeMap::from([("unit".to_owned(), verdict.to_owned())]),
        };
        observations.push(append(root.path(), at(*hour, says)));
    }
    let asks = [("for", "48h"), ("every", "24h")];
    let completion = Completion {
        observations,
        criteria: vec![Criterion {
            rule: "soak".to_owned(),
            holds: true,
            asks: asks
                .map(|(key, text)| (key.to_owned(), text.to_owned()))
                .into(),
            ..Criterion::default()
        }],
        ..done()
    };
    append(root.path(), at(end, Says::Completion(Box::new(completion))));
    let found = check(root.path());
    whys(&found.faults).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_soak_is_counted_again_from_its_observations() {
    assert!(soak(&[0, 24, 48], "pass", 60).is_empty());
    let one = |hours: &[u32], verdict: &str, end: u32| {
        let faults = soak(hours, verdict, end);
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults[0].clone()
    };
    assert!(one(&[0, 20, 40], "pass", 41).contains("wanted 48h"));
    assert!(one(&[0, 25, 48], "pass", 49).contains("lies more than 24h"));
    assert!(one(&[0, 24, 48], "pass", 73).contains("lies more than 24h"));
    assert!(one(&[0, 24, 48], "fail", 49).contains("is `fail`"));
    assert!(one(&[], "pass", 49).contains("no observation"));
}

#[test]
fn predecessors_are_here_of_their_phase_and_not_reopened() {
    let root = tempfile::tempdir().expect("folder");
    let alpha = Record {
        phase: "alpha".to_owned(),
        ..at(0, Says::Completion(Box::new(done())))
    };
    let alpha = append(root.path(), alpha);
    let after = |phase: &str| Completion {
        after: BTreeMap::from([(phase.to_owned(), alpha.clone())]),
        ..done()
    };
    append(
        root.path(),
        at(1, Says::Completion(Box::new(after("alpha")))),
    );
    assert_eq!(check(root.path()).faults, []);
    let reopen = Says::Reopen {
        completion: alpha.clone(),
        why: "a defect".to_owned(),
    };
    let reopen = Record {
        phase: "alpha".to_owned(),
        ..at(2, reopen)
    };
    append(root.path(), reopen);
    assert_eq!(
        check(root.path()).faults,
        [],
        "what was complete before stands"
    );
    append(
        root.path(),
        at(3, Says::Completion(Box::new(after("alpha")))),
    );
    append(
        root.path(),
        at(4, Says::Completion(Box::new(after("gamma")))),
    );
    let found = check(root.path());
    let whys = whys(&found.faults);
    assert!(whys[0].contains("had reopened before"), "{whys:?}");
    assert!(whys[1].contains("which is one of `alpha`"), "{whys:?}");
}

#[test]
fn a_lien_must_be_signed_and_stand_on_something() {
    let lien = |on: &str| Says::Lien {
        on: on.to_owned(),
        owner: "bo".to_owned(),
        why: "the vendor".to_owned(),
        due: "2026-06-01".to_owned(),
    };
    let failing = gate("fail", vec![condition(">=85%", 84, "fail")]);
    let how = |digest: &str| Completion {
        decision: "conditional-go".to_owned(),
        liens: vec![digest.to_owned()],
        gates: BTreeMap::from([("unit".to_owned(), failing.clone())]),
        ..done()
    };
    let faults = resting(at(0, lien("unit")), how);
    assert!(faults[0].ends_with("which nobody signed"), "{faults:?}");
    assert!(faults[1].contains("gate `unit` is `fail`"), "{faults:?}");
}

#[test]
fn a_clock_that_was_set_back_is_reported_and_breaks_nothing() {
    let root = tempfile::tempdir().expect("folder");
    append(root.path(), at(5, sign_off()));
    append(root.path(), at(4, sign_off()));
    let found = check(root.path());
    assert_eq!(found.faults, []);
    assert_eq!(found.warnings.len(), 1);
    assert!(found.warnings[0].why.contains("a clock was set back"));
}

#[test]
fn the_first_broken_record_is_the_one_nearest_to_the_root() {
    let root = tempfile::tempdir().expect("folder");
    let one = append(root.path(), at(0, sign_off()));
    append(root.path(), at(1, sign_off()));
    append(root.path(), at(2, sign_off()));
    let file = root.path().join(LEDGER).join(format!("{one}.json"));
    let text = std::fs::read_to_string(&file).expect("reads");
    std::fs::write(&file, text.replace("ada", "bob")).expect("writes");
    let found = check(root.path());
    assert_eq!(found.faults.len(), 2, "{:?}", found.faults);
    assert_eq!(found.faults[0].file, Some(format!("{one}.json")));
    assert!(
        found.faults[1].why.ends_with("is broken"),
        "{:?}",
        found.faults
    );
    std::fs::remove_file(&file).expect("removes");
    assert!(check(root.path()).faults[0].why.ends_with("is not here"));
}

#[test]
fn unknown_words_are_broken() {
    let root = tempfile::tempdir().expect("folder");
    let ruling = Says::Ruling {
        ruling: "maybe".to_owned(),
        why: "x".to_owned(),
        to: None,
    };
    append(root.path(), at(0, ruling));
    let observation = Says::Observation {
        verdict: "pass".to_owned(),
        gates: BTreeMap::from([("unit".to_owned(), "green".to_owned())]),
    };
    append(root.path(), at(1, observation));
    let reopen = Says::Reopen {
        completion: "d".repeat(64),
        why: "x".to_owned(),
    };
    append(root.path(), at(2, reopen));
    assert_eq!(
        whys(&check(root.path()).faults),
        [
            "there is no ruling `maybe`",
            "there is no verdict `green`",
            "it reopens dddddddddddd, which is not here"
        ]
    );
}

#[test]
fn raw_evidence_is_checked_where_it_is_and_its_absence_is_counted() {
    let root = tempfile::tempdir().expect("folder");
    let mut completion = done();
    let report = |digest: &str| ReportRecord {
        path: "unit.xml".to_owned(),
        format: "junit".to_owned(),
        digest: Some(digest.repeat(64)),
    };
    let unit = completion.gates.get_mut("unit").expect("there");
    unit.reports = vec![report("a"), report("b"), report("c")];
    append(root.path(), at(0, Says::Completion(Box::new(completion))));
    let people = People::default();
    let against = Against {
        people: Some(&people),
        git: None,
        evidence: &|digest| match &digest[..1] {
            "a" => Ok(true),
            "b" => Ok(false),
            _ => Err("other bytes".to_owned()),
        },
    };
    let mut ledger = Ledger::read(root.path()).expect("reads");
    let found = verify(&mut ledger, &against).expect("verifies");
    assert_eq!(
        (found.counts.evidence, found.counts.evidence_absent),
        (1, 1)
    );
    assert!(
        found.warnings[0]
            .why
            .contains("`unit.xml` (cccccccccccc) is damaged")
    );
}
