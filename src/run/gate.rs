//! One gate from start to verdict, on a blocking thread: attempts, reports, judging.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use super::collect::{self, Collected, Sources};
use super::company::Around;
use super::conclude::Concluded;
use super::fresh::{self, Before, Match};
use super::given;
use super::outbox::Outbox;
use super::plain::Plain;
use super::services::{Pool, Setting, Trouble};
use super::subject::Start;
use super::waivers::Waivers;
use super::weigh::{Asked, Part, Weighed, weigh};
use super::{Apart, record};
use crate::config::{Origin, Plan, PlannedCommand, PlannedGate};
use crate::exec::{self, Command, Guard, Mask, Program, Spool, Stop};
use crate::gate::Facts;
use crate::ledger::History;
use crate::model::{
    Baseline, Cause, ChangedLines, ChangesUnknown, Event, Fact, GateRun, GateVerdict, Note,
    PhaseBegan, Reason, Termination, TestNames, TestsThen, Verdict,
};
use crate::store::{Gone, RunFolder};
use crate::vcs::{EventBase, Repository};

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
    /// A CI job, a hook or a phase command.
    pub strict: bool,
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
    /// When the phase that is judged began.
    pub phase_began: Option<PhaseBegan>,
    /// The names of all tests are kept: a phase's record needs them.
    pub names: bool,
    /// The tests of gates when the phase began.
    pub tests_then: BTreeMap<String, TestsThen>,
    /// Asked of git once, by the first gate that wants it.
    pub changes: OnceLock<Result<Arc<ChangedLines>, ChangesUnknown>>,
    /// Paths that git tracks, once somebody wanted to know.
    pub tracked: OnceLock<Vec<String>>,
    /// What git says of baselines that are missing.
    pub history: History,
    pub began: Instant,
    pub outbox: Outbox,
    /// Where records are kept.
    pub store: PathBuf,
    /// For each gate, patterns whose matches its command may write: its own and those of gates that only read.
    pub watched: Vec<Vec<String>>,
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

/// The last attempt's traces.
#[derive(Default)]
struct Attempt {
    ended: Option<exec::Ended>,
    /// Why the command could not be tried at all.
    refused: Option<Reason>,
    matches: BTreeMap<String, Vec<Match>>,
    streams: Vec<(&'static str, PathBuf)>,
    /// Other runs of the work tree that were over when its command started; `None` without a command.
    gone: Option<Gone>,
}

/// Runs and judges one gate.
pub(super) fn perform(shared: &Shared, mut task: Task) -> Done {
    let gate = &shared.plan.gates[task.index];
    let mut run = GateRun {
        id: gate.id.clone(),
        again: again(shared, gate),
        ..GateRun::default()
    };
    run.started_ms = millis(shared.began.elapsed());
    run.waited_ms = millis(task.waited);
    run.command = command_text(shared, gate);
    run.what = if gate.command.is_some() {
        "ran"
    } else {
        "judged"
    };
    let attempts = 1 + if gate.command.is_some() {
        gate.retry
    } else {
        0
    };
    let notes = std::mem::take(&mut task.notes);
    let mut failed_before = false;
    for number in 1..=attempts {
        let started = Event::GateStarted {
            gate: gate.id.clone(),
            attempt: number,
            expected_s: task.expected,
        };
        shared.outbox.push(started);
        run.attempts = number;
        let attempt = attempt(shared, gate, &task);
        let Weighed {
            concluded:
                Concluded {
                    mut verdict,
                    facts,
                    accepted,
                },
            quarantine,
            tests,
        } = judge(shared, gate, &task, &attempt);
        describe(&mut run, shared, &attempt);
        let passed = matches!(verdict.verdict, Verdict::Pass | Verdict::Waived);
        if passed || number == attempts || shared.stop.asked() {
            verdict.flaky = passed && failed_before;
            if verdict.flaky {
                let message = format!("passed on attempt {number} of {attempts}");
                verdict.notes.push(Note {
                    code: "flaky",
                    message,
                    detail: None,
                });
            }
            verdict.notes.splice(0..0, notes);
            run.facts = volatile(gate, &facts);
            let written = attempt
                .matches
                .into_values()
                .flatten()
                .filter(|found| found.fresh)
                .map(|found| found.path);
            let mut wrote: Vec<PathBuf> = written.collect();
            wrote.sort();
            wrote.dedup();
            return Done {
                index: task.index,
                verdict,
                run,
                facts,
                accepted,
                wrote,
                quarantine,
                tests,
            };
        }
        failed_before = true;
    }
    unreachable!("the last attempt returns")
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

/// Starts the command once and notes what it wrote. Without a command: what the needs wrote.
fn attempt(shared: &Shared, gate: &PlannedGate, task: &Task) -> Attempt {
    let mut attempt = Attempt::default();
    let watched = &shared.watched[task.index];
    let Some(planned) = gate.command.as_ref().filter(|_| task.judge_only.is_none()) else {
        for pattern in watched {
            let found = fresh::matches(&shared.plan.root, pattern);
            let list = found
                .into_iter()
                .map(|path| Match {
                    fresh: task.wrote.contains(&path),
                    path,
                })
                .collect();
            attempt.matches.insert(pattern.clone(), list);
        }
        let asks = gate.judges.iter().any(|judge| judge.wants().http.is_some());
        if asks && task.judge_only.is_none() {
            attempt.refused = services(shared, gate)
                .err()
                .map(|trouble| of_service("service-not-ready", trouble));
        }
        return attempt;
    };
    if !watched.is_empty() {
        attempt.gone = shared.around.as_ref().map(Around::gone);
    }
    if let Err(reason) = prepare(shared, gate) {
        attempt.refused = Some(reason);
        return attempt;
    }
    let services = match services(shared, gate) {
        Ok(variables) => variables,
        Err(trouble) => {
            attempt.refused = Some(of_service("service-not-ready", trouble));
            return attempt;
        }
    };
    let command = match command(shared, gate, planned, services) {
        Ok(command) => command,
        Err(words) => {
            attempt.refused = Some(environment("command", words, "correct `run:`"));
            return attempt;
        }
    };
    if let Spool::Split { stdout, stderr } = &command.spool {
        attempt.streams = [("stdout", stdout), ("stderr", stderr)]
            .into_iter()
            .filter_map(|(name, path)| Some((name, path.clone()?)))
            .collect();
    }
    let before = fresh::before(&shared.plan.root, watched);
    let ended = start(shared, gate, &command);
    attempt.matches = after(&before, shared, watched);
    if let (Some(trouble), false) = (&ended.output.trouble, attempt.streams.is_empty()) {
        // Half of what was printed may look like a whole report with fewer findings in it.
        attempt.refused = Some(environment(
            "not-captured",
            format!("what the command printed could not be kept whole: {trouble}"),
            "make room on the disk and run again",
        ));
        attempt.streams.clear();
    }
    attempt.ended = Some(ended);
    for &service in &gate.services {
        if let Err(trouble) = shared.services.alive(&shared.plan.services[service].id) {
            attempt.refused = Some(of_service("service-died", trouble));
        }
    }
    attempt
}

fn after(before: &Before, shared: &Shared, watched: &[String]) -> BTreeMap<String, Vec<Match>> {
    watched
        .iter()
        .map(|pattern| (pattern.clone(), before.compare(&shared.plan.root, pattern)))
        .collect()
}

pub(super) fn environment(code: &'static str, message: String, help: &str) -> Reason {
    Reason {
        code,
        verdict: Verdict::Inconclusive,
        cause: Some(Cause::Environment),
        message,
        help: Some(help.to_owned()),
        evidence: Vec::new(),
        detail: None,
    }
}

fn of_service(code: &'static str, trouble: Trouble) -> Reason {
    let reason = environment(code, trouble.message, "see the log of the service");
    Reason {
        detail: trouble.detail,
        ..reason
    }
}

/// Deletes old reports where that is asked for, and makes the folders that reports go to.
fn prepare(shared: &Shared, gate: &PlannedGate) -> Result<(), Reason> {
    let root = &shared.plan.root;
    for reports in gate
        .judges
        .iter()
        .filter_map(|judge| judge.reports())
        .filter(|r| r.elsewhere.is_none())
    {
        let patterns: Vec<&str> = reports.file_patterns().collect();
        if reports.clear {
            let tracked = |paths: &[PathBuf]| match &shared.repository {
                Some(repository) => repository.tracked(root, paths),
                None => Some(Vec::new()),
            };
            collect::clear(root, &patterns, &tracked).map_err(|words| {
                environment("not-cleared", words, "delete the old reports by hand")
            })?;
        }
        for pattern in patterns {
            // Many tools do not make the folder of their report. Whether it works shows in the report.
            let _ = fs::create_dir_all(root.join(fresh::fixed_part(pattern)));
        }
    }
    Ok(())
}

/// Starts the services of a gate, unless they run, and gives the variables that tell of them.
pub(super) fn services(
    shared: &Shared,
    gate: &PlannedGate,
) -> Result<Vec<(OsString, OsString)>, Trouble> {
    let mut variables = Vec::new();
    for &index in &gate.services {
        let service = &shared.plan.services[index];
        let setting = || {
            let mut template = Command::new(
                Program::Direct(Vec::new()),
                shared.plan.root.join(&service.command.dir),
                marker(shared, &service.id),
            );
            environment_of(shared, &service.command, &mut template);
            template.grace = service.command.grace;
            let log = shared
                .folder
                .as_ref()
                .map(|folder| folder.log(&format!("service.{}", service.id)));
            Setting { template, log }
        };
        variables.extend(shared.services.ensure(service, setting, &shared.stop)?);
    }
    Ok(variables)
}

fn marker(shared: &Shared, id: &str) -> String {
    format!("{}/{id}", shared.run_id)
}

fn environment_of(shared: &Shared, planned: &PlannedCommand, command: &mut Command) {
    command.env = planned
        .env
        .iter()
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    let kept = |name: &&String| !planned.pass.contains(name);
    command.env_remove = shared
        .withheld
        .iter()
        .filter(kept)
        .map(OsString::from)
        .collect();
    command.mask = Arc::clone(&shared.mask);
    command.guard = shared.guard.clone();
}

fn command(
    shared: &Shared,
    gate: &PlannedGate,
    planned: &PlannedCommand,
    services: Vec<(OsString, OsString)>,
) -> Result<Command, String> {
    let program = exec::parse(&planned.text, planned.shell.as_deref())
        .map_err(|trouble| trouble.to_string())?;
    let mut command = Command::new(
        program,
        shared.plan.root.join(&planned.dir),
        marker(shared, &gate.id),
    );
    environment_of(shared, planned, &mut command);
    command.env.extend(services);
    command.timeout = gate.timeout;
    command.grace = planned.grace;
    command.log = shared.folder.as_ref().map(|folder| folder.log(&gate.id));
    let reads = |stream: &str| {
        gate.judges
            .iter()
            .filter_map(|judge| judge.reports())
            .any(|r| r.reads_stream(stream))
    };
    if reads("stdout") || reads("stderr") {
        let Some(folder) = &shared.folder else {
            return Err("there is no place to keep what the command prints".to_owned());
        };
        let stream = |name: &str| reads(name).then(|| folder.stream(&gate.id, name));
        command.spool = Spool::Split {
            stdout: stream("stdout"),
            stderr: stream("stderr"),
        };
    }
    Ok(command)
}

fn start(shared: &Shared, gate: &PlannedGate, command: &Command) -> exec::Ended {
    if !shared.stream {
        return exec::run(command, &shared.stop, None);
    }
    let mut live = |bytes: &[u8]| {
        shared.outbox.stream(Event::Output {
            gate: gate.id.clone(),
            bytes: bytes.to_vec(),
        });
    };
    exec::run(command, &shared.stop, Some(&mut live))
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
    notes.extend(attempt.ended.iter().flat_map(ended_notes));
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
    let found = |pattern: &str| {
        attempt
            .matches
            .get(pattern)
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
fn elsewhere(shared: &Shared, pattern: &str) -> Vec<Match> {
    fresh::matches(&shared.plan.root, pattern)
        .into_iter()
        .map(|path| Match { path, fresh: false })
        .collect()
}

fn ended_notes(ended: &exec::Ended) -> Vec<Note> {
    let mut notes = Vec::new();
    let left_behind = matches!(ended.how, Termination::Exit(_) | Termination::Signal(_));
    if left_behind && !ended.stopped.is_empty() {
        let names: Vec<&str> = ended
            .stopped
            .iter()
            .map(|stopped| stopped.name.as_str())
            .collect();
        let message = format!(
            "the command left processes running, which were ended: {}",
            names.join(", ")
        );
        notes.push(Note {
            code: "left-processes",
            message,
            detail: None,
        });
    }
    if let Some(trouble) = &ended.output.trouble {
        notes.push(Note {
            code: "log-incomplete",
            message: trouble.clone(),
            detail: None,
        });
    }
    notes
}

fn describe(run: &mut GateRun, shared: &Shared, attempt: &Attempt) {
    let Some(ended) = &attempt.ended else { return };
    run.ended = Some(ended.how.clone());
    run.duration_ms = millis(ended.duration);
    run.output_bytes = ended.output.bytes;
    run.head = String::from_utf8_lossy(&ended.output.head).into_owned();
    run.tail = String::from_utf8_lossy(&ended.output.tail).into_owned();
    run.stopped = ended.stopped.iter().map(ToString::to_string).collect();
    run.log = ended.output.log.as_ref().map(|log| {
        log.strip_prefix(&shared.plan.root)
            .unwrap_or(log)
            .to_string_lossy()
            .into_owned()
    });
}
