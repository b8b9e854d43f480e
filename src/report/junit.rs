//! JUnit XML in all its dialects. There is no standard; the nearest to one are the schemas of
//! [Surefire](https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd) and
//! [testmoapp](https://github.com/testmoapp/junitxml).
//!
//! `<testcase>` elements are counted, at any depth, as written. Counters in attributes are only a check,
//! because they lie in both directions in real tools; but failures that they claim and no element shows are
//! never passed over. Times are data, never a verdict.

mod suite;
mod time;

use suite::{Claim, Counts, Suite};

#[cfg(test)]
mod tests;

use super::xml::{Tag, Visitor, walk};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink};
use crate::model::{EvidenceKind, TestCase, TestOutcome};

/// The format.
pub(crate) struct Junit;

impl ReportFormat for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Tests
    }

    fn about(&self) -> &'static str {
        "JUnit XML of any test runner, https://github.com/testmoapp/junitxml"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        match head.root.as_deref() {
            Some("testsuites" | "testsuite" | "testcase") => true,
            Some("testrun") => head.text.contains("<testsuite"),
            _ => false,
        }
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing(r#"<testsuites tests="0"></testsuites>"#),
            bad: r#"<testsuite name="s" tests="1" failures="1"><testcase classname="c" name="t"><failure message="wanted 2, found 3"/></testcase></testsuite>"#,
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let mut reader = Reader::default();
        walk(input, &mut reader, sink)?;
        reader.finish(sink);
        Ok(())
    }
}

/// What an element is to this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Suites,
    Suite,
    Case,
    /// `error` or `failure` that belongs to a test.
    Bad,
    /// `error` or `failure` that belongs to a suite.
    SuiteBad,
    Other,
}

/// A test that is open. Kept and used again, so that a passing test allocates nothing.
#[derive(Debug, Default)]
struct Case {
    classname: String,
    name: String,
    file: String,
    line: Option<u32>,
    seconds: Option<f64>,
    status: Option<TestOutcome>,
    failed: bool,
    errored: bool,
    skipped: bool,
    todo: bool,
    flaky: bool,
    rerun: bool,
    message: String,
    /// The message is that of an `error`.
    message_of_error: bool,
}

#[derive(Default)]
struct Reader {
    open: Vec<Element>,
    suites: Vec<Suite>,
    cases: Vec<Case>,
    cases_open: usize,
    seen: Counts,
    /// Elements that tell of a failed attempt, whatever became of the test, and claims already reported.
    accounted: u64,
    /// Counters of the outermost suites, for reports that have nothing else.
    claimed: Claim,
    scratch: String,
}

impl Visitor for Reader {
    fn open(&mut self, tag: &Tag<'_>, sink: &mut dyn Sink) -> Result<bool, ReportError> {
        let parent = self.open.last().copied();
        let element = match tag.name {
            _ if parent.is_none() => root(tag.name, sink)?,
            "testsuite" => Element::Suite,
            "testsuites" => Element::Suites,
            "testcase" => Element::Case,
            "failure" | "error" => match parent {
                Some(Element::Case) => Element::Bad,
                Some(Element::Suite | Element::Suites) => Element::SuiteBad,
                _ => Element::Other,
            },
            _ => Element::Other,
        };
        let mut wants_text = false;
        match element {
            Element::Suite | Element::Suites => self.open_suite(tag, sink),
            Element::Case => self.open_case(tag, sink),
            Element::Bad => wants_text = self.bad(tag),
            Element::SuiteBad => {
                self.accounted += 1;
                tag.put(tag.get("message").unwrap_or(""), &mut self.scratch);
                wants_text = self.scratch.trim().is_empty();
            }
            Element::Other if parent == Some(Element::Case) => self.mark(tag),
            Element::Other => {}
        }
        self.open.push(element);
        Ok(wants_text)
    }

    fn text(&mut self, text: &str) {
        let into = match (self.open.last(), self.cases_open) {
            (Some(Element::SuiteBad), _) => &mut self.scratch,
            (Some(Element::Bad), open @ 1..) => &mut self.cases[open - 1].message,
            _ => return,
        };
        text.trim().clone_into(into);
    }

    fn close(&mut self, sink: &mut dyn Sink) -> Result<(), ReportError> {
        match self.open.pop() {
            Some(Element::Suite | Element::Suites) => self.close_suite(sink),
            Some(Element::Case) => self.close_case(sink),
            Some(Element::SuiteBad) => {
                let suite = self.suites.last().map(Suite::called).unwrap_or_default();
                let message = match self.scratch.trim() {
                    "" => "has an error that belongs to no test",
                    message => message,
                };
                sink.broken(&format!("{suite}: {message}"));
            }
            _ => {}
        }
        Ok(())
    }
}

fn root(name: &str, sink: &mut dyn Sink) -> Result<Element, ReportError> {
    match name {
        "testsuites" | "testrun" => Ok(Element::Suites),
        "testsuite" => Ok(Element::Suite),
        "testcase" => {
            sink.warn(
                "bare-testcase",
                "the root element is a single `testcase`".to_owned(),
            );
            Ok(Element::Case)
        }
        other => Err(ReportError::malformed(
            "wrong-root",
            format!(
                "the root element is `{}`, not `testsuites` or `testsuite`",
                super::limits::cut(other, 120)
            ),
        )),
    }
}

impl Reader {
    fn open_suite(&mut self, tag: &Tag<'_>, sink: &mut dyn Sink) {
        let mut suite = Suite {
            before: self.seen,
            accounted: self.accounted,
            ..Suite::default()
        };
        for (name, value) in tag.attributes() {
            let into = match name {
                "name" => {
                    tag.put(value, &mut suite.name);
                    continue;
                }
                "file" | "filepath" => {
                    tag.put(value, &mut suite.file);
                    continue;
                }
                "tests" => &mut suite.claim.tests,
                "failures" => &mut suite.claim.failures,
                "errors" => &mut suite.claim.errors,
                "skipped" | "skips" | "ignored" => &mut suite.claim.skipped,
                _ => continue,
            };
            *into = value.trim().parse().ok();
            if into.is_none() && !value.trim().is_empty() {
                let value = super::limits::cut(value, 40);
                sink.warn("bad-counter", format!("`{name}=\"{value}\"` is no count"));
            }
        }
        if suite.name.is_empty()
            && let Some(outer) = self.suites.last()
        {
            outer.name.clone_into(&mut suite.name);
        }
        self.suites.push(suite);
    }

    fn open_case(&mut self, tag: &Tag<'_>, sink: &mut dyn Sink) {
        if self.cases_open == self.cases.len() {
            self.cases.push(Case::default());
        }
        let case = &mut self.cases[self.cases_open];
        self.cases_open += 1;
        case.clear();
        for (name, value) in tag.attributes() {
            match name {
                "classname" => tag.put(value, &mut case.classname),
                "name" => tag.put(value, &mut case.name),
                "file" | "filepath" => tag.put(value, &mut case.file),
                "line" | "lineno" => case.line = value.trim().parse().ok().filter(|line| *line > 0),
                "time" => {
                    case.seconds = time::parse(value);
                    if case.seconds.is_none() {
                        let value = super::limits::cut(value, 40);
                        sink.warn(
                            "odd-time",
                            format!("the time `{value}` is no number of seconds and was ignored"),
                        );
                    }
                }
                "status" | "result" => case.status = case.status.or(status(value)),
                _ => {}
            }
        }
    }

    /// A `failure` or `error` of a test. The first of the deciding sort gives the message.
    fn bad(&mut self, tag: &Tag<'_>) -> bool {
        self.accounted += 1;
        let Some(case) = self.cases_open.checked_sub(1).map(|at| &mut self.cases[at]) else {
            return false;
        };
        let error = tag.name == "error" || is_node_file(case, tag);
        let first = !case.failed && !case.errored;
        case.failed |= !error;
        case.errored |= error;
        if !first && (!error || case.message_of_error) {
            return false;
        }
        case.message_of_error = error;
        tag.put(tag.get("message").unwrap_or(""), &mut case.message);
        case.message.trim().is_empty()
    }

    /// Any other child of a test.
    fn mark(&mut self, tag: &Tag<'_>) {
        let Some(case) = self.cases_open.checked_sub(1).map(|at| &mut self.cases[at]) else {
            return;
        };
        match tag.name {
            "skipped" => {
                case.skipped = true;
                case.todo |= tag.get("type") == Some("todo");
            }
            "flakyFailure" | "flakyError" => case.flaky = true,
            "rerunFailure" | "rerunError" => case.rerun = true,
            _ => return,
        }
        self.accounted += u64::from(tag.name != "skipped");
    }

    fn close_case(&mut self, sink: &mut dyn Sink) {
        self.cases_open -= 1;
        let case = &self.cases[self.cases_open];
        let suite = self.suites.last();
        let outcome = case.outcome();
        self.seen.tests += 1;
        let bad = matches!(outcome, TestOutcome::Failed | TestOutcome::Errored);
        self.seen.bad += u64::from(bad);
        // One that only an attribute shows has no element that was accounted for.
        self.accounted += u64::from(bad && !case.failed && !case.errored && !case.rerun);
        sink.test(&TestCase {
            classname: &case.classname,
            name: &case.name,
            suite: suite.map_or("", |suite| &suite.name),
            file: match suite {
                Some(suite) if case.file.is_empty() => &suite.file,
                _ => &case.file,
            },
            line: case.line,
            outcome,
            flaky: case.flaky && outcome == TestOutcome::Passed,
            seconds: case.seconds,
            message: if bad { &case.message } else { "" },
        });
    }

    /// Compares what the suite claims with what was seen in it.
    fn close_suite(&mut self, sink: &mut dyn Sink) {
        let Some(suite) = self.suites.pop() else {
            return;
        };
        let tests = self.seen.tests - suite.before.tests;
        let bad = self.seen.bad - suite.before.bad;
        let claim = suite.claim;
        let name = suite.called();
        if claim.tests.is_some_and(|claimed| claimed != tests)
            || claim.bad().is_some_and(|claimed| claimed != bad)
        {
            let tests_claimed = claim.tests.map(|count| format!("{count} tests"));
            let bad_claimed = claim.bad().map(|count| format!("{count} failures"));
            let claimed: Vec<String> = tests_claimed.into_iter().chain(bad_claimed).collect();
            let claimed = claimed.join(" and ");
            let shown = "its elements show";
            let words = format!("{name} claims {claimed}; {shown} {tests} and {bad}");
            sink.warn("counter-mismatch", words);
        }
        let unseen = claim
            .bad()
            .unwrap_or(0)
            .saturating_sub(self.accounted - suite.accounted);
        if unseen > 0 && self.seen.tests > 0 {
            self.accounted = self.accounted.saturating_add(unseen);
            sink.broken(&format!(
                "{name} claims {unseen} failures or errors that no element shows"
            ));
        }
        if self.suites.is_empty() && claim.tests.is_some() {
            self.claimed = claim;
        } else if self.suites.len() == 1 && self.suites[0].claim.tests.is_none() {
            self.claimed.add(claim);
        }
    }

    /// Takes the counters where there is nothing else to count.
    fn finish(self, sink: &mut dyn Sink) {
        let Claim {
            tests: Some(tests @ 1..),
            failures,
            errors,
            skipped,
        } = self.claimed
        else {
            return;
        };
        if self.seen.tests > 0 {
            return;
        }
        let (failed, errored) = (failures.unwrap_or(0), errors.unwrap_or(0));
        let skipped = skipped.unwrap_or(0);
        let passed = tests
            .saturating_sub(failed)
            .saturating_sub(errored)
            .saturating_sub(skipped);
        sink.counted_tests(passed, failed, errored, skipped);
        let message = "the report has counters only and no `testcase`; the counters were taken";
        sink.warn("from-counters", message.to_owned());
    }
}

impl Case {
    /// As new, but with the room that the texts have.
    fn clear(&mut self) {
        self.classname.clear();
        self.name.clear();
        self.file.clear();
        self.message.clear();
        self.line = None;
        self.seconds = None;
        self.status = None;
        self.failed = false;
        self.errored = false;
        self.skipped = false;
        self.todo = false;
        self.flaky = false;
        self.rerun = false;
        self.message_of_error = false;
    }

    /// Children decide; then, where there is none that could, the status attribute.
    fn outcome(&self) -> TestOutcome {
        if self.skipped && self.todo {
            TestOutcome::Skipped
        } else if self.errored {
            TestOutcome::Errored
        } else if self.failed {
            TestOutcome::Failed
        } else if self.skipped {
            TestOutcome::Skipped
        } else if self.flaky {
            TestOutcome::Passed
        } else if self.rerun {
            // Failed attempts and no word of a good one.
            TestOutcome::Failed
        } else {
            self.status.unwrap_or(TestOutcome::Passed)
        }
    }
}

/// Whether this is a file of Node's test runner that did not load, or ended before its tests did. Node reports it as a
/// test that is called like the file and failed: as if it had got as far as an assertion.
fn is_node_file(case: &Case, tag: &Tag<'_>) -> bool {
    let ending = case.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let says = (tag.get("type"), tag.get("message"));
    case.classname == "test"
        && says == (Some("testCodeFailure"), Some("test failed"))
        && ["js", "cjs", "mjs", "ts", "cts", "mts"].contains(&ending)
}

/// What a `status` or `result` attribute says, where it says anything but "passed".
fn status(word: &str) -> Option<TestOutcome> {
    const SKIPPED: &[&str] = &[
        "notrun",
        "not run",
        "not_run",
        "disabled",
        "skipped",
        "skip",
        "ignored",
        "pending",
        "suppressed",
    ];
    const FAILED: &[&str] = &["failed", "fail", "failure", "error", "errored"];
    let is = |words: &[&str]| {
        words
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word.trim()))
    };
    if is(SKIPPED) {
        Some(TestOutcome::Skipped)
    } else if is(FAILED) {
        Some(TestOutcome::Failed)
    } else {
        None
    }
}
