//! Whether records can be decided from: the checks of `verify`, as far as a command needs them.
//!
//! What is wrong with one record makes it prove nothing, and it is told where it is asked for. What is wrong with none
//! that can be read (a file that is damaged, or that history held and nobody has any more) may have been anything: then
//! nothing is decided.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::Ground;
use crate::config::{Plan, gates_now};
use crate::ledger::{self, Against, Extent, Faults, LEDGER, Ledger, Remark};
use crate::model::{Chain, Completion, Entry, Says, SignatureState};
use crate::phase::{GateNow, History, owed};

/// Holds completions to the file as it is. Those of other policies owe it nothing.
#[derive(Debug)]
pub struct Owed<'a> {
    plan: &'a Plan,
    /// Gates as they were on a day: asked of every record, and few days.
    gates: RefCell<BTreeMap<Date, BTreeMap<String, GateNow>>>,
}

impl<'a> Owed<'a> {
    /// By this file.
    pub fn to(plan: &'a Plan) -> Self {
        Self {
            plan,
            gates: RefCell::default(),
        }
    }

    /// What a completion lacks, in words.
    pub fn lacks(&self, entry: &Entry, done: &Completion) -> Vec<String> {
        let record = &entry.record;
        let day = done.as_of.parse().ok();
        let Some(day) = day.filter(|_| record.policy == self.plan.digest) else {
            return Vec::new();
        };
        let mut known = self.gates.borrow_mut();
        let gates = known
            .entry(day)
            .or_insert_with(|| gates_now(self.plan, day));
        owed(&self.plan.phases, gates, &record.phase, done)
    }
}

impl Ground {
    /// As `verify` does, for a command that decides or writes: every record, what stands with its signatures, and what
    /// git held. Words where nothing can be decided.
    pub fn verify(&mut self, now: Timestamp) -> Result<(), String> {
        self.verify_at_any_time()?;
        self.ahead(now).map_or(Ok(()), Err)
    }

    /// The same, whatever the clock says.
    pub fn verify_at_any_time(&mut self) -> Result<(), String> {
        self.check_counting()?;
        self.faults = None;
        let history = self.history();
        let shown = self.beneath(&history).into_iter();
        let shown: HashSet<String> = shown.map(str::to_owned).collect();
        self.check_signatures(|entry| shown.contains(&entry.digest))?;
        let mut faults = self.faults(&self.ledger.chain(), Extent::Whole);
        // What git can give back is told before what is only missed.
        faults.whole.splice(0..0, self.removed()?);
        let words = whole(&faults.whole);
        self.faults = Some(faults);
        words.map_or(Ok(()), Err)
    }

    /// For a board: looks at the signatures of what stands, as far as it takes no process. The checks of [`Ground::verify`]
    /// ask `ssh-keygen` of each.
    pub fn glance(&mut self) {
        if self
            .ledger
            .entries()
            .all(|entry| entry.signatures.is_empty())
        {
            return;
        }
        let history = self.history();
        let shown = self.beneath(&history);
        let people = &self.people;
        let unread = |entry: &Entry| {
            let mut states = entry.signatures.iter().map(|one| &one.state);
            shown.contains(entry.digest.as_str())
                && states.any(|state| matches!(state, SignatureState::Unread))
        };
        self.ledger.glance_at_signatures(people, unread);
    }

    /// What makes the ledger unfit to decide from, as far as that is known without asking git again: in words.
    pub fn broken(&self) -> Option<String> {
        match &self.faults {
            Some(faults) => whole(&faults.whole),
            None => {
                let mut remarks = self
                    .faults(&self.ledger.chain(), Extent::These(&HashSet::new()))
                    .whole;
                remarks.splice(0..0, self.removed_now());
                whole(&remarks)
            }
        }
    }

    /// Whether every record is here that another one names, or that git held. Of none it is asked whether it is good.
    pub fn misses_nothing(&self) -> Result<(), String> {
        let nothing = HashSet::new();
        let mut faults = self.faults(&self.ledger.chain(), Extent::These(&nothing));
        faults.whole.splice(0..0, self.removed()?);
        whole(&faults.whole).map_or(Ok(()), Err)
    }

    /// Why the clock of this machine cannot be right, or that of a record was not.
    pub fn ahead(&self, now: Timestamp) -> Option<String> {
        ahead(&self.ledger.chain(), now)
    }

    /// What is wrong with the records that the board rests on, where not all were looked at.
    pub(super) fn faults_shown(&self, history: &History) -> Faults {
        match &self.faults {
            Some(faults) => faults.clone(),
            None => {
                let shown = self.beneath(history);
                let mut faults = self.faults(history.chain(), Extent::These(&shown));
                faults.whole.splice(0..0, self.removed_now());
                faults
            }
        }
    }

    /// What the records say, as far as they are known to verify.
    pub fn history(&self) -> History {
        let broken = self.faults.as_ref().map(|faults| faults.records.clone());
        History::of(
            self.ledger.shared(),
            broken.unwrap_or_default(),
            &self.keyless(),
        )
    }

    /// Phases in which the word of somebody counts that nobody signed.
    pub fn keyless(&self) -> Vec<&str> {
        let phases = self.plan.phases.iter();
        let keyless =
            phases.filter(|phase| phase.sign_offs.as_ref().is_some_and(|one| one.unsigned));
        keyless.map(|phase| phase.id.as_str()).collect()
    }

    /// The completions that are shown, and all that they name.
    fn beneath<'h>(&self, history: &'h History) -> HashSet<&'h str> {
        let phases = self.plan.phases.iter();
        let shown = phases.filter_map(|phase| history.phase(&phase.id).completion());
        Faults::beneath(shown.map(|entry| &**entry), |digest| {
            history.entry(digest).map(|entry| &**entry)
        })
    }

    fn faults(&self, chain: &Chain, extent: Extent<'_>) -> Faults {
        let owed = Owed::to(&self.plan);
        let against = Against {
            people: None,
            git: Some((&self.repository, &self.plan.root)),
            evidence: &|_| Ok(false),
            owed: &|entry, done| owed.lacks(entry, done),
        };
        ledger::faults(&self.ledger, chain, &against, extent)
    }

    /// Records that history held and the folder lacks.
    fn removed(&self) -> Result<Vec<Remark>, String> {
        ledger::missing(&self.ledger, &self.repository, &self.plan.root)
    }

    /// Those that HEAD holds, as git said already.
    fn removed_now(&self) -> Vec<Remark> {
        let folder = format!("{}{LEDGER}", self.prefix());
        let changes = self.state().changes.iter();
        let known = changes.filter(|change| !change.untracked);
        ledger::absent(
            &self.ledger,
            &folder,
            known.map(|change| change.path.as_str()),
        )
    }
}

/// Why the clock of this machine cannot be right, or that of a record was not, in words.
pub(super) fn ahead(chain: &Chain, now: Timestamp) -> Option<String> {
    let entry = Ledger::ahead_of(chain, now)?;
    let (digest, record) = (&entry.digest, &entry.record);
    let now = now.strftime("%Y-%m-%dT%H:%M:%SZ");
    Some(format!(
        "{LEDGER}/{digest}.json ({} of {}) says that it was written at {}, and the clock here says {now}; nothing is \
         decided before it: set the clock, or, if it was the other that was wrong, let somebody take that back with \
         a signature: `tollgate phase reopen {} --why …`, or `phase hold` and then `phase reopen`",
        record.says.kind(),
        record.phase,
        record.at,
        record.phase,
    ))
}

/// Why nothing can be decided, in words.
pub(super) fn whole(remarks: &[Remark]) -> Option<String> {
    let first = remarks.first()?;
    let more = match remarks.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    let file = first.file.as_deref().unwrap_or_default();
    Some(format!(
        "{LEDGER}/{file}: {}{more}; nothing is decided from a broken ledger: `tollgate verify` shows all that is wrong",
        first.why
    ))
}

/// Whether the signature of a record is asked for when phases are decided on this content: sign-offs of it, promises,
/// and what takes back a ruling that somebody signed.
pub(super) fn counts_now(entry: &Entry, tree: &str, ruled: &[&str]) -> bool {
    match entry.record.says {
        // One for the start counts on whatever is worked on since.
        Says::SignOff { entry: start, .. } => start || entry.record.tree == tree,
        Says::Lien { .. } => true,
        Says::Reopen { .. } => ruled.contains(&entry.record.phase.as_str()),
        _ => false,
    }
}
