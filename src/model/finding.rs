//! Findings: what a scanner, linter or type checker observed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Waived;

/// Severity on one common scale, worst first.
///
/// A format maps its own words; the own word is always kept beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Must be dealt with now.
    Critical,
    /// `error` of linters and type checkers, `high` of scanners.
    High,
    /// `warning`, `medium`.
    Medium,
    /// `note`, `low`, style.
    Low,
    /// Information only.
    Info,
}

impl Level {
    /// All levels, worst first.
    pub const ALL: [Level; 5] = [
        Level::Critical,
        Level::High,
        Level::Medium,
        Level::Low,
        Level::Info,
    ];

    /// The word in files and outputs.
    pub fn word(self) -> &'static str {
        match self {
            Level::Critical => "critical",
            Level::High => "high",
            Level::Medium => "medium",
            Level::Low => "low",
            Level::Info => "info",
        }
    }
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Rule, check or advisory; `None` where the tool gives none.
    pub rule: Option<String>,
    /// The report's own word for its severity.
    pub severity: String,
    /// The common scale.
    pub level: Level,
    /// What was said, cut to a bounded length.
    pub message: String,
    /// File as the report names it.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// Identity across runs: independent of line numbers. Filled by the collector where the format has none.
    pub fingerprint: String,
    /// Marked as accepted by the tool or in the source; counted apart.
    pub suppressed: bool,
    /// What it is against the baseline; `None` where that was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<FindingState>,
}

/// A finding against the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingState {
    /// The baseline does not know it.
    New,
    /// The baseline knows it.
    Existing,
}

/// The sum of the findings of one or more reports. Suppressed ones are in `suppressed` alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingReport {
    /// Live findings.
    pub total: u64,
    /// Findings marked as accepted.
    pub suppressed: u64,
    /// Findings that marks in the source hide: the tool counts them and lists none. Not in `suppressed`.
    pub hidden: u64,
    /// Live findings by the report's own word.
    pub by_severity: BTreeMap<String, u64>,
    /// Live findings on the common scale.
    pub by_level: BTreeMap<Level, u64>,
    /// Live findings by rule; those without a rule under the empty name.
    pub by_rule: BTreeMap<String, u64>,
    /// The first live findings, at most [`super::ITEMS_KEPT`]; every one where that was asked for.
    pub items: Vec<Finding>,
    /// Findings marked as accepted; only where every one was asked for.
    pub suppressed_items: Vec<Finding>,
    /// Live findings beyond those kept.
    pub items_cut: u64,
    /// The tool says of itself that its scan did not succeed: such a report can fail a gate, never pass one.
    pub broken: Vec<String>,
    /// Findings that waivers accept: in no count above.
    pub waived: WaivedFindings,
}

/// Findings that waivers accept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WaivedFindings {
    /// All of them.
    pub total: u64,
    /// By the report's own word.
    pub by_severity: BTreeMap<String, u64>,
    /// On the common scale.
    pub by_level: BTreeMap<Level, u64>,
    /// By rule.
    pub by_rule: BTreeMap<String, u64>,
    /// By the number of the waiver.
    pub by_waiver: BTreeMap<usize, Waived>,
    /// Each of them; only where every one was asked for.
    pub items: Vec<Finding>,
}

impl FindingReport {
    /// Live findings of a level.
    pub fn at(&self, level: Level) -> u64 {
        self.by_level.get(&level).copied().unwrap_or(0)
    }

    /// Joins the sums of another report, whose items are left out beyond `most`.
    pub fn merge(&mut self, other: FindingReport, most: usize) {
        self.total += other.total;
        self.suppressed += other.suppressed;
        self.hidden += other.hidden;
        for (word, count) in other.by_severity {
            *self.by_severity.entry(word).or_default() += count;
        }
        for (level, count) in other.by_level {
            *self.by_level.entry(level).or_default() += count;
        }
        for (rule, count) in other.by_rule {
            *self.by_rule.entry(rule).or_default() += count;
        }
        let room = most.saturating_sub(self.items.len());
        self.items_cut += other.items_cut + other.items.len().saturating_sub(room) as u64;
        self.items.extend(other.items.into_iter().take(room));
        self.suppressed_items.extend(other.suppressed_items);
        self.broken.extend(other.broken);
        self.waived.merge(other.waived);
    }
}

impl WaivedFindings {
    fn merge(&mut self, other: WaivedFindings) {
        self.total += other.total;
        self.items.extend(other.items);
        for (word, count) in other.by_severity {
            *self.by_severity.entry(word).or_default() += count;
        }
        for (level, count) in other.by_level {
            *self.by_level.entry(level).or_default() += count;
        }
        for (rule, count) in other.by_rule {
            *self.by_rule.entry(rule).or_default() += count;
        }
        for (waiver, one) in other.by_waiver {
            self.by_waiver
                .entry(waiver)
                .or_default()
                .add(one.count, one.first);
        }
    }
}
