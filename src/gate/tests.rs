//! `tests`: what test reports must say.

mod probes;

use serde_json::Value as Json;

use super::wording::{count, few};
use super::{Context, Gate, GateKind, Probe, Reports};
use crate::model::{Evidence, EvidenceKind, Judgement, Measure, TestReport, Verdict, Wants};
use crate::policy::{Bound, Condition, Percent, Pieces, Seconds};
use crate::problem::{Fields, Many, Problems, Text, object, options};
use crate::source::Node;

options! {
    /// Conditions on tests.
    pub struct TestOptions {
        /// Only tests whose id (`classname::name`) matches one of these count; `*` stands for anything.
        include("include"): Many<Text>,
        /// Tests that held.
        passed("passed"): Bound<Pieces>,
        /// Tests that failed; 0 unless bound.
        failed("failed"): Bound<Pieces>,
        /// Tests that could not be carried out; 0 unless bound.
        errored("errored"): Bound<Pieces>,
        /// Tests that were skipped.
        skipped("skipped"): Bound<Pieces>,
        /// All tests.
        total("total"): Bound<Pieces>,
        /// Tests that passed only on a repeated attempt.
        flaky("flaky"): Bound<Pieces>,
        /// Passed tests as a share of all that are not skipped.
        pass_rate("pass-rate"): Bound<Percent>,
        /// Sum of the times of all tests.
        duration("duration"): Bound<Seconds>,
        /// Time of the slowest test.
        slowest("slowest"): Bound<Seconds>,
        /// Reports in which every test was skipped.
        all_skipped("all-skipped"): Bound<Pieces>,
        /// Failures that waivers accept; they are in no other count but the total.
        waived("waived"): Bound<Pieces>,
        /// Tests that waivers put in quarantine; they are in no other count but the total.
        quarantined("quarantined"): Bound<Pieces>,
    }
    reserved ["removed", "newly-skipped", "added", "outcome", "green-list"]
}

/// The kind `tests`.
pub struct Tests;

#[derive(Debug)]
struct TestGate {
    reports: Reports,
    options: TestOptions,
}

impl GateKind for Tests {
    fn name(&self) -> &'static str {
        "tests"
    }

    fn about(&self) -> &'static str {
        "test reports: passed, failed, errored, skipped, total, flaky, pass-rate, duration, slowest, all-skipped, waived, quarantined"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let mut fields = Fields::of(node, problems)?;
        let reports = Reports::take(&mut fields, EvidenceKind::Tests, problems);
        let options = TestOptions::take(&mut fields, problems);
        fields.rest(problems);
        let mut reports = reports?;
        reports.include = options
            .include
            .iter()
            .flat_map(|many| &many.0)
            .map(|text| text.value.clone())
            .collect();
        Some(Box::new(TestGate { reports, options }))
    }

    fn schema(&self) -> Json {
        let mut properties = super::reports::ReportOptions::properties();
        properties.extend(TestOptions::properties());
        object(properties)
    }
}

impl TestGate {
    fn bounds(&self) -> Vec<(&'static str, Condition)> {
        let o = &self.options;
        let mut bounds: Vec<(&'static str, Condition)> = Vec::new();
        // Implied: a gate on tests that says nothing of failures still refuses them.
        let implied = || Condition::zero(&self.reports.at);
        let given =
            |bound: &Option<Bound<Pieces>>| bound.as_ref().map(|bound| bound.condition.clone());
        bounds.push(("failed", given(&o.failed).unwrap_or_else(implied)));
        bounds.push(("errored", given(&o.errored).unwrap_or_else(implied)));
        let counts = [
            ("passed", &o.passed),
            ("skipped", &o.skipped),
            ("total", &o.total),
            ("flaky", &o.flaky),
            ("all-skipped", &o.all_skipped),
            ("waived", &o.waived),
            ("quarantined", &o.quarantined),
        ];
        bounds.extend(
            counts
                .into_iter()
                .filter_map(|(name, bound)| Some((name, given(bound)?))),
        );
        bounds.extend(
            o.pass_rate
                .iter()
                .map(|bound| ("pass-rate", bound.condition.clone())),
        );
        bounds.extend(
            o.duration
                .iter()
                .map(|bound| ("duration", bound.condition.clone())),
        );
        bounds.extend(
            o.slowest
                .iter()
                .map(|bound| ("slowest", bound.condition.clone())),
        );
        bounds
    }
}

impl Gate for TestGate {
    fn kind(&self) -> &'static str {
        "tests"
    }

    fn reports(&self) -> Option<&Reports> {
        Some(&self.reports)
    }

    fn facts(&self) -> Vec<String> {
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
        ];
        names.map(str::to_owned).to_vec()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn wants(&self) -> Wants {
        let bounds = self.bounds();
        Wants::baseline_if(bounds.iter().any(|(_, condition)| condition.is_relative()))
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut all = TestReport::default();
        for evidence in context.evidence() {
            if let Evidence::Tests(tests) = evidence {
                all.merge(tests.clone());
            }
        }
        let mut judging = context.judging("tests");
        if context.reports.is_empty() {
            return judging.done();
        }
        judging.fact("passed", Measure::Count(all.passed));
        judging.fact("failed", Measure::Count(all.failed));
        judging.fact("errored", Measure::Count(all.errored));
        judging.fact("skipped", Measure::Count(all.skipped));
        judging.fact("total", Measure::Count(all.total()));
        judging.fact("flaky", Measure::Count(all.flaky));
        judging.fact("all-skipped", Measure::Count(all.all_skipped));
        let waived = &all.waived;
        judging.fact("waived", Measure::Count(waived.failed + waived.errored));
        judging.fact("quarantined", Measure::Count(waived.quarantined));
        judging.fact(
            "quarantined-failed",
            Measure::Count(waived.quarantined_failed + waived.quarantined_errored),
        );
        judging.fact("pass-rate", pass_rate(&all));
        judging.volatile("duration", Measure::seconds(all.seconds));
        if let Some((_, seconds)) = &all.slowest {
            judging.volatile("slowest", Measure::seconds(*seconds));
        }
        if !all.broken.is_empty() {
            let message = format!(
                "{} outside any test: {}",
                count(all.broken.len() as u64, "failure"),
                few(&all.broken, 3)
            );
            judging.reason(
                "broken-suite",
                Verdict::Fail,
                None,
                message,
                Some("see the report and the log"),
            );
        }
        if all.total() == 0 && all.broken.is_empty() {
            let message = if self.reports.include.is_empty() {
                "no test ran: the reports hold none".to_owned()
            } else {
                "no test ran whose name `include` selects".to_owned()
            };
            judging.undecided(
                "no-tests",
                message,
                "check that the command finds its tests",
            );
        }
        let all_quarantined = waived.quarantined > 0 && all.total() == waived.quarantined;
        if all_quarantined && all.broken.is_empty() {
            judging.undecided(
                "only-quarantined",
                "no test ran outside quarantine, and what is in it proves nothing".to_owned(),
                "take tests out of quarantine",
            );
        }
        for (name, condition) in self.bounds() {
            judging.condition(name, &condition, "the reports do not say");
            if let Some((strict, count)) = strictly(name, &all) {
                judging.unless_waived(&condition, strict, count);
            }
            if name == "slowest"
                && let Some((id, _)) = &all.slowest
            {
                judging.evidence_of_last(Vec::new(), Some(format!("slowest: {id}")));
            }
        }
        let out = judging.out();
        out.failures = all.failures;
        out.failures_cut = all.failures_cut;
        out.waived = all.waived.by_waiver;
        out.quarantine = all.waived.in_quarantine;
        judging.done()
    }
}

/// Passed tests as a share of those that ran and count.
fn pass_rate(all: &TestReport) -> Measure {
    Measure::Share {
        part: all.passed,
        whole: all.counted() - all.skipped,
    }
}

/// What a value would be if no waiver spoke of tests, and how many of them matter to it.
fn strictly(name: &str, all: &TestReport) -> Option<(Measure, u64)> {
    let waived = &all.waived;
    let failed = waived.failed + waived.quarantined_failed;
    let errored = waived.errored + waived.quarantined_errored;
    match name {
        "failed" => Some((Measure::Count(all.failed + failed), failed)),
        "errored" => Some((Measure::Count(all.errored + errored), errored)),
        "pass-rate" => {
            let strict = Measure::Share {
                part: all.passed,
                whole: all.counted() - all.skipped + failed + errored,
            };
            Some((strict, failed + errored))
        }
        _ => None,
    }
}
