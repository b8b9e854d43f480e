//! A proof of gates, for people and for machines: for each gate what stayed green, what could not be told, and why.

use std::io;

use super::detail::Sheet;
use super::layout::{Page, pad, width};
use super::style::Ink;
use super::words::many;
use super::{Style, neutral};
use crate::model::{GateProof, Proof, Proving, Tooth, Verdict, canonical};

/// Columns for the labels.
const LABELS: usize = 9;
/// Columns for the names of gates, at most.
const NAMES: usize = 24;
/// Equal complaints of one gate that are shown without `-v`.
const SHOWN: usize = 8;

/// Draws a proof for people.
pub fn proof(proof: &Proof, style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { style, to };
    let names = proof.gates.iter().map(|gate| width(&style.line(&gate.id)));
    let column = names.max().unwrap_or(0).min(NAMES);
    for gate in &proof.gates {
        draw(&mut page, gate, column)?;
    }
    last_line(&mut page, proof)
}

/// Writes a proof for machines, as one line.
pub fn proof_json(proof: &Proof, to: &mut dyn io::Write) -> io::Result<()> {
    let text = String::from_utf8_lossy(&canonical(proof)).into_owned();
    writeln!(to, "{}", neutral::json(&text))
}

fn draw(page: &mut Page<'_>, gate: &GateProof, column: usize) -> io::Result<()> {
    let style = page.style;
    let count = |tooth| gate.of(tooth).count();
    let (green, unproven) = (count(Tooth::Green), count(Tooth::Unproven));
    let fed = gate
        .probes
        .iter()
        .filter(|probe| probe.verdict.is_some())
        .count();
    let (sign, ink, word) = match (green, unproven) {
        (0, 0) => (Verdict::Pass, Ink::Good, "proven"),
        (0, _) => (Verdict::Inconclusive, Ink::Care, "not proven"),
        _ => (Verdict::Fail, Ink::Bad, "toothless"),
    };
    let tail = match (green, unproven) {
        (0, 0) => format!("{} of {}", many(fed as u64, "probe"), gate.kinds.join(", ")),
        (0, _) => format!("{unproven} could not be told"),
        _ => {
            many(green as u64, "probe")
                + if green == 1 {
                    " stays green"
                } else {
                    " stay green"
                }
        }
    };
    let name = pad(&style.line(&gate.id), column);
    page.line(&[
        (ink, style.sign(sign)),
        (Ink::Plain, " "),
        (Ink::Strong, &name),
        (Ink::Plain, "  "),
        (ink, &pad(word, "not proven".len())),
        (Ink::Plain, "  "),
        (Ink::Faint, &style.line(&tail)),
    ])?;
    if green + unproven > 0 || style.verbose > 0 {
        conditions(page, gate)?;
    }
    for (tooth, label, ink) in [
        (Tooth::Green, "green", Ink::Bad),
        (Tooth::Unproven, "untold", Ink::Care),
        (Tooth::Open, "warning", Ink::Care),
        (Tooth::Declared, "declared", Ink::Care),
    ] {
        if tooth != Tooth::Open || !style.quiet {
            list(page, gate, tooth, label, ink)?;
        }
    }
    if style.verbose > 0 {
        list(page, gate, Tooth::Allowed, "allowed", Ink::Faint)?;
        list(page, gate, Tooth::Held, "held", Ink::Faint)?;
    }
    Ok(())
}

fn conditions(page: &mut Page<'_>, gate: &GateProof) -> io::Result<()> {
    if gate.conditions.is_empty() {
        return Sheet::new(page, LABELS).entry("asks", Ink::Faint, "no condition");
    }
    let asked = gate.conditions.iter().map(|(fact, bound)| {
        let below = fact.strip_prefix(&format!("{}.", gate.id)).unwrap_or(fact);
        format!("{below} {bound}")
    });
    let text = page.style.line(&asked.collect::<Vec<_>>().join(", "));
    Sheet::new(page, LABELS).entry("asks", Ink::Faint, &text)
}

/// What came out so, once for each piece of evidence, whatever status it was fed with.
fn list(
    page: &mut Page<'_>,
    gate: &GateProof,
    tooth: Tooth,
    label: &str,
    ink: Ink,
) -> io::Result<()> {
    let mut seen: Vec<(&Proving, Vec<&str>)> = Vec::new();
    for probe in gate.of(tooth) {
        let same = |(known, _): &&mut (&Proving, Vec<&str>)| {
            (&known.kind, &known.fed, &known.why) == (&probe.kind, &probe.fed, &probe.why)
        };
        let exit = probe.exit.as_deref().filter(|exit| *exit != probe.fed);
        match seen.iter_mut().find(same) {
            Some((_, exits)) => exits.extend(exit),
            None => seen.push((probe, exit.into_iter().collect())),
        }
    }
    let style = page.style;
    let most = if style.verbose > 0 { seen.len() } else { SHOWN };
    for (probe, exits) in seen.iter().take(most) {
        let exits = if exits.is_empty() {
            String::new()
        } else {
            format!(" ({})", exits.join(", "))
        };
        let said = match &probe.against {
            Some(fact) if !probe.fed.starts_with(below(gate, fact)) => {
                format!("{}: {}{exits}", below(gate, fact), probe.fed)
            }
            _ => format!("{}{exits}", probe.fed),
        };
        let mut sheet = Sheet::new(page, LABELS);
        sheet.entry(label, ink, &style.line(&said))?;
        if tooth == Tooth::Held || tooth == Tooth::Allowed {
            continue;
        }
        if let Some(why) = &probe.why {
            sheet.entry("", Ink::Plain, &style.line(why))?;
        }
        if let Some(place) = &probe.written {
            sheet.entry("", Ink::Faint, &style.line(&place.to_string()))?;
        }
    }
    if seen.len() > most {
        let text = format!("and {} more: see them with -v", seen.len() - most);
        Sheet::new(page, LABELS).entry(label, Ink::Faint, &text)?;
    }
    Ok(())
}

fn below<'a>(gate: &GateProof, fact: &'a str) -> &'a str {
    fact.strip_prefix(gate.id.as_str())
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(fact)
}

fn last_line(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let style = page.style;
    let all = proof.gates.len() as u64;
    let proven = proof.gates.iter().filter(|gate| gate.proven).count() as u64;
    let text = if proof.proven {
        format!("{} proven: none passes on bad evidence", many(all, "gate"))
    } else {
        format!("{proven} of {} proven", many(all, "gate"))
    };
    let (sign, ink) = if proof.proven {
        (Verdict::Pass, Ink::Good)
    } else {
        (Verdict::Fail, Ink::Bad)
    };
    page.line(&[(ink, style.sign(sign)), (Ink::Plain, " "), (ink, &text)])
}
