//! Plain data that flows downhill: observation → evidence → verdict → outcome, and events on the side.
//!
//! No file is opened here, no process started, no policy applied. Everything that an output can draw is
//! a type of this room.

mod baseline;
mod canonical;
mod case;
mod chain;
mod changed;
mod coverage;
mod event;
mod evidence;
mod exact;
mod explanation;
mod finding;
mod given;
mod http;
mod measure;
mod metric;
mod outcome;
mod people;
mod phase;
mod proof;
mod record;
mod refs;
mod repository;
mod says;
mod test_files;
mod verdict;
mod verdicts;
mod waiver;
mod weakening;

pub use baseline::{Baseline, BaselineState, Better, KnownFinding, KnownTest, KnownValue};
pub use canonical::{canonical, digest, sha256_hex, verdict_pieces};
pub use case::{ListedTest, TestCase, TestFailure, TestOutcome, TestReport, WaivedTests};
pub use chain::Chain;
pub use changed::{ChangedFile, ChangedLines, ChangesUnknown, LineRange};
pub use coverage::{CoverageReport, FileCoverage, LineCoverage, Marks, Tally};
pub use event::{Event, Progress};
pub use evidence::{Evidence, EvidenceKind, ReportEvidence, ReportRefusal, Warning};
pub use exact::{Asked, Exact};
pub use explanation::{EXPLANATION, ExplainedCondition, ExplainedReason, Explanation, LastVerdict};
pub use finding::{Finding, FindingReport, FindingState, Level, WaivedFindings};
pub use given::{Began, Given, GreenList, KnownTests, PhaseBegan, TestsThen, Wants};
pub use http::{HttpAnswer, HttpAsk, HttpGiven, HttpTrouble, HttpWants, Whom};
pub use measure::Measure;
pub use metric::{MetricReport, Unread};
pub use outcome::{GateRun, Outcome, RunRecord, Subject, SubjectState, Termination};
pub use people::{People, Person, PublicKey, told};
pub use phase::{
    Board, BoardLien, BoardMetric, BoardPhase, LienState, Outstanding, PhaseOutcome, PhaseState,
    Sort,
};
pub use proof::{Feed, GateProof, PROOF, Proof, Proving, Tooth};
pub use record::{
    Completion, ConditionRecord, Criterion, Entry, GateRecord, ReasonRecord, Record, ReportRecord,
    Says, Signature, SignatureState, TestNames, TestsRecord, Who,
};
pub use refs::{RefRow, RefTable, RefTrouble};
pub use repository::{Commit, GitGiven, GitWants, Unknown};
pub use test_files::TestFiles;
pub use verdict::{
    Cause, ConditionVerdict, Decision, Enforce, Fact, GateVerdict, Judgement, Note, Reason,
    ReportUsed, VARIES, Verdict, VerdictDocument,
};
pub use verdicts::Verdicts;
pub use waiver::{AppliedWaiver, Scope, Target, Until, WAIVED_KEPT, Waived, Waiver, WaiverState};
pub use weakening::{Effect, PolicyChange, PolicyDiff, WeakeningCode, WeakeningRule};

/// How many failures or findings a summary keeps; the rest is counted as `items_cut`.
pub const ITEMS_KEPT: usize = 1_000;

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    // Not by formatting: of ten thousand records that are read, the names took as long as their hashing.
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half & 15)]);
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    text.extend(digits);
    text
}
