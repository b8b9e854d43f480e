//! Test results that a `tests` gate must not pass on.

use rust_decimal::prelude::ToPrimitive;

use super::TestGate;
use crate::gate::{Probe, Weight};
use crate::model::{Evidence, Measure, TestReport};

/// Tests of a run in which everything is wrong.
const MANY: u64 = 1_000;

impl TestGate {
    /// A value just beyond each bound, and runs that say no whatever is bound.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes: Vec<Probe> = self
            .bounds()
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
        probes.push(run(
            "1000 of 1000 tests failed",
            TestReport {
                failed: MANY,
                ..none()
            },
        ));
        probes.push(run("no test at all", none()));
        let broken = TestReport {
            passed: MANY,
            broken: vec!["a suite did not load".to_owned()],
            ..none()
        };
        probes.push(run("a failure outside any test", broken).reason("broken-suite", ""));
        let skipped = TestReport {
            skipped: MANY,
            all_skipped: 1,
            ..none()
        };
        let skipped = run("every test skipped: bind `passed` or `skipped`", skipped);
        probes.push(Probe {
            weight: Weight::May,
            ..skipped
        });
        probes
    }
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
            (report.skipped, report.all_skipped) = (count, count);
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
