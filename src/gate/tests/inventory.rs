//! The inventory of tests: each under a name of its own, and what became of it since the baseline was recorded.
//!
//! It compares lists and judges nothing. That a test was renamed can only be guessed, so a rename that nobody
//! declared is shown beside the test that is gone and excuses nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{KnownTest, ListedTest, TestOutcome};
use crate::problem::nearest;

/// Groups larger than this are not searched for renames: a guess among so many helps nobody.
const SEARCHED: usize = 50;

/// Every test of the run by a name that no other has.
pub(super) type Inventory = BTreeMap<String, ListedTest>;

/// Gives each test a name of its own: equal ids are told apart by number, so that one of two that is gone is seen.
/// Those that did best come first, whatever order the reports have.
pub(super) fn inventory(mut list: Vec<ListedTest>) -> Inventory {
    list.sort();
    let mut named = Inventory::new();
    let mut again: Vec<ListedTest> = Vec::new();
    for test in list {
        if named.contains_key(&test.id) {
            again.push(test);
        } else {
            named.insert(test.id.clone(), test);
        }
    }
    let (mut id, mut number) = (String::new(), 2);
    for test in again {
        if test.id != id {
            id.clone_from(&test.id);
            number = 2;
        }
        // A test may really be called `a [2]`.
        while named.contains_key(&numbered(&id, number)) {
            number += 1;
        }
        named.insert(numbered(&id, number), test);
    }
    named
}

fn numbered(id: &str, number: usize) -> String {
    format!("{id} [{number}]")
}

/// What a baseline keeps of the tests.
pub(super) fn known<'a>(
    tests: impl Iterator<Item = (&'a String, &'a ListedTest)>,
) -> BTreeMap<String, KnownTest> {
    let entry = |(name, test): (&String, &ListedTest)| {
        let known = KnownTest {
            skipped: test.outcome == TestOutcome::Skipped,
            file: test.file.clone(),
        };
        (name.clone(), known)
    };
    tests.map(entry).collect()
}

/// What became of the tests of a baseline.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Tests of the baseline that are absent, and were not declared to be renamed.
    pub(super) removed: Vec<String>,
    /// Tests that ran and are skipped now, by their present name.
    pub(super) newly_skipped: Vec<String>,
    /// Tests that the baseline does not know.
    pub(super) added: Vec<String>,
    /// Declared renames that took place.
    pub(super) renamed: Vec<(String, String)>,
    /// Renames that were declared and did not take place.
    pub(super) unused: Vec<(String, String)>,
    /// What a removed test is probably called now.
    pub(super) guesses: BTreeMap<String, String>,
}

/// Compares a run with its baseline.
pub(super) fn compare(
    before: &BTreeMap<String, KnownTest>,
    now: &Inventory,
    declared: &[(String, String)],
) -> Changes {
    let mut changes = Changes::default();
    for (old, new) in declared {
        if !rename(before, now, old, new, &mut changes.renamed) {
            changes.unused.push((old.clone(), new.clone()));
        }
    }
    let left: BTreeSet<&str> = changes
        .renamed
        .iter()
        .map(|(old, _)| old.as_str())
        .collect();
    let taken: BTreeMap<&str, &str> = changes
        .renamed
        .iter()
        .map(|(old, new)| (new.as_str(), old.as_str()))
        .collect();
    for name in before.keys() {
        if !now.contains_key(name) && !left.contains(name.as_str()) {
            changes.removed.push(name.clone());
        }
    }
    for (name, test) in now {
        let old = taken.get(name.as_str()).copied().unwrap_or(name);
        match before.get(old) {
            None => changes.added.push(name.clone()),
            Some(known) if test.outcome == TestOutcome::Skipped && !known.skipped => {
                changes.newly_skipped.push(name.clone());
            }
            Some(_) => {}
        }
    }
    changes.guesses = guess(before, now, &changes.removed, &changes.added);
    changes
}

/// Takes a declared rename, with all tests of that id. It only excuses a test that is gone by one that is new:
/// else one test could stand for two.
fn rename(
    before: &BTreeMap<String, KnownTest>,
    now: &Inventory,
    old: &str,
    new: &str,
    renamed: &mut Vec<(String, String)>,
) -> bool {
    let mut found = false;
    let mut pair = (old.to_owned(), new.to_owned());
    let mut number = 2;
    while before.contains_key(&pair.0) {
        let moved = !now.contains_key(&pair.0)
            && now.contains_key(&pair.1)
            && !before.contains_key(&pair.1)
            && !renamed.iter().any(|(_, taken)| *taken == pair.1);
        if moved {
            found = true;
            renamed.push(pair);
        }
        pair = (numbered(old, number), numbered(new, number));
        number += 1;
    }
    found
}

/// The part of a name after the class, and the class.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once("::")
        .map_or(("", name), |(class, leaf)| (class, leaf))
}

/// Pairs what is gone with what is new: the same name in another class, then what is alone of its file or class, then
/// the most alike of a file or class.
fn guess(
    before: &BTreeMap<String, KnownTest>,
    now: &Inventory,
    removed: &[String],
    added: &[String],
) -> BTreeMap<String, String> {
    let mut guesses = BTreeMap::new();
    if removed.is_empty() || added.is_empty() {
        return guesses;
    }
    let class = |name: &str| split(name).0.to_owned();
    let file_before = |name: &str| {
        let file = before.get(name).and_then(|test| test.file.clone());
        file.unwrap_or_else(|| class(name))
    };
    let file_now = |name: &str| {
        let file = now.get(name).and_then(|test| test.file.clone());
        file.unwrap_or_else(|| class(name))
    };
    let leaf = |name: &str| split(name).1.to_owned();
    let mut open = Open {
        removed: removed.to_vec(),
        added: added.to_vec(),
    };
    open.pair(&leaf, &leaf, &mut guesses);
    open.pair(&file_before, &file_now, &mut guesses);
    open.pair(&class, &class, &mut guesses);
    guesses
}

/// Tests that are not paired yet.
struct Open {
    removed: Vec<String>,
    added: Vec<String>,
}

impl Open {
    /// Pairs within groups that a key makes of each side.
    fn pair(
        &mut self,
        old_key: &dyn Fn(&str) -> String,
        new_key: &dyn Fn(&str) -> String,
        guesses: &mut BTreeMap<String, String>,
    ) {
        let mut groups: BTreeMap<String, (Vec<&String>, Vec<&String>)> = BTreeMap::new();
        for name in &self.removed {
            groups.entry(old_key(name)).or_default().0.push(name);
        }
        for name in &self.added {
            groups.entry(new_key(name)).or_default().1.push(name);
        }
        let mut found: Vec<(String, String)> = Vec::new();
        for (olds, mut news) in groups.into_values() {
            if let ([old], [new]) = (olds.as_slice(), news.as_slice()) {
                found.push(((*old).clone(), (*new).clone()));
            } else if olds.len() <= SEARCHED && news.len() <= SEARCHED {
                for old in olds {
                    let near = nearest(old, news.iter().map(|new| new.as_str()));
                    if let Some(at) = near.and_then(|near| news.iter().position(|n| *n == near)) {
                        found.push((old.clone(), news.remove(at).clone()));
                    }
                }
            }
        }
        let olds: BTreeSet<&String> = found.iter().map(|(old, _)| old).collect();
        let news: BTreeSet<&String> = found.iter().map(|(_, new)| new).collect();
        self.removed.retain(|name| !olds.contains(name));
        self.added.retain(|name| !news.contains(name));
        guesses.extend(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn test(id: &str, outcome: TestOutcome, file: &str) -> ListedTest {
        ListedTest {
            id: id.to_owned(),
            outcome,
            file: (!file.is_empty()).then(|| file.to_owned()),
            line: None,
        }
    }

    fn passed(ids: &[&str]) -> Vec<ListedTest> {
        ids.iter()
            .map(|id| test(id, TestOutcome::Passed, ""))
            .collect()
    }

    fn before(ids: &[&str]) -> BTreeMap<String, KnownTest> {
        known(inventory(passed(ids)).iter())
    }

    #[test]
    fn one_of_two_equal_tests_that_is_gone_is_seen() {
        let changes = compare(&before(&["a", "a"]), &inventory(passed(&["a"])), &[]);
        assert_eq!(changes.removed, ["a [2]"]);
        assert!(changes.added.is_empty());
    }

    #[test]
    fn a_test_that_is_really_called_like_a_numbered_one_keeps_its_place() {
        let both = inventory(passed(&["a", "a", "a [2]"]));
        assert_eq!(both.keys().collect::<Vec<_>>(), ["a", "a [2]", "a [3]"]);
        let known = known(both.iter());
        assert_eq!(
            compare(&known, &inventory(passed(&["a", "a"])), &[]).removed,
            ["a [3]"]
        );
    }

    #[test]
    fn one_of_two_equal_tests_that_is_skipped_is_seen_whatever_the_order() {
        let skipped = test("a", TestOutcome::Skipped, "");
        let ran = test("a", TestOutcome::Passed, "");
        for list in [vec![skipped.clone(), ran.clone()], vec![ran, skipped]] {
            let changes = compare(&before(&["a", "a"]), &inventory(list), &[]);
            assert_eq!(changes.newly_skipped, ["a [2]"]);
        }
    }

    #[test]
    fn a_test_that_moves_to_another_file_under_its_id_is_not_removed() {
        let known = known(inventory(vec![test("c::a", TestOutcome::Passed, "old.py")]).iter());
        let now = inventory(vec![test("c::a", TestOutcome::Passed, "new.py")]);
        assert_eq!(compare(&known, &now, &[]), Changes::default());
    }

    #[test]
    fn a_rename_is_guessed_and_still_counts_as_removed() {
        for (old, new) in [
            ("c::holds a", "c::holds b"),
            ("Old::works", "New::works"),
            ("c::x", "c::entirely different"),
        ] {
            let changes = compare(
                &before(&[old, "c::stays"]),
                &inventory(passed(&[new, "c::stays"])),
                &[],
            );
            assert_eq!(changes.removed, [old]);
            assert_eq!(changes.guesses[old], new);
        }
    }

    #[test]
    fn of_several_in_one_file_the_most_alike_are_paired() {
        let file = |ids: &[&str]| {
            let list = ids.iter().map(|id| test(id, TestOutcome::Passed, "a.py"));
            inventory(list.collect())
        };
        let known = known(file(&["rejects empty name", "accepts long name"]).iter());
        let now = file(&["accepts longer name", "rejects empty names"]);
        let guesses = compare(&known, &now, &[]).guesses;
        assert_eq!(guesses["rejects empty name"], "rejects empty names");
        assert_eq!(guesses["accepts long name"], "accepts longer name");
    }

    fn any_tests() -> impl Strategy<Value = Vec<ListedTest>> {
        let outcome = prop::sample::select(vec![
            TestOutcome::Passed,
            TestOutcome::Failed,
            TestOutcome::Skipped,
        ]);
        let one = ("(a|b|a \\[2\\]|c::d)", outcome, "(|x.py|y.py)");
        prop::collection::vec(
            one.prop_map(|(id, what, file)| test(&id, what, &file)),
            0..12,
        )
    }

    proptest! {
        #[test]
        fn the_order_of_reports_names_no_test_otherwise(
            list in any_tests(),
            before in any_tests(),
            turn in 0..12usize,
        ) {
            let mut other = list.clone();
            let places = other.len().max(1);
            other.rotate_left(turn % places);
            let (one, two) = (inventory(list.clone()), inventory(other));
            prop_assert_eq!(one.len(), list.len(), "each test has a name of its own");
            let known = known(inventory(before).iter());
            prop_assert_eq!(compare(&known, &one, &[]), compare(&known, &two, &[]));
            prop_assert_eq!(one, two);
        }

        #[test]
        fn taking_a_test_away_never_makes_fewer_removed(list in any_tests(), at in 0..12usize) {
            let before = known(inventory(list.clone()).iter());
            let mut less = list.clone();
            if at < less.len() {
                less.remove(at);
            }
            let gone = compare(&before, &inventory(less.clone()), &[]).removed.len();
            prop_assert_eq!(gone, list.len() - less.len());
        }
    }

    #[test]
    fn a_declared_rename_excuses_once_and_only_by_a_new_test() {
        let declare = |old: &str, new: &str| vec![(old.to_owned(), new.to_owned())];
        let good = compare(
            &before(&["a"]),
            &inventory(passed(&["b"])),
            &declare("a", "b"),
        );
        assert_eq!(
            (good.removed.len(), good.added.len(), good.renamed.len()),
            (0, 0, 1)
        );
        let old_test = compare(
            &before(&["a", "b"]),
            &inventory(passed(&["b"])),
            &declare("a", "b"),
        );
        assert_eq!(old_test.removed, ["a"]);
        assert_eq!(old_test.unused.len(), 1);
        let gone = compare(
            &before(&["a"]),
            &inventory(passed(&["c"])),
            &declare("a", "b"),
        );
        assert_eq!(gone.removed, ["a"]);
    }

    #[test]
    fn a_declared_rename_takes_all_tests_of_that_id_and_hides_no_skip() {
        let declared = [("a".to_owned(), "b".to_owned())];
        let now = vec![
            test("b", TestOutcome::Passed, ""),
            test("b", TestOutcome::Skipped, ""),
        ];
        let changes = compare(&before(&["a", "a"]), &inventory(now), &declared);
        assert!(changes.removed.is_empty() && changes.added.is_empty());
        assert_eq!(changes.newly_skipped, ["b [2]"]);
    }
}
