//! What follows from records, and what is said when something else is recorded.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::model::{
    Asked, Completion, ConditionRecord, Criterion, Exact, GateRecord, Measure, ReasonRecord,
    Record, ReportRecord, TestOutcome, TestsRecord, Who,
};

mod rests;

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
        project: None,
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
        owed: &|_, _| Vec::new(),
    };
    let mut ledger = Ledger::read(root).expect("reads");
    verify(&mut ledger, &against).expect("verifies")
}

fn whys(remarks: &[Remark]) -> Vec<&str> {
    remarks.iter().map(|remark| remark.why.as_str()).collect()
}

fn condition(is: &str, part: u64, verdict: &str) -> ConditionRecord {
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

/// An answer that holds.
fn answer(rule: &str, asks: &[(&str, &str)]) -> Criterion {
    let asks = asks.iter();
    Criterion {
        rule: rule.to_owned(),
        holds: true,
        asks: asks
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
        ..Criterion::default()
    }
}

/// What every completion answers, and more.
fn answers(more: &[Criterion]) -> Vec<Criterion> {
    let own = [answer("tree", &[]), answer("gates", &[("gates", "unit")])];
    own.into_iter().chain(more.iter().cloned()).collect()
}

/// A go on one gate that passes.
fn done() -> Completion {
    Completion {
        criteria: answers(&[]),
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
                criteria: answers(&[Criterion {
                    rule: "clean".to_owned(),
                    wanted: "a clean tree".to_owned(),
                    found: "1 file".to_owned(),
                    ..Criterion::default()
                }]),
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
fn names_of_tests_are_held_to_their_number_and_to_a_red_gate() {
    let tests = |names: &[(TestOutcome, &[&str])], count: u64| TestsRecord {
        count,
        digest: None,
        names: (names.iter())
            .map(|(how, list)| (*how, list.iter().map(|name| (*name).to_owned()).collect()))
            .collect(),
    };
    let with = |tests: TestsRecord, fact: &str| {
        let mut unit = gate("pass", vec![condition(">=85%", 90, "pass")]);
        unit.conditions.push(ConditionRecord {
            fact: fact.to_owned(),
            bound: "failing".to_owned(),
            verdict: "pass".to_owned(),
            ..ConditionRecord::default()
        });
        unit.tests = Some(tests);
        faults_of(Completion {
            gates: BTreeMap::from([("unit".to_owned(), unit)]),
            ..done()
        })
    };
    let (passed, failed) = (TestOutcome::Passed, TestOutcome::Failed);
    let good = || tests(&[(failed, &["a", "b"])], 2);
    assert!(with(good(), "unit.tests.outcome").is_empty());
    let beside = TestsRecord {
        digest: Some("0".repeat(64)),
        ..good()
    };
    for (tests, wanted) in [
        (
            tests(&[(failed, &["a"])], 2),
            "2 tests are recorded, and 1 named",
        ),
        (tests(&[(failed, &["b", "a"])], 2), "not sorted"),
        (
            tests(&[(failed, &["a"]), (passed, &["a"])], 2),
            "named twice",
        ),
        (
            tests(&[(failed, &["a"]), (passed, &["b"])], 2),
            "`b` did not fail",
        ),
        (beside, "in a list beside it"),
    ] {
        let faults = with(tests, "unit.tests.outcome");
        assert!(
            faults.iter().any(|why| why.contains(wanted)),
            "{wanted}: {faults:?}"
        );
    }
    assert!(with(tests(&[(passed, &["b"])], 1), "unit.tests.other").is_empty());
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
fn a_waived_criterion_makes_a_conditional_go() {
    let with = |decision: &str, holds: bool| Completion {
        decision: decision.to_owned(),
        criteria: answers(&[Criterion {
            rule: "soak".to_owned(),
            waived: Some("until 2026-03-01, ada".to_owned()),
            holds,
            ..Criterion::default()
        }]),
        ..done()
    };
    assert!(faults_of(with("conditional-go", false)).is_empty());
    assert!(faults_of(with("conditional-go", true)).is_empty());
    assert_eq!(faults_of(with("go", true)).len(), 1);
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
        asks: Default::default(),
    }
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
        gates: [("unit", "green")].into_iter().collect(),
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
        owed: &|_, _| Vec::new(),
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
