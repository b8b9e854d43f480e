//! mypy's text output.
//!
//! An `error:` line is a finding; notes are not. With `--pretty` a message is wrapped over lines that start at the
//! margin, and source excerpts are indented. The summary line is a check: more errors declared than listed, a check
//! that was cut short, a crash or a refused command line are broken evidence. No output at all is refused, because
//! mypy says `Success` when it is clean; `--no-error-summary` therefore does not work here.
//! <https://mypy.readthedocs.io/en/stable/command_line.html>

use super::lines::{Lines, plain};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink};
use crate::model::{EvidenceKind, Finding, Level};

/// The format `mypy`.
pub struct Mypy;

impl ReportFormat for Mypy {
    fn name(&self) -> &'static str {
        "mypy"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Findings
    }

    fn about(&self) -> &'static str {
        "the text that mypy prints (without `--no-error-summary`); \
         https://mypy.readthedocs.io/en/stable/command_line.html"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        head.is_text()
            && head.lines().take(200).any(|line| {
                let line = plain(line);
                match Line::of(&line) {
                    Line::Diagnostic(place, _) => {
                        place.line.is_some()
                            && (place.file.ends_with(".py") || place.file.ends_with(".pyi"))
                    }
                    Line::Success => true,
                    Line::Found(_, rest) => {
                        rest.contains(" source file") || rest.contains("(errors p")
                    }
                    _ => false,
                }
            })
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing("Success: no issues found in 0 source files\n"),
            bad: "a.py:1: error: wrong type  [arg-type]\nFound 1 error in 1 file (checked 1 source file)\n",
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let mut check = Check::default();
        let mut lines = Lines::new(input)?;
        while let Some((line, _)) = lines.next()? {
            check.take(&plain(line), sink);
        }
        check.finish(sink)
    }
}

/// Where a diagnostic is.
#[derive(Debug, PartialEq, Eq)]
struct Place<'a> {
    file: &'a str,
    line: Option<u32>,
    column: Option<u32>,
}

/// What a line is.
enum Line<'a> {
    /// Place and message of an error; of a note the place alone matters.
    Diagnostic(Place<'a>, Option<&'a str>),
    Success,
    /// `Found N errors …` and what follows.
    Found(u64, &'a str),
    /// mypy itself failed.
    Failure,
    /// Source excerpt, or nothing.
    Indented,
    Other,
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        if line.trim().is_empty() || line.starts_with([' ', '\t']) {
            return Line::Indented;
        }
        if line.starts_with("Success: no issues found") {
            return Line::Success;
        }
        if let Some((count, rest)) = found(line) {
            return Line::Found(count, rest);
        }
        let failures = [
            "Traceback (most recent call last)",
            "mypy: ",
            "There are no .py[i] files",
            "INTERNAL ERROR",
        ];
        if failures.iter().any(|start| line.starts_with(start)) {
            return Line::Failure;
        }
        diagnostic(line).unwrap_or(Line::Other)
    }
}

/// `Found 4 errors in 1 file (checked 1 source file)`: the number, and what follows `errors`.
fn found(line: &str) -> Option<(u64, &str)> {
    let (count, rest) = line.strip_prefix("Found ")?.split_once(" error")?;
    Some((count.parse().ok()?, rest))
}

fn diagnostic(line: &str) -> Option<Line<'_>> {
    let words = [": error: ", ": note: ", ": warning: "];
    let (at, word) = words
        .iter()
        .filter_map(|word| line.find(word).map(|at| (at, *word)))
        .min()?;
    let message = &line[at + word.len()..];
    let place = place(&line[..at])?;
    let error = (word == ": error: ").then_some(message);
    Some(Line::Diagnostic(place, error))
}

/// `file`, `file:line`, `file:line:column` or `file:line:column:end line:end column`.
fn place(text: &str) -> Option<Place<'_>> {
    let mut file = text;
    let mut numbers = Vec::with_capacity(4);
    while numbers.len() < 4 {
        let Some((before, number)) = file.rsplit_once(':') else {
            break;
        };
        let Ok(number) = number.parse::<u32>() else {
            break;
        };
        numbers.push(number);
        file = before;
    }
    numbers.reverse();
    let known = |at: usize| numbers.get(at).copied().filter(|n| *n > 0);
    let (line, column) = (known(0), known(1));
    (!file.is_empty()).then_some(Place { file, line, column })
}

/// What was seen so far.
#[derive(Default)]
struct Check {
    open: Option<Finding>,
    seen: u64,
    notes: u64,
    declared: u64,
    summary: bool,
    failed: bool,
    unknown: u64,
    wrapping: bool,
}

impl Check {
    fn take(&mut self, text: &str, sink: &mut dyn Sink) {
        let line = Line::of(text);
        let wraps = self.wrapping && matches!(line, Line::Other | Line::Found(..));
        let goes_on = wraps && !matches!(line, Line::Found(_, rest) if rest.contains(" file"));
        if goes_on {
            if let Some(open) = &mut self.open
                && open.message.len() < 4096
            {
                open.message.push(' ');
                open.message.push_str(text.trim());
            }
            return;
        }
        self.wrapping = false;
        match line {
            Line::Diagnostic(place, message) => self.diagnostic(&place, message, sink),
            Line::Success => {
                self.summary = true;
                if text.contains(" in 0 source files") {
                    self.fail("mypy checked no file", sink);
                }
            }
            Line::Found(count, rest) => {
                self.summary = true;
                self.declared = self.declared.saturating_add(count);
                if rest.contains("errors prevented further checking") {
                    self.fail("errors kept mypy from checking everything", sink);
                }
            }
            Line::Failure => self.fail(&format!("mypy itself failed: {text}"), sink),
            Line::Indented => {}
            Line::Other => self.unknown += 1,
        }
    }

    fn diagnostic(&mut self, place: &Place<'_>, message: Option<&str>, sink: &mut dyn Sink) {
        self.close(sink);
        self.wrapping = true;
        let Some(message) = message else {
            self.notes += 1;
            return;
        };
        if message.starts_with("INTERNAL ERROR") {
            self.fail(&format!("mypy crashed: {message}"), sink);
        }
        self.seen += 1;
        self.open = Some(Finding {
            rule: None,
            severity: "error".to_owned(),
            level: Level::High,
            message: message.trim_end().to_owned(),
            file: Some(place.file.to_owned()),
            line: place.line,
            column: place.column,
            fingerprint: String::new(),
            suppressed: false,
            state: None,
        });
    }

    /// Hands on the finding that was open, with its code taken off the end of its message.
    fn close(&mut self, sink: &mut dyn Sink) {
        let Some(mut finding) = self.open.take() else {
            return;
        };
        if let Some((message, code)) = code(&finding.message) {
            finding.rule = Some(code.to_owned());
            finding.message = message.to_owned();
        }
        sink.finding(finding);
    }

    fn fail(&mut self, message: &str, sink: &mut dyn Sink) {
        if !std::mem::replace(&mut self.failed, true) {
            sink.broken(message);
        }
    }

    fn finish(mut self, sink: &mut dyn Sink) -> Result<(), ReportError> {
        self.close(sink);
        let silent = self.seen == 0 && self.notes == 0 && !self.summary && !self.failed;
        if silent {
            let message =
                "has no line that mypy prints; keep mypy's stdout, without `--no-error-summary`";
            return Err(ReportError::malformed("no-summary", message));
        }
        if self.declared > self.seen {
            let (declared, seen) = (self.declared, self.seen);
            sink.broken(&format!(
                "mypy counts {declared} errors but lists {seen}; its output is not whole"
            ));
        }
        if !self.summary && !self.failed {
            // What is not there may be in the part that is missing.
            sink.broken("no summary line: the output is cut off");
        }
        if self.unknown > 0 {
            let message = format!("{} lines are none of mypy's", self.unknown);
            sink.warn("foreign-lines", message);
        }
        Ok(())
    }
}

/// Message and code of `message  [code]`.
fn code(message: &str) -> Option<(&str, &str)> {
    let (before, code) = message.strip_suffix(']')?.rsplit_once('[')?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let own = !code.is_empty() && code.chars().all(fits) && before.ends_with(' ');
    own.then(|| (before.trim_end(), code))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const TWO: &str = "a.py:17:12: error: Incompatible return (got \"X\", expected \"list[int]\")  [return-value]\n\
        a.py:17:12: note: perhaps  [x]\nb.pyi:3: error: No code (got \"list[int]\")\n\
        Found 2 errors in 2 files (checked 3 source files)\n";

    #[test]
    fn errors_count_and_notes_do_not() {
        let (found, warnings) = testing::findings(&Mypy, TWO);
        assert_eq!((found.total, warnings.as_str()), (2, ""));
        assert_eq!((found.by_rule["return-value"], found.by_rule[""]), (1, 1));
        assert_eq!(
            (found.items[0].line, found.items[0].column),
            (Some(17), Some(12))
        );
        assert!(found.items[0].message.ends_with("\"list[int]\")"));
        assert_eq!(found.items[1].file.as_deref(), Some("b.pyi"));
    }

    #[test]
    fn places_have_none_one_two_or_four_numbers() {
        let at = |text| place(text).map(|place| (place.file, place.line, place.column));
        assert_eq!(at("a.py"), Some(("a.py", None, None)));
        assert_eq!(at("a.py:4:12:4:28"), Some(("a.py", Some(4), Some(12))));
        assert_eq!(at("C:\\a.py:4"), Some(("C:\\a.py", Some(4), None)));
    }

    #[test]
    fn pretty_messages_are_joined_and_excerpts_passed_over() {
        let text = "a.py:4: \x1b[1m\x1b[31merror:\x1b(B\x1b[m Incompatible \n\x1b(B[return-value]\n\
            \x1b[2;10m        return error: x\n               ^~~~\n\
            a.py:6: note: Revealed\ntype\nFound 1 error in 1 file (checked 1 source file)\n";
        let (found, warnings) = testing::findings(&Mypy, text);
        assert_eq!((found.by_rule["return-value"], warnings.as_str()), (1, ""));
        assert_eq!(found.items[0].message, "Incompatible");
    }

    #[test]
    fn success_is_clean_and_silence_is_not() {
        let clean = "Success: no issues found in 2 source files\n";
        let (found, warnings) = testing::findings(&Mypy, clean);
        assert_eq!(
            (found.total, found.broken.len(), warnings.as_str()),
            (0, 0, "")
        );
        assert_eq!(testing::refused(&Mypy, ""), "empty");
        assert_eq!(
            testing::refused(&Mypy, "sh: mypy: not found\n"),
            "no-summary"
        );
    }

    #[test]
    fn more_errors_declared_than_listed_are_broken_evidence() {
        let text = "Found 1 error in 1 file (checked 1 source file)\n";
        assert_eq!(testing::findings(&Mypy, text).0.broken.len(), 1);
    }

    #[test]
    fn check_cut_short_is_broken_evidence() {
        let text = "a.py:1: error: bad  [syntax]\nFound 1 error in 1 file (errors prevented further checking)\n";
        let (found, _) = testing::findings(&Mypy, text);
        assert_eq!((found.total, found.broken.len()), (1, 1));
    }

    #[test]
    fn crash_and_refused_command_line_are_broken_evidence() {
        let crash = "a.py:1: error: INTERNAL ERROR -- Please try using mypy master\nTraceback (most recent call last):\n  x\n";
        assert_eq!(testing::findings(&Mypy, crash).0.broken.len(), 1);
        let usage = "usage: mypy [-h]\nmypy: error: unrecognized arguments: --foo\n";
        assert_eq!(testing::findings(&Mypy, usage).0.broken.len(), 1);
        let none = "There are no .py[i] files in directory 'e'\n";
        assert_eq!(testing::findings(&Mypy, none).0.broken.len(), 1);
    }

    #[test]
    fn output_without_summary_counts_and_is_broken_evidence() {
        let text = "a.py:1: error: bad  [x]\n";
        let (found, _) = testing::findings(&Mypy, text);
        assert_eq!((found.total, found.broken.len()), (1, 1));
    }

    #[test]
    fn sniff_takes_mypy_and_no_compiler() {
        assert_eq!(testing::sniffed(TWO), ["mypy"]);
        assert_eq!(
            testing::sniffed("Success: no issues found in 1 source file\n"),
            ["mypy"]
        );
        assert!(testing::sniffed("a.c:3:5: error: expected ';'\n").is_empty());
        assert_eq!(testing::sniffed(&format!("<testsuite>\n{TWO}")), ["junit"]);
        assert!(testing::sniffed("a.py:1:1: F401 unused\nFound 1 error.\n").is_empty());
    }

    #[test]
    fn mutated_reports_are_survived() {
        testing::survives_mutation(&Mypy, TWO);
    }
}
