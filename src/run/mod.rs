//! The engine: schedules gates, runs their commands, collects evidence, concludes verdicts, emits events.
//!
//! It is async on one thread; commands and parsing run on blocking threads. It reads no clock but `Instant`
//! and no environment: both come in by [`Request`]. It draws nothing and decides nothing by itself: judges
//! judge, and `conclude.rs` only joins what they say.

#![expect(
    clippy::disallowed_types,
    reason = "how long gates take is measured here"
)]

mod accepted;
mod apart;
mod applies;
mod asking;
mod beside;
mod board;
mod collect;
mod company;
mod complete;
mod conclude;
mod decide;
mod engine;
mod evidence;
mod fresh;
mod gate;
mod given;
mod green;
mod hygiene;
mod jobs;
mod names;
mod order;
mod outbox;
mod plain;
mod policy;
mod prove;
mod record;
mod scheduler;
mod select;
mod services;
mod signals;
mod skip;
mod stored;
mod subject;
mod trusted;
mod waivers;
mod weigh;

pub use apart::{
    All, Place, Planned, Refusal, Row, Setting, Story, Tree, Trouble, judge_apart, rows,
};
pub use complete::{
    About, Aimed, By, Ground, Judged, Keys, Known, NoGround, Owed, View, completion,
    hold_to_promises, observation, promises_ahead,
};
pub use decide::decide;
pub use engine::run;
pub use evidence::{BUDGET_SETTING, budget, prune_evidence, size};
pub use jobs::Jobs;
pub use order::schedule;
pub use policy::{POLICY_GATE, PolicyCheck};
pub use prove::{NotProven, prove};
pub use select::{Selection, select, select_exactly};
pub use skip::{SKIP, Skip, skips};
pub use subject::current as current_subject;
pub use trusted::{PolicyFile, PolicyTrouble, Trusted, policy_diff, trusted};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{Origin, Plan};
use crate::exec::{Guard, Stop};
use crate::model::{Baseline, Outcome, PhaseBegan, TestNames, TestsThen};
use crate::store::RunFolder;

/// All that a run is told from outside.
#[derive(Debug)]
pub struct Request {
    /// What may be run.
    pub plan: Arc<Plan>,
    /// What is run.
    pub selection: Selection,
    /// How the head's policy stands to the trusted one, when it is judged by that.
    pub policy: Option<PolicyCheck>,
    /// Where waivers, baseline and people are read from: never from the tree under a trusted policy.
    pub origin: Origin,
    /// Gates at once; several runs may share it.
    pub jobs: Jobs,
    /// The revision that is judged apart from the work tree of whoever called; `None` for a run in place.
    pub apart: Option<Apart>,
    /// End at the first blocking gate that does not pass.
    pub fail_fast: bool,
    /// Send output as it comes.
    pub stream: bool,
    /// The environment: names and values that are text.
    pub env: Vec<(String, String)>,
    /// Whether this is a CI job.
    pub ci: bool,
    /// Whether a phase is judged: a tree that moves then decides against it, and what changed selects no gate.
    pub phase: bool,
    /// When that phase began.
    pub phase_began: Option<PhaseBegan>,
    /// How the phase began that is judged.
    pub tests_then: Beginning,
    /// Gates that whoever runs this skips, each with the reason.
    pub skip: Vec<Skip>,
    /// The run is made to record baselines: judges measure, and compare with none.
    pub recording: bool,
    /// Ref that changes are counted from.
    pub base: Option<String>,
    /// The moment the run began.
    pub now: jiff::Timestamp,
    /// The day that dates are compared with.
    pub today: jiff::civil::Date,
    /// Files that this run itself writes, absolute.
    pub own_files: Vec<PathBuf>,
    /// Ends commands should tollgate itself be killed.
    pub guard: Option<Arc<Guard>>,
    /// The switch that ends the run.
    pub stop: Stop,
}

/// Variables by which a hook of git points at the repository and work tree that it was called for.
const POINTS_ELSEWHERE: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
];

/// A revision that is judged in a work tree of its own.
#[derive(Clone, Debug)]
pub struct Apart {
    /// As it was asked for.
    pub name: String,
    /// What it is merged into.
    pub merged_into: Option<String>,
    /// The branch that it stands for.
    pub branch: Option<String>,
    /// Where tollgate was called: paths there are machine paths in what gates print.
    pub from: PathBuf,
    /// What the work tree got beside what is committed; no part of the content.
    pub beside: Vec<PathBuf>,
}

/// How a phase began, as far as a run for it has to know.
#[derive(Clone, Debug, Default)]
pub struct Beginning {
    /// The phase; none in a run that is for no phase.
    pub phase: Option<String>,
    /// The tests of gates at that time, of those for which anybody asks.
    pub tests: BTreeMap<String, TestsThen>,
}

/// What a run leaves.
#[derive(Debug)]
pub struct Finished {
    /// What was found.
    pub outcome: Outcome,
    /// What a baseline of each gate would hold now; `None` where it would hold a secret.
    pub accepted: BTreeMap<String, Option<Baseline>>,
    /// Every test of each gate by what became of it, in a run for a phase and where all are known by name.
    pub tests: BTreeMap<String, TestNames>,
    /// What changed lines were counted from, in words, where a gate asked for them.
    pub counted: Option<String>,
    /// Paths that differed from what is committed when it began, sorted.
    pub differs: Vec<String>,
    /// The folder of the run, if it could be made.
    pub folder: Option<RunFolder>,
}
