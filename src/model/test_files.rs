//! Which test files ran nothing: a file that is skipped as a whole is easily taken for one that passed.
//!
//! A name is kept only while nothing of the file was seen to run; of the others a number stands for it, so that
//! memory does not grow with the names of a large report. It does not judge them.

use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasher;

use foldhash::quality::FixedState;

/// The test files of one or more reports (or classes, or suites, where a report names no file).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestFiles {
    /// Files in which a test ran.
    ran: HashSet<u64, FixedState>,
    /// Files in which none ran, with their names.
    skipped: BTreeMap<u64, String>,
}

impl TestFiles {
    /// Notes that a file holds a test that ran.
    pub fn ran(&mut self, name: &str) {
        let number = number(name);
        if self.ran.insert(number) {
            self.skipped.remove(&number);
        }
    }

    /// Notes that a file holds tests that were skipped, and how it is shown.
    pub fn skipped(&mut self, name: &str, shown: impl FnOnce() -> String) {
        let number = number(name);
        if !self.ran.contains(&number) {
            self.skipped.entry(number).or_insert_with(shown);
        }
    }

    /// How many files are known.
    pub fn len(&self) -> usize {
        self.ran.len() + self.skipped.len()
    }

    /// Whether no file is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The files in which every test was skipped, by name.
    pub fn all_skipped(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.skipped.values().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// Joins the files of another report: one that ran in either of them ran.
    pub fn merge(&mut self, other: TestFiles) {
        self.ran.extend(other.ran);
        self.skipped.extend(other.skipped);
        self.skipped.retain(|number, _| !self.ran.contains(number));
    }
}

/// The number that stands for a name, the same in every report.
fn number(name: &str) -> u64 {
    FixedState::default().hash_one(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(told: &[(&str, bool)]) -> TestFiles {
        let mut files = TestFiles::default();
        for (name, ran) in told {
            match ran {
                true => files.ran(name),
                false => files.skipped(name, || (*name).to_owned()),
            }
        }
        files
    }

    #[test]
    fn a_file_counts_as_skipped_only_when_nothing_in_it_ran_in_whatever_order() {
        let files = of(&[
            ("b", false),
            ("a", false),
            ("c", true),
            ("c", false),
            ("a", true),
        ]);
        assert_eq!(files.all_skipped(), ["b"]);
        assert_eq!(files.len(), 3);
        assert_eq!(of(&[("z", false), ("y", false)]).all_skipped(), ["y", "z"]);
    }

    #[test]
    fn a_file_that_ran_in_one_of_two_reports_ran() {
        for (first, second) in [(true, false), (false, true)] {
            let mut files = of(&[("a", first), ("b", false)]);
            files.merge(of(&[("a", second), ("b", false)]));
            assert_eq!(files.all_skipped(), ["b"]);
        }
    }
}
