//! TAP, versions 12 to 14 (<https://testanything.org/tap-version-14-specification.html>).
//!
//! Top-level points are counted; subtests are summarised by their parent. What the specification calls a failed
//! run (no plan, a plan not kept, a point outside of it, `Bail out!`) belongs to no test and is `broken`.
//! Points are never guessed: text between them is passed over. What `prove -v` prints is the TAP of each file in a frame
//! of its own, which is read as such.

mod point;
mod prove;
mod stream;

#[cfg(test)]
mod tests;

use point::{Point, bail_out, plan};
use prove::{Frame, Prove};
use stream::Stream;

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
        "TAP 12 to 14 of prove -v, bats, node --test and others, https://testanything.org"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        let first = head.lines().map(plain).find(|line| {
            !line.trim().is_empty() && !line.starts_with('#') && !line.starts_with(' ')
        });
        first.is_some_and(|line| {
            let line = line.trim_end();
            line.starts_with("TAP version ")
                || plan(line).is_some()
                || prove::starts(line)
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

/// A failed point that waits for what follows it to tell why.
struct Waiting {
    name: String,
    seconds: Option<f64>,
    message: String,
    file: String,
    line: Option<u32>,
}

/// A subtest that is open, as far as is seen from outside.
#[derive(Default)]
struct Subtest {
    /// A comment at the top announced it.
    name: Option<String>,
    /// The point that sums it up came first, and its content stands in braces.
    braced: bool,
    /// It has a point or a plan.
    filled: bool,
    failed: bool,
}

#[derive(Default)]
struct Reader {
    stream: Stream,
    prove: Option<Prove>,
    /// A plan, a point or a bail-out was seen.
    any: bool,
    /// Indentation of the YAML block that is open.
    yaml: Option<usize>,
    subtest: Subtest,
    waiting: Option<Waiting>,
}

impl Reader {
    fn line(&mut self, line: &str, sink: &mut dyn Sink) {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let text = line.trim();
        if self.in_block(text, indent, sink) {
            return;
        }
        if indent > 0 {
            self.indented(text, indent, sink);
        } else if !self.framed(text, sink) {
            self.top(text, sink);
        }
    }

    /// Whether the line belongs to a YAML block that is open. A point that stands further out does not: there the block
    /// has ended, whatever it lacks.
    fn in_block(&mut self, text: &str, indent: usize, sink: &mut dyn Sink) -> bool {
        let Some(block) = self.yaml else {
            return false;
        };
        if text == "..." && indent <= block {
            self.yaml = None;
            return true;
        }
        let outside = indent < block
            && (Point::read(text).is_some_and(|p| p.number.is_some() || p.failed())
                || plan(text).is_some()
                || bail_out(text).is_some()
                || (indent == 0 && self.prove.is_some() && Frame::of(text).is_some()));
        if outside {
            self.yaml = None;
            let message = "a YAML block ends without `...`".to_owned();
            sink.warn("open-block", message);
        } else {
            self.explain(text);
        }
        !outside
    }

    /// A line of a subtest, or of no meaning.
    fn indented(&mut self, text: &str, indent: usize, sink: &mut dyn Sink) {
        if text == "---" {
            self.yaml = Some(indent);
        } else if let Some(reason) = bail_out(text) {
            self.bail_out(reason, sink);
        } else if let Some(point) = Point::read(text) {
            let is = point.number.is_some() || self.subtest.name.is_some();
            self.subtest.filled |= is;
            self.subtest.failed |= is && point.outcome() == TestOutcome::Failed;
        } else {
            self.subtest.filled |= self.subtest.name.is_some() && plan(text).is_some();
        }
    }

    /// A line that does not belong to a subtest.
    fn top(&mut self, text: &str, sink: &mut dyn Sink) {
        if let Some(point) = Point::read(text) {
            self.flush(sink);
            self.subtest = Subtest {
                braced: point.braced,
                ..Subtest::default()
            };
            self.point(&point, sink);
        } else if let Some((last, rest)) = plan(text) {
            self.any = true;
            self.stream.plan(last);
            if last == 0 && !rest.is_empty() {
                let reason = rest.trim_start_matches('#').trim();
                sink.warn("skip-all", format!("the whole file was skipped: {reason}"));
            }
        } else if let Some(reason) = bail_out(text) {
            self.bail_out(reason, sink);
        } else if let Some(comment) = text.strip_prefix('#') {
            let comment = comment.trim();
            if let Some(name) = comment.strip_prefix("Subtest:") {
                self.end_subtest(sink);
                let name = super::limits::cut(name.trim(), Limits::DEFAULT.text);
                self.subtest.name = Some(name);
            }
            self.explain(comment);
        } else if text == "}" && self.subtest.braced {
            self.subtest = Subtest::default();
        }
    }

    fn bail_out(&mut self, reason: &str, sink: &mut dyn Sink) {
        self.any = true;
        self.stream.broken(format!("Bail out! {reason}"), sink);
    }

    /// A subtest ends at the point that sums it up; here it ends without.
    fn end_subtest(&mut self, sink: &mut dyn Sink) {
        let Subtest {
            name,
            braced,
            filled,
            failed,
        } = std::mem::take(&mut self.subtest);
        if !(failed || (filled && (braced || name.is_some()))) {
            return;
        }
        let name = name.map_or(String::new(), |name| format!(" `{name}`"));
        let lacks = match braced {
            true => "closing brace",
            false => "point that sums it up",
        };
        let failed = if failed {
            " and has one that failed"
        } else {
            ""
        };
        let words = format!("the subtest{name} has no {lacks}{failed}");
        self.stream.broken(words, sink);
    }

    fn point(&mut self, point: &Point<'_>, sink: &mut dyn Sink) {
        self.any = true;
        self.stream.point(point, sink);
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
        let file = self.stream.file();
        sink.test(&case(file, point.name, outcome, point.seconds));
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
            let mut case = case(self.stream.file(), &waiting.name, outcome, waiting.seconds);
            if !waiting.file.is_empty() {
                case.file = &waiting.file;
                case.line = waiting.line;
            }
            case.message = &waiting.message;
            sink.test(&case);
        }
    }

    /// What the file or the stream ends with.
    fn end_stream(&mut self, sink: &mut dyn Sink) {
        self.flush(sink);
        if self.yaml.take().is_some() {
            let words = "the file ends inside a YAML block: it was cut".to_owned();
            self.stream.broken(words, sink);
        }
        self.end_subtest(sink);
    }

    fn finish(mut self, sink: &mut dyn Sink) -> Result<(), ReportError> {
        if self.prove.is_some() {
            self.end_of_prove(sink);
        } else {
            self.end_stream(sink);
        }
        if !self.any {
            return Err(ReportError::malformed(
                "not-tap",
                match self.prove {
                    Some(_) => {
                        "is what prove prints without `-v`: it names no test; run `prove -v`"
                    }
                    None => "has neither a plan nor a test point: it is no TAP",
                },
            ));
        }
        if self.prove.is_none() {
            self.stream.finish(sink);
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

/// A test, of the file that prove ran or of none.
fn case<'a>(
    file: &'a str,
    name: &'a str,
    outcome: TestOutcome,
    seconds: Option<f64>,
) -> TestCase<'a> {
    TestCase {
        classname: file,
        name,
        suite: file,
        file,
        line: None,
        outcome,
        flaky: false,
        seconds,
        message: "",
    }
}
