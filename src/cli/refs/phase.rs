//! `tollgate phase decide --ref`: what each revision lacks for a phase. Writes nothing.

use std::sync::Arc;

use super::super::args::Global;
use super::super::exit::Exit;
use super::super::phase::typed::{Decide, Judge};
use super::super::phase::{by, drawn, moment};
use super::super::policy::candidates;
use super::super::run::record;
use super::super::screen::Screen;
use super::super::world;
use super::run::{here, judged_by};
use super::{Asked, Verdict, refused, usage};
use crate::config::unmeetable;
use crate::exec::Stop;
use crate::model::{Decision, Outcome, PhaseOutcome, Progress};
use crate::phase::{PlannedPhase, gates_of};
use crate::problem::Problems;
use crate::run::{
    self, By, Ground, Known, NoGround, Place, Planned, Refusal, Request, Tree, Trouble, View,
};
use crate::vcs::EventBase;

/// Decides a phase on several revisions.
pub fn decide(global: &Global, typed: &Decide, screen: &Screen) -> anyhow::Result<Exit> {
    let judge = &typed.judge;
    let targets = drawn::targets(&judge.output, judge.json, "of several revisions", screen);
    let asked = match Asked::of(global, &typed.apart, judge.jobs, targets, screen)? {
        Ok(asked) => asked,
        Err(exit) => return Ok(exit),
    };
    let named = judge.trust.policy_ref.as_deref();
    let trusted = named.map(|name| here(&asked, name));
    let candidates = candidates(global, trusted.as_deref(), &asked.env);
    asked.conclude(
        Some(&judge.phase),
        |tree| read(&asked, judge, candidates.as_deref(), tree),
        async |place, by, progress| decided(&asked, typed, place, by, progress).await,
    )
}

fn read(
    asked: &Asked<'_>,
    typed: &Judge,
    candidates: Option<&[String]>,
    tree: &Tree,
) -> Result<Planned<By>, Trouble> {
    let head = asked.plan(tree)?;
    let named = typed.trust.policy_ref.is_some();
    let judged = judged_by(asked, candidates, named, head, tree)?;
    let judged = judged.ok_or_else(|| asked.no_file("commit one there, with this phase in it"))?;
    let by = by(judged);
    let plan = &by.plan;
    if !plan.phases.iter().any(|phase| phase.id == typed.phase) {
        let why = format!("there is no phase `{}` at that revision", typed.phase);
        return Err(usage("selection", why, "name a phase that it has"));
    }
    Ok(Planned::of(plan, ()).carrying(by.clone()))
}

async fn decided(
    asked: &Asked<'_>,
    Decide {
        judge: typed, at, ..
    }: &Decide,
    place: Place<'_>,
    by: By,
    progress: &mut dyn Progress,
) -> Result<Verdict, Trouble> {
    let plan = Arc::clone(&by.plan);
    let phase = plan.phases.iter().find(|phase| phase.id == typed.phase);
    let phase = phase.ok_or_else(|| undecided("the phase is gone".to_owned()))?;
    let mut ground = ground(by)?;
    let (now, today) = moment(*at);
    let event = asked.ci.then(|| EventBase::of(&asked.env)).flatten();
    let base = ground.refuse_base(typed.base.as_deref(), event.as_ref());
    base.map_err(|words| {
        usage(
            "base",
            words,
            "leave `--base` out, or name one that is no later",
        )
    })?;
    look(&mut ground)?;
    if let Some(outcome) = view(&ground, now, today).complete(phase) {
        return Ok(verdict(typed, outcome, None));
    }
    let seen = view(&ground, now, today);
    let request = Request {
        tests_then: seen.tests_then(phase),
        phase_began: Some(seen.began(phase)),
        ..request(asked, typed, place, &ground, phase, today)
    };
    let mut finished = run::run(request, &mut run::Aimed::new(phase, progress)).await;
    if let Some(signal) = finished.outcome.run.interrupted {
        return Err(Trouble::new(
            "interrupted",
            Refusal::Interrupted(signal),
            format!("interrupted ({signal}): nothing was decided"),
            "run it again".to_owned(),
        ));
    }
    // What was recorded while the gates ran counts too.
    let refreshed = ground.ledger.refresh();
    refreshed.map_err(|error| undecided(error.to_string()))?;
    look(&mut ground)?;
    ground.saw(&finished);
    let mut judged = view(&ground, now, today).judge(phase, &mut finished.outcome);
    judged.outcome.notes.extend(finished.counted.clone());
    record(&finished);
    Ok(verdict(typed, judged.outcome, Some(finished.outcome)))
}

fn request(
    asked: &Asked<'_>,
    typed: &Judge,
    place: Place<'_>,
    ground: &Ground,
    phase: &PlannedPhase,
    today: jiff::civil::Date,
) -> Request {
    let plan = &ground.plan;
    let gates = gates_of(phase, &plan.phases);
    Request {
        selection: run::select_exactly(plan, &gates),
        policy: ground.check.clone(),
        origin: ground.origin.clone(),
        jobs: asked.setting.jobs.clone(),
        apart: Some(place.apart()),
        fail_fast: false,
        stream: typed.stream && !asked.global.quiet,
        env: asked.env.clone(),
        ci: asked.ci,
        phase: true,
        phase_began: None,
        recording: false,
        skip: Vec::new(),
        tests_then: run::Beginning::default(),
        base: typed.base.clone().or_else(|| place.tree.base.clone()),
        now: world::now(),
        today,
        own_files: asked.own_files(),
        guard: asked.setting.guard.clone(),
        stop: Stop::new(),
        plan: Arc::clone(plan),
    }
}

fn verdict(typed: &Judge, decided: PhaseOutcome, outcome: Option<Outcome>) -> Verdict {
    let mut against: Vec<String> = Vec::new();
    for one in &decided.outstanding {
        if one.rule != "gates" && !against.iter().any(|rule| rule == one.rule) {
            against.push(one.rule.to_owned());
        }
    }
    if decided.decision != Decision::Go {
        let gates = outcome.iter().flat_map(super::blocking);
        against.splice(0..0, gates);
    }
    Verdict {
        exit: Exit::of_phase(&decided, typed.strict),
        decision: decided.decision,
        against,
        outcome,
        decided: Some(decided),
    }
}

fn ground(by: By) -> Result<Ground, Trouble> {
    let ground = match Ground::of(by, &[]) {
        Ok(ground) => ground,
        Err(NoGround::NoGit) => return Err(undecided("git lost the work tree".to_owned())),
        Err(NoGround::Trouble(words)) => return Err(undecided(words)),
        Err(NoGround::People(problems, _)) => return Err(refused("people-refused", &problems)),
    };
    if ground.is_trusted() {
        return Ok(ground);
    }
    let mut problems = Problems::default();
    unmeetable(
        &ground.plan.phases,
        &ground.people,
        world::now(),
        &mut problems,
    );
    if problems.refuse() {
        return Err(refused("phase-unmeetable", &problems.sorted()));
    }
    Ok(ground)
}

/// Refuses a broken ledger.
fn look(ground: &mut Ground) -> Result<(), Trouble> {
    ground.verify(world::now()).map_err(undecided)
}

fn view<'g>(ground: &'g Ground, now: jiff::Timestamp, today: jiff::civil::Date) -> View<'g> {
    let known = Known::read(&ground.store, ground.subject(), &ground.plan.digest);
    View::of(ground, known, now, today)
}

fn undecided(words: String) -> Trouble {
    Trouble::new(
        "phase-undecided",
        Refusal::Undecided,
        words,
        "mend that on this revision, and decide again".to_owned(),
    )
}
