//! The whole outcome for machines: one line of JSON, by the schema in `json.schema.json`.
//!
//! `verdict` is canonical (RFC 8785 order) and equal for equal verdicts; its SHA-256 is `digest`. All that may
//! differ between equal runs is in `run`. Characters that could act on a terminal or on a CI runner that reads
//! the log are written as `\u` escapes: the same JSON value, harmless where it is printed.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Map, Value, json};

use super::{Output, Style, neutral};
use crate::model::{GateVerdict, Outcome, canonical, verdict_pieces};

/// The JSON Schema of this output.
pub const SCHEMA: &str = include_str!("json.schema.json");

/// Name of the format and its version; it only grows within one version.
pub const FORMAT: &str = "tollgate/outcome/1";

/// The output `json`.
pub struct Json;

impl Output for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "the whole outcome for machines, with a versioned schema"
    }

    fn render(&self, outcome: &Outcome, _style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
        write!(
            to,
            "{{\"schema\":\"{FORMAT}\",\"digest\":\"{}\",\"verdict\":",
            outcome.digest
        )?;
        let mut written = Ok(());
        verdict_pieces(&outcome.verdict, |piece| {
            if written.is_ok() {
                written = to.write_all(text(piece).as_bytes());
            }
        });
        written?;
        write!(to, ",\"run\":")?;
        write_run(outcome, to)?;
        writeln!(to, "}}")
    }
}

fn text(canonical: &[u8]) -> String {
    neutral::json(&String::from_utf8_lossy(canonical)).into_owned()
}

/// The run record, one gate at a time, and with each gate the values and details that its verdict leaves out.
fn write_run(outcome: &Outcome, to: &mut dyn io::Write) -> io::Result<()> {
    let verdicts: BTreeMap<&str, &GateVerdict> = outcome
        .verdict
        .gates
        .iter()
        .map(|gate| (gate.id.as_str(), gate))
        .collect();
    let head = text(&canonical(&outcome.run.without_gates()));
    let Some((before, after)) = head.split_once("\"gates\":[]") else {
        return to.write_all(head.as_bytes());
    };
    write!(to, "{before}\"gates\":[")?;
    for (index, run) in outcome.run.gates.iter().enumerate() {
        let mut entry = serde_json::to_value(run).unwrap_or_default();
        if let (Some(gate), Some(entry)) = (verdicts.get(run.id.as_str()), entry.as_object_mut()) {
            add_varying(gate, entry);
        }
        let comma = if index > 0 { "," } else { "" };
        write!(to, "{comma}{}", text(&canonical(&entry)))?;
    }
    write!(to, "]{after}")
}

fn add_varying(gate: &GateVerdict, entry: &mut Map<String, Value>) {
    let conditions: Vec<Value> = gate
        .conditions
        .iter()
        .filter(|condition| condition.volatile)
        .map(|condition| {
            let mut object = Map::new();
            object.insert("fact".to_owned(), json!(condition.fact));
            object.insert("bound".to_owned(), json!(condition.bound));
            let told = [("measured", &condition.measured), ("note", &condition.note)];
            for (key, value) in told {
                if let Some(value) = value {
                    object.insert(key.to_owned(), json!(value));
                }
            }
            Value::Object(object)
        })
        .collect();
    let reasons = gate.reasons.iter();
    let reasons = reasons.map(|reason| (reason.code, &reason.detail));
    let notes = gate.notes.iter().map(|note| (note.code, &note.detail));
    let details: Vec<Value> = reasons
        .chain(notes)
        .filter_map(|(code, detail)| {
            let detail = detail.as_ref()?;
            Some(json!({ "code": code, "detail": detail }))
        })
        .collect();
    for (key, values) in [("conditions", conditions), ("details", details)] {
        if !values.is_empty() {
            entry.insert(key.to_owned(), Value::Array(values));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    fn drawn(outcome: &Outcome) -> Value {
        let mut text = Vec::new();
        Json.render(outcome, &Style::default(), &mut text).unwrap();
        assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), 1);
        serde_json::from_slice(&text).unwrap()
    }

    #[test]
    fn every_fixture_is_as_the_schema_says() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        for (name, outcome) in fixtures::all() {
            let document = drawn(&outcome);
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
        }
    }

    #[test]
    fn the_digest_names_the_verdict_that_was_written() {
        for (_, outcome) in fixtures::all() {
            let document = drawn(&outcome);
            let bytes = canonical(&document["verdict"]);
            assert_eq!(crate::model::sha256_hex(&bytes), document["digest"]);
        }
    }

    #[test]
    fn what_differs_between_equal_runs_is_in_the_run_part_only() {
        let first = fixtures::named("green");
        let mut second = first.clone();
        second.run.duration_ms += 1;
        for gate in &mut second.verdict.gates {
            for condition in gate.conditions.iter_mut().filter(|c| c.volatile) {
                condition.measured = Some("13 s".to_owned());
            }
        }
        assert_eq!(canonical(&first.verdict), canonical(&second.verdict));
        assert_ne!(drawn(&first)["run"], drawn(&second)["run"]);
        let mut stale = fixtures::named("environment");
        let before = canonical(&stale.verdict);
        for reason in stale
            .verdict
            .gates
            .iter_mut()
            .flat_map(|gate| &mut gate.reasons)
        {
            reason.detail = Some("4 d old".to_owned());
        }
        assert_eq!(canonical(&stale.verdict), before);
    }
}
