//! Phases for machines: decisions, the board and records, each one line of JSON by the schema in `schema.json`.

use std::io;

use serde_json::{Value, json};

use super::super::neutral;
use super::decision::Decided;
use crate::model::{Board, Entry, SignatureState, canonical};

/// The JSON Schema of what is written here.
pub const SCHEMA: &str = include_str!("schema.json");
/// Name and version of a decision; each form only grows within one version.
pub const DECISION_FORMAT: &str = "tollgate/phase/1";
/// Name and version of a board.
pub const BOARD_FORMAT: &str = "tollgate/board/1";
/// Name and version of records.
pub const RECORDS_FORMAT: &str = "tollgate/records/1";

/// Name and version of what hands phases over.
pub const HANDOFF_FORMAT: &str = "tollgate/handoff/1";

/// Writes a decision.
pub fn decision_json(decided: Decided<'_>, to: &mut dyn io::Write) -> io::Result<()> {
    let run = decided.run.map(|run| &run.run);
    let document = json!({
        "schema": DECISION_FORMAT,
        "exit": decided.exit,
        "wrote": decided.wrote,
        "outcome": decided.phase,
        "run": run,
    });
    write(&document, to)
}

/// Writes a board.
pub fn board_json(board: &Board, to: &mut dyn io::Write) -> io::Result<()> {
    write(&json!({ "schema": BOARD_FORMAT, "board": board }), to)
}

/// Writes records, parents before children.
pub fn records_json(entries: &[&Entry], to: &mut dyn io::Write) -> io::Result<()> {
    let records = records(entries);
    write(&json!({ "schema": RECORDS_FORMAT, "records": records }), to)
}

/// Writes what hands phases over: which, the board, and their records.
pub fn handoff_json(
    phases: &[&str],
    board: &Board,
    entries: &[&Entry],
    to: &mut dyn io::Write,
) -> io::Result<()> {
    let document = json!({
        "schema": HANDOFF_FORMAT,
        "phases": phases,
        "board": board,
        "records": records(entries),
    });
    write(&document, to)
}

fn records(entries: &[&Entry]) -> Vec<Value> {
    entries.iter().map(|entry| record(entry)).collect()
}

fn record(entry: &Entry) -> Value {
    let signatures: Vec<Value> = entry
        .signatures
        .iter()
        .map(|one| {
            let (state, why) = match &one.state {
                SignatureState::Good => ("good", None),
                SignatureState::Unread => ("unread", None),
                SignatureState::Unknown => ("unknown", None),
                SignatureState::Bad(why) => ("bad", Some(why)),
                SignatureState::Unchecked(why) => ("unchecked", Some(why)),
            };
            json!({ "person": one.person, "state": state, "why": why })
        })
        .collect();
    json!({
        "digest": entry.digest,
        "tree": entry.record.tree,
        "record": entry.record,
        "signatures": signatures,
    })
}

fn write(document: &Value, to: &mut dyn io::Write) -> io::Result<()> {
    let bytes = canonical(document);
    writeln!(to, "{}", neutral::json(&String::from_utf8_lossy(&bytes)))
}
