//! `after`: the phases before it are complete, and hold.

use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation, rulings};
use crate::model::Sort;

/// The rule `after`.
pub struct After;

impl PhaseRule for After {
    fn name(&self) -> &'static str {
        "after"
    }

    fn asks(&self, phase: &PlannedPhase, _: &[PlannedPhase]) -> Option<Asks> {
        let all = || ("after".to_owned(), phase.after.join(" "));
        (!phase.after.is_empty()).then(|| [all()].into())
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let phase = situation.phase;
        if phase.after.is_empty() {
            return None;
        }
        let wanted = format!("{} complete", names(&phase.after));
        let mut asking = Asking::new(self.name(), wanted, Some(phase.written("after")));
        asking.asks(self.asks(phase, situation.world.phases));
        for before in &phase.after {
            need_complete(&mut asking, situation, before);
        }
        Some(asking.done("all of them are complete"))
    }
}

/// Asks that a phase is complete and not stale; if so its completion is rested on.
pub(super) fn need_complete(asking: &mut Asking, situation: &Situation<'_>, id: &str) {
    let standing = situation.standings.phase(id);
    match &standing.completion {
        Some(entry) if standing.stale.is_empty() => {
            let after = &mut asking.basis().after;
            after.insert(id.to_owned(), entry.digest.clone());
        }
        _ => {
            let (found, help) = missing(situation, id);
            asking.lacks(
                Sort::Fails,
                format!("phase `{id}` complete"),
                format!("`{id}`: {found}"),
                help,
            );
        }
    }
}

/// Why a phase is not complete, and what to do. One that is ruled against cannot be completed before that is lifted.
fn missing(situation: &Situation<'_>, id: &str) -> (String, String) {
    let newest = situation.world.history.phase(id).ruled.last();
    match newest.and_then(|entry| rulings::told(id, entry)) {
        Some(told) => (told.found, told.help),
        None => (
            situation.standings.phase(id).brief(),
            format!("complete it: tollgate phase complete {id}"),
        ),
    }
}

pub(super) fn names(list: &[String]) -> String {
    let quoted: Vec<String> = list.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, phase};
    use super::*;

    fn scene() -> Scene {
        let mut beta = phase("beta");
        beta.after = vec!["alpha".to_owned(), "design".to_owned()];
        Scene::new(vec![phase("alpha"), phase("design"), beta])
    }

    #[test]
    fn a_phase_waits_for_every_phase_before_it() {
        let mut scene = scene();
        let answer = scene.judge("beta", &After).expect("asked");
        assert_eq!(answer.outstanding.len(), 2);
        assert!(answer.outstanding.iter().all(|one| one.sort == Sort::Fails));
        scene.complete("alpha", &[]);
        let answer = scene.judge("beta", &After).expect("asked");
        assert_eq!(answer.outstanding.len(), 1);
        assert!(answer.outstanding[0].help.contains("complete design"));
        scene.complete("design", &[]);
        let answer = scene.judge("beta", &After).expect("asked");
        assert!(answer.criterion.holds);
        assert_eq!(answer.basis.after.len(), 2);
    }

    #[test]
    fn a_reopened_phase_before_it_does_not_count() {
        let mut scene = scene();
        let alpha = scene.complete("alpha", &[]);
        scene.complete("design", &[]);
        scene.reopen("alpha", &alpha);
        let answer = scene.judge("beta", &After).expect("asked");
        assert!(answer.outstanding[0].found.contains("stale"), "{answer:?}");
    }

    #[test]
    fn a_phase_before_it_that_is_ruled_against_is_not_to_be_completed() {
        for ruling in ["hold", "kill"] {
            let mut scene = scene();
            scene.complete("design", &[]);
            scene.rule("alpha", ruling, None);
            let answer = scene.judge("beta", &After).expect("asked");
            let one = &answer.outstanding[0];
            assert!(one.found.starts_with("`alpha`: bo "), "{one:?}");
            assert!(one.help.contains("phase reopen alpha"), "{one:?}");
        }
    }

    #[test]
    fn a_first_phase_does_not_ask() {
        assert!(scene().judge("alpha", &After).is_none());
    }
}
