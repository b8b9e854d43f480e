//! What `config prove` found: for each gate what was fed to it, and whether it stayed green.

use serde::Serialize;

use super::Verdict;
use crate::source::Place;

/// The kinds of evidence that a gate is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feed {
    /// No report.
    Missing,
    /// A report that this run did not write, or of another commit.
    Stale,
    /// A report of no bytes.
    Empty,
    /// Half a report, or something else in its place.
    Broken,
    /// A whole report with nothing in it.
    Zero,
    /// Evidence of something bad.
    Bad,
    /// An exit status, or another end of the command.
    Exit,
    /// Nothing: the definition itself was looked at.
    Definition,
}

impl Feed {
    /// The word in outputs.
    pub fn word(self) -> &'static str {
        match self {
            Feed::Missing => "missing",
            Feed::Stale => "stale",
            Feed::Empty => "empty",
            Feed::Broken => "broken",
            Feed::Zero => "zero",
            Feed::Bad => "bad",
            Feed::Exit => "exit",
            Feed::Definition => "definition",
        }
    }
}

/// What came of one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tooth {
    /// The gate stayed green: it has no teeth here.
    Green,
    /// It could not be told.
    Unproven,
    /// The gate stayed green, which may be meant: a warning.
    Open,
    /// A declared absence covers it, until its day.
    Declared,
    /// The bounds as written allow it.
    Allowed,
    /// The gate said no, or that it cannot decide.
    Held,
}

/// One thing that was fed, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proving {
    /// The judge that was asked, or `exit`, `run`, `when`, `absent`, `enforce`.
    pub kind: String,
    /// Which kind of evidence.
    pub feed: Feed,
    /// The evidence in words.
    pub fed: String,
    /// How the command was said to have ended; none where the gate has no command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<String>,
    /// What came of it.
    pub tooth: Tooth,
    /// The gate's verdict; none where nothing was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The condition that it is against, by full dotted name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// That condition's bound as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// Where what matters is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Place>,
    /// Why it is so, and what to do; for what is not held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// One gate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateProof {
    /// Its name.
    pub id: String,
    /// Where it is written.
    pub written: Place,
    /// Kinds of its judges, `exit` when it has none.
    pub kinds: Vec<String>,
    /// Whether nothing stayed green and everything could be told.
    pub proven: bool,
    /// Conditions that the gate has, by full dotted name, with their bounds.
    pub conditions: Vec<(String, String)>,
    /// Everything that was fed.
    pub probes: Vec<Proving>,
}

impl GateProof {
    /// What came out so.
    pub fn of(&self, tooth: Tooth) -> impl Iterator<Item = &Proving> {
        self.probes.iter().filter(move |probe| probe.tooth == tooth)
    }
}

/// The whole proof.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proof {
    /// Name and version of this document.
    pub schema: &'static str,
    /// Whether all gates are proven.
    pub proven: bool,
    /// SHA-256 of the policy.
    pub policy: String,
    /// The day that dates were compared with.
    pub as_of: String,
    /// Gates in the order of the file.
    pub gates: Vec<GateProof>,
}

/// Name and version of the proof as JSON; it only grows within one version.
pub const PROOF: &str = "tollgate/proof/1";
