//! What is kept of a test beside its count: the file it is in, and its entry in an inventory.

use super::limits::{Limits, cut};
use crate::model::{ListedTest, TestCase, TestFiles, TestOutcome};

/// The test file that the last test was in, and whether any of its tests ran; all but this are in the report.
#[derive(Default)]
pub(super) struct TestFile {
    name: String,
    /// The name is that of the class, which is looked at once and not with each of its tests.
    of_class: bool,
    ran: Option<bool>,
}

impl TestFile {
    /// Notes that the file of a test holds one that ran, or one that was skipped. Tests of a file come together, so
    /// that the common case compares two texts and looks nothing up.
    pub(super) fn enter(&mut self, case: &TestCase<'_>, files: &mut TestFiles) {
        let same = self.ran.is_some()
            && self.of_class
            && case.file.is_empty()
            && case.classname == self.name;
        if !same {
            let (name, of_class) = name(case);
            if self.ran.is_none() || self.name != name {
                self.leave(files);
                self.name.clear();
                self.name.push_str(name);
            }
            self.of_class = of_class;
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
/// title, else the suite: what most runners make one of for each file. True where it is the class.
fn name<'a>(case: &TestCase<'a>) -> (&'a str, bool) {
    if !case.file.is_empty() {
        (case.file, false)
    } else if case.classname.is_empty()
        || case
            .classname
            .bytes()
            .any(|byte| byte.is_ascii_whitespace())
    {
        (case.suite, false)
    } else {
        (case.classname, true)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn case<'a>(
        file: &'a str,
        classname: &'a str,
        suite: &'a str,
        outcome: TestOutcome,
    ) -> TestCase<'a> {
        TestCase {
            classname,
            name: "t",
            suite,
            file,
            line: None,
            outcome,
            flaky: false,
            seconds: None,
            message: "",
        }
    }

    #[test]
    fn a_file_is_told_from_file_class_and_suite_also_where_they_are_called_alike() {
        use TestOutcome::{Passed, Skipped};
        let mut files = TestFiles::default();
        let mut open = TestFile::default();
        for told in [
            case("", "a.B", "s", Skipped),
            case("", "a.B", "s", Skipped),
            // The same class, in a file of its own.
            case("b.js", "a.B", "s", Passed),
            // A suite that is called as a class was.
            case("", "adds two", "a.B", Passed),
            case("", "adds two", "other", Skipped),
            case("", "c.D", "s", Skipped),
        ] {
            open.enter(&told, &mut files);
        }
        open.leave(&mut files);
        assert_eq!(files.all_skipped(), ["c.D", "other"]);
        assert_eq!(files.len(), 4);
    }
}
