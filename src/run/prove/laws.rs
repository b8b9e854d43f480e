//! What holds for every verdict: the order of reports and gates changes nothing, and more bad news never helps.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::asked::{Bench, strict};
use crate::config::{self, Plan};
use crate::gate::Facts;
use crate::model::{
    CoverageReport, Enforce, Evidence, FileCoverage, FindingReport, GateVerdict, Level,
    LineCoverage, ReportEvidence, SubjectState, Termination, TestReport, Verdict,
};
use crate::run::collect::Collected;
use crate::run::decide;
use crate::run::weigh::Part;

const GATES: &str = "
  tests: { run: make, tests: { reports: r.xml, passed: '>=3', failed: '<=1', skipped: '<=2', pass-rate: '>=50%', slowest: '<5s' } }
  strict: { run: make, tests: { reports: q.xml } }
  coverage: { run: make, coverage: { reports: c.info, lines: '>=50%', each-file: { lines: '>=20%' }, paths: { 'a*': { lines: '>=60%' } } } }
  findings: { run: make, findings: { reports: s.json, critical: 0, high: '<=1', total: '<=4', suppressed: '<=2', rules: { R1: '<=1' } } }
";

fn plan() -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tollgate.yaml");
    fs::write(&file, format!("version: 1\ngates:{GATES}")).unwrap();
    config::load(&file, "tollgate.yaml")
        .plan
        .expect("the gates are right")
}

/// What a verdict says, without the places that name reports.
#[derive(Debug, PartialEq)]
struct Said {
    verdict: Verdict,
    conditions: Vec<(String, Verdict, Option<String>)>,
    reasons: Vec<&'static str>,
    facts: String,
}

fn judged(plan: &Plan, gate: &str, evidence: &[Evidence], status: i32) -> Said {
    let gate = plan
        .gates
        .iter()
        .find(|planned| planned.id == gate)
        .unwrap();
    let now = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    let bench = Bench::new(plan, gate, now, jiff::civil::date(2027, 1, 15)).unwrap();
    let reports = evidence
        .iter()
        .enumerate()
        .map(|(index, evidence)| ReportEvidence {
            path: format!("r{index}"),
            format: "law",
            evidence: evidence.clone(),
            warnings: Vec::new(),
        });
    let collected = Collected {
        notes: Vec::new(),
        reports: reports.collect(),
        reasons: Vec::new(),
    };
    let judge = &*gate.judges[0];
    let part = Part {
        judge,
        collected,
        given: strict(),
    };
    let how = Termination::Exit(status);
    let verdict = bench.verdict(Some(part), &Facts::default(), Some(&how));
    let conditions = verdict.conditions.iter();
    Said {
        verdict: verdict.verdict,
        conditions: conditions
            .map(|c| (c.fact.clone(), c.verdict, c.measured.clone()))
            .collect(),
        reasons: verdict.reasons.iter().map(|reason| reason.code).collect(),
        facts: serde_json::to_string(&verdict.facts).unwrap(),
    }
}

fn tests() -> impl Strategy<Value = Evidence> {
    (0..5u64, 0..3u64, 0..2u64, 0..3u64, 0..9u32, any::<bool>()).prop_map(
        |(passed, failed, errored, skipped, seconds, broken)| {
            let seconds = f64::from(seconds);
            Evidence::Tests(TestReport {
                passed,
                failed,
                errored,
                skipped,
                seconds,
                slowest: Some((format!("t{seconds}"), seconds)),
                broken: if broken && failed > 1 {
                    vec!["suite".to_owned()]
                } else {
                    Vec::new()
                },
                ..TestReport::default()
            })
        },
    )
}

fn coverage() -> impl Strategy<Value = Evidence> {
    let lines = prop::collection::btree_map(1..9u32, 0..2u64, 1..6);
    prop::collection::btree_map("[abc]", lines, 0..3).prop_map(
        |files: BTreeMap<String, BTreeMap<u32, u64>>| {
            let mut report = CoverageReport::default();
            for (path, lines) in files {
                let mut file = FileCoverage::default();
                let lines = lines.into_iter();
                file.lines.extend(lines.map(|(line, hits)| {
                    (
                        line,
                        LineCoverage {
                            hits,
                            ..LineCoverage::default()
                        },
                    )
                }));
                file.settle();
                report.add(path, file);
            }
            Evidence::Coverage(report)
        },
    )
}

fn findings() -> impl Strategy<Value = Evidence> {
    let one = (0..5usize, "R[12]");
    (prop::collection::vec(one, 0..4), 0..3u64).prop_map(|(list, suppressed)| {
        let mut report = FindingReport {
            suppressed,
            ..FindingReport::default()
        };
        for (level, rule) in list {
            add_finding(&mut report, Level::ALL[level], &rule);
        }
        Evidence::Findings(report)
    })
}

fn add_finding(report: &mut FindingReport, level: Level, rule: &str) {
    report.total += 1;
    *report.by_level.entry(level).or_default() += 1;
    *report
        .by_severity
        .entry(level.word().to_owned())
        .or_default() += 1;
    *report.by_rule.entry(rule.to_owned()).or_default() += 1;
}

fn check<S: Strategy>(strategy: S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config {
        cases: 60,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config).run(&strategy, law).unwrap();
}

#[test]
fn order_of_reports_changes_no_verdict() {
    let plan = plan();
    let ordered = |gate: &'static str, list: Vec<Evidence>, status: i32, turn: usize| {
        let before = judged(&plan, gate, &list, status);
        let mut other = list.clone();
        other.reverse();
        prop_assert_eq!(&judged(&plan, gate, &other, status), &before);
        if !other.is_empty() {
            other.rotate_left(turn % list.len());
        }
        prop_assert_eq!(&judged(&plan, gate, &other, status), &before);
        Ok(())
    };
    let lists = |one: BoxedStrategy<Evidence>| (prop::collection::vec(one, 0..4), 0..2, 0..4usize);
    check(lists(tests().boxed()), |(list, status, turn)| {
        ordered("tests", list, status, turn)
    });
    check(lists(coverage().boxed()), |(list, status, turn)| {
        ordered("coverage", list, status, turn)
    });
    check(lists(findings().boxed()), |(list, status, turn)| {
        ordered("findings", list, status, turn)
    });
}

#[test]
fn another_failed_test_or_finding_never_turns_red_to_green() {
    let plan = plan();
    let never_greener = |before: Said, after: Said| {
        prop_assert!(after.verdict <= before.verdict, "{before:?}\n{after:?}");
        Ok(())
    };
    // A tolerated failure may explain a findings status, which alone cannot be decided: so the good status is asked.
    check((tests(), 1..3u64), |(evidence, more)| {
        let Evidence::Tests(mut worse) = evidence.clone() else {
            return Ok(());
        };
        worse.failed += more;
        let after = judged(&plan, "tests", &[Evidence::Tests(worse.clone())], 0);
        never_greener(
            judged(&plan, "tests", std::slice::from_ref(&evidence), 0),
            after,
        )?;
        for status in [0, 1] {
            let after = judged(&plan, "strict", &[Evidence::Tests(worse.clone())], status);
            prop_assert_eq!(after.verdict, Verdict::Fail);
        }
        Ok(())
    });
    check(
        (findings(), 0..5usize, "R[12]"),
        |(evidence, level, rule)| {
            let Evidence::Findings(mut worse) = evidence.clone() else {
                return Ok(());
            };
            add_finding(&mut worse, Level::ALL[level], &rule);
            let after = judged(&plan, "findings", &[Evidence::Findings(worse)], 0);
            never_greener(judged(&plan, "findings", &[evidence], 0), after)
        },
    );
    check((coverage(), 1..9u32, "[abc]"), |(evidence, line, path)| {
        let Evidence::Coverage(mut worse) = evidence.clone() else {
            return Ok(());
        };
        let Some(file) = worse.files.get_mut(&path) else {
            return Ok(());
        };
        // A line that no longer runs.
        file.lines.entry(line).or_default().hits = 0;
        file.settle();
        let after = judged(&plan, "coverage", &[Evidence::Coverage(worse)], 0);
        never_greener(judged(&plan, "coverage", &[evidence], 0), after)
    });
}

fn verdict(gate: &GateVerdict, verdict: Verdict, enforce: Enforce) -> GateVerdict {
    GateVerdict {
        verdict,
        enforce,
        ..gate.clone()
    }
}

#[test]
fn order_of_gates_changes_no_decision_and_a_worse_gate_never_helps() {
    let plan = plan();
    let now = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    let bench = Bench::new(&plan, &plan.gates[0], now, jiff::civil::date(2027, 1, 15)).unwrap();
    let sample = bench.verdict(None, &Facts::default(), None);
    let verdicts = [
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Cancelled,
        Verdict::Waived,
        Verdict::Pass,
        Verdict::NotApplicable,
    ];
    let enforces = [Enforce::Block, Enforce::Warn, Enforce::Monitor];
    let gate = (0..verdicts.len(), 0..enforces.len());
    check(
        (prop::collection::vec(gate, 1..6), 0..5usize),
        |(list, at)| {
            let gates: Vec<GateVerdict> = list
                .iter()
                .map(|(v, e)| verdict(&sample, verdicts[*v], enforces[*e]))
                .collect();
            let decision = decide(&gates, SubjectState::Clean, false);
            let mut other = gates.clone();
            other.reverse();
            prop_assert_eq!(decide(&other, SubjectState::Clean, false), decision);
            other.rotate_left(at % gates.len());
            prop_assert_eq!(decide(&other, SubjectState::Clean, false), decision);
            let at = at % gates.len();
            other.clone_from(&gates);
            other[at].verdict = Verdict::Fail;
            let rank = |decision| {
                use crate::model::Decision::{ConditionalGo, Go, Hold, NoGo};
                [NoGo, Hold, ConditionalGo, Go]
                    .iter()
                    .position(|known| *known == decision)
            };
            prop_assert!(rank(decide(&other, SubjectState::Clean, false)) <= rank(decision));
            Ok(())
        },
    );
}
