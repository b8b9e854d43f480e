//! ESLint's `json` and `json-with-metadata` formatters.
//!
//! A message is a finding, `suppressedMessages` are suppressed ones; a file that cannot be parsed is a message with
//! `fatal` and no rule, here under the rule `fatal`. A file that counts more errors or warnings than it lists is broken
//! evidence: something took the messages out. <https://eslint.org/docs/latest/use/formatters/#json>

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::json::{self, Each, Fields, Int, Object};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink};
use crate::model::{EvidenceKind, Finding, Level};

/// The format `eslint`.
pub struct Eslint;

impl ReportFormat for Eslint {
    fn name(&self) -> &'static str {
        "eslint"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Findings
    }

    fn about(&self) -> &'static str {
        "`eslint --format json` or `json-with-metadata`; https://eslint.org/docs/latest/use/formatters/#json"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        let Some(shape) = &head.json else {
            return false;
        };
        if !shape.list {
            return shape.inside("results", "filePath")
                && (shape.inside("results", "messages") || shape.inside("metadata", "rulesMeta"));
        }
        // textlint writes `filePath` and `messages` too, but no counts, and an `index` in each message.
        let own = shape.has("errorCount") || shape.inside("messages", "ruleId");
        shape.has("filePath")
            && shape.is_list("messages")
            && own
            && !shape.inside("messages", "index")
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing("[]"),
            bad: r#"[{"filePath":"a.js","messages":[{"ruleId":"eqeqeq","severity":2,"message":"no","line":1,"column":1}],"errorCount":1,"warningCount":0}]"#,
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let files = json::read(input, Root { sink: &mut *sink })?;
        match files {
            None => {
                let message = "has no list of files; write it with `eslint --format json`";
                Err(ReportError::malformed("wrong-shape", message))
            }
            Some(0) => {
                // A scan of nothing proves the absence of nothing.
                sink.broken("no file was linted");
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }
}

/// The list of files, or the object around it that `json-with-metadata` writes. Gives the number of files.
struct Root<'a> {
    sink: &'a mut dyn Sink,
}

impl<'de> DeserializeSeed<'de> for Root<'_> {
    type Value = Option<u64>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<u64>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Root<'_> {
    type Value = Option<u64>;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("the array that ESLint writes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Option<u64>, A::Error> {
        Each::new(|file: File| file.tell(self.sink)).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<u64>, A::Error> {
        let mut whole = Whole {
            sink: self.sink,
            files: None,
        };
        Object(&mut whole).visit_map(map)?;
        Ok(whole.files)
    }
}

struct Whole<'a> {
    sink: &'a mut dyn Sink,
    files: Option<u64>,
}

impl Fields for Whole<'_> {
    const WHAT: &'static str = "an object with `results`";

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        if key != "results" {
            return Ok(false);
        }
        let sink = &mut *self.sink;
        self.files = map.next_value_seed(Each::new(|file: File| file.tell(sink)))?;
        Ok(true)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    file_path: String,
    messages: Vec<Message>,
    suppressed_messages: Option<Vec<Message>>,
    error_count: Option<Int>,
    fatal_error_count: Option<Int>,
    warning_count: Option<Int>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    rule_id: Option<String>,
    severity: Option<Int>,
    message: Option<String>,
    line: Option<Int>,
    column: Option<Int>,
    fatal: Option<bool>,
}

impl Message {
    fn is_fatal(&self) -> bool {
        self.fatal == Some(true)
    }

    /// Severity 1 is a warning; 2, and whatever else a plug-in may write, is an error.
    fn is_error(&self) -> bool {
        self.is_fatal() || self.severity.and_then(|severity| severity.0) != Some(1)
    }
}

impl File {
    fn tell(self, sink: &mut dyn Sink) {
        type Is = fn(&Message) -> bool;
        let counts: [(Option<Int>, &str, Is); 3] = [
            (self.error_count, "errors", Message::is_error),
            (self.fatal_error_count, "fatal errors", Message::is_fatal),
            (self.warning_count, "warnings", |one| !one.is_error()),
        ];
        for (declared, what, is) in counts {
            let seen = self.messages.iter().filter(|one| is(one)).count();
            let declared = declared.and_then(Int::index).unwrap_or(0);
            if declared > seen {
                let path = &self.file_path;
                sink.broken(&format!(
                    "`{path}` counts {declared} {what} but lists {seen}; the messages were taken out"
                ));
            }
        }
        let hidden = self.suppressed_messages.unwrap_or_default();
        let all = self.messages.into_iter().map(|one| (one, false));
        for (message, suppressed) in all.chain(hidden.into_iter().map(|one| (one, true))) {
            let error = message.is_error();
            let fatal = message.is_fatal().then(|| "fatal".to_owned());
            sink.finding(Finding {
                rule: message.rule_id.or(fatal),
                severity: if error { "error" } else { "warning" }.to_owned(),
                level: if error { Level::High } else { Level::Medium },
                message: message.message.unwrap_or_default(),
                file: Some(self.file_path.clone()),
                line: message.line.and_then(Int::place),
                column: message.column.and_then(Int::place),
                fingerprint: String::new(),
                suppressed,
                state: None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const FILE: &str = r#"{"filePath":"/p/a.js","messages":[
        {"ruleId":"semi","severity":1,"message":"m","line":1,"column":19,"nodeType":"X","endLine":null},
        {"ruleId":"no-var","severity":2,"message":"v","line":2,"column":1},
        {"ruleId":null,"fatal":true,"severity":2,"message":"Parsing error","line":3,"column":4}],
        "suppressedMessages":[{"ruleId":"no-var","severity":2,"message":"v","suppressions":[{"kind":"directive"}]}],
        "errorCount":2,"fatalErrorCount":1,"warningCount":1,"source":"var"}"#;

    #[test]
    fn messages_count_and_suppressed_ones_apart() {
        let (found, warnings) = testing::findings(&Eslint, &format!("[{FILE}]"));
        assert_eq!(
            (found.total, found.suppressed, warnings.as_str()),
            (3, 1, "")
        );
        assert_eq!(
            (found.by_severity["error"], found.by_severity["warning"]),
            (2, 1)
        );
        assert_eq!((found.by_rule["fatal"], found.at(Level::Medium)), (1, 1));
        assert_eq!(found.items[0].file.as_deref(), Some("/p/a.js"));
    }

    #[test]
    fn report_with_metadata_is_the_same() {
        let text = format!(r#"{{"results":[{FILE}],"metadata":{{"rulesMeta":{{}}}}}}"#);
        assert_eq!(testing::findings(&Eslint, &text).0.total, 3);
        assert_eq!(testing::sniffed(&text), ["eslint"]);
        assert_eq!(
            testing::refused(&Eslint, r#"{"metadata":{}}"#),
            "wrong-shape"
        );
    }

    #[test]
    fn messages_taken_out_of_the_list_are_broken_evidence() {
        let warning = r#"{"ruleId":"semi","severity":1,"message":"m"}"#;
        for (messages, counts, broken) in [
            ("", r#""errorCount":1"#, 1),
            (
                "",
                r#""errorCount":0,"warningCount":3,"fatalErrorCount":1"#,
                2,
            ),
            (warning, r#""errorCount":0,"warningCount":1"#, 0),
            (warning, r#""errorCount":0,"warningCount":2"#, 1),
            (warning, r#""errorCount":1,"warningCount":0"#, 1),
        ] {
            let text = format!(r#"[{{"filePath":"a","messages":[{messages}],{counts}}}]"#);
            let found = testing::findings(&Eslint, &text).0;
            assert_eq!(found.broken.len(), broken, "{text}");
        }
    }

    #[test]
    fn no_file_at_all_is_broken_evidence() {
        let (found, warnings) = testing::findings(&Eslint, "[]");
        assert_eq!((found.broken.len(), warnings.as_str()), (1, "broken"));
    }

    #[test]
    fn sniff_takes_eslint_and_no_other_array() {
        assert_eq!(testing::sniffed(&format!("[{FILE}]")), ["eslint"]);
        let textlint =
            r#"[{"messages":[{"type":"lint","ruleId":"r","index":1}],"filePath":"a.md"}]"#;
        assert!(testing::sniffed(textlint).is_empty());
        let stylelint = r#"[{"source":"a.css","errored":false,"warnings":[]}]"#;
        assert!(testing::sniffed(stylelint).is_empty());
    }

    #[test]
    fn cut_reports_are_refused_and_mutated_ones_survived() {
        let text = format!("[{FILE}]");
        testing::cuts_are_refused(&Eslint, &text);
        testing::survives_mutation(&Eslint, &text);
    }
}
