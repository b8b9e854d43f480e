//! Several revisions side by side: one table, and for each that may not go on what keeps it from that.
//!
//! Drawn for people on a terminal, as JSON for machines, and as Markdown for a forge.

mod json;
mod markdown;
mod terminal;

pub use json::{FORMAT as REFS_FORMAT, SCHEMA as REFS_SCHEMA, refs_json};
pub use markdown::refs_markdown;
pub use terminal::refs;

use super::words;
use crate::model::{Decision, RefRow, RefTable};

/// How a row ended, in words; by its exit code, which tells undecided from no.
fn ended(row: &RefRow) -> &'static str {
    match (row.exit, row.decision) {
        (0, Some(Decision::ConditionalGo)) => "conditional go",
        (0, _) => "go",
        (2, _) => "refused",
        (3, _) => "undecided",
        (4, _) => "hold",
        (130 | 143, _) => "interrupted",
        (_, Some(Decision::Recycle)) => "recycle",
        _ => "no go",
    }
}

/// What keeps a row from going on, in few words.
fn against(row: &RefRow, most: usize) -> String {
    let mut names: Vec<&str> = match &row.trouble {
        Some(trouble) if trouble.files.is_empty() => return trouble.why.clone(),
        Some(trouble) => trouble.files.iter().map(String::as_str).collect(),
        None => row.against.iter().map(String::as_str).collect(),
    };
    let more = names.len().saturating_sub(most);
    names.truncate(most);
    let mut text = names.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    match &row.trouble {
        Some(_) => format!("conflict: {text}"),
        None => text,
    }
}

/// `7 revisions: 4 go, 2 no go, 1 undecided`
fn sum(table: &RefTable) -> String {
    let order = [
        "no go",
        "recycle",
        "refused",
        "undecided",
        "hold",
        "conditional go",
        "go",
        "interrupted",
    ];
    let counts = order.iter().filter_map(|word| {
        let count = table.rows.iter().filter(|row| ended(row) == *word).count();
        (count > 0).then(|| format!("{count} {word}"))
    });
    let counts: Vec<String> = counts.collect();
    let rows = words::many(table.rows.len() as u64, "revision");
    format!("{rows}: {}", counts.join(", "))
}

/// The beginning of a commit.
fn commit(row: &RefRow) -> &str {
    let commit = row.commit.as_deref().unwrap_or("");
    commit.get(..10).unwrap_or(commit)
}

#[cfg(test)]
mod tests;
