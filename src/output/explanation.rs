//! The last verdict on a gate, for people and for machines: every condition, green or red, and what would turn it.

use std::io;

use super::detail::Sheet;
use super::layout::{Page, pad, width};
use super::style::Ink;
use super::{Style, neutral};
use crate::model::{ExplainedCondition, Explanation, LastVerdict, Verdict, canonical};

/// Columns for the labels.
const LABELS: usize = 8;
/// Columns for the names of facts, at most.
const FACTS: usize = 28;

/// Draws an explanation for people.
pub fn explanation(of: &Explanation, style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { style, to };
    let Some(last) = &of.last else {
        let text = "last verdict: none is known; run the gate first";
        return page.line(&[(Ink::Faint, text)]);
    };
    let (sign, ink) = sign_of(&last.verdict, style);
    let cause = last
        .cause
        .as_ref()
        .map(|cause| format!(" ({cause})"))
        .unwrap_or_default();
    page.line(&[
        (Ink::Plain, "last verdict: "),
        (ink, sign),
        (Ink::Plain, " "),
        (ink, &style.line(&format!("{}{cause}", last.verdict))),
    ])?;
    head(&mut page, last)?;
    let names = last
        .conditions
        .iter()
        .map(|condition| width(&style.line(&condition.fact)));
    let column = names.filter(|columns| *columns <= FACTS).max().unwrap_or(0);
    for condition in &last.conditions {
        draw(&mut page, condition, column)?;
    }
    for reason in &last.reasons {
        let (sign, ink) = sign_of(&reason.verdict, style);
        page.line(&[
            (ink, sign),
            (Ink::Plain, " "),
            (Ink::Strong, &style.line(&reason.code)),
        ])?;
        let mut sheet = Sheet::new(&mut page, LABELS);
        sheet.entry("said", Ink::Plain, &style.line(&reason.message))?;
        if let Some(turn) = &reason.turn {
            sheet.entry("do", Ink::Plain, &style.line(turn))?;
        }
    }
    for note in &last.notes {
        Sheet::new(&mut page, LABELS).entry("note", Ink::Care, &style.line(note))?;
    }
    Ok(())
}

/// Writes an explanation for machines, as one line.
pub fn explanation_json(of: &Explanation, to: &mut dyn io::Write) -> io::Result<()> {
    let text = String::from_utf8_lossy(&canonical(of)).into_owned();
    writeln!(to, "{}", neutral::json(&text))
}

/// Which run, about what, and whether that still is so.
fn head(page: &mut Page<'_>, last: &LastVerdict) -> io::Result<()> {
    let style = page.style;
    let id = last.subject["id"].as_str().unwrap_or_default();
    let subject = match (id, last.tree) {
        ("", _) => "no git: it names no tree".to_owned(),
        (id, "same") => format!("{id}, still so"),
        (id, "changed") => format!("{id}; the tree has changed since"),
        (id, _) => format!("{id}; whether it is still so cannot be told"),
    };
    let mut lines = vec![
        ("run", format!("{}, {}", last.run, last.age), Ink::Plain),
        (
            "subject",
            subject,
            if last.tree == "changed" {
                Ink::Care
            } else {
                Ink::Plain
            },
        ),
    ];
    if last.policy == "changed" {
        let text = "has changed since; the bounds below are those of the run";
        lines.push(("policy", text.to_owned(), Ink::Care));
    }
    lines.extend(last.ended.clone().map(|ended| ("ended", ended, Ink::Plain)));
    lines.extend(last.log.clone().map(|log| ("log", log, Ink::Plain)));
    for (label, text, ink) in lines {
        Sheet::new(page, LABELS).entry(label, ink, &style.line(&text))?;
    }
    Ok(())
}

fn draw(page: &mut Page<'_>, condition: &ExplainedCondition, column: usize) -> io::Result<()> {
    let style = page.style;
    let (sign, ink) = sign_of(&condition.verdict, style);
    let fact = style.line(&condition.fact);
    let measured = style.line(condition.measured.as_deref().unwrap_or("nothing"));
    let asked = style.line(&condition.bound);
    let one = format!("found {measured}, wanted {asked}");
    let beside = 2 + column.max(width(&fact)) + 2 + width(&one) <= style.width;
    let shown = if beside { one.as_str() } else { "" };
    page.line(&[
        (ink, sign),
        (Ink::Plain, " "),
        (Ink::Strong, &pad(&fact, column)),
        (Ink::Plain, "  "),
        (Ink::Plain, shown),
    ])?;
    let mut sheet = Sheet::new(page, LABELS);
    if !beside {
        sheet.entry("found", Ink::Plain, &measured)?;
        sheet.entry("wanted", Ink::Plain, &asked)?;
    }
    let written = condition.written.as_deref().unwrap_or("built in");
    sheet.entry("written", Ink::Faint, &style.line(written))?;
    if !condition.evidence.is_empty() {
        let places: Vec<&str> = condition
            .evidence
            .iter()
            .take(5)
            .map(String::as_str)
            .collect();
        sheet.entry("evidence", Ink::Faint, &style.line(&places.join(", ")))?;
    }
    if let Some(note) = &condition.note {
        sheet.entry("note", Ink::Plain, &style.line(note))?;
    }
    match &condition.turn {
        Some(turn) => sheet.entry("turn", Ink::Plain, &style.line(turn)),
        None => Ok(()),
    }
}

/// The sign of a verdict's word.
fn sign_of(word: &str, style: &Style) -> (&'static str, Ink) {
    let verdicts = [
        (Verdict::Fail, Ink::Bad),
        (Verdict::Inconclusive, Ink::Care),
        (Verdict::Cancelled, Ink::Care),
        (Verdict::Waived, Ink::Care),
        (Verdict::Pass, Ink::Good),
        (Verdict::NotApplicable, Ink::Faint),
    ];
    let found = verdicts
        .into_iter()
        .find(|(verdict, _)| verdict.word() == word);
    let (verdict, ink) = found.unwrap_or((Verdict::Inconclusive, Ink::Care));
    (style.sign(verdict), ink)
}
