//! One file per report format: bytes in, observations out.
//!
//! A format reads a report in one pass, in constant memory, and hands each observation to a [`Sink`].
//! It never judges, never opens another file, never reaches the network, and never guesses: input that it
//! cannot read to its end is refused with a [`ReportError`], because half a report is no evidence.
//! Sizes and depths are capped in `limits.rs`; adding up is done once, in `collector.rs`.

mod bandit;
mod choice;
mod clippy;
mod cobertura;
mod collector;
mod count;
mod csv;
mod eslint;
mod examples;
mod fingerprint;
mod gotest;
mod input;
mod inspect;
mod json;
mod json_metrics;
mod junit;
mod lcov;
mod libtest;
mod limits;
mod lines;
mod mypy;
mod number;
mod openmetrics;
mod read;
mod ruff;
mod sarif;
mod shape;
mod sieve;
mod sniff;
mod tap;
mod tested;
#[cfg(test)]
mod testing;
mod text;
mod tsc;
mod xml;

pub use choice::{Choice, selects};
pub use collector::Collector;
pub use examples::{Empty, Examples};
pub(crate) use fingerprint::{content, moved as moved_fingerprint, plain as plain_fingerprint};
pub use input::Input;
pub use inspect::inspect_line;
pub use limits::Limits;
pub use read::{Counting, NAMELESS, ReportError, read_bytes, read_counting, read_file};
pub use shape::Shape;
pub use sieve::{Sieve, Taken};
pub use sniff::Head;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::model::{EvidenceKind, Finding, ITEMS_KEPT, Marks, Tally, TestCase, Unread};

/// A report format.
pub trait ReportFormat: Sync {
    /// Name in `format:`, lower case.
    fn name(&self) -> &'static str;
    /// What kind of evidence it gives.
    fn kind(&self) -> EvidenceKind;
    /// One line for people: which tools write it, and the link to its specification.
    fn about(&self) -> &'static str;
    /// Whether the first bytes of a file are this format. Must be exact enough that no two formats agree.
    fn sniff(&self, head: &Head<'_>) -> bool;
    /// Whether no output at all means "nothing found", once the format is declared: true only for text of
    /// checkers that are silent when clean (the exit status then has to agree).
    fn empty_is_clean(&self) -> bool {
        false
    }
    /// The smallest reports of it, one with nothing in it and one with something bad: `config prove` feeds them to gates.
    fn examples(&self) -> Examples;
    /// Reads the report to its end.
    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError>;
}

/// Where a format puts what it observes. The names of the arguments are the units.
pub trait Sink {
    /// How many findings the report should be read for in full; of the others only the sort matters.
    fn wanted(&self) -> usize {
        ITEMS_KEPT
    }
    /// Whether findings marked as accepted are among those.
    fn wants_suppressed(&self) -> bool {
        false
    }
    /// One test.
    fn test(&mut self, case: &TestCase<'_>);
    /// Tests that the report only counts (no element for each); all named `unnamed`.
    fn counted_tests(&mut self, passed: u64, failed: u64, errored: u64, skipped: u64);
    /// A failure that belongs to no single test, or a scan that says of itself that it failed.
    fn broken(&mut self, message: &str);
    /// A file that coverage speaks of; must come before its lines. The same path again continues it.
    fn coverage_file(&mut self, path: &str);
    /// A folder that relative paths of the report begin in, as the report says.
    fn coverage_root(&mut self, path: &str);
    /// A line of the current file. Hits of the same line combine as `how` says.
    fn line(&mut self, line: u32, hits: u64, how: Combine);
    /// Branches that start on a line of the current file: the larger total and the larger taken count win.
    /// They do not make it a line that can run.
    fn line_branches(&mut self, line: u32, total: u32, taken: u32);
    /// Totals of the current file that no line carries. `None` leaves a part as it is.
    fn file_totals(
        &mut self,
        lines: Option<Tally>,
        branches: Option<Tally>,
        functions: Option<Tally>,
    );
    /// The branches and functions of the current file, each by its identity.
    fn marks(&mut self, branches: Marks, functions: Marks);
    /// Totals that the head of the report states: compared with the files, and taken where no file has any.
    fn declared_totals(&mut self, lines: Option<Tally>, branches: Option<Tally>);
    /// The report says something of branches (or functions), even if this file has none.
    fn has_branches(&mut self);
    /// The report says something of functions.
    fn has_functions(&mut self);
    /// One finding.
    fn finding(&mut self, finding: Finding);
    /// Findings that marks in the source hide, which the tool only counts.
    fn hidden_findings(&mut self, count: u64);
    /// More findings of which only the sort matters, because enough are kept as items.
    fn more_findings(&mut self, like: &Finding, count: u64) {
        for _ in 0..count {
            self.finding(like.clone());
        }
    }
    /// One named number.
    fn metric(&mut self, name: &str, value: Decimal);
    /// One named number that cannot be compared.
    fn unread_metric(&mut self, name: &str, why: Unread);
    /// Thresholds that the tool judged itself.
    fn thresholds(&mut self, total: u64, failed: u64);
    /// The whole document, for JSON paths, and the numbers that it does not hold as written, by JSON pointer.
    fn document(
        &mut self,
        document: serde_json::Value,
        written: BTreeMap<String, Result<Decimal, Unread>>,
    );
    /// Something odd that people should be told.
    fn warn(&mut self, code: &'static str, message: String);
}

/// How the hits of a line that is named twice combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// Add them: separate runs (LCOV).
    Add,
    /// Keep the larger: the same run told twice (Cobertura).
    Max,
}

/// Every format, in the order they are asked.
pub static FORMATS: &[&dyn ReportFormat] = &[
    &junit::Junit,
    &tap::Tap,
    &libtest::Libtest,
    &gotest::GoTest,
    &cobertura::Cobertura,
    &lcov::Lcov,
    &sarif::Sarif,
    &clippy::Clippy,
    &eslint::Eslint,
    &ruff::Ruff,
    &bandit::Bandit,
    &mypy::Mypy,
    &tsc::Tsc,
    &json_metrics::Json,
    &openmetrics::OpenMetrics,
    &csv::Csv,
];

/// The format of numbers that the ending of a name stands for: anything may hold numbers, so nothing can be recognised.
pub fn by_ending(name: &str) -> Option<&'static dyn ReportFormat> {
    let (_, ending) = name.rsplit_once('.')?;
    find(match ending.to_ascii_lowercase().as_str() {
        "json" => "json",
        "csv" => "csv",
        "prom" | "txt" => "openmetrics",
        _ => return None,
    })
}

/// The format of that name.
pub fn find(name: &str) -> Option<&'static dyn ReportFormat> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}
