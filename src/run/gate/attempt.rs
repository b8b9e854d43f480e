//! One attempt of a gate: its command is started once, and what it left behind is kept. It reads no report and judges
//! nothing.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Shared, Task, millis};
use crate::config::{PlannedCommand, PlannedGate};
use crate::exec::{self, Command, Program, Spool};
use crate::model::{Cause, Event, GateRun, Note, Reason, Termination, Verdict};
use crate::policy::Glob;
use crate::run::collect;
use crate::run::company::Around;
use crate::run::fresh::{self, Before, Found, Match};
use crate::run::services::{Setting, Trouble};
use crate::store::Gone;

/// The last attempt's traces.
#[derive(Default)]
pub(super) struct Attempt {
    pub ended: Option<exec::Ended>,
    /// Why the command could not be tried at all.
    pub refused: Option<Reason>,
    pub matches: BTreeMap<String, Found<Match>>,
    pub streams: Vec<(&'static str, PathBuf)>,
    /// Other runs of the work tree that were over when its command started; `None` without a command.
    pub gone: Option<Gone>,
}

impl Attempt {
    fn run(&mut self, shared: &Shared, gate: &PlannedGate, command: &Command, watched: &[Glob]) {
        if let Spool::Split { stdout, stderr } = &command.spool {
            self.streams = [("stdout", stdout), ("stderr", stderr)]
                .into_iter()
                .filter_map(|(name, path)| Some((name, path.clone()?)))
                .collect();
        }
        let before = fresh::before(&shared.plan.root, watched);
        let ended = start(shared, gate, command);
        self.matches = after(&before, shared, watched);
        if let (Some(trouble), false) = (&ended.output.trouble, self.streams.is_empty()) {
            // Half of what was printed may look like a whole report with fewer findings in it.
            self.refused = Some(environment(
                "not-captured",
                format!("what the command printed could not be kept whole: {trouble}"),
                "make room on the disk and run again",
            ));
            self.streams.clear();
        }
        self.ended = Some(ended);
        for &service in &gate.services {
            if let Err(trouble) = shared.services.alive(&shared.plan.services[service].id) {
                self.refused = Some(of_service("service-died", trouble));
            }
        }
    }

    /// What the command left undone.
    pub(super) fn notes(&self) -> Vec<Note> {
        let Some(ended) = &self.ended else {
            return Vec::new();
        };
        let mut notes = Vec::new();
        let left_behind = matches!(ended.how, Termination::Exit(_) | Termination::Signal(_));
        if left_behind && !ended.stopped.is_empty() {
            let names = ended.stopped.iter().map(|stopped| stopped.name.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            notes.push(Note {
                code: "left-processes",
                message: format!("the command left processes running, which were ended: {names}"),
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

    /// Files matching watched patterns that are of this run, each once.
    pub(super) fn wrote(self) -> Vec<PathBuf> {
        let matches = self.matches.into_values().flat_map(|found| found.matches);
        let fresh = matches.filter(|found| found.fresh);
        let mut wrote: Vec<PathBuf> = fresh.map(|found| found.path).collect();
        wrote.sort();
        wrote.dedup();
        wrote
    }

    /// Puts how the command ended, and what it printed, into what is told of the run.
    pub(super) fn describe(&self, run: &mut GateRun, shared: &Shared) {
        let Some(ended) = &self.ended else { return };
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
}

/// Starts the command once and notes what it wrote. Without a command: what the needs wrote.
pub(super) fn attempt(shared: &Shared, gate: &PlannedGate, task: &Task) -> Attempt {
    let Some(planned) = gate.command.as_ref().filter(|_| task.judge_only.is_none()) else {
        return without_command(shared, gate, task);
    };
    let watched = &shared.watched[task.index];
    let mut attempt = Attempt::default();
    if !watched.is_empty() {
        attempt.gone = shared.around.as_ref().map(Around::gone);
    }
    match ready(shared, gate, planned) {
        Ok(command) => attempt.run(shared, gate, &command, watched),
        Err(reason) => attempt.refused = Some(reason),
    }
    attempt
}

fn without_command(shared: &Shared, gate: &PlannedGate, task: &Task) -> Attempt {
    let mut attempt = Attempt::default();
    for pattern in &shared.watched[task.index] {
        let found = fresh::matches(&shared.plan.root, pattern);
        let found = found.map(|path| Match {
            fresh: task.wrote.contains(&path),
            path,
        });
        attempt.matches.insert(pattern.text().to_owned(), found);
    }
    let asks = gate.judges.iter().any(|judge| judge.wants().http.is_some());
    if asks && task.judge_only.is_none() {
        let trouble = services(shared, gate).err();
        attempt.refused = trouble.map(|trouble| of_service("service-not-ready", trouble));
    }
    attempt
}

/// Makes everything ready that the command needs, and the command.
fn ready(shared: &Shared, gate: &PlannedGate, planned: &PlannedCommand) -> Result<Command, Reason> {
    prepare(shared, gate)?;
    let services =
        services(shared, gate).map_err(|trouble| of_service("service-not-ready", trouble))?;
    command(shared, gate, planned, services)
        .map_err(|words| environment("command", words, "correct `run:`"))
}

fn after(before: &Before, shared: &Shared, watched: &[Glob]) -> BTreeMap<String, Found<Match>> {
    watched
        .iter()
        .map(|pattern| {
            let found = before.compare(&shared.plan.root, pattern);
            (pattern.text().to_owned(), found)
        })
        .collect()
}

pub(in crate::run) fn environment(code: &'static str, message: String, help: &str) -> Reason {
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
        let patterns = reports.file_patterns();
        if reports.clear {
            let tracked = |paths: &[PathBuf]| match &shared.repository {
                Some(repository) => repository.tracked(root, paths),
                None => Some(Vec::new()),
            };
            collect::clear(root, patterns, &tracked).map_err(|words| {
                environment("not-cleared", words, "delete the old reports by hand")
            })?;
        }
        for pattern in patterns {
            // Many tools do not make the folder of their report. Whether it works shows in the report.
            let _ = fs::create_dir_all(root.join(fresh::fixed_part(pattern.plain())));
        }
    }
    Ok(())
}

/// Starts the services of a gate, unless they run, and gives the variables that tell of them.
pub(in crate::run) fn services(
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
