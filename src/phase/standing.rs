//! Where each phase stands by its records: complete, or stale and why. RULES 8: a completion is a fact about its tree;
//! only reopening, weakening, a broken record or a kept gate that fails make it stale.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::stale::weakened;
use super::{PlannedPhase, World};
use crate::model::{Completion, Entry, Says, Verdict};

/// Reasons that are told at second hand.
const FIRST: usize = 3;

/// Where a phase stands by its records.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The completion that is shown.
    pub completion: Option<Arc<Entry>>,
    /// Why a completion does not hold any more; empty where there is none, or it holds.
    pub stale: Vec<String>,
}

impl Standing {
    /// Whether it is complete and not stale.
    pub fn is_complete(&self) -> bool {
        self.completion.is_some() && self.stale.is_empty()
    }

    /// Where it stands, in words.
    pub fn words(&self) -> String {
        match (self.stale.as_slice(), &self.completion) {
            ([], None) => "it is not complete".to_owned(),
            ([], Some(_)) => "it is complete".to_owned(),
            (reasons, _) => format!("it is stale: {}", reasons.join("; ")),
        }
    }

    /// The same with the first reasons only, for whom it concerns at second hand.
    pub fn brief(&self) -> String {
        match self.stale.get(..FIRST) {
            Some(first) if self.stale.len() > FIRST => {
                let more = self.stale.len() - FIRST;
                format!("it is stale: {}; and {more} more", first.join("; "))
            }
            _ => self.words(),
        }
    }
}

/// Where every phase stands.
#[derive(Clone, Debug, Default)]
pub struct Standings {
    phases: BTreeMap<String, Standing>,
}

impl Standings {
    /// Where every phase of the file stands. `verdicts` are the newest on the content that is judged, by gate: what
    /// they do not hold is not asked.
    pub fn of(world: &World<'_>, verdicts: &BTreeMap<String, Verdict>) -> Self {
        let mut phases = BTreeMap::new();
        for phase in world.phases {
            phases.insert(phase.id.clone(), alone(world, phase, verdicts));
        }
        let mut standings = Self { phases };
        standings.spread(world);
        standings
    }

    /// Where a phase stands; one that the file does not have has nothing.
    pub fn phase(&self, id: &str) -> &Standing {
        static NOTHING: Standing = Standing {
            completion: None,
            stale: Vec::new(),
        };
        self.phases.get(id).unwrap_or(&NOTHING)
    }

    /// What rests on something stale is stale.
    fn spread(&mut self, world: &World<'_>) {
        let mut behind: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for phase in world.phases {
            let entry = self
                .phases
                .get(&phase.id)
                .and_then(|one| one.completion.as_ref());
            for before in entry
                .into_iter()
                .filter_map(|one| completion(one))
                .flat_map(|one| one.after.keys())
            {
                behind
                    .entry(before.clone())
                    .or_default()
                    .push(phase.id.clone());
            }
        }
        let ids = world.phases.iter().map(|phase| phase.id.clone());
        let mut todo: VecDeque<String> =
            ids.filter(|id| !self.phase(id).stale.is_empty()).collect();
        while let Some(id) = todo.pop_front() {
            for next in behind
                .get(&id)
                .into_iter()
                .flatten()
                .filter(|next| **next != id)
            {
                let why = format!("`{id}`, which it rests on, is stale");
                let Some(standing) = self.phases.get_mut(next) else {
                    continue;
                };
                let says_so = format!("`{id}`, which it rests on,");
                if standing
                    .stale
                    .iter()
                    .any(|known| known.starts_with(&says_so))
                {
                    continue;
                }
                if standing.stale.is_empty() {
                    todo.push_back(next.clone());
                }
                standing.stale.push(why);
            }
        }
    }
}

/// What a completion says.
pub(super) fn completion(entry: &Entry) -> Option<&Completion> {
    match &entry.record.says {
        Says::Completion(completion) => Some(completion),
        _ => None,
    }
}

/// Where a phase stands by itself: what it rests on is asked only whether its records still stand.
fn alone(
    world: &World<'_>,
    phase: &PlannedPhase,
    verdicts: &BTreeMap<String, Verdict>,
) -> Standing {
    let history = world.history.phase(&phase.id);
    let Some(entry) = history.completion() else {
        return Standing {
            completion: None,
            stale: reopened(world, phase),
        };
    };
    let mut stale = Vec::new();
    if let Some(fault) = world.history.fault(&entry.digest) {
        stale.push(format!("its record does not verify: {fault}"));
    }
    if let Some(completion) = completion(entry) {
        for (before, digest) in &completion.after {
            if world.history.entry(digest).is_none() {
                stale.push(format!(
                    "`{before}`, which it rests on, has lost its record"
                ));
            } else if !world.history.stands(before, digest) {
                stale.push(format!("`{before}`, which it rests on, was reopened"));
            }
        }
        stale.extend(weakened(world, phase, completion));
    }
    for gate in &phase.keep {
        let blocks = world
            .gates
            .get(gate)
            .is_none_or(|now| now.enforce == Default::default());
        match verdicts.get(gate) {
            Some(verdict) if blocks && !verdict.meets_a_need() => {
                stale.push(format!(
                    "`{gate}`, which it keeps, does not pass: {}",
                    verdict.word()
                ));
            }
            _ => {}
        }
    }
    Standing {
        completion: Some(Arc::clone(entry)),
        stale,
    }
}

/// Who reopened it last, and why. Empty where it was never complete.
fn reopened(world: &World<'_>, phase: &PlannedPhase) -> Vec<String> {
    let history = world.history.phase(&phase.id);
    if history.completions.is_empty() {
        return Vec::new();
    }
    let last = history.reopenings.last();
    let words = last.map_or_else(
        || "it was reopened".to_owned(),
        |entry| {
            let who = &entry.record.who.name;
            match &entry.record.says {
                Says::Reopen { why, .. } => format!("{who} reopened it: {why}"),
                Says::Ruling { why, .. } => {
                    format!("{who} sent `{}` back to it: {why}", entry.record.phase)
                }
                _ => "it was reopened".to_owned(),
            }
        },
    );
    vec![words]
}

#[cfg(test)]
mod tests;
