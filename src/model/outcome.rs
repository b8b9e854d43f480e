//! The outcome of a run: the verdict, and beside it how the run went.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::{Measure, VerdictDocument};

/// The content that a verdict is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// Tree id, `dirty:<digest>`, or empty outside git.
    pub id: String,
    /// What is known of it.
    pub state: SubjectState,
}

/// What is known of the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectState {
    /// Exactly a committed tree.
    Clean,
    /// Differs from what is committed.
    Dirty,
    /// Changed while the gates ran.
    Moved,
    /// There is no git here.
    NoGit,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Termination {
    /// By itself, with this status.
    Exit(i32),
    /// By a signal, by number.
    Signal(i32),
    /// It exceeded its time.
    TimedOut,
    /// The run was interrupted, or failed fast.
    Cancelled,
    /// There is no such program.
    NotFound(String),
    /// The program may not be executed.
    NotExecutable(String),
    /// It could not be started or followed for another reason.
    Trouble(String),
}

impl fmt::Display for Termination {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Termination::Exit(status) => write!(out, "exit {status}"),
            Termination::Signal(signal) => write!(out, "killed by signal {signal}"),
            Termination::TimedOut => write!(out, "timed out"),
            Termination::Cancelled => write!(out, "cancelled"),
            Termination::NotFound(what) => write!(out, "`{what}` not found"),
            Termination::NotExecutable(what) => write!(out, "`{what}` is not executable"),
            Termination::Trouble(what) => write!(out, "{what}"),
        }
    }
}

/// How one gate went.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GateRun {
    /// The gate's name.
    pub id: String,
    /// What happened: `ran`, `judged` (no command), `not applicable`, `not run`.
    pub what: &'static str,
    /// The command as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// How the last attempt ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Termination>,
    /// Attempts made.
    pub attempts: u32,
    /// Milliseconds from the start of the run to the start of the gate.
    pub started_ms: u64,
    /// Milliseconds of the last attempt.
    pub duration_ms: u64,
    /// Milliseconds spent waiting for resources.
    pub waited_ms: u64,
    /// Bytes that the command printed.
    pub output_bytes: u64,
    /// The log on disk, relative to the project where it lies below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// First part of the output, lossy text, masked.
    #[serde(skip)]
    pub head: String,
    /// Last part of the output (after a gap when there is one), lossy text, masked.
    #[serde(skip)]
    pub tail: String,
    /// Processes that were ended, in words: `sleep (pid 12, TERM)`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stopped: Vec<String>,
    /// How to see it again.
    pub again: String,
    /// Measured values that differ between equal runs (times), by full dotted name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Measure>,
}

/// How the run went: everything that may differ between equal runs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RunRecord {
    /// Id of the run: time and a digest, sortable.
    pub id: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// Milliseconds it took.
    pub duration_ms: u64,
    /// Gates at once.
    pub jobs: usize,
    /// Version of tollgate.
    pub tollgate: String,
    /// Operating system and architecture.
    pub machine: String,
    /// Commit of HEAD, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The revision that was judged apart from the work tree, as it was asked for.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What it was merged into before it was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
    /// The phase that it was for; what it found counts since the beginning of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// `SIGINT`, `SIGTERM` or `SIGHUP` when the run was interrupted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<&'static str>,
    /// Promises of phases that are due and that the run does not keep: each makes it a no, whatever the gates say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<String>,
    /// An output was lost: said with the decision where that is drawn later, and known to nobody else.
    #[serde(skip)]
    pub unwritten: bool,
    /// Things to know about the run as a whole.
    pub notes: Vec<String>,
    /// Each gate, in the order of the file.
    pub gates: Vec<GateRun>,
}

/// All that a run found. Every output sees this and nothing else.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was decided.
    pub verdict: VerdictDocument,
    /// SHA-256 of the verdict's canonical bytes: its name.
    pub digest: String,
    /// How it went.
    pub run: RunRecord,
}

impl RunRecord {
    /// The record of the run alone.
    pub fn without_gates(&self) -> Self {
        Self {
            id: self.id.clone(),
            started: self.started.clone(),
            duration_ms: self.duration_ms,
            jobs: self.jobs,
            tollgate: self.tollgate.clone(),
            machine: self.machine.clone(),
            commit: self.commit.clone(),
            reference: self.reference.clone(),
            merged_into: self.merged_into.clone(),
            phase: self.phase.clone(),
            interrupted: self.interrupted,
            due: self.due.clone(),
            unwritten: self.unwritten,
            notes: self.notes.clone(),
            gates: Vec::new(),
        }
    }
}

impl Outcome {
    /// The run record of each gate, by name.
    pub fn runs(&self) -> BTreeMap<&str, &GateRun> {
        self.run
            .gates
            .iter()
            .map(|run| (run.id.as_str(), run))
            .collect()
    }
}
