//! Verdicts: what was asked of a gate, what was measured, and what follows.
//!
//! A verdict document says nothing of time, host or machine: the same tree, policy and evidence give the
//! same bytes. What happened along the way is in `outcome.rs`.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{
    AppliedWaiver, Asked, Baseline, Finding, Measure, Subject, TestFailure, TestNames, Waived,
    WaiverState, Warning,
};
use crate::source::Place;

/// What was decided of a gate or a condition, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The evidence says no.
    Fail,
    /// It could not be decided; see [`Cause`].
    Inconclusive,
    /// It was not run: fail-fast, an interrupt, or a need that did not pass.
    Cancelled,
    /// It does not hold, and a declared exception accepts that.
    Waived,
    /// It holds.
    Pass,
    /// Its own `when:` says that it does not concern this run.
    NotApplicable,
}

impl Verdict {
    /// The worse of the two.
    #[must_use]
    pub fn and(self, other: Verdict) -> Verdict {
        self.min(other)
    }

    /// Every verdict, worst first.
    pub const ALL: [Verdict; 6] = [
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Cancelled,
        Verdict::Waived,
        Verdict::Pass,
        Verdict::NotApplicable,
    ];

    /// The verdict of that word.
    pub fn of(word: &str) -> Option<Verdict> {
        Self::ALL.into_iter().find(|verdict| verdict.word() == word)
    }

    /// The word in files and outputs.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Fail => "fail",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Cancelled => "cancelled",
            Verdict::Waived => "waived",
            Verdict::Pass => "pass",
            Verdict::NotApplicable => "not-applicable",
        }
    }

    /// Whether a gate that needs this one may go on.
    pub fn meets_a_need(self) -> bool {
        matches!(
            self,
            Verdict::Pass | Verdict::Waived | Verdict::NotApplicable
        )
    }
}

/// Why something is inconclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Absent, stale, empty, broken or contradicting evidence.
    Evidence,
    /// The tool was not found, crashed, was killed, timed out.
    Environment,
    /// The value lies in a declared band: a person decides.
    Judgement,
}

impl Cause {
    /// The word in files and outputs.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Evidence => "evidence",
            Cause::Environment => "environment",
            Cause::Judgement => "judgement",
        }
    }
}

/// What a gate's verdict does to the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enforce {
    /// It blocks.
    #[default]
    Block,
    /// It is shown and counts for nothing.
    Warn,
    /// It is recorded and counts for nothing.
    Monitor,
}

impl Enforce {
    /// The word in files and outputs.
    pub fn word(self) -> &'static str {
        match self {
            Enforce::Block => "block",
            Enforce::Warn => "warn",
            Enforce::Monitor => "monitor",
        }
    }
}

/// A measured value under its one dotted name, `<gate>.<kind>.<fact>`.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Fact {
    /// Name below the gate: `tests.passed`.
    pub name: String,
    /// The value.
    pub value: Measure,
    /// Differs between runs of the same tree (a time): left out of the verdict's bytes.
    pub volatile: bool,
}

/// What became of one condition.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionVerdict {
    /// Full dotted name, `unit.tests.failed`.
    pub fact: String,
    /// What follows.
    pub verdict: Verdict,
    /// Why it is inconclusive, when it is.
    pub cause: Option<Cause>,
    /// What was measured, for people; `None` when nothing could be measured. A volatile value is held here
    /// and shown, but serialises as [`VARIES`].
    pub measured: Option<String>,
    /// The bound, as written.
    pub bound: String,
    /// Where the bound is written; `None` for a built-in one.
    pub written: Option<Place>,
    /// Where the evidence is.
    pub evidence: Vec<Place>,
    /// A tolerance or the like that decided. Left out with a volatile value, because it quotes it.
    pub note: Option<String>,
    /// The measured value is a time and so differs between equal runs.
    pub volatile: bool,
    /// Bound and value as exact as they were compared, for the ledger; not part of the verdict's bytes.
    pub asked: Option<Box<Asked>>,
}

/// What stands in a verdict's bytes for a value that differs between equal runs.
pub const VARIES: &str = "(varies)";

impl Serialize for ConditionVerdict {
    /// By hand, so that no way of serialising a verdict can let a volatile value through.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("fact", &self.fact)?;
        map.serialize_entry("verdict", &self.verdict)?;
        if let Some(cause) = &self.cause {
            map.serialize_entry("cause", cause)?;
        }
        if let Some(measured) = &self.measured {
            let stable = if self.volatile { VARIES } else { measured };
            map.serialize_entry("measured", stable)?;
        }
        map.serialize_entry("bound", &self.bound)?;
        if let Some(written) = &self.written {
            map.serialize_entry("written", written)?;
        }
        if !self.evidence.is_empty() {
            map.serialize_entry("evidence", &self.evidence)?;
        }
        if let (Some(note), false) = (&self.note, self.volatile) {
            map.serialize_entry("note", note)?;
        }
        if self.volatile {
            map.serialize_entry("volatile", &true)?;
        }
        map.end()
    }
}

/// A clause of a verdict that no condition expresses: no report, a crash, a contradiction.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Reason {
    /// Stable kebab-case name: `report-absent`, `exit-without-cause` …
    pub code: &'static str,
    /// What follows.
    pub verdict: Verdict,
    /// Why it is inconclusive, when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What, where, wanted, found. Part of the verdict's bytes: no time, age, process number or host.
    pub message: String,
    /// What else there is to say that differs between equal runs (an age, a process number): shown with the
    /// message, and in the run part of the JSON, never in the verdict.
    #[serde(skip)]
    pub detail: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where to look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Place>,
}

/// Something that people should know and that changes no verdict.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Note {
    /// Stable kebab-case name: `exit-hides-failure`, `declared-absence` …
    pub code: &'static str,
    /// For people. Part of the verdict's bytes, as a reason's message is.
    pub message: String,
    /// What else there is to say that differs between equal runs: shown with the message, never in the verdict.
    #[serde(skip)]
    pub detail: Option<String>,
}

/// What the judges of a gate found, before exit status and exceptions join in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// Each condition with its verdict.
    pub conditions: Vec<ConditionVerdict>,
    /// Clauses beside the conditions.
    pub reasons: Vec<Reason>,
    /// Things to know.
    pub notes: Vec<Note>,
    /// Measured values, by name below the gate.
    pub facts: Vec<Fact>,
    /// Failed tests.
    pub failures: Vec<TestFailure>,
    /// Failed tests beyond those kept.
    pub failures_cut: u64,
    /// Live findings.
    pub findings: Vec<Finding>,
    /// Live findings beyond those kept.
    pub findings_cut: u64,
    /// What a baseline of this gate would hold now; filled by judges that want one.
    pub accepted: Baseline,
    /// What waivers took out of the counts, by the number of the waiver.
    pub waived: BTreeMap<usize, Waived>,
    /// Tests in quarantine, and whether each held.
    pub quarantine: Vec<(String, bool)>,
    /// Every test by name, where somebody keeps them and all are known.
    pub tests: Option<TestNames>,
}

/// A report that took part, by the digest of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ReportUsed {
    /// Path relative to the project, or `stdout`/`stderr`.
    pub path: String,
    /// Format that read it.
    pub format: String,
    /// Odd things in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// The verdict on one gate.
#[derive(Clone, Debug, serde::Serialize)]
pub struct GateVerdict {
    /// The gate's name.
    pub id: String,
    /// What follows of it.
    pub verdict: Verdict,
    /// Why it is inconclusive, when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Whether it blocks.
    pub enforce: Enforce,
    /// It passed only on a later attempt.
    pub flaky: bool,
    /// Kinds of its judges, `exit` when it has none.
    pub kinds: Vec<String>,
    /// Gates it needs.
    pub needs: Vec<String>,
    /// Where it is written.
    pub written: Place,
    /// Why the gate exists, in its owner's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// A command that mends or helps, in its owner's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Each condition.
    pub conditions: Vec<ConditionVerdict>,
    /// Clauses beside the conditions.
    pub reasons: Vec<Reason>,
    /// Things to know.
    pub notes: Vec<Note>,
    /// Measured values by full dotted name, without the volatile ones: those are in [`super::GateRun`].
    pub facts: BTreeMap<String, Measure>,
    /// Failed tests.
    pub failures: Vec<TestFailure>,
    /// Failed tests beyond those kept.
    pub failures_cut: u64,
    /// Live findings.
    pub findings: Vec<Finding>,
    /// Live findings beyond those kept.
    pub findings_cut: u64,
    /// Waivers at work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<AppliedWaiver>,
    /// Reports that took part.
    pub reports: Vec<ReportUsed>,
    /// Digest of the normalised evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_digest: Option<String>,
}

impl GateVerdict {
    /// Whether this verdict keeps the whole from going on.
    pub fn blocks(&self) -> bool {
        self.enforce == Enforce::Block
            && matches!(
                self.verdict,
                Verdict::Fail | Verdict::Inconclusive | Verdict::Cancelled
            )
    }
}

/// What follows of all gates together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Every gate that blocks passes.
    Go,
    /// As go, but something is waived.
    ConditionalGo,
    /// Only people or time are outstanding.
    Hold,
    /// A person sent it back to an earlier phase.
    Recycle,
    /// A gate failed, or could not be decided.
    NoGo,
}

impl Decision {
    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Decision::Go => "go",
            Decision::ConditionalGo => "conditional go",
            Decision::Hold => "hold",
            Decision::Recycle => "recycle",
            Decision::NoGo => "no go",
        }
    }
}

/// The whole verdict: everything that decides, and nothing that differs between equal runs.
#[derive(Clone, Debug, serde::Serialize)]
pub struct VerdictDocument {
    /// What follows.
    pub decision: Decision,
    /// What content this is about.
    pub subject: Subject,
    /// Version of tollgate: another one may judge the same evidence otherwise.
    pub tollgate: String,
    /// SHA-256 of the policy: all configuration files as read, with presets. Under a trusted policy, of both.
    pub policy: String,
    /// The day that dates in the policy were compared with, ISO.
    pub as_of: String,
    /// Weight of the blocking gates that pass, of all blocking gates that apply; `None` when nothing weighs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readiness: Option<Measure>,
    /// How every waiver stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverState>,
    /// Gates by name.
    pub gates: Vec<GateVerdict>,
}
