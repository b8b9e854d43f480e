//! Plain data that flows downhill: observation → evidence → verdict → outcome, and events on the side.
//!
//! No file is opened here, no process started, no policy applied. Everything that an output can draw is
//! a type of this room.

mod baseline;
mod canonical;
mod case;
mod coverage;
mod event;
mod evidence;
mod explanation;
mod finding;
mod given;
mod measure;
mod metric;
mod outcome;
mod proof;
mod verdict;

pub use baseline::{Baseline, BaselineState, KnownFinding, KnownTest};
pub use canonical::{canonical, digest, sha256_hex, verdict_pieces};
pub use case::{TestCase, TestFailure, TestOutcome, TestReport};
pub use coverage::{CoverageReport, FileCoverage, LineCoverage, Tally};
pub use event::{Event, Progress};
pub use evidence::{Evidence, EvidenceKind, ReportEvidence, ReportRefusal, Warning};
pub use explanation::{EXPLANATION, ExplainedCondition, ExplainedReason, Explanation, LastVerdict};
pub use finding::{Finding, FindingReport, Level};
pub use given::{Given, Wants};
pub use measure::Measure;
pub use metric::MetricReport;
pub use outcome::{GateRun, Outcome, RunRecord, Subject, SubjectState, Termination};
pub use proof::{Feed, GateProof, PROOF, Proof, Proving, Tooth};
pub use verdict::{
    Cause, ConditionVerdict, Decision, Enforce, Fact, GateVerdict, Judgement, Note, Reason,
    ReportUsed, VARIES, Verdict, VerdictDocument,
};

/// How many failures or findings a summary keeps; the rest is counted as `items_cut`.
pub const ITEMS_KEPT: usize = 1_000;

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
