//! Metrics: named numbers of a report.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

/// Named numbers, exact as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricReport {
    /// Values by dotted name.
    pub values: BTreeMap<String, Decimal>,
    /// Thresholds that the tool itself judged: all and failed. `None` where the format has no such thing.
    pub thresholds: Option<(u64, u64)>,
    /// The document itself, where a JSON path may be asked of it.
    pub document: Option<serde_json::Value>,
}
