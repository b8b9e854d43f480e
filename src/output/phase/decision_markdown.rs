//! What is decided of a phase, as Markdown for a pull request or a step summary.

use std::io;

use super::super::neutral::{line, markdown};
use super::super::words;
use super::decision::{Decided, counts, nothing_blocks, parts, summary};
use crate::model::{Decision, Outstanding, Sort, Verdict};

/// Outstanding things that are told; forges refuse long comments.
const TOLD: usize = 100;

/// Draws a decision as Markdown.
pub fn decision_markdown(decided: Decided<'_>, to: &mut dyn io::Write) -> io::Result<()> {
    let phase = decided.phase;
    let title = match &phase.title {
        Some(title) => format!("{} ({})", text(&phase.phase), text(title)),
        None => text(&phase.phase),
    };
    let verdict = phase.decision;
    writeln!(
        to,
        "## {} {}: phase {title}\n",
        sign(words::like(verdict)),
        headline(verdict)
    )?;
    if let Some(said) = nothing_blocks(decided) {
        writeln!(to, "⚠️ {}\n", text(&said))?;
    }
    let said: Vec<String> = summary(decided).iter().map(|part| text(part)).collect();
    writeln!(to, "{}", said.join(" · "))?;
    if !phase.outstanding.is_empty() {
        writeln!(
            to,
            "\n### Outstanding: {}\n",
            counts(&phase.outstanding).join(", ")
        )?;
    }
    for one in phase.outstanding.iter().take(TOLD) {
        item(one, to)?;
    }
    if let more @ 1.. = phase.outstanding.len().saturating_sub(TOLD) {
        writeln!(to, "- and {more} more, in `--output json`")?;
    }
    let holding: Vec<_> = phase.criteria.iter().filter(|one| one.holds).collect();
    if !holding.is_empty() {
        writeln!(to, "\n| rule | found | wanted |\n| --- | --- | --- |")?;
    }
    for one in holding {
        let cells = [&one.rule, &one.found, &one.wanted].map(|cell| text(cell));
        writeln!(to, "| {} |", cells.join(" | "))?;
    }
    for one in &phase.under {
        writeln!(to, "\n⚠️ under: {}", text(one))?;
    }
    for note in &phase.notes {
        writeln!(to, "\n> {}", text(note))?;
    }
    if let Some(run) = decided.run {
        gates(run, to)?;
    }
    Ok(())
}

fn headline(decision: Decision) -> &'static str {
    match decision {
        Decision::NoGo => "No go",
        Decision::Go => "Go",
        Decision::ConditionalGo => "Conditional go",
        Decision::Hold => "Hold",
        Decision::Recycle => "Recycle",
    }
}

/// The sign of a verdict on a forge.
pub(super) fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "❌",
        Verdict::Inconclusive => "❓",
        Verdict::Cancelled => "🚫",
        Verdict::Waived => "⚠️",
        Verdict::Pass => "✅",
        Verdict::NotApplicable => "➖",
    }
}

/// Text from outside as one harmless line of bounded length.
pub(super) fn text(outside: &str) -> String {
    const MOST: usize = 500;
    let outside = match outside.char_indices().nth(MOST) {
        Some((at, _)) => &outside[..at],
        None => outside,
    };
    markdown(&line(outside))
}

fn item(one: &Outstanding, to: &mut dyn io::Write) -> io::Result<()> {
    let mark = match one.sort {
        Sort::Fails => "❌",
        Sort::Undecided => "❓",
        Sort::People | Sort::Time => "⏳",
    };
    let mut lines = parts(one).into_iter();
    if let Some((label, said)) = lines.next() {
        writeln!(
            to,
            "- {mark} **{}**: {label} {}",
            text(one.rule),
            text(&said)
        )?;
    }
    for (label, said) in lines {
        writeln!(to, "  - {label}: {}", text(&said))?;
    }
    Ok(())
}

fn gates(run: &crate::model::Outcome, to: &mut dyn io::Write) -> io::Result<()> {
    let rows = words::rows(run);
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n| | gate | verdict | |\n| --- | --- | --- | --- |")?;
    for row in rows.iter().take(TOLD) {
        writeln!(
            to,
            "| {} | {} | {} | {} |",
            sign(row.gate.verdict),
            text(&row.gate.id),
            words::verdict_words(row.gate),
            text(&words::gist(*row))
        )?;
    }
    if let more @ 1.. = rows.len().saturating_sub(TOLD) {
        writeln!(to, "\nand {more} more gates")?;
    }
    Ok(())
}
