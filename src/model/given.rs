//! What a judge may know beside its reports, and how it says that it wants to.
//!
//! Gates never read baseline, ledger, git or services themselves: they say in [`Wants`] what they need, and the
//! engine hands it over in [`Given`]. What could not be had is an `Err` in words, never an empty value.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::{
    Baseline, BaselineState, ChangedLines, ChangesUnknown, GitGiven, GitWants, HttpGiven,
    HttpWants, KnownTest, Unknown,
};

/// What a judge wants to know beside its reports. Asking costs time, so it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// The baseline of its gate.
    pub baseline: bool,
    /// The lines that changed since the base.
    pub changes: bool,
    /// The paths that git tracks.
    pub tracked: bool,
    /// Answers of the repository.
    pub git: Option<GitWants>,
    /// Answers of a service.
    pub http: Option<HttpWants>,
    /// The tests that were recorded as red by the gate of this name, or by those of the phase of this name.
    pub green_list: Option<String>,
    /// The tests that there were when the phase began, in a run for a phase.
    pub began: bool,
}

impl Wants {
    /// The baseline, if the judge has a condition that looks at it.
    pub fn baseline_if(baseline: bool) -> Self {
        Self {
            baseline,
            ..Self::default()
        }
    }
}

/// What a judge is given beside its reports.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Whether a baseline that nobody recorded yet decides nothing, as in a CI job or for a phase; else that is a mere note.
    pub baseline_must_exist: bool,
    /// The baseline of its gate.
    pub baseline: BaselineState,
    /// The lines that changed since the base; `None` where nobody asked.
    pub changes: Option<Result<Arc<ChangedLines>, ChangesUnknown>>,
    /// The paths below the project that git tracks: none outside git, `None` where nobody asked.
    pub tracked: Option<Result<Vec<String>, Unknown>>,
    /// Answers of the repository.
    pub git: Option<GitGiven>,
    /// Answers of a service.
    pub http: Option<HttpGiven>,
    /// The reason why there may be none yet, declared in the gate and in force.
    pub first_run: Option<String>,
    /// The baseline that a new one is recorded in the place of: nothing is held against it, but what only got another
    /// name keeps the one that it has there.
    pub recorded: Option<Box<Baseline>>,
    /// The tests that were recorded as red, where it wanted a green list.
    pub green_list: GreenList,
    /// The tests that there were when the phase began; `None` where no phase asks.
    pub began: Option<TestsThen>,
    /// Somebody keeps the names of all tests.
    pub names: bool,
}

/// The tests of a gate at an earlier time, or why they are not known.
pub type TestsThen = Result<Arc<KnownTests>, Unknown>;

/// Tests by name, and where the names are from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownTests {
    /// Since when, in words: `` `alpha` was completed ``.
    pub since: String,
    /// Each with what is known of it.
    pub tests: BTreeMap<String, KnownTest>,
}

/// When the phase that is judged began, or why that is not known.
pub type PhaseBegan = Result<Began, Unknown>;

/// The beginning of a phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Began {
    /// The moment.
    pub at: SystemTime,
    /// What happened then, in words: `` `alpha` was completed ``.
    pub since: String,
}

/// Tests that were recorded as red.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GreenList {
    /// The gates that recorded them, or those that did not where the list is not whole.
    pub gates: Vec<String>,
    /// What is known of them.
    pub state: BaselineState,
    /// Why the record that should name them does not, and no baseline does either.
    pub unknown: Option<Unknown>,
    /// There is a record that should name them.
    pub recorded: bool,
}
