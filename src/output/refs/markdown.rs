//! Several revisions as Markdown for a pull request or a step summary: the table, and the reasons of those that may not
//! go on.

use std::io;

use super::super::neutral::{line, markdown};
use super::super::words;
use super::{against, commit, ended, sum};
use crate::model::{RefRow, RefTable};

/// Rows that are drawn; forges refuse long comments.
const ROWS: usize = 200;
/// Names of gates in one row.
const MOST: usize = 12;

/// Draws all of it.
pub fn refs_markdown(table: &RefTable, to: &mut dyn io::Write) -> io::Result<()> {
    let title = match &table.phase {
        Some(phase) => format!("phase {}", text(phase)),
        None => "revisions".to_owned(),
    };
    let sign = if table.exit == 0 { "✅" } else { "❌" };
    writeln!(to, "## {sign} {title}\n")?;
    writeln!(
        to,
        "{} · {}\n",
        text(&sum(table)),
        words::time(table.duration_ms)
    )?;
    writeln!(
        to,
        "| | revision | commit | decision | keeps it from going on | time |\n| --- | --- | --- | --- | --- | --- |"
    )?;
    for row in table.rows.iter().take(ROWS) {
        writeln!(to, "{}", cells(row))?;
    }
    if let more @ 1.. = table.rows.len().saturating_sub(ROWS) {
        writeln!(to, "\nand {more} more, in `--output json`")?;
    }
    let troubled = table
        .rows
        .iter()
        .take(ROWS)
        .filter(|row| row.same_as.is_none());
    for (row, trouble) in troubled.filter_map(|row| Some((row, row.trouble.as_ref()?))) {
        writeln!(
            to,
            "\n- **{}** {}: {}; help: {}",
            text(&row.shown()),
            trouble.code,
            text(&trouble.why),
            text(&trouble.help)
        )?;
    }
    let of_rows = table.rows.iter().take(ROWS).flat_map(|row| {
        let notes = row.notes.iter();
        notes.map(|note| format!("{}: {note}", row.shown()))
    });
    for note in of_rows.chain(table.notes.iter().cloned()) {
        writeln!(to, "\n> {}", text(&note))?;
    }
    Ok(())
}

fn cells(row: &RefRow) -> String {
    let sign = match (row.exit, ended(row)) {
        (0, "go") => "✅",
        (0, _) => "⚠️",
        (1 | 2, _) => "❌",
        (130 | 143, _) => "🚫",
        _ => "❓",
    };
    let (against, time) = match &row.same_as {
        Some(same) => (format!("one content with {same}"), String::new()),
        None if row.trouble.is_some() && row.duration_ms == 0 => {
            (against(row, MOST), String::new())
        }
        None => (against(row, MOST), words::time(row.duration_ms)),
    };
    let commit = commit(row);
    let commit = if commit.is_empty() {
        String::new()
    } else {
        format!("`{commit}`")
    };
    format!(
        "| {sign} | {} | {commit} | {} | {} | {time} |",
        text(&row.shown()),
        ended(row),
        text(&against)
    )
}

fn text(text: &str) -> String {
    markdown(&line(text))
}
