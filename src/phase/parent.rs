//! `parent`: a part opens when its whole is open, and the whole completes after all its parts.

use super::after::need_complete;
use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation, find, plan};
use crate::model::{Outstanding, Sort};

/// The rule `parent`.
pub struct Parent;

impl PhaseRule for Parent {
    fn name(&self) -> &'static str {
        "parent"
    }

    fn asks(&self, phase: &PlannedPhase, phases: &[PlannedPhase]) -> Option<Asks> {
        let is_part = |one: &PlannedPhase| one.parent.as_ref() == Some(&phase.id);
        (phase.parent.is_some() || phases.iter().any(is_part)).then(Asks::new)
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let phase = situation.phase;
        let parts: Vec<&str> = situation.parts().map(|part| part.id.as_str()).collect();
        let mut wanted = Vec::new();
        wanted.extend(phase.parent.iter().map(|parent| format!("`{parent}` open")));
        if !parts.is_empty() {
            let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            wanted.push(format!("{} complete", super::after::names(&parts)));
        }
        if wanted.is_empty() {
            return None;
        }
        let written = phase.written("parent");
        let mut asking = Asking::new(self.name(), wanted.join("; "), Some(written));
        for one in closed(situation) {
            asking
                .lacks(one.sort, one.wanted, one.found, one.help)
                .written = one.written;
        }
        for part in parts {
            need_complete(&mut asking, situation, part);
        }
        Some(asking.done("it holds"))
    }
}

/// What keeps the phases that this one is a part of from being open.
pub(super) fn closed(situation: &Situation<'_>) -> Vec<Outstanding> {
    let phases = situation.world.phases;
    let mut found = Vec::new();
    let mut up = situation.phase.parent.as_deref();
    // Circles are refused at load; a bound costs nothing.
    for _ in 0..phases.len() {
        let Some(parent) = up else { break };
        let Some(phase) = plan::find(phases, parent) else {
            break;
        };
        let above = Situation {
            phase,
            ..*situation
        };
        let asked = ["after", "entry"].into_iter().filter_map(find);
        for missing in asked
            .filter_map(|rule| rule.judge(&above))
            .flat_map(|answer| answer.outstanding)
        {
            found.push(Outstanding {
                sort: Sort::Fails,
                wanted: format!("`{parent}` open"),
                found: format!("`{parent}` is blocked: {}", missing.brief()),
                ..missing
            });
        }
        up = phase.parent.as_deref();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, phase};
    use super::*;

    fn scene() -> Scene {
        let mut beta = phase("beta");
        beta.after = vec!["alpha".to_owned()];
        let mut stream = phase("stream");
        stream.parent = Some("beta".to_owned());
        let mut task = phase("task");
        task.parent = Some("stream".to_owned());
        Scene::new(vec![phase("alpha"), beta, stream, task])
    }

    #[test]
    fn a_part_opens_with_its_whole_also_through_others() {
        let mut scene = scene();
        for part in ["stream", "task"] {
            let answer = scene.judge(part, &Parent).expect("asked");
            let found = &answer.outstanding[0].found;
            assert!(found.contains("`beta` is blocked"), "{found}");
        }
        scene.complete("alpha", &[]);
        assert!(scene.judge("task", &Parent).expect("asked").criterion.holds);
    }

    #[test]
    fn a_whole_completes_after_all_its_parts() {
        let mut scene = scene();
        scene.complete("alpha", &[]);
        let answer = scene.judge("beta", &Parent).expect("asked");
        assert_eq!(answer.outstanding.len(), 1);
        scene.complete("task", &[]);
        scene.complete("stream", &[]);
        let answer = scene.judge("beta", &Parent).expect("asked");
        assert!(answer.criterion.holds && answer.basis.after.contains_key("stream"));
    }

    #[test]
    fn a_part_of_what_waits_for_its_entry_is_told_so() {
        let mut scene = scene();
        scene.complete("alpha", &[]);
        scene.phase("beta").entry = Some(crate::phase::EntryCriteria {
            at: super::super::testing::at(),
            committed: None,
            sign_offs: Some(super::super::testing::sign_offs(1)),
        });
        let answer = scene.judge("task", &Parent).expect("asked");
        let found = &answer.outstanding[0].found;
        assert_eq!(found, "`beta` is blocked: entry: 0 of 1: nobody");
    }

    #[test]
    fn a_phase_alone_does_not_ask() {
        assert!(scene().judge("alpha", &Parent).is_none());
    }
}
