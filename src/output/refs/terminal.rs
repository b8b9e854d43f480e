//! Several revisions for people: what keeps each from going on, then the table, next to the prompt.

use std::io;

use super::super::layout::{Page, cut, pad, width, wrap};
use super::super::style::Ink;
use super::super::{Output, Style, phase, terminal, words};
use super::{against, commit, ended, sum};
use crate::model::{RefRow, RefTable, Verdict};

/// The widest column for names of revisions, as a part of the width.
const NAMES: usize = 3;
/// Names of gates in one row.
const MOST: usize = 6;

/// Draws all of it.
pub fn refs(table: &RefTable, style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { style, to };
    for row in table.rows.iter().filter(|row| is_told(row, style)) {
        told(&mut page, row)?;
    }
    for note in notes(table, style) {
        labelled(&mut page, Ink::Care, "note", &note)?;
    }
    rows(&mut page, table)?;
    let ink = match table.exit {
        0 => Ink::Good,
        1 | 2 => Ink::Bad,
        _ => Ink::Care,
    };
    let text = format!(
        "{}{}{}",
        sum(table),
        style.dot(),
        words::time(table.duration_ms)
    );
    page.line(&[(ink, &text)])
}

/// Whether a row is told in full.
fn is_told(row: &RefRow, style: &Style) -> bool {
    row.same_as.is_none() && (ended(row) != "go" || style.verbose > 0)
}

/// What is to be known of rows that are not told in full, and of all of them.
fn notes(table: &RefTable, style: &Style) -> Vec<String> {
    let short = table.rows.iter().filter(|row| !is_told(row, style));
    let of_rows = short.flat_map(|row| {
        let run = row.outcome.iter().filter(|_| row.same_as.is_none());
        let run = run.flat_map(|outcome| &outcome.run.notes);
        let notes = row.notes.iter().chain(run);
        notes.map(|note| format!("{}: {note}", row.shown()))
    });
    let all = of_rows.chain(table.notes.iter().cloned());
    all.filter(|_| !style.quiet).collect()
}

fn told(page: &mut Page<'_>, row: &RefRow) -> io::Result<()> {
    let style = page.style;
    let rule = style.pick("── ", "-- ");
    let name = style.line(&row.shown());
    page.line(&[(Ink::Faint, rule), (Ink::Strong, &name)])?;
    for note in row.notes.iter().filter(|_| !style.quiet) {
        labelled(page, Ink::Care, "note", note)?;
    }
    if let Some(trouble) = &row.trouble {
        labelled(page, Ink::Bad, trouble.code, &trouble.why)?;
        for file in &trouble.files {
            labelled(page, Ink::Plain, "file", file)?;
        }
        labelled(page, Ink::Plain, "help", &trouble.help)?;
    }
    // Each gate was told with its revision while it ran.
    let style = Style {
        seen: true,
        ..*style
    };
    match (&row.decided, &row.outcome) {
        (Some(decided), outcome) => phase::decision(
            phase::Decided {
                phase: decided,
                run: outcome.as_deref(),
                wrote: false,
                exit: row.exit,
            },
            &style,
            page.to,
        )?,
        (None, Some(outcome)) => terminal::Terminal.render(outcome, &style, page.to)?,
        (None, None) => {}
    }
    page.gap()
}

fn labelled(page: &mut Page<'_>, ink: Ink, label: &str, text: &str) -> io::Result<()> {
    let style = page.style;
    let label = format!("{label}  ");
    let columns = width(&label);
    let room = style.width.saturating_sub(columns);
    for (index, line) in wrap(&style.line(text), room).iter().enumerate() {
        let start = if index == 0 {
            label.clone()
        } else {
            " ".repeat(columns)
        };
        page.line(&[(ink, &start), (Ink::Plain, line)])?;
    }
    Ok(())
}

fn rows(page: &mut Page<'_>, table: &RefTable) -> io::Result<()> {
    let style = page.style;
    let names: Vec<String> = table
        .rows
        .iter()
        .map(|row| style.line(&row.shown()))
        .collect();
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let columns = widest.min(style.width / NAMES).max(8);
    let decisions = table.rows.iter().map(|row| ended(row).len());
    let decided = decisions.max().unwrap_or(0).max(8);
    let head = format!(
        "  {}  {}  {}  {}",
        pad("revision", columns),
        pad("commit", 10),
        pad("decision", decided),
        pad("time", 11)
    );
    page.line(&[(Ink::Faint, &head), (Ink::Faint, "keeps it from going on")])?;
    for (row, name) in table.rows.iter().zip(&names) {
        let (ink, sign) = sign(row, style);
        let name = pad(&cut(name, columns, style), columns);
        let time = match &row.same_as {
            Some(_) => String::new(),
            None if row.trouble.is_some() && row.duration_ms == 0 => String::new(),
            None => words::time(row.duration_ms),
        };
        let against = match &row.same_as {
            Some(same) => format!("one content with {same}"),
            None => against(row, MOST),
        };
        page.line(&[
            (ink, &format!("{sign} ")),
            (Ink::Strong, &format!("{name}  ")),
            (Ink::Faint, &format!("{}  ", pad(commit(row), 10))),
            (ink, &format!("{}  ", pad(ended(row), decided))),
            (Ink::Faint, &pad(&time, 11)),
            (Ink::Plain, &style.line(&against)),
        ])?;
    }
    Ok(())
}

fn sign(row: &RefRow, style: &Style) -> (Ink, &'static str) {
    match (row.exit, ended(row)) {
        (0, "go") => (Ink::Good, style.sign(Verdict::Pass)),
        (0, _) => (Ink::Care, style.sign(Verdict::Waived)),
        (1 | 2, _) => (Ink::Bad, style.sign(Verdict::Fail)),
        (130 | 143, _) => (Ink::Care, style.sign(Verdict::Cancelled)),
        _ => (Ink::Care, style.sign(Verdict::Inconclusive)),
    }
}
