//! What became of the tests of a baseline, in conditions, notes and names.

use super::inventory::Changes;
use super::red::{self, SHOWN};
use super::{Seen, TestGate};
use crate::gate::Judging;
use crate::gate::wording::few;
use crate::model::{Baseline, Measure};
use crate::policy::Condition;
use crate::source::Place;

/// What became of the tests of a baseline, in words.
pub(super) struct Change<'a> {
    pub(super) gate: &'a TestGate,
    pub(super) changes: &'a Changes,
    pub(super) baseline: &'a Baseline,
    pub(super) seen: &'a Seen,
    /// What was added is counted since a phase began, and not here.
    pub(super) phase: bool,
}

impl Change<'_> {
    /// Judges the bounds that are given, and notes what no bound speaks of.
    pub(super) fn judge(&self, judging: &mut Judging, given: &[(&str, &Condition)]) {
        let changes = self.changes;
        let lists = [
            ("removed", &changes.removed),
            ("newly-skipped", &changes.newly_skipped),
            ("added", &changes.added),
        ];
        judging.fact("renamed", Measure::Count(changes.renamed.len() as u64));
        let here = |name: &str| name != "added" || !self.phase;
        for (name, list) in lists.into_iter().filter(|(name, _)| here(name)) {
            judging.fact(name, Measure::Count(list.len() as u64));
            let mut words = few(&self.words(name, list), SHOWN);
            if name == "removed" && !changes.guesses.is_empty() {
                words.push_str("; a rename is declared under `renames`");
            }
            let bound = given.iter().find(|(bound, _)| *bound == name);
            match bound {
                Some((_, condition)) => {
                    judging.condition(name, condition, "nothing to compare");
                    if !list.is_empty() {
                        judging.evidence_of_last(self.places(name, list), Some(words));
                    }
                }
                None if list.is_empty() => {}
                None => judging.note(code(name), format!("{} {name}: {words}", list.len())),
            }
        }
        let arrow = |pairs: &[(String, String)]| {
            let texts: Vec<String> = pairs
                .iter()
                .map(|(old, new)| format!("{old} → {new}"))
                .collect();
            few(&texts, SHOWN)
        };
        if !changes.renamed.is_empty() {
            judging.note(
                "renamed",
                format!("renamed as declared: {}", arrow(&changes.renamed)),
            );
        }
        if !changes.unused.is_empty() {
            let pairs = arrow(&changes.unused);
            let message =
                format!("declared under `renames`, but no such rename took place: {pairs}");
            judging.note("unused-rename", message);
        }
    }

    fn words(&self, name: &str, list: &[String]) -> Vec<String> {
        if name != "removed" {
            return list.to_vec();
        }
        let shown = list.iter().map(|old| match self.changes.guesses.get(old) {
            Some(new) => format!("{old} (renamed to {new}?)"),
            None if !self.gate.selected(old) => format!("{old} (no longer selected)"),
            None => old.clone(),
        });
        shown.collect()
    }

    /// Where the tests are, or were.
    fn places(&self, name: &str, list: &[String]) -> Vec<Place> {
        let mut places: Vec<Place> = list
            .iter()
            .filter_map(|id| match name {
                "removed" => self.baseline.tests.get(id)?.file.clone().map(Place::file),
                _ => self.seen.inventory.get(id).and_then(red::place),
            })
            .collect();
        places.dedup();
        places.truncate(SHOWN);
        places
    }
}

fn code(name: &str) -> &'static str {
    match name {
        "removed" => "tests-removed",
        "newly-skipped" => "tests-newly-skipped",
        _ => "tests-added",
    }
}
