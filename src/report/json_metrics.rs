//! Any JSON document as metrics: for JSON paths (RFC 9535) and for its numbers by dotted name.
//!
//! Numbers are taken as they are written, by name and by path, so `95.23809523809523` stays exact; one that is too
//! large or too small to compare keeps only who asks for it from deciding, and so does a name that two numbers have.
//! A key that is given twice with two values is refused: nobody knows which one a path means. Array elements are named by index from
//! 0 (`runs.0.score`). It never sniffs, because every JSON would fit. Documents above 64 MiB are refused: the whole
//! of it has to be kept. <https://www.rfc-editor.org/rfc/rfc9535>

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use rust_decimal::Decimal;

use super::number::{decimal, number};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink, json};
use crate::model::{EvidenceKind, Unread};

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
        let document = serde_json::from_slice(&tame(&text)).map_err(json::refuse)?;
        let text = String::from_utf8_lossy(&text);
        let mut walk = Walk {
            text: &text,
            at: 0,
            name: String::new(),
            pointer: String::new(),
            sink: &mut *sink,
            written: BTreeMap::new(),
            again: 0,
            differs: None,
        };
        walk.value();
        if let Some(pointer) = walk.differs {
            let pointer = super::limits::cut(&pointer, 200);
            let message =
                format!("is ambiguous: `{pointer}` is there twice, with different values");
            return Err(ReportError::malformed("duplicate-key", message));
        }
        let again = walk.again;
        let written = walk.written;
        if again > 0 {
            let message = format!("{again} keys are there twice, with the same value");
            sink.warn("same-name", message);
        }
        for (code, why) in [
            ("number-too-large", Unread::TooLarge),
            ("number-too-small", Unread::TooSmall),
        ] {
            let (number, verb) = match written.values().filter(|one| **one == Err(why)).count() {
                0 => continue,
                1 => ("1 number".to_owned(), "is"),
                many => (format!("{many} numbers"), "are"),
            };
            sink.warn(code, format!("{number} {verb} {why}"));
        }
        sink.document(document, written);
        Ok(())
    }
}

/// The text with each number that no float can hold replaced by one of the same length: the parser would refuse the
/// whole document for it. What is asked for it is answered from the text as it is.
fn tame(text: &[u8]) -> Cow<'_, [u8]> {
    let mut tamed = Cow::Borrowed(text);
    let (mut at, mut inside) = (0, false);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' if inside => at += 1,
            b'"' => inside = !inside,
            b'-' | b'0'..=b'9' if !inside => {
                let rest = &text[at..];
                let end = rest.iter().position(|byte| ENDS.contains(byte));
                let token = &rest[..end.unwrap_or(rest.len())];
                if is_beyond(token) {
                    let instead = if byte == b'-' { "-1e308" } else { "1e308" };
                    let padded = format!("{instead:<width$}", width = token.len());
                    tamed.to_mut()[at..at + token.len()].copy_from_slice(padded.as_bytes());
                }
                at += token.len() - 1;
            }
            _ => {}
        }
        at += 1;
    }
    tamed
}

/// What may follow a number.
const ENDS: &[u8] = b",]} \t\r\n";

/// Whether it is a number of JSON that no float can hold. The shortest of them is `1e309`.
fn is_beyond(token: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(token) else {
        return false;
    };
    text.parse::<f64>().is_ok_and(f64::is_infinite)
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Finds the numbers in text that is known to be JSON. Nesting is bounded because `serde_json` read it before.
struct Walk<'a> {
    text: &'a str,
    at: usize,
    name: String,
    /// Where it is, as a JSON pointer: unlike a name, it means one place.
    pointer: String,
    sink: &'a mut dyn Sink,
    /// The numbers that a float holds otherwise, by pointer.
    written: BTreeMap<String, Result<Decimal, Unread>>,
    /// Keys that their object has twice with one value, and the first one with two.
    again: u64,
    differs: Option<String>,
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
        let mut seen: HashMap<String, &str> = HashMap::new();
        while self.peek() == Some(b'"') {
            let key = self.string();
            let outer = self.enter(&key);
            if self.peek() == Some(b':') {
                self.at += 1;
            }
            self.peek();
            let (text, start) = (self.text, self.at);
            self.value();
            let value = text.get(start..self.at).unwrap_or("");
            match seen.insert(key, value) {
                Some(other) if other == value => self.again += 1,
                Some(_) => drop(self.differs.get_or_insert_with(|| self.pointer.clone())),
                None => {}
            }
            self.leave(outer);
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
            self.leave(outer);
            index += 1;
            if self.peek() == Some(b',') {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    /// Adds a part to name and pointer; gives the lengths to go back to.
    fn enter(&mut self, part: &str) -> (usize, usize) {
        let outer = (self.name.len(), self.pointer.len());
        self.pointer.push('/');
        for c in part.chars() {
            match c {
                '~' => self.pointer.push_str("~0"),
                '/' => self.pointer.push_str("~1"),
                c => self.pointer.push(c),
            }
        }
        if outer.0 > 0 {
            self.name.push('.');
        }
        self.name.push_str(part);
        outer
    }

    fn leave(&mut self, (name, pointer): (usize, usize)) {
        self.name.truncate(name);
        self.pointer.truncate(pointer);
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
        let end = rest.bytes().position(|byte| ENDS.contains(&byte));
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
        let Some(value) = number(token) else { return };
        match value {
            Ok(value) => self.sink.metric(name, value),
            Err(why) => self.sink.unread_metric(name, why),
        }
        if is_kept(token, value) {
            self.written.remove(&self.pointer);
        } else {
            self.written.insert(self.pointer.clone(), value);
        }
    }
}

/// Whether a float (or a whole number of 64 bits) gives the number back as it is written.
fn is_kept(token: &str, value: Result<Decimal, Unread>) -> bool {
    // Up to 15 digits always come back.
    if token.len() <= 15 && !token.contains(['e', 'E']) {
        return true;
    }
    let kept = serde_json::from_str::<serde_json::Number>(token);
    kept.is_ok_and(|kept| decimal(&kept.to_string()) == value.ok()) && value.is_ok()
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
    fn number_that_a_float_would_change_is_kept_as_written_by_place() {
        let text = r#"{"a":[1.5,2000.0000000000000001,1e-400],"x/y":{"~":0.30000000000000000001},
            "big":1e999,"s":"1e999","i":9007199254740993}"#;
        let (found, warnings) = testing::metrics(&Json, text);
        let written: Vec<_> = found.written.iter().collect();
        let decimal = |text: &str| Ok(text.parse::<Decimal>().unwrap());
        assert_eq!(
            written,
            [
                (&"/a/1".to_owned(), &decimal("2000.0000000000000001")),
                (&"/a/2".to_owned(), &Err(Unread::TooSmall)),
                (&"/big".to_owned(), &Err(Unread::TooLarge)),
                (&"/x~1y/~0".to_owned(), &decimal("0.30000000000000000001")),
            ]
        );
        assert_eq!(warnings, "number-too-large,number-too-small");
        let unread: Vec<_> = found.unread.keys().map(String::as_str).collect();
        assert_eq!(unread, ["a.2", "big"]);
        assert_eq!(found.document.unwrap()["s"], "1e999");
    }

    #[test]
    fn what_is_said_twice_counts_only_where_both_say_the_same() {
        for text in [
            r#"{"p95":900,"p95":100}"#,
            r#"{"a":[{"b":{"c":1},"b":{"c":2}}]}"#,
            r#"{"p95":900,"p\u00395":100}"#,
            r#"{"p95":"900","p95":900}"#,
        ] {
            assert_eq!(testing::refused(&Json, text), "duplicate-key", "{text}");
        }
        let (found, warnings) = testing::metrics(&Json, r#"{"p95":900,"p95":900}"#);
        assert_eq!(
            (value(&found, "p95").as_str(), warnings.as_str()),
            ("900", "same-name")
        );
        let (found, _) =
            testing::metrics(&Json, r#"{"a.b":900,"a":{"b":100},"c.d":1,"c":{"d":1.0}}"#);
        assert_eq!(found.unread["a.b"], Unread::Twice);
        assert_eq!(
            (found.values.len(), value(&found, "c.d").as_str()),
            (1, "1")
        );
    }

    #[test]
    fn nothing_but_whole_json_is_read() {
        assert_eq!(testing::refused(&Json, "{} {}"), "trailing-data");
        assert_eq!(testing::refused(&Json, &"[".repeat(300)), "too-deep");
        assert_eq!(testing::refused(&Json, "[01e999]"), "not-well-formed");
        assert_eq!(testing::refused(&Json, "[1e999x]"), "not-well-formed");
        assert_eq!(testing::refused(&Json, "[1e999"), "truncated");
        assert!(testing::sniffed(TEXT).is_empty());
    }

    #[test]
    fn cut_reports_are_refused_and_mutated_ones_survived() {
        testing::cuts_are_refused(&Json, TEXT);
        testing::survives_mutation(&Json, TEXT);
    }
}
