//! What was accepted of a gate before: values, tests, findings and counts of patterns. Plain data; files of it are
//! the ledger's, and whether something got worse is for the policy to say.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Measure;

/// The accepted state of one gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Kinds of judges that it was recorded from. A kind that is named and has no entry was recorded as empty.
    pub holds: BTreeSet<String>,
    /// Measured values by dotted name below the gate, `coverage.lines`.
    pub values: BTreeMap<String, KnownValue>,
    /// Tests by stable id, `classname::name`.
    pub tests: BTreeMap<String, KnownTest>,
    /// Findings by fingerprint.
    pub findings: BTreeMap<String, KnownFinding>,
    /// How often each named pattern occurs, by pattern and path.
    pub counts: BTreeMap<(String, String), u64>,
}

/// A value that the baseline knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownValue {
    /// The value; of several samples their median.
    pub value: Measure,
    /// Which way is better, as the condition that asks for it says.
    pub better: Better,
    /// How far the samples lay apart, in the unit of the value.
    pub spread: Option<Decimal>,
}

/// Which way a value is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Better {
    /// A floor that may rise: coverage.
    Higher,
    /// A ceiling that may sink: a duration, a size.
    Lower,
    /// A fixed point that progress is measured from: `-30%` does not move it when it is reached.
    #[default]
    Point,
}

impl Better {
    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Better::Higher => "higher",
            Better::Lower => "lower",
            Better::Point => "point",
        }
    }
}

/// A test that the baseline knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownTest {
    /// It was skipped.
    pub skipped: bool,
    /// File that it is in, where the report says so.
    pub file: Option<String>,
}

/// A finding that the baseline knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownFinding {
    /// Rule that found it.
    pub rule: String,
    /// Path that it was in when it was recorded.
    pub path: String,
    /// How many equal ones there were.
    pub count: u64,
}

/// What is known of a gate's baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BaselineState {
    /// Nobody ever recorded one.
    #[default]
    Never,
    /// It is what a stored run measured, and there is none: how to make one.
    NoRun(String),
    /// It is in the history of the repository and no longer there, in words.
    Gone(String),
    /// It is there and cannot be used (a conflict marker, a line that cannot be read), in words.
    Broken(String),
    /// It is there.
    Here(Box<Baseline>),
}

impl Baseline {
    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.holds.is_empty()
            && self.values.is_empty()
            && self.tests.is_empty()
            && self.findings.is_empty()
            && self.counts.is_empty()
    }

    /// Adds what another judge of the same gate knows.
    pub fn merge(&mut self, other: Baseline) {
        self.holds.extend(other.holds);
        self.values.extend(other.values);
        self.tests.extend(other.tests);
        self.findings.extend(other.findings);
        self.counts.extend(other.counts);
    }
}
