//! What is kept of a test beside its count: the file it is in, and its entry in an inventory.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::limits::{Limits, cut};
use crate::model::{ListedTest, TestCase, TestOutcome};

/// The test file that the last test was in, and whether any of its tests ran; all but this are in the report.
#[derive(Default)]
pub(super) struct TestFile {
    name: String,
    ran: Option<bool>,
    /// Hashes of the names of files in which a test ran.
    run_in: HashSet<u64>,
}

impl TestFile {
    /// Notes that the file of a test holds one that ran, or one that was skipped. Tests of a file come together, so
    /// that the common case compares two texts and allocates nothing.
    pub(super) fn enter(&mut self, case: &TestCase<'_>, files: &mut BTreeMap<String, bool>) {
        let name = name(case);
        if self.ran.is_none() || self.name != name {
            self.leave(files);
            self.name.clear();
            self.name.push_str(name);
        }
        let ran = self.ran.get_or_insert(false);
        *ran |= case.outcome != TestOutcome::Skipped;
    }

    /// Puts the file into the report.
    pub(super) fn leave(&mut self, files: &mut BTreeMap<String, bool>) {
        let Some(ran) = self.ran.take() else { return };
        if ran && !self.is_news() {
            return;
        }
        let name = cut(&self.name, Limits::DEFAULT.text);
        if let Some(before) = files.get_mut(&name) {
            *before |= ran;
        } else if files.len() < Limits::DEFAULT.entries {
            files.insert(name, ran);
        }
    }
}

impl TestFile {
    /// Whether nothing was said yet of a test that ran in this file: files may take turns with every test, and a look
    /// at a number is cheaper than one at all names.
    fn is_news(&mut self) -> bool {
        let mut hasher = DefaultHasher::new();
        self.name.hash(&mut hasher);
        self.run_in.len() >= Limits::DEFAULT.entries || self.run_in.insert(hasher.finish())
    }
}

/// The file of a test as the report names it. Without one, the class where it looks like a name and not like a
/// title, else the suite: what most runners make one of for each file.
fn name<'a>(case: &TestCase<'a>) -> &'a str {
    if !case.file.is_empty() {
        case.file
    } else if case.classname.is_empty()
        || case
            .classname
            .bytes()
            .any(|byte| byte.is_ascii_whitespace())
    {
        case.suite
    } else {
        case.classname
    }
}

/// The entry of a test in an inventory.
pub(super) fn listed(case: &TestCase<'_>) -> ListedTest {
    ListedTest {
        id: cut(&case.id(), Limits::DEFAULT.text),
        outcome: case.outcome,
        file: (!case.file.is_empty()).then(|| cut(case.file, Limits::DEFAULT.text)),
        line: case.line,
    }
}
