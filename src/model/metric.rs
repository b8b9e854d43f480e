//! Metrics: named numbers of a report.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

/// Named numbers, exact as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricReport {
    /// Values by dotted name.
    pub values: BTreeMap<String, Decimal>,
    /// Numbers that cannot be compared, by dotted name.
    pub unread: BTreeMap<String, Unread>,
    /// Thresholds that the tool itself judged: all and failed. `None` where the format has no such thing.
    pub thresholds: Option<(u64, u64)>,
    /// The document itself, where a JSON path may be asked of it.
    pub document: Option<serde_json::Value>,
    /// The numbers that the document holds otherwise than they are written (it rounds), by JSON pointer.
    pub written: BTreeMap<String, Result<Decimal, Unread>>,
}

/// Why a number cannot be compared with a bound: what stands there is not rounded to something that could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// More than a decimal of 28 digits holds.
    TooLarge,
    /// Not zero, but nothing else with 28 digits behind the point.
    TooSmall,
}

impl fmt::Display for Unread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Unread::TooLarge => "too large to be compared exactly",
            Unread::TooSmall => "too small to be compared exactly",
        })
    }
}
