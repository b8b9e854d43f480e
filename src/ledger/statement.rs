//! A record as bytes: an [in-toto Statement v1](https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md)
//! in canonical JSON, named by its SHA-256.
//!
//! Parsing is strict: bytes that are not canonical, a key that is not known and another version are refused with their
//! name, because a record that is half understood must not decide anything. `docs/ledger.md` describes the form.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;

use super::form;
use crate::model::{Record, canonical, sha256_hex};

/// `_type` of a statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// `predicateType` of a record; ends with the version of its form.
pub const PREDICATE_TYPE: &str = "urn:tollgate:record:1";
/// Name of the one subject.
pub const SUBJECT: &str = "tree";
/// Larger records are refused.
pub const LARGEST: u64 = 16 << 20;

const PREDICATE: &str = "urn:tollgate:record:";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement<'a> {
    #[serde(rename = "_type", borrow)]
    kind: Cow<'a, str>,
    predicate: Record,
    #[serde(rename = "predicateType", borrow)]
    predicate_type: Cow<'a, str>,
    #[serde(borrow)]
    subject: Vec<Subject<'a>>,
}

/// What tells ours from others, whatever else is in it.
#[derive(Deserialize)]
struct Foreign {
    #[serde(rename = "_type")]
    kind: Option<serde_json::Value>,
    #[serde(rename = "predicateType")]
    predicate_type: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Digest {
    #[serde(rename = "gitTree")]
    git_tree: String,
}

/// The bytes of a record.
pub fn render(record: &Record) -> Vec<u8> {
    canonical(&json!({
        "_type": STATEMENT_TYPE,
        "subject": [{ "name": SUBJECT, "digest": { "gitTree": record.tree } }],
        "predicateType": PREDICATE_TYPE,
        "predicate": record,
    }))
}

/// The name of bytes: their SHA-256 in hex.
pub fn digest(bytes: &[u8]) -> String {
    sha256_hex(bytes)
}

/// The record that bytes are, or why they are none.
pub fn parse(bytes: &[u8]) -> Result<Record, String> {
    if bytes.len() as u64 > LARGEST {
        return Err(format!("larger than {} MiB", LARGEST >> 20));
    }
    let text = form::check(bytes).map_err(|error| format!("not canonical JSON: {error}"))?;
    let statement: Statement<'_> =
        serde_json::from_str(text).map_err(|error| refusal(bytes, &error))?;
    known(&statement.kind, &statement.predicate_type)?;
    let [subject] = statement.subject.as_slice() else {
        let count = statement.subject.len();
        return Err(format!("it has {count} subjects, wanted one"));
    };
    if subject.name != SUBJECT {
        return Err(format!(
            "its subject is `{}`, wanted `{SUBJECT}`",
            subject.name
        ));
    }
    let mut record = statement.predicate;
    record.tree.clone_from(&subject.digest.git_tree);
    sound(&record)?;
    Ok(record)
}

/// Reads a record as `parse` does, and refuses bytes that are not the one way to write their record: a key that is left
/// out when it says nothing, written all the same. It costs as much again, and only `verify` has to know.
pub fn parse_strictly(bytes: &[u8]) -> Result<Record, String> {
    let record = parse(bytes)?;
    if render(&record) != bytes {
        return Err(OTHERWISE.to_owned());
    }
    Ok(record)
}

/// Why a record that can be read is none all the same.
pub(super) const OTHERWISE: &str =
    "not the one way to write this record: a key is written that is left out when it says nothing";

/// Whether a string is a digest as the ledger writes them.
pub fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn known(kind: &str, predicate_type: &str) -> Result<(), String> {
    if kind != STATEMENT_TYPE {
        return Err(format!(
            "no record of tollgate: its `_type` is `{}`",
            short(kind)
        ));
    }
    match predicate_type.strip_prefix(PREDICATE) {
        _ if predicate_type == PREDICATE_TYPE => Ok(()),
        Some(version) => Err(format!(
            "its form has version `{}`, this tollgate reads 1: use a later tollgate",
            short(version)
        )),
        None => Err(format!(
            "no record of tollgate: its `predicateType` is `{}`",
            short(predicate_type)
        )),
    }
}

/// Why JSON is no statement of ours: what it is instead, or which key is wrong.
fn refusal(bytes: &[u8], error: &serde_json::Error) -> String {
    let Ok(foreign) = serde_json::from_slice::<Foreign>(bytes) else {
        return "no record of tollgate: no JSON object".to_owned();
    };
    let (Some(kind), Some(predicate_type)) = (foreign.kind, foreign.predicate_type) else {
        return "no record of tollgate: it has no `_type` and `predicateType`".to_owned();
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    if let Err(words) = known(&text(&kind), &text(&predicate_type)) {
        return words;
    }
    let words = error.to_string();
    // Canonical bytes are one line: its number says nothing.
    let words = words.split(" at line ").next().unwrap_or(&words);
    format!("it cannot be read: {}", short(words))
}

/// What every record must be, whatever it says.
fn sound(record: &Record) -> Result<(), String> {
    let hexes = |text: &str| {
        text.bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    if !matches!(record.tree.len(), 40 | 64) || !hexes(&record.tree) {
        return Err(format!("`{}` is no id of a git tree", short(&record.tree)));
    }
    if let Some(parent) = record.parents.iter().find(|parent| !is_digest(parent)) {
        return Err(format!("`{}` is no digest of a parent", short(parent)));
    }
    if record.parents.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err("its parents are not sorted, or one is named twice".to_owned());
    }
    if record.at.parse::<jiff::Timestamp>().is_err() || !record.at.ends_with('Z') {
        return Err(format!(
            "`{}` is no time in UTC (RFC 3339)",
            short(&record.at)
        ));
    }
    Ok(())
}

/// The beginning of what somebody else wrote.
fn short(text: &str) -> String {
    const MOST: usize = 160;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Asked, Completion, ConditionRecord, Exact, GateRecord, Measure, Says, Who};
    use proptest::prelude::*;

    fn measure() -> impl Strategy<Value = Measure> {
        let decimal = (any::<i64>(), 0_u32..20).prop_map(|(n, scale)| {
            rust_decimal::Decimal::from_i128_with_scale(n.into(), scale).normalize()
        });
        prop_oneof![
            any::<u64>().prop_map(Measure::Count),
            any::<u64>().prop_map(Measure::Size),
            (any::<u64>(), any::<u64>()).prop_map(|(part, whole)| Measure::Share { part, whole }),
            decimal.clone().prop_map(Measure::Number),
            decimal.prop_map(Measure::Duration),
        ]
    }

    fn record() -> impl Strategy<Value = Record> {
        let texts = prop::collection::vec(any::<String>(), 6);
        (texts, measure(), any::<bool>()).prop_map(|(texts, measure, flag)| {
            let text = |index: usize| texts[index].clone();
            let asked = Asked {
                is: text(0),
                fail: flag.then(|| text(1)),
                tolerance: None,
                drop: flag,
                value: Some(Exact(measure)),
                baseline: None,
                spread: None,
            };
            let condition = ConditionRecord {
                fact: text(1),
                asked: Some(asked),
                ..ConditionRecord::default()
            };
            let gate = GateRecord {
                facts: [(text(2), Exact(measure))].into(),
                conditions: vec![condition],
                flaky: flag,
                ..GateRecord::default()
            };
            Record {
                parents: Vec::new(),
                at: "2026-01-01T00:00:00Z".to_owned(),
                who: Who {
                    name: text(3),
                    email: text(4),
                },
                phase: text(5),
                tree: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_owned(),
                commit: flag.then(|| text(0)),
                policy: text(1),
                project: None,
                tollgate: "0.1.0".to_owned(),
                says: Says::Completion(Box::new(Completion {
                    gates: [(text(3), gate)].into(),
                    unsigned: flag,
                    ..Completion::default()
                })),
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_record_comes_back_from_its_bytes(record in record()) {
            let bytes = render(&record);
            prop_assert_eq!(parse_strictly(&bytes), Ok(record));
        }

        #[test]
        fn bytes_that_were_changed_make_no_panic(record in record(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = render(&record);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(other) = parse_strictly(&bytes) {
                prop_assert_eq!(render(&other), bytes);
            }
            prop_assert!(parse(&render(&record)[..at]).is_err());
        }
    }
}
