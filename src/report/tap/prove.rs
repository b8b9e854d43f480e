//! The frame that `prove -v` prints around the TAP of each file (`TAP::Formatter::File` of
//! [Test-Harness](https://metacpan.org/dist/Test-Harness)).
//!
//! It adds no test. A frame that is not whole, counts that are not those of the points, and a verdict that the points do
//! not show are `broken`.

use super::super::count::{digits, of};
use super::point::Point;
use super::stream::Stream;
use super::{Reader, Sink};

/// What prove has said so far.
#[derive(Default)]
pub(super) struct Prove {
    /// The output of a file is being read.
    open: bool,
    /// A bare `ok`: prove's word on the file, unless another point follows.
    held: bool,
    /// What prove said of the file that is no `ok`.
    complaint: Option<String>,
    files: u64,
    tests: u64,
    bad: u64,
    /// The result line was read, and no other file began.
    ended: bool,
}

impl Prove {
    /// Whether the last file may have ended: prove has said how.
    fn is_between(&self) -> bool {
        !self.open || self.held || self.complaint.is_some()
    }
}

/// A line of prove's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    /// `t/a.t .. ` and what follows it on the line.
    File(&'a str, &'a str),
    /// `ok`, with times where they are asked for.
    Ok,
    /// The test program did not end well, or not all of its tests did.
    Complaint,
    /// The run was ended before all files ran.
    Stopped,
    /// Files are done.
    Summary,
    /// `Files=2, Tests=4, …`
    Counts(u64, u64),
    /// `Result: PASS`
    Result(&'a str),
}

impl<'a> Frame<'a> {
    /// Reads a line without white space at its end.
    pub fn of(line: &'a str) -> Option<Self> {
        const COMPLAINTS: &[&str] = &[
            "Dubious, test returned ",
            "No subtests run",
            "No tests run!",
        ];
        if let Some((file, rest)) = file(line) {
            return Some(Self::File(file, rest));
        }
        let subtests = |start: &str, end: &str| {
            let middle = line.strip_prefix(start).and_then(|l| l.strip_suffix(end));
            middle.is_some_and(|m| {
                !m.is_empty() && m.bytes().all(|b| b.is_ascii_digit() || b == b'/')
            })
        };
        match line {
            _ if line == "ok" || timed(line) => Some(Self::Ok),
            "All tests successful." | "Test Summary Report" => Some(Self::Summary),
            "Test run interrupted!" => Some(Self::Stopped),
            _ if is_bail_out(line) => Some(Self::Stopped),
            _ if COMPLAINTS.iter().any(|start| line.starts_with(start))
                || subtests("Failed ", " subtests")
                || subtests("All ", " subtests passed") =>
            {
                Some(Self::Complaint)
            }
            _ => match line.strip_prefix("Result: ") {
                Some(result) => Some(Self::Result(result)),
                None => counts(line).map(|(files, tests)| Self::Counts(files, tests)),
            },
        }
    }
}

/// Whether a line is that of a file that prove ran, or says that the first one ended the run.
pub(super) fn starts(line: &str) -> bool {
    file(line).is_some() || is_bail_out(line)
}

fn is_bail_out(line: &str) -> bool {
    line.starts_with("Bailout called.  Further testing stopped:")
}

/// `t/a.t .. ok` in its parts. A time may stand before it.
fn file(line: &str) -> Option<(&str, &str)> {
    let line = match line.split_once("] ") {
        Some((time, rest)) if time.len() == "[00:00:00".len() && time.starts_with('[') => rest,
        _ => line,
    };
    let (name, rest) = line.split_once(" ..")?;
    let rest = rest.trim_start_matches('.').trim();
    let path = name.contains(['.', '/', '\\']) && !name.starts_with('#');
    let path = path && Point::read(name).is_none();
    let known = rest.is_empty() || rest == "ok" || timed(rest) || rest.starts_with("skipped: ");
    (path && known).then_some((name, rest))
}

/// `ok       85 ms ( 0.00 usr … CPU)`
fn timed(line: &str) -> bool {
    line.starts_with("ok ") && line.ends_with(" CPU)") && line.contains(" usr ")
}

/// `Files=2, Tests=4, …`
fn counts(line: &str) -> Option<(u64, u64)> {
    let (files, rest) = digits(line.strip_prefix("Files=")?.as_bytes())?;
    let (tests, _) = digits(rest.strip_prefix(b", Tests=")?)?;
    Some((files, tests))
}

impl Reader {
    /// Takes a line that is prove's own. The first one tells that prove printed this, if nothing of TAP came before.
    pub(super) fn framed(&mut self, line: &str, sink: &mut dyn Sink) -> bool {
        if self.prove.is_none() {
            if self.any || !starts(line) {
                return false;
            }
            self.prove = Some(Prove::default());
        }
        match Frame::of(line) {
            Some(frame) => self.frame(frame, line, sink),
            None => {
                let is_point = Point::read(line).is_some();
                if is_point || super::plan(line).is_some() {
                    self.release(sink);
                }
                let outside = self.prove.as_ref().is_some_and(|prove| !prove.open);
                if is_point && outside {
                    let words = "a test point stands outside of the files that prove ran";
                    self.stream.broken(words.to_owned(), sink);
                }
                false
            }
        }
    }

    fn frame(&mut self, frame: Frame<'_>, line: &str, sink: &mut dyn Sink) -> bool {
        match frame {
            Frame::File(name, rest) => {
                self.close_file(sink);
                self.open_file(name, rest, sink);
            }
            Frame::Ok => {
                self.release(sink);
                let Some(prove) = self.prove.as_mut().filter(|prove| prove.open) else {
                    return false;
                };
                prove.held = true;
            }
            Frame::Complaint => {
                self.release(sink);
                if let Some(prove) = &mut self.prove {
                    prove.complaint.get_or_insert_with(|| line.to_owned());
                }
            }
            Frame::Stopped => {
                // Told before the lines of the file that did it.
                if self.prove.as_ref().is_some_and(Prove::is_between) {
                    self.close_file(sink);
                }
                self.stream.broken(line.to_owned(), sink);
            }
            Frame::Summary | Frame::Counts(..) | Frame::Result(_) => {
                return self.summary(frame, sink);
            }
        }
        true
    }

    /// The bare `ok` that was held is a point: more of the file follows it.
    fn release(&mut self, sink: &mut dyn Sink) {
        let held = self
            .prove
            .as_mut()
            .is_some_and(|p| std::mem::take(&mut p.held));
        if held {
            self.top("ok", sink);
        }
    }

    fn open_file(&mut self, name: &str, rest: &str, sink: &mut dyn Sink) {
        let Some(prove) = &mut self.prove else { return };
        prove.files += 1;
        prove.ended = false;
        if let Some(reason) = rest.strip_prefix("skipped: ") {
            self.any = true;
            let message = format!("{name}: the whole file was skipped: {reason}");
            sink.warn("skip-all", message);
            return;
        }
        prove.open = true;
        prove.held = !rest.is_empty();
        self.stream = Stream::of(name);
    }

    /// The output of a file ends. Its points, its plan and what prove says of it must agree.
    fn close_file(&mut self, sink: &mut dyn Sink) {
        let Some(mut prove) = self.prove.take() else {
            return;
        };
        if std::mem::take(&mut prove.open) {
            self.end_stream(sink);
            self.stream.finish(sink);
            let good = std::mem::take(&mut prove.held);
            match prove.complaint.take() {
                Some(complaint) if self.stream.bad() == 0 => self.stream.broken(complaint, sink),
                None if !good => {
                    let words = "prove does not say how it ended".to_owned();
                    self.stream.broken(words, sink);
                }
                _ => {}
            }
            prove.tests += self.stream.points();
        }
        prove.bad += self.stream.bad();
        self.stream = Stream::default();
        self.prove = Some(prove);
    }

    /// Lines at the end. A test may print the like: while prove has not said how the file ended, they are its own.
    fn summary(&mut self, frame: Frame<'_>, sink: &mut dyn Sink) -> bool {
        if !self.prove.as_ref().is_some_and(Prove::is_between) {
            return false;
        }
        self.close_file(sink);
        let Some(prove) = &mut self.prove else {
            return false;
        };
        match frame {
            Frame::Counts(files, tests) if (files, tests) != (prove.files, prove.tests) => {
                let words = format!(
                    "prove ran {} of {} and shows {} of {}: print all with `prove -v`",
                    of(tests, "test"),
                    of(files, "file"),
                    of(prove.tests, "test"),
                    of(prove.files, "file")
                );
                self.stream.broken(words, sink);
            }
            Frame::Result(result) => {
                prove.ended = true;
                if result == "FAIL" && prove.bad == 0 {
                    let words = "prove says FAIL, and no test shows why".to_owned();
                    self.stream.broken(words, sink);
                }
                if let Some(prove) = &mut self.prove {
                    (prove.files, prove.tests, prove.bad) = (0, 0, 0);
                }
            }
            _ => {}
        }
        true
    }

    /// The end of the whole output.
    pub(super) fn end_of_prove(&mut self, sink: &mut dyn Sink) {
        self.close_file(sink);
        if self.any && self.prove.as_ref().is_some_and(|prove| !prove.ended) {
            let words = "prove printed no `Result:` line: the output was cut".to_owned();
            self.stream.broken(words, sink);
        }
    }
}
