//! Tests: one case as a report states it, and the sum of many.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{ITEMS_KEPT, TestFiles, Waived};

/// What became of one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestOutcome {
    /// It ran and held.
    Passed,
    /// Its expectation did not hold.
    Failed,
    /// It could not be carried out: an exception outside the expectation, a fixture, a crash.
    Errored,
    /// It was not run, or is marked as not expected to hold.
    Skipped,
}

/// One test as a format hands it on. Borrowed, so that a passing test costs no allocation.
#[derive(Clone, Copy, Debug)]
pub struct TestCase<'a> {
    /// Class, module or package; empty where the format has none.
    pub classname: &'a str,
    /// Name of the test within it.
    pub name: &'a str,
    /// Name of the innermost suite; empty where there is none.
    pub suite: &'a str,
    /// File of the test as the report names it; empty where unknown.
    pub file: &'a str,
    /// Line in that file, from 1.
    pub line: Option<u32>,
    /// What became of it.
    pub outcome: TestOutcome,
    /// It passed only after a failed attempt that the same report shows.
    pub flaky: bool,
    /// Seconds, where the report has a usable number.
    pub seconds: Option<f64>,
    /// The message of the failure; empty where there is none.
    pub message: &'a str,
}

impl TestCase<'_> {
    /// The stable id of a test: `classname::name`, or `name` where there is no class name.
    pub fn id(&self) -> String {
        if self.classname.is_empty() {
            self.name.to_owned()
        } else {
            format!("{}::{}", self.classname, self.name)
        }
    }
}

/// A failed or errored test, kept for people and for annotations.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestFailure {
    /// `classname::name`, or `name`.
    pub id: String,
    /// Name alone.
    pub name: String,
    /// Innermost suite.
    pub suite: Option<String>,
    /// File as the report names it.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Message of the failure, cut to a bounded length.
    pub message: String,
    /// True when the test errored rather than failed.
    #[serde(skip)]
    pub errored: bool,
}

/// One test of an inventory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedTest {
    /// `classname::name`, or `name`. Tests of one id (rows of data, the same test run twice) are listed each.
    pub id: String,
    /// What became of it.
    pub outcome: TestOutcome,
    /// File as the report names it.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
}

/// The sum of the tests of one or more reports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestReport {
    /// Tests that held.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that errored.
    pub errored: u64,
    /// Tests that were skipped.
    pub skipped: u64,
    /// Passed tests that needed more than one attempt (also in `passed`).
    pub flaky: u64,
    /// Sum of the accepted times, in seconds.
    pub seconds: f64,
    /// The slowest single test: its id and seconds.
    pub slowest: Option<(String, f64)>,
    /// The first failures, at most [`ITEMS_KEPT`].
    pub failures: Vec<TestFailure>,
    /// Failures beyond those kept.
    pub failures_cut: u64,
    /// The test files, and which of them ran nothing.
    pub files: TestFiles,
    /// Tests that are counted and have no name.
    pub unnamed: u64,
    /// Tests that the gate does not select, and how many of them failed or errored. In no count above.
    pub left_out: (u64, u64),
    /// Patterns of the gate's selection that matched a test.
    pub matched: BTreeSet<String>,
    /// Every test, in the order of the report; only where that was asked for.
    pub inventory: Vec<ListedTest>,
    /// Failures that belong to no single test (a suite that did not load, a plan not kept, a package that
    /// did not build). They are in no count above, and a gate must not pass because of them.
    pub broken: Vec<String>,
    /// Tests that waivers speak of: in no count above.
    pub waived: WaivedTests,
}

/// Tests that waivers speak of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WaivedTests {
    /// Accepted failures.
    pub failed: u64,
    /// Accepted errors.
    pub errored: u64,
    /// Tests in quarantine, whatever became of them.
    pub quarantined: u64,
    /// Tests in quarantine that failed.
    pub quarantined_failed: u64,
    /// Tests in quarantine that errored.
    pub quarantined_errored: u64,
    /// The first tests in quarantine, at most [`ITEMS_KEPT`], and whether each held.
    pub in_quarantine: Vec<(String, bool)>,
    /// By the number of the waiver.
    pub by_waiver: BTreeMap<usize, Waived>,
}

impl TestReport {
    /// All tests: the four outcomes added up, with those that waivers speak of.
    pub fn total(&self) -> u64 {
        self.counted() + self.waived.failed + self.waived.errored + self.waived.quarantined
    }

    /// The tests that no waiver takes out of the counts.
    pub fn counted(&self) -> u64 {
        self.passed + self.failed + self.errored + self.skipped
    }

    /// Joins the sums of another report.
    pub fn merge(&mut self, other: TestReport) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.errored += other.errored;
        self.skipped += other.skipped;
        self.flaky += other.flaky;
        self.seconds += other.seconds;
        self.files.merge(other.files);
        self.unnamed += other.unnamed;
        self.left_out.0 += other.left_out.0;
        self.left_out.1 += other.left_out.1;
        self.matched.extend(other.matched);
        self.inventory.extend(other.inventory);
        self.failures_cut += other.failures_cut;
        if other.slowest.as_ref().map(|(_, s)| *s) > self.slowest.as_ref().map(|(_, s)| *s) {
            self.slowest = other.slowest;
        }
        let room = ITEMS_KEPT.saturating_sub(self.failures.len());
        self.failures_cut += other.failures.len().saturating_sub(room) as u64;
        self.failures.extend(other.failures.into_iter().take(room));
        self.broken.extend(other.broken);
        self.waived.merge(other.waived);
    }
}

impl WaivedTests {
    fn merge(&mut self, other: WaivedTests) {
        self.failed += other.failed;
        self.errored += other.errored;
        self.quarantined += other.quarantined;
        self.quarantined_failed += other.quarantined_failed;
        self.quarantined_errored += other.quarantined_errored;
        let room = ITEMS_KEPT.saturating_sub(self.in_quarantine.len());
        self.in_quarantine
            .extend(other.in_quarantine.into_iter().take(room));
        for (waiver, one) in other.by_waiver {
            self.by_waiver
                .entry(waiver)
                .or_default()
                .add(one.count, one.first);
        }
    }
}
