//! `tollgate run`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;

use super::args::{Global, Run};
use super::exit::Exit;
use super::is_gone;
use super::policy;
use super::project;
use super::screen::Screen;
use super::world;
use crate::config::{Origin, Plan};
use crate::exec::{Guard, Stop};
use crate::model::{Outcome, Progress};
use crate::output::{self, Output, Style};
use crate::phase::PlannedPhase;
use crate::problem::nearest;
use crate::run::{self, By, Finished, Jobs, Request, Selection};
use crate::store::Durations;
use crate::vcs::Repository;

/// Where an outcome is drawn.
struct Target {
    output: &'static dyn Output,
    path: Option<PathBuf>,
}

/// Runs gates and decides.
pub fn run(global: &Global, args: &Run, screen: &Screen) -> anyhow::Result<Exit> {
    if let Some(option) = args.later().first() {
        screen.error(&format!("`{option}` is not in this version of tollgate"));
        return Ok(Exit::Usage);
    }
    if args.jobs == Some(0) {
        screen.error("`--jobs` is 1 or more");
        return Ok(Exit::Usage);
    }
    if !args.apart.refs.is_empty() {
        return super::refs::run(global, args, screen);
    }
    let Some(targets) = targets(&args.output, screen) else {
        return Ok(Exit::Usage);
    };
    let Some((plan, _)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    let env = world::environment();
    let named = args.policy_ref.as_deref();
    let Some(judged) = policy::judged_by(global, named, plan, &env, screen)? else {
        return Ok(Exit::Usage);
    };
    let (check, origin) = (judged.check, judged.origin);
    let plan = Arc::new(judged.plan);
    let names = match names(&plan, args, screen) {
        Ok(names) => names,
        Err(exit) => return Ok(exit),
    };
    let selection = match run::select(&plan, &names) {
        Ok(selection) => selection,
        Err(problems) => {
            screen.problems(&problems, &plan.sources);
            return Ok(Exit::Usage);
        }
    };
    if args.dry_run {
        return dry_run(&plan, &selection, args.at, screen);
    }
    let ci = world::is_ci(global.ci.as_deref());
    let skip = match run::skips(&world::variable(run::SKIP).unwrap_or_default(), &plan, ci) {
        Ok(skip) => skip,
        Err(words) => {
            screen.error(&output::neutral::line(&words));
            return Ok(Exit::Usage);
        }
    };
    let by = By {
        plan: Arc::clone(&plan),
        check: None,
        origin: origin.clone(),
    };
    let request = Request {
        policy: check,
        origin,
        env,
        skip,
        ..request(global, args, plan, selection, &targets)
    };
    let own_files = request.own_files.clone();
    let people = targets
        .iter()
        .any(|target| target.path.is_none() && target.output.name() == "terminal");
    let (mut finished, seen) = drive(global, request, None, people, screen)?;
    let plan = Arc::clone(&by.plan);
    let (now, today) = (world::now(), world::today());
    run::hold_to_promises(&mut finished.outcome, by, &own_files, now, today);
    record(&finished);
    let exit = Exit::of(&finished.outcome, args.strict);
    let lost = deliver(&mut finished.outcome, &targets, seen, screen);
    let exit = exit.with_outputs(lost, screen);
    // The program ends here: giving back piece by piece what a thousand gates left is a hundredth of all that they cost.
    std::mem::forget((finished.outcome, plan));
    Ok(exit)
}

/// Runs what is asked for, under the targets of the phase that it is for. Also says whether people saw it happen. The
/// record is the caller's: what else is held against the outcome stands in it.
pub(super) fn drive(
    global: &Global,
    request: Request,
    phase: Option<&PlannedPhase>,
    people: bool,
    screen: &Screen,
) -> anyhow::Result<(Finished, bool)> {
    let (mut progress, seen) = watcher(screen, global, people);
    let finished = match phase {
        Some(phase) => {
            let mut aimed = run::Aimed::new(phase, &mut *progress);
            engine()?.block_on(run::run(request, &mut aimed))
        }
        None => engine()?.block_on(run::run(request, &mut *progress)),
    };
    progress.finish();
    drop(progress);
    Ok((finished, seen))
}

/// What runs gates: one thread that draws, others that wait for commands.
pub(super) fn engine() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(512)
        .build()
        .context("starting the engine")
}

/// Runs gates to measure what baselines would hold; progress goes to standard error. A run that compares with no
/// baseline is no verdict that anybody should find later: it leaves no record.
pub(super) fn measure(
    global: &Global,
    plan: &Arc<Plan>,
    selection: Selection,
    screen: &Screen,
) -> anyhow::Result<Finished> {
    let args = Run::default();
    let request = Request {
        recording: true,
        env: world::environment(),
        stream: false,
        ..request(global, &args, Arc::clone(plan), selection, &[])
    };
    Ok(drive(global, request, None, false, screen)?.0)
}

/// The gates that were named, and those of the phase.
fn names(plan: &Plan, args: &Run, screen: &Screen) -> Result<Vec<String>, Exit> {
    let mut names = args.gates.clone();
    if let Some(name) = &args.phase {
        let phase = super::phase::named(plan, name, screen).ok_or(Exit::Usage)?;
        names.extend(crate::phase::gates_of(phase, &plan.phases));
        if names.is_empty() {
            screen.error(&format!("phase `{name}` lists no gate"));
            return Err(Exit::Usage);
        }
    }
    Ok(names)
}

fn request(
    global: &Global,
    args: &Run,
    plan: Arc<Plan>,
    selection: Selection,
    targets: &[Target],
) -> Request {
    let commands = selection
        .gates
        .iter()
        .filter(|&&gate| plan.gates[gate].command.is_some())
        .count();
    let here = std::env::current_dir().unwrap_or_default();
    let own_files = targets
        .iter()
        .filter_map(|target| target.path.as_ref())
        .map(|path| absolute(&here, path))
        .collect();
    Request {
        // One command needs no second processor, and asking for their number is not free.
        jobs: Jobs::new(
            args.jobs
                .unwrap_or_else(|| if commands > 1 { world::processors() } else { 1 }),
        ),
        apart: None,
        fail_fast: args.fail_fast,
        // With one command there is nothing to tell apart: its output is shown as it comes.
        stream: args.stream || (commands == 1 && !global.quiet),
        policy: None,
        origin: Origin::Disk(plan.root.clone()),
        env: Vec::new(),
        ci: world::is_ci(global.ci.as_deref()),
        phase: false,
        phase_began: None,
        skip: Vec::new(),
        tests_then: run::Beginning::default(),
        recording: false,
        base: args.base.clone(),
        now: world::now(),
        today: world::today(),
        own_files,
        guard: world::own_program()
            .map(|program| Arc::new(Guard::new(program, vec![super::GUARD.into()]))),
        stop: Stop::new(),
        plan,
        selection,
    }
}

pub(super) fn absolute(here: &Path, path: &Path) -> PathBuf {
    let path = here.join(path);
    let folder = path
        .parent()
        .and_then(|folder| fs::canonicalize(folder).ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// `--output KIND[=PATH]`, each looked up in the table; the terminal when none is given for standard output.
fn targets(written: &[String], screen: &Screen) -> Option<Vec<Target>> {
    let mut targets = Vec::new();
    for text in written {
        let (kind, path) = text
            .split_once('=')
            .map_or((text.as_str(), None), |(kind, path)| (kind, Some(path)));
        let Some(output) = output::find(kind) else {
            let names = || output::OUTPUTS.iter().map(|output| output.name());
            let later = ["sarif", "github", "gitlab", "html", "agent"].contains(&kind);
            let help = match nearest(kind, names()) {
                _ if later => "it is not in this version".to_owned(),
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("outputs: {}", names().collect::<Vec<_>>().join(", ")),
            };
            screen.error(&format!("there is no output `{kind}`: {help}"));
            return None;
        };
        if path == Some("") {
            screen.error(&format!("`--output {text}` names no file"));
            return None;
        }
        let path = path.filter(|path| *path != "-").map(PathBuf::from);
        targets.push(Target { output, path });
    }
    if targets
        .iter()
        .filter(|target| target.path.is_none())
        .count()
        > 1
    {
        screen.error("two outputs share standard output: give one of them a file, such as `--output json=outcome.json`");
        return None;
    }
    if targets.iter().all(|target| target.path.is_some()) {
        let terminal = output::find("terminal").expect("the table of outputs has it");
        targets.push(Target {
            output: terminal,
            path: None,
        });
    }
    Some(targets)
}

/// Who watches the run: live on a terminal (standard error), else plain lines. Standard output belongs to the
/// outcome; only when that is drawn for people there do the plain lines go before it, in one story.
pub(super) fn watcher(
    screen: &Screen,
    global: &Global,
    people_on_stdout: bool,
) -> (Box<dyn Progress>, bool) {
    if global.quiet {
        return (Box::new(Silent), false);
    }
    let began = Instant::now();
    let clock: output::Clock = Box::new(move || began.elapsed());
    if screen.live() {
        return (
            output::live(screen.progress_style(), clock),
            people_on_stdout && screen.terminal,
        );
    }
    if people_on_stdout {
        return (
            output::plain(
                screen.style(),
                clock,
                Box::new(io::BufWriter::new(io::stdout())),
            ),
            true,
        );
    }
    (
        output::plain(
            screen.progress_style(),
            clock,
            Box::new(io::BufWriter::new(io::stderr())),
        ),
        false,
    )
}

/// Shows nothing.
struct Silent;

impl Progress for Silent {
    fn event(&mut self, _: &crate::model::Event) {}
}

/// Keeps the outcome beside the logs. Losing it changes nothing.
pub(super) fn record(finished: &Finished) {
    let (Some(folder), Some(json)) = (&finished.folder, output::find("json")) else {
        return;
    };
    if let Ok(file) = folder.record() {
        let mut file = io::BufWriter::new(file);
        let _ = json
            .render(&finished.outcome, &Style::default(), &mut file)
            .and_then(|()| file.flush());
    }
}

/// Draws the outcome everywhere it is wanted. One that cannot be written never silences the next, and never
/// changes the decision; each is said, and the last line on standard output tells of those in files. True if one was
/// lost.
fn deliver(outcome: &mut Outcome, targets: &[Target], seen: bool, screen: &Screen) -> bool {
    let mut lost = false;
    let (files, screens): (Vec<&Target>, Vec<&Target>) =
        targets.iter().partition(|target| target.path.is_some());
    for target in files.into_iter().chain(screens) {
        outcome.run.unwritten = lost;
        let outcome = &*outcome;
        let drawn = match &target.path {
            Some(path) => to_file(outcome, target.output, path, screen),
            None => to_screen(outcome, target.output, seen, screen),
        };
        match drawn {
            Ok(()) => {}
            // Whoever closes the pipe has seen enough.
            Err(error) if target.path.is_none() && is_gone(&error) => {}
            Err(error) => {
                screen.error(&format!("{error:#}"));
                lost = true;
            }
        }
    }
    lost
}

fn to_file(
    outcome: &Outcome,
    output: &dyn Output,
    path: &Path,
    screen: &Screen,
) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    output.render(outcome, &screen.file_style(), &mut bytes)?;
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)
            .with_context(|| format!("making the folder of {}", path.display()))?;
    }
    fs::write(path, bytes)
        .with_context(|| format!("writing {} to {}", output.name(), path.display()))
}

fn to_screen(
    outcome: &Outcome,
    output: &dyn Output,
    seen: bool,
    screen: &Screen,
) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let style = Style {
        seen,
        ..screen.style()
    };
    let drawn = output.render(outcome, &style, &mut out);
    drawn
        .and_then(|()| out.flush())
        .with_context(|| format!("writing {} to standard output", output.name()))
}

/// Shows what would run and in which order.
fn dry_run(
    plan: &Arc<Plan>,
    selection: &Selection,
    at: Option<jiff::civil::Date>,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let repository = Repository::find(&plan.root);
    let store = crate::store::place(&plan.root, repository.as_ref().map(|r| r.common.as_path()));
    let durations = Durations::read(&store, plan.gates.len());
    let mut text = String::new();
    for index in run::schedule(plan, selection, &durations) {
        let gate = &plan.gates[index];
        let command = gate
            .command
            .as_ref()
            .map_or("(judges only)", |command| command.text.as_str());
        let first = output::neutral::line(command.lines().next().unwrap_or(""));
        let expected = durations
            .expected(&gate.id)
            .map(|s| format!("  ~{}", crate::model::Measure::seconds(s)))
            .unwrap_or_default();
        let needs: Vec<&str> = gate
            .needs
            .iter()
            .map(|&need| plan.gates[need].id.as_str())
            .collect();
        let after = if needs.is_empty() {
            String::new()
        } else {
            format!("  after {}", needs.join(", "))
        };
        text.push_str(&format!("{}{after}{expected}\n    {first}\n", gate.id));
    }
    let count = selection.gates.len();
    text.push_str(&format!(
        "{count} gate{} would run; nothing was run\n",
        if count == 1 { "" } else { "s" }
    ));
    if let Some(at) = at {
        text.push_str(&super::waivers::ahead(plan, world::today(), at, None));
    }
    screen.print(&text)?;
    Ok(Exit::Go)
}
