//! JUnit XML in all its dialects. There is no standard; the nearest to one are the schemas of
//! [Surefire](https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd) and
//! [testmoapp](https://github.com/testmoapp/junitxml).
//!
//! `<testcase>` elements are counted, at any depth, as written. Counters in attributes are only a check,
//! because they lie in both directions in real tools; but failures that they claim and no element shows are
//! never passed over. Times are data, never a verdict.

mod case;
mod suite;
mod time;

use case::{Case, Status, is_node_file};
use suite::{Claim, Counts, Suite};

#[cfg(test)]
mod tests;

use super::xml::{Tag, Visitor, walk};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink};
use crate::model::{EvidenceKind, ITEMS_KEPT, TestCase, TestOutcome};

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
    /// `error`, `failure` or PHPUnit's `warning` that belongs to a test.
    Bad,
    /// `error` or `failure` that belongs to a suite.
    SuiteBad,
    Other,
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
    /// Counters of the whole report, for one that has nothing else.
    claimed: Claim,
    /// Failures that were claimed before the first test was seen.
    unseen: Vec<String>,
    odd_status: bool,
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
            // PHPUnit up to 9: a test that could not be run as written.
            "warning" if parent == Some(Element::Case) => Element::Bad,
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
            match name {
                "name" => tag.put(value, &mut suite.name),
                "file" | "filepath" => tag.put(value, &mut suite.file),
                _ if suite.counter(name, value) => {}
                _ => {
                    let value = super::limits::cut(value, 40);
                    sink.warn("bad-counter", format!("`{name}=\"{value}\"` is no count"));
                }
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
                "status" | "result" => {
                    let status = Status::of(value);
                    if status == Status::Odd && !std::mem::replace(&mut self.odd_status, true) {
                        let value = super::limits::cut(value, 40);
                        let message = format!("`{name}=\"{value}\"` is no known outcome of a test");
                        sink.warn("odd-status", message);
                    }
                    case.status = case.status.max(status);
                }
                _ => {}
            }
        }
    }

    /// A `failure` or `error` of a test. The first of the deciding sort gives the message.
    fn bad(&mut self, tag: &Tag<'_>) -> bool {
        // Warnings have a counter of their own, which claims no failure.
        self.accounted += u64::from(tag.name != "warning");
        let Some(case) = self.cases_open.checked_sub(1).map(|at| &mut self.cases[at]) else {
            return false;
        };
        let error = tag.name != "failure" || is_node_file(case, tag);
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
        let seen = Counts {
            tests: self.seen.tests - suite.before.tests,
            bad: self.seen.bad - suite.before.bad,
        };
        if let Some(words) = suite.mismatch(seen) {
            sink.warn("counter-mismatch", words);
        }
        let accounted = self.accounted - suite.accounted;
        if let Some(words) = suite.unreadable(seen, accounted) {
            self.accounted = self.accounted.saturating_add(1);
            sink.broken(&words);
        }
        let unseen = suite.claim.bad().unwrap_or(0).saturating_sub(accounted);
        if unseen > 0 {
            self.accounted = self.accounted.saturating_add(unseen);
            let words = suite.unseen(unseen);
            if self.seen.tests > 0 {
                sink.broken(&words);
            } else if self.unseen.len() < ITEMS_KEPT {
                // Where no test follows, the counters may stand in for the elements.
                self.unseen.push(words);
            }
        }
        let claim = suite.claim.at_least(suite.inner);
        match self.suites.last_mut() {
            Some(outer) => outer.inner.add(claim),
            None => self.claimed = claim,
        }
    }

    /// Takes the counters where there is nothing else to count, else tells of the failures that they claim.
    fn finish(self, sink: &mut dyn Sink) {
        let tests = self.claimed.tests.unwrap_or(0);
        if self.seen.tests > 0 || tests == 0 {
            for words in &self.unseen {
                sink.broken(words);
            }
            return;
        }
        let failed = self.claimed.failures.unwrap_or(0);
        let errored = self.claimed.errors.unwrap_or(0);
        let skipped = self.claimed.skipped.unwrap_or(0);
        let passed = tests
            .saturating_sub(failed)
            .saturating_sub(errored)
            .saturating_sub(skipped);
        sink.counted_tests(passed, failed, errored, skipped);
        let message = "the report has counters only and no `testcase`; the counters were taken";
        sink.warn("from-counters", message.to_owned());
    }
}
