//! Waivers that can match nothing, because they name a gate, a kind or a phase that the file does not declare.

use super::plan::PlannedGate;
use super::waivers::Places;
use crate::model::{Target, Waiver};
use crate::phase::{PlannedPhase, RULES};
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
        Target::Criterion { phase, criterion } => no_criterion(phase, criterion, phases),
    }
}

/// The name that is meant, or what else to do.
fn near(name: &str, known: &mut dyn Iterator<Item = &str>) -> String {
    let known: Vec<&str> = known.collect();
    match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "remove the waiver, or correct the name".to_owned(),
    }
}

/// What is wrong with the name of a phase or of its criterion.
fn no_criterion(
    phase: &str,
    criterion: &str,
    phases: &[PlannedPhase],
) -> Option<(String, String, bool)> {
    let mut ids = phases.iter().map(|phase| phase.id.as_str());
    if !ids.clone().any(|id| id == phase) {
        let words = format!("there is no phase `{phase}`");
        return Some((words, near(phase, &mut ids), false));
    }
    let mut names = RULES.iter().map(|rule| rule.name());
    match crate::phase::find(criterion) {
        None => {
            let words = format!("phases have no criterion `{criterion}`");
            Some((words, near(criterion, &mut names), false))
        }
        Some(rule) if !rule.may_be_waived() => Some((
            format!("the criterion `{criterion}` cannot be waived"),
            "remove the waiver: it never counts, only `readiness` and `soak` can be waived"
                .to_owned(),
            false,
        )),
        Some(_) => None,
    }
}
