//! What is kept of a test beside its count: the file it is in, and its entry in an inventory.

use super::limits::{Limits, cut};
use crate::model::{ListedTest, TestCase, TestFiles, TestOutcome};

/// The test file that the last test was in, and whether any of its tests ran; all but this are in the report.
#[derive(Default)]
pub(super) struct TestFile {
    name: String,
    ran: Option<bool>,
}

impl TestFile {
    /// Notes that the file of a test holds one that ran, or one that was skipped. Tests of a file come together, so
    /// that the common case compares two texts and looks nothing up.
    pub(super) fn enter(&mut self, case: &TestCase<'_>, files: &mut TestFiles) {
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
    pub(super) fn leave(&mut self, files: &mut TestFiles) {
        let Some(ran) = self.ran.take() else { return };
        if files.len() >= Limits::DEFAULT.entries {
            return;
        }
        if ran {
            files.ran(&self.name);
        } else {
            files.skipped(&self.name, || cut(&self.name, Limits::DEFAULT.text));
        }
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
