//! Everything that the rules of phases may ask about, gathered once, and the questions put to them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::hands::Asked;
use super::{Ground, Known, told_skips};
use crate::config::gates_now;
use crate::model::{
    Board, Decision, Entry, Measure, Outcome, Outstanding, PhaseOutcome, PhaseState, Says, Subject,
    SubjectState, Target, Verdict, VerdictDocument,
};
use crate::phase::{
    self, Basis, GateNow, History, Newest, PlannedPhase, Situation, Standings, World,
};
use crate::policy::standings;
use crate::store::Skipped;

/// What is known of all phases at one moment.
#[derive(Debug)]
pub struct View<'a> {
    pub(super) ground: &'a Ground,
    history: History,
    whole: Option<String>,
    gates: BTreeMap<String, GateNow>,
    differs: Vec<String>,
    now: Timestamp,
    today: Date,
    known: Known,
    pub(super) asked: Asked,
    waived: BTreeMap<String, BTreeMap<String, String>>,
}

/// What was found of a phase, with what a record needs of it.
#[derive(Debug)]
pub struct Judged {
    /// What is shown.
    pub outcome: PhaseOutcome,
    /// The records that the decision rests on.
    pub basis: Basis,
    /// What was skipped by hand since the phase began.
    pub skipped: Vec<Skipped>,
}

impl<'a> View<'a> {
    /// Gathers. `known` is what earlier runs left; what this run finds is put over it by [`View::judge`].
    pub fn of(ground: &'a Ground, known: Known, now: Timestamp, today: Date) -> Self {
        let of = |broken| History::of(ground.ledger.shared(), broken, &ground.keyless());
        let mut history = of(BTreeMap::new());
        let faults = ground.faults_shown(&history);
        // Nearly always there is none, and what was folded serves.
        if !faults.records.is_empty() {
            history = of(faults.records);
        }
        Self {
            history,
            whole: super::sound::whole(&faults.whole),
            gates: gates_now(&ground.plan, today),
            differs: ground.differs(),
            waived: waived(ground, today),
            ground,
            now,
            today,
            known,
            asked: Asked::default(),
        }
    }

    /// What the records say.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Why nothing can be decided from the records, in words.
    pub fn broken(&self) -> Option<&str> {
        self.whole.as_deref()
    }

    /// Why the clock here cannot be right, or that of a record was not, in words.
    pub fn ahead(&self, now: Timestamp) -> Option<String> {
        super::sound::ahead(self.history.chain(), now)
    }

    pub(super) fn world(&self) -> World<'_> {
        World {
            phases: &self.ground.plan.phases,
            gates: &self.gates,
            history: &self.history,
            subject: self.ground.subject(),
            differs: &self.differs,
            astray: self.ground.astray(),
            left_out: self.ground.left_out(),
            trusted: self.ground.trusted.as_ref(),
            policy: &self.ground.plan.digest,
            now: self.now,
            today: self.today,
            people: &self.ground.people,
        }
    }

    pub(super) fn verdicts(&self, fresh: Option<&VerdictDocument>) -> BTreeMap<String, Verdict> {
        let known = self.known.gates.iter();
        let mut verdicts: BTreeMap<String, Verdict> =
            known.map(|(id, gate)| (id.clone(), gate.verdict)).collect();
        let fresh = fresh.into_iter().flat_map(|document| &document.gates);
        verdicts.extend(fresh.map(|gate| (gate.id.clone(), gate.verdict)));
        verdicts
    }

    /// The completion of a phase that stands, if one does: what its record says, and nothing that was judged anew.
    pub fn complete(&self, phase: &PlannedPhase) -> Option<PhaseOutcome> {
        let world = self.world();
        let standings = Standings::of(&world, &self.verdicts(None));
        let standing = standings.phase(&phase.id);
        let entry = standing
            .completion
            .as_ref()
            .filter(|_| standing.is_complete())?;
        let Says::Completion(completion) = &entry.record.says else {
            return None;
        };
        let gates = completion.gates.iter();
        let waived = gates.flat_map(|(gate, record)| {
            let words = record.waivers.iter();
            words.map(move |words| format!("gate `{gate}`: {words}"))
        });
        let liens = completion.liens.iter();
        let promised = liens.filter_map(|digest| match &self.history.entry(digest)?.record.says {
            Says::Lien { on, owner, due, .. } => {
                Some(format!("lien on `{on}` by {owner}, due {due}"))
            }
            _ => None,
        });
        let who = &entry.record.who.name;
        Some(PhaseOutcome {
            phase: phase.id.clone(),
            title: phase.title.clone(),
            state: PhaseState::Complete,
            decision: match completion.decision.as_str() {
                "conditional-go" => Decision::ConditionalGo,
                _ => Decision::Go,
            },
            subject: Subject {
                id: entry.record.tree.clone(),
                state: SubjectState::Clean,
            },
            criteria: completion.criteria.clone(),
            outstanding: Vec::new(),
            under: promised.chain(waived).collect(),
            notes: {
                let unsigned = match self.is_unsigned(entry) {
                    true => ", and nobody signed that",
                    false => "",
                };
                let completed = format!("{who} completed it at {}{unsigned}", entry.record.at);
                let skipped = told_skips(&self.skipped(phase));
                std::iter::once(completed).chain(skipped).collect()
            },
            readiness: None,
            verdict: None,
            record: Some(entry.digest.clone()),
        })
    }

    /// Judges a phase by a run of its gates. The outcome gets the targets of the phase among its conditions.
    pub fn judge(&self, phase: &PlannedPhase, run: &mut Outcome) -> Judged {
        let volatile = volatile(run);
        phase::apply_targets(phase, &mut run.verdict, &volatile);
        run.verdict.decision =
            super::super::decide(&run.verdict.gates, run.verdict.subject.state, true);
        run.digest = crate::model::digest(&run.verdict);
        let world = World {
            subject: &run.verdict.subject,
            ..self.world()
        };
        let standings = Standings::of(&world, &self.verdicts(Some(&run.verdict)));
        let mut judged = self.ask(
            &world,
            &standings,
            phase,
            Some(&run.verdict),
            &volatile,
            true,
        );
        judged.outcome.verdict = Some(run.verdict.clone());
        judged.skipped = self.skipped(phase);
        judged.outcome.notes.extend(told_skips(&judged.skipped));
        judged
    }

    fn ask(
        &self,
        world: &World<'_>,
        standings: &Standings,
        phase: &PlannedPhase,
        verdict: Option<&VerdictDocument>,
        volatile: &BTreeMap<String, Measure>,
        all: bool,
    ) -> Judged {
        let nothing = BTreeMap::new();
        let (work, note) = self.work(world, standings, phase);
        let situation = Situation {
            world,
            standings,
            phase,
            verdict,
            volatile,
            work: &work,
            waived: self.waived.get(&phase.id).unwrap_or(&nothing),
        };
        let (mut outcome, basis) = phase::decide(&situation);
        outcome.notes.extend(note.filter(|_| all));
        Judged {
            outcome,
            basis,
            skipped: Vec::new(),
        }
    }

    /// Why a sign-off or a promise that was just recorded does not count, in words.
    pub fn in_vain(&self, phase: &PlannedPhase, entry: &Entry) -> Vec<String> {
        let world = self.world();
        match &entry.record.says {
            Says::SignOff { entry: start, .. } => {
                let standings = Standings::of(&world, &self.verdicts(None));
                let (work, _) = self.work(&world, &standings, phase);
                let situation = Situation {
                    world: &world,
                    standings: &standings,
                    phase,
                    verdict: None,
                    volatile: &BTreeMap::new(),
                    work: &work,
                    waived: &BTreeMap::new(),
                };
                phase::refused_sign_off(&situation, &entry.digest, *start)
            }
            Says::Lien { .. } => phase::refused_lien(&world, phase, &entry.digest)
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Promises that are due and that this run does not keep.
    pub fn overdue(&self, run: &VerdictDocument) -> Vec<Outstanding> {
        phase::due_liens(&self.world(), None, Some(run))
    }

    /// Promises that are not due yet.
    pub fn coming(&self) -> Vec<(Date, phase::Coming)> {
        phase::coming_liens(&self.world())
    }

    /// The board of all phases, from what earlier runs left.
    pub fn board(&self) -> (Board, Vec<PhaseOutcome>) {
        let world = self.world();
        let verdicts = self.verdicts(None);
        let standings = Standings::of(&world, &verdicts);
        let as_of = self.today.to_string();
        let outcomes: Vec<PhaseOutcome> = world
            .phases
            .iter()
            .map(|phase| {
                let gates = phase::gates_of(phase, world.phases);
                let mut document =
                    self.known
                        .document(&phase.id, &gates, world.subject, world.policy, &as_of);
                if let Some(document) = &mut document {
                    phase::apply_targets(phase, document, &self.known.volatile);
                }
                let volatile = &self.known.volatile;
                self.ask(
                    &world,
                    &standings,
                    phase,
                    document.as_ref(),
                    volatile,
                    false,
                )
                .outcome
            })
            .collect();
        let conditions = self.known.conditions();
        let newest = Newest {
            verdicts: &verdicts,
            conditions: &conditions,
            facts: &self.known.facts,
            before: &self.known.before,
            of_phase: &self.known.of_phase,
        };
        let mut board = phase::board(&world, &outcomes, newest);
        board.notes.extend(self.unsigned());
        board.notes.extend(told_skips(&self.skipped_lately()));
        (board, outcomes)
    }
}

/// Values of a run that differ between equal runs.
fn volatile(run: &Outcome) -> BTreeMap<String, Measure> {
    let gates = run.run.gates.iter();
    gates.flat_map(|gate| gate.facts.clone()).collect()
}

/// Criteria that an active waiver excuses, by phase and rule, in words with owner and end.
fn waived(ground: &Ground, today: Date) -> BTreeMap<String, BTreeMap<String, String>> {
    let plan = &ground.plan;
    let standings = standings(&plan.waivers, &plan.waiver_rules, today);
    let mut waived: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (waiver, standing) in plan.waivers.iter().zip(standings) {
        if let (Target::Criterion { phase, criterion }, true) =
            (&waiver.scope.target, standing.applies())
        {
            let words = format!("{} ({})", waiver.why, waiver.signature());
            waived
                .entry(phase.clone())
                .or_default()
                .insert(criterion.clone(), words);
        }
    }
    waived
}
