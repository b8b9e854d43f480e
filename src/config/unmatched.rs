//! Waivers that can match nothing, because they name a gate, a kind or a phase that the file does not declare.

use super::plan::PlannedGate;
use super::waivers::Places;
use crate::model::{Target, Waiver};
use crate::phase::PlannedPhase;
use crate::problem::{Code, Problem, Problems, nearest};

/// Says of a waiver that it names what is not declared. It is not refused for that: gates go, waivers stay behind.
pub(super) fn find(
    waiver: &mut Waiver,
    places: &Places,
    gates: &[PlannedGate],
    phases: &[PlannedPhase],
    problems: &mut Problems,
) {
    let found = unknown(waiver, gates, phases);
    let Some((words, help, of_gate)) = found else {
        return;
    };
    let at = if of_gate {
        &places.gate
    } else {
        &places.target
    };
    problems.push(
        Problem::new(
            Code::UNKNOWN_NAME,
            at,
            format!("the waiver matches nothing: {words}"),
        )
        .label("not here")
        .help(help)
        .as_warning(),
    );
    waiver.unknown = Some(words);
}

/// What of a waiver is not declared, what to do, and whether that is its `gate`.
fn unknown(
    waiver: &Waiver,
    gates: &[PlannedGate],
    phases: &[PlannedPhase],
) -> Option<(String, String, bool)> {
    let near = |name: &str, known: &mut dyn Iterator<Item = &str>| {
        let known: Vec<&str> = known.collect();
        match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "remove the waiver, or correct the name".to_owned(),
        }
    };
    let ids = || gates.iter().map(|gate| gate.id.as_str());
    let no_gate = |name: &str| (format!("there is no gate `{name}`"), near(name, &mut ids()));
    let named = match &waiver.scope.gate {
        Some(name) => match gates.iter().find(|gate| gate.id == *name) {
            None => {
                let (words, help) = no_gate(name);
                return Some((words, help, true));
            }
            found => found,
        },
        None => None,
    };
    let judges = |kind: &str| {
        let has = |gate: &PlannedGate| gate.judges.iter().any(|judge| judge.kind() == kind);
        match named {
            Some(gate) => (!has(gate)).then(|| format!("gate `{}` judges no {kind}", gate.id)),
            None => (!gates.iter().any(has)).then(|| format!("no gate judges {kind}")),
        }
    };
    let remove = "remove the waiver, or correct its scope".to_owned();
    match &waiver.scope.target {
        Target::Gate | Target::Reason(_) => None,
        Target::Condition(fact) if named.is_none() => {
            let gate = fact.split('.').next().unwrap_or("");
            if ids().any(|id| id == gate) {
                return None;
            }
            let (words, help) = no_gate(gate);
            Some((words, help, false))
        }
        Target::Condition(_) => None,
        Target::Finding { .. } => judges("findings").map(|words| (words, remove, false)),
        Target::Test { .. } => judges("tests").map(|words| (words, remove, false)),
        Target::Criterion { phase, .. } => {
            let mut ids = phases.iter().map(|phase| phase.id.as_str());
            (!ids.clone().any(|id| id == phase)).then(|| {
                (
                    format!("there is no phase `{phase}`"),
                    near(phase, &mut ids),
                    false,
                )
            })
        }
    }
}
