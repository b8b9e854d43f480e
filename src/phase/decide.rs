//! Folds the answers of all rules into one decision. The one place where a phase's decision is drawn.

use crate::model::{Criterion, Decision, Outstanding, PhaseOutcome, PhaseState, Says, Sort};

use super::liens::covering;
use super::{Answer, Basis, PhaseRule, RULES, Situation, readiness};

/// Rules whose answer says whether a phase is open.
const OPENS: &[&str] = &["after", "entry"];

/// Decides a phase, with the records that the decision rests on. The verdict is not copied into the outcome: whoever
/// shows it puts it there.
pub fn decide(situation: &Situation<'_>) -> (PhaseOutcome, Basis) {
    let mut outcome = PhaseOutcome {
        phase: situation.phase.id.clone(),
        title: situation.phase.title.clone(),
        state: PhaseState::Open,
        decision: Decision::Go,
        subject: situation.world.subject.clone(),
        criteria: Vec::new(),
        outstanding: Vec::new(),
        under: Vec::new(),
        notes: Vec::new(),
        readiness: readiness::score(situation),
        verdict: None,
        record: situation
            .standing()
            .completion
            .as_ref()
            .map(|entry| entry.digest.clone()),
    };
    let mut basis = Basis::default();
    for rule in RULES {
        let Some(mut answer) = rule.judge(situation) else {
            if situation.waived.contains_key(rule.name()) {
                outcome.notes.push(format!(
                    "the waiver of `{}` is not used: it is not asked",
                    rule.name()
                ));
            }
            continue;
        };
        excuse(*rule, situation, &mut answer);
        outcome.criteria.push(answer.criterion);
        outcome.outstanding.extend(answer.outstanding);
        outcome.under.extend(answer.under);
        for note in answer.notes {
            // Entry and completion may ask the same of people.
            if !outcome.notes.contains(&note) {
                outcome.notes.push(note);
            }
        }
        join(&mut basis, answer.basis);
    }
    outcome.notes.extend(late(situation));
    outcome.decision = decision(situation, &outcome.outstanding, !outcome.under.is_empty());
    outcome.state = state(situation, &outcome);
    (outcome, basis)
}

/// The worst sort among what is outstanding, which says how a command ends.
pub fn worst(outstanding: &[Outstanding]) -> Option<Sort> {
    outstanding.iter().map(|one| one.sort).min()
}

/// Lets a waiver or a lien stand in for a criterion that does not hold. It goes on being shown as not holding.
fn excuse(rule: &dyn PhaseRule, situation: &Situation<'_>, answer: &mut Answer) {
    let name = rule.name();
    let waiver = situation.waived.get(name);
    if let Some(words) = waiver {
        if answer.outstanding.is_empty() {
            answer
                .notes
                .push(format!("the waiver of `{name}` is not used: {words}"));
        } else if rule.may_be_waived() {
            answer.outstanding.clear();
            answer.criterion.waived = Some(words.clone());
            answer
                .under
                .push(format!("criterion `{name}` is waived: {words}"));
        } else {
            answer.notes.push(format!(
                "the waiver of `{name}` does not count: it cannot be waived"
            ));
        }
    }
    // What could not be decided is no promise's to mend.
    let mendable = answer
        .outstanding
        .iter()
        .all(|one| one.sort != Sort::Undecided);
    if !answer.outstanding.is_empty()
        && mendable
        && let Some(lien) = covering(situation, name)
    {
        answer.outstanding.clear();
        answer.basis.liens.push(lien.digest().to_owned());
        answer.under.push(format!("criterion {}", lien.words()));
    }
}

fn join(basis: &mut Basis, more: Basis) {
    basis.after.extend(more.after);
    for (list, more) in [
        (&mut basis.sign_offs, more.sign_offs),
        (&mut basis.liens, more.liens),
        (&mut basis.observations, more.observations),
    ] {
        list.extend(more);
        list.sort_unstable();
        list.dedup();
    }
}

/// A phase that is late is told so, and nothing more.
fn late(situation: &Situation<'_>) -> Option<String> {
    let due = situation.phase.due.as_ref()?.value;
    let open = !situation.standing().is_complete();
    (open && due < situation.world.today).then(|| format!("it was due on {due}"))
}

fn decision(situation: &Situation<'_>, outstanding: &[Outstanding], conditional: bool) -> Decision {
    let ruled = |word: &str| ruled(situation, word);
    match worst(outstanding) {
        _ if ruled("kill") => Decision::NoGo,
        _ if ruled("recycle") => Decision::Recycle,
        Some(Sort::Fails | Sort::Undecided) => Decision::NoGo,
        Some(Sort::People | Sort::Time) => Decision::Hold,
        None if conditional => Decision::ConditionalGo,
        None => Decision::Go,
    }
}

/// Whether a ruling of this name stands against it.
fn ruled(situation: &Situation<'_>, word: &str) -> bool {
    let history = situation.world.history.phase(&situation.phase.id);
    let mut says = history.ruled.iter().map(|entry| &entry.record.says);
    says.any(|says| matches!(says, Says::Ruling { ruling, .. } if ruling == word))
}

fn state(situation: &Situation<'_>, outcome: &PhaseOutcome) -> PhaseState {
    let standing = situation.standing();
    let failed = |rule: &str| outcome.outstanding.iter().any(|one| one.rule == rule);
    let shut =
        OPENS.iter().any(|rule| failed(rule)) || !super::parent::closed(situation).is_empty();
    if standing.is_complete() {
        PhaseState::Complete
    } else if ruled(situation, "kill") {
        PhaseState::Ended
    } else if !standing.stale.is_empty() {
        PhaseState::Stale
    } else if shut {
        PhaseState::Blocked
    } else if only_waits(outcome) {
        PhaseState::Ready
    } else {
        PhaseState::Open
    }
}

/// Whether all that can be judged holds: people and time are outstanding, or nothing.
fn only_waits(outcome: &PhaseOutcome) -> bool {
    let judged = outcome
        .criteria
        .iter()
        .any(|one: &Criterion| one.rule == "gates");
    let waits = worst(&outcome.outstanding).is_none_or(|sort| sort >= Sort::People);
    judged && waits
}

#[cfg(test)]
mod tests;
