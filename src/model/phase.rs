//! What is known and decided of a phase, and the board of all phases. Plain data that outputs draw.

use serde::Serialize;

use super::{Criterion, Decision, Measure, Subject, VerdictDocument};
use crate::source::Place;

/// Where a phase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseState {
    /// A phase before it or an entry criterion is missing.
    Blocked,
    /// It can be worked on.
    Open,
    /// All gates pass; sign-offs or soak are outstanding.
    Ready,
    /// A completion stands.
    Complete,
    /// It was complete, and that does not hold any more.
    Stale,
    /// Somebody ended it before it was complete.
    Ended,
}

impl PhaseState {
    /// The word in files and outputs.
    pub fn word(self) -> &'static str {
        match self {
            PhaseState::Blocked => "blocked",
            PhaseState::Open => "open",
            PhaseState::Ready => "ready",
            PhaseState::Complete => "complete",
            PhaseState::Stale => "stale",
            PhaseState::Ended => "ended",
        }
    }
}

/// Of what sort something outstanding is; it decides what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// It says no: no go.
    Fails,
    /// It could not be decided: no go.
    Undecided,
    /// Only people can give it: hold.
    People,
    /// Only time can give it: hold.
    Time,
}

/// One thing that keeps a phase from being complete.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outstanding {
    /// The rule that asks for it: `after`, `gates`, `sign-offs` …
    pub rule: &'static str,
    /// Of what sort it is.
    pub sort: Sort,
    /// What was asked.
    pub wanted: String,
    /// What was found.
    pub found: String,
    /// What to do.
    pub help: String,
    /// Where it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Place>,
    /// Who can give it, where that is somebody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<String>,
}

impl Outstanding {
    /// It in few words. What is found of gates and phases names them; of the rest the rule is named.
    pub fn brief(&self) -> String {
        match self.rule {
            "after" | "gates" | "parent" | "rulings" => self.found.clone(),
            // A share alone says nothing, and a share of what is what the rule is called.
            rule if self.found.starts_with(rule) => self.found.clone(),
            rule => format!("{rule}: {}", self.found),
        }
    }
}

/// All that is found of one phase on one tree.
#[derive(Clone, Debug, Serialize)]
pub struct PhaseOutcome {
    /// Its name.
    pub phase: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it stands.
    pub state: PhaseState,
    /// What is decided.
    pub decision: Decision,
    /// The content that was judged.
    pub subject: Subject,
    /// Each rule, asked and answered.
    pub criteria: Vec<Criterion>,
    /// Everything that keeps it from being complete, in the order of the rules.
    pub outstanding: Vec<Outstanding>,
    /// Waivers and liens that it stands under, in words with owner and end. Not empty makes a go conditional.
    pub under: Vec<String>,
    /// Things to know that change nothing.
    pub notes: Vec<String>,
    /// Weighted share of its gates that pass.
    pub readiness: Option<Measure>,
    /// The verdict on its gates, when they were judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictDocument>,
    /// Digest of the completion that stands, or was written now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// The board of all phases.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Board {
    /// Phases in the order of the file.
    pub phases: Vec<BoardPhase>,
    /// Bounded values that the phases ask for.
    pub metrics: Vec<BoardMetric>,
    /// The longest chain of phases that are not complete, first to last.
    pub chain: Vec<String>,
    /// Who must act next, and what it is.
    pub next: Vec<(String, String)>,
    /// Things to know.
    pub notes: Vec<String>,
}

/// One phase on the board.
#[derive(Clone, Debug, Serialize)]
pub struct BoardPhase {
    /// Its name.
    pub phase: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The phase that it is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Phases before it.
    pub after: Vec<String>,
    /// Where it stands.
    pub state: PhaseState,
    /// Weighted share of its gates that pass.
    pub readiness: Option<Measure>,
    /// Each gate with its newest verdict; none where it was never judged on this tree.
    pub gates: Vec<(String, Option<&'static str>)>,
    /// What blocks it, in few words.
    pub blocked_by: Vec<String>,
    /// The day it is due, ISO.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Its newest ruling, decision or staleness, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// Promises that were given for it, in the order of the records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub liens: Vec<BoardLien>,
}

/// A promise, and how it stands.
#[derive(Clone, Debug, Serialize)]
pub struct BoardLien {
    /// Digest of its record.
    pub record: String,
    /// The gate or criterion.
    pub on: String,
    /// Who answers for it.
    pub owner: String,
    /// The day or phase with which it is due.
    pub due: String,
    /// How it stands.
    pub state: LienState,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// How a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LienState {
    /// It counts and is not due.
    Open,
    /// It is due, and what was promised does not hold.
    Due,
    /// What was promised held in a recorded run.
    Kept,
    /// It does not count.
    Refused,
}

/// One bounded value on the board.
#[derive(Clone, Debug, Serialize)]
pub struct BoardMetric {
    /// Dotted name of the fact.
    pub fact: String,
    /// The phase that asks for it.
    pub phase: String,
    /// What was measured last.
    pub current: Option<String>,
    /// What is asked for.
    pub target: String,
    /// Whether it holds, if that is known.
    pub holds: Option<bool>,
    /// -1 worse, 0 equal, 1 better than in the run before; none when there is none.
    pub trend: Option<i8>,
}
