//! Adds up the observations of one report into evidence. The one place where counting is done.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::choice::{Choice, Chooser};
use super::limits::{Limits, cut};
use super::tested::{TestFile, listed};
use super::{Combine, Sieve, Sink, sieve};
use crate::model::{
    CoverageReport, Evidence, EvidenceKind, FileCoverage, Finding, FindingReport, ITEMS_KEPT,
    LineCoverage, Marks, MetricReport, Tally, TestCase, TestFailure, TestOutcome, TestReport,
    Unread, Warning,
};

/// Folders of sources that are kept of one report.
const ROOTS: usize = 100;

/// Sums the observations of one report.
pub struct Collector {
    kind: EvidenceKind,
    /// Which tests count.
    chooser: Chooser,
    /// Keep every test and every finding.
    whole: bool,
    test_file: TestFile,
    /// What it takes is counted apart.
    sieve: Option<Arc<dyn Sieve>>,
    tests: TestReport,
    coverage: CoverageReport,
    /// The file that coverage speaks of now, taken out of the report for as long.
    open: OpenFile,
    declared: (Option<Tally>, Option<Tally>),
    findings: FindingReport,
    seen: HashMap<String, u32>,
    metrics: MetricReport,
    warnings: Vec<Warning>,
    warnings_cut: BTreeMap<&'static str, u64>,
}

/// A file of a coverage report while its lines come in.
#[derive(Default)]
struct OpenFile {
    path: Option<String>,
    file: FileCoverage,
    /// Lines as they come, while they come in order: most reports write them so, and a list grows fast.
    ordered: Vec<(u32, LineCoverage)>,
}

impl OpenFile {
    /// The entry of a line; a new one where `create` says so.
    fn entry(&mut self, line: u32, create: bool) -> Option<&mut LineCoverage> {
        let last = self.ordered.last().map(|(last, _)| *last);
        if self.file.lines.is_empty() && last.is_none_or(|last| last <= line) {
            if last != Some(line) {
                if !create {
                    return None;
                }
                self.ordered.push((line, LineCoverage::default()));
            }
            return self.ordered.last_mut().map(|(_, entry)| entry);
        }
        self.file.lines.extend(self.ordered.drain(..));
        if create {
            Some(self.file.lines.entry(line).or_default())
        } else {
            self.file.lines.get_mut(&line)
        }
    }
}

impl Collector {
    /// A collector for a report of that kind.
    pub fn new(kind: EvidenceKind) -> Self {
        Self {
            kind,
            chooser: Chooser::default(),
            whole: false,
            test_file: TestFile::default(),
            sieve: None,
            tests: TestReport::default(),
            coverage: CoverageReport::default(),
            open: OpenFile::default(),
            declared: (None, None),
            findings: FindingReport::default(),
            seen: HashMap::new(),
            metrics: MetricReport::default(),
            warnings: Vec::new(),
            warnings_cut: BTreeMap::new(),
        }
    }

    /// Counts and keeps what is chosen.
    #[must_use]
    pub fn choosing(mut self, choice: &Choice) -> Self {
        self.chooser = Chooser::new(choice);
        self.whole = choice.whole;
        self
    }

    /// Counts apart what the sieve takes.
    #[must_use]
    pub fn sieve(mut self, sieve: Option<Arc<dyn Sieve>>) -> Self {
        self.sieve = sieve;
        self
    }

    /// The evidence and what was odd about it.
    pub fn finish(mut self) -> (Evidence, Vec<Warning>) {
        for (code, count) in std::mem::take(&mut self.warnings_cut) {
            self.warnings.push(Warning {
                code,
                message: format!("and {count} more of the same"),
            });
        }
        let evidence = match self.kind {
            EvidenceKind::Tests => {
                self.test_file.leave(&mut self.tests.files);
                if self.tests.total() == 0 {
                    self.warnings.push(Warning {
                        code: "no-tests",
                        message: "the report has no test".to_owned(),
                    });
                }
                Evidence::Tests(self.tests)
            }
            EvidenceKind::Coverage => {
                self.settle_coverage();
                Evidence::Coverage(self.coverage)
            }
            EvidenceKind::Findings => Evidence::Findings(self.findings),
            EvidenceKind::Metrics => Evidence::Metrics(self.metrics),
        };
        (evidence, self.warnings)
    }

    /// Whether a test counts; one that does not is counted apart.
    fn chosen(&mut self, case: &TestCase<'_>) -> bool {
        let taken = self.chooser.takes(&case.id(), &mut self.tests.matched);
        if !taken {
            let bad = matches!(case.outcome, TestOutcome::Failed | TestOutcome::Errored);
            self.tests.left_out.0 += 1;
            self.tests.left_out.1 += u64::from(bad);
        }
        taken
    }

    /// Puts the open file back into the report.
    fn close_file(&mut self) {
        let mut open = std::mem::take(&mut self.open);
        let Some(path) = open.path else { return };
        if open.file.lines.is_empty() {
            open.file.lines = open.ordered.into_iter().collect();
        }
        self.coverage.files.insert(path, open.file);
    }

    fn settle_coverage(&mut self) {
        self.close_file();
        for file in self.coverage.files.values_mut() {
            file.settle();
        }
        if self.coverage.files.is_empty() {
            self.warn("no-files", "the report names no file".to_owned());
        }
        let (lines, branches) = self.declared;
        let counted = self.coverage.lines();
        self.coverage.unplaced_lines = self.unplaced("lines", lines, counted);
        let counted = self.coverage.branches().unwrap_or_default();
        self.coverage.unplaced_branches = self.unplaced("branches", branches, counted);
        self.coverage.has_branches |= self.coverage.unplaced_branches.total > 0;
    }

    /// What of the declared totals has to stand in for files that carry none; tells where the two differ.
    fn unplaced(&mut self, what: &str, declared: Option<Tally>, counted: Tally) -> Tally {
        let Some(declared) = declared.filter(|declared| *declared != counted) else {
            return Tally::default();
        };
        let says = format!("{} of {}", declared.covered, declared.total);
        if counted.total == 0 {
            let message =
                format!("no file carries {what}; taken from the head of the report: {says}");
            self.warn("declared-totals", message);
            return declared;
        }
        let found = format!("{} of {}", counted.covered, counted.total);
        let message =
            format!("the head of the report declares {says} {what}, its files show {found}");
        self.warn("declared-differs", message);
        Tally::default()
    }

    /// Cuts what is shown of a finding, and gives it its identity among all before it.
    fn identify(&mut self, finding: &mut Finding) {
        name(finding);
        let times = self.seen.entry(finding.fingerprint.clone()).or_default();
        *times += 1;
        if *times > 1 {
            finding.fingerprint = format!("{}:{times}", finding.fingerprint);
        }
    }

    /// Counts findings of one sort, keeping no item.
    fn count(&mut self, like: &Finding, count: u64) {
        let report = &mut self.findings;
        if like.suppressed {
            report.suppressed += count;
            return;
        }
        report.total += count;
        *report.by_level.entry(like.level).or_default() += count;
        add(&mut report.by_severity, cut(&like.severity, 64), count);
        let rule = cut(like.rule.as_deref().unwrap_or(""), Limits::DEFAULT.text);
        add(&mut report.by_rule, rule, count);
    }
}

/// Cuts what is shown of a finding, and gives it a fingerprint where the tool gives none.
fn name(finding: &mut Finding) {
    finding.message = cut(finding.message.trim(), Limits::DEFAULT.text);
    if finding.fingerprint.is_empty() {
        finding.fingerprint = super::fingerprint::of(finding);
    }
}

fn add(counts: &mut BTreeMap<String, u64>, key: String, count: u64) {
    if counts.len() < Limits::DEFAULT.entries || counts.contains_key(&key) {
        *counts.entry(key).or_default() += count;
    }
}

impl Sink for Collector {
    fn test(&mut self, case: &TestCase<'_>) {
        if !self.chooser.takes_all() && !self.chosen(case) {
            return;
        }
        self.test_file.enter(case, &mut self.tests.files);
        if self.whole {
            self.tests.inventory.push(listed(case));
        }
        let tests = &mut self.tests;
        let sieve = self.sieve.as_ref().filter(|sieve| sieve.takes_tests());
        if let Some(taken) = sieve.and_then(|sieve| sieve.test(case))
            && sieve::test(case, taken, &mut tests.waived)
        {
            return;
        }
        match case.outcome {
            TestOutcome::Passed => tests.passed += 1,
            TestOutcome::Failed => tests.failed += 1,
            TestOutcome::Errored => tests.errored += 1,
            TestOutcome::Skipped => tests.skipped += 1,
        }
        tests.flaky += u64::from(case.flaky);
        if let Some(seconds) = case.seconds {
            tests.seconds += seconds;
            if tests
                .slowest
                .as_ref()
                .is_none_or(|(_, most)| seconds > *most)
            {
                tests.slowest = Some((cut(&case.id(), Limits::DEFAULT.text), seconds));
            }
        }
        if !matches!(case.outcome, TestOutcome::Failed | TestOutcome::Errored) {
            return;
        }
        if tests.failures.len() == ITEMS_KEPT {
            tests.failures_cut += 1;
            return;
        }
        let text = |text: &str| (!text.is_empty()).then(|| cut(text, Limits::DEFAULT.text));
        tests.failures.push(TestFailure {
            id: cut(&case.id(), Limits::DEFAULT.text),
            name: cut(case.name, Limits::DEFAULT.text),
            suite: text(case.suite),
            file: text(case.file),
            line: case.line,
            message: cut(case.message.trim(), Limits::DEFAULT.text),
            errored: case.outcome == TestOutcome::Errored,
        });
    }

    fn counted_tests(&mut self, passed: u64, failed: u64, errored: u64, skipped: u64) {
        self.tests.unnamed += passed + failed + errored + skipped;
        if !self.chooser.takes_all() && passed + skipped > 0 {
            // Without names nothing can be chosen: what passed must not count, what failed must.
            self.warn(
                "unnamed-tests",
                "the report counts tests without naming them".to_owned(),
            );
        } else {
            self.tests.passed += passed;
            self.tests.skipped += skipped;
        }
        self.tests.failed += failed;
        self.tests.errored += errored;
    }

    fn broken(&mut self, message: &str) {
        let list = match self.kind {
            EvidenceKind::Findings => &mut self.findings.broken,
            EvidenceKind::Coverage => &mut self.coverage.broken,
            _ => &mut self.tests.broken,
        };
        if list.len() < ITEMS_KEPT {
            list.push(cut(message.trim(), Limits::DEFAULT.text));
        }
        self.warn("broken", message.trim().to_owned());
    }

    fn coverage_file(&mut self, path: &str) {
        if self.open.path.as_deref() == Some(path) {
            return;
        }
        self.close_file();
        self.open = OpenFile {
            path: Some(path.to_owned()),
            file: self.coverage.files.remove(path).unwrap_or_default(),
            ordered: Vec::new(),
        };
    }

    fn coverage_root(&mut self, path: &str) {
        let roots = &mut self.coverage.roots;
        if roots.len() < ROOTS && !roots.iter().any(|root| root == path) {
            roots.push(cut(path, Limits::DEFAULT.text));
        }
    }

    fn line(&mut self, line: u32, hits: u64, how: Combine) {
        let Some(entry) = self.open.entry(line, true) else {
            return;
        };
        entry.hits = match how {
            Combine::Add => entry.hits.saturating_add(hits),
            Combine::Max => entry.hits.max(hits),
        };
    }

    fn line_branches(&mut self, line: u32, total: u32, taken: u32) {
        self.coverage.has_branches = true;
        // Branches of a line that no statement was seen on yet wait for it.
        let known = self.open.entry(line, false).is_some();
        let entry = if known {
            self.open.entry(line, false)
        } else {
            Some(self.open.file.stray.entry(line).or_default())
        };
        if let Some(entry) = entry {
            entry.branches = entry.branches.max(total);
            entry.taken = entry.taken.max(taken);
        }
    }

    fn file_totals(
        &mut self,
        lines: Option<Tally>,
        branches: Option<Tally>,
        functions: Option<Tally>,
    ) {
        self.coverage.has_branches |= branches.is_some();
        self.coverage.has_functions |= functions.is_some();
        self.open.file.state([lines, branches, functions]);
    }

    fn marks(&mut self, branches: Marks, functions: Marks) {
        self.coverage.has_branches |= !branches.is_empty();
        self.coverage.has_functions |= !functions.is_empty();
        self.open.file.branches = branches;
        self.open.file.functions = functions;
    }

    fn declared_totals(&mut self, lines: Option<Tally>, branches: Option<Tally>) {
        self.declared = (lines, branches);
    }

    fn has_branches(&mut self) {
        self.coverage.has_branches = true;
    }

    fn has_functions(&mut self) {
        self.coverage.has_functions = true;
    }

    fn wanted(&self) -> usize {
        let each = self.sieve.as_ref().is_some_and(|s| s.takes_findings());
        if self.whole || each {
            usize::MAX
        } else {
            ITEMS_KEPT
        }
    }

    fn wants_suppressed(&self) -> bool {
        self.whole
    }

    fn finding(&mut self, mut finding: Finding) {
        if finding.suppressed {
            self.count(&finding, 1);
            if self.whole {
                // No order: which of two equal findings is suppressed must not change the name of the live one.
                name(&mut finding);
                self.findings.suppressed_items.push(finding);
            }
            return;
        }
        let sieve = self.sieve.clone().filter(|sieve| sieve.takes_findings());
        let kept = self.whole || self.findings.items.len() < ITEMS_KEPT;
        if sieve.is_some() || kept {
            self.identify(&mut finding);
        }
        if let Some(taken) = sieve.and_then(|sieve| sieve.finding(&finding)) {
            sieve::finding(&finding, taken, &mut self.findings.waived);
            if self.whole {
                self.findings.waived.items.push(finding);
            }
            return;
        }
        self.count(&finding, 1);
        if kept {
            self.findings.items.push(finding);
        } else {
            self.findings.items_cut += 1;
        }
    }

    fn hidden_findings(&mut self, count: u64) {
        self.findings.hidden += count;
    }

    fn more_findings(&mut self, like: &Finding, count: u64) {
        self.count(like, count);
        if !like.suppressed {
            self.findings.items_cut += count;
        }
    }

    fn metric(&mut self, name: &str, value: Decimal) {
        let name = cut(name, Limits::DEFAULT.text);
        self.metrics.say(name, Ok(value), Limits::DEFAULT.entries);
    }

    fn unread_metric(&mut self, name: &str, why: Unread) {
        let name = cut(name, Limits::DEFAULT.text);
        self.metrics.say(name, Err(why), Limits::DEFAULT.entries);
    }

    fn thresholds(&mut self, total: u64, failed: u64) {
        let (all, bad) = self.metrics.thresholds.unwrap_or((0, 0));
        self.metrics.thresholds = Some((all + total, bad + failed));
    }

    fn document(
        &mut self,
        document: serde_json::Value,
        written: BTreeMap<String, Result<Decimal, Unread>>,
    ) {
        self.metrics.document = Some(document);
        self.metrics.written = written;
    }

    fn warn(&mut self, code: &'static str, message: String) {
        let same = self
            .warnings
            .iter()
            .filter(|warning| warning.code == code)
            .count();
        if same < 3 && self.warnings.len() < Limits::DEFAULT.warnings {
            self.warnings.push(Warning {
                code,
                message: cut(&message, Limits::DEFAULT.text),
            });
        } else {
            *self.warnings_cut.entry(code).or_default() += 1;
        }
    }
}
