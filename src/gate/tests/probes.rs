//! Test results that a `tests` gate must not pass on.

use rust_decimal::prelude::ToPrimitive;

use super::TestGate;
use crate::gate::{Force, Probe};
use crate::model::{
    Baseline, BaselineState, Evidence, Given, GreenList, KnownTest, ListedTest, Measure,
    TestOutcome, TestReport,
};
use crate::policy::Condition;

/// Tests of a run in which everything is wrong.
const MANY: u64 = 1_000;

impl TestGate {
    /// The names of all facts.
    pub(super) fn names(&self) -> Vec<String> {
        let names = [
            "passed",
            "failed",
            "errored",
            "skipped",
            "total",
            "flaky",
            "all-skipped",
            "pass-rate",
            "duration",
            "slowest",
            "waived",
            "quarantined",
            "quarantined-failed",
            "left-out",
            "removed",
            "newly-skipped",
            "added",
            "renamed",
        ];
        names.map(str::to_owned).to_vec()
    }

    /// A value just beyond each bound, and runs that say no whatever is bound.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes: Vec<Probe> = self
            .options
            .bounds(&self.reports.at, self.wanted.red.is_none())
            .iter()
            .flat_map(|(name, condition)| {
                Probe::beyond(&format!("tests.{name}"), condition, |value| {
                    Some(Evidence::Tests(with(name, value)?))
                })
            })
            .collect();
        let run =
            |title: &str, report: TestReport| Probe::new(title).evidence(Evidence::Tests(report));
        let none = TestReport::default;
        if self.wanted.red.is_none() {
            let failed = TestReport {
                failed: MANY,
                ..none()
            };
            probes.push(run("1000 of 1000 tests failed", failed));
        } else {
            let probe = run("a test that passes", listed(&[("t", TestOutcome::Passed)]));
            probes.push(probe.clause("tests.outcome"));
        }
        for (name, condition) in self.options.changes() {
            probes.extend(changes(name, condition));
        }
        if self.options.green_list.is_some() {
            probes.extend(green());
        }
        probes.push(run("no test at all", none()));
        let broken = TestReport {
            passed: MANY,
            broken: vec!["a suite did not load".to_owned()],
            ..none()
        };
        probes.push(run("a failure outside any test", broken).reason("broken-suite", ""));
        let mut skipped = TestReport {
            skipped: MANY,
            ..none()
        };
        skipped.files.skipped("a", || "a".to_owned());
        let skipped = run("every test skipped: bind `passed` or `skipped`", skipped);
        probes.push(Probe {
            force: Force::May,
            ..skipped
        });
        probes
    }
}

/// More tests than this are not listed.
const MOST: u64 = 10_000;

/// A report that lists these tests.
fn listed(tests: &[(&str, TestOutcome)]) -> TestReport {
    let mut report = TestReport::default();
    for (id, outcome) in tests {
        match outcome {
            TestOutcome::Passed => report.passed += 1,
            TestOutcome::Failed => report.failed += 1,
            TestOutcome::Errored => report.errored += 1,
            TestOutcome::Skipped => report.skipped += 1,
        }
        report.inventory.push(ListedTest {
            id: (*id).to_owned(),
            outcome: *outcome,
            file: None,
            line: None,
        });
    }
    report
}

/// A baseline of tests that ran.
fn ran<'a>(ids: impl Iterator<Item = &'a str>) -> BaselineState {
    let mut baseline = Baseline::default();
    baseline.holds.insert("tests".to_owned());
    let tests = ids.map(|id| (id.to_owned(), KnownTest::default()));
    baseline.tests = tests.collect();
    BaselineState::Here(Box::new(baseline))
}

fn strictly(baseline: BaselineState) -> Given {
    Given {
        baseline_must_exist: true,
        baseline,
        ..Given::default()
    }
}

/// As many tests gone, skipped or new as a bound refuses; and no baseline.
fn changes(name: &str, condition: &Condition) -> Vec<Probe> {
    let fact = format!("tests.{name}");
    let mut probes = Vec::new();
    for value in condition.refused() {
        let Measure::Count(count) = value else {
            continue;
        };
        if count > MOST {
            continue;
        }
        let ids: Vec<String> = (0..count).map(|number| format!("t{number}")).collect();
        let all = || std::iter::once("stays").chain(ids.iter().map(String::as_str));
        let outcome = match name {
            "newly-skipped" => TestOutcome::Skipped,
            _ => TestOutcome::Passed,
        };
        let mut tests = vec![("stays", TestOutcome::Passed)];
        if name != "removed" {
            tests.extend(ids.iter().map(|id| (id.as_str(), outcome)));
        }
        let before = match name {
            "added" => ran(std::iter::once("stays")),
            _ => ran(all()),
        };
        let probe = Probe::new(format!("{fact} {count}")).bound(&fact, condition);
        let probe = probe.evidence(Evidence::Tests(listed(&tests)));
        probes.push(probe.given(strictly(before)));
    }
    if probes.is_empty() {
        let why = format!("no number is known that `{}` refuses", condition.text());
        probes.push(Probe::unproven(&fact, why).bound(&fact, condition));
    }
    let none = Probe::new(format!("{fact} and no baseline")).bound(&fact, condition);
    probes.push(none.evidence(Evidence::Tests(listed(&[("t", TestOutcome::Passed)]))));
    probes
}

/// Red tests that are gone, that still fail, and of which no list is known.
fn green() -> Vec<Probe> {
    let given = |state: BaselineState| Given {
        green_list: GreenList {
            unknown: None,
            recorded: false,
            gates: vec!["red".to_owned()],
            state,
        },
        ..strictly(BaselineState::Never)
    };
    let red = || ran(std::iter::once("red"));
    let probe = |title: &str, id: &str, outcome: TestOutcome, state: BaselineState| {
        let evidence = Evidence::Tests(listed(&[(id, outcome)]));
        let probe = Probe::new(title).clause("tests.green-list");
        probe.evidence(evidence).given(given(state))
    };
    vec![
        probe("a red test that is gone", "t", TestOutcome::Passed, red()),
        probe(
            "a red test that still fails",
            "red",
            TestOutcome::Failed,
            red(),
        ),
        probe(
            "no list of red tests",
            "t",
            TestOutcome::Passed,
            BaselineState::Never,
        ),
    ]
}

/// A report in which one fact has this value; `None` for a fact that no report alone can carry.
fn with(name: &str, value: &Measure) -> Option<TestReport> {
    let mut report = TestReport::default();
    match (name, *value) {
        ("passed" | "total", Measure::Count(count)) => report.passed = count,
        ("failed", Measure::Count(count)) => report.failed = count,
        ("errored", Measure::Count(count)) => report.errored = count,
        ("skipped", Measure::Count(count)) => report.skipped = count,
        ("flaky", Measure::Count(count)) => (report.passed, report.flaky) = (count, count),
        ("all-skipped", Measure::Count(count)) => {
            for number in 0..count.min(MOST + 1) {
                let name = format!("f{number}");
                report.files.skipped(&name, || name.clone());
            }
            report.skipped = count;
            if count > MOST {
                return None;
            }
        }
        ("waived", Measure::Count(count)) => (report.passed, report.waived.failed) = (1, count),
        ("quarantined", Measure::Count(count)) => {
            (report.passed, report.waived.quarantined) = (1, count);
        }
        ("pass-rate", Measure::Share { part, whole }) => {
            (report.passed, report.failed) = (part, whole - part);
        }
        ("duration", Measure::Duration(seconds)) => {
            (report.passed, report.seconds) = (1, seconds.to_f64()?);
        }
        ("slowest", Measure::Duration(seconds)) => {
            (report.passed, report.slowest) = (1, Some(("slow".to_owned(), seconds.to_f64()?)));
        }
        _ => return None,
    }
    Some(report)
}
