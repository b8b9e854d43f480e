//! `tollgate baseline`: records, tightens, checks and shows the accepted states of gates.

mod draw;
mod show;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;

use super::args::{BaselineCommand, Global};
use super::exit::Exit;
use super::project;
use super::run::measure;
use super::screen::Screen;
use super::world;
use crate::config::Plan;
use crate::ledger::{self, Change, History, Loosening, Recorded, Way};
use crate::model::{Baseline, BaselineState, GateVerdict, Verdict};
use crate::run::{Selection, select};
use crate::vcs::Repository;
use draw::{Line, Lines, Mark};

/// Does what is asked.
pub fn baseline(
    global: &Global,
    command: &BaselineCommand,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let gates = match command {
        BaselineCommand::Record { gates, .. }
        | BaselineCommand::Tighten { gates }
        | BaselineCommand::Check { gates, .. }
        | BaselineCommand::Show { gates, .. } => gates,
    };
    if let BaselineCommand::Record { why: Some(why), .. } = command
        && why.trim().is_empty()
    {
        screen.error("`--why` says nothing");
        return Ok(Exit::Usage);
    }
    let Some((plan, _)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    let still = matches!(
        command,
        BaselineCommand::Show { .. } | BaselineCommand::Check { files: true, .. }
    );
    let Some(chosen) = chosen(&plan, gates, !still, screen) else {
        return Ok(Exit::Usage);
    };
    let work = Work {
        history: History::of(Repository::find(&plan.root), &plan.root),
        repository: Repository::find(&plan.root),
        plan: Arc::new(plan),
        chosen,
        all: gates.is_empty(),
    };
    match command {
        BaselineCommand::Show { reference, .. } => show::show(&work, reference.as_deref(), screen),
        BaselineCommand::Record { why, .. } => {
            let loosening = why.as_ref().map(|why| Loosening {
                day: world::today().to_string(),
                why: why.trim().to_owned(),
            });
            work.change(global, &Task::Record(loosening), screen)
        }
        BaselineCommand::Tighten { .. } => work.change(global, &Task::Tighten, screen),
        BaselineCommand::Check { files: true, .. } => work.check_files(screen),
        BaselineCommand::Check { .. } => work.change(global, &Task::Check, screen),
    }
}

/// The gates named, or all that ask for a baseline; by index. Where gates are run, not those that run by name only.
fn chosen(plan: &Plan, names: &[String], runs: bool, screen: &Screen) -> Option<Vec<usize>> {
    let asking = |index: &usize| plan.gates[*index].wants_baseline();
    if names.is_empty() {
        let all = (0..plan.gates.len()).filter(asking);
        let all: Vec<usize> = all
            .filter(|index| !runs || plan.gates[*index].default)
            .collect();
        if all.is_empty() {
            screen.error("no gate asks for a baseline");
            screen.tell(
                "help",
                "a bound such as `drop: \"<=0.1%\"` or `\"<=+5%\"` does",
            );
            return None;
        }
        return Some(all);
    }
    let selected = match select(plan, names) {
        Ok(selected) => selected.gates,
        Err(problems) => {
            screen.problems(&problems, &plan.sources);
            return None;
        }
    };
    let named: Vec<usize> = selected
        .into_iter()
        .filter(|&index| names.contains(&plan.gates[index].id))
        .collect();
    if let Some(&silent) = named.iter().find(|index| !asking(index)) {
        screen.error(&format!(
            "gate `{}` asks for no baseline",
            plan.gates[silent].id
        ));
        return None;
    }
    Some(named)
}

/// What is done with what was measured.
enum Task {
    Record(Option<Loosening>),
    Tighten,
    Check,
}

/// The gates that a command is about.
struct Work {
    plan: Arc<Plan>,
    repository: Option<Repository>,
    history: History,
    chosen: Vec<usize>,
    /// None was named.
    all: bool,
}

/// What is there of one gate before anything runs.
struct Before {
    recorded: Option<Recorded>,
    gone: bool,
}

impl Work {
    fn ids(&self) -> impl Iterator<Item = &str> {
        self.chosen
            .iter()
            .map(|&index| self.plan.gates[index].id.as_str())
    }

    /// What the files hold. A file that cannot be used is a mistake to mend first.
    fn before(&self, lines: &mut Lines) -> BTreeMap<String, Before> {
        let mut before = BTreeMap::new();
        for id in self.ids() {
            let recorded = match ledger::read(&self.plan.root, id) {
                Ok(recorded) => recorded,
                Err(words) => {
                    lines.add(Line::new(Mark::Broken, id, words));
                    continue;
                }
            };
            let state = match &recorded {
                Some(_) => BaselineState::Never,
                None => ledger::state(&self.plan.root, id, &self.history),
            };
            match state {
                BaselineState::Broken(words) => lines.add(Line::new(Mark::Undecided, id, words)),
                state => {
                    let gone = matches!(state, BaselineState::Gone(_));
                    before.insert(id.to_owned(), Before { recorded, gone });
                }
            }
        }
        before
    }

    /// Runs the gates and does the task with what each of them measured.
    fn change(&self, global: &Global, task: &Task, screen: &Screen) -> anyhow::Result<Exit> {
        let mut lines = Lines::default();
        let before = self.before(&mut lines);
        if lines.exit() != Exit::Go {
            lines.print(screen)?;
            return Ok(lines.exit());
        }
        let names: Vec<String> = self.ids().map(str::to_owned).collect();
        let selection: Selection = match select(&self.plan, &names) {
            Ok(selection) => selection,
            Err(problems) => {
                screen.problems(&problems, &self.plan.sources);
                return Ok(Exit::Usage);
            }
        };
        let finished = measure(global, &self.plan, selection, screen)?;
        if finished.outcome.run.interrupted.is_some() {
            screen.error("interrupted: no file was changed");
            return Ok(Exit::of(&finished.outcome, false));
        }
        for (id, before) in before {
            let mut verdicts = finished.outcome.verdict.gates.iter();
            let verdict = verdicts.find(|verdict| verdict.id == id);
            let measured = finished.accepted.get(&id).cloned().flatten();
            let line = match usable(verdict, measured) {
                Err(words) => Line::new(Mark::Undecided, &id, words)
                    .help(format!("`tollgate run {id}` shows more")),
                Ok(measured) => self.one(task, &id, &before, measured)?,
            };
            let fails = verdict.is_some_and(|verdict| verdict.verdict == Verdict::Fail);
            lines.add(if fails {
                line.also(format!("the gate fails now: `tollgate run {id}` shows why"))
            } else {
                line
            });
        }
        if matches!(task, Task::Check) {
            self.orphans(&mut lines);
        }
        lines.print(screen)?;
        Ok(lines.exit())
    }

    fn one(&self, task: &Task, id: &str, before: &Before, new: Baseline) -> anyhow::Result<Line> {
        let old = before.recorded.as_ref();
        match (task, old) {
            (Task::Record(loosening), _) => {
                match ledger::record(old, before.gone, new, loosening.as_ref()) {
                    Ok((next, changes)) => self.written(id, old, &next, &changes),
                    Err(looser) => Ok(Line::new(Mark::Refused, id, "it would accept less than before")
                        .changes(looser)
                        .help(format!(
                            "mend it, or answer for it: `tollgate baseline record {id} --loosen --why \"…\"`"
                        ))),
                }
            }
            (_, None) => Ok(Line::new(
                Mark::Refused,
                id,
                if before.gone {
                    "the baseline is in the history and not in the tree: restore it from git"
                } else {
                    "no baseline yet"
                },
            )
            .help(format!("`tollgate baseline record {id}` records one"))),
            (Task::Tighten, Some(old)) => {
                let next = ledger::tighten(old, &new);
                let changes = ledger::changes(&old.baseline, &next.baseline);
                self.written(id, Some(old), &next, &changes)
            }
            (Task::Check, Some(old)) => Ok(self.checked(id, old, &new)),
        }
    }

    fn written(
        &self,
        id: &str,
        old: Option<&Recorded>,
        next: &Recorded,
        changes: &[Change],
    ) -> anyhow::Result<Line> {
        let path = ledger::path_of(id);
        if old == Some(next) && ledger::is_tidy(&self.plan.root, id, next) {
            return Ok(Line::new(Mark::Kept, id, "as it was"));
        }
        ledger::write(&self.plan.root, id, next).with_context(|| format!("writing {path}"))?;
        let words = format!("{} in {path}", draw::held(&next.baseline));
        Ok(Line::new(Mark::Written, id, words).changes(match old {
            Some(_) => changes.to_vec(),
            None => Vec::new(),
        }))
    }

    fn checked(&self, id: &str, old: &Recorded, new: &Baseline) -> Line {
        let next = ledger::tighten(old, new);
        let mut changes = ledger::changes(&old.baseline, &next.baseline);
        let rest = ledger::changes(&next.baseline, new).into_iter();
        let unused: Vec<Change> = rest.filter(|one| one.way == Way::Unused).collect();
        if !changes.is_empty() {
            let help = format!("`tollgate baseline tighten {id}`");
            return Line::new(Mark::Refused, id, "could be tighter")
                .changes(changes)
                .help(help);
        }
        if !ledger::is_tidy(&self.plan.root, id, old) {
            let help = format!("`tollgate baseline tighten {id}`");
            return Line::new(Mark::Refused, id, "not in the form that tollgate writes").help(help);
        }
        changes.extend(unused);
        Line::new(Mark::Kept, id, draw::held(&old.baseline)).changes(changes)
    }

    /// Only the files: whether each can be read, is there, and belongs to a gate.
    fn check_files(&self, screen: &Screen) -> anyhow::Result<Exit> {
        let mut lines = Lines::default();
        for (id, before) in self.before(&mut lines) {
            let line = match &before.recorded {
                None if before.gone => {
                    Line::new(Mark::Refused, &id, "in the history and not in the tree")
                        .help("restore it from git".to_owned())
                }
                None => Line::new(Mark::Refused, &id, "no baseline yet")
                    .help(format!("`tollgate baseline record {id}` records one")),
                Some(recorded) if !ledger::is_tidy(&self.plan.root, &id, recorded) => {
                    Line::new(Mark::Refused, &id, "not in the form that tollgate writes")
                        .help(format!("`tollgate baseline tighten {id}`"))
                }
                Some(recorded) => Line::new(Mark::Kept, &id, draw::held(&recorded.baseline)),
            };
            lines.add(line);
        }
        self.orphans(&mut lines);
        lines.print(screen)?;
        Ok(lines.exit())
    }

    /// Files that belong to no gate that asks for them.
    fn orphans(&self, lines: &mut Lines) {
        if !self.all {
            return;
        }
        let asking = self.plan.gates.iter().filter(|gate| gate.wants_baseline());
        let known: Vec<String> = asking.map(|gate| ledger::path_of(&gate.id)).collect();
        for path in ledger::files(&self.plan.root) {
            if !known.contains(&path) {
                lines.add(
                    Line::new(Mark::Refused, &path, "no gate asks for this baseline")
                        .help("delete the file if the gate is gone for good".to_owned()),
                );
            }
        }
    }
}

/// Whether what a gate measured may be recorded.
fn usable(verdict: Option<&GateVerdict>, measured: Option<Baseline>) -> Result<Baseline, String> {
    let verdict = verdict.ok_or("it was not run")?;
    match ledger::unusable(verdict) {
        Some(words) => Err(words),
        None => measured
            .ok_or_else(|| "a name in it holds the value of a secret".to_owned())
            .and_then(|measured| {
                let empty = measured.is_empty();
                (!empty)
                    .then_some(measured)
                    .ok_or_else(|| "it measured nothing".to_owned())
            }),
    }
}
