//! `--ref` of `run` and `phase decide`: several revisions, each in a work tree of its own, and one table.

mod phase;
mod run;

pub use phase::decide;
pub use run::run;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;

use super::args::{Global, Refs};
use super::exit::Exit;
use super::phase::drawn::{self, Kind, Target};
use super::project;
use super::run::{absolute, engine, watcher};
use super::screen::Screen;
use super::world;
use crate::config::{self, FILE_NAME, Plan};
use crate::exec::{self, Guard, Mask};
use crate::model::{
    Decision, Outcome, PhaseOutcome, Progress, RefRow, RefTable, RefTrouble, sha256_hex,
};
use crate::output::neutral;
use crate::output::refs::{refs, refs_json, refs_markdown};
use crate::problem::Problem;
use crate::run::{
    All, Jobs, Place, Planned, PolicyFile, Refusal, Row, SKIP, Setting, Story, Tree, Trouble,
    judge_apart, rows,
};
use crate::store::place;
use crate::vcs::Repository;

/// What was decided of one revision.
pub(super) struct Verdict {
    exit: Exit,
    decision: Decision,
    against: Vec<String>,
    outcome: Option<Outcome>,
    decided: Option<PhaseOutcome>,
}

/// What was found before anything runs.
pub(super) struct Asked<'a> {
    global: &'a Global,
    screen: &'a Screen,
    file: PolicyFile,
    setting: Setting,
    rows: Vec<Row>,
    targets: Vec<Target>,
    env: Vec<(String, String)>,
    ci: bool,
}

impl<'a> Asked<'a> {
    /// Finds the repository and what the names point at. What is wrong is said.
    fn of(
        global: &'a Global,
        typed: &Refs,
        jobs: Option<usize>,
        targets: Option<Vec<Target>>,
        screen: &'a Screen,
    ) -> anyhow::Result<Result<Self, Exit>> {
        if jobs == Some(0) {
            screen.error("`--jobs` is 1 or more");
            return Ok(Err(Exit::Usage));
        }
        let Some(targets) = targets else {
            return Ok(Err(Exit::Usage));
        };
        let Some(mut file) = project::policy_file(global, screen)? else {
            return Ok(Err(Exit::Usage));
        };
        let Some(repository) = Repository::find(&file.root) else {
            screen.error("`--ref` needs git, and there is no repository around this folder");
            return Ok(Err(Exit::Usage));
        };
        // What is checked out may lack the file that the revisions have: then it lies at the top.
        let named = global.config.is_some() || global.dir.is_some();
        if !named && file.name == FILE_NAME && !file.root.join(FILE_NAME).exists() {
            file.root.clone_from(&repository.top);
        }
        let temporary = world::temporary();
        let real = std::fs::canonicalize(&temporary).unwrap_or_else(|_| temporary.clone());
        if real.starts_with(&repository.top) {
            screen.error(&format!(
                "the folder for temporary files, {}, lies in the repository: set TMPDIR to one outside",
                temporary.display()
            ));
            return Ok(Err(Exit::Usage));
        }
        let rows = match rows(&repository, &typed.refs, typed.merged_into.as_deref()) {
            Ok(rows) => rows,
            Err(trouble) => {
                screen.error(&neutral::line(&trouble.to_string()));
                return Ok(Err(Exit::Undecided));
            }
        };
        let (env, ci) = (world::environment(), world::is_ci(global.ci.as_deref()));
        let jobs = Jobs::new(jobs.unwrap_or_else(world::processors));
        Ok(Ok(Self {
            setting: setting(repository, &file, jobs, &env, ci),
            global,
            screen,
            file,
            rows,
            targets,
            env,
            ci,
        }))
    }

    /// The file of a revision; none where it has none.
    fn plan(&self, tree: &Tree) -> Result<Option<Plan>, Trouble> {
        let path = tree.root.join(&self.file.name);
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        let loaded = config::load(&path, &self.file.name);
        match loaded.plan {
            Some(plan) => Ok(Some(plan)),
            None => Err(refused("file-refused", &loaded.problems)),
        }
    }

    fn no_file(&self, help: &str) -> Trouble {
        Trouble::new(
            "no-file",
            Refusal::Undecided,
            format!("there is no `{}` at that revision", self.file.name),
            help.to_owned(),
        )
    }

    /// Files that this command writes.
    fn own_files(&self) -> Vec<PathBuf> {
        let here = std::env::current_dir().unwrap_or_default();
        let paths = self
            .targets
            .iter()
            .filter_map(|target| target.path.as_ref());
        paths.map(|path| absolute(&here, path)).collect()
    }

    /// Judges all rows, draws the table, and leaves with the code of the worst.
    fn conclude<D>(
        &self,
        phase: Option<&str>,
        plan: impl Fn(&Tree) -> Result<Planned<D>, Trouble>,
        judge: impl AsyncFn(Place<'_>, D, &mut dyn Progress) -> Result<Verdict, Trouble>,
    ) -> anyhow::Result<Exit> {
        let began = Instant::now();
        let people = self.targets.iter().any(Target::is_for_people);
        let (mut progress, seen) = watcher(self.screen, self.global, people);
        let judged = {
            let story = Story::new(&mut *progress, self.setting.jobs.most());
            engine()?
                .block_on(judge_apart(&self.setting, &self.rows, &story, plan, judge))
                .context("making a folder for work trees")?
        };
        progress.finish();
        drop(progress);
        let (mut table, exit) = self.table(judged);
        table.phase = phase.map(str::to_owned);
        table.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let lost =
            drawn::deliver_as(
                &self.targets,
                seen,
                self.screen,
                |kind, style, bytes| match kind {
                    Kind::Terminal => refs(&table, style, bytes),
                    Kind::Json => refs_json(&table, bytes),
                    Kind::Markdown => refs_markdown(&table, bytes),
                },
            );
        Ok(exit.with_outputs(lost, self.screen))
    }

    fn table(&self, all: All<Result<Verdict, Trouble>>) -> (RefTable, Exit) {
        let mut worst = Exit::Go;
        let mut drawn: Vec<RefRow> = Vec::new();
        for (row, became) in self.rows.iter().zip(all.rows) {
            let mut row = RefRow {
                name: row.name.clone(),
                merged_into: row.merged_into.clone(),
                commit: became.commit,
                duration_ms: u64::try_from(became.took.as_millis()).unwrap_or(u64::MAX),
                notes: became.notes,
                ..RefRow::default()
            };
            match (became.same_as.and_then(|same| drawn.get(same)), became.said) {
                (Some(same), _) => {
                    row = RefRow {
                        name: row.name,
                        merged_into: row.merged_into,
                        notes: row.notes,
                        same_as: Some(same.shown()),
                        ..same.clone()
                    };
                }
                (None, Some(Ok(Ok(verdict)))) => {
                    worst = worst.worse(verdict.exit);
                    row.exit = verdict.exit.code();
                    row.decision = Some(verdict.decision);
                    row.against = verdict.against;
                    row.outcome = verdict.outcome.map(Arc::new);
                    row.decided = verdict.decided.map(Arc::new);
                }
                (None, Some(Ok(Err(trouble)) | Err(trouble))) => {
                    let exit = exit_of(trouble.sort);
                    worst = worst.worse(exit);
                    row.exit = exit.code();
                    row.trouble = Some(told(trouble));
                }
                (None, None) => {
                    unreachable!("a row that shares comes after the one it shares with")
                }
            }
            drawn.push(row);
        }
        if let Some(signal) = all.interrupted {
            worst = worst.worse(Exit::of_signal(signal));
        }
        let table = RefTable {
            rows: drawn,
            jobs: self.setting.jobs.most(),
            exit: worst.code(),
            notes: all.notes,
            ..RefTable::default()
        };
        (table, worst)
    }
}

fn setting(
    repository: Repository,
    file: &PolicyFile,
    jobs: Jobs,
    env: &[(String, String)],
    ci: bool,
) -> Setting {
    let names = env.iter().map(|(name, _)| name.as_str());
    let mut withheld = exec::withheld(names, ci, &[]);
    withheld.push(SKIP.to_owned());
    let secrets = exec::secret_values(env.iter().cloned(), &[]);
    let unique = format!("{} {}", std::process::id(), world::now());
    Setting {
        store: place(&file.root, Some(&repository.common)),
        repository,
        root: file.root.clone(),
        temporary: world::temporary(),
        name: sha256_hex(unique.as_bytes())[..12].to_owned(),
        jobs,
        withheld,
        mask: Arc::new(Mask::new(secrets)),
        guard: guard(),
    }
}

/// Ends commands should tollgate itself be killed.
fn guard() -> Option<Arc<Guard>> {
    let program = world::own_program()?;
    Some(Arc::new(Guard::new(program, vec![super::GUARD.into()])))
}

fn exit_of(sort: Refusal) -> Exit {
    match sort {
        Refusal::Fails => Exit::NoGo,
        Refusal::Undecided => Exit::Undecided,
        Refusal::Usage => Exit::Usage,
        Refusal::Interrupted(signal) => Exit::of_signal(signal),
    }
}

fn told(trouble: Trouble) -> RefTrouble {
    RefTrouble {
        code: trouble.code,
        why: trouble.why,
        help: trouble.help,
        files: trouble.files,
    }
}

/// The first mistake of a file, and how many there are.
fn refused(code: &'static str, problems: &[Problem]) -> Trouble {
    let mistakes: Vec<&Problem> = problems.iter().filter(|problem| !problem.warning).collect();
    let first = mistakes.first().map(|problem| {
        let place = problem.at.as_ref().map(|at| format!("{}: ", at.place()));
        let help = problem.help.as_ref().map(|help| format!(" ({help})"));
        format!(
            "{}{}{}",
            place.unwrap_or_default(),
            problem.message,
            help.unwrap_or_default()
        )
    });
    let more = match mistakes.len() {
        0 | 1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    Trouble::new(
        code,
        Refusal::Usage,
        first.unwrap_or_else(|| "no plan came of the file".to_owned()) + &more,
        "`tollgate config check` on that revision shows all of it".to_owned(),
    )
}

fn usage(code: &'static str, why: String, help: &str) -> Trouble {
    Trouble::new(code, Refusal::Usage, why, help.to_owned())
}

/// The blocking gates that keep a run from going on.
fn blocking(outcome: &Outcome) -> Vec<String> {
    let gates = outcome.verdict.gates.iter();
    let blocking = gates.filter(|gate| gate.blocks());
    blocking.map(|gate| gate.id.clone()).collect()
}
