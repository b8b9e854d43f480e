//! Canonical JSON ([RFC 8785](https://www.rfc-editor.org/rfc/rfc8785)): one byte sequence for one value.
//!
//! Digests name these bytes, so any stock implementation of the same standard comes to the same name.
//! It refuses nothing and knows nothing of what the value means.

mod writer;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::VerdictDocument;
use writer::Writer;

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
    let mut text = String::new();
    what.serialize(Writer(&mut text))
        .expect("types of the model have text keys and serialise without fail");
    text.into_bytes()
}

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    super::hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

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
