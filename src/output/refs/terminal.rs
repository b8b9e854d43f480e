//! Several revisions for people: what keeps each from going on, then the table, next to the prompt.

use std::io;

use super::super::layout::{Page, apart, pad, width, wrap};
use super::super::style::Ink;
use super::super::{Output, Style, phase, terminal, words};
use super::{against, commit, ended, sum};
use crate::model::{RefRow, RefTable, Verdict};

/// The widest column for names of revisions, as a part of the width.
const NAMES: usize = 3;
/// Columns before the name, of a commit and of a time.
const LEAD: usize = 2;
const COMMIT: usize = 10;
const TIME: usize = 11;
/// The head of the last column, and the columns that it has beside long names of revisions.
const KEEPS: &str = "kept back by";
const GATES: usize = 30;
/// Lines of one row.
const LINES: usize = 4;
/// Names of gates in one row.
const MOST: usize = 6;

/// Draws all of it.
pub fn refs(table: &RefTable, style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { style, to };
    let rows_told: Vec<&RefRow> = table
        .rows
        .iter()
        .filter(|row| is_told(row, style))
        .collect();
    let names: Vec<String> = rows_told
        .iter()
        .map(|row| style.line(&row.shown()))
        .collect();
    let names = apart(&names, style.width.saturating_sub(3), style);
    for (row, name) in rows_told.iter().zip(&names) {
        told(&mut page, row, name)?;
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

fn told(page: &mut Page<'_>, row: &RefRow, name: &str) -> io::Result<()> {
    let style = page.style;
    let rule = style.pick("── ", "-- ");
    page.line(&[(Ink::Faint, rule), (Ink::Strong, name)])?;
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
    let decisions = table.rows.iter().map(|row| ended(row).len());
    let decided = decisions.max().unwrap_or(0).max(8);
    let said: Vec<String> = table.rows.iter().map(|row| kept(row, style)).collect();
    let widest = said.iter().map(|text| width(text)).max().unwrap_or(0);
    let rest = LEAD + 2 + COMMIT + 2 + decided + 2 + TIME;
    let room = style
        .width
        .saturating_sub(rest + widest.clamp(width(KEEPS), GATES));
    let names = apart(&names, room.max(style.width / NAMES).max(8), style);
    let columns = names
        .iter()
        .map(|name| width(name))
        .max()
        .unwrap_or(0)
        .max(8);
    let head = format!(
        "  {}  {}  {}  {}",
        pad("revision", columns),
        pad("commit", COMMIT),
        pad("decision", decided),
        pad("time", TIME)
    );
    page.line(&[(Ink::Faint, &head), (Ink::Faint, KEEPS)])?;
    for ((row, name), said) in table.rows.iter().zip(&names).zip(&said) {
        let (ink, sign) = sign(row, style);
        let name = pad(name, columns);
        let time = match &row.same_as {
            Some(_) => String::new(),
            None if row.trouble.is_some() && row.duration_ms == 0 => String::new(),
            None => words::time(row.duration_ms),
        };
        let left = rest + columns;
        let mut lines = beginning(wrap(said, style.width.saturating_sub(left)), style).into_iter();
        let first = lines.next().unwrap_or_default();
        page.line(&[
            (ink, &format!("{sign} ")),
            (Ink::Strong, &format!("{name}  ")),
            (Ink::Faint, &format!("{}  ", pad(commit(row), COMMIT))),
            (ink, &format!("{}  ", pad(ended(row), decided))),
            (Ink::Faint, &pad(&time, TIME)),
            (Ink::Plain, &first),
        ])?;
        for line in lines {
            page.line(&[(Ink::Plain, &" ".repeat(left)), (Ink::Plain, &line)])?;
        }
    }
    Ok(())
}

/// The first lines of what was told in full above.
fn beginning(mut lines: Vec<String>, style: &Style) -> Vec<String> {
    if lines.len() > LINES {
        lines.truncate(LINES - 1);
        lines.push(style.pick("…", "..").to_owned());
    }
    lines
}

/// What keeps a row from going on, or what it is the same as.
fn kept(row: &RefRow, style: &Style) -> String {
    style.line(&match &row.same_as {
        Some(same) => format!("one content with {same}"),
        None => against(row, MOST),
    })
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
