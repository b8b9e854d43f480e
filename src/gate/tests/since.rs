//! Tests that were added since a phase began, and the names that its record keeps.
//!
//! What is skipped was written and not run: it is named, and counts as no added test.

use super::inventory::{Inventory, compare};
use super::red::{self, SHOWN};
use super::{Missing, Seen, TestGate, incomplete};
use crate::gate::Judging;
use crate::gate::wording::{count, few};
use crate::model::{Cause, KnownTests, Measure, TestNames, TestOutcome, TestsThen, Verdict};
use crate::source::Place;

/// Every test by what became of it.
pub(super) fn names(tests: &Inventory) -> TestNames {
    let mut names = TestNames::new();
    for (name, test) in tests {
        names.entry(test.outcome).or_default().push(name.clone());
    }
    names
}

impl TestGate {
    /// Judges a bound on added tests by those that there were when the phase began; without one the number is measured
    /// all the same, because a target of the phase may ask for it.
    pub(super) fn judge_added(&self, judging: &mut Judging, then: &TestsThen, seen: &Seen) {
        let bound = self.options.added.as_ref().map(|bound| &bound.condition);
        let missing = match (then, &seen.incomplete) {
            (Ok(known), None) => {
                let (words, places) = self.added(judging, known, seen);
                match bound {
                    Some(condition) => {
                        judging.condition("added", condition, "nothing to compare");
                        judging.evidence_of_last(places, Some(words));
                    }
                    None => judging.note("tests-added", words),
                }
                return;
            }
            (Ok(_), Some(words)) => incomplete(words),
            (Err(unknown), _) => Missing {
                code: "phase-start-unknown",
                verdict: Verdict::Inconclusive,
                cause: Some(Cause::Evidence),
                message: format!(
                    "what was added since the phase began is not known: {}",
                    unknown.why
                ),
                help: unknown.help.clone(),
            },
        };
        match bound {
            Some(condition) => {
                judging.missing("added", (condition.text(), condition.at()), &missing);
            }
            None => judging.note(
                missing.code,
                format!("{}: {}", missing.message, missing.help),
            ),
        }
    }

    /// Measures them, and gives their names and places.
    fn added(
        &self,
        judging: &mut Judging,
        known: &KnownTests,
        seen: &Seen,
    ) -> (String, Vec<Place>) {
        let changes = compare(&known.tests, &seen.inventory, &self.wanted.renames);
        let skipped = |name: &String| {
            let test = seen.inventory.get(name);
            test.is_some_and(|test| test.outcome == TestOutcome::Skipped)
        };
        let (idle, added): (Vec<String>, Vec<String>) =
            changes.added.into_iter().partition(skipped);
        judging.fact("added", Measure::Count(added.len() as u64));
        let mut words = format!("{} added since {}", added.len(), known.since);
        if !added.is_empty() {
            words.push_str(&format!(": {}", few(&added, SHOWN)));
        }
        if !idle.is_empty() {
            let skipped = count(idle.len() as u64, "new test");
            words.push_str(&format!("; not counted: {skipped} skipped"));
        }
        let tests = added.iter().filter_map(|name| seen.inventory.get(name));
        let mut places: Vec<Place> = tests.filter_map(red::place).collect();
        places.dedup();
        places.truncate(SHOWN);
        (words, places)
    }
}
