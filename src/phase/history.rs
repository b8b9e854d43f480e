//! What the records say of each phase: a pure fold, in which neither the order nor the times of records matter.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;
use jiff::Timestamp;

use super::PlannedPhase;
use crate::model::{Chain, Entry, Says};

/// Everything that was recorded.
#[derive(Clone, Debug, Default)]
pub struct History {
    chain: Chain,
    phases: BTreeMap<String, PhaseHistory>,
    broken: BTreeMap<String, String>,
}

/// What was recorded of one phase, each list in the order of the chain.
#[derive(Clone, Debug, Default)]
pub struct PhaseHistory {
    /// Completions.
    pub completions: Vec<Arc<Entry>>,
    /// Those that no reopening takes back. The last one, the deepest, is shown; of two that are equally deep, that
    /// with the greater digest.
    pub standing: Vec<Arc<Entry>>,
    /// What reopened it: its reopenings, and rulings that send work back to it.
    pub reopenings: Vec<Arc<Entry>>,
    /// Sign-offs, for its entry and for its completion.
    pub sign_offs: Vec<Arc<Entry>>,
    /// Promises.
    pub liens: Vec<Held>,
    /// Observations while it soaks.
    pub observations: Vec<Arc<Entry>>,
    /// All rulings.
    pub rulings: Vec<Arc<Entry>>,
    /// Those that still hold. A ruling ends with a reopening that comes after it; `recycle` also with a completion of
    /// the phase that work went back to.
    pub ruled: Vec<Arc<Entry>>,
}

/// A promise, and what became of it.
#[derive(Clone, Debug)]
pub struct Held {
    /// The record.
    pub entry: Arc<Entry>,
    /// The first recorded run after it in which what was promised held.
    pub kept_by: Option<Arc<Entry>>,
}

impl PhaseHistory {
    /// The completion that is shown.
    pub fn completion(&self) -> Option<&Arc<Entry>> {
        self.standing.last()
    }
}

impl History {
    /// Folds records. `broken` names those that do not verify, with the reason: they prove nothing, but what they take
    /// back stays taken back. `keyless` are the phases in which the word of somebody counts that nobody signed.
    pub fn of(
        entries: impl IntoIterator<Item = impl Into<Arc<Entry>>>,
        broken: BTreeMap<String, String>,
        keyless: &[&str],
    ) -> Self {
        let chain = Chain::of(entries.into_iter().map(Into::into));
        let facts = Facts::of(&chain, &broken, keyless);
        let mut history = Self {
            chain,
            phases: BTreeMap::new(),
            broken,
        };
        for place in 0..history.entries().len() {
            history.add(place, &facts);
        }
        history
    }

    fn add(&mut self, place: usize, facts: &Facts) {
        let entry = Arc::clone(&self.entries()[place]);
        let phase = match self.phases.get_mut(&entry.record.phase) {
            Some(phase) => phase,
            None => self.phases.entry(entry.record.phase.clone()).or_default(),
        };
        match &entry.record.says {
            Says::Completion(_) => {
                phase.completions.push(Arc::clone(&entry));
                if !facts.taken_back.contains(&place) {
                    phase.standing.push(entry);
                }
            }
            // A signature under a list of weakenings says nothing of the phase.
            Says::SignOff { weakenings, .. } if weakenings.is_none() => phase.sign_offs.push(entry),
            Says::SignOff { .. } => {}
            Says::Lien { .. } => {
                let kept_by = facts
                    .kept
                    .get(&place)
                    .map(|&by| Arc::clone(&self.chain.entries()[by]));
                phase.liens.push(Held { entry, kept_by });
            }
            Says::Observation { .. } => phase.observations.push(entry),
            Says::Reopen { .. } if !facts.lifts_only.contains(&place) => {
                phase.reopenings.push(entry)
            }
            Says::Reopen { .. } => {}
            Says::Ruling { to, .. } => {
                phase.rulings.push(Arc::clone(&entry));
                if !facts.lifted.contains(&place) {
                    phase.ruled.push(Arc::clone(&entry));
                }
                if let Some(to) = sent_back(&entry, to.as_deref()) {
                    let to = to.to_owned();
                    self.phases.entry(to).or_default().reopenings.push(entry);
                }
            }
        }
    }

    /// How the records stand to each other.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Every record, parents first.
    pub fn entries(&self) -> &[Arc<Entry>] {
        self.chain.entries()
    }

    /// The record of that digest.
    pub fn entry(&self, digest: &str) -> Option<&Arc<Entry>> {
        Some(&self.entries()[self.chain.place(digest)?])
    }

    /// What was recorded of a phase.
    pub fn phase(&self, id: &str) -> &PhaseHistory {
        static NOTHING: PhaseHistory = PhaseHistory {
            completions: Vec::new(),
            standing: Vec::new(),
            reopenings: Vec::new(),
            sign_offs: Vec::new(),
            liens: Vec::new(),
            observations: Vec::new(),
            rulings: Vec::new(),
            ruled: Vec::new(),
        };
        self.phases.get(id).unwrap_or(&NOTHING)
    }

    /// Whether the completion of that digest is there and stands.
    pub fn stands(&self, phase: &str, digest: &str) -> bool {
        let mut standing = self.phase(phase).standing.iter();
        standing.any(|entry| entry.digest == digest)
    }

    /// Why a record does not verify.
    pub fn fault(&self, digest: &str) -> Option<&str> {
        self.broken.get(digest).map(String::as_str)
    }

    /// Whether `later` names `earlier`, itself or through other records.
    pub fn comes_after(&self, later: &str, earlier: &str) -> bool {
        let (later, earlier) = (self.chain.place(later), self.chain.place(earlier));
        matches!((later, earlier), (Some(later), Some(earlier)) if self.chain.comes_after(later, earlier))
    }

    /// Tells of a record whether it comes after every one of these.
    pub(super) fn after_all<'a>(
        &self,
        digests: impl Iterator<Item = &'a str>,
    ) -> impl Fn(&Entry) -> bool {
        let marks: Vec<usize> = digests
            .filter_map(|digest| self.chain.place(digest))
            .collect();
        let after = (!marks.is_empty()).then(|| self.chain.after_all(&marks));
        move |entry| {
            let Some(after) = &after else { return true };
            let place = self.chain.place(&entry.digest);
            place.is_some_and(|place| after[place])
        }
    }

    /// Whether a record is dated before one that it names: somebody's clock was wrong.
    pub fn is_set_back(&self, entry: &Entry) -> bool {
        let Some(at) = time(entry) else { return true };
        let place = self.chain.place(&entry.digest);
        let mut parents = place
            .into_iter()
            .flat_map(|place| self.chain.parents(place));
        parents.any(|&up| time(&self.entries()[up]).is_some_and(|parent| at < parent))
    }

    /// Phases that records speak of and the file does not have: renamed or removed ones.
    pub fn unknown_phases(&self, phases: &[PlannedPhase]) -> Vec<&str> {
        let names = self.phases.keys().map(String::as_str);
        names
            .filter(|name| !phases.iter().any(|phase| phase.id == **name))
            .collect()
    }

    /// Records that name each other in a circle: they count for nothing.
    pub fn circular(&self) -> &[Arc<Entry>] {
        self.chain.circular()
    }
}

/// When a record says that it was written.
pub(super) fn time(entry: &Entry) -> Option<Timestamp> {
    entry.record.at.parse().ok()
}

/// The phase that a ruling sends work back to.
fn sent_back<'a>(entry: &Entry, to: Option<&'a str>) -> Option<&'a str> {
    match &entry.record.says {
        Says::Ruling { ruling, .. } if ruling == "recycle" => to,
        _ => None,
    }
}

/// What follows from one record coming after another.
#[derive(Debug, Default)]
struct Facts {
    /// Completions that are taken back.
    taken_back: BTreeSet<usize>,
    /// Reopenings that end a ruling, and take no completion back.
    lifts_only: BTreeSet<usize>,
    /// Rulings that ended.
    lifted: BTreeSet<usize>,
    /// For a lien the first record after it in which what was promised held.
    kept: HashMap<usize, usize>,
}

/// A record that others may come after.
enum Mark<'a> {
    /// It reopens this phase.
    Reopens(&'a str),
    /// A ruling on this phase, which may send work back to another.
    Rules(&'a str, Option<&'a str>),
    /// A promise on a gate or criterion of a phase.
    Promises(&'a str, &'a str),
}

impl Facts {
    fn of(chain: &Chain, broken: &BTreeMap<String, String>, keyless: &[&str]) -> Self {
        let mut facts = Self::default();
        let marks = facts.marks(chain);
        let places: Vec<usize> = marks.keys().copied().collect();
        let mut of_phase: HashMap<&str, Vec<usize>, RandomState> = HashMap::default();
        for (place, entry) in chain.entries().iter().enumerate() {
            of_phase.entry(&entry.record.phase).or_default().push(place);
        }
        let fold = Fold {
            chain,
            broken,
            keyless,
            of_phase,
        };
        chain.after(&places, |block, before| {
            for (bit, &place) in block.iter().enumerate() {
                let comes_after = |later: usize| before[later] & (1 << bit) != 0;
                for mark in marks.get(&place).into_iter().flatten() {
                    fold.mark(&mut facts, place, mark, &comes_after);
                }
            }
        });
        facts
    }

    /// The records that others may come after, by their place.
    fn marks<'a>(&mut self, chain: &'a Chain) -> BTreeMap<usize, Vec<Mark<'a>>> {
        let is_ruling = |digest: &str| {
            let named = chain.place(digest).map(|place| &chain.entries()[place]);
            named.is_some_and(|one| matches!(one.record.says, Says::Ruling { .. }))
        };
        let mut marks = BTreeMap::new();
        for (place, entry) in chain.entries().iter().enumerate() {
            let phase = entry.record.phase.as_str();
            let list = match &entry.record.says {
                Says::Reopen { completion, .. } if is_ruling(completion) => {
                    self.lifts_only.insert(place);
                    continue;
                }
                Says::Reopen { .. } => vec![Mark::Reopens(phase)],
                Says::Ruling { to, .. } => {
                    let to = sent_back(entry, to.as_deref());
                    let mut list = vec![Mark::Rules(phase, to)];
                    list.extend(to.map(Mark::Reopens));
                    list
                }
                Says::Lien { on, .. } => vec![Mark::Promises(phase, on)],
                _ => continue,
            };
            marks.insert(place, list);
        }
        marks
    }
}

/// What a mark is held against.
struct Fold<'a> {
    chain: &'a Chain,
    broken: &'a BTreeMap<String, String>,
    keyless: &'a [&'a str],
    of_phase: HashMap<&'a str, Vec<usize>, RandomState>,
}

impl<'a> Fold<'a> {
    fn entry(&self, place: usize) -> &'a Entry {
        &self.chain.entries()[place]
    }

    fn of_phase(&self, phase: &str) -> &[usize] {
        self.of_phase.get(phase).map_or(&[], Vec::as_slice)
    }

    /// Whether a record verifies: another one takes back, and gives nothing.
    fn proves(&self, place: usize) -> bool {
        !self.broken.contains_key(&self.entry(place).digest)
    }

    fn mark(
        &self,
        facts: &mut Facts,
        place: usize,
        mark: &Mark<'_>,
        comes_after: &dyn Fn(usize) -> bool,
    ) {
        match *mark {
            Mark::Reopens(phase) => {
                let own = self.of_phase(phase).iter().copied();
                let beside = own.filter(|&one| is_completion(self.entry(one)) && !comes_after(one));
                facts.taken_back.extend(beside);
            }
            Mark::Rules(phase, to) => {
                let ends = |one: usize| comes_after(one) && self.proves(one);
                // What somebody signed, nobody lifts who does not sign.
                let keyless =
                    self.entry(place).signatures.is_empty() || self.keyless.contains(&phase);
                let reopens = |one: usize| {
                    let entry = self.entry(one);
                    let heard = keyless || !entry.signers().is_empty();
                    heard && matches!(entry.record.says, Says::Reopen { .. })
                };
                let mut own = self.of_phase(phase).iter();
                let mut back = to.map_or(&[][..], |to| self.of_phase(to)).iter();
                if own.any(|&one| reopens(one) && ends(one))
                    || back.any(|&one| is_completion(self.entry(one)) && ends(one))
                {
                    facts.lifted.insert(place);
                }
            }
            Mark::Promises(phase, on) => {
                let mut all = 0..self.chain.entries().len();
                let kept = all.find(|&one| {
                    comes_after(one) && self.proves(one) && keeps(self.entry(one), phase, on)
                });
                facts.kept.extend(kept.map(|by| (place, by)));
            }
        }
    }
}

fn is_completion(entry: &Entry) -> bool {
    matches!(entry.record.says, Says::Completion(_))
}

/// Whether a recorded run shows that what was promised holds. A gate may be shown by any phase, a criterion by its own.
fn keeps(entry: &Entry, phase: &str, on: &str) -> bool {
    match &entry.record.says {
        Says::Completion(completion) => {
            let gate = completion
                .gates
                .get(on)
                .is_some_and(|gate| gate.verdict == "pass");
            let mut criteria = completion.criteria.iter();
            // A criterion that was let through under the lien itself did not hold by itself.
            gate || entry.record.phase == phase && criteria.any(|one| one.rule == on && one.holds)
        }
        Says::Observation { gates, .. } => gates.get(on).is_some_and(|verdict| verdict == "pass"),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
