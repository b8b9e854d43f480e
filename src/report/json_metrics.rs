//! Any JSON document as metrics: for JSON paths (RFC 9535) and for its numbers by dotted name.
//!
//! Numbers are taken as they are written, so `95.23809523809523` stays exact. Array elements are named by index from
//! 0 (`runs.0.score`). It never sniffs, because every JSON would fit. Documents above 64 MiB are refused: the whole
//! of it has to be kept. <https://www.rfc-editor.org/rfc/rfc9535>

use std::io::Read;

use super::number::decimal;
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink, json};
use crate::model::EvidenceKind;

/// Bytes of a document that can be kept.
const MOST: u64 = 64 << 20;

/// The format `json`.
pub struct Json;

impl ReportFormat for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Metrics
    }

    fn about(&self) -> &'static str {
        "any JSON document, up to 64 MiB; https://www.rfc-editor.org/rfc/rfc9535"
    }

    fn sniff(&self, _: &Head<'_>) -> bool {
        false
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing("{}"),
            bad: r#"{"value":1}"#,
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        json::start(input)?;
        let mut text = Vec::new();
        input.take(MOST + 1).read_to_end(&mut text)?;
        if text.len() as u64 > MOST {
            let message = "is larger than 64 MiB, too large to keep whole for JSON paths; write a smaller summary";
            return Err(ReportError::malformed("too-large", message));
        }
        let document = serde_json::from_slice(&text).map_err(json::refuse)?;
        let text = String::from_utf8_lossy(&text);
        let mut walk = Walk {
            text: &text,
            at: 0,
            name: String::new(),
            sink: &mut *sink,
            huge: 0,
        };
        walk.value();
        if walk.huge > 0 {
            let message = format!("{} numbers are too large to be compared exactly", walk.huge);
            walk.sink.warn("number-too-large", message);
        }
        sink.document(document);
        Ok(())
    }
}

/// Finds the numbers in text that is known to be JSON. Nesting is bounded because `serde_json` read it before.
struct Walk<'a> {
    text: &'a str,
    at: usize,
    name: String,
    sink: &'a mut dyn Sink,
    huge: u64,
}

impl Walk<'_> {
    fn value(&mut self) {
        match self.peek() {
            Some(b'{') => self.members(),
            Some(b'[') => self.elements(),
            Some(b'"') => drop(self.string()),
            Some(_) => self.scalar(),
            None => {}
        }
    }

    /// The next byte that is not white space; it stays.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..)?;
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.text.as_bytes().get(self.at).copied()
    }

    fn members(&mut self) {
        self.at += 1;
        while self.peek() == Some(b'"') {
            let key = self.string();
            let outer = self.enter(&key);
            if self.peek() == Some(b':') {
                self.at += 1;
            }
            self.value();
            self.name.truncate(outer);
            if self.peek() == Some(b',') {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    fn elements(&mut self) {
        self.at += 1;
        let mut index = 0u64;
        while self.peek().is_some_and(|byte| byte != b']') {
            let outer = self.enter(&index.to_string());
            self.value();
            self.name.truncate(outer);
            index += 1;
            if self.peek() == Some(b',') {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    /// Adds a part to the name; gives the length to go back to.
    fn enter(&mut self, part: &str) -> usize {
        let outer = self.name.len();
        if outer > 0 {
            self.name.push('.');
        }
        self.name.push_str(part);
        outer
    }

    /// Passes over a string and gives its value.
    fn string(&mut self) -> String {
        let rest = &self.text[self.at..];
        let mut escaped = false;
        let inner = rest.bytes().skip(1).position(|byte| {
            let end = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            end
        });
        let end = inner.map_or(rest.len(), |length| length + 2);
        self.at += end;
        serde_json::from_str(&rest[..end]).unwrap_or_default()
    }

    fn scalar(&mut self) {
        let rest = &self.text[self.at..];
        let end = rest.find([',', ']', '}', ' ', '\t', '\r', '\n']);
        let token = &rest[..end.unwrap_or(rest.len())];
        // At least one byte, so that the walk always ends.
        self.at += token.len().max(1);
        if !token.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            return;
        }
        let name = if self.name.is_empty() {
            "value"
        } else {
            &self.name
        };
        match decimal(token) {
            Some(value) => self.sink.metric(name, value),
            None => self.huge += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const TEXT: &str = r#"{"a":{"b":1.50,"c d":[3,{"x":-2e3}]},"s":"9","t\"{,u":true,"exact":95.23809523809523809,
        "e":1E-3, "n":null, "empty":{}, "list":[] }"#;

    fn value(found: &crate::model::MetricReport, name: &str) -> String {
        found.values[name].to_string()
    }

    #[test]
    fn numbers_have_dotted_names_and_stay_exact() {
        let (found, warnings) = testing::metrics(&Json, TEXT);
        assert_eq!(warnings, "");
        let names: Vec<_> = found.values.keys().map(String::as_str).collect();
        assert_eq!(names, ["a.b", "a.c d.0", "a.c d.1.x", "e", "exact"]);
        assert_eq!(value(&found, "exact"), "95.23809523809523809");
        assert_eq!(
            (value(&found, "a.c d.1.x"), value(&found, "e")),
            ("-2000".to_owned(), "0.001".to_owned())
        );
        assert_eq!(found.document.unwrap()["s"], "9");
    }

    #[test]
    fn document_that_is_one_number_has_the_name_value() {
        assert_eq!(value(&testing::metrics(&Json, " 7.0\n").0, "value"), "7.0");
    }

    #[test]
    fn number_beyond_exactness_is_told() {
        let (found, warnings) = testing::metrics(&Json, r#"{"a":1e60,"b":2}"#);
        assert_eq!(
            (found.values.len(), warnings.as_str()),
            (1, "number-too-large")
        );
    }

    #[test]
    fn nothing_but_whole_json_is_read() {
        assert_eq!(testing::refused(&Json, "{} {}"), "trailing-data");
        assert_eq!(testing::refused(&Json, &"[".repeat(300)), "too-deep");
        assert_eq!(testing::refused(&Json, "[1e999]"), "not-well-formed");
        assert!(testing::sniffed(TEXT).is_empty());
    }

    #[test]
    fn cut_reports_are_refused_and_mutated_ones_survived() {
        testing::cuts_are_refused(&Json, TEXT);
        testing::survives_mutation(&Json, TEXT);
    }
}
