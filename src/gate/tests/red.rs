//! The red phase and the green one: every test fails as it should, and later every one of those passes.
//!
//! A report only says failed or errored; which of the two an exception is, the test runner decides. What errored, was
//! skipped or could not be loaded never counts as red.

use super::inventory::{Inventory, compare};
use crate::gate::known::{self, Missing};
use crate::gate::wording::few;
use crate::model::{Baseline, Cause, Given, ListedTest, TestOutcome, Unknown, Verdict};
use crate::source::Place;

/// Names shown of a list.
pub(super) const SHOWN: usize = 10;

/// What is to be said of a condition on a list of tests.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) holds: bool,
    pub(super) measured: String,
    /// The tests that it does not hold for.
    pub(super) note: Option<String>,
    pub(super) evidence: Vec<Place>,
}

/// Where a test is, if the report says so.
pub(super) fn place(test: &ListedTest) -> Option<Place> {
    let file = test.file.clone()?;
    Some(Place::line(file, test.line))
}

/// Whether every test fails by its assertion.
pub(super) fn red(tests: &Inventory) -> Told {
    let mut wrong = Vec::new();
    let mut evidence = Vec::new();
    for (name, test) in tests {
        let what = match test.outcome {
            TestOutcome::Failed => continue,
            TestOutcome::Passed => "passes already",
            TestOutcome::Skipped => "is skipped",
            TestOutcome::Errored => "errored: it did not get as far as its assertion",
        };
        wrong.push(format!("{name} {what}"));
        evidence.extend(place(test));
    }
    told(tests.len(), wrong, evidence, "fail")
}

/// Whether every test that was recorded as red is there and passes.
pub(super) fn green(red: &Baseline, tests: &Inventory) -> Told {
    let changes = compare(&red.tests, tests, &[]);
    let mut wrong = Vec::new();
    let mut evidence = Vec::new();
    for (name, known) in &red.tests {
        let Some(test) = tests.get(name) else {
            wrong.push(match changes.guesses.get(name) {
                Some(new) => format!("{name} is gone (renamed to {new}?)"),
                None => format!("{name} is gone"),
            });
            evidence.extend(known.file.clone().map(Place::file));
            continue;
        };
        let what = match test.outcome {
            TestOutcome::Passed => continue,
            TestOutcome::Skipped => "is skipped",
            TestOutcome::Failed => "fails",
            TestOutcome::Errored => "errored",
        };
        wrong.push(format!("{name} {what}"));
        evidence.extend(place(test));
    }
    told(red.tests.len(), wrong, evidence, "pass")
}

/// No record names the red tests, and no baseline does: a note on a laptop before anything was recorded, else no decision.
pub(super) fn unrecorded(given: &Given, gates: &str) -> Missing {
    let list = &given.green_list;
    let unknown = list.unknown.clone().unwrap_or_else(|| Unknown::new("", ""));
    let never = known::never(given, gates, &unknown.why);
    let missing = Missing {
        code: "green-list-unknown",
        help: unknown.help,
        ..never
    };
    if list.recorded {
        Missing {
            verdict: Verdict::Inconclusive,
            cause: Some(Cause::Evidence),
            ..missing
        }
    } else {
        missing
    }
}

fn told(all: usize, wrong: Vec<String>, mut evidence: Vec<Place>, what: &str) -> Told {
    evidence.dedup();
    evidence.truncate(SHOWN);
    Told {
        holds: wrong.is_empty(),
        measured: format!("{} of {all} {what}", all - wrong.len()),
        note: (!wrong.is_empty()).then(|| few(&wrong, SHOWN)),
        evidence,
    }
}

#[cfg(test)]
mod tests {
    use super::super::inventory::{inventory, known};
    use super::*;

    fn tests(list: &[(&str, TestOutcome)]) -> Inventory {
        let listed = list.iter().map(|(id, outcome)| ListedTest {
            id: (*id).to_owned(),
            outcome: *outcome,
            file: Some("t.py".to_owned()),
            line: Some(3),
        });
        inventory(listed.collect())
    }

    #[test]
    fn red_is_only_what_failed() {
        let all = tests(&[("a", TestOutcome::Failed), ("b", TestOutcome::Failed)]);
        let told = red(&all);
        assert!(told.holds, "{told:?}");
        assert_eq!(told.measured, "2 of 2 fail");
        for (outcome, words) in [
            (TestOutcome::Passed, "b passes already"),
            (TestOutcome::Skipped, "b is skipped"),
            (TestOutcome::Errored, "b errored"),
        ] {
            let told = red(&tests(&[("a", TestOutcome::Failed), ("b", outcome)]));
            assert!(!told.holds);
            assert!(told.note.as_ref().unwrap().starts_with(words), "{told:?}");
            assert_eq!(told.evidence, [Place::line("t.py".to_owned(), Some(3))]);
        }
    }

    #[test]
    fn green_wants_each_red_test_by_its_name() {
        let red = Baseline {
            tests: known(
                tests(&[("c::a", TestOutcome::Failed), ("c::b", TestOutcome::Failed)]).iter(),
            ),
            ..Baseline::default()
        };
        let passed = |names: &[&str]| {
            let list: Vec<_> = names.iter().map(|n| (*n, TestOutcome::Passed)).collect();
            green(&red, &tests(&list))
        };
        assert!(passed(&["c::a", "c::b", "c::new"]).holds);
        let deleted = passed(&["c::a"]);
        assert_eq!(deleted.note.as_deref(), Some("c::b is gone"));
        let renamed = passed(&["c::a", "c::b2"]);
        assert!(!renamed.holds);
        assert_eq!(
            renamed.note.as_deref(),
            Some("c::b is gone (renamed to c::b2?)")
        );
        for (outcome, words) in [
            (TestOutcome::Skipped, "c::b is skipped"),
            (TestOutcome::Failed, "c::b fails"),
            (TestOutcome::Errored, "c::b errored"),
        ] {
            let told = green(
                &red,
                &tests(&[("c::a", TestOutcome::Passed), ("c::b", outcome)]),
            );
            assert_eq!(told.note.as_deref(), Some(words));
        }
    }
}
