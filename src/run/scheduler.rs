//! The state of a run: which gate goes next, what ended ones left, and why others are not run.
//!
//! Shared by the threads that run gates: each asks for its next gate itself. Nothing here waits or draws.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::applies::{Applies, Here, applies};
use super::board::Board;
use super::conclude::{Concluded, Found, conclude};
use super::gate::{Done, Shared, Task, command_text};
use super::jobs::{Job, Jobs};
use super::record;
use super::skip::{self, Skip};
use super::subject::Start;
use crate::config::{PlannedGate, When, reach};
use crate::gate::Facts;
use crate::model::{Cause, Event, GateRun, Given, Judgement, Note, Reason, Termination, Verdict};
use crate::store::{Durations, Held, Slots};
use crate::vcs::JobRef;

/// The reason of a gate whose need did not pass.
pub(super) fn unmet(need: &str) -> Reason {
    cancelled(
        "need-not-met",
        format!("`{need}` did not pass"),
        Some(format!("mend `{need}` first")),
    )
}

fn cancelled(code: &'static str, message: String, help: Option<String>) -> Reason {
    Reason {
        code,
        verdict: Verdict::Cancelled,
        cause: None,
        message,
        help,
        evidence: Vec::new(),
        detail: None,
    }
}

/// A gate that is ready and waits for a resource.
struct Parked {
    index: usize,
    since: Instant,
}

/// Why a gate does not get its resources.
enum Taken {
    /// Somebody else holds this one.
    By(String),
    /// One cannot be locked at all, in words.
    Broken(String),
}

/// The state of a run.
pub(super) struct Scheduler {
    pub shared: Arc<Shared>,
    pub done: BTreeMap<usize, Done>,
    pub durations: Durations,
    pub start: Option<Start>,
    pub interrupted: Option<&'static str>,
    pub notes: Vec<String>,
    board: Board,
    jobs: Jobs,
    hungry: bool,
    fail_fast: bool,
    base: Option<String>,
    phase: bool,
    skip: Vec<Skip>,
    at_work: BTreeMap<usize, Job>,
    held: BTreeMap<usize, Vec<Held>>,
    parked: Vec<Parked>,
    /// The gate that the run fails fast for.
    failed_fast: Option<String>,
}

impl Scheduler {
    /// The state at the beginning.
    pub fn new(
        shared: Arc<Shared>,
        board: Board,
        durations: Durations,
        request: &super::Request,
    ) -> Self {
        Self {
            shared,
            done: BTreeMap::new(),
            durations,
            start: None,
            interrupted: None,
            notes: Vec::new(),
            board,
            jobs: request.jobs.clone(),
            hungry: false,
            fail_fast: request.fail_fast,
            base: request.base.clone(),
            phase: request.phase,
            skip: request.skip.clone(),
            at_work: BTreeMap::new(),
            held: BTreeMap::new(),
            parked: Vec::new(),
            failed_fast: None,
        }
    }

    fn gate(&self, index: usize) -> &PlannedGate {
        &self.shared.plan.gates[index]
    }

    /// Whether every gate has its verdict.
    pub fn is_done(&self) -> bool {
        self.board.is_done()
    }

    /// Whether a gate waits for a resource that somebody else holds.
    pub fn waits_for_resource(&self) -> bool {
        !self.parked.is_empty()
    }

    /// Whether another thread could start a gate now.
    pub fn has_more(&self) -> bool {
        self.board.has_ready(self.job_is_free())
    }

    fn job_is_free(&self) -> bool {
        // A run that stops needs no job for gates that it only cancels.
        self.stopping() || self.jobs.is_free()
    }

    /// Says whether a gate could start that has no job, so that nothing new is begun before it.
    fn hungers(&mut self) {
        let now = !self.stopping() && self.board.has_ready(true);
        if now != self.hungry {
            self.hungry = now;
            self.jobs.hungers(now);
        }
    }

    /// The next gate to run. Gates that are cancelled or do not apply get their verdicts on the way.
    pub fn next(&mut self) -> Option<Task> {
        // Others may share the budget: the job is taken before a gate is chosen for it.
        let wanted = !self.parked.is_empty() || self.board.has_ready(true);
        let job = wanted.then(|| self.jobs.take()).flatten();
        let task = self.chosen(self.stopping() || job.is_some());
        match (&task, job) {
            (Some(task), Some(job)) if self.gate(task.index).command.is_some() => {
                self.at_work.insert(task.index, job);
            }
            (_, Some(job)) => job.unused(),
            _ => {}
        }
        self.hungers();
        task
    }

    fn chosen(&mut self, job_free: bool) -> Option<Task> {
        let mut parked = std::mem::take(&mut self.parked).into_iter();
        for one in parked.by_ref() {
            if !job_free && !self.stopping() {
                self.parked.push(one);
                continue;
            }
            if let Some(task) = self.begin(one.index, one.since, true) {
                self.parked.extend(parked);
                return Some(task);
            }
        }
        while let Some(index) = self.board.next(job_free || self.stopping()) {
            if let Some(task) = self.begin(index, Instant::now(), false) {
                return Some(task);
            }
        }
        None
    }

    /// A gate has its verdict.
    pub fn ended(&mut self, done: Done) {
        self.at_work.remove(&done.index);
        self.held.remove(&done.index);
        self.keep(done);
    }

    /// The run was interrupted.
    pub fn interrupt(&mut self, signal: &'static str) {
        self.interrupted.get_or_insert(signal);
    }

    /// A gate had its verdict before the run began.
    pub fn judged_before(&mut self, gate: &str, blocks: bool) {
        if self.fail_fast && blocks {
            self.failed_fast.get_or_insert_with(|| gate.to_owned());
        }
    }

    fn stopping(&self) -> bool {
        self.interrupted.is_some() || self.failed_fast.is_some()
    }

    fn stop_reason(&self) -> Reason {
        let message = match self.interrupted {
            Some(signal) => format!("the run was interrupted ({signal})"),
            None => "another gate did not pass, and the run fails fast".to_owned(),
        };
        // Which gate failed first may differ from run to run.
        let detail = self.failed_fast.as_ref().map(|gate| format!("`{gate}`"));
        Reason {
            detail: detail.filter(|_| self.interrupted.is_none()),
            ..cancelled("cancelled", message, None)
        }
    }

    /// A gate that was ended with the run says why that was.
    fn explain(&self, done: &mut Done) {
        if !self.stopping() || done.run.ended != Some(Termination::Cancelled) {
            return;
        }
        let ended = |reason: &&mut Reason| reason.code == "cancelled";
        for reason in done.verdict.reasons.iter_mut().filter(ended) {
            let why = self.stop_reason();
            (reason.message, reason.detail) = (why.message, why.detail);
        }
    }

    /// A ready gate begins: it is cancelled, passed over or parked, or its task is handed out.
    fn begin(&mut self, index: usize, since: Instant, said: bool) -> Option<Task> {
        if self.stopping() {
            self.without_run(index, self.stop_reason(), "not run");
            return None;
        }
        if let Some(why) = self.skipped(index) {
            self.without_run(index, skip::reason(&why), "not run");
            return None;
        }
        let notes = match self.concerns(index) {
            Applies::Yes(notes) => notes,
            Applies::No(words) => {
                let reason = Reason {
                    verdict: Verdict::NotApplicable,
                    ..cancelled("when", words, None)
                };
                self.without_run(index, reason, "not applicable");
                return None;
            }
        };
        let unmet_need = self.unmet_need(index);
        if let Some(need) = &unmet_need {
            let reads = self
                .gate(index)
                .judges
                .iter()
                .any(|judge| judge.reports().is_some());
            if self.gate(index).command.is_some() || !reads {
                self.without_run(index, unmet(need), "not run");
                return None;
            }
        }
        match self.hold_resources(index) {
            Ok(held) if held.is_empty() => {}
            Ok(held) => {
                self.held.insert(index, held);
            }
            Err(Taken::Broken(message)) => {
                let reason = Reason {
                    verdict: Verdict::Inconclusive,
                    cause: Some(Cause::Environment),
                    help: Some("make the place for its locks writable".to_owned()),
                    ..cancelled("resource", message, None)
                };
                self.without_run(index, reason, "not run");
                return None;
            }
            Err(Taken::By(resource)) => {
                if !said {
                    let gate = self.gate(index).id.clone();
                    self.shared.outbox.push(Event::Waiting { gate, resource });
                }
                self.parked.push(Parked { index, since });
                return None;
            }
        }
        Some(self.task(index, unmet_need, since.elapsed(), notes))
    }

    /// Why a gate is skipped, if it is.
    fn skipped(&self, index: usize) -> Option<String> {
        let id = &self.gate(index).id;
        let skip = self.skip.iter().find(|skip| skip.gate == *id)?;
        Some(self.shared.mask.text(&skip.why).into_owned())
    }

    /// Judges `when:`.
    fn concerns(&self, index: usize) -> Applies {
        let Some(when) = &self.gate(index).when else {
            return Applies::Yes(Vec::new());
        };
        // A phase is about the whole content, whatever changed last.
        let whole = self.phase.then(|| When {
            changed: Vec::new(),
            ..when.clone()
        });
        let when = whole.as_ref().unwrap_or(when);
        let changed = match (&self.start, when.changed.is_empty()) {
            (_, true) => Ok(Vec::new()),
            (Some(start), false) => start.changed(self.base.as_deref(), self.shared.event.as_ref()),
            (None, false) => Err(self.silent().to_owned()),
        };
        let changed = changed.as_deref().map_err(Clone::clone);
        applies(
            when,
            &Here {
                branch: self.branch(),
                changed,
                env: &self.shared.env,
            },
        )
    }

    /// The branch that gates run for. Where HEAD is on none, a CI job is asked: it checks out commits.
    fn branch(&self) -> Result<Option<&str>, String> {
        let shared = &self.shared;
        if let Some(apart) = &shared.apart {
            // A work tree of its own is on no branch, and stands for one.
            return Ok(apart.branch.as_deref());
        }
        let state = self.start.as_ref().map(|start| &start.state);
        let on = state.and_then(|state| state.branch.as_deref());
        match (on, &shared.job, state) {
            (Some(branch), _, _) => Ok(Some(branch)),
            (None, Some(JobRef::Branch(branch)), _) => Ok(Some(branch)),
            (None, Some(JobRef::Tag), _) | (None, None, Some(_)) => Ok(None),
            (None, _, None) => Err(self.silent().to_owned()),
            (None, Some(JobRef::Unknown), Some(_)) => {
                Err("HEAD is on no branch, and the CI job does not name one".to_owned())
            }
        }
    }

    /// Why git says nothing.
    fn silent(&self) -> &'static str {
        match self.shared.repository {
            Some(_) => "git does not answer",
            None => "there is no git here",
        }
    }

    /// A need whose verdict does not let this gate go on. A gate that only warns always does.
    fn unmet_need(&self, index: usize) -> Option<String> {
        let needs = self
            .gate(index)
            .needs
            .iter()
            .filter_map(|need| self.done.get(need));
        let mut unmet =
            needs.filter(|done| done.verdict.blocks() && !done.verdict.verdict.meets_a_need());
        unmet.next().map(|done| done.verdict.id.clone())
    }

    /// Takes all resources of a gate, or none and the name of the first that is taken.
    fn hold_resources(&mut self, index: usize) -> Result<Vec<Held>, Taken> {
        let shared = Arc::clone(&self.shared);
        let mut held = Vec::new();
        for name in &shared.plan.gates[index].resources {
            let count = shared.plan.resources.get(name).copied().unwrap_or(1);
            match Slots::new(&self.shared.store, name, count).take() {
                Ok(Some(slot)) => held.push(slot),
                Ok(None) => return Err(Taken::By(name.clone())),
                // Without a lock the gate would race with others, and waiting mends nothing.
                Err(error) => {
                    let message = format!("resource `{name}` cannot be locked: {error}");
                    return Err(Taken::Broken(message));
                }
            }
        }
        Ok(held)
    }

    fn task(
        &mut self,
        index: usize,
        unmet: Option<String>,
        waited: Duration,
        notes: Vec<Note>,
    ) -> Task {
        let shared = Arc::clone(&self.shared);
        let gate = &shared.plan.gates[index];
        let mut facts = Facts::default();
        let mut wrote = Vec::new();
        if gate.command.is_none() || gate.judges.iter().any(|judge| !judge.mentions().is_empty()) {
            for need in reach(&shared.plan.gates, index) {
                if let Some(done) = self.done.get(&need) {
                    facts.add(&done.verdict.id, done.verdict.verdict, done.facts.clone());
                    wrote.extend(done.wrote.iter().cloned());
                }
            }
        }
        Task {
            index,
            facts,
            wrote,
            judge_only: unmet,
            commit: self
                .start
                .as_ref()
                .and_then(|start| start.state.commit.clone()),
            expected: self.durations.expected(&gate.id),
            waited,
            notes,
        }
    }

    /// A gate that is not run gets its verdict at once.
    fn without_run(&mut self, index: usize, reason: Reason, what: &'static str) {
        let shared = Arc::clone(&self.shared);
        let gate = &shared.plan.gates[index];
        let judgement = Judgement {
            reasons: vec![reason],
            ..Judgement::default()
        };
        let Concluded {
            verdict,
            facts,
            accepted,
        } = conclude(Found {
            gate,
            needs: gate
                .needs
                .iter()
                .map(|&need| shared.plan.gates[need].id.clone())
                .collect(),
            judgement,
            lacking: Vec::new(),
            reports: Vec::new(),
            duration: None,
            given: &Given::default(),
            today: shared.today,
            waivers: &shared.waivers,
        });
        let run = GateRun {
            id: gate.id.clone(),
            what,
            command: command_text(&shared, gate),
            started_ms: u64::try_from(shared.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            again: record::again(&gate.id, shared.apart.as_ref()),
            ..GateRun::default()
        };
        self.keep(Done {
            index,
            verdict,
            run,
            facts,
            accepted,
            wrote: Vec::new(),
            quarantine: Vec::new(),
            tests: None,
        });
    }

    fn keep(&mut self, mut done: Done) {
        self.explain(&mut done);
        self.shared.outbox.push(Event::GateEnded {
            verdict: Box::new(done.verdict.clone()),
            run: Box::new(done.run.clone()),
        });
        if self.fail_fast && !self.stopping() && done.verdict.blocks() {
            self.failed_fast = Some(done.verdict.id.clone());
            self.shared.stop.cancel();
        }
        self.board.ended(done.index);
        self.done.insert(done.index, done);
    }
}
