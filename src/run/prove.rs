//! Proves gates: feeds each what it must not pass on, without running its command, and names what stays green.
//!
//! The way from evidence to verdict is the one of a run (`weigh.rs`); only the evidence is made up. Each judge is asked
//! alone, as if everything else of its gate were fine, and each piece of evidence twice: once with the exit status of a good
//! run, once with that of a run that found something. Reports are real files in a temporary folder.

mod asked;
mod feeds;
#[cfg(test)]
mod laws;
mod scratch;
mod smells;
#[cfg(test)]
mod tests;

use std::path::Path;

use asked::Bench;

use super::select::unknown;
use crate::config::{Plan, PlannedGate};
use crate::exec;
use crate::gate::Gate;
use crate::model::{Enforce, Feed, GateProof, PROOF, Proof, Proving, Tooth};
use crate::policy::Glob;
use crate::problem::Problem;
use crate::source::Place;

/// Why nothing was proven.
#[derive(Debug)]
pub enum NotProven {
    /// Names of gates that there are not.
    Names(Vec<Problem>),
    /// The temporary folder could not be made or written.
    Folder(std::io::Error),
}

/// Proves the gates named, or all. `now` and `today` are what dates and ages are compared with.
pub fn prove(
    plan: &Plan,
    names: &[String],
    now: jiff::Timestamp,
    today: jiff::civil::Date,
) -> Result<Proof, NotProven> {
    let position = |name: &String| plan.gates.iter().position(|gate| gate.id == *name);
    let unknown: Vec<Problem> = names
        .iter()
        .filter(|name| position(name).is_none())
        .map(|name| unknown(plan, name))
        .collect();
    if !unknown.is_empty() {
        return Err(NotProven::Names(unknown));
    }
    let chosen = |gate: &&PlannedGate| names.is_empty() || names.contains(&gate.id);
    let mut gates = Vec::new();
    for gate in plan.gates.iter().filter(chosen) {
        gates.push(of_gate(plan, gate, now, today).map_err(NotProven::Folder)?);
    }
    Ok(Proof {
        schema: PROOF,
        proven: gates.iter().all(|gate| gate.proven),
        policy: plan.digest.clone(),
        as_of: today.to_string(),
        gates,
    })
}

fn of_gate(
    plan: &Plan,
    gate: &PlannedGate,
    now: jiff::Timestamp,
    today: jiff::civil::Date,
) -> std::io::Result<GateProof> {
    let bench = Bench::new(plan, gate, now, today)?;
    let mut probes = definition(gate, &plan.root);
    let judged = gate.judges.iter().any(|judge| judge.reports().is_some());
    if gate.command.is_some() && !judged {
        probes.extend(bench.exits());
    }
    probes.extend(bench.times());
    let mut conditions: Vec<(String, String)> = gate
        .duration
        .iter()
        .map(|bound| {
            (
                format!("{}.exit.duration", gate.id),
                bound.text().to_owned(),
            )
        })
        .collect();
    for judge in &gate.judges {
        let made = judge.bad_evidence();
        conditions.extend(made.iter().filter_map(|probe| bench.condition_of(probe)));
        if let Some(reports) = judge.reports() {
            probes.extend(feeds::of_reports(&bench, &**judge, reports)?);
        }
        probes.extend(without_probes(gate, &**judge, made.len()));
        for probe in &made {
            probes.extend(bench.probe(&**judge, probe)?);
        }
    }
    conditions.sort();
    conditions.dedup();
    let kinds: Vec<String> = gate
        .judges
        .iter()
        .map(|judge| judge.kind().to_owned())
        .collect();
    Ok(GateProof {
        id: gate.id.clone(),
        written: gate.at.place(),
        kinds: if kinds.is_empty() {
            vec!["exit".to_owned()]
        } else {
            kinds
        },
        proven: !probes
            .iter()
            .any(|probe| matches!(probe.tooth, Tooth::Green | Tooth::Unproven)),
        conditions,
        probes,
    })
}

/// A judge of a kind that makes no probes must not look as if it had been proven.
fn without_probes(gate: &PlannedGate, judge: &dyn Gate, made: usize) -> Option<Proving> {
    (made == 0).then(|| Proving {
        why: Some(format!(
            "the kind `{}` makes no bad evidence of its own",
            judge.kind()
        )),
        ..said(
            judge.kind(),
            Tooth::Unproven,
            "bad evidence",
            gate.at.place(),
        )
    })
}

/// What was seen without feeding anything.
fn said(kind: &str, tooth: Tooth, fed: &str, written: Place) -> Proving {
    Proving {
        kind: kind.to_owned(),
        feed: Feed::Definition,
        fed: fed.to_owned(),
        exit: None,
        tooth,
        verdict: None,
        against: None,
        bound: None,
        written: Some(written),
        why: None,
    }
}

/// What can be seen in the gate as it is written.
fn definition(gate: &PlannedGate, root: &Path) -> Vec<Proving> {
    let mut seen = commands(gate);
    if let Some(absent) = gate.absent.as_ref().filter(|absent| absent.until.is_none()) {
        let why = "evidence may be missing for ever: give it a last day with `until:`";
        seen.push(Proving {
            why: Some(why.to_owned()),
            ..said(
                "absent",
                Tooth::Green,
                "absence without an end",
                absent.at.place(),
            )
        });
    }
    if let Some(when) = gate.when.as_ref().filter(|when| !when.changed.is_empty())
        && !scratch::any_file_matches(root, &when.changed)
    {
        let place = when
            .at
            .as_ref()
            .map_or_else(|| gate.at.place(), |at| at.place());
        let why = "no file of the project matches it, so the gate never applies: correct the globs";
        seen.push(Proving {
            why: Some(why.to_owned()),
            ..said(
                "when",
                Tooth::Green,
                &format!("changed: {}", Glob::texts(&when.changed, ", ")),
                place,
            )
        });
    }
    if gate.enforce != Enforce::Block {
        let why = "it counts for nothing in the decision, whatever it finds";
        seen.push(Proving {
            why: Some(why.to_owned()),
            ..said("enforce", Tooth::Open, gate.enforce.word(), gate.at.place())
        });
    }
    seen
}

fn commands(gate: &PlannedGate) -> Vec<Proving> {
    let Some(command) = &gate.command else {
        return Vec::new();
    };
    let Ok(program) = exec::parse(&command.text, command.shell.as_deref()) else {
        return Vec::new();
    };
    // Where reports are judged, the status is only the second witness.
    let alone = !gate.judges.iter().any(|judge| judge.reports().is_some());
    let tooth = |swallows: bool| {
        if swallows && alone && gate.judges.is_empty() {
            Tooth::Green
        } else {
            Tooth::Open
        }
    };
    smells::smells(&program)
        .into_iter()
        .filter(|smell| {
            smell.text != "printf" && !(smell.swallows && !alone && is_print(&smell.text))
        })
        .map(|smell| Proving {
            why: Some(smell.why.to_owned()),
            ..said(
                "run",
                tooth(smell.swallows),
                &smell.text,
                command.at.place(),
            )
        })
        .collect()
}

/// Printing a report is what a gate with a judge may well do.
fn is_print(text: &str) -> bool {
    ["echo ", "printf "]
        .iter()
        .any(|name| text.starts_with(name))
}
