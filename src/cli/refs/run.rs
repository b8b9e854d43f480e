//! `tollgate run --ref`.

use std::sync::Arc;

use super::super::args::{Global, Run};
use super::super::exit::Exit;
use super::super::phase::{self, drawn};
use super::super::policy::{self, JudgedBy};
use super::super::run::record;
use super::super::screen::Screen;
use super::super::world;
use super::{Asked, Verdict, blocking, refused, usage};
use crate::config::Plan;
use crate::exec::Stop;
use crate::model::Progress;
use crate::run::{self, Place, Planned, PolicyFile, Request, Selection, Skip, Tree, Trouble};

/// What was read of one revision.
struct Read {
    judged: JudgedBy,
    selection: Selection,
    skip: Vec<Skip>,
}

/// Runs gates on several revisions and decides each.
pub fn run(global: &Global, args: &Run, screen: &Screen) -> anyhow::Result<Exit> {
    let targets = drawn::targets(&args.output, false, "of several revisions", screen);
    let asked = match Asked::of(global, &args.apart, args.jobs, targets, screen)? {
        Ok(asked) => asked,
        Err(exit) => return Ok(exit),
    };
    let trusted = args.policy_ref.as_deref().map(|name| here(&asked, name));
    let candidates = policy::candidates(global, trusted.as_deref(), &asked.env);
    asked.conclude(
        None,
        |tree| read(&asked, args, candidates.as_deref(), tree),
        async |place, read, progress| judge(&asked, args, place, read, progress).await,
    )
}

/// A revision as it is meant where tollgate was called: `HEAD` of a new work tree is another one.
pub(super) fn here(asked: &Asked<'_>, name: &str) -> String {
    let relative = name.contains("HEAD") || name.contains('@') || name.contains(':');
    let pointed = || {
        let found = asked.setting.repository.pointed(&[name]).ok()?.pop()??;
        Some(found.commit)
    };
    relative
        .then(pointed)
        .flatten()
        .unwrap_or_else(|| name.to_owned())
}

fn read(
    asked: &Asked<'_>,
    args: &Run,
    candidates: Option<&[String]>,
    tree: &Tree,
) -> Result<Planned<Read>, Trouble> {
    let head = asked.plan(tree)?;
    let judged = judged_by(asked, candidates, args.policy_ref.is_some(), head, tree)?;
    let judged = judged.ok_or_else(|| {
        asked.no_file("`--policy-ref REF` judges it by the policy of another revision")
    })?;
    let names = names(&judged.plan, args)?;
    let selection =
        run::select(&judged.plan, &names).map_err(|problems| refused("selection", &problems))?;
    let said = world::variable(run::SKIP).unwrap_or_default();
    let skip = run::skips(&said, &judged.plan, asked.ci)
        .map_err(|words| usage("skip", words, "correct the variable"))?;
    Ok(Planned::of(&judged.plan, ()).carrying(Read {
        judged,
        selection,
        skip,
    }))
}

/// By what a revision is judged; `None` where nobody says and it has no file.
pub(super) fn judged_by(
    asked: &Asked<'_>,
    candidates: Option<&[String]>,
    typed: bool,
    head: Option<Plan>,
    tree: &Tree,
) -> Result<Option<JudgedBy>, Trouble> {
    let Some(candidates) = candidates else {
        return Ok(head.map(|head| policy::by_itself(head, None)));
    };
    let file = PolicyFile {
        root: tree.root.clone(),
        name: asked.file.name.clone(),
    };
    let judged = policy::judged_at(&file, candidates, typed, head);
    let judged =
        judged.map_err(|words| usage("policy-ref", words, "name a revision that has a policy"))?;
    if let Some(problem) = policy::name_is_taken(&judged.plan) {
        return Err(refused("file-refused", &[problem]));
    }
    Ok(Some(judged))
}

/// The gates that were named, and those of the phase.
fn names(plan: &Plan, args: &Run) -> Result<Vec<String>, Trouble> {
    let mut names = args.gates.clone();
    if let Some(name) = &args.phase {
        let phase = plan.phases.iter().find(|phase| phase.id == *name);
        let phase = phase.ok_or_else(|| {
            let why = format!("there is no phase `{name}` at that revision");
            usage("selection", why, "name a phase that it has")
        })?;
        names.extend(crate::phase::gates_of(phase, &plan.phases));
        if names.is_empty() {
            let why = format!("phase `{name}` lists no gate at that revision");
            return Err(usage("selection", why, "name another phase"));
        }
    }
    Ok(names)
}

async fn judge(
    asked: &Asked<'_>,
    args: &Run,
    place: Place<'_>,
    read: Read,
    progress: &mut dyn Progress,
) -> Result<Verdict, Trouble> {
    let by = phase::by(read.judged);
    let plan = Arc::clone(&by.plan);
    let own_files = asked.own_files();
    let request = Request {
        plan: Arc::clone(&plan),
        selection: read.selection,
        policy: by.check.clone(),
        origin: by.origin.clone(),
        jobs: asked.setting.jobs.clone(),
        apart: Some(place.apart()),
        fail_fast: args.fail_fast,
        stream: args.stream && !asked.global.quiet,
        env: asked.env.clone(),
        ci: asked.ci,
        phase: false,
        phase_began: None,
        skip: read.skip,
        tests_then: run::Beginning::default(),
        recording: false,
        base: args.base.clone().or_else(|| place.tree.base.clone()),
        now: world::now(),
        today: world::today(),
        own_files: own_files.clone(),
        guard: asked.setting.guard.clone(),
        stop: Stop::new(),
    };
    let mut finished = run::run(request, progress).await;
    let (now, today) = (world::now(), world::today());
    run::hold_to_promises(&mut finished.outcome, by, &own_files, now, today);
    record(&finished);
    let outcome = finished.outcome;
    Ok(Verdict {
        exit: Exit::of(&outcome, args.strict),
        decision: outcome.verdict.decision,
        against: (blocking(&outcome).into_iter())
            .chain((!outcome.run.due.is_empty()).then(|| "liens".to_owned()))
            .collect(),
        outcome: Some(outcome),
        decided: None,
    })
}
