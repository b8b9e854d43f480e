//! Phases as they are valid: every name resolved, every bound readable. Read by `config`.

use std::collections::{BTreeMap, BTreeSet};

use super::{EntryCriteria, Liens, SignOffs, Soak, Target};
use crate::model::Enforce;
use crate::policy::{Condition, Date};
use crate::source::{At, Place};

/// A phase, parsed and checked.
#[derive(Clone, Debug)]
pub struct PlannedPhase {
    /// Its name.
    pub id: String,
    /// Where it is written.
    pub at: At,
    /// Where each of its keys is written.
    pub keys: BTreeMap<String, At>,
    /// What people call it.
    pub title: Option<String>,
    /// Phases that must be complete before.
    pub after: Vec<String>,
    /// Phase it is a part of.
    pub parent: Option<String>,
    /// What must hold before work begins.
    pub entry: Option<EntryCriteria>,
    /// Gates that must pass.
    pub gates: Vec<String>,
    /// Bounds that facts must keep in this phase, beside those of their gates.
    pub targets: Vec<Target>,
    /// Gates that every later phase must keep passing.
    pub keep: Vec<String>,
    /// Gates whose unmet `branch` or `env` does not block.
    pub may_skip: Vec<String>,
    /// People who must sign.
    pub sign_offs: Option<SignOffs>,
    /// Who may accept a promise, how many, and for how long.
    pub liens: Option<Liens>,
    /// How long the gates must have held.
    pub soak: Option<Soak>,
    /// Day it is due: shown, never a failure.
    pub due: Option<Date>,
    /// Bound on the readiness score.
    pub readiness: Option<Condition>,
}

impl PlannedPhase {
    /// A phase that asks nothing.
    pub fn bare(id: &str, at: At) -> Self {
        Self {
            id: id.to_owned(),
            at,
            keys: BTreeMap::new(),
            title: None,
            after: Vec::new(),
            parent: None,
            entry: None,
            gates: Vec::new(),
            targets: Vec::new(),
            keep: Vec::new(),
            may_skip: Vec::new(),
            sign_offs: None,
            liens: None,
            soak: None,
            due: None,
            readiness: None,
        }
    }

    /// Where a key is written; the phase where it is not.
    pub fn written(&self, key: &str) -> Place {
        self.keys.get(key).unwrap_or(&self.at).place()
    }
}

/// A gate as the file has it now, as far as phases ask.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GateNow {
    /// Whether it blocks, today.
    pub enforce: Enforce,
    /// Its weight in the readiness score.
    pub weight: u64,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it is written.
    pub written: Option<Place>,
    /// Its bounds by full dotted name, as written; implied ones too.
    pub bounds: Vec<(String, String)>,
    /// Every scalar in it: a bound whose name is not known is looked for here.
    pub texts: BTreeSet<String>,
}

/// The phase of that name.
pub(super) fn find<'a>(phases: &'a [PlannedPhase], id: &str) -> Option<&'a PlannedPhase> {
    phases.iter().find(|phase| phase.id == id)
}

/// All phases that come before this one, through `after` and through its parents; in the order of the file. A part of
/// a phase comes before what is after the whole, because the whole completes after its parts.
pub fn earlier<'a>(phase: &PlannedPhase, phases: &'a [PlannedPhase]) -> Vec<&'a PlannedPhase> {
    let by_id: BTreeMap<&str, &PlannedPhase> =
        phases.iter().map(|one| (one.id.as_str(), one)).collect();
    let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in phases {
        if let Some(parent) = &one.parent {
            parts.entry(parent).or_default().push(&one.id);
        }
    }
    let before = |id: &str, todo: &mut Vec<String>| {
        let mut up = by_id.get(id).copied();
        let mut steps = 0;
        while let Some(one) = up.filter(|_| steps <= phases.len()) {
            todo.extend(one.after.iter().cloned());
            up = one.parent.as_deref().and_then(|id| by_id.get(id).copied());
            steps += 1;
        }
    };
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut todo = Vec::new();
    before(&phase.id, &mut todo);
    todo.extend(
        parts
            .get(phase.id.as_str())
            .into_iter()
            .flatten()
            .map(|id| (*id).to_owned()),
    );
    while let Some(id) = todo.pop() {
        if id == phase.id || !seen.insert(id.clone()) {
            continue;
        }
        before(&id, &mut todo);
        todo.extend(
            parts
                .get(id.as_str())
                .into_iter()
                .flatten()
                .map(|id| (*id).to_owned()),
        );
    }
    phases.iter().filter(|one| seen.contains(&one.id)).collect()
}

/// The gates that a phase is judged by: its own, then those that phases before it keep. Each once.
pub fn gates_of(phase: &PlannedPhase, phases: &[PlannedPhase]) -> Vec<String> {
    let mut gates: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    let kept = earlier(phase, phases);
    let all = phase
        .gates
        .iter()
        .chain(&phase.keep)
        .chain(kept.iter().flat_map(|one| &one.keep));
    for gate in all {
        if seen.insert(gate) {
            gates.push(gate.clone());
        }
    }
    gates
}

#[cfg(test)]
mod tests {
    use super::super::testing::phase;
    use super::*;

    fn phases() -> Vec<PlannedPhase> {
        let make = |id: &str, after: &[&str], parent: Option<&str>, keep: &[&str]| {
            let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            PlannedPhase {
                after: list(after),
                parent: parent.map(str::to_owned),
                keep: list(keep),
                ..phase(id)
            }
        };
        vec![
            make("alpha", &[], None, &["schema"]),
            make("beta", &["alpha"], None, &[]),
            make("stream", &[], Some("beta"), &["lint"]),
            make("task", &[], Some("stream"), &[]),
            make("gamma", &["beta"], None, &[]),
            make("other", &[], None, &["odd"]),
        ]
    }

    fn names(id: &str) -> Vec<String> {
        let phases = phases();
        let phase = find(&phases, id).expect("there");
        earlier(phase, &phases)
            .iter()
            .map(|one| one.id.clone())
            .collect()
    }

    #[test]
    fn earlier_phases_are_found_through_wholes_and_parts() {
        assert_eq!(names("alpha"), Vec::<String>::new());
        assert_eq!(names("task"), ["alpha"]);
        assert_eq!(names("beta"), ["alpha", "stream", "task"]);
        assert_eq!(names("gamma"), ["alpha", "beta", "stream", "task"]);
    }

    #[test]
    fn kept_gates_join_the_gates_of_every_later_phase() {
        let phases = phases();
        let gates = |id| gates_of(find(&phases, id).expect("there"), &phases);
        assert_eq!(gates("gamma"), ["schema", "lint"]);
        assert_eq!(gates("task"), ["schema"]);
        assert_eq!(gates("other"), ["odd"]);
    }
}
