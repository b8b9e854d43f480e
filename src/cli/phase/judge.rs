//! Commands that run the gates of a phase: decide, complete, observe.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;

use super::super::args::Global;
use super::super::exit::Exit;
use super::super::run::{absolute, drive, record};
use super::super::screen::Screen;
use super::super::signer::here;
use super::super::world;
use super::drawn::{self, Target};
use super::typed::{Decide, Judge, Key, Recorded};
use super::write::{dirty, keys};
use super::{named, notes, open, whole};
use crate::exec::{Guard, Stop};
use crate::model::{Decision, Outcome, PhaseState, SubjectState, Verdict};
use crate::output::neutral;
use crate::output::phase::{Decided, recorded, records_json};
use crate::phase::{PlannedPhase, gates_of};
use crate::run::{self, About, Finished, Ground, Jobs, Judged, Known, Request, View};
use crate::store::CompletionLock;
use crate::vcs::EventBase;

/// Runs the gates of a phase and says what is outstanding.
pub fn decide(global: &Global, typed: &Decide, screen: &Screen) -> anyhow::Result<Exit> {
    let command = Command::new(global, &typed.judge, screen);
    let (now, today) = moment(typed.at);
    Command {
        now,
        today,
        ..command
    }
    .judge(false)
}

/// As decide, and records the completion when nothing is outstanding.
pub fn complete(global: &Global, typed: &Recorded, screen: &Screen) -> anyhow::Result<Exit> {
    Command::new(global, &typed.judge, screen)
        .signed_with(&typed.key)
        .judge(true)
}

/// Runs the gates of a phase and records what was seen.
pub fn observe(global: &Global, typed: &Recorded, screen: &Screen) -> anyhow::Result<Exit> {
    Command::new(global, &typed.judge, screen)
        .signed_with(&typed.key)
        .observe()
}

struct Command<'a> {
    global: &'a Global,
    typed: &'a Judge,
    screen: &'a Screen,
    /// With which key a record is signed.
    key: Key,
    now: jiff::Timestamp,
    today: jiff::civil::Date,
}

impl<'a> Command<'a> {
    fn new(global: &'a Global, typed: &'a Judge, screen: &'a Screen) -> Self {
        let (now, today) = moment(None);
        Self {
            global,
            typed,
            screen,
            key: Key::default(),
            now,
            today,
        }
    }

    fn signed_with(mut self, key: &Key) -> Self {
        self.key.key.clone_from(&key.key);
        self
    }

    /// What must be right on the command line before anything else is done.
    fn usage(&self) -> Result<Vec<Target>, Exit> {
        if self.typed.jobs == Some(0) {
            self.screen.error("`--jobs` is 1 or more");
            return Err(Exit::Usage);
        }
        let written = &self.typed.output;
        drawn::targets(written, self.typed.json, "of a phase", self.screen).ok_or(Exit::Usage)
    }

    fn judge(&self, writes: bool) -> anyhow::Result<Exit> {
        let targets = match self.usage() {
            Ok(targets) => targets,
            Err(exit) => return Ok(exit),
        };
        let own_files = own_files(&targets);
        let mut ground = match open(self.global, &self.typed.trust, &own_files, self.screen)? {
            Ok(ground) => ground,
            Err(exit) => return Ok(exit),
        };
        let plan = Arc::clone(&ground.plan);
        let Some(phase) = named(&plan, &self.typed.phase, self.screen) else {
            return Ok(Exit::Usage);
        };
        if let Err(exit) = self.base(&ground) {
            return Ok(exit);
        }
        let _lock = match self.lock(&ground, phase, writes)? {
            Ok(lock) => lock,
            Err(exit) => return Ok(exit),
        };
        if let Err(exit) = whole(&mut ground, self.screen) {
            return Ok(exit);
        }
        if let Some(outcome) = self.view(&ground).complete(phase) {
            let exit = Exit::of_phase(&outcome, self.typed.strict);
            let decided = Decided {
                phase: &outcome,
                run: None,
                wrote: false,
                exit: exit.code(),
            };
            let lost = drawn::deliver(decided, &targets, false, self.screen);
            return Ok(exit.with_outputs(lost, self.screen));
        }
        let (mut finished, seen) = self.run_gates(&ground, phase, own_files, &targets)?;
        if let Some(exit) = interrupted(&finished.outcome) {
            self.screen.error("interrupted: nothing was decided");
            return Ok(exit);
        }
        // What was recorded while the gates ran counts too.
        if let Err(error) = ground.ledger.refresh() {
            self.screen.error(&neutral::line(&error.to_string()));
            return Ok(Exit::Undecided);
        }
        if let Err(exit) = whole(&mut ground, self.screen) {
            return Ok(exit);
        }
        ground.saw(&finished);
        let mut judged = self.view(&ground).judge(phase, &mut finished.outcome);
        judged.outcome.notes.extend(finished.counted.clone());
        self.conclude(
            &mut ground,
            phase,
            judged,
            &finished,
            (writes, seen),
            &targets,
        )
    }

    /// Draws the decision, after the record was written where one may be.
    fn conclude(
        &self,
        ground: &mut Ground,
        phase: &PlannedPhase,
        mut judged: Judged,
        finished: &Finished,
        (writes, seen): (bool, bool),
        targets: &[Target],
    ) -> anyhow::Result<Exit> {
        let exit = Exit::of_phase(&judged.outcome, self.typed.strict);
        let mut wrote = false;
        if writes && exit == Exit::Go {
            match self.write(ground, phase, &judged, finished)? {
                Ok(digest) => {
                    wrote = true;
                    judged.outcome.state = PhaseState::Complete;
                    judged.outcome.record = Some(digest);
                }
                Err(exit) => return Ok(exit),
            }
        } else if writes && judged.outcome.decision == Decision::ConditionalGo {
            let note = "with `--strict` a conditional go is a no: nothing was recorded";
            judged.outcome.notes.push(note.to_owned());
        }
        let decided = Decided {
            phase: &judged.outcome,
            run: Some(&finished.outcome),
            wrote,
            exit: exit.code(),
        };
        let lost = drawn::deliver(decided, targets, seen, self.screen);
        Ok(exit.with_outputs(lost, self.screen))
    }

    fn write(
        &self,
        ground: &mut Ground,
        phase: &PlannedPhase,
        judged: &Judged,
        finished: &Finished,
    ) -> anyhow::Result<Result<String, Exit>> {
        let outcome = &finished.outcome;
        if outcome.verdict.subject.state != SubjectState::Clean {
            self.screen
                .error("the content is not that of a commit: nothing was recorded");
            return Ok(Err(Exit::Undecided));
        }
        let says = run::completion(ground, phase, judged, finished);
        let about = About {
            phase: &phase.id,
            tree: &outcome.verdict.subject.id,
            now: self.now,
        };
        let here = here(self.global)?;
        let keys = keys(&self.key, false);
        Ok(match ground.append(&about, says, &keys, &here) {
            Ok(written) => {
                notes(&written.notes, self.screen);
                notes(&tidy(ground), self.screen);
                Ok(written.entry.digest)
            }
            Err(words) => {
                self.screen.error(&neutral::line(&words));
                self.screen.say("all of the phase holds, but it could not be recorded, and so it is not complete");
                Err(Exit::Undecided)
            }
        })
    }

    fn observe(&self) -> anyhow::Result<Exit> {
        let targets = match self.usage() {
            Ok(targets) => targets,
            Err(exit) => return Ok(exit),
        };
        let own_files = own_files(&targets);
        let mut ground = match open(self.global, &self.typed.trust, &own_files, self.screen)? {
            Ok(ground) => ground,
            Err(exit) => return Ok(exit),
        };
        let plan = Arc::clone(&ground.plan);
        let Some(phase) = named(&plan, &self.typed.phase, self.screen) else {
            return Ok(Exit::Usage);
        };
        if let Err(exit) = whole(&mut ground, self.screen).and_then(|()| self.base(&ground)) {
            return Ok(exit);
        }
        if !ground.is_clean() {
            return Ok(dirty(&ground, self.screen));
        }
        let (mut finished, seen) = self.run_gates(&ground, phase, own_files, &targets)?;
        if let Some(exit) = interrupted(&finished.outcome) {
            self.screen.error("interrupted: nothing was recorded");
            return Ok(exit);
        }
        ground.saw(&finished);
        // The targets of the phase belong to what is observed.
        self.view(&ground).judge(phase, &mut finished.outcome);
        let subject = finished.outcome.verdict.subject.clone();
        match subject.state {
            SubjectState::Clean => {}
            SubjectState::Dirty => return Ok(dirty(&ground, self.screen)),
            _ => {
                self.screen
                    .error("the tree moved while the gates ran: nothing was recorded");
                return Ok(Exit::Undecided);
            }
        }
        let (verdict, says) = run::observation(&finished.outcome);
        let about = About {
            phase: &phase.id,
            tree: &subject.id,
            now: self.now,
        };
        let here = here(self.global)?;
        let keys = keys(&self.key, false);
        let written = match ground.append(&about, says, &keys, &here) {
            Ok(written) => written,
            Err(words) => {
                self.screen.error(&neutral::line(&words));
                return Ok(Exit::Undecided);
            }
        };
        notes(&written.notes, self.screen);
        self.observed(&ground, phase, &finished.outcome, &written.entry, seen)?;
        Ok(match verdict {
            Verdict::Fail => Exit::NoGo,
            Verdict::Pass => Exit::Go,
            _ => Exit::Undecided,
        })
    }

    /// Shows the record, and how far the soak is.
    fn observed(
        &self,
        ground: &Ground,
        phase: &PlannedPhase,
        run: &Outcome,
        entry: &crate::model::Entry,
        seen: bool,
    ) -> anyhow::Result<()> {
        let mut out = Vec::new();
        if self.typed.json {
            records_json(&[entry], &mut out)?;
        } else {
            let style = crate::output::Style {
                seen,
                ..self.screen.style()
            };
            crate::output::phase::gates(run, &style, &mut out)?;
            recorded(entry, &style, &mut out)?;
            let judged = self.view(ground).judge(phase, &mut run.clone());
            let soak = judged
                .outcome
                .criteria
                .iter()
                .find(|one| one.rule == "soak");
            if let Some(soak) = soak {
                let line = format!("  soak: {} (wanted {})\n", soak.found, soak.wanted);
                out.extend_from_slice(neutral::block(&line).as_bytes());
            }
        }
        self.screen.print(&String::from_utf8_lossy(&out))?;
        Ok(())
    }

    /// The lock on completing, for as long as the gates run: a second one is told at once.
    fn lock(
        &self,
        ground: &Ground,
        phase: &PlannedPhase,
        writes: bool,
    ) -> anyhow::Result<Result<Option<CompletionLock>, Exit>> {
        if !writes {
            return Ok(Ok(None));
        }
        let holder = format!(
            "`tollgate phase complete {}` in {}, process {}",
            phase.id,
            ground.plan.root.display(),
            std::process::id()
        );
        let taken = CompletionLock::take(&ground.store, &holder)
            .context("taking the lock on completing phases")?;
        Ok(match taken {
            Ok(lock) => Ok(Some(lock)),
            Err(holder) => {
                self.screen.error(&format!(
                    "a phase is being completed already, by {}",
                    neutral::line(&holder.0)
                ));
                self.screen
                    .tell("help", "wait for it to end, then run this again");
                Err(Exit::Undecided)
            }
        })
    }

    /// Refuses a base that leaves out what the phase changed.
    fn base(&self, ground: &Ground) -> Result<(), Exit> {
        let ci = world::is_ci(self.global.ci.as_deref());
        let event = ci.then(|| EventBase::of(&world::environment())).flatten();
        let refused = ground.refuse_base(self.typed.base.as_deref(), event.as_ref());
        refused.map_err(|words| {
            self.screen.error(&neutral::line(&words));
            self.screen
                .tell("help", "leave `--base` out, or name one that is no later");
            Exit::Usage
        })
    }

    fn view<'g>(&self, ground: &'g Ground) -> View<'g> {
        let known = Known::read(&ground.store, ground.subject(), &ground.plan.digest);
        View::of(ground, known, self.now, self.today)
    }

    fn run_gates(
        &self,
        ground: &Ground,
        phase: &PlannedPhase,
        own_files: Vec<PathBuf>,
        targets: &[Target],
    ) -> anyhow::Result<(Finished, bool)> {
        let plan = Arc::clone(&ground.plan);
        let gates = gates_of(phase, &plan.phases);
        let selection = run::select_exactly(&plan, &gates);
        let commands = selection
            .gates
            .iter()
            .filter(|&&gate| plan.gates[gate].command.is_some())
            .count();
        let many = || if commands > 1 { world::processors() } else { 1 };
        let request = Request {
            policy: ground.check.clone(),
            origin: ground.origin.clone(),
            jobs: Jobs::new(self.typed.jobs.unwrap_or_else(many)),
            apart: None,
            fail_fast: false,
            stream: self.typed.stream,
            env: world::environment(),
            ci: world::is_ci(self.global.ci.as_deref()),
            phase: true,
            phase_began: Some(self.view(ground).began(phase)),
            recording: false,
            skip: Vec::new(),
            tests_then: self.view(ground).tests_then(phase),
            base: self.typed.base.clone(),
            now: world::now(),
            today: self.today,
            own_files,
            guard: world::own_program()
                .map(|program| Arc::new(Guard::new(program, vec![super::super::GUARD.into()]))),
            stop: Stop::new(),
            plan,
            selection,
        };
        let people = targets.iter().any(Target::is_for_people);
        let (finished, seen) = drive(self.global, request, Some(phase), people, self.screen)?;
        record(&finished);
        Ok((finished, seen))
    }
}

/// The moment and the day that a phase is decided at.
pub(in super::super) fn moment(
    at: Option<jiff::civil::Date>,
) -> (jiff::Timestamp, jiff::civil::Date) {
    let (now, today) = (world::now(), world::today());
    // A day that was asked for ends with it: what bites on that day then shows.
    let at = at.filter(|day| *day != today);
    let moment = at.and_then(|day| {
        let zoned = day.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
        zoned.ok().map(|zoned| zoned.timestamp())
    });
    (moment.unwrap_or(now), at.unwrap_or(today))
}

/// Brings raw evidence back within its budget, now that it is known what records need. Whatever comes of it, the phase
/// is complete.
fn tidy(ground: &Ground) -> Vec<String> {
    let repository = Some(&ground.repository);
    let (budget, note) = run::budget(repository);
    let over = match run::prune_evidence(&ground.plan.root, repository, budget) {
        Ok(pruned) if pruned.left > budget => Some(super::super::ledger::over(&pruned, budget)),
        Ok(_) => None,
        Err(why) => Some(why),
    };
    note.into_iter().chain(over).collect()
}

/// Files that this command writes: they are no part of the content.
fn own_files(targets: &[Target]) -> Vec<PathBuf> {
    let here = std::env::current_dir().unwrap_or_default();
    let paths = targets.iter().filter_map(|target| target.path.as_ref());
    paths.map(|path| absolute(&here, path)).collect()
}

fn interrupted(outcome: &Outcome) -> Option<Exit> {
    outcome.run.interrupted.map(|signal| match signal {
        "SIGINT" => Exit::Interrupted,
        _ => Exit::Terminated,
    })
}
