//! Bandit's JSON (`bandit -f json`): security findings in Python.
//!
//! A file in `errors` was not scanned: broken evidence, because nobody knows what is in it. Findings behind
//! `# nosec` are not listed by bandit, only counted (a gate adds them to its `suppressed`): `nosec` those of a bare mark, `skipped_tests` those of a named one.
//! <https://bandit.readthedocs.io/en/latest/formatters/json.html>

use serde::Deserialize;
use serde::de::MapAccess;

use super::json::{self, Each, Fields, Int, Object};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink};
use crate::model::{EvidenceKind, Finding, Level};

/// The format `bandit`.
pub struct Bandit;

impl ReportFormat for Bandit {
    fn name(&self) -> &'static str {
        "bandit"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Findings
    }

    fn about(&self) -> &'static str {
        "`bandit -f json`; https://bandit.readthedocs.io/en/latest/formatters/json.html"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        head.json.as_ref().is_some_and(|shape| {
            !shape.list && shape.has_all(&["generated_at", "metrics"]) && shape.is_list("errors")
        })
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing(
                r#"{"errors":[],"generated_at":"2026-01-01T00:00:00Z","metrics":{"_totals":{"loc":0,"nosec":0,"skipped_tests":0}},"results":[]}"#,
            ),
            bad: r#"{"errors":[],"generated_at":"2026-01-01T00:00:00Z","metrics":{"_totals":{"loc":1,"nosec":0,"skipped_tests":0}},"results":[{"filename":"a.py","issue_confidence":"HIGH","issue_severity":"HIGH","issue_text":"exec","line_number":1,"col_offset":0,"test_id":"B102","test_name":"exec_used"}]}"#,
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let mut whole = Whole {
            sink,
            results: None,
            scanned: None,
        };
        json::read(input, Object(&mut whole))?;
        if whole.results.is_none() {
            let message = "has no `results`; write it with `bandit -f json`";
            return Err(ReportError::malformed("wrong-shape", message));
        }
        if whole.scanned == Some(0) {
            let message = "no line of code was scanned; see which paths bandit was given";
            // A scan of nothing proves the absence of nothing.
            whole.sink.broken(message);
        }
        Ok(())
    }
}

struct Whole<'a> {
    sink: &'a mut dyn Sink,
    results: Option<u64>,
    scanned: Option<i64>,
}

impl Fields for Whole<'_> {
    const WHAT: &'static str = "the object that bandit writes";

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        let sink = &mut *self.sink;
        match key {
            "results" => {
                let tell = Each::new(|one: Issue| sink.finding(one.finding()));
                self.results = map.next_value_seed(tell)?;
            }
            "errors" => {
                map.next_value_seed(Each::new(|one: Unread| {
                    let name = one.filename.as_deref().unwrap_or("a file");
                    let why = one.reason.as_deref().unwrap_or("no reason given");
                    sink.broken(&format!("`{name}` was not scanned: {why}"));
                }))?;
            }
            "metrics" => {
                let metrics: Option<Metrics> = map.next_value()?;
                if let Some(totals) = metrics.and_then(|metrics| metrics.totals) {
                    sink.hidden_findings(totals.hidden());
                    self.scanned = totals.loc.and_then(|loc| loc.0);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

#[derive(Deserialize)]
struct Unread {
    filename: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Metrics {
    #[serde(rename = "_totals")]
    totals: Option<Totals>,
}

#[derive(Deserialize)]
struct Totals {
    loc: Option<Int>,
    nosec: Option<Int>,
    skipped_tests: Option<Int>,
}

impl Totals {
    fn hidden(&self) -> u64 {
        [self.nosec, self.skipped_tests]
            .into_iter()
            .filter_map(|count| u32::try_from(count?.0?).ok())
            .map(u64::from)
            .sum()
    }
}

#[derive(Deserialize)]
struct Issue {
    test_id: Option<String>,
    issue_severity: String,
    issue_text: Option<String>,
    filename: Option<String>,
    line_number: Option<Int>,
    col_offset: Option<Int>,
}

impl Issue {
    fn finding(self) -> Finding {
        // Bandit counts columns from 0 and writes -1 for none.
        let column = self.col_offset.and_then(|offset| offset.0?.checked_add(1));
        Finding {
            rule: self.test_id,
            level: match self.issue_severity.as_str() {
                "UNDEFINED" => Level::Low,
                word => json::level(word).unwrap_or(Level::High),
            },
            severity: self.issue_severity,
            message: self.issue_text.unwrap_or_default(),
            file: self.filename.filter(|name| !name.is_empty()),
            line: self.line_number.and_then(Int::place),
            column: Int(column).place(),
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

    fn report(errors: &str, loc: u32, results: &str) -> String {
        format!(
            r#"{{"errors":[{errors}],"generated_at":"2026-01-01T00:00:00Z",
            "metrics":{{"./a.py":{{"loc":{loc}}},"_totals":{{"loc":{loc},"nosec":1,"skipped_tests":2}}}},"results":[{results}]}}"#
        )
    }

    const ISSUES: &str = r#"
        {"code":"1 x","col_offset":4,"filename":"./a.py","issue_severity":"HIGH","issue_text":"t","line_number":9,"test_id":"B602"},
        {"filename":"./a.py","issue_severity":"MEDIUM","test_id":"B301","col_offset":-1},
        {"filename":"./a.py","issue_severity":"UNDEFINED","test_id":"B000"}"#;

    #[test]
    fn severity_words_stay_and_have_a_common_level() {
        let (found, warnings) = testing::findings(&Bandit, &report("", 3, ISSUES));
        assert_eq!((found.total, warnings.as_str()), (3, ""));
        assert_eq!(
            (found.by_severity["HIGH"], found.by_severity["MEDIUM"]),
            (1, 1)
        );
        assert_eq!((found.at(Level::High), found.at(Level::Low)), (1, 1));
        assert_eq!(
            (found.items[0].line, found.items[0].column),
            (Some(9), Some(5))
        );
        assert_eq!(found.items[1].column, None);
    }

    #[test]
    fn findings_behind_nosec_are_hidden_ones() {
        let (found, _) = testing::findings(&Bandit, &report("", 3, ISSUES));
        assert_eq!((found.total, found.suppressed, found.hidden), (3, 0, 3));
        let text = report("", 3, "").replace("\"nosec\":1", "\"nosec\":-9000000000000000000");
        assert_eq!(testing::findings(&Bandit, &text).0.hidden, 2);
    }

    #[test]
    fn file_that_was_not_scanned_is_broken_evidence() {
        let error = r#"{"filename":"./b.py","reason":"syntax error while parsing AST from file"}"#;
        let (found, warnings) = testing::findings(&Bandit, &report(error, 3, ""));
        assert_eq!((found.broken.len(), warnings.as_str()), (1, "broken"));
        assert!(found.broken[0].contains("./b.py"));
    }

    #[test]
    fn scan_of_nothing_is_broken_evidence() {
        let (found, warnings) = testing::findings(&Bandit, &report("", 0, ""));
        assert_eq!((found.broken.len(), warnings.as_str()), (1, "broken"));
    }

    #[test]
    fn absent_results_are_refused() {
        assert_eq!(
            testing::refused(&Bandit, r#"{"errors":[],"metrics":{}}"#),
            "wrong-shape"
        );
        assert_eq!(
            testing::refused(&Bandit, r#"{"results":null}"#),
            "wrong-shape"
        );
    }

    #[test]
    fn sniff_takes_bandit_and_not_semgrep() {
        assert_eq!(testing::sniffed(&report("", 3, ISSUES)), ["bandit"]);
        let semgrep = r#"{"errors":[],"paths":{"scanned":[]},"results":[],"version":"1.0"}"#;
        assert!(testing::sniffed(semgrep).is_empty());
    }

    #[test]
    fn cut_reports_are_refused_and_mutated_ones_survived() {
        let text = report("", 3, ISSUES);
        testing::cuts_are_refused(&Bandit, &text);
        testing::survives_mutation(&Bandit, &text);
    }
}
