//! Cargo's messages (`--message-format=json`): diagnostics of rustc and clippy, one JSON object a line.
//!
//! The same diagnostic comes once for each target that has the code; it counts once. Summary lines (`3 warnings
//! emitted`) do not count. Lines that are no JSON belong to programs that cargo ran and are told, not read.
//! Broken: a build that failed without saying why, one that never finished, and a crash of the compiler.
//! <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use serde::Deserialize;

use super::json::Int;
use super::lines::{Lines, cut_off};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Shape, Sink};
use crate::model::{EvidenceKind, Finding, Level};

/// The format `clippy`.
pub struct Clippy;

impl ReportFormat for Clippy {
    fn name(&self) -> &'static str {
        "clippy"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Findings
    }

    fn about(&self) -> &'static str {
        "`cargo clippy --message-format=json`, also of `check` and `build`; \
         https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        let known = [
            "compiler-message",
            "compiler-artifact",
            "build-script-executed",
            "build-finished",
        ];
        let mut lines = head
            .lines()
            .filter(|_| !head.starts_with('<'))
            .filter(|line| line.starts_with('{') && line.contains("\"reason\""))
            .filter_map(Shape::of);
        lines.any(|shape| {
            let reason = shape.text("reason");
            reason.is_some_and(|reason| known.contains(&reason))
        })
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing("{\"reason\":\"build-finished\",\"success\":false}\n"),
            bad: concat!(
                "{\"reason\":\"compiler-message\",\"package_id\":\"p\",\"target\":{\"kind\":[\"lib\"],\"name\":\"p\",\"src_path\":\"src/lib.rs\"},",
                "\"message\":{\"message\":\"unused\",\"level\":\"error\",\"code\":{\"code\":\"dead_code\"},\"spans\":[],\"children\":[]}}\n",
                "{\"reason\":\"build-finished\",\"success\":false}\n"
            ),
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let mut build = Build::default();
        let mut lines = Lines::new(input)?;
        while let Some((line, ended)) = lines.next()? {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            match serde_json::from_str::<Line>(line) {
                Ok(message) => build.take(message, sink),
                Err(error) if !ended && line.starts_with('{') => {
                    return Err(cut_off(&error, lines.number()));
                }
                Err(error) if line.contains("\"reason\":\"compiler-message\"") => {
                    return Err(ReportError::malformed_at(
                        "not-well-formed",
                        format!("has a compiler message that cannot be read: {error}"),
                        lines.number(),
                        None,
                    ));
                }
                Err(_) => build.foreign += 1,
            }
        }
        build.finish(sink)
    }
}

#[derive(Deserialize)]
struct Line {
    reason: String,
    message: Option<Diagnostic>,
    success: Option<bool>,
}

#[derive(Deserialize)]
struct Diagnostic {
    message: String,
    level: String,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: Int,
    column_start: Int,
    #[serde(default)]
    is_primary: bool,
}

/// What was seen of a build so far.
#[derive(Default)]
struct Build {
    hasher: RandomState,
    seen: HashSet<u64>,
    messages: u64,
    errors: u64,
    foreign: u64,
    finished: Option<bool>,
    /// Messages came and no `build-finished` after them.
    running: bool,
}

impl Build {
    fn take(&mut self, line: Line, sink: &mut dyn Sink) {
        self.messages += 1;
        self.running = match line.reason.as_str() {
            "compiler-message" | "compiler-artifact" | "build-script-executed" => true,
            "build-finished" => false,
            _ => self.running,
        };
        match (line.reason.as_str(), line.message) {
            ("compiler-message", Some(message)) => self.diagnostic(message, sink),
            ("build-finished", _) => {
                let good = line.success.unwrap_or(false);
                self.finished = Some(self.finished.unwrap_or(true) && good);
            }
            _ => {}
        }
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic, sink: &mut dyn Sink) {
        let crash = diagnostic.level.contains("internal compiler error");
        if diagnostic.level.starts_with("error") {
            self.errors += 1;
        }
        if crash {
            sink.broken(&format!("the compiler crashed: {}", diagnostic.message));
        }
        if diagnostic.spans.is_empty() && is_summary(&diagnostic) {
            return;
        }
        let span = diagnostic.spans.iter().find(|span| span.is_primary);
        let span = span.or(diagnostic.spans.first());
        let place = span.map(|span| (&span.file_name, span.line_start, span.column_start));
        let rule = diagnostic.code.map(|code| code.code);
        let key = (&diagnostic.level, &rule, &diagnostic.message, place);
        if !self.seen.insert(self.hasher.hash_one(key)) {
            return;
        }
        sink.finding(Finding {
            rule,
            level: match diagnostic.level.as_str() {
                "warning" => Level::Medium,
                "note" | "help" | "failure-note" => Level::Low,
                _ => Level::High,
            },
            severity: diagnostic.level,
            message: diagnostic.message,
            file: span.map(|span| span.file_name.clone()),
            line: span.and_then(|span| span.line_start.place()),
            column: span.and_then(|span| span.column_start.place()),
            fingerprint: String::new(),
            suppressed: false,
            state: None,
        });
    }

    fn finish(self, sink: &mut dyn Sink) -> Result<(), ReportError> {
        if self.messages == 0 {
            let message =
                "has no cargo message; run cargo with `--message-format=json` and keep its stdout";
            return Err(ReportError::malformed("no-messages", message));
        }
        if self.foreign > 0 {
            let message = format!("{} lines are no cargo message", self.foreign);
            sink.warn("foreign-lines", message);
        }
        match self.finished {
            None => sink.broken("no `build-finished` message: the build was cut off"),
            Some(_) if self.running => {
                sink.broken("messages follow the last `build-finished`: another build was cut off");
            }
            Some(false) if self.errors == 0 => {
                sink.broken("the build failed, but no message says why; see what cargo printed");
            }
            Some(_) => {}
        }
        Ok(())
    }
}

/// Lines that only sum up what other messages say. A link failure has no place either, but is no summary.
fn is_summary(diagnostic: &Diagnostic) -> bool {
    let text = diagnostic.message.as_str();
    let counts = text.starts_with(|first: char| first.is_ascii_digit());
    diagnostic.level == "failure-note"
        || text.starts_with("aborting due to ")
        || text.starts_with("For more information about ")
        || text.starts_with("Some errors have detailed explanations")
        || (counts && (text.ends_with(" emitted") || text.ends_with(" generated")))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const DONE: &str = r#"{"reason":"build-finished","success":true}"#;

    fn message(level: &str, code: &str, text: &str, spans: &str) -> String {
        format!(
            r#"{{"reason":"compiler-message","target":{{"kind":["lib"]}},"message":{{"rendered":"r","children":[],
            "code":{code},"level":"{level}","message":"{text}","spans":[{spans}]}}}}"#
        )
        .replace('\n', " ")
    }

    fn span(line: u32) -> String {
        format!(
            r#"{{"file_name":"src/a.rs","line_start":{line},"column_start":5,"is_primary":true,"byte_start":1}}"#
        )
    }

    fn code(code: &str) -> String {
        format!(r#"{{"code":"{code}","explanation":null}}"#)
    }

    #[test]
    fn same_diagnostic_of_two_targets_counts_once() {
        let one = message("warning", &code("dead_code"), "unused", &span(1));
        let other = message("warning", &code("dead_code"), "unused", &span(2));
        let text = format!("{one}\n{one}\n{other}\n{DONE}\n");
        let (found, warnings) = testing::findings(&Clippy, &text);
        assert_eq!((found.total, found.by_rule["dead_code"]), (2, 2));
        assert_eq!((found.at(Level::Medium), warnings.as_str()), (2, ""));
        assert_eq!(found.items[0].file.as_deref(), Some("src/a.rs"));
        assert_eq!(
            (found.items[0].line, found.items[0].column),
            (Some(1), Some(5))
        );
    }

    #[test]
    fn summary_does_not_count_but_a_link_failure_does() {
        let text = [
            message("warning", "null", "3 warnings emitted", ""),
            message("error", "null", "aborting due to 1 previous error", ""),
            message("failure-note", "null", "whatever", ""),
            message("error", "null", "linking with `cc` failed", ""),
            r#"{"reason":"build-finished","success":false}"#.to_owned(),
        ]
        .join("\n");
        let (found, warnings) = testing::findings(&Clippy, &text);
        assert_eq!((found.total, found.at(Level::High)), (1, 1));
        assert_eq!((found.by_rule[""], warnings.as_str()), (1, ""));
    }

    #[test]
    fn failed_build_without_an_error_is_broken() {
        let text = r#"{"reason":"build-finished","success":false}"#;
        assert_eq!(testing::findings(&Clippy, text).0.broken.len(), 1);
    }

    #[test]
    fn build_that_never_finished_is_broken() {
        let text = message("warning", "null", "w", &span(1));
        assert_eq!(testing::findings(&Clippy, &text).0.broken.len(), 1);
    }

    #[test]
    fn a_second_build_must_finish_too() {
        let artifact = r#"{"reason":"compiler-artifact","package_id":"p"}"#;
        let broken = |text: &str| testing::findings(&Clippy, text).0.broken.len();
        assert_eq!(broken(&format!("{DONE}\n{artifact}\n")), 1);
        assert_eq!(broken(&format!("{DONE}\n{artifact}\n{DONE}\n")), 0);
        assert_eq!(broken(&format!("{DONE}\n{{\"reason\":\"other\"}}\n")), 0);
    }

    #[test]
    fn crash_of_the_compiler_is_broken_and_high() {
        let text = message("error: internal compiler error", "null", "boom", "");
        let (found, _) = testing::findings(&Clippy, &format!("{text}\n{DONE}"));
        assert_eq!((found.at(Level::High), found.broken.len()), (1, 1));
    }

    #[test]
    fn other_lines_between_are_told() {
        let text = format!("running 1 test\n{{\"my\":1}}\n{DONE}\n");
        let (found, warnings) = testing::findings(&Clippy, &text);
        assert_eq!((found.total, warnings.as_str()), (0, "foreign-lines"));
        assert_eq!(
            testing::refused(&Clippy, "error: no such command\n"),
            "no-messages"
        );
    }

    #[test]
    fn sniff_takes_cargo_messages_behind_other_lines() {
        assert_eq!(testing::sniffed(&format!("hello\n{DONE}\n")), ["clippy"]);
        assert!(testing::sniffed(r#"{"reason":"because"}"#).is_empty());
    }

    #[test]
    fn cut_lines_are_refused_and_mutated_ones_survived() {
        let text = message("warning", &code("c"), "w", &span(1));
        testing::cuts_are_refused(&Clippy, &text);
        testing::survives_mutation(&Clippy, &format!("{text}\n{DONE}\n"));
        let cut = format!("{DONE}\n{}", &text[..text.len() - 2]);
        assert_eq!(testing::refused(&Clippy, &cut), "truncated");
    }
}
