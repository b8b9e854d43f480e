//! The text that `cargo test` prints (<https://doc.rust-lang.org/rustc/tests/index.html>).
//!
//! Several test binaries and doc-tests may follow each other in one stream. The lines of a binary and its
//! `test result:` line are held against each other: a binary without that line was ended from outside, and one
//! whose lines and counts disagree cannot be believed; both are `broken`. Of several such lines the last one counts,
//! if the lines of the tests bear it out: a test may print one. JSON output and nextest are other formats.

mod binary;

#[cfg(test)]
mod tests;

use super::text::{Lines, plain};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink};
use crate::model::EvidenceKind;
use binary::Binary;

/// The format.
pub(crate) struct Libtest;

impl ReportFormat for Libtest {
    fn name(&self) -> &'static str {
        "libtest"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Tests
    }

    fn about(&self) -> &'static str {
        "the text that `cargo test` prints, https://doc.rust-lang.org/rustc/tests/index.html"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        let mut lines = head.lines().map(plain);
        lines.any(|line| announced(line.trim()).is_some())
            && lines.next().is_none_or(|line| {
                let line = line.trim_end();
                let terse = line
                    .chars()
                    .all(|c| ".Fib /".contains(c) || c.is_ascii_digit());
                terse || line.starts_with("test ")
            })
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing(
                "\nrunning 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n",
            ),
            bad: "\nrunning 1 test\ntest t ... FAILED\n\nfailures:\n\n---- t stdout ----\nwanted 2, found 3\n\n\nfailures:\n    t\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n",
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let mut lines = Lines::new(input)?;
        let mut reader = Reader::default();
        while let Some(line) = lines.next()? {
            reader.line(&plain(line), sink);
        }
        lines.finish(sink);
        reader.is_whole(lines.ended())?;
        if let Some(binary) = reader.open.take() {
            binary.end(sink);
        }
        reader.silent(sink);
        if !reader.any {
            return Err(ReportError::malformed(
                "no-result",
                match reader.not_built {
                    Some(line) => format!("no test ran: {line}"),
                    None => "has no `running N tests` line: no test binary ran".to_owned(),
                },
            ));
        }
        if let Some(line) = reader.not_built {
            sink.broken(&line);
        }
        if !lines.ended() {
            let message = "the last line has no line feed: the output may have been cut";
            sink.warn("unterminated", message.to_owned());
        }
        Ok(())
    }
}

/// The number of `running 3 tests`.
fn announced(line: &str) -> Option<u64> {
    let (number, word) = line.strip_prefix("running ")?.split_once(' ')?;
    matches!(word, "test" | "tests").then(|| number.parse().ok())?
}

#[derive(Default)]
struct Reader {
    open: Option<Binary>,
    /// The name that the next binary has, from cargo's own lines.
    next_name: String,
    any: bool,
    /// Whether cargo starts a binary in the line before the last one, and in the last one.
    starts: (bool, bool),
    /// The last line may be the beginning of such a one.
    begins: bool,
    /// What the compiler said when it gave up.
    not_built: Option<String>,
}

impl Reader {
    fn line(&mut self, line: &str, sink: &mut dyn Sink) {
        let text = line.trim_end();
        if !text.is_empty() {
            self.starts = (self.starts.1, is_start(text));
            self.begins = begins_start(text);
        }
        // What a failed test printed may look like anything.
        if let Some(binary) = self.open.as_mut().filter(|binary| binary.is_telling()) {
            binary.line(text);
        } else if let Some(number) = announced(text) {
            self.any = true;
            let name = std::mem::take(&mut self.next_name);
            if let Some(binary) = self.open.replace(Binary::new(name, number)) {
                binary.end(sink);
            }
        } else if let Some(name) = binary_name(text) {
            if let Some(binary) = self.open.take_if(|binary| binary.has_result()) {
                binary.end(sink);
            }
            self.silent(sink);
            self.next_name = name;
        } else if let Some(result) = result_line(text) {
            match &mut self.open {
                Some(binary) if binary::is_test_line(text) => binary.line(text),
                Some(binary) => binary.result_line(result),
                None => sink.broken(
                    "a `test result:` line stands alone: the lines of its tests are missing",
                ),
            }
        } else if text.starts_with("error: could not compile ") {
            self.not_built
                .get_or_insert_with(|| super::limits::cut(text, 400));
        } else if let Some(binary) = &mut self.open {
            binary.line(text);
        }
    }
}

impl Reader {
    /// Refuses what ends where cargo had started a binary: all of its tests may be missing. Also in the middle of the
    /// line that says so, or of the next one.
    fn is_whole(&self, ended: bool) -> Result<(), ReportError> {
        let running = self
            .open
            .as_ref()
            .is_some_and(|binary| !binary.has_result());
        let (before, last) = self.starts;
        let whole = !last && (ended || !(before || self.begins));
        if running || whole {
            return Ok(());
        }
        let name = match self.next_name.as_str() {
            "" => "a binary".to_owned(),
            name => format!("`{}`", super::limits::cut(name, 200)),
        };
        let message = format!(
            "ends where {name} was started: the output was cut, or a harness that shows no tests is the last to run"
        );
        Err(ReportError::malformed("truncated", message))
    }

    /// A binary that cargo started and that showed no tests: another harness, or a stream that was cut.
    fn silent(&mut self, sink: &mut dyn Sink) {
        let name = std::mem::take(&mut self.next_name);
        if !name.is_empty() {
            let name = super::limits::cut(&name, 200);
            sink.warn(
                "no-tests-shown",
                format!("`{name}` was started and shows no tests"),
            );
        }
    }
}

/// The result line, also where other output stands before it on the same line.
fn result_line(line: &str) -> Option<&str> {
    let result = &line[line.find("test result: ")?..];
    (result.len() == line.len() || result.contains(" passed; ")).then_some(result)
}

/// Whether cargo starts a binary here: it says where the binary lies, as other programs that run something do not.
fn is_start(line: &str) -> bool {
    let of_cargo = line.contains(['/', '\\', '(']) || line.trim_start().starts_with("Doc-tests ");
    of_cargo && binary_name(line).is_some()
}

/// Whether a line that was cut begins to say so.
fn begins_start(line: &str) -> bool {
    let line = line.trim_start();
    ["Running ", "Doc-tests "]
        .iter()
        .any(|word| word.starts_with(line) || line.starts_with(word))
}

/// What cargo calls the binary that runs next: `foo` for unit tests, the path for others, `Doc-tests foo`.
fn binary_name(line: &str) -> Option<String> {
    let line = line.trim_start();
    if line.starts_with("Doc-tests ") {
        return Some(line.to_owned());
    }
    let rest = line.strip_prefix("Running ")?;
    let (what, binary) = match rest.split_once(" (") {
        Some((what, binary)) => (what, binary.strip_suffix(')')?),
        None => (
            "unittests",
            rest.strip_prefix('`')
                .map_or(rest, |rest| rest.trim_end_matches('`')),
        ),
    };
    if !what.starts_with("unittests") {
        return Some(what.to_owned());
    }
    let file = binary.rsplit(['/', '\\']).next()?;
    let file = file.strip_suffix(".exe").unwrap_or(file);
    let stem = file.rsplit_once('-').map_or(file, |(stem, _)| stem);
    (!stem.is_empty() && !stem.contains(' ')).then(|| stem.to_owned())
}
