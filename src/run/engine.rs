//! The scheduler: starts ready gates within jobs and resources, hears their ends, interrupts and ticks.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};

use super::applies::{Applies, Here, applies};
use super::board::Board;
use super::conclude::{Found, conclude};
use super::gate::{Done, Shared, Task, perform};
use super::order::ranks;
use super::services::Pool;
use super::signals::Signals;
use super::subject::{Ours, Start};
use super::{Finished, Request, record};
use crate::config::{Plan, PlannedGate, reach};
use crate::exec;
use crate::gate::{Elsewhere, Facts};
use crate::model::{Event, GateRun, Judgement, Note, Progress, Reason, Verdict};
use crate::store::{Durations, Held, RunFolder, Slots, place};
use crate::vcs::Repository;

/// Events under way; a slow terminal slows the gates down instead of filling memory.
const EVENTS: usize = 256;
/// How often a taken resource is asked for again.
const RETRY_RESOURCE: Duration = Duration::from_millis(50);
/// How often progress may draw by itself.
const TICK: Duration = Duration::from_millis(100);

/// Runs the selected gates. Never fails: what cannot be done is a verdict or a note.
pub async fn run(request: Request, progress: &mut dyn Progress) -> Finished {
    Engine::new(request).run(progress).await
}

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

type Reading = tokio::task::JoinHandle<Result<Start, String>>;

/// A gate that is ready and waits for a resource.
struct Parked {
    index: usize,
    since: Instant,
}

pub(super) struct Engine {
    pub request: Request,
    pub shared: Arc<Shared>,
    pub done: BTreeMap<usize, Done>,
    pub durations: Durations,
    pub start: Option<Start>,
    pub ours: Ours,
    pub store: PathBuf,
    pub interrupted: Option<&'static str>,
    pub notes: Vec<String>,
    board: Board,
    running: JoinSet<Done>,
    commands_running: usize,
    held: BTreeMap<usize, Vec<Held>>,
    parked: Vec<Parked>,
    failed_fast: bool,
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
        let durations = Durations::read(&store);
        let board = Board::new(
            &plan,
            &request.selection,
            ranks(&plan, &request.selection, &durations),
        );
        let mut notes = Vec::new();
        let run_id = record::run_id(&request);
        let folder = RunFolder::make(&store, &run_id)
            .map_err(|error| {
                notes.push(format!(
                    "logs are not kept: {} cannot be written: {error}",
                    store.display()
                ))
            })
            .ok();
        let names = request.env.iter().map(|(name, _)| name.as_str());
        let of_gates = plan
            .gates
            .iter()
            .flat_map(|gate| gate.secrets.iter().cloned());
        let declared: Vec<String> = plan.secrets.iter().cloned().chain(of_gates).collect();
        let shared = Shared {
            watched: watched(&plan),
            folder,
            run_id,
            withheld: exec::withheld(names, request.ci, &[]),
            mask: Arc::new(exec::Mask::new(exec::secret_values(
                request.env.iter().cloned(),
                &declared,
            ))),
            env: request.env.clone(),
            guard: request.guard.clone(),
            stop: request.stop.clone(),
            services: Pool::default(),
            stream: request.stream,
            today: request.today,
            now: SystemTime::from(request.now),
            repository,
            began: Instant::now(),
            plan,
        };
        Self {
            ours: Ours::of(&shared.plan, &request.own_files),
            shared: Arc::new(shared),
            done: BTreeMap::new(),
            durations,
            start: None,
            store,
            interrupted: None,
            notes,
            board,
            running: JoinSet::new(),
            commands_running: 0,
            held: BTreeMap::new(),
            parked: Vec::new(),
            failed_fast: false,
            request,
        }
    }

    pub fn gate(&self, index: usize) -> &PlannedGate {
        &self.shared.plan.gates[index]
    }

    async fn run(mut self, progress: &mut dyn Progress) -> Finished {
        progress.event(&Event::RunStarted {
            gates: self
                .request
                .selection
                .gates
                .iter()
                .map(|&index| self.gate(index).id.clone())
                .collect(),
            jobs: self.request.jobs,
            expected_s: self.expected(),
        });
        let mut subject = self.read_subject();
        // `when:` asks for branch and changes, and `commit:` for HEAD: those need git before the first gate.
        if self.asks_git() {
            self.keep_subject(subject.take()).await;
        }
        let (sender, mut events) = mpsc::channel(EVENTS);
        let mut signals = Signals::new();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            self.advance(&sender, progress);
            if self.board.is_done() {
                break;
            }
            tokio::select! {
                biased;
                Some(event) = events.recv() => progress.event(&event),
                Some(done) = self.running.join_next() => {
                    // What a gate said before it ended comes first.
                    while let Ok(event) = events.try_recv() {
                        progress.event(&event);
                    }
                    self.joined(done, progress);
                }
                signal = signals.next() => self.interrupt(signal, progress),
                () = tokio::time::sleep(RETRY_RESOURCE), if !self.parked.is_empty() => {}
                _ = tick.tick() => progress.tick(),
            }
        }
        let shared = Arc::clone(&self.shared);
        let _ = tokio::task::spawn_blocking(move || shared.services.stop()).await;
        self.keep_subject(subject).await;
        record::finish(self).await
    }

    /// Seconds that the run will take, from history; 0 when nothing is known.
    fn expected(&self) -> f64 {
        let selected = || self.request.selection.gates.iter();
        let known = |index: &usize| self.durations.expected(&self.gate(*index).id);
        let total: f64 = selected().filter_map(known).sum();
        total / self.request.jobs.max(1) as f64
    }

    /// Asks git for the subject, beside the first gates.
    fn read_subject(&self) -> Option<Reading> {
        let repository = self.shared.repository.clone()?;
        let (root, ours) = (self.shared.plan.root.clone(), self.ours.clone());
        Some(tokio::task::spawn_blocking(move || {
            Start::read(repository, &root, &ours)
        }))
    }

    async fn keep_subject(&mut self, reading: Option<Reading>) {
        let Some(reading) = reading else { return };
        match reading.await {
            Ok(Ok(start)) => self.start = Some(start),
            Ok(Err(words)) => self.notes.push(format!(
                "git does not answer, so the verdict has no subject: {words}"
            )),
            Err(_) => self
                .notes
                .push("git could not be asked, so the verdict has no subject".to_owned()),
        }
    }

    fn asks_git(&self) -> bool {
        let asks = |gate: &PlannedGate| {
            let when = gate
                .when
                .as_ref()
                .is_some_and(|when| !when.changed.is_empty() || !when.branch.is_empty());
            let mut reports = gate.judges.iter().filter_map(|judge| judge.reports());
            when || reports.any(|reports| matches!(reports.elsewhere, Some(Elsewhere::Commit(_))))
        };
        self.request
            .selection
            .gates
            .iter()
            .any(|&index| asks(self.gate(index)))
    }

    /// Starts, cancels or passes over every gate that is ready.
    fn advance(&mut self, events: &mpsc::Sender<Event>, progress: &mut dyn Progress) {
        for parked in std::mem::take(&mut self.parked) {
            if self.stopping() || self.commands_running < self.request.jobs {
                self.begin(parked.index, parked.since, true, events, progress);
            } else {
                self.parked.push(parked);
            }
        }
        // A run that stops needs no job for gates that it only cancels.
        while let Some(index) = self
            .board
            .next(self.stopping() || self.commands_running < self.request.jobs)
        {
            self.begin(index, Instant::now(), false, events, progress);
        }
    }

    fn stopping(&self) -> bool {
        self.interrupted.is_some() || self.failed_fast
    }

    fn stop_reason(&self) -> Reason {
        let message = match self.interrupted {
            Some(signal) => format!("the run was interrupted ({signal})"),
            None => "another gate did not pass, and the run fails fast".to_owned(),
        };
        cancelled("cancelled", message, None)
    }

    /// A ready gate begins: it is cancelled, passed over, parked, or launched.
    fn begin(
        &mut self,
        index: usize,
        since: Instant,
        said: bool,
        events: &mpsc::Sender<Event>,
        progress: &mut dyn Progress,
    ) {
        if self.stopping() {
            return self.without_run(index, self.stop_reason(), "not run", progress);
        }
        let mut notes = Vec::new();
        match self.concerns(index) {
            Applies::Yes(words) => notes.extend(words.map(|message| Note {
                code: "base-unknown",
                message,
            })),
            Applies::No(words) => {
                let reason = Reason {
                    verdict: Verdict::NotApplicable,
                    ..cancelled("when", words, None)
                };
                return self.without_run(index, reason, "not applicable", progress);
            }
        }
        let unmet_need = self.unmet_need(index);
        if let Some(need) = &unmet_need {
            let reads = self
                .gate(index)
                .judges
                .iter()
                .any(|judge| judge.reports().is_some());
            if self.gate(index).command.is_some() || !reads {
                return self.without_run(index, unmet(need), "not run", progress);
            }
        }
        match self.hold_resources(index) {
            Ok(held) => {
                self.held.insert(index, held);
            }
            Err(resource) => {
                if !said {
                    let gate = self.gate(index).id.clone();
                    progress.event(&Event::Waiting { gate, resource });
                }
                return self.parked.push(Parked { index, since });
            }
        }
        self.launch(index, unmet_need, since.elapsed(), notes, events.clone());
    }

    /// Judges `when:`.
    fn concerns(&self, index: usize) -> Applies {
        let Some(when) = &self.gate(index).when else {
            return Applies::Yes(None);
        };
        let state = self.start.as_ref().map(|start| &start.state);
        let changed = match (&self.start, when.changed.is_empty()) {
            (_, true) => Ok(Vec::new()),
            (Some(start), false) => start.changed(self.request.base.as_deref()),
            (None, false) => Err("there is no git here".to_owned()),
        };
        let branch = state.and_then(|state| state.branch.as_deref());
        let changed = changed.as_deref().map_err(Clone::clone);
        applies(
            when,
            &Here {
                branch,
                changed,
                env: &self.request.env,
            },
        )
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
    fn hold_resources(&mut self, index: usize) -> Result<Vec<Held>, String> {
        let shared = Arc::clone(&self.shared);
        let mut held = Vec::new();
        for name in &shared.plan.gates[index].resources {
            let count = shared.plan.resources.get(name).copied().unwrap_or(1);
            match Slots::new(&self.store, name, count).take() {
                Ok(Some(slot)) => held.push(slot),
                Ok(None) => return Err(name.clone()),
                Err(error) => {
                    // Without a lock the gate would race with others: it waits, and people are told why.
                    let words = format!("resource `{name}` cannot be locked: {error}");
                    if !self.notes.contains(&words) {
                        self.notes.push(words);
                    }
                    return Err(name.clone());
                }
            }
        }
        Ok(held)
    }

    fn launch(
        &mut self,
        index: usize,
        unmet: Option<String>,
        waited: Duration,
        notes: Vec<Note>,
        events: mpsc::Sender<Event>,
    ) {
        let shared = Arc::clone(&self.shared);
        let gate = self.gate(index);
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
        let task = Task {
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
        };
        self.commands_running += usize::from(gate.command.is_some());
        self.running
            .spawn_blocking(move || perform(&shared, task, &events));
    }

    /// A gate that is not run gets its verdict at once.
    fn without_run(
        &mut self,
        index: usize,
        reason: Reason,
        what: &'static str,
        progress: &mut dyn Progress,
    ) {
        let shared = Arc::clone(&self.shared);
        let gate = &shared.plan.gates[index];
        let judgement = Judgement {
            reasons: vec![reason],
            ..Judgement::default()
        };
        let (verdict, facts) = conclude(Found {
            gate,
            needs: gate
                .needs
                .iter()
                .map(|&need| shared.plan.gates[need].id.clone())
                .collect(),
            judgement,
            reports: Vec::new(),
            duration: None,
            today: shared.today,
        });
        let run = GateRun {
            id: gate.id.clone(),
            what,
            command: gate.command.as_ref().map(|command| command.text.clone()),
            started_ms: u64::try_from(shared.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            again: record::again(&gate.id),
            ..GateRun::default()
        };
        self.keep(
            Done {
                index,
                verdict,
                run,
                facts,
                wrote: Vec::new(),
            },
            progress,
        );
    }

    fn joined(&mut self, done: Result<Done, JoinError>, progress: &mut dyn Progress) {
        match done {
            Ok(done) => {
                self.commands_running -= usize::from(self.gate(done.index).command.is_some());
                self.held.remove(&done.index);
                self.keep(done, progress);
            }
            // A panic in a judge is our own fault: it must not end as a pass, nor hang the run.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn keep(&mut self, done: Done, progress: &mut dyn Progress) {
        let event = Event::GateEnded {
            verdict: Box::new(done.verdict.clone()),
            run: Box::new(done.run.clone()),
        };
        progress.event(&event);
        if self.request.fail_fast && !self.stopping() && done.verdict.blocks() {
            self.failed_fast = true;
            self.shared.stop.cancel();
        }
        self.board.ended(done.index);
        self.done.insert(done.index, done);
    }

    fn interrupt(&mut self, signal: &'static str, progress: &mut dyn Progress) {
        self.interrupted.get_or_insert(signal);
        self.shared.stop.escalate();
        progress.event(&Event::Interrupted {
            signal,
            running: self.running.len(),
        });
    }
}

/// For each gate, the patterns whose matches its command may write: its own, and those of gates that only read
/// and need it.
fn watched(plan: &Plan) -> Vec<Vec<String>> {
    let own = |gate: &PlannedGate| -> Vec<String> {
        let reports = gate
            .judges
            .iter()
            .filter_map(|judge| judge.reports())
            .filter(|r| r.elsewhere.is_none());
        reports
            .flat_map(|reports| reports.file_patterns())
            .map(str::to_owned)
            .collect()
    };
    let mut watched: Vec<Vec<String>> = plan.gates.iter().map(own).collect();
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
        patterns.sort();
        patterns.dedup();
    }
    watched
}
