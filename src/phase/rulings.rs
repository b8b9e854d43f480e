//! `rulings`: nobody holds the phase, sends it back or ended it. Only people give and end these.

use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation};
use crate::model::{Entry, Says, Sort};

/// The rule `rulings`.
pub struct Rulings;

impl PhaseRule for Rulings {
    fn name(&self) -> &'static str {
        "rulings"
    }

    // Rulings are records.
    fn asks(&self, _: &PlannedPhase, _: &[PlannedPhase]) -> Option<Asks> {
        None
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let phase = situation.phase;
        let history = situation.world.history.phase(&phase.id);
        if history.rulings.is_empty() {
            return None;
        }
        let mut asking = Asking::new(self.name(), "no ruling against it", None);
        for entry in &history.ruled {
            let Some(told) = told(&phase.id, entry) else {
                continue;
            };
            let who = entry.record.who.name.clone();
            let wanted = "no ruling against it";
            asking.lacks(told.sort, wanted, told.found, told.help).who = vec![who];
        }
        Some(asking.done("every ruling on it ended"))
    }
}

/// What a ruling says of a phase.
pub(super) struct Told {
    /// Of what sort it is.
    pub sort: Sort,
    /// Who gave it, and why.
    pub found: String,
    /// What lifts it.
    pub help: String,
}

/// What a ruling says of its phase; `None` of any other record.
pub(super) fn told(phase: &str, entry: &Entry) -> Option<Told> {
    let Says::Ruling { ruling, why, to } = &entry.record.says else {
        return None;
    };
    let name = &entry.record.who.name;
    let lift = format!("tollgate phase reopen {phase} --why …");
    let (sort, found, help) = match (ruling.as_str(), to) {
        ("hold", _) => (Sort::People, format!("{name} holds it: {why}"), lift),
        ("recycle", Some(to)) => (
            Sort::Fails,
            format!("{name} sent it back to `{to}`: {why}"),
            format!("complete `{to}` again: tollgate phase complete {to}"),
        ),
        ("recycle", None) => (Sort::Fails, format!("{name} sent it back: {why}"), lift),
        ("kill", _) => (Sort::Fails, format!("{name} ended it: {why}"), lift),
        // Written by a later version, or by hand: what it means is not known, so it is not passed over.
        (other, _) => (
            Sort::Undecided,
            format!("{name} ruled `{other}`: {why}"),
            lift,
        ),
    };
    Some(Told { sort, found, help })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, phase};
    use super::*;

    fn scene() -> Scene {
        let mut beta = phase("beta");
        beta.after = vec!["alpha".to_owned()];
        Scene::new(vec![phase("alpha"), beta])
    }

    #[test]
    fn each_ruling_stands_against_the_phase_until_it_is_reopened() {
        let cases = [
            ("hold", Sort::People),
            ("recycle", Sort::Fails),
            ("kill", Sort::Fails),
            ("exalt", Sort::Undecided),
        ];
        for (ruling, sort) in cases {
            let mut scene = scene();
            let digest = scene.rule("alpha", ruling, None);
            let answer = scene.judge("alpha", &Rulings).expect("asked");
            assert_eq!(answer.outstanding[0].sort, sort, "{ruling}");
            scene.reopen("alpha", &digest);
            assert!(
                scene
                    .judge("alpha", &Rulings)
                    .expect("asked")
                    .criterion
                    .holds,
                "{ruling}"
            );
        }
    }

    #[test]
    fn work_that_was_sent_back_comes_back_with_a_new_completion() {
        let mut scene = scene();
        scene.complete("alpha", &[]);
        scene.rule("beta", "recycle", Some("alpha"));
        assert!(!scene.standing("alpha").is_complete(), "sent back to it");
        assert!(
            !scene
                .judge("beta", &Rulings)
                .expect("asked")
                .criterion
                .holds
        );
        scene.complete("alpha", &[]);
        assert!(scene.standing("alpha").is_complete());
        assert!(
            scene
                .judge("beta", &Rulings)
                .expect("asked")
                .criterion
                .holds
        );
    }

    #[test]
    fn ending_a_ruling_takes_no_completion_back() {
        let mut scene = scene();
        scene.complete("alpha", &[]);
        let digest = scene.rule("alpha", "hold", None);
        scene.reopen("alpha", &digest);
        assert!(scene.standing("alpha").is_complete());
    }

    #[test]
    fn a_phase_without_rulings_does_not_ask() {
        assert!(scene().judge("beta", &Rulings).is_none());
    }
}
