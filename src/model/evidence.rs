//! Evidence: what one report, read to its end, says; and the refusal of one that cannot be read.

use super::{CoverageReport, FindingReport, MetricReport, TestReport};

/// The four kinds of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// Test results.
    Tests,
    /// Code coverage.
    Coverage,
    /// Scanners, linters, type checkers.
    Findings,
    /// Named numbers.
    Metrics,
}

impl EvidenceKind {
    /// The word in files and outputs.
    pub fn word(self) -> &'static str {
        match self {
            EvidenceKind::Tests => "tests",
            EvidenceKind::Coverage => "coverage",
            EvidenceKind::Findings => "findings",
            EvidenceKind::Metrics => "metrics",
        }
    }
}

/// Normalised content of one or more reports of a kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Test results.
    Tests(TestReport),
    /// Code coverage.
    Coverage(CoverageReport),
    /// Findings.
    Findings(FindingReport),
    /// Metrics.
    Metrics(MetricReport),
}

impl Evidence {
    /// Which kind this is.
    pub fn kind(&self) -> EvidenceKind {
        match self {
            Evidence::Tests(_) => EvidenceKind::Tests,
            Evidence::Coverage(_) => EvidenceKind::Coverage,
            Evidence::Findings(_) => EvidenceKind::Findings,
            Evidence::Metrics(_) => EvidenceKind::Metrics,
        }
    }
}

/// Something odd in a readable report: it counts, and people are told.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// Stable kebab-case name of what was seen.
    pub code: &'static str,
    /// What and where, for people.
    pub message: String,
}

/// One report that was read to its end.
#[derive(Clone, Debug)]
pub struct ReportEvidence {
    /// Path relative to the project, or `stdout`/`stderr`.
    pub path: String,
    /// Format that read it.
    pub format: &'static str,
    /// What it says.
    pub evidence: Evidence,
    /// Odd things in it, at most a bounded number.
    pub warnings: Vec<Warning>,
}

/// A report that cannot be used. A gate never passes because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRefusal {
    /// Path relative to the project, or `stdout`/`stderr`.
    pub path: String,
    /// Stable kebab-case name of the trouble.
    pub code: &'static str,
    /// What is wrong, for people.
    pub message: String,
    /// Line of the trouble, from 1.
    pub line: Option<u64>,
    /// Column of the trouble, from 1.
    pub column: Option<u64>,
}
