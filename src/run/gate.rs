//! One gate from start to verdict, on a blocking thread: attempts, reports, judging. It decides nothing of the run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use super::collect::{self, Collected, Sources};
use super::company::Around;
use super::fresh::{self, Found, Match};
use super::given;
use super::outbox::Outbox;
use super::plain::Plain;
use super::services::Pool;
use super::subject::Start;
use super::waivers::Waivers;
use super::weigh::{Asked, Part, Weighed, weigh};
use super::{Apart, record};
use crate::config::{Origin, Plan, PlannedGate};
use crate::exec::{Guard, Mask, Stop};
use crate::gate::Facts;
use crate::ledger::History;
use crate::model::{
    Baseline, ChangedLines, ChangesUnknown, Event, Fact, GateRun, GateVerdict, Note, PhaseBegan,
    TestNames, TestsThen, Unknown, Verdict,
};
use crate::policy::Glob;
use crate::store::RunFolder;
use crate::vcs::{EventBase, JobRef, Repository};

mod attempt;

use attempt::{Attempt, attempt};
pub(super) use attempt::{environment, services};

/// What all gates of a run share.
pub(super) struct Shared {
    pub plan: Arc<Plan>,
    /// Where waivers, baseline and people are read from.
    pub origin: Origin,
    pub folder: Option<RunFolder>,
    pub run_id: String,
    pub env: Vec<(String, String)>,
    pub withheld: Vec<String>,
    pub mask: Arc<Mask>,
    pub plain: Arc<Plain>,
    pub waivers: Waivers,
    pub guard: Option<Arc<Guard>>,
    pub stop: Stop,
    pub services: Pool,
    pub stream: bool,
    /// The revision that is judged apart.
    pub apart: Option<Apart>,
    /// A baseline that nobody recorded yet decides nothing: a CI job or a phase command, and not while one is recorded.
    pub baseline_must_exist: bool,
    /// The run is made to record baselines.
    pub recording: bool,
    pub today: jiff::civil::Date,
    pub now: SystemTime,
    pub repository: Option<Repository>,
    /// What git said before the gates, once it did.
    pub start: OnceLock<Start>,
    /// Ref that changes are counted from, as asked for, and the one of the CI event.
    pub base: Option<String>,
    pub event: Option<EventBase>,
    /// What a CI job says that it runs for; `None` elsewhere.
    pub job: Option<JobRef>,
    /// When the phase that is judged began.
    pub phase_began: Option<PhaseBegan>,
    /// The names of all tests are kept: a phase's record needs them.
    pub names: bool,
    /// The tests of gates when the phase began.
    pub tests_then: BTreeMap<String, TestsThen>,
    /// Asked of git once, by the first gate that wants it.
    pub changes: OnceLock<Result<Arc<ChangedLines>, ChangesUnknown>>,
    /// Paths that git tracks, once somebody wanted to know.
    pub tracked: OnceLock<Result<Vec<String>, Unknown>>,
    /// What git says of baselines that are missing.
    pub history: History,
    pub began: Instant,
    pub outbox: Outbox,
    /// Where records are kept.
    pub store: PathBuf,
    /// For each gate, patterns whose matches its command may write: its own and those of gates that only read.
    pub watched: Vec<Vec<Glob>>,
    /// Other runs in the same work tree, where they matter.
    pub around: Option<Around>,
}

/// What one gate is told.
pub(super) struct Task {
    pub index: usize,
    pub facts: Facts,
    /// Files that the gates it needs wrote in this run.
    pub wrote: Vec<PathBuf>,
    /// Only judge, because a need did not pass: reports written in this run still count.
    pub judge_only: Option<String>,
    pub commit: Option<String>,
    pub expected: Option<f64>,
    pub waited: Duration,
    pub notes: Vec<Note>,
}

/// What one gate gives.
pub(super) struct Done {
    pub index: usize,
    pub verdict: GateVerdict,
    pub run: GateRun,
    pub facts: Vec<Fact>,
    /// What a baseline of it would hold now.
    pub accepted: Option<Baseline>,
    /// Files matching watched patterns that its command wrote.
    pub wrote: Vec<PathBuf>,
    /// Tests in quarantine, and whether each held.
    pub quarantine: Vec<(String, bool)>,
    /// Every test by name, where they are kept.
    pub tests: Option<TestNames>,
}

/// Runs and judges one gate.
pub(super) fn perform(shared: &Shared, mut task: Task) -> Done {
    let gate = &shared.plan.gates[task.index];
    let mut run = begun(shared, gate, &task);
    let notes = std::mem::take(&mut task.notes);
    let attempts = 1 + gate.command.as_ref().map_or(0, |_| gate.retry);
    loop {
        run.attempts += 1;
        shared.outbox.push(Event::GateStarted {
            gate: gate.id.clone(),
            attempt: run.attempts,
            expected_s: task.expected,
        });
        let attempt = attempt(shared, gate, &task);
        let mut weighed = judge(shared, gate, &task, &attempt);
        attempt.describe(&mut run, shared);
        let verdict = &mut weighed.concluded.verdict;
        let passed = matches!(verdict.verdict, Verdict::Pass | Verdict::Waived);
        if !passed && run.attempts < attempts && !shared.stop.asked() {
            continue;
        }
        if passed && run.attempts > 1 {
            verdict.flaky = true;
            verdict.notes.push(Note {
                code: "flaky",
                message: format!("passed on attempt {} of {attempts}", run.attempts),
                detail: None,
            });
        }
        verdict.notes.splice(0..0, notes);
        run.facts = volatile(gate, &weighed.concluded.facts);
        return done(&task, run, weighed, attempt.wrote());
    }
}

/// What is told of a run of the gate before it is there.
fn begun(shared: &Shared, gate: &PlannedGate, task: &Task) -> GateRun {
    GateRun {
        id: gate.id.clone(),
        again: again(shared, gate),
        started_ms: millis(shared.began.elapsed()),
        waited_ms: millis(task.waited),
        command: command_text(shared, gate),
        what: match gate.command {
            Some(_) => "ran",
            None => "judged",
        },
        ..GateRun::default()
    }
}

fn done(task: &Task, run: GateRun, weighed: Weighed, wrote: Vec<PathBuf>) -> Done {
    let concluded = weighed.concluded;
    Done {
        index: task.index,
        verdict: concluded.verdict,
        run,
        facts: concluded.facts,
        accepted: concluded.accepted,
        wrote,
        quarantine: weighed.quarantine,
        tests: weighed.tests,
    }
}

/// The command that runs the gate again, with the base where the verdict rests on one that was named.
fn again(shared: &Shared, gate: &PlannedGate) -> String {
    let again = record::again(&gate.id, shared.apart.as_ref());
    let plain = |base: &&String| record::is_plain(base);
    let wants = gate.judges.iter().any(|judge| judge.wants().changes);
    // The base of a merge follows from what it is merged into.
    let named = shared.base.as_ref().filter(|_| {
        let apart = shared.apart.as_ref();
        apart.is_none_or(|apart| apart.merged_into.is_none())
    });
    match named.filter(plain).filter(|_| wants) {
        Some(base) => format!("{again} --base {base}"),
        None => again,
    }
}

/// The command as written, without secrets that somebody wrote into the file.
pub(super) fn command_text(shared: &Shared, gate: &PlannedGate) -> Option<String> {
    let text = &gate.command.as_ref()?.text;
    Some(shared.mask.text(text).into_owned())
}

fn volatile(gate: &PlannedGate, facts: &[Fact]) -> BTreeMap<String, crate::model::Measure> {
    let list = facts.iter().filter(|fact| fact.volatile);
    list.map(|fact| (format!("{}.{}", gate.id, fact.name), fact.value))
        .collect()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Reads the reports of every judge, and lets them judge.
fn judge(shared: &Shared, gate: &PlannedGate, task: &Task, attempt: &Attempt) -> Weighed {
    let how = attempt.ended.as_ref().map(|ended| &ended.how);
    let explained =
        attempt.refused.is_some() || how.is_some_and(|how| gate.exit.explains_missing_reports(how));
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut notes = Vec::new();
    if attempt.refused.is_none() || attempt.ended.is_some() {
        for judge in &gate.judges {
            let collected = match judge.reports() {
                Some(reports) => collect_for(shared, gate, reports, task, attempt, explained),
                None => Collected::default(),
            };
            let mut wants = judge.wants();
            // Without its needs nothing is asked of a service that may be half there.
            wants.http = wants.http.filter(|_| task.judge_only.is_none());
            let given = given::given(shared, gate, judge.kind(), wants);
            if judge.wants().baseline {
                notes.extend(given::first_run_note(shared, gate, &given));
            }
            parts.push(Part {
                judge: &**judge,
                collected,
                given,
            });
        }
    }
    notes.extend(attempt.notes());
    let around = shared.around.as_ref();
    let meddled = around.and_then(|around| around.meddles(gate, attempt.gone.as_ref()));
    let asked = Asked {
        gates: &shared.plan.gates,
        gate,
        root: &shared.plan.root,
        facts: &task.facts,
        how,
        duration: attempt.ended.as_ref().map(|ended| ended.duration),
        refused: attempt.refused.as_ref().or(meddled.as_ref()),
        unmet: task.judge_only.as_deref(),
        given: &given::of_exit(shared, gate),
        today: shared.today,
        waivers: &shared.waivers,
        plain: &shared.plain,
    };
    weigh(&asked, parts, notes)
}

fn collect_for(
    shared: &Shared,
    gate: &PlannedGate,
    reports: &crate::gate::Reports,
    task: &Task,
    attempt: &Attempt,
    explained: bool,
) -> Collected {
    let found = |pattern: &Glob| {
        attempt
            .matches
            .get(pattern.text())
            .cloned()
            .unwrap_or_else(|| elsewhere(shared, pattern))
    };
    let sources = Sources {
        root: &shared.plan.root,
        streams: &attempt.streams,
        matches: &found,
        now: shared.now,
        commit: task.commit.as_deref(),
        env: &shared.env,
        explained,
        sieve: shared.waivers.sieve(&gate.id, &shared.plain),
        phase_began: shared.phase_began.as_ref(),
        names: shared.names,
    };
    collect::collect(reports, &sources)
}

/// Reports of an earlier step are watched by nobody: they are what is there.
fn elsewhere(shared: &Shared, pattern: &Glob) -> Found<Match> {
    fresh::matches(&shared.plan.root, pattern).map(|path| Match { path, fresh: false })
}
