//! What is decided of a phase, for people: everything that keeps it from being complete in one list, then what holds,
//! last the decision, next to the prompt.

use std::io;

use super::super::Style;
use super::super::layout::{Page, pad, width, wrap};
use super::super::style::Ink;
use super::super::{terminal, words};
use crate::model::{
    Criterion, Decision, Enforce, GateVerdict, Outcome, Outstanding, PhaseOutcome, PhaseState,
    Sort, Verdict,
};

/// The widest column for names of rules.
const RULE: usize = 12;
/// Columns of the labels: `wanted`, `found` …
const LABEL: usize = 8;

/// A decision that is to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// What was found of the phase.
    pub phase: &'a PhaseOutcome,
    /// The run of its gates, if there was one.
    pub run: Option<&'a Outcome>,
    /// Whether the record was written just now.
    pub wrote: bool,
    /// The exit code that follows.
    pub exit: u8,
}

/// Draws a decision on a terminal.
pub fn decision(decided: Decided<'_>, style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { style, to };
    let phase = decided.phase;
    if let Some(run) = decided.run {
        if let Some(said) = nothing_blocks(decided) {
            page.line(&[(Ink::Care, &said)])?;
        }
        terminal::gates_once(&mut page, run)?;
    }
    for one in &phase.outstanding {
        outstanding(&mut page, one)?;
    }
    if !phase.outstanding.is_empty() && !style.quiet {
        page.gap()?;
    }
    if !style.quiet {
        holding(&mut page, phase)?;
        for one in &phase.under {
            labelled(&mut page, Ink::Care, "under", one, 6, Ink::Plain)?;
        }
        for note in &phase.notes {
            labelled(&mut page, Ink::Care, "note", note, 6, Ink::Plain)?;
        }
        let told = phase.criteria.iter().any(|one| one.holds);
        if told || !phase.notes.is_empty() || !phase.under.is_empty() {
            page.gap()?;
        }
    }
    last(&mut page, decided)
}

/// Said first: that nothing which blocks passed, and the phase asks for nothing more.
pub(super) fn nothing_blocks(decided: Decided<'_>) -> Option<String> {
    let gates = &decided.run?.verdict.gates;
    let open = decided.phase.outstanding.iter();
    let asked = |gate: &&GateVerdict| gate.enforce == Enforce::Block;
    let elsewhere = |gate: &&GateVerdict| gate.verdict == Verdict::NotApplicable;
    let none = gates.iter().filter(asked).all(|gate| elsewhere(&gate));
    // That no gate applies is said by the gates themselves.
    let said = gates.iter().all(|gate| elsewhere(&gate));
    let fails = open.map(|one| one.rule).any(|rule| rule == "gates");
    (none && !said && !fails).then(|| {
        "no gate that blocks was judged: those that only warn count for nothing".to_owned()
    })
}

/// The sign of what is outstanding.
pub(super) fn sign(style: &Style, sort: Sort) -> (Ink, &'static str) {
    match sort {
        Sort::Fails => (Ink::Bad, style.sign(Verdict::Fail)),
        Sort::Undecided => (Ink::Care, style.sign(Verdict::Inconclusive)),
        Sort::People | Sort::Time => (Ink::Care, style.pick("…", ".")),
    }
}

/// What a sort of outstanding things is called when they are counted.
pub(super) fn counted(sort: Sort, count: usize) -> String {
    match (sort, count) {
        (Sort::Fails, 1) => "1 fails".to_owned(),
        (Sort::Fails, count) => format!("{count} fail"),
        (Sort::Undecided, count) => format!("{count} could not be decided"),
        (Sort::People, 1) => "1 waits for people".to_owned(),
        (Sort::People, count) => format!("{count} wait for people"),
        (Sort::Time, 1) => "1 waits for time".to_owned(),
        (Sort::Time, count) => format!("{count} wait for time"),
    }
}

/// Counts by sort, those that say no first.
pub(super) fn counts(outstanding: &[Outstanding]) -> Vec<String> {
    let sorts = [Sort::Fails, Sort::Undecided, Sort::People, Sort::Time];
    let count = |sort: Sort| outstanding.iter().filter(|one| one.sort == sort).count();
    let counts = sorts.into_iter().map(|sort| (sort, count(sort)));
    counts
        .filter(|(_, count)| *count > 0)
        .map(|(sort, count)| counted(sort, count))
        .collect()
}

/// The parts of one outstanding thing that say something, each with its label.
pub(super) fn parts(one: &Outstanding) -> Vec<(&'static str, String)> {
    let written = one.written.as_ref().map(ToString::to_string);
    let who = (!one.who.is_empty()).then(|| one.who.join(", "));
    let all = [
        ("wanted", Some(one.wanted.clone())),
        ("found", Some(one.found.clone())),
        ("written", written),
        ("do", Some(one.help.clone())),
        ("who", who),
    ];
    let said = all
        .into_iter()
        .filter_map(|(label, text)| Some((label, text?)));
    said.filter(|(_, text)| !text.is_empty()).collect()
}

fn outstanding(page: &mut Page<'_>, one: &Outstanding) -> io::Result<()> {
    let style = page.style;
    let (ink, mark) = sign(style, one.sort);
    let rule = pad(one.rule, RULE);
    let left = 2 + width(&rule) + LABEL;
    let mut first = true;
    for (label, text) in parts(one) {
        for (index, line) in wrap(&style.line(&text), style.width.saturating_sub(left))
            .iter()
            .enumerate()
        {
            let label = pad(if index == 0 { label } else { "" }, LABEL);
            if first {
                let head = format!("{mark} ");
                page.line(&[
                    (ink, &head),
                    (Ink::Strong, &rule),
                    (Ink::Faint, &label),
                    (Ink::Plain, line),
                ])?;
            } else {
                let blank = " ".repeat(2 + width(&rule));
                page.line(&[
                    (Ink::Plain, &blank),
                    (Ink::Faint, &label),
                    (Ink::Plain, line),
                ])?;
            }
            first = false;
        }
    }
    Ok(())
}

/// What the decision rests on.
fn holding(page: &mut Page<'_>, phase: &PhaseOutcome) -> io::Result<()> {
    let style = page.style;
    for criterion in phase.criteria.iter().filter(|one| one.holds) {
        let text = match (criterion.found.as_str(), criterion.wanted.as_str()) {
            ("", wanted) => wanted.to_owned(),
            (found, "") => found.to_owned(),
            (found, wanted) if found == wanted => found.to_owned(),
            (found, wanted) => format!("{found} (wanted {wanted})"),
        };
        let rule = pad(&style.line(&criterion.rule), RULE);
        let left = 2 + width(&rule);
        for (index, line) in wrap(&style.line(&text), style.width.saturating_sub(left))
            .iter()
            .enumerate()
        {
            if index == 0 {
                let (ink, mark) = mark(style, phase, criterion);
                let mark = format!("{mark} ");
                page.line(&[(ink, &mark), (Ink::Strong, &rule), (Ink::Plain, line)])?;
            } else {
                page.line(&[(Ink::Plain, &" ".repeat(left)), (Ink::Plain, line)])?;
            }
        }
    }
    Ok(())
}

/// The sign of what holds: by itself, under a promise, or what is only told because nothing is wanted of it.
fn mark(style: &Style, phase: &PhaseOutcome, criterion: &Criterion) -> (Ink, &'static str) {
    let of_gates = criterion.rule == "gates";
    let mut under = phase.under.iter();
    if criterion.wanted.is_empty() || (of_gates && criterion.found.starts_with("nothing")) {
        (Ink::Care, "!")
    } else if of_gates && under.any(|one| one.starts_with("gate ")) {
        (Ink::Care, style.sign(Verdict::Waived))
    } else {
        (Ink::Good, style.sign(Verdict::Pass))
    }
}

/// Text behind a label, wrapped beside it.
pub(super) fn labelled(
    page: &mut Page<'_>,
    ink: Ink,
    label: &str,
    text: &str,
    columns: usize,
    plain: Ink,
) -> io::Result<()> {
    let style = page.style;
    let lines = wrap(&style.line(text), style.width.saturating_sub(columns));
    for (index, line) in lines.iter().enumerate() {
        let label = pad(if index == 0 { label } else { "" }, columns);
        page.line(&[(ink, &label), (plain, line)])?;
    }
    Ok(())
}

/// The words after the decision, without signs.
pub(super) fn summary(decided: Decided<'_>) -> Vec<String> {
    let phase = decided.phase;
    let state = match (decided.wrote, &phase.record) {
        (true, _) => format!("{} is complete now", phase.phase),
        (false, Some(_)) if phase.outstanding.is_empty() && is_go(phase.decision) => {
            format!("{} was complete already", phase.phase)
        }
        // What was complete once and is decided well would read as both.
        _ if phase.state == PhaseState::Stale && is_go(phase.decision) => {
            format!("{} can be completed again", phase.phase)
        }
        _ => format!("{} is {}", phase.phase, phase.state.word()),
    };
    let mut parts = vec![state];
    let counts = counts(&phase.outstanding);
    if !counts.is_empty() {
        let all = words::many(phase.outstanding.len() as u64, "thing");
        parts.push(format!("{all} outstanding: {}", counts.join(", ")));
    }
    parts.extend(
        phase
            .readiness
            .as_ref()
            .map(|share| format!("readiness {share}")),
    );
    let record = phase.record.as_ref().filter(|_| is_go(phase.decision));
    parts.extend(record.map(|digest| format!("record {}", digest.get(..12).unwrap_or(digest))));
    parts
}

fn is_go(decision: Decision) -> bool {
    matches!(decision, Decision::Go | Decision::ConditionalGo)
}

fn last(page: &mut Page<'_>, decided: Decided<'_>) -> io::Result<()> {
    let style = page.style;
    let verdict = decided.phase.decision;
    let ink = match words::like(verdict) {
        Verdict::Pass => Ink::Good,
        Verdict::Fail => Ink::Bad,
        _ => Ink::Care,
    };
    let lead = format!("{} {}", style.sign(words::like(verdict)), verdict.words());
    let rest: Vec<String> = summary(decided)
        .iter()
        .map(|part| style.line(part))
        .collect();
    let text = format!("{lead}{}{}", style.dot(), rest.join(style.dot()));
    for (index, line) in wrap(&text, style.width).iter().enumerate() {
        match line.strip_prefix(lead.as_str()) {
            Some(rest) if index == 0 => page.line(&[(ink, &lead), (Ink::Plain, rest)])?,
            _ => page.line(&[(Ink::Plain, line)])?,
        }
    }
    Ok(())
}
