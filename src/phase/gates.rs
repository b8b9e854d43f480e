//! `gates`: every gate of the phase, and every gate that an earlier phase keeps, passes on this content.
//!
//! Targets of the phase join the conditions of their gates. A gate that does not apply here blocks unless the phase lets
//! it be skipped; one that fails may wait under a lien; missing evidence may not.

use super::liens::covering;
use super::targets::apply;
use super::{Answer, Asking, PhaseRule, PlannedPhase, Situation, earlier};
use crate::model::{
    Cause, ConditionVerdict, Enforce, GateVerdict, Reason, Sort, Verdict, VerdictDocument,
};
use crate::source::Place;

/// How many conditions and reasons are told of one gate.
const TOLD: usize = 3;

/// The rule `gates`.
pub struct Gates;

impl PhaseRule for Gates {
    fn name(&self) -> &'static str {
        "gates"
    }

    fn about(&self) -> &'static str {
        "every gate of the phase passes, with its targets; also those that earlier phases keep"
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let asked = asked(situation);
        if asked.is_empty() {
            return None;
        }
        let wanted = match asked.len() {
            1 => "1 gate passes".to_owned(),
            many => format!("{many} gates pass"),
        };
        let mut asking = Asking::new(self.name(), wanted, Some(situation.phase.written("gates")));
        asking.asks(
            "gates",
            asked
                .iter()
                .map(|(id, _)| *id)
                .collect::<Vec<_>>()
                .join(" "),
        );
        match usable(situation) {
            Err((found, help)) => {
                asking.lacks(Sort::Undecided, "a verdict on its gates", found, help);
            }
            Ok(document) => {
                for (id, by) in &asked {
                    one(&mut asking, situation, document, id, by);
                }
            }
        }
        Some(asking.done("all pass"))
    }
}

/// Each gate with the phase that asks it: this one, or an earlier one that keeps it.
fn asked<'a>(situation: &Situation<'a>) -> Vec<(&'a str, &'a PlannedPhase)> {
    let phase = situation.phase;
    let own = phase
        .gates
        .iter()
        .chain(&phase.keep)
        .map(|gate| (gate.as_str(), phase));
    let before = earlier(phase, situation.world.phases);
    let kept = before
        .into_iter()
        .flat_map(|one| one.keep.iter().map(move |gate| (gate.as_str(), one)));
    let mut seen = std::collections::BTreeSet::new();
    own.chain(kept)
        .filter(|(gate, _)| seen.insert(*gate))
        .collect()
}

/// The verdict, if it is about this content and this policy.
fn usable<'a>(situation: &Situation<'a>) -> Result<&'a VerdictDocument, (String, String)> {
    let again = format!("tollgate phase decide {}", situation.phase.id);
    let world = situation.world;
    match situation.verdict {
        None => Err(("its gates were not run on this tree".to_owned(), again)),
        Some(document) if document.subject.id != world.subject.id => {
            Err(("the verdict is about another tree".to_owned(), again))
        }
        Some(document) if document.policy != world.policy => {
            Err(("the verdict is about another policy".to_owned(), again))
        }
        Some(document) => Ok(document),
    }
}

fn one(
    asking: &mut Asking,
    situation: &Situation<'_>,
    document: &VerdictDocument,
    id: &str,
    by: &PlannedPhase,
) {
    let wanted = if by.id == situation.phase.id {
        format!("gate `{id}` passes")
    } else {
        format!("gate `{id}` passes, which phase `{}` keeps", by.id)
    };
    let Some(found) = document.gates.iter().find(|gate| gate.id == id) else {
        let help = format!("tollgate run {id}");
        asking.lacks(
            Sort::Undecided,
            wanted,
            format!("gate `{id}` was not run"),
            help,
        );
        return;
    };
    let mut gate = found.clone();
    for target in situation
        .phase
        .targets
        .iter()
        .filter(|target| target.gate == id)
    {
        apply(target, &mut gate, situation.volatile);
    }
    if gate.enforce != Enforce::Block {
        asking.note(format!(
            "gate `{id}` does not block (enforce: {}): it counts for nothing",
            gate.enforce.word()
        ));
        return;
    }
    if gate.flaky {
        asking.note(format!(
            "gate `{id}` is flaky: it passed only on a later attempt"
        ));
    }
    let Some(sort) = sort(situation, by, &gate) else {
        if gate.verdict == Verdict::Waived {
            asking.under(format!(
                "gate `{id}` is waived: {}",
                told(&gate, Verdict::Waived)
            ));
        }
        return;
    };
    let band = gate.verdict == Verdict::Inconclusive && gate.cause == Some(Cause::Judgement);
    if (gate.verdict == Verdict::Fail || band)
        && let Some(lien) = covering(situation, by, id)
    {
        asking.basis().liens.push(lien.digest().to_owned());
        asking.under(format!("gate {}", lien.words()));
        return;
    }
    let who = gate.owner.clone().filter(|_| sort != Sort::Undecided);
    let lacks = asking.lacks(sort, wanted, found_of(&gate), help_of(&gate, situation));
    lacks.written = Some(written(&gate));
    lacks.who.extend(who);
}

/// Of what sort it is that the gate lacks; `None` where it lacks nothing.
fn sort(situation: &Situation<'_>, by: &PlannedPhase, gate: &GateVerdict) -> Option<Sort> {
    match gate.verdict {
        Verdict::Pass | Verdict::Waived => None,
        Verdict::NotApplicable => {
            let skip =
                situation.phase.may_skip.contains(&gate.id) || by.may_skip.contains(&gate.id);
            (!skip).then_some(Sort::Undecided)
        }
        Verdict::Fail => Some(Sort::Fails),
        Verdict::Inconclusive if gate.cause == Some(Cause::Judgement) => Some(Sort::People),
        Verdict::Inconclusive | Verdict::Cancelled => Some(Sort::Undecided),
    }
}

fn found_of(gate: &GateVerdict) -> String {
    match gate.verdict {
        Verdict::NotApplicable => {
            let why = gate
                .notes
                .first()
                .map_or("its `when:` does not hold here", |note| {
                    note.message.as_str()
                });
            format!("gate `{}` does not apply here: {why}", gate.id)
        }
        verdict => {
            let told = told(gate, verdict);
            let colon = if told.is_empty() { "" } else { ": " };
            format!(
                "gate `{}` {}{colon}{told}",
                gate.id,
                words(verdict, gate.cause)
            )
        }
    }
}

fn words(verdict: Verdict, cause: Option<Cause>) -> &'static str {
    match (verdict, cause) {
        (Verdict::Fail, _) => "fails",
        (Verdict::Inconclusive, Some(Cause::Judgement)) => "needs a person's judgement",
        (Verdict::Inconclusive, _) => "is inconclusive",
        (Verdict::Cancelled, _) => "was cancelled",
        (other, _) => other.word(),
    }
}

/// The first conditions and reasons of that verdict.
fn told(gate: &GateVerdict, verdict: Verdict) -> String {
    let conditions = gate
        .conditions
        .iter()
        .filter(|one| one.verdict == verdict)
        .map(condition);
    let reasons = gate.reasons.iter().filter(|one| one.verdict == verdict);
    let all: Vec<String> = conditions
        .chain(reasons.map(|one: &Reason| one.message.clone()))
        .collect();
    let more = all.len().saturating_sub(TOLD);
    let mut text = all.into_iter().take(TOLD).collect::<Vec<_>>().join("; ");
    if more > 0 {
        text += &format!("; and {more} more");
    }
    text
}

fn condition(one: &ConditionVerdict) -> String {
    let measured = one.measured.as_deref().unwrap_or("not measured");
    let note = one
        .note
        .as_ref()
        .map_or_else(String::new, |note| format!(" ({note})"));
    format!("{} is {measured}, wanted {}{note}", one.fact, one.bound)
}

/// Where the first bound that does not hold is written; else the gate.
fn written(gate: &GateVerdict) -> Place {
    let first = gate
        .conditions
        .iter()
        .find(|one| one.verdict == gate.verdict);
    first
        .and_then(|one| one.written.clone())
        .unwrap_or_else(|| gate.written.clone())
}

fn help_of(gate: &GateVerdict, situation: &Situation<'_>) -> String {
    let reason = gate.reasons.iter().find(|one| one.verdict == gate.verdict);
    match (
        gate.verdict,
        &gate.fix,
        reason.and_then(|one| one.help.clone()),
    ) {
        (Verdict::NotApplicable, ..) => format!(
            "run it where its `when:` holds, or list it under `may-skip:` of `{}`",
            situation.phase.id
        ),
        (_, Some(fix), _) => fix.clone(),
        (_, None, Some(help)) => help,
        (Verdict::Inconclusive, ..) if gate.cause == Some(Cause::Judgement) => {
            format!(
                "decide it: waive it, or promise it with tollgate phase lien {} --on {}",
                situation.phase.id, gate.id
            )
        }
        _ => format!("tollgate run {}", gate.id),
    }
}

#[cfg(test)]
mod tests;
