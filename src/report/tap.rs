//! TAP, versions 12 to 14 (<https://testanything.org/tap-version-14-specification.html>).
//!
//! Top-level points are counted; subtests are summarised by their parent. What the specification calls a failed
//! run (no plan, a plan not kept, a point outside of it, `Bail out!`) belongs to no test and is `broken`.
//! Points are never guessed: text between them is passed over.

#[cfg(test)]
mod tests;

use super::text::{Lines, plain};
use super::{Empty, Examples, Head, Input, Limits, ReportError, ReportFormat, Sink};
use crate::model::{EvidenceKind, TestCase, TestOutcome};

/// The format.
pub(crate) struct Tap;

impl ReportFormat for Tap {
    fn name(&self) -> &'static str {
        "tap"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Tests
    }

    fn about(&self) -> &'static str {
        "TAP 12 to 14 of prove, bats, node --test and others, https://testanything.org"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        let first = head.lines().map(plain).find(|line| {
            !line.trim().is_empty() && !line.starts_with('#') && !line.starts_with(' ')
        });
        first.is_some_and(|line| {
            let line = line.trim_end();
            line.starts_with("TAP version ")
                || plan(line).is_some()
                || Point::read(line).is_some_and(|p| p.number.is_some())
        })
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing("TAP version 13\n1..0\n"),
            bad: "TAP version 13\n1..1\nnot ok 1 - t\n",
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let mut lines = Lines::new(input)?;
        let mut reader = Reader::default();
        while let Some(line) = lines.next()? {
            reader.line(&plain(line), sink);
        }
        if !lines.ended() {
            let message = "the last line has no line feed: the file may have been cut";
            sink.warn("unterminated", message.to_owned());
        }
        lines.finish(sink);
        reader.finish(sink)
    }
}

/// A line that begins with `ok` or `not ok`.
struct Point<'a> {
    ok: bool,
    number: Option<u64>,
    name: &'a str,
    skip: bool,
    todo: bool,
    seconds: Option<f64>,
}

impl<'a> Point<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (ok, rest) = match line.strip_prefix("not ok") {
            Some(rest) => (false, rest),
            None => (true, line.strip_prefix("ok")?),
        };
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let rest = rest.trim_start();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let whole = !rest[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let number = if whole {
            rest[..digits].parse().ok()
        } else {
            None
        };
        let rest = if number.is_some() {
            &rest[digits..]
        } else {
            rest
        };
        let mut point = Point {
            ok,
            number,
            name: "",
            skip: false,
            todo: false,
            seconds: None,
        };
        let text = point.directive(rest).trim();
        let text = text.strip_prefix("- ").unwrap_or(
            text.strip_prefix('-')
                .filter(|rest| rest.is_empty())
                .unwrap_or(text),
        );
        point.name = text.strip_suffix(" {").unwrap_or(text).trim();
        Some(point)
    }

    /// Takes the directive off the end of the description. An escaped `#` begins none, nor does one within a word.
    fn directive(&mut self, text: &'a str) -> &'a str {
        let mut end = text.len();
        let mut escaped = false;
        let mut before = ' ';
        for (at, character) in text.char_indices() {
            let marks = character == '#' && !escaped && before.is_whitespace();
            escaped = character == '\\' && !escaped;
            before = character;
            if !marks {
                continue;
            }
            let words = text[at + 1..].trim_start();
            let word = words.split_whitespace().next().unwrap_or("");
            let is = |known: &str| {
                word.get(..4)
                    .is_some_and(|start| start.eq_ignore_ascii_case(known))
            };
            let todo = is("todo") && !word[4..].starts_with(char::is_alphanumeric);
            if is("skip") || todo {
                self.skip |= is("skip");
                self.todo |= todo;
                end = end.min(at);
                break;
            }
            if let Some(time) = words.strip_prefix("time=") {
                self.seconds = seconds(time);
                end = end.min(at);
            }
        }
        &text[..end]
    }

    fn outcome(&self) -> TestOutcome {
        match (self.ok, self.skip, self.todo) {
            (_, true, _) | (false, _, true) => TestOutcome::Skipped,
            (true, ..) => TestOutcome::Passed,
            (false, ..) => TestOutcome::Failed,
        }
    }
}

/// `1.06ms` or `2s` in seconds; bare numbers are milliseconds.
fn seconds(text: &str) -> Option<f64> {
    let text = text.split_whitespace().next()?;
    let (number, scale) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1e-3),
        (None, Some(number)) => (number, 1.0),
        _ => (text, 1e-3),
    };
    let seconds = number.parse::<f64>().ok()? * scale;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}

/// The last number of a plan, and what follows it.
fn plan(line: &str) -> Option<(u64, &str)> {
    let rest = line.strip_prefix("1..")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = rest[digits..].trim();
    let good = after.is_empty() || after.starts_with('#');
    good.then_some((rest[..digits].parse().ok()?, after))
}

/// A failed point that waits for what follows it to tell why.
struct Waiting {
    name: String,
    seconds: Option<f64>,
    message: String,
    file: String,
    line: Option<u32>,
}

#[derive(Default)]
struct Reader {
    plan: Option<u64>,
    plans: u64,
    points: u64,
    next: u64,
    /// Numbers that came out of their order, and so may repeat others.
    seen: Vec<u64>,
    highest: u64,
    disordered: bool,
    bailed: bool,
    /// Indentation of the YAML block that is open.
    yaml: Option<usize>,
    waiting: Option<Waiting>,
}

/// Numbers that are told apart; a plan beyond is only counted.
const NUMBERS: u64 = 1 << 20;

impl Reader {
    fn line(&mut self, line: &str, sink: &mut dyn Sink) {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let text = line.trim();
        if let Some(block) = self.yaml {
            if text == "..." && indent <= block {
                self.yaml = None;
            } else {
                self.explain(text);
            }
            return;
        }
        if indent > 0 {
            if text == "---" {
                self.yaml = Some(indent);
            }
            return;
        }
        if let Some(point) = Point::read(line.trim_end()) {
            self.flush(sink);
            self.point(&point, sink);
        } else if let Some((last, rest)) = plan(line.trim_end()) {
            self.plans += 1;
            self.plan = Some(last);
            if last == 0 && !rest.is_empty() {
                let reason = rest.trim_start_matches('#').trim();
                sink.warn("skip-all", format!("the whole file was skipped: {reason}"));
            }
        } else if let Some(reason) = text.strip_prefix("Bail out!") {
            self.bailed = true;
            sink.broken(&format!("Bail out! {}", reason.trim()));
        } else if let Some(comment) = text.strip_prefix('#') {
            self.explain(comment.trim());
        }
    }

    fn point(&mut self, point: &Point<'_>, sink: &mut dyn Sink) {
        self.points += 1;
        self.next += 1;
        let number = point.number.unwrap_or(self.next);
        self.disordered |= number != self.next;
        self.next = number;
        self.highest = self.highest.max(number);
        self.note(number, sink);
        let outcome = point.outcome();
        if outcome == TestOutcome::Failed {
            self.waiting = Some(Waiting {
                name: point.name.to_owned(),
                seconds: point.seconds,
                message: String::new(),
                file: String::new(),
                line: None,
            });
            return;
        }
        sink.test(&case(point.name, outcome, point.seconds));
    }

    /// Remembers a number, to find one that comes twice.
    fn note(&mut self, number: u64, sink: &mut dyn Sink) {
        if number == 0 || number > NUMBERS {
            if number == 0 {
                sink.broken("point 0 is outside of any plan");
            }
            return;
        }
        let (word, bit) = ((number / 64) as usize, 1u64 << (number % 64));
        if self.seen.len() <= word {
            self.seen.resize(word + 1, 0);
        }
        if self.seen[word] & bit != 0 {
            sink.broken(&format!("point {number} occurs twice"));
        }
        self.seen[word] |= bit;
    }

    /// A line of a YAML block or a comment that may tell why the last point failed.
    fn explain(&mut self, text: &str) {
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        if let Some((_, place)) = text.split_once("in test file ")
            && let Some((file, line)) = place.trim_end_matches(')').rsplit_once(", line ")
        {
            file.clone_into(&mut waiting.file);
            waiting.line = line.parse().ok();
        }
        let place = text
            .strip_prefix("location:")
            .or_else(|| text.strip_prefix("at:"));
        if let Some(place) = place
            && waiting.file.is_empty()
        {
            let mut parts = place.trim().trim_matches(['\'', '"']).rsplitn(3, ':');
            let (_, line, file) = (parts.next(), parts.next(), parts.next());
            waiting.line = line.and_then(|line| line.parse().ok());
            waiting.file = file.unwrap_or("").to_owned();
        }
        let noise = text.is_empty()
            || text == "---"
            || text.starts_with("duration_ms:")
            || text.starts_with("Subtest:");
        if !noise && waiting.message.len() < Limits::DEFAULT.text {
            if !waiting.message.is_empty() {
                waiting.message.push('\n');
            }
            waiting
                .message
                .push_str(&super::limits::cut(text, Limits::DEFAULT.text));
        }
    }

    /// Hands on the failed point that waited.
    fn flush(&mut self, sink: &mut dyn Sink) {
        if let Some(waiting) = self.waiting.take() {
            let outcome = match is_node_file(&waiting.message) {
                true => TestOutcome::Errored,
                false => TestOutcome::Failed,
            };
            sink.test(&TestCase {
                file: &waiting.file,
                line: waiting.line,
                message: &waiting.message,
                ..case(&waiting.name, outcome, waiting.seconds)
            });
        }
    }

    fn finish(mut self, sink: &mut dyn Sink) -> Result<(), ReportError> {
        self.flush(sink);
        if self.plans == 0 && self.points == 0 && !self.bailed {
            return Err(ReportError::malformed(
                "not-tap",
                "has neither a plan nor a test point: it is no TAP",
            ));
        }
        if self.yaml.is_some() {
            sink.broken("the file ends inside a YAML block: it was cut");
        }
        if self.plans > 1 {
            sink.broken("there is more than one plan; write one report a file");
        }
        match self.plan {
            None => sink.broken("there is no plan, so nobody knows whether all tests ran"),
            Some(plan) if self.points != plan => {
                sink.broken(&format!("the plan is {plan} tests, {} ran", self.points));
            }
            Some(plan) if self.highest > plan => {
                sink.broken(&format!(
                    "point {} is outside of the plan of {plan}",
                    self.highest
                ));
            }
            Some(_) => {}
        }
        if self.disordered {
            let message = "the points are not in the order of their numbers";
            sink.warn("out-of-order", message.to_owned());
        }
        Ok(())
    }
}

/// Whether a point is a file of Node's test runner that did not load, or ended before its tests did: of a test no exit
/// status is told.
fn is_node_file(message: &str) -> bool {
    let has = |wanted: &str| message.lines().any(|line| line.starts_with(wanted));
    has("failureType: 'testCodeFailure'") && has("exitCode: ") && has("error: 'test failed'")
}

fn case(name: &str, outcome: TestOutcome, seconds: Option<f64>) -> TestCase<'_> {
    TestCase {
        classname: "",
        name,
        suite: "",
        file: "",
        line: None,
        outcome,
        flaky: false,
        seconds,
        message: "",
    }
}
