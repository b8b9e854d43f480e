//! The document that hands phases over, made from the records alone: what was done, the numbers, the decisions, liens,
//! waivers, and what is next. Markdown.

use std::io;

use super::decision_markdown::text;
use super::history::{asides, kind, says, short, signatures, who};
use crate::model::{
    Board, BoardLien, BoardPhase, Completion, Entry, GateRecord, LienState, PhaseState, Says,
};

/// Gates and values in one table; what is beyond them is counted.
const LISTED: usize = 500;

/// What is handed over.
#[derive(Clone, Copy, Debug)]
pub struct Handoff<'a> {
    /// All phases, as they stand.
    pub board: &'a Board,
    /// The phases that the document is about.
    pub phases: &'a [&'a BoardPhase],
    /// All records, parents before children.
    pub entries: &'a [&'a Entry],
}

/// Writes the document.
pub fn handoff(handed: Handoff<'_>, to: &mut dyn io::Write) -> io::Result<()> {
    match handed.phases {
        [one] => writeln!(to, "# Hand-off: {}", title(one))?,
        _ => {
            writeln!(to, "# Hand-off")?;
            overview(handed, to)?;
        }
    }
    for phase in handed.phases {
        if handed.phases.len() > 1 {
            writeln!(to, "\n# {}", title(phase))?;
        }
        of_phase(handed, phase, to)?;
    }
    next(handed, to)
}

fn title(phase: &BoardPhase) -> String {
    match &phase.title {
        Some(title) => format!("{} — {}", text(&phase.phase), text(title)),
        None => text(&phase.phase),
    }
}

fn overview(handed: Handoff<'_>, to: &mut dyn io::Write) -> io::Result<()> {
    writeln!(
        to,
        "\n| phase | state | readiness | due |\n| --- | --- | --- | --- |"
    )?;
    for phase in handed.phases {
        let readiness = phase.readiness.map(|share| share.to_string());
        writeln!(
            to,
            "| {} | {} | {} | {} |",
            title(phase),
            phase.state.word(),
            readiness.unwrap_or_default(),
            text(phase.due.as_deref().unwrap_or(""))
        )?;
    }
    Ok(())
}

fn of_phase(handed: Handoff<'_>, phase: &BoardPhase, to: &mut dyn io::Write) -> io::Result<()> {
    let own: Vec<&Entry> = handed
        .entries
        .iter()
        .filter(|entry| entry.record.phase == phase.phase)
        .copied()
        .collect();
    let completed = own.iter().rev().find_map(|entry| match &entry.record.says {
        Says::Completion(completion) => Some((*entry, &**completion)),
        _ => None,
    });
    writeln!(to, "\nState: **{}**.", phase.state.word())?;
    if let Some(said) = &phase.said {
        writeln!(to, "{}.", text(said).trim_end_matches('.'))?;
    }
    match completed {
        Some((entry, completion)) => {
            certificate(phase, entry, completion, to)?;
            done(completion, to)?;
            numbers(completion, to)?;
            exceptions(handed, completion, to)?;
        }
        None => writeln!(to, "\nNo completion is recorded.")?,
    }
    decisions(&own, to)?;
    liens(phase, to)?;
    if phase.state != PhaseState::Complete && !phase.blocked_by.is_empty() {
        writeln!(to, "\n## What blocks it\n")?;
        for one in &phase.blocked_by {
            writeln!(to, "- {}", text(one))?;
        }
    }
    Ok(())
}

/// Who decided what, when, on which content.
fn certificate(
    phase: &BoardPhase,
    entry: &Entry,
    completion: &Completion,
    to: &mut dyn io::Write,
) -> io::Result<()> {
    let record = &entry.record;
    let lead = if phase.state == PhaseState::Complete {
        "\nThe completion that stands:\n"
    } else {
        "\nThe last completion, which does not stand any more:\n"
    };
    writeln!(to, "{lead}")?;
    let commit = record.commit.as_deref().map_or_else(String::new, |commit| {
        format!(" (commit {} at that time)", text(short(commit)))
    });
    let rows = [
        ("decision", text(&completion.decision.replace('-', " "))),
        ("when", text(&record.at)),
        ("by", text(&who(entry))),
        ("signatures", text(&signatures(entry))),
        (
            "content",
            format!("git tree {}{commit}", text(&record.tree)),
        ),
        ("policy", text(&record.policy)),
        ("record", text(&entry.digest)),
        ("tollgate", text(&record.tollgate)),
    ];
    writeln!(to, "| | |\n| --- | --- |")?;
    for (label, said) in rows {
        writeln!(to, "| {label} | {said} |")?;
    }
    Ok(())
}

fn done(completion: &Completion, to: &mut dyn io::Write) -> io::Result<()> {
    writeln!(to, "\n## What was done\n")?;
    if !completion.criteria.is_empty() {
        writeln!(to, "| rule | wanted | found |\n| --- | --- | --- |")?;
        for one in &completion.criteria {
            let cells = [&one.rule, &one.wanted, &one.found].map(|cell| text(cell));
            writeln!(to, "| {} |", cells.join(" | "))?;
        }
    }
    if completion.gates.is_empty() {
        return Ok(());
    }
    writeln!(
        to,
        "\n| gate | verdict | bounds that hold | evidence |\n| --- | --- | --- | --- |"
    )?;
    for (name, gate) in completion.gates.iter().take(LISTED) {
        let hold = |one: &&crate::model::ConditionRecord| one.verdict == "pass";
        writeln!(
            to,
            "| {} | {}{} | {} of {} | {} |",
            text(name),
            text(&gate.verdict),
            if gate.flaky { ", flaky" } else { "" },
            gate.conditions.iter().filter(hold).count(),
            gate.conditions.len(),
            text(&evidence(gate))
        )?;
    }
    left_out(completion.gates.len(), "gates", to)?;
    let asides = asides(completion);
    if !asides.is_empty() {
        writeln!(to)?;
    }
    for words in asides.iter().take(LISTED) {
        writeln!(to, "- {}", text(words))?;
    }
    left_out(asides.len(), "remarks", to)
}

fn evidence(gate: &GateRecord) -> String {
    let reports = gate.reports.iter().map(|report| report.path.as_str());
    let mut parts: Vec<&str> = reports.collect();
    parts.extend(gate.evidence.as_deref().map(short));
    parts.join(", ")
}

fn left_out(count: usize, what: &str, to: &mut dyn io::Write) -> io::Result<()> {
    match count.saturating_sub(LISTED) {
        0 => Ok(()),
        more => writeln!(to, "\nand {more} more {what}"),
    }
}

fn numbers(completion: &Completion, to: &mut dyn io::Write) -> io::Result<()> {
    let conditions: Vec<_> = completion
        .gates
        .values()
        .flat_map(|gate| &gate.conditions)
        .collect();
    if conditions.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n## Numbers\n")?;
    writeln!(
        to,
        "| value | measured | bound | written | |\n| --- | --- | --- | --- | --- |"
    )?;
    for one in conditions.iter().take(LISTED) {
        let cells = [
            &one.fact,
            &one.measured,
            &one.bound,
            &one.written,
            &one.verdict,
        ];
        writeln!(to, "| {} |", cells.map(|cell| text(cell)).join(" | "))?;
    }
    left_out(conditions.len(), "values", to)
}

/// Liens and waivers that the completion stands under.
fn exceptions(
    handed: Handoff<'_>,
    completion: &Completion,
    to: &mut dyn io::Write,
) -> io::Result<()> {
    let liens: Vec<&&Entry> = completion
        .liens
        .iter()
        .filter_map(|digest| handed.entries.iter().find(|entry| entry.digest == *digest))
        .collect();
    writeln!(to, "\n## Liens\n")?;
    if liens.is_empty() {
        writeln!(to, "None.")?;
    }
    for lien in liens {
        writeln!(
            to,
            "- {} (record {})",
            text(&says(lien).join("; ")),
            text(short(&lien.digest))
        )?;
    }
    writeln!(to, "\n## Waivers\n")?;
    let waivers: Vec<(&String, &String)> = completion
        .gates
        .iter()
        .flat_map(|(name, gate)| gate.waivers.iter().map(move |waiver| (name, waiver)))
        .collect();
    if waivers.is_empty() {
        return writeln!(to, "None.");
    }
    for (gate, waiver) in waivers {
        writeln!(to, "- {}: {}", text(gate), text(waiver))?;
    }
    Ok(())
}

/// Everything that was recorded of the phase, the oldest first.
fn decisions(own: &[&Entry], to: &mut dyn io::Write) -> io::Result<()> {
    writeln!(to, "\n## Decisions\n")?;
    if own.is_empty() {
        return writeln!(to, "Nothing is recorded.");
    }
    writeln!(to, "| when | what | says | by | signatures | record |")?;
    writeln!(to, "| --- | --- | --- | --- | --- | --- |")?;
    for entry in own.iter().take(LISTED) {
        let cells = [
            entry.record.at.clone(),
            kind(&entry.record.says),
            says(entry).join("; "),
            who(entry),
            signatures(entry),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| text(cell)).collect();
        writeln!(
            to,
            "| {} | {} |",
            cells.join(" | "),
            text(short(&entry.digest))
        )?;
    }
    left_out(own.len(), "records", to)
}

/// How each promise stands; those that do not count apart, with the reason.
fn liens(phase: &BoardPhase, to: &mut dyn io::Write) -> io::Result<()> {
    let (refused, counted): (Vec<&BoardLien>, Vec<&BoardLien>) = phase
        .liens
        .iter()
        .partition(|lien| lien.state == LienState::Refused);
    if !counted.is_empty() {
        writeln!(to, "\n## Promises\n")?;
    }
    for lien in counted {
        let state = match lien.state {
            LienState::Kept => "kept",
            LienState::Due => "**due and not kept**",
            _ => "open",
        };
        writeln!(to, "- {state}: {}", promise(lien))?;
    }
    if !refused.is_empty() {
        writeln!(to, "\n## Promises that do not count\n")?;
    }
    for lien in refused {
        let why = text(lien.refused.as_deref().unwrap_or_default());
        writeln!(to, "- {}: {why}", promise(lien))?;
    }
    Ok(())
}

fn promise(lien: &BoardLien) -> String {
    format!(
        "{} by {}, due {} (record {})",
        text(&lien.on),
        text(&lien.owner),
        text(&lien.due),
        text(short(&lien.record))
    )
}

fn next(handed: Handoff<'_>, to: &mut dyn io::Write) -> io::Result<()> {
    writeln!(to, "\n## What is next\n")?;
    let mut said = false;
    let about: Vec<&str> = handed
        .phases
        .iter()
        .map(|phase| phase.phase.as_str())
        .collect();
    let is_about = |name: &str| about.contains(&name);
    for phase in &handed.board.phases {
        let concerns = is_about(&phase.phase) || phase.after.iter().any(|name| is_about(name));
        if !concerns || phase.state == PhaseState::Complete {
            continue;
        }
        said = true;
        let waits = match phase.blocked_by.as_slice() {
            // What to do is among the tasks below.
            [] => String::new(),
            some => format!(": {}", text(&some.join("; "))),
        };
        let due = phase.due.as_ref().map(|due| format!(", due {}", text(due)));
        writeln!(
            to,
            "- {} is {}{}{waits}",
            title(phase),
            phase.state.word(),
            due.unwrap_or_default()
        )?;
    }
    for phase in handed.phases {
        let open = |lien: &&BoardLien| matches!(lien.state, LienState::Open | LienState::Due);
        for lien in phase.liens.iter().filter(open) {
            said = true;
            let late = match lien.state {
                LienState::Due => "**It is due and not kept.**",
                _ => "It was promised:",
            };
            writeln!(
                to,
                "- {}: make {} of {} hold. {late} {}",
                text(&lien.owner),
                text(&lien.on),
                title(phase),
                promise(lien)
            )?;
        }
    }
    for (who, what) in &handed.board.next {
        said = true;
        writeln!(to, "- {}: {}", text(who), text(what))?;
    }
    if !said {
        writeln!(to, "Nothing is outstanding.")?;
    }
    Ok(())
}
