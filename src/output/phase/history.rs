//! Records of the ledger on a terminal, the newest first.

use std::io;

use super::super::Style;
use super::super::layout::{Page, apart, pad, width, wrap};
use super::super::style::Ink;
use super::super::words;
use crate::model::{Completion, Entry, Says, SignatureState};

/// Records that are listed before the rest is counted.
const LISTED: usize = 100;
/// Codes of clauses that decide nothing and are shown all the same.
const ASIDES: [&str; 2] = ["base", "skipped-before"];
/// Digits of a digest that people read.
pub(super) const SHORT: usize = 12;

/// Draws records that come with parents before children.
pub fn history(entries: &[&Entry], style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { style, to };
    if entries.is_empty() {
        return page.line(&[(Ink::Care, "nothing is recorded")]);
    }
    let most = if style.verbose > 0 {
        usize::MAX
    } else {
        LISTED
    };
    let shown: Vec<&Entry> = entries.iter().rev().take(most).copied().collect();
    let widest = |text: fn(&Entry) -> &str, most: usize| {
        let all = shown.iter().map(|entry| width(&style.line(text(entry))));
        all.max().unwrap_or(0).min(most)
    };
    let phase = widest(|entry| &entry.record.phase, 16);
    for entry in &shown {
        line(&mut page, entry, phase)?;
    }
    match entries.len().saturating_sub(most) {
        0 => Ok(()),
        more => {
            let text = format!(
                "and {}, with `-v`",
                words::many(more as u64, "older record")
            );
            page.line(&[(Ink::Faint, &text)])
        }
    }
}

/// `2026-08-01 12:30  3f2a9c…  beta  sign-off` and below it what it says, who wrote it and who signed.
fn line(page: &mut Page<'_>, entry: &Entry, phase: usize) -> io::Result<()> {
    let style = page.style;
    let record = &entry.record;
    let at = style.line(
        record
            .at
            .get(..16)
            .unwrap_or(&record.at)
            .replace('T', " ")
            .as_str(),
    );
    let name = pad(
        &apart(&[style.line(&record.phase)], phase, style).concat(),
        phase,
    );
    let digest = short(&entry.digest);
    page.line(&[
        (Ink::Faint, &at),
        (Ink::Plain, "  "),
        (Ink::Strong, &name),
        (Ink::Plain, "  "),
        (ink(&record.says), &kind(&record.says)),
        (Ink::Plain, " "),
        (Ink::Faint, digest),
    ])?;
    let mut said = says(entry);
    said.push(format!("by {}, {}", who(entry), signatures(entry)));
    for text in said {
        for line in wrap(&style.line(&text), style.width.saturating_sub(4)) {
            page.line(&[(Ink::Plain, "    "), (Ink::Plain, &line)])?;
        }
    }
    Ok(())
}

/// Draws the gates that a record is about, before it.
pub fn gates(run: &crate::model::Outcome, style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    super::super::terminal::gates_once(&mut Page { style, to }, run)
}

/// Draws what was written just now.
pub fn recorded(entry: &Entry, style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { style, to };
    let name = style.line(&entry.record.phase);
    page.line(&[
        (Ink::Good, style.sign(crate::model::Verdict::Pass)),
        (Ink::Plain, " recorded: "),
        (Ink::Strong, &kind(&entry.record.says)),
        (Ink::Plain, " of "),
        (Ink::Strong, &name),
        (Ink::Plain, ", "),
        (Ink::Faint, short(&entry.digest)),
    ])?;
    if style.quiet {
        return Ok(());
    }
    let mut said = says(entry);
    said.push(format!("by {}, {}", who(entry), signatures(entry)));
    said.push("commit `.tollgate/ledger` so that others see it".to_owned());
    for text in said {
        for line in wrap(&style.line(&text), style.width.saturating_sub(2)) {
            page.line(&[(Ink::Plain, "  "), (Ink::Plain, &line)])?;
        }
    }
    Ok(())
}

/// A digest as people read it.
pub(super) fn short(digest: &str) -> &str {
    digest.get(..SHORT).unwrap_or(digest)
}

fn ink(says: &Says) -> Ink {
    match says {
        Says::Completion(_) => Ink::Good,
        Says::Reopen { .. } | Says::Ruling { .. } => Ink::Bad,
        Says::Observation { verdict, .. } if verdict != "pass" => Ink::Bad,
        Says::Lien { .. } => Ink::Care,
        _ => Ink::Plain,
    }
}

/// What kind of record it is, in words.
pub(super) fn kind(says: &Says) -> String {
    match says {
        Says::Ruling { ruling, .. } => ruling.clone(),
        Says::SignOff { entry: true, .. } => "sign-off for entry".to_owned(),
        Says::SignOff {
            weakenings: Some(_),
            ..
        } => "sign-off on a weaker policy".to_owned(),
        other => other.kind().to_owned(),
    }
}

/// What a record says, a line each.
pub(super) fn says(entry: &Entry) -> Vec<String> {
    match &entry.record.says {
        Says::Completion(completion) => {
            let gates = completion.gates.len() as u64;
            let mut said = vec![format!(
                "{}: {}, {}, {}",
                completion.decision.replace('-', " "),
                words::many(gates, "gate"),
                words::many(completion.sign_offs.len() as u64, "sign-off"),
                words::many(completion.liens.len() as u64, "lien"),
            )];
            said.push(format!("tree {}", short(&entry.record.tree)));
            said.extend(asides(completion));
            said
        }
        Says::SignOff { why, evidence, .. } => {
            let mut said: Vec<String> = why.iter().cloned().collect();
            said.extend(evidence.iter().map(|link| format!("evidence {link}")));
            said.push(format!("tree {}", short(&entry.record.tree)));
            said
        }
        Says::Lien {
            on,
            owner,
            why,
            due,
        } => {
            vec![format!("on {on}, owned by {owner}, due {due}: {why}")]
        }
        Says::Observation { verdict, gates } => {
            let bad: Vec<String> = gates
                .iter()
                .filter(|(_, verdict)| *verdict != "pass")
                .map(|(gate, verdict)| format!("{gate} {verdict}"))
                .collect();
            let more = if bad.is_empty() {
                String::new()
            } else {
                format!(": {}", bad.join(", "))
            };
            vec![format!(
                "{verdict}, {}{more}",
                words::many(gates.len() as u64, "gate")
            )]
        }
        Says::Reopen { completion, why } => {
            vec![format!("takes back {}: {why}", short(completion))]
        }
        Says::Ruling { why, to, .. } => {
            let to = to.iter().map(|to| format!("back to {to}: "));
            vec![format!("{}{why}", to.collect::<String>())]
        }
    }
}

/// What is to be known of how gates were judged, and decided nothing.
pub(super) fn asides(completion: &Completion) -> Vec<String> {
    let gates = completion.gates.iter();
    let all = gates.flat_map(|(gate, record)| {
        let reasons = record.reasons.iter();
        let asides = reasons.filter(|one| ASIDES.contains(&one.code.as_str()));
        asides.map(move |one| format!("{gate}: {}", one.words))
    });
    all.collect()
}

/// Who wrote a record.
pub(super) fn who(entry: &Entry) -> String {
    let who = &entry.record.who;
    match (who.name.as_str(), who.email.as_str()) {
        ("", "") => "nobody named".to_owned(),
        (name, "") => name.to_owned(),
        ("", email) => format!("<{email}>"),
        (name, email) => format!("{name} <{email}>"),
    }
}

/// Who signed a record, and what is to be said of each signature.
pub(super) fn signatures(entry: &Entry) -> String {
    if entry.signatures.is_empty() {
        return "unsigned".to_owned();
    }
    let each = entry.signatures.iter().map(|one| {
        let person = &one.person;
        match &one.state {
            SignatureState::Good => format!("signed by {person}"),
            SignatureState::Unread => format!("signature of {person}, not looked at"),
            SignatureState::Unknown => {
                format!("signature of {person}, whom no people.yaml names")
            }
            SignatureState::Bad(why) => format!("signature of {person} does not count: {why}"),
            SignatureState::Unchecked(why) => {
                format!("signature of {person} could not be checked: {why}")
            }
        }
    });
    each.collect::<Vec<_>>().join("; ")
}
