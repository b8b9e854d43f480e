//! `tollgate phase …`: the board, decisions, records, and the document that hands a phase over.

pub(super) mod drawn;
mod judge;
mod show;
pub(super) mod typed;
mod write;

pub(super) use judge::moment;
use typed::Trust;
pub use typed::{Key, PhaseCommand};
pub(super) use write::{Asked, append, dirty, reason};

use std::path::PathBuf;
use std::sync::Arc;

use super::args::Global;
use super::exit::Exit;
use super::policy::{JudgedBy, judged_by};
use super::screen::Screen;
use super::{project, world};
use crate::config::{FILE_NAME, Plan, unmeetable};
use crate::output::neutral;
use crate::phase::PlannedPhase;
use crate::problem::{Problems, nearest};
use crate::run::{By, Ground, NoGround};

/// Does what was asked of phases.
pub fn phase(global: &Global, command: &PhaseCommand, screen: &Screen) -> anyhow::Result<Exit> {
    match command {
        PhaseCommand::Status(typed) => show::status(global, typed, screen),
        PhaseCommand::Decide(typed) if !typed.apart.refs.is_empty() => {
            super::refs::decide(global, typed, screen)
        }
        PhaseCommand::Decide(typed) => judge::decide(global, typed, screen),
        PhaseCommand::Complete(typed) => judge::complete(global, typed, screen),
        PhaseCommand::Observe(typed) => judge::observe(global, typed, screen),
        PhaseCommand::Reopen(typed) => write::reopen(global, typed, screen),
        PhaseCommand::Sign(typed) => write::sign(global, typed, screen),
        PhaseCommand::Lien(typed) => write::lien(global, typed, screen),
        PhaseCommand::Hold(typed) => write::rule(global, "hold", typed, None, screen),
        PhaseCommand::Recycle(typed) => {
            write::rule(global, "recycle", &typed.ruled, typed.to.as_deref(), screen)
        }
        PhaseCommand::Kill(typed) => write::rule(global, "kill", typed, None, screen),
        PhaseCommand::History(typed) => show::history(global, typed, screen),
        PhaseCommand::Report(typed) => show::report(global, typed, screen),
    }
}

/// Reads the file, and gathers repository, records and people. What cannot be had is said.
fn open(
    global: &Global,
    trust: &Trust,
    own_files: &[PathBuf],
    screen: &Screen,
) -> anyhow::Result<Result<Ground, Exit>> {
    let Some((plan, _)) = project::load(global, screen)? else {
        return Ok(Err(Exit::Usage));
    };
    if let Some(other) = beside(global, &plan) {
        screen.error(&format!(
            "phases here are those of `{FILE_NAME}`: nothing of them is decided by `{}` beside it",
            neutral::line(&other)
        ));
        screen.say(&format!(
            "help: leave `--config` out, or let one of the two files `extends:` the other and be called {FILE_NAME}"
        ));
        return Ok(Err(Exit::Usage));
    }
    let named = trust.policy_ref.as_deref();
    let Some(judged) = judged_by(global, named, plan, &world::environment(), screen)? else {
        return Ok(Err(Exit::Usage));
    };
    if judged.plan.phases.is_empty() {
        screen.error("the file declares no phase: add `phases:`");
        return Ok(Err(Exit::Usage));
    }
    let ground = stand(by(judged), own_files, screen);
    Ok(ground.and_then(|ground| can_be_met(&ground, screen).map(|()| ground)))
}

/// Another file than that of the project, in one folder with it: the records of both would be of the same phases.
fn beside(global: &Global, plan: &Plan) -> Option<String> {
    let named = global.config.as_ref()?.file_name()?.to_string_lossy();
    let own = plan.root.join(FILE_NAME);
    (named != FILE_NAME && own.symlink_metadata().is_ok()).then(|| named.into_owned())
}

/// By what phases are judged.
pub(super) fn by(judged: JudgedBy) -> By {
    By {
        plan: Arc::new(judged.plan),
        check: judged.check,
        origin: judged.origin,
    }
}

/// Gathers repository, records and people. What cannot be had is said.
pub(super) fn stand(by: By, own_files: &[PathBuf], screen: &Screen) -> Result<Ground, Exit> {
    match Ground::of(by, own_files) {
        Ok(ground) => Ok(ground),
        Err(NoGround::NoGit) => {
            screen.error(
                "records need git: they are about a tree that git knows, and there is no repository here",
            );
            screen.tell(
                "help",
                "`git init`, commit, and run this again; `tollgate run` works without git",
            );
            Err(Exit::Undecided)
        }
        Err(NoGround::Trouble(words)) => {
            screen.error(&neutral::line(&words));
            Err(Exit::Undecided)
        }
        Err(NoGround::People(problems, sources)) => {
            screen.problems(&problems, &sources);
            screen.error("mistakes in the file of people; nothing was done");
            Err(Exit::Usage)
        }
    }
}

/// Refuses sign-offs and liens that nobody could give.
fn can_be_met(ground: &Ground, screen: &Screen) -> Result<(), Exit> {
    // Whom the head names for what it adds, a trusted revision need not know yet: the rule itself says what is missing.
    if ground.is_trusted() {
        return Ok(());
    }
    let mut problems = Problems::default();
    let (phases, people) = (&ground.plan.phases, &ground.people);
    unmeetable(phases, people, world::now(), &mut problems);
    let refused = problems.refuse();
    screen.problems(&problems.sorted(), &ground.plan.sources);
    if refused {
        screen.error("a phase asks for what nobody can give; nothing was done");
        return Err(Exit::Usage);
    }
    Ok(())
}

/// The phase of that name, or what is near to it.
pub(super) fn named<'a>(plan: &'a Plan, name: &str, screen: &Screen) -> Option<&'a PlannedPhase> {
    let found = plan.phases.iter().find(|phase| phase.id == name);
    if found.is_none() {
        let known = || plan.phases.iter().map(|phase| phase.id.as_str());
        let help = match nearest(name, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "phases of this file: {}",
                known().take(20).collect::<Vec<_>>().join(", ")
            ),
        };
        screen.error(&format!(
            "there is no phase `{}`: {help}",
            neutral::line(name)
        ));
    }
    found
}

/// Refuses to go on from records that are not what they were, or before their time.
fn whole(ground: &mut Ground, screen: &Screen) -> Result<(), Exit> {
    said(ground.verify(world::now()), screen)
}

/// The same, whatever the clock says.
fn whole_at_any_time(ground: &mut Ground, screen: &Screen) -> Result<(), Exit> {
    said(ground.verify_at_any_time(), screen)
}

fn said(found: Result<(), String>, screen: &Screen) -> Result<(), Exit> {
    found.map_err(|words| {
        screen.error(&neutral::line(&words));
        Exit::Undecided
    })
}

/// Says what changes nothing.
fn notes(notes: &[String], screen: &Screen) {
    for note in notes {
        screen.tell("note", &neutral::line(note));
    }
}
