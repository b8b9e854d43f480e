//! The TypeScript compiler's text output, plain and `--pretty`.
//!
//! Each `error TSnnnn` with or without a file is a finding; `message TSnnnn` is not. tsc is silent when it is clean;
//! the statistics of `--diagnostics` prove that it ran. Text of which no line is tsc's is refused; more errors declared
//! than listed, and errors of `--pretty` without its count at the end, are broken evidence.
//! <https://www.typescriptlang.org/docs/handbook/compiler-options.html>

use super::lines::{Lines, plain};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink};
use crate::model::{EvidenceKind, Finding, Level};

/// The format `tsc`.
pub struct Tsc;

impl ReportFormat for Tsc {
    fn name(&self) -> &'static str {
        "tsc"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Findings
    }

    fn about(&self) -> &'static str {
        "the text that tsc and vue-tsc print; https://www.typescriptlang.org/docs/handbook/compiler-options.html"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        let mut lines = head.lines().take(200);
        head.is_text() && lines.any(|line| diagnostic(&plain(line)).is_some())
    }

    fn empty_is_clean(&self) -> bool {
        true
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Clean(""),
            bad: "a.ts(1,1): error TS2322: wrong type\n",
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

/// One diagnostic of tsc.
#[derive(Debug, PartialEq, Eq)]
struct Diagnostic<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    category: &'static str,
    code: &'a str,
    message: &'a str,
    /// It is written as `--pretty` does.
    pretty: bool,
}

/// `file(1,2): error TS1: m`, `file:1:2 - error TS1: m` or `error TS1: m`.
fn diagnostic(line: &str) -> Option<Diagnostic<'_>> {
    let (at, category) = ["error", "warning", "message"]
        .into_iter()
        .filter_map(|category| Some((category_at(line, category)?, category)))
        .min()?;
    let rest = &line[at + category.len() + 1..];
    let (code, message) = rest.split_once(": ")?;
    let digits = code.strip_prefix("TS")?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let before = &line[..at];
    let (file, line, column) = match before {
        "" => (None, None, None),
        _ => plain_place(before).or_else(|| pretty_place(before))?,
    };
    Some(Diagnostic {
        file,
        line,
        column,
        category,
        code,
        message,
        pretty: file.is_some() && before.ends_with(" - "),
    })
}

fn category_at(line: &str, category: &str) -> Option<usize> {
    let start = format!("{category} TS");
    let apart = |at: &usize| *at == 0 || line[..*at].ends_with(' ');
    line.match_indices(&start).map(|(at, _)| at).find(apart)
}

type Place<'a> = (Option<&'a str>, Option<u32>, Option<u32>);

fn plain_place(text: &str) -> Option<Place<'_>> {
    let (file, numbers) = text.strip_suffix("): ")?.rsplit_once('(')?;
    let (line, column) = numbers.split_once(',')?;
    Some((Some(file), Some(line.parse().ok()?), column.parse().ok()))
}

fn pretty_place(text: &str) -> Option<Place<'_>> {
    let (rest, column) = text.strip_suffix(" - ")?.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((Some(file), Some(line.parse().ok()?), column.parse().ok()))
}

/// The number in `Found 3 errors …`, also behind the clock of watch mode.
fn found(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("Found ")?;
    rest.split_once(" error")?.0.parse().ok()
}

/// A line of `--diagnostics` or `--extendedDiagnostics`: `Files:  64`, `Memory used:  61170K`, `Total time:  0.67s`.
fn statistic(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let number = value.trim_end_matches(['s', 'K']).trim_start();
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '/'));
    let numeric = value.starts_with(' ')
        && number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    (named && numeric).then_some((name, number))
}

/// Lines of watch mode and of the package managers that start tsc.
fn is_noise(line: &str) -> bool {
    let starts = ["> ", "$ ", "yarn run v", "Done in ", "✨"];
    line.trim().is_empty()
        || starts.iter().any(|start| line.starts_with(start))
        || line.contains("Starting compilation in watch mode")
        || line.contains("Starting incremental compilation")
}

/// What was seen so far.
#[derive(Default)]
struct Check {
    open: Option<Finding>,
    seen: u64,
    messages: u64,
    declared: u64,
    summary: bool,
    /// Errors are written as `--pretty` does, and no count came behind the last one.
    uncounted: bool,
    /// The first line of the statistics, naming some files, and the last one.
    files: bool,
    timed: bool,
    unknown: u64,
}

impl Check {
    fn take(&mut self, line: &str, sink: &mut dyn Sink) {
        if let Some(diagnostic) = diagnostic(line) {
            self.close(sink);
            self.start(&diagnostic);
        } else if let Some(count) = found(line) {
            self.close(sink);
            self.summary = true;
            self.uncounted = false;
            self.declared = self.declared.saturating_add(count);
        } else if line.starts_with("  ") && line.trim_start().len() > 1 {
            self.go_on(line.trim());
        } else if let Some((name, number)) = statistic(line)
            && (self.files || (name == "Files" && number != "0"))
        {
            self.close(sink);
            self.files = true;
            self.timed |= name == "Total time";
        } else if !is_noise(line) && self.open.is_none() && self.seen == 0 {
            self.unknown += 1;
        }
    }

    fn start(&mut self, diagnostic: &Diagnostic<'_>) {
        if diagnostic.category == "message" {
            self.messages += 1;
            return;
        }
        let error = diagnostic.category == "error";
        self.seen += u64::from(error);
        self.uncounted |= error && diagnostic.pretty;
        self.open = Some(Finding {
            rule: Some(diagnostic.code.to_owned()),
            severity: diagnostic.category.to_owned(),
            level: if error { Level::High } else { Level::Medium },
            message: diagnostic.message.to_owned(),
            file: diagnostic.file.map(str::to_owned),
            line: diagnostic.line.filter(|line| *line > 0),
            column: diagnostic.column.filter(|column| *column > 0),
            fingerprint: String::new(),
            suppressed: false,
            state: None,
        });
    }

    /// A further line of a message; squiggles under an excerpt are none.
    fn go_on(&mut self, text: &str) {
        let Some(open) = &mut self.open else {
            return;
        };
        if open.message.len() < 4096 && !text.chars().all(|c| matches!(c, '~' | ' ')) {
            open.message.push('\n');
            open.message.push_str(text);
        }
    }

    fn close(&mut self, sink: &mut dyn Sink) {
        if let Some(finding) = self.open.take() {
            sink.finding(finding);
        }
    }

    fn finish(mut self, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let nothing = self.seen == 0 && self.open.is_none() && self.messages == 0;
        self.close(sink);
        if nothing && !self.summary && !self.files && self.unknown > 0 {
            let message =
                "has no line that tsc prints; keep tsc's stdout alone, without `--listFiles`";
            return Err(ReportError::malformed("foreign-text", message));
        }
        if self.declared > self.seen {
            let (declared, seen) = (self.declared, self.seen);
            sink.broken(&format!(
                "tsc counts {declared} errors but lists {seen}; its output is not whole"
            ));
        }
        if self.uncounted {
            sink.broken("tsc does not say how many errors it found; its output is not whole");
        }
        if self.files && !self.timed {
            sink.broken("the statistics of tsc break off; its output is not whole");
        }
        if self.unknown > 0 {
            let message = format!("{} lines are none of tsc's", self.unknown);
            sink.warn("foreign-lines", message);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const PLAIN: &str = "ts/a (1).ts(1,7): error TS2322: Type 'string' is not error TS1: y.\n\
        b.ts(6,7): error TS2322: Type is not assignable.\n  The types of 'a.b' differ.\n    More.\n\
        error TS18003: No inputs were found.\nc.ts(2,3): warning TS9: w.\nmessage TS6: m\n";

    #[test]
    fn plain_diagnostics_count_with_and_without_file() {
        let (found, warnings) = testing::findings(&Tsc, PLAIN);
        assert_eq!((found.total, warnings.as_str()), (4, ""));
        assert_eq!(
            (found.by_severity["error"], found.by_severity["warning"]),
            (3, 1)
        );
        assert_eq!((found.by_rule["TS2322"], found.by_rule["TS18003"]), (2, 1));
        let first = &found.items[0];
        assert_eq!(first.file.as_deref(), Some("ts/a (1).ts"));
        assert_eq!((first.line, first.column), (Some(1), Some(7)));
        assert_eq!(found.items[2].file, None);
    }

    #[test]
    fn further_lines_belong_to_the_message() {
        let (found, _) = testing::findings(&Tsc, PLAIN);
        let message = "Type is not assignable.\nThe types of 'a.b' differ.\nMore.";
        assert_eq!(found.items[1].message, message);
    }

    #[test]
    fn pretty_diagnostics_count_without_their_excerpts() {
        let text = "\x1b[96ma.ts\x1b[0m:\x1b[93m4\x1b[0m:\x1b[93m36\x1b[0m - \x1b[91merror\x1b[0m\x1b[90m TS2322: \x1b[0mType.\n\n\
            \x1b[7m4\x1b[0m const x = 'error TS1: z';\n\x1b[7m \x1b[0m \x1b[91m   ~\x1b[0m\n\n  a.ts:3:38 - The expected type\n\n\
            Found 1 error in a.ts:4\n\n";
        let (found, warnings) = testing::findings(&Tsc, text);
        assert_eq!((found.total, warnings.as_str()), (1, ""));
        assert_eq!(found.items[0].file.as_deref(), Some("a.ts"));
        assert_eq!(
            (found.items[0].line, found.items[0].column),
            (Some(4), Some(36))
        );
    }

    #[test]
    fn pretty_output_that_is_cut_is_broken_evidence() {
        let one = "a.ts:4:36 - error TS2322: Type.\n\n4 x\n  ~\n\n";
        let broken = |text: &str| testing::findings(&Tsc, text).0.broken.len();
        assert_eq!(broken(one), 1);
        assert_eq!(broken(&format!("{one}Found 1 error in a.ts:4\n")), 0);
        assert_eq!(broken(&format!("{one}Found 1 error.\n{one}")), 1);
        assert_eq!(broken("a.ts(4,36): error TS2322: Type.\n"), 0);
    }

    #[test]
    fn silence_is_clean_and_foreign_text_is_not() {
        assert_eq!(testing::findings(&Tsc, "").0.total, 0);
        assert_eq!(
            testing::findings(&Tsc, "\n> app@1.0.0 check\n> tsc --noEmit\n\n").1,
            ""
        );
        assert_eq!(
            testing::refused(&Tsc, "sh: tsc: not found\n"),
            "foreign-text"
        );
    }

    #[test]
    fn statistics_prove_a_clean_run_when_they_are_whole() {
        let whole = "Files:              64\nI/O Read time:     0.01s\nMemory used:    61170K\nTotal time:     0.675s\n";
        let (found, warnings) = testing::findings(&Tsc, whole);
        assert_eq!((found.total, warnings.as_str()), (0, ""));
        let (found, warnings) = testing::findings(&Tsc, &format!("{PLAIN}{whole}"));
        assert_eq!((found.total, warnings.as_str()), (4, ""));
        let (cut, _) = whole.split_at(50);
        assert_eq!(testing::findings(&Tsc, cut).0.broken.len(), 1);
        let none = "Files:               0\nTotal time:     0.011s\n";
        assert_eq!(testing::refused(&Tsc, none), "foreign-text");
        let other = "Tests:              12\nTotal time:     0.675s\n";
        assert_eq!(testing::refused(&Tsc, other), "foreign-text");
    }

    #[test]
    fn watch_mode_is_passed_over() {
        let text = "[10:00:00 AM] Starting compilation in watch mode...\n\na.ts(1,7): error TS2322: T.\n\
            [10:00:01 AM] Found 1 error. Watching for file changes.\n";
        let (found, warnings) = testing::findings(&Tsc, text);
        assert_eq!((found.total, warnings.as_str()), (1, ""));
    }

    #[test]
    fn more_errors_declared_than_listed_are_broken_evidence() {
        assert_eq!(
            testing::findings(&Tsc, "Found 5 errors in 2 files.\n")
                .0
                .broken
                .len(),
            1
        );
        assert_eq!(
            testing::findings(&Tsc, "Found 0 errors.\n").0.broken.len(),
            0
        );
    }

    #[test]
    fn sniff_takes_tsc_and_no_other_compiler() {
        assert_eq!(testing::sniffed(PLAIN), ["tsc"]);
        assert!(testing::sniffed("a.cs(1,2): error CS0246: The type\n").is_empty());
        assert!(testing::sniffed("see error TS2322 in the manual\n").is_empty());
    }

    #[test]
    fn mutated_reports_are_survived() {
        testing::survives_mutation(&Tsc, PLAIN);
    }
}
