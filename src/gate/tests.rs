//! `tests`: what test reports must say.

mod change;
mod inventory;
mod options;
mod probes;
mod red;
mod since;
#[cfg(test)]
mod table;

use std::collections::HashMap;

use serde_json::Value as Json;

use self::change::Change;
use self::inventory::Inventory;
use self::options::{TestOptions, Wanted};
use self::red::{SHOWN, Told};
use super::known::{self, Missing};
use super::place::in_repository;
use super::wording::{count, few};
use super::{Context, Gate, GateKind, Judging, Probe, Reports};
use crate::model::{
    Baseline, Cause, Evidence, EvidenceKind, Judgement, Measure, TestOutcome, TestReport, Verdict,
    Wants,
};
use crate::policy::{Condition, Weight};
use crate::problem::{Fields, Problems, Text, object};
use crate::report::selects;
use crate::source::{Located, Node};

/// The kind `tests`.
pub struct Tests;

#[derive(Debug)]
struct TestGate {
    reports: Reports,
    options: TestOptions,
    wanted: Wanted,
}

impl GateKind for Tests {
    fn name(&self) -> &'static str {
        "tests"
    }

    fn about(&self) -> &'static str {
        "test reports: passed, failed, errored, skipped, total, flaky, pass-rate, duration, slowest, all-skipped, waived, \
         quarantined; removed, newly-skipped, added against the baseline; outcome, green-list"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let mut fields = Fields::of(node, problems)?;
        let reports = Reports::take(&mut fields, EvidenceKind::Tests, problems);
        let options = TestOptions::take(&mut fields, problems);
        fields.rest(problems);
        let wanted = options.wanted(problems);
        let mut reports = reports?;
        reports.choice = options.choice();
        Some(Box::new(TestGate {
            reports,
            options,
            wanted,
        }))
    }

    fn schema(&self) -> Json {
        let mut properties = super::reports::ReportOptions::properties();
        properties.extend(TestOptions::properties());
        object(properties)
    }

    fn weighs(&self, key: &str) -> Option<Weight> {
        match key {
            // A test that is called otherwise now is no longer one that is gone.
            "renames" => Some(Weight::Exceptions),
            "green-list" => Some(Weight::Demands),
            key => super::compare::shared(key),
        }
    }
}

/// What the reports say, with the inventory where it was asked for.
struct Seen {
    all: TestReport,
    inventory: Inventory,
    /// Why the inventory does not hold every test, in words.
    incomplete: Option<String>,
}

impl Seen {
    fn of(context: &Context<'_>) -> Self {
        let mut all = TestReport::default();
        for evidence in context.evidence() {
            if let Evidence::Tests(tests) = evidence {
                all.merge(tests.clone());
            }
        }
        let mut list = std::mem::take(&mut all.inventory);
        let mut places: HashMap<String, String> = HashMap::new();
        for file in list.iter_mut().filter_map(|test| test.file.as_mut()) {
            let place = places
                .entry(file.clone())
                .or_insert_with(|| in_repository(file, context.root, context.dir));
            file.clone_from(place);
        }
        let incomplete = if !all.broken.is_empty() {
            Some("a suite did not load, so its tests cannot be told".to_owned())
        } else if all.unnamed > 0 {
            let tests = count(all.unnamed, "test");
            Some(format!(
                "the reports only count {tests} and do not name them"
            ))
        } else if all.total() == 0 {
            Some("no test ran".to_owned())
        } else {
            None
        };
        Self {
            inventory: inventory::inventory(list),
            all,
            incomplete,
        }
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
        self.names()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn implied(&self) -> Vec<(&'static str, Condition)> {
        let implied = self.wanted.red.is_none();
        self.options.bounds(&self.reports.at, implied)
    }

    fn wants(&self) -> Wants {
        Wants {
            baseline: self.options.wants_baseline(),
            green_list: self
                .options
                .green_list
                .as_ref()
                .map(|text| text.value.clone()),
            began: self.options.added.is_some(),
            ..Wants::default()
        }
    }

    fn by_name_only(&self) -> bool {
        self.wanted.red.is_some()
    }

    fn green_list(&self) -> Option<&Located<String>> {
        self.options.green_list.as_ref()
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("tests");
        if context.reports.is_empty() {
            return judging.done();
        }
        let seen = Seen::of(context);
        facts(&mut judging, &seen.all);
        self.judge_evidence(&mut judging, &seen.all);
        self.judge_selection(&mut judging, &seen);
        if let Some(outcome) = &self.wanted.red {
            judge_red(&mut judging, outcome, &seen);
        }
        self.judge_bounds(&mut judging, &seen.all);
        self.judge_changes(&mut judging, context, &seen);
        if let Some(list) = &self.options.green_list {
            judge_green(&mut judging, context, list, &seen);
        }
        self.accept(&mut judging, context, &seen);
        let expected = self.wanted.red.is_some();
        let out = judging.out();
        let keeps = context.given.names && seen.incomplete.is_none();
        out.tests = keeps.then(|| since::names(&seen.inventory));
        out.failures = seen.all.failures;
        out.failures_cut = seen.all.failures_cut;
        out.waived = seen.all.waived.by_waiver;
        out.quarantine = seen.all.waived.in_quarantine;
        if expected {
            // What fails is what was asked for: only what fails in the wrong way is shown.
            out.failures.retain(|failure| failure.errored);
            out.failures_cut = 0;
        }
        judging.done()
    }
}

fn facts(judging: &mut Judging, all: &TestReport) {
    let waived = &all.waived;
    let counts = [
        ("passed", all.passed),
        ("failed", all.failed),
        ("errored", all.errored),
        ("skipped", all.skipped),
        ("total", all.total()),
        ("flaky", all.flaky),
        ("all-skipped", all.files.all_skipped().len() as u64),
        ("waived", waived.failed + waived.errored),
        ("quarantined", waived.quarantined),
        (
            "quarantined-failed",
            waived.quarantined_failed + waived.quarantined_errored,
        ),
    ];
    for (name, number) in counts {
        judging.fact(name, Measure::Count(number));
    }
    judging.fact("pass-rate", pass_rate(all));
    judging.volatile("duration", Measure::seconds(all.seconds));
    if let Some((_, seconds)) = &all.slowest {
        judging.volatile("slowest", Measure::seconds(*seconds));
    }
}

impl TestGate {
    /// Whether there is anything to judge at all.
    fn judge_evidence(&self, judging: &mut Judging, all: &TestReport) {
        if !all.broken.is_empty() {
            let message = format!(
                "{} outside any test: {}",
                count(all.broken.len() as u64, "failure"),
                few(&all.broken, 3)
            );
            let help = Some("see the report and the log");
            judging.reason("broken-suite", Verdict::Fail, None, message, help);
        }
        if all.total() == 0 && all.broken.is_empty() {
            let message = match (all.left_out.0, self.reports.choice.include.is_empty()) {
                (0, _) => "no test ran: the reports hold none",
                (_, false) => "no test ran whose name `include` selects",
                (_, true) => "every test that ran is left out by `exclude`",
            };
            let help = "check that the command finds its tests";
            judging.undecided("no-tests", message.to_owned(), help);
        }
        let quarantined = all.waived.quarantined;
        if quarantined > 0 && all.total() == quarantined && all.broken.is_empty() {
            judging.undecided(
                "only-quarantined",
                "no test ran outside quarantine, and what is in it proves nothing".to_owned(),
                "take tests out of quarantine",
            );
        }
    }

    /// What `include` and `exclude` chose.
    fn judge_selection(&self, judging: &mut Judging, seen: &Seen) {
        let choice = &self.reports.choice;
        let all = &seen.all;
        let (left_out, failed) = all.left_out;
        if !choice.include.is_empty() || !choice.exclude.is_empty() {
            judging.fact("left-out", Measure::Count(left_out));
        }
        if failed > 0 {
            let message = format!("{} left out that failed", count(failed, "test"));
            judging.note("left-out-failures", message);
        } else if left_out > 0 && !choice.exclude.is_empty() {
            let message = format!("{} left out", count(left_out, "test"));
            judging.note("left-out", message);
        }
        let unmatched: Vec<String> = choice
            .include
            .iter()
            .filter(|pattern| all.total() > 0 && !all.matched.contains(*pattern))
            .map(|pattern| format!("`{pattern}`"))
            .collect();
        if !unmatched.is_empty() {
            let message = format!("no test is called {}", few(&unmatched, SHOWN));
            let help = "correct `include`, or bring the tests back";
            if self.wanted.red.is_some() {
                judging.reason(
                    "include-unmatched",
                    Verdict::Fail,
                    None,
                    message,
                    Some(help),
                );
            } else {
                judging.undecided("include-unmatched", message, help);
            }
        }
        let lists = self.wanted.red.is_some() || self.options.green_list.is_some();
        if lists && all.unnamed > 0 {
            let message = seen.incomplete.clone().unwrap_or_default();
            let help = "let the tool write each test into its report";
            judging.undecided("unnamed-tests", message, help);
        }
    }

    fn judge_bounds(&self, judging: &mut Judging, all: &TestReport) {
        let implied = self.wanted.red.is_none();
        for (name, condition) in self.options.bounds(&self.reports.at, implied) {
            judging.condition(name, &condition, "the reports do not say");
            if let Some((strict, count)) = strictly(name, all) {
                judging.unless_waived(&condition, strict, count);
            }
            if name == "slowest"
                && let Some((id, _)) = &all.slowest
            {
                judging.evidence_of_last(Vec::new(), Some(format!("slowest: {id}")));
            }
            let skipped: Vec<String> = all
                .files
                .all_skipped()
                .into_iter()
                .map(str::to_owned)
                .collect();
            if name == "all-skipped" && !skipped.is_empty() {
                judging.evidence_of_last(Vec::new(), Some(few(&skipped, SHOWN)));
            }
        }
    }

    /// What became of the tests of the baseline.
    fn judge_changes(&self, judging: &mut Judging, context: &Context<'_>, seen: &Seen) {
        let mut given: Vec<(&str, &Condition)> = self.options.changes().collect();
        if let Some(then) = &context.given.began {
            self.judge_added(judging, then, seen);
            given.retain(|(name, _)| *name != "added");
        }
        if given.is_empty() {
            return;
        }
        match self.baseline(context, seen) {
            Err(missing) => {
                for (name, condition) in given {
                    judging.missing(name, (condition.text(), condition.at()), &missing);
                }
            }
            Ok(baseline) => {
                let declared = &self.wanted.renames;
                let changes = inventory::compare(&baseline.tests, &seen.inventory, declared);
                let told = Change {
                    gate: self,
                    changes: &changes,
                    baseline,
                    seen,
                    phase: context.given.began.is_some(),
                };
                told.judge(judging, &given);
            }
        }
    }

    /// The baseline, if what ran can be held against it.
    fn baseline<'a>(&self, context: &'a Context<'_>, seen: &Seen) -> Result<&'a Baseline, Missing> {
        let given = context.given;
        let baseline = known::baseline(given, context.gate)?;
        if baseline.tests.is_empty() {
            return Err(known::never(
                given,
                context.gate,
                "the baseline holds no test yet",
            ));
        }
        match &seen.incomplete {
            Some(words) => Err(incomplete(words)),
            None => Ok(baseline),
        }
    }

    /// What a baseline would hold now. A test that was renamed as declared stays under its old id: it takes the
    /// declaration to find it, as long as nobody answers for a baseline without it.
    fn accept(&self, judging: &mut Judging, context: &Context<'_>, seen: &Seen) {
        if !self.options.wants_baseline() || seen.incomplete.is_some() {
            return;
        }
        let red = self.wanted.red.is_some();
        let tests = seen
            .inventory
            .iter()
            .filter(|(_, test)| !red || test.outcome == TestOutcome::Failed);
        let mut tests = inventory::known(tests);
        let declared = &self.wanted.renames;
        if let Some(before) = known::named(context.given).filter(|_| !declared.is_empty()) {
            let renamed = inventory::compare(&before.tests, &seen.inventory, declared).renamed;
            for (old, new) in renamed {
                let test = tests.remove(&new);
                tests.extend(test.map(|test| (old, test)));
            }
        }
        judging.out().accepted.tests = tests;
    }
}

impl TestGate {
    /// Whether `include` and `exclude` take a test of that name.
    fn selected(&self, name: &str) -> bool {
        let choice = &self.reports.choice;
        let any = |patterns: &[String]| patterns.iter().any(|pattern| selects(pattern, name));
        (choice.include.is_empty() || any(&choice.include)) && !any(&choice.exclude)
    }
}

/// The red phase.
fn judge_red(judging: &mut Judging, outcome: &Text, seen: &Seen) {
    let bound = (outcome.value.as_str(), &outcome.at);
    if seen.all.total() == 0 {
        judging.stated(
            "outcome",
            bound,
            Verdict::Inconclusive,
            Some(Cause::Evidence),
            None,
        );
        return judging.evidence_of_last(Vec::new(), Some("no test ran".to_owned()));
    }
    say(judging, "outcome", bound, red::red(&seen.inventory));
}

/// What ran cannot be held against a list.
fn incomplete(words: &str) -> Missing {
    Missing {
        code: "inventory-incomplete",
        verdict: Verdict::Inconclusive,
        cause: Some(Cause::Evidence),
        message: format!("not every test is known by name: {words}"),
        help: "mend that first, so that the report names each test".to_owned(),
    }
}

/// The green phase.
fn judge_green(judging: &mut Judging, context: &Context<'_>, list: &Text, seen: &Seen) {
    let given = context.given;
    let text = format!("every red test of `{}` passes", list.value);
    let bound = (text.as_str(), &list.at);
    let gates = given.green_list.gates.join(" ");
    let missing = match known::of(&given.green_list.state, given, &gates) {
        Err(_) if given.green_list.unknown.is_some() => red::unrecorded(given, &gates),
        Err(missing) => missing,
        Ok(red) if red.tests.is_empty() => {
            known::never(given, &gates, "no test is recorded as red yet")
        }
        Ok(_) if seen.all.total() == 0 => incomplete("no test ran"),
        Ok(red) => {
            return say(
                judging,
                "green-list",
                bound,
                red::green(red, &seen.inventory),
            );
        }
    };
    judging.missing("green-list", bound, &missing);
}

fn say(judging: &mut Judging, name: &str, bound: (&str, &crate::source::At), told: Told) {
    let verdict = if told.holds {
        Verdict::Pass
    } else {
        Verdict::Fail
    };
    judging.stated(name, bound, verdict, None, Some(told.measured));
    judging.evidence_of_last(told.evidence, told.note);
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
