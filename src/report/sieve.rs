//! Observations that a declared exception accepts are taken out while they are counted: lists of them are cut, so
//! nobody could do it afterwards. What is accepted is not known here; a [`Sieve`] says so.

use std::collections::BTreeMap;

use super::limits::{Limits, cut};
use crate::model::{Finding, ITEMS_KEPT, TestCase, TestOutcome, WaivedFindings, WaivedTests};

/// Says which observations are accepted, and by which exception.
pub trait Sieve: Send + Sync {
    /// Whether it knows of findings at all.
    fn takes_findings(&self) -> bool;
    /// Whether it knows of tests at all.
    fn takes_tests(&self) -> bool;
    /// Asks for a finding, whole and with its fingerprint.
    fn finding(&self, finding: &Finding) -> Option<Taken>;
    /// Asks for a test, whatever became of it.
    fn test(&self, test: &TestCase<'_>) -> Option<Taken>;
}

/// An observation that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Number of the exception.
    pub by: usize,
    /// What it is called when it is listed.
    pub name: String,
    /// The test goes on, counted apart, whatever becomes of it.
    pub quarantine: bool,
}

/// Counts an accepted finding apart.
pub(super) fn finding(finding: &Finding, taken: Taken, to: &mut WaivedFindings) {
    to.total += 1;
    *to.by_level.entry(finding.level).or_default() += 1;
    let entries = Limits::DEFAULT.entries;
    let add = |counts: &mut BTreeMap<String, u64>, key: String| {
        if counts.len() < entries || counts.contains_key(&key) {
            *counts.entry(key).or_default() += 1;
        }
    };
    add(&mut to.by_severity, cut(&finding.severity, 64));
    let rule = finding.rule.as_deref().unwrap_or("");
    add(&mut to.by_rule, cut(rule, Limits::DEFAULT.text));
    let by = to.by_waiver.entry(taken.by).or_default();
    by.add(1, [cut(&taken.name, Limits::DEFAULT.text)]);
}

/// Counts an accepted test apart; false when it counts like any other: it needs no exception.
pub(super) fn test(case: &TestCase<'_>, taken: Taken, to: &mut WaivedTests) -> bool {
    let failed = case.outcome == TestOutcome::Failed;
    let errored = case.outcome == TestOutcome::Errored;
    let name = cut(&taken.name, Limits::DEFAULT.text);
    if taken.quarantine {
        to.quarantined += 1;
        to.quarantined_failed += u64::from(failed);
        to.quarantined_errored += u64::from(errored);
        let by = to.by_waiver.entry(taken.by).or_default();
        by.add(1, [format!("{name} {}", word(case.outcome))]);
        let ran = case.outcome != TestOutcome::Skipped;
        if ran && to.in_quarantine.len() < ITEMS_KEPT {
            to.in_quarantine.push((name, !failed && !errored));
        }
        return true;
    }
    if !failed && !errored {
        return false;
    }
    to.failed += u64::from(failed);
    to.errored += u64::from(errored);
    to.by_waiver.entry(taken.by).or_default().add(1, [name]);
    true
}

fn word(outcome: TestOutcome) -> &'static str {
    match outcome {
        TestOutcome::Passed => "passed",
        TestOutcome::Failed => "failed",
        TestOutcome::Errored => "errored",
        TestOutcome::Skipped => "was skipped",
    }
}
