//! Canonical JSON ([RFC 8785](https://www.rfc-editor.org/rfc/rfc8785)): one byte sequence for one value.
//!
//! Digests name these bytes, so any stock implementation of the same standard comes to the same name.
//! It refuses nothing and knows nothing of what the value means.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Number, Value};
use sha2::{Digest as _, Sha256};

use super::VerdictDocument;

/// Hands on the canonical bytes of a verdict in pieces, one gate at a time: keys sorted, no white space, nothing
/// that differs between equal runs. A thousand gates cost the memory of one.
pub fn verdict_pieces(verdict: &VerdictDocument, mut each: impl FnMut(&[u8])) {
    each(b"{\"as_of\":");
    each(&canonical(&verdict.as_of));
    each(b",\"decision\":");
    each(&canonical(&verdict.decision));
    each(b",\"gates\":[");
    for (index, gate) in verdict.gates.iter().enumerate() {
        if index > 0 {
            each(b",");
        }
        each(&canonical(gate));
    }
    each(b"],\"policy\":");
    each(&canonical(&verdict.policy));
    if let Some(readiness) = &verdict.readiness {
        each(b",\"readiness\":");
        each(&canonical(readiness));
    }
    each(b",\"subject\":");
    each(&canonical(&verdict.subject));
    each(b",\"tollgate\":");
    each(&canonical(&verdict.tollgate));
    if !verdict.waivers.is_empty() {
        each(b",\"waivers\":");
        each(&canonical(&verdict.waivers));
    }
    each(b"}");
}

/// The name of a verdict: SHA-256 of its canonical bytes, in hex.
pub fn digest(verdict: &VerdictDocument) -> String {
    let mut hash = Sha256::new();
    verdict_pieces(verdict, |piece| hash.update(piece));
    super::hex(&hash.finalize())
}

/// The canonical bytes of anything that serialises to JSON.
pub fn canonical(what: &impl Serialize) -> Vec<u8> {
    let value = serde_json::to_value(what)
        .expect("types of the model have text keys and serialise without fail");
    let mut text = String::new();
    write_value(&value, &mut text);
    text.into_bytes()
}

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    super::hex(&Sha256::digest(bytes))
}

fn write_value(value: &Value, to: &mut String) {
    match value {
        Value::Null => to.push_str("null"),
        Value::Bool(truth) => to.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => write_number(number, to),
        Value::String(text) => write_text(text, to),
        Value::Array(items) => {
            to.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    to.push(',');
                }
                write_value(item, to);
            }
            to.push(']');
        }
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            to.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    to.push(',');
                }
                write_text(key, to);
                to.push(':');
                write_value(item, to);
            }
            to.push('}');
        }
    }
}

fn write_text(text: &str, to: &mut String) {
    to.push('"');
    for c in text.chars() {
        match c {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\u{8}' => to.push_str("\\b"),
            '\t' => to.push_str("\\t"),
            '\n' => to.push_str("\\n"),
            '\u{c}' => to.push_str("\\f"),
            '\r' => to.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(to, "\\u{:04x}", u32::from(c));
            }
            c => to.push(c),
        }
    }
    to.push('"');
}

/// Numbers are doubles in RFC 8785, printed as ECMAScript prints them.
fn write_number(number: &Number, to: &mut String) {
    const EXACT: u64 = 1 << 53;
    let whole = number
        .as_u64()
        .filter(|n| *n <= EXACT)
        .map(|n| n.to_string());
    let below = number
        .as_i64()
        .filter(|n| n.unsigned_abs() <= EXACT)
        .map(|n| n.to_string());
    match whole.or(below) {
        Some(digits) => to.push_str(&digits),
        None => write_double(number.as_f64().unwrap_or_default(), to),
    }
}

fn write_double(number: f64, to: &mut String) {
    if number == 0.0 {
        to.push('0');
        return;
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let digits: String = digits.chars().filter(|c| *c != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let count = digits.len() as i32;
    let point = exponent + 1;
    to.push_str(sign);
    if (1..=21).contains(&point) {
        if count <= point {
            let _ = write!(to, "{digits}{}", "0".repeat((point - count) as usize));
        } else {
            let (whole, part) = digits.split_at(point as usize);
            let _ = write!(to, "{whole}.{part}");
        }
    } else if (-5..=0).contains(&point) {
        let _ = write!(to, "0.{}{digits}", "0".repeat(-point as usize));
    } else {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let plus = if exponent > 0 { "+" } else { "" };
        let _ = write!(to, "{first}{dot}{rest}e{plus}{exponent}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> String {
        let value: Value = serde_json::from_str(json).unwrap();
        String::from_utf8(canonical(&value)).unwrap()
    }

    #[test]
    fn the_example_of_the_standard_comes_out_as_the_standard_says() {
        let input = r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        assert_eq!(
            of(input),
            "{\"literals\":[null,true,false],\
             \"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
    }

    #[test]
    fn keys_are_sorted_by_utf_16_units() {
        assert_eq!(
            of("{\"\u{ffff}\": 1, \"\u{10000}\": 2, \"a\": 3}"),
            "{\"a\":3,\"\u{10000}\":2,\"\u{ffff}\":1}"
        );
    }

    #[test]
    fn numbers_read_as_ecmascript_prints_them() {
        for (json, wanted) in [
            ("-0.0", "0"),
            ("79.6", "79.6"),
            ("100", "100"),
            ("-7", "-7"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("1.5e-6", "0.0000015"),
            ("1e-7", "1e-7"),
            ("123456.75", "123456.75"),
            ("9007199254740993", "9007199254740992"),
        ] {
            assert_eq!(of(json), wanted, "{json}");
        }
    }
}
