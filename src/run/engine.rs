//! The engine: threads that run gates, and one that hears signals, draws, and ends the run.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::task::{JoinHandle, JoinSet};

use super::board::Board;
use super::company::Around;
use super::gate::{Shared, Task, perform};
use super::order::ranks;
use super::outbox::Outbox;
use super::plain::Plain;
use super::scheduler::Scheduler;
use super::services::Pool;
use super::signals::Signals;
use super::subject::{Look, Ours, Start};
use super::waivers::Waivers;
use super::{Finished, Request, policy, record};
use crate::config::{Origin, Plan, PlannedGate, reach};
use crate::exec;
use crate::ledger::History;
use crate::model::{Event, GateRun, GateVerdict, Progress};
use crate::policy::Glob;
use crate::store::{Durations, RunFolder, place};
use crate::vcs::{EventBase, JobRef, Repository};

/// How often a taken resource is asked for again.
const RETRY_RESOURCE: Duration = Duration::from_millis(50);
/// How often events are drawn that nobody was woken for.
const TICK: Duration = Duration::from_millis(40);

/// Runs the selected gates. Never fails: what cannot be done is a verdict or a note.
pub async fn run(request: Request, progress: &mut dyn Progress) -> Finished {
    Engine::new(request).run(progress).await
}

type Reading = JoinHandle<Result<Start, String>>;

/// The engine of one run.
pub(super) struct Engine {
    pub request: Request,
    pub shared: Arc<Shared>,
    pub ours: Ours,
    /// The built-in gate on the policy itself, judged before all others.
    pub policy: Option<(GateVerdict, GateRun)>,
    state: Arc<Mutex<Scheduler>>,
    workers: JoinSet<()>,
}

impl Engine {
    fn new(request: Request) -> Self {
        let plan = Arc::clone(&request.plan);
        let repository = Repository::find(&plan.root);
        let store = place(
            &plan.root,
            repository
                .as_ref()
                .map(|repository| repository.common.as_path()),
        );
        let durations = Durations::read(&store, plan.gates.len());
        let board = Board::new(
            &plan,
            &request.selection,
            ranks(&plan, &request.selection, &durations),
        );
        let run_id = record::run_id(&request);
        let folder = RunFolder::make(&store, &run_id);
        let note = folder.as_ref().err().map(|error| {
            format!(
                "logs are not kept: {} cannot be written: {error}",
                store.display()
            )
        });
        let names = request.env.iter().map(|(name, _)| name.as_str());
        let of_gates = plan
            .gates
            .iter()
            .flat_map(|gate| gate.secrets.iter().cloned());
        let declared: Vec<String> = plan.secrets.iter().cloned().chain(of_gates).collect();
        let mask = Arc::new(exec::Mask::new(exec::secret_values(
            request.env.iter().cloned(),
            &declared,
        )));
        let folder = folder.ok();
        let mut withheld = exec::withheld(names, request.ci, &[]);
        // It speaks of the gates of this file, not of those that a gate itself may run.
        withheld.push(super::SKIP.to_owned());
        if request.apart.is_some() {
            withheld.extend(
                super::POINTS_ELSEWHERE
                    .iter()
                    .map(|name| (*name).to_owned()),
            );
        }
        let watched = watched(&plan);
        let around = Around::join(&request, &store, &run_id, &watched);
        let alone = around.as_ref().err().cloned();
        let shared = Arc::new(Shared {
            around: around.ok().flatten(),
            watched,
            plain: Arc::new(Plain::new(
                Arc::clone(&mask),
                &plan.root,
                folder.as_ref().map(RunFolder::path),
                request.apart.as_ref().map(|apart| apart.from.as_path()),
            )),
            waivers: Waivers::new(&plan, request.today),
            folder,
            store,
            run_id,
            withheld,
            mask,
            env: request.env.clone(),
            guard: request.guard.clone(),
            stop: request.stop.clone(),
            services: Pool::default(),
            stream: request.stream,
            baseline_must_exist: (request.ci || request.phase) && !request.recording,
            recording: request.recording,
            today: request.today,
            now: SystemTime::from(request.now),
            history: history(repository.clone(), &request),
            repository,
            start: OnceLock::new(),
            apart: request.apart.clone(),
            base: request.base.clone(),
            phase_began: request.phase_began.clone(),
            event: request.ci.then(|| EventBase::of(&request.env)).flatten(),
            job: request.ci.then(|| JobRef::of(&request.env)),
            names: request.phase,
            tests_then: request.tests_then.tests.clone(),
            changes: OnceLock::new(),
            tracked: OnceLock::new(),
            began: Instant::now(),
            outbox: Outbox::default(),
            origin: request.origin.clone(),
            plan,
        });
        let mut state = Scheduler::new(Arc::clone(&shared), board, durations, &request);
        state.notes.extend(note.into_iter().chain(alone));
        let policy = request.policy.as_ref().map(|check| {
            let file = record::file_of(&shared.plan);
            policy::judge(check, file, record::again_policy(check), &shared.mask)
        });
        if let Some((verdict, _)) = &policy {
            state.judged_before(&verdict.id, verdict.blocks());
        }
        let trusted = request.policy.as_ref().and_then(policy::judged_by);
        state.notes.extend(trusted);
        Self {
            policy,
            ours: Ours::of(&shared.plan, &own_files(&request)),
            state: Arc::new(Mutex::new(state)),
            workers: JoinSet::new(),
            shared,
            request,
        }
    }

    /// The state, whoever held it last.
    pub fn state(&self) -> MutexGuard<'_, Scheduler> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gate(&self, index: usize) -> &PlannedGate {
        &self.shared.plan.gates[index]
    }

    async fn run(mut self, progress: &mut dyn Progress) -> Finished {
        // Before anything is waited for: whoever runs several engines hears signals already, and none may be lost.
        let mut signals = Signals::new();
        let expected = self.expected();
        let built_in = self.policy.iter().map(|(verdict, _)| verdict.id.clone());
        let selected = self.request.selection.gates.iter();
        progress.event(&Event::RunStarted {
            gates: built_in
                .chain(selected.map(|&index| self.gate(index).id.clone()))
                .collect(),
            jobs: self.request.jobs.most(),
            expected_s: expected,
        });
        if let Some((verdict, run)) = &self.policy {
            progress.event(&Event::GateEnded {
                verdict: Box::new(verdict.clone()),
                run: Box::new(run.clone()),
            });
        }
        // Asked before the first gate, not beside it: a gate that is faster than git would move the tree unseen.
        let subject = self.read_subject();
        self.keep_subject(subject).await;
        let (jobs, shares) = (self.request.jobs.clone(), self.request.apart.is_some());
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            self.start_workers();
            self.draw(progress);
            let (done, parked) = {
                let state = self.state();
                (state.is_done(), state.waits_for_resource())
            };
            if done && self.workers.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                signal = signals.next() => self.interrupt(signal, progress),
                Some(ended) = self.workers.join_next() => {
                    // A panic in a judge is our own fault: it must not end as a pass, nor hang the run.
                    if let Err(error) = ended && error.is_panic() {
                        std::panic::resume_unwind(error.into_panic());
                    }
                }
                () = self.shared.outbox.woken() => {}
                () = tokio::time::sleep(RETRY_RESOURCE), if parked => {}
                () = jobs.freed(), if shares => {}
                _ = tick.tick() => {
                    progress.tick();
                    progress.settle();
                }
            }
        }
        self.draw(progress);
        let shared = Arc::clone(&self.shared);
        let _ = tokio::task::spawn_blocking(move || shared.services.stop()).await;
        record::finish(self).await
    }

    /// One thread for each gate that can start now; it goes on with further gates by itself.
    fn start_workers(&mut self) {
        loop {
            let Some(task) = self.state().next() else {
                break;
            };
            let (state, shared) = (Arc::clone(&self.state), Arc::clone(&self.shared));
            self.workers
                .spawn_blocking(move || work(&state, &shared, task));
        }
    }

    fn draw(&self, progress: &mut dyn Progress) {
        let events = self.shared.outbox.take();
        if events.is_empty() {
            return;
        }
        for event in &events {
            progress.event(event);
        }
        progress.settle();
    }

    /// Seconds that the run will take, from history; 0 when nothing is known.
    fn expected(&self) -> f64 {
        let state = self.state();
        let known = |index: &usize| state.durations.expected(&self.gate(*index).id);
        let total: f64 = self.request.selection.gates.iter().filter_map(known).sum();
        total / self.request.jobs.most().max(1) as f64
    }

    /// Asks git for the subject.
    fn read_subject(&self) -> Option<Reading> {
        let repository = self.shared.repository.clone()?;
        let (root, ours) = (self.shared.plan.root.clone(), self.ours.clone());
        let look = if self.request.phase {
            Look::Anew
        } else {
            Look::Plain
        };
        let branch = self
            .request
            .apart
            .as_ref()
            .and_then(|apart| apart.branch.clone());
        Some(tokio::task::spawn_blocking(move || {
            let mut start = Start::read(repository, &root, &ours, look)?;
            // A work tree of its own is on no branch, and stands for one.
            start.state.branch = start.state.branch.or(branch);
            Ok(start)
        }))
    }

    async fn keep_subject(&mut self, reading: Option<Reading>) {
        let Some(reading) = reading else { return };
        let read = reading.await;
        let mut state = self.state();
        match read {
            Ok(Ok(start)) => {
                let _ = self.shared.start.set(start.clone());
                state.start = Some(start);
            }
            Ok(Err(words)) => {
                state.notes.push(format!(
                    "git does not answer, so the verdict has no subject: {words}"
                ));
            }
            Err(_) => state
                .notes
                .push("git could not be asked, so the verdict has no subject".to_owned()),
        }
    }

    fn interrupt(&mut self, signal: &'static str, progress: &mut dyn Progress) {
        self.state().interrupt(signal);
        self.shared.stop.escalate();
        progress.event(&Event::Interrupted {
            signal,
            running: self.workers.len(),
        });
    }
}

/// What is no part of the content: what this run writes, and what a work tree of its own got.
fn own_files(request: &Request) -> Vec<PathBuf> {
    let beside = request.apart.iter().flat_map(|apart| &apart.beside);
    request.own_files.iter().chain(beside).cloned().collect()
}

/// Runs a gate, and then whatever is next, until nothing is ready.
fn work(state: &Mutex<Scheduler>, shared: &Shared, first: Task) {
    let mut next = Some(first);
    while let Some(task) = next {
        let done = perform(shared, task);
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended(done);
        next = state.next();
        // More became ready than this thread can take: the engine starts another.
        if next.is_some() && state.has_more() {
            shared.outbox.wake();
        }
    }
}

/// For each gate, the patterns whose matches its command may write: its own, and those of gates that only read
/// and need it.
fn watched(plan: &Plan) -> Vec<Vec<Glob>> {
    let own = |gate: &PlannedGate| -> Vec<Glob> {
        let reports = gate
            .judges
            .iter()
            .filter_map(|judge| judge.reports())
            .filter(|r| r.elsewhere.is_none());
        reports
            .flat_map(|reports| reports.file_patterns())
            .cloned()
            .collect()
    };
    let mut watched: Vec<Vec<Glob>> = plan.gates.iter().map(own).collect();
    for (index, gate) in plan
        .gates
        .iter()
        .enumerate()
        .filter(|(_, gate)| gate.command.is_none())
    {
        for need in reach(&plan.gates, index) {
            watched[need].extend(own(gate));
        }
    }
    for patterns in &mut watched {
        patterns.sort_by(|a, b| a.text().cmp(b.text()));
        patterns.dedup_by(|a, b| a.text() == b.text());
    }
    watched
}

/// The history in which a baseline that is missing may have been: that of the tree which it is read from.
fn history(repository: Option<Repository>, request: &Request) -> History {
    let history = History::of(repository, &request.plan.root);
    match &request.origin {
        Origin::Disk(_) => history,
        Origin::Rev(revision) => history.from(&revision.commit),
    }
}
