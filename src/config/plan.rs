//! The valid form of the file: every name resolved, every number in its unit. What is here can be run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::gate::{ExitRule, Gate};
use crate::model::{Enforce, Waiver, WeakeningRule};
use crate::phase::PlannedPhase;
use crate::policy::{Condition, Date, Glob, WaiverRules};
use crate::source::{At, Sources};

/// A whole valid file.
#[derive(Debug)]
pub struct Plan {
    /// Folder of the file: paths are relative to it.
    pub root: PathBuf,
    /// Every text that was read, for excerpts.
    pub sources: Sources,
    /// SHA-256 over the names and texts of all files and presets read.
    pub digest: String,
    /// Gates in the order of the file.
    pub gates: Vec<PlannedGate>,
    /// Services in the order of the file.
    pub services: Vec<PlannedService>,
    /// Named semaphores.
    pub resources: BTreeMap<String, u64>,
    /// Environment variables whose values are masked.
    pub secrets: Vec<String>,
    /// Phases in the order of the file.
    pub phases: Vec<PlannedPhase>,
    /// Files of the project that are extended.
    pub bases: Vec<String>,
    /// What becomes of a weakening; `None` where nothing is said.
    pub weakening: Option<WeakeningRule>,
    /// Globs of files whose change is a weakening, beside the default ones.
    pub protected: Vec<Glob>,
    /// Waivers in the order of their file.
    pub waivers: Vec<Waiver>,
    /// What the policy allows of waivers.
    pub waiver_rules: WaiverRules,
    /// What a work tree of another revision gets.
    pub worktree: Worktree,
}

/// The longest time of the command that furnishes a work tree, where nothing is said.
const INSTALLS: Duration = Duration::from_secs(15 * 60);

/// What a work tree gets beside what is committed. Paths are relative to the root.
#[derive(Clone, Debug)]
pub struct Worktree {
    /// What is linked; `None` where nothing is said, and known folders are linked that fit.
    pub link: Option<Vec<String>>,
    /// What is copied.
    pub copy: Vec<String>,
    /// The command that makes the rest.
    pub run: Option<PlannedCommand>,
    /// The longest time of it.
    pub timeout: Duration,
}

impl Default for Worktree {
    /// What is so where nothing is said.
    fn default() -> Self {
        Self {
            link: None,
            copy: Vec::new(),
            run: None,
            timeout: INSTALLS,
        }
    }
}

/// A command that is ready to be started.
#[derive(Clone, Debug)]
pub struct PlannedCommand {
    /// As written.
    pub text: String,
    /// Where.
    pub at: At,
    /// Declared shell.
    pub shell: Option<String>,
    /// Working folder, relative to the root.
    pub dir: PathBuf,
    /// Variables that are set.
    pub env: Vec<(String, String)>,
    /// Withheld names that are let through.
    pub pass: Vec<String>,
    /// Time between TERM and KILL.
    pub grace: Duration,
}

/// A gate that can be run and judged.
#[derive(Debug)]
pub struct PlannedGate {
    /// Its name.
    pub id: String,
    /// Where it is written.
    pub at: At,
    /// Preset it uses.
    pub preset: Option<String>,
    /// Why it exists.
    pub why: Option<String>,
    /// What mends a failure.
    pub fix: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its command.
    pub command: Option<PlannedCommand>,
    /// Folder that its reports are named from, relative to the root.
    pub dir: PathBuf,
    /// Declared inputs.
    pub inputs: Vec<String>,
    /// Secrets of this gate.
    pub secrets: Vec<String>,
    /// Gates that must pass before, by index.
    pub needs: Vec<usize>,
    /// Resources it holds.
    pub resources: Vec<String>,
    /// Services it needs, by index.
    pub services: Vec<usize>,
    /// Longest time of the command.
    pub timeout: Option<Duration>,
    /// Further attempts after a failure.
    pub retry: u32,
    /// When it concerns a run.
    pub when: Option<When>,
    /// Whether it blocks.
    pub enforce: Enforce,
    /// Day from which it blocks.
    pub enforce_from: Option<Date>,
    /// Part of a plain run.
    pub default: bool,
    /// Weight in the readiness score.
    pub weight: u64,
    /// What the exit status means.
    pub exit: ExitRule,
    /// Declared absence of evidence.
    pub absent: Option<Absent>,
    /// Only the judged tree has it, and not the policy that is trusted.
    pub added: bool,
    /// Ref that its baseline is read from; the work tree without one.
    pub baseline_ref: Option<String>,
    /// It is what a stored run of that ref measured, not the file of its tree.
    pub baseline_run: bool,
    /// Declared absence of a baseline.
    pub first_run: Option<Absent>,
    /// Bound on the time of the command.
    pub duration: Option<Condition>,
    /// Its judges, in the order of the table of kinds.
    pub judges: Vec<Box<dyn Gate>>,
    /// The node it was read from, for `explain` and `config show`.
    pub node: crate::source::Node,
}

impl PlannedGate {
    /// Whether anything it asks looks at the baseline.
    pub fn wants_baseline(&self) -> bool {
        let mut judges = self.judges.iter();
        judges.any(|judge| judge.wants().baseline)
            || self.duration.as_ref().is_some_and(Condition::is_relative)
    }
}

/// When a gate concerns a run. Every part that is not empty must hold.
#[derive(Clone, Debug, Default)]
pub struct When {
    /// Globs, one of which matches a changed file.
    pub changed: Vec<Glob>,
    /// Globs, one of which matches the branch.
    pub branch: Vec<Glob>,
    /// `NAME` or `NAME=value`, one of which holds.
    pub env: Vec<String>,
    /// Where it is written.
    pub at: Option<At>,
}

/// A declared absence, of evidence or of a baseline.
#[derive(Clone, Debug)]
pub struct Absent {
    /// The reason.
    pub why: String,
    /// Last day on which it counts.
    pub until: Option<Date>,
    /// Where it is written.
    pub at: At,
}

/// A service that can be started.
#[derive(Clone, Debug)]
pub struct PlannedService {
    /// Its name.
    pub id: String,
    /// Where it is written.
    pub at: At,
    /// Its command.
    pub command: PlannedCommand,
    /// How it says that it is ready.
    pub ready: Ready,
    /// Longest time until then.
    pub within: Duration,
    /// How many.
    pub replicas: u32,
}

/// How a service says that it is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// This URL answers with 2xx or 3xx.
    Http(String),
    /// Its port accepts connections.
    Tcp,
    /// This command exits 0.
    Command(String),
}
