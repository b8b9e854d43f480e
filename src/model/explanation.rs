//! The last verdict on a gate, explained: each condition with what was measured and what would turn it.

use serde::Serialize;
use serde_json::Value;

use crate::source::Place;

/// Name and version of the explanation as JSON; it only grows within one version.
pub const EXPLANATION: &str = "tollgate/explanation/1";

/// What a gate asks, and how its last run answered.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Name and version of this document.
    pub schema: &'static str,
    /// The gate.
    pub gate: String,
    /// Where it is written.
    pub written: Place,
    /// Its last verdict; none when no run is known that had it.
    pub last: Option<LastVerdict>,
}

/// The last verdict on a gate.
#[derive(Clone, Debug, Serialize)]
pub struct LastVerdict {
    /// Id of the run.
    pub run: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// How long ago that is, in words.
    pub age: String,
    /// What it is about, as the run said.
    pub subject: Value,
    /// Whether the tree is still that one: `same`, `changed`, `unknown`.
    pub tree: &'static str,
    /// Whether the policy is still that one: `same`, `changed`.
    pub policy: &'static str,
    /// `pass`, `fail` …
    pub verdict: String,
    /// Why it is inconclusive, when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// How the command ended, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Each condition, in the order in which it was judged.
    pub conditions: Vec<ExplainedCondition>,
    /// Clauses beside the conditions.
    pub reasons: Vec<ExplainedReason>,
    /// Things to know.
    pub notes: Vec<String>,
    /// The log of the command, where it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// One condition.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainedCondition {
    /// Name of the fact, below the gate.
    pub fact: String,
    /// `pass`, `fail` …
    pub verdict: String,
    /// What was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<String>,
    /// The bound, as written then.
    pub bound: String,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// Where the evidence is.
    pub evidence: Vec<String>,
    /// What else was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The nearest change that would turn it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
}

/// One clause beside the conditions.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainedReason {
    /// Its stable name.
    pub code: String,
    /// What follows of it.
    pub verdict: String,
    /// What was said.
    pub message: String,
    /// What to do: what would turn it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
}
