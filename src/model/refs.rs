//! Several revisions judged side by side: one row each, one table. Plain data that outputs draw.

use std::sync::Arc;

use super::{Decision, Outcome, PhaseOutcome};

/// All rows, and what follows.
#[derive(Clone, Debug, Default)]
pub struct RefTable {
    /// One for each revision, alone or merged, in the order asked for.
    pub rows: Vec<RefRow>,
    /// The phase that was decided; none for a run.
    pub phase: Option<String>,
    /// Gates at once, over all of them.
    pub jobs: usize,
    /// Milliseconds that all of it took.
    pub duration_ms: u64,
    /// The exit code: that of the worst row.
    pub exit: u8,
    /// Things to know.
    pub notes: Vec<String>,
}

/// What became of one revision.
#[derive(Clone, Debug, Default)]
pub struct RefRow {
    /// As it was asked for.
    pub name: String,
    /// What it was merged into before it was judged.
    pub merged_into: Option<String>,
    /// The commit that was judged.
    pub commit: Option<String>,
    /// What was decided; none where there is no verdict.
    pub decision: Option<Decision>,
    /// The exit code that it alone would give.
    pub exit: u8,
    /// Gates, and criteria of the phase, that keep it from going on.
    pub against: Vec<String>,
    /// Why there is no verdict.
    pub trouble: Option<RefTrouble>,
    /// The row whose verdict this is as well, because they have one content.
    pub same_as: Option<String>,
    /// Milliseconds that it took, work tree and all.
    pub duration_ms: u64,
    /// Things to know.
    pub notes: Vec<String>,
    /// The run of its gates.
    pub outcome: Option<Arc<Outcome>>,
    /// What was decided of the phase.
    pub decided: Option<Arc<PhaseOutcome>>,
}

/// Why there is no verdict on a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefTrouble {
    /// Machine-readable name.
    pub code: &'static str,
    /// What is wrong.
    pub why: String,
    /// What to do.
    pub help: String,
    /// The files that it is about, such as those that conflict.
    pub files: Vec<String>,
}

impl RefRow {
    /// What a person calls it.
    pub fn shown(&self) -> String {
        match &self.merged_into {
            Some(into) => format!("{} → {into}", self.name),
            None => self.name.clone(),
        }
    }
}
