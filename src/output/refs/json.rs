//! Several revisions for machines: one line of JSON by the schema in `schema.json`, with the whole outcome of each.

use std::io;

use serde_json::{Map, Value, json};

use super::super::json::Json;
use super::super::{Output, Style, neutral};
use crate::model::{RefRow, RefTable, canonical};

/// The JSON Schema of what is written here.
pub const SCHEMA: &str = include_str!("schema.json");
/// Name and version; it only grows within one version.
pub const FORMAT: &str = "tollgate/refs/1";

/// Writes all of it.
pub fn refs_json(table: &RefTable, to: &mut dyn io::Write) -> io::Result<()> {
    let rows = table.rows.iter().map(row).collect::<io::Result<Vec<_>>>()?;
    let document = json!({
        "schema": FORMAT,
        "exit": table.exit,
        "phase": table.phase,
        "jobs": table.jobs,
        "duration_ms": table.duration_ms,
        "notes": table.notes,
        "rows": rows,
    });
    let bytes = canonical(&document);
    writeln!(to, "{}", neutral::json(&String::from_utf8_lossy(&bytes)))
}

fn row(row: &RefRow) -> io::Result<Value> {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("ref", json!(row.name));
    put("exit", json!(row.exit));
    put("decision", json!(row.decision));
    put("against", json!(row.against));
    put("duration_ms", json!(row.duration_ms));
    put("notes", json!(row.notes));
    put("commit", json!(row.commit));
    put("merged_into", json!(row.merged_into));
    put("same_as", json!(row.same_as));
    let trouble = row.trouble.as_ref().map(|trouble| {
        json!({
            "code": trouble.code,
            "why": trouble.why,
            "help": trouble.help,
            "files": trouble.files,
        })
    });
    put("trouble", json!(trouble));
    // Once: the rows that share it name the row that has it.
    if row.same_as.is_none() {
        if let Some(outcome) = &row.outcome {
            let mut bytes = Vec::new();
            Json.render(outcome, &Style::default(), &mut bytes)?;
            put("outcome", serde_json::from_slice(&bytes)?);
        }
        if let Some(decided) = &row.decided {
            put("decided", serde_json::to_value(decided.as_ref())?);
        }
    }
    Ok(Value::Object(object))
}
