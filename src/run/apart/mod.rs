//! Revisions judged apart: each in a work tree of its own, outside the project, in one process and one budget of jobs.
//!
//! Nothing of the work tree that tollgate is called in is touched, and no branch. Work trees are made when a job is free
//! that no gate under way can use, and removed as soon as their gates are done; what is left of a killed run is removed
//! by the next. Revisions that point at one commit are judged once. Nothing is decided here.

mod beside;
mod known;
mod relay;
mod rows;
mod tree;

pub use relay::Story;
pub use rows::{Row, rows};
pub use tree::{Place, Tree};

use std::cell::Cell;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::jobs::Jobs;
use super::signals::Signals;
use crate::config::{Plan, Worktree};
use crate::exec::{Guard, Mask, Stop};
use crate::model::Progress;
use crate::store::Lodging;
use crate::vcs::Repository;

/// How often clocks go on that nobody was woken for.
const TICK: Duration = Duration::from_millis(200);

/// Of what sort it is that there is no verdict on a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It says no: a conflict.
    Fails,
    /// It could not be decided.
    Undecided,
    /// The file of that revision, or what is asked of it, is wrong.
    Usage,
    /// Nobody waited for it: the signal.
    Interrupted(&'static str),
}

/// Why there is no verdict on a revision.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// Machine-readable name.
    pub code: &'static str,
    /// Of what sort it is.
    pub sort: Refusal,
    /// What is wrong.
    pub why: String,
    /// What to do.
    pub help: String,
    /// The files that it is about.
    pub files: Vec<String>,
}

impl Trouble {
    /// One that is about no file.
    pub fn new(code: &'static str, sort: Refusal, why: String, help: String) -> Self {
        Self {
            code,
            sort,
            why,
            help,
            files: Vec::new(),
        }
    }

    fn interrupted(signal: Option<&'static str>) -> Self {
        let signal = signal.unwrap_or("SIGINT");
        Self::new(
            "interrupted",
            Refusal::Interrupted(signal),
            format!("interrupted ({signal}) before its gates began"),
            "run it again".to_owned(),
        )
    }
}

/// What all revisions share.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The repository around the project.
    pub repository: Repository,
    /// The project's folder in the work tree of whoever called.
    pub root: PathBuf,
    /// Where records are kept.
    pub store: PathBuf,
    /// Where temporary folders go.
    pub temporary: PathBuf,
    /// A name that no other run has.
    pub name: String,
    /// The budget of jobs.
    pub jobs: Jobs,
    /// Variables that commands do not see.
    pub withheld: Vec<String>,
    /// Secrets.
    pub mask: Arc<Mask>,
    /// Ends commands should tollgate itself be killed.
    pub guard: Option<Arc<Guard>>,
}

/// What is read of the file of a revision.
#[derive(Debug)]
pub struct Planned<D> {
    /// What its work tree gets.
    pub worktree: Worktree,
    /// Whether the verdict may depend on the name or the base of the revision, beside its content.
    pub by_name: bool,
    /// Whatever the caller needs again.
    pub carried: D,
}

impl<D> Planned<D> {
    /// Of a plan.
    pub fn of(plan: &Plan, carried: D) -> Self {
        let by_name = plan.gates.iter().any(|gate| {
            let when = gate.when.as_ref();
            when.is_some_and(|when| !when.branch.is_empty() || !when.changed.is_empty())
                || gate.judges.iter().any(|judge| {
                    let wants = judge.wants();
                    wants.changes || wants.git.is_some()
                })
        });
        Self {
            worktree: plan.worktree.clone(),
            by_name,
            carried,
        }
    }

    /// The same with something else for the caller.
    pub fn carrying<T>(self, carried: T) -> Planned<T> {
        Planned {
            worktree: self.worktree,
            by_name: self.by_name,
            carried,
        }
    }
}

/// What became of one row.
#[derive(Debug)]
pub struct Became<T> {
    /// The commit that was judged, as far as it came to be known.
    pub commit: Option<String>,
    /// How long it took, work tree and all.
    pub took: Duration,
    /// The row whose verdict this is as well.
    pub same_as: Option<usize>,
    /// The verdict, or why there is none; nothing where it is that of another row.
    pub said: Option<Result<T, Trouble>>,
    /// Things to know.
    pub notes: Vec<String>,
}

/// What became of all rows, in their order, and things to know about them together.
#[derive(Debug)]
pub struct All<T> {
    /// One for each row.
    pub rows: Vec<Became<T>>,
    /// Things to know.
    pub notes: Vec<String>,
    /// The signal that ended it early.
    pub interrupted: Option<&'static str>,
}

/// Judges all rows. `plan` reads the file in a new work tree; `judge` runs gates there.
pub async fn judge_apart<D, T>(
    setting: &Setting,
    rows: &[Row],
    story: &Story<'_>,
    plan: impl Fn(&Tree) -> Result<Planned<D>, Trouble>,
    judge: impl AsyncFn(Place<'_>, D, &mut dyn Progress) -> T,
) -> std::io::Result<All<T>> {
    // From here on signals are heard, and whatever is made is removed.
    let mut signals = Signals::new();
    let mut notes = Lodging::clean_up(&setting.store, &setting.repository.common);
    let lodging = Arc::new(Lodging::make(
        &setting.store,
        &setting.repository.common,
        &setting.temporary,
        &setting.name,
    )?);
    let court = Court {
        setting,
        rows,
        story,
        plan: &plan,
        judge: &judge,
        lodging: &lodging,
        stop: Stop::new(),
        signal: Cell::new(None),
        running: Cell::new(0),
    };
    let became = court.sit(&mut signals).await;
    notes.extend(super::record::exec_sweep().await);
    Ok(All {
        rows: became,
        notes,
        interrupted: court.signal.get(),
    })
}

/// All that judging one group needs.
struct Court<'a, 'p, P, J> {
    setting: &'a Setting,
    rows: &'a [Row],
    story: &'a Story<'p>,
    plan: &'a P,
    judge: &'a J,
    lodging: &'a Arc<Lodging>,
    stop: Stop,
    signal: Cell<Option<&'static str>>,
    running: Cell<usize>,
}

impl<P, J> Court<'_, '_, P, J> {
    /// Judges all rows, and hears signals meanwhile.
    async fn sit<D, T>(&self, signals: &mut Signals) -> Vec<Became<T>>
    where
        P: Fn(&Tree) -> Result<Planned<D>, Trouble>,
        J: AsyncFn(Place<'_>, D, &mut dyn Progress) -> T,
    {
        let groups = rows::groups(self.rows).into_iter();
        let mut all = pin!(joined(groups.map(|group| self.group(group))));
        let mut tick = tokio::time::interval(TICK);
        let became = loop {
            tokio::select! {
                biased;
                signal = signals.next() => {
                    self.signal.set(self.signal.get().or(Some(signal)));
                    self.stop.escalate();
                    self.story.interrupted(signal, self.running.get());
                }
                done = &mut all => break done,
                _ = tick.tick() => self.story.tick(),
            }
        };
        let mut became: Vec<(usize, Became<T>)> = became.into_iter().flatten().collect();
        became.sort_by_key(|(row, _)| *row);
        became.into_iter().map(|(_, became)| became).collect()
    }

    /// Judges rows that have one content: once, unless their names or bases matter to the gates.
    async fn group<D, T>(&self, group: Vec<usize>) -> Vec<(usize, Became<T>)>
    where
        P: Fn(&Tree) -> Result<Planned<D>, Trouble>,
        J: AsyncFn(Place<'_>, D, &mut dyn Progress) -> T,
    {
        let mut left = group;
        let mut all = Vec::new();
        while let Some(&first) = left.first() {
            let mut others = Vec::new();
            let mut became = Became {
                commit: self.rows[first].commit().map(str::to_owned),
                took: Duration::ZERO,
                same_as: None,
                said: None,
                notes: self.rows[first].notes.clone(),
            };
            let began = Cell::new(None);
            let said = self.one(&left, &mut others, &began, &mut became).await;
            became.said = Some(said);
            let lasted = |began: Instant| began.elapsed();
            became.took = began.get().map_or(Duration::ZERO, lasted);
            let with = left
                .iter()
                .filter(|row| **row != first && !others.contains(row));
            all.extend(with.map(|&row| {
                let same = Became {
                    commit: became.commit.clone(),
                    took: became.took,
                    same_as: Some(first),
                    said: None,
                    notes: self.rows[row].notes.clone(),
                };
                (row, same)
            }));
            all.push((first, became));
            left = others;
        }
        all
    }

    /// Judges the first of these rows. Those that it cannot stand for go to `others`.
    async fn one<D, T>(
        &self,
        rows: &[usize],
        others: &mut Vec<usize>,
        began: &Cell<Option<Instant>>,
        became: &mut Became<T>,
    ) -> Result<T, Trouble>
    where
        P: Fn(&Tree) -> Result<Planned<D>, Trouble>,
        J: AsyncFn(Place<'_>, D, &mut dyn Progress) -> T,
    {
        let row = &self.rows[rows[0]];
        row.refused()?;
        let interrupted = || Trouble::interrupted(self.signal.get());
        // Making a work tree is work: it takes a job.
        let job = self.setting.jobs.admit(&self.stop).await;
        let job = job.ok_or_else(interrupted)?;
        began.set(Some(Instant::now()));
        let folder = tree::folder(self.lodging.path(), rows[0], &row.name);
        let leaves = Leaves {
            lodging: self.lodging,
            folder: &folder,
        };
        let making = tree::make(self.setting, row, &folder, &self.stop);
        let tree = making
            .await
            .map_err(|trouble| self.or_interrupted(trouble))?;
        became.commit = Some(tree.commit.clone());
        let planned = (self.plan)(&tree)?;
        if planned.by_name {
            let unlike = rows.iter().filter(|other| !self.rows[**other].alike(row));
            others.extend(unlike);
        }
        let furnishing = tree::furnish(self.setting, &tree, planned.worktree, &self.stop);
        let beside = furnishing
            .await
            .map_err(|trouble| self.or_interrupted(trouble))?;
        drop(job);
        if self.stop.asked() {
            return Err(interrupted());
        }
        became.notes.extend(beside.notes.clone());
        let place = Place {
            tree: &tree,
            beside: &beside,
            from: &self.setting.root,
        };
        let judged = self.run(row, place, planned.carried).await;
        became.notes.extend(beside.written());
        leaves.now().await;
        Ok(judged)
    }

    /// Runs gates in a work tree that is ready.
    async fn run<D, T>(&self, row: &Row, place: Place<'_>, carried: D) -> T
    where
        J: AsyncFn(Place<'_>, D, &mut dyn Progress) -> T,
    {
        let mut relay = self.story.of(&row.shown());
        self.running.set(self.running.get() + 1);
        let judged = (self.judge)(place, carried, &mut relay).await;
        self.running.set(self.running.get() - 1);
        judged
    }

    /// What a command says that was ended by the signal is not what matters.
    fn or_interrupted(&self, trouble: Trouble) -> Trouble {
        match self.signal.get() {
            Some(signal) => Trouble::interrupted(Some(signal)),
            None => trouble,
        }
    }
}

/// Removes a work tree when it is not needed any more.
struct Leaves<'a> {
    lodging: &'a Arc<Lodging>,
    folder: &'a Path,
}

impl Leaves<'_> {
    /// Removes it on another thread: there may be much in it.
    async fn now(self) {
        let (lodging, folder) = (Arc::clone(self.lodging), self.folder.to_path_buf());
        let _ = tokio::task::spawn_blocking(move || lodging.vacate(&folder)).await;
    }
}

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.lodging.vacate(self.folder);
    }
}

/// All futures to their end, on this thread.
async fn joined<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    enum Slot<F: Future> {
        Under(Pin<Box<F>>),
        Done(Option<F::Output>),
    }
    // An output is handed on as it is, and nothing points into it.
    impl<F: Future> Unpin for Slot<F> {}
    let mut slots: Vec<Slot<F>> = futures.map(|one| Slot::Under(Box::pin(one))).collect();
    std::future::poll_fn(|context| {
        let mut open = false;
        for slot in &mut slots {
            if let Slot::Under(future) = slot {
                match future.as_mut().poll(context) {
                    Poll::Ready(output) => *slot = Slot::Done(Some(output)),
                    Poll::Pending => open = true,
                }
            }
        }
        if open { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    let outputs = slots.into_iter().filter_map(|slot| match slot {
        Slot::Done(output) => output,
        Slot::Under(_) => None,
    });
    outputs.collect()
}
