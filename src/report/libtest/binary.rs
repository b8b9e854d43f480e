//! One test binary in the stream: its test lines, its failures section, its result line.

use std::collections::{HashMap, HashSet};

use super::super::limits::{Limits, cut};
use super::Sink;
use crate::model::{TestCase, TestOutcome};

/// Tests whose lines are kept until the result line comes.
const TESTS: usize = 2_000_000;

/// A line `test NAME ... OUTCOME`. Without outcome when output of the test came between.
struct Test {
    name: String,
    outcome: Option<TestOutcome>,
    seconds: Option<f64>,
    message: String,
}

/// A binary that announced its tests.
pub(super) struct Binary {
    name: String,
    announced: u64,
    tests: Vec<Test>,
    /// The test whose captured output is being read.
    telling: Option<(String, String)>,
    messages: HashMap<String, String>,
    /// Names in the list at the end.
    failed: HashSet<String>,
    listing: bool,
    /// The last result line, while nothing of the binary follows it. A test may print the like.
    result: Option<String>,
    /// There were others of as many tests, so that they might be its own.
    contested: bool,
}

/// The numbers of a result line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    fn total(self) -> u64 {
        self.passed
            .saturating_add(self.failed)
            .saturating_add(self.ignored)
    }
}

impl Binary {
    pub(super) fn new(name: String, announced: u64) -> Self {
        Self {
            name,
            announced,
            tests: Vec::new(),
            telling: None,
            messages: HashMap::new(),
            failed: HashSet::new(),
            listing: false,
            result: None,
            contested: false,
        }
    }

    /// Whether the output of a failed test is being read.
    pub(super) fn is_telling(&self) -> bool {
        self.telling.is_some()
    }

    /// A line that looks like the result. It is, if nothing but noise follows it.
    pub(super) fn result_line(&mut self, line: &str) {
        if let Some(other) = self.result.replace(line.to_owned()) {
            self.contested |= other != line && self.may_be_own(&other);
        }
    }

    /// Whether there is a result line that may be the binary's own.
    pub(super) fn has_result(&self) -> bool {
        self.result.is_some()
    }

    /// More of the binary follows: what looked like its result was printed by a test.
    fn go_on(&mut self) {
        if let Some(other) = self.result.take() {
            self.contested |= self.may_be_own(&other);
        }
    }

    fn may_be_own(&self, line: &str) -> bool {
        counts(line).is_none_or(|counts| counts.total() == self.announced)
    }

    /// Nothing more of the binary follows.
    pub(super) fn end(mut self, sink: &mut dyn Sink) {
        match self.result.take() {
            Some(result) => self.result(&result, sink),
            None => self.aborted(sink),
        }
    }

    /// A line between announcement and result.
    pub(super) fn line(&mut self, line: &str) {
        if let Some(name) = section(line) {
            self.go_on();
            self.end_telling();
            self.telling = Some((name.to_owned(), String::new()));
        } else if line == "failures:" || line == "successes:" {
            self.go_on();
            self.end_telling();
            self.listing = line == "failures:";
        } else if let Some((_, text)) = &mut self.telling {
            if text.len() < Limits::DEFAULT.text
                && !line.starts_with("note: run with `RUST_BACKTRACE")
            {
                text.push_str(&cut(line, Limits::DEFAULT.text));
                text.push('\n');
            }
        } else if self.listing {
            if let Some(name) = line.strip_prefix("    ") {
                self.failed.insert(name.to_owned());
            }
        } else if let Some(test) = test_line(line)
            && self.tests.len() < TESTS
        {
            self.go_on();
            self.tests.push(test);
        } else {
            self.late_outcome(line);
        }
    }

    /// With one thread and uncaptured output the outcome stands on a line of its own.
    fn late_outcome(&mut self, line: &str) {
        if let Some(test) = self.tests.last_mut()
            && test.outcome.is_none()
            && let Some((outcome, seconds)) = outcome(line)
        {
            test.outcome = Some(outcome);
            test.seconds = seconds;
            self.go_on();
        }
    }

    fn end_telling(&mut self) {
        if let Some((name, text)) = self.telling.take() {
            self.messages.insert(name, text);
        }
    }

    /// The binary's summary: settles what the lines left open and holds the two against each other.
    fn result(mut self, line: &str, sink: &mut dyn Sink) {
        self.end_telling();
        let Some(stated) = counts(line) else {
            let line = cut(line, 200);
            sink.broken(&format!(
                "{}: the result line cannot be read: `{line}`",
                self.title()
            ));
            self.give(sink);
            return;
        };
        if stated.total() != self.announced {
            let (title, announced, total) = (self.title(), self.announced, stated.total());
            sink.broken(&format!(
                "{title}: {announced} tests were announced, the result is of {total}"
            ));
        }
        if line.starts_with("test result: FAILED") && stated.failed == 0 {
            sink.broken(&format!(
                "{}: the result is FAILED, but no test failed",
                self.title()
            ));
        }
        if self.contested && self.seen() != stated {
            sink.broken(&format!(
                "{}: there are several `test result:` lines, and the lines of the tests do not tell which is its own",
                self.title()
            ));
        }
        self.settle(stated);
        self.give_rest(stated, sink);
        self.give(sink);
    }

    /// The binary ended without a summary.
    fn aborted(mut self, sink: &mut dyn Sink) {
        self.end_telling();
        let (title, announced, seen) = (self.title(), self.announced, self.tests.len());
        sink.broken(&format!(
            "{title}: ended without a `test result:` line; {announced} tests were announced, {seen} seen"
        ));
        for test in &mut self.tests {
            // It was running when the binary ended.
            test.outcome.get_or_insert(TestOutcome::Errored);
        }
        self.give(sink);
    }

    /// Gives an outcome to lines that have none: the list of failures names the failed ones.
    fn settle(&mut self, stated: Counts) {
        let ignored = self.seen().ignored;
        for test in self.tests.iter_mut().filter(|test| test.outcome.is_none()) {
            test.outcome = Some(if self.failed.contains(&test.name) {
                TestOutcome::Failed
            } else if stated.ignored > ignored && stated.passed == 0 {
                TestOutcome::Skipped
            } else {
                TestOutcome::Passed
            });
        }
    }

    /// Tests that have no line: all of them in a terse run, some where output tore lines apart.
    fn give_rest(&mut self, stated: Counts, sink: &mut dyn Sink) {
        let seen = self.seen();
        if seen == stated {
            return;
        }
        let more = seen.passed > stated.passed
            || seen.failed > stated.failed
            || seen.ignored > stated.ignored;
        if more {
            sink.broken(&format!(
                "{}: the lines show {} passed, {} failed, {} ignored, the result says {}, {}, {}",
                self.title(),
                seen.passed,
                seen.failed,
                seen.ignored,
                stated.passed,
                stated.failed,
                stated.ignored
            ));
            return;
        }
        let mut unseen = std::mem::take(&mut self.failed);
        for test in &self.tests {
            unseen.remove(&test.name);
        }
        let mut unseen: Vec<String> = unseen.into_iter().collect();
        unseen.sort_unstable();
        self.tests.extend(unseen.into_iter().map(|name| Test {
            name,
            outcome: Some(TestOutcome::Failed),
            seconds: None,
            message: String::new(),
        }));
        let seen = self.seen();
        let failed = stated.failed.saturating_sub(seen.failed);
        sink.counted_tests(
            stated.passed - seen.passed,
            failed,
            0,
            stated.ignored - seen.ignored,
        );
        let message = format!(
            "{}: {} of {} tests have no line of their own and were taken from the result",
            self.title(),
            stated.total().saturating_sub(seen.total()),
            stated.total()
        );
        sink.warn("from-counters", message);
    }

    fn seen(&self) -> Counts {
        let mut seen = Counts::default();
        for test in &self.tests {
            match test.outcome {
                Some(TestOutcome::Passed) => seen.passed += 1,
                Some(TestOutcome::Skipped) => seen.ignored += 1,
                Some(_) => seen.failed += 1,
                None => {}
            }
        }
        seen
    }

    fn give(mut self, sink: &mut dyn Sink) {
        let mut messages = std::mem::take(&mut self.messages);
        for test in &mut self.tests {
            if matches!(
                test.outcome,
                Some(TestOutcome::Failed | TestOutcome::Errored)
            ) && let Some(message) = messages.remove(&test.name)
            {
                test.message = message;
            }
        }
        for test in &self.tests {
            let (file, line) = place(test);
            sink.test(&TestCase {
                classname: &self.name,
                name: &test.name,
                suite: &self.name,
                file,
                line,
                outcome: test.outcome.unwrap_or(TestOutcome::Errored),
                flaky: false,
                seconds: test.seconds,
                message: &test.message,
            });
        }
    }

    fn title(&self) -> String {
        if self.name.is_empty() {
            "a test binary".to_owned()
        } else {
            format!("`{}`", self.name)
        }
    }
}

/// The name in `---- NAME stdout ----`.
fn section(line: &str) -> Option<&str> {
    let name = line.strip_prefix("---- ")?.strip_suffix(" ----")?;
    name.strip_suffix(" stdout")
        .or_else(|| name.strip_suffix(" stderr"))
}

/// Whether a line is that of a test, whatever the test printed on it.
pub(super) fn is_test_line(line: &str) -> bool {
    test_line(line).is_some()
}

/// `test NAME ... OUTCOME`, with or without the outcome.
fn test_line(line: &str) -> Option<Test> {
    let (name, rest) = match line.strip_prefix("test ")?.split_once(" ...") {
        Some((name, rest)) => (name, rest.trim_start()),
        None => return None,
    };
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    let (outcome, seconds) =
        outcome(rest).map_or((None, None), |(is, seconds)| (Some(is), seconds));
    Some(Test {
        name: name.to_owned(),
        outcome,
        seconds,
        message: String::new(),
    })
}

/// `ok`, `FAILED`, `ignored, why`, `bench: …`, with the time that `--report-time` adds.
fn outcome(text: &str) -> Option<(TestOutcome, Option<f64>)> {
    let text = text.trim();
    let (word, seconds) = match text
        .strip_suffix("s>")
        .and_then(|rest| rest.rsplit_once(" <"))
    {
        Some((word, seconds)) => (
            word,
            seconds
                .parse::<f64>()
                .ok()
                .filter(|s| s.is_finite() && *s >= 0.0),
        ),
        None => (text, None),
    };
    let outcome = match word {
        "ok" => TestOutcome::Passed,
        "FAILED" | "FAILED (time limit exceeded)" => TestOutcome::Failed,
        "ok (time limit exceeded)" => TestOutcome::Passed,
        "ignored" => TestOutcome::Skipped,
        word if word.starts_with("ignored, ") => TestOutcome::Skipped,
        word if word.starts_with("bench:") => TestOutcome::Passed,
        _ => return None,
    };
    Some((outcome, seconds))
}

/// The numbers of `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; …`.
fn counts(line: &str) -> Option<Counts> {
    let (_, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut counts = Counts::default();
    let mut found = 0;
    for part in numbers.split("; ") {
        let Some((number, word)) = part.split_once(' ') else {
            continue;
        };
        let into = match word.trim_end_matches('.') {
            "passed" | "measured" => &mut counts.passed,
            "failed" => &mut counts.failed,
            "ignored" => &mut counts.ignored,
            _ => continue,
        };
        *into = into.saturating_add(number.parse().ok()?);
        found += 1;
    }
    (found >= 3).then_some(counts)
}

/// Where a failed test panicked, or where a doc-test stands.
fn place(test: &Test) -> (&str, Option<u32>) {
    let panicked = test.message.lines().find_map(|line| {
        let place = line.split_once(" panicked at ")?.1.trim_end_matches(':');
        // Before Rust 1.73 the message came first: `'why', src/lib.rs:3:5`.
        let place = place.rsplit_once("', ").map_or(place, |(_, place)| place);
        let mut parts = place.rsplitn(3, ':');
        let (_, line, file) = (parts.next()?, parts.next()?, parts.next()?);
        Some((file, line.parse().ok()?))
    });
    if let Some((file, line)) = panicked {
        return (file, Some(line));
    }
    let doc = test.name.rsplit_once(" (line ").and_then(|(item, line)| {
        let line = line.split(')').next()?.parse().ok()?;
        Some((item.split_once(" - ").map_or(item, |(file, _)| file), line))
    });
    doc.map_or(("", None), |(file, line)| (file.trim(), Some(line)))
}
