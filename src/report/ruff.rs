//! Ruff's JSON (`ruff check --output-format json`).
//!
//! Ruff says `error` for all unless its preview sets severities; older versions give no word at all, which is an
//! error too. A syntax error has the code `invalid-syntax`, in older versions null. A file that could not be read (`E902`)
//! is broken evidence. An empty array is what several other tools write too: a gate takes it as clean where the
//! format is named.
//! <https://docs.astral.sh/ruff/settings/#output-format>

use serde::Deserialize;

use super::json::{self, Each, Int};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink};
use crate::model::{EvidenceKind, Finding, Level};

/// The format `ruff`.
pub struct Ruff;

impl ReportFormat for Ruff {
    fn name(&self) -> &'static str {
        "ruff"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Findings
    }

    fn about(&self) -> &'static str {
        "`ruff check --output-format json`; https://docs.astral.sh/ruff/settings/#output-format"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        head.json.as_ref().is_some_and(|shape| {
            // A long `fix` may keep `location` and `message` out of the head.
            let place = shape.inside("location", "row") && shape.has("message");
            let own = shape.has_all(&["code", "filename"]);
            shape.list && (shape.empty || own && (place || shape.inside("end_location", "row")))
        })
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Clean("[]"),
            bad: r#"[{"code":"F401","message":"unused","filename":"a.py","location":{"row":1,"column":1},"severity":"error"}]"#,
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let tell = Each::new(|one: Diagnostic| {
            if one.code.as_deref() == Some("E902") {
                let file = one.filename.as_deref().unwrap_or("a file");
                sink.broken(&format!("`{file}` was not checked: {}", one.message));
            }
            sink.finding(one.finding());
        });
        match json::read(input, tell)? {
            Some(_) => Ok(()),
            None => {
                let message = "is null; write it with `ruff check --output-format json`";
                Err(ReportError::malformed("wrong-shape", message))
            }
        }
    }
}

#[derive(Deserialize)]
struct Diagnostic {
    code: Option<String>,
    message: String,
    filename: Option<String>,
    location: Option<Location>,
    severity: Option<String>,
}

#[derive(Deserialize)]
struct Location {
    row: Option<Int>,
    column: Option<Int>,
}

impl Diagnostic {
    fn finding(self) -> Finding {
        let severity = self.severity.unwrap_or_else(|| "error".to_owned());
        let (line, column) = match self.location {
            Some(place) => (place.row, place.column),
            None => (None, None),
        };
        Finding {
            rule: Some(self.code.unwrap_or_else(|| "invalid-syntax".to_owned())),
            level: json::level(&severity).unwrap_or(Level::High),
            severity,
            message: self.message,
            file: self.filename.filter(|name| !name.is_empty()),
            line: line.and_then(Int::place),
            column: column.and_then(Int::place),
            fingerprint: String::new(),
            suppressed: false,
            state: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const ALL: &str = r#"[
        {"cell":null,"code":"F401","filename":"/p/a.py","location":{"column":8,"row":1},"message":"unused","severity":"warning"},
        {"code":"E501","message":"long","location":{"row":2,"column":89},"filename":"/p/a.py","noqa_row":2},
        {"code":null,"message":"SyntaxError: x","location":{"row":3,"column":1},"filename":"/p/b.py"}]"#;

    #[test]
    fn severity_is_an_error_unless_ruff_says_otherwise() {
        let (found, warnings) = testing::findings(&Ruff, ALL);
        assert_eq!((found.total, warnings.as_str()), (3, ""));
        assert_eq!(
            (found.by_severity["error"], found.by_severity["warning"]),
            (2, 1)
        );
        assert_eq!((found.at(Level::High), found.at(Level::Medium)), (2, 1));
        assert_eq!(
            (found.items[0].line, found.items[0].column),
            (Some(1), Some(8))
        );
    }

    #[test]
    fn syntax_error_without_code_has_the_code_that_ruff_gives_it_now() {
        assert_eq!(testing::findings(&Ruff, ALL).0.by_rule["invalid-syntax"], 1);
    }

    #[test]
    fn file_that_could_not_be_read_is_broken_evidence() {
        let text = r#"[{"code":"E902","message":"No such file or directory (os error 2)","filename":"/p/gone",
            "location":{"row":1,"column":1},"name":"io-error","severity":"error"}]"#;
        let found = testing::findings(&Ruff, text).0;
        assert_eq!((found.broken.len(), found.total), (1, 1));
    }

    #[test]
    fn long_fix_before_the_place_does_not_hide_ruff() {
        let fix = "x".repeat(70_000);
        let text = format!(
            r#"[{{"cell":null,"code":"I001","end_location":{{"column":1,"row":9}},"filename":"a.py","fix":{{"edits":[{{"content":"{fix}"}}]}},"location":{{"column":1,"row":1}},"message":"m"}}]"#
        );
        assert_eq!(testing::sniffed(&text), ["ruff"]);
    }

    #[test]
    fn empty_array_is_clean_only_where_the_format_is_named() {
        let (found, warnings) = testing::findings(&Ruff, "[]\n");
        assert_eq!((found.total, warnings.as_str()), (0, ""));
        let sniffed = super::super::read_bytes(b" [ ]\n", "r", None).unwrap();
        assert_eq!(sniffed.warnings[0].code, "empty-list");
        assert_eq!(testing::refused(&Ruff, "null"), "wrong-shape");
    }

    #[test]
    fn sniff_takes_ruff_and_no_other_array() {
        assert_eq!(testing::sniffed(ALL), ["ruff"]);
        let hadolint =
            r#"[{"line":15,"code":"DL3008","message":"m","column":1,"file":"Dockerfile"}]"#;
        assert!(testing::sniffed(hadolint).is_empty());
    }

    #[test]
    fn cut_reports_are_refused_and_mutated_ones_survived() {
        testing::cuts_are_refused(&Ruff, ALL);
        testing::survives_mutation(&Ruff, ALL);
    }
}
