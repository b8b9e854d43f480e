//! `readiness`: so much of what the phase's gates weigh passes by itself.

use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation, gates_of};
use crate::model::{Measure, Sort};
use crate::policy::{self, Keeps};

/// The rule `readiness`.
pub struct Readiness;

impl PhaseRule for Readiness {
    fn name(&self) -> &'static str {
        "readiness"
    }

    fn asks(&self, phase: &PlannedPhase, _: &[PlannedPhase]) -> Option<Asks> {
        let wanted = phase.readiness.as_ref()?;
        Some([("is".to_owned(), wanted.text().to_owned())].into())
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let wanted = situation.phase.readiness.as_ref()?;
        let written = wanted.at().place();
        let mut asking = Asking::new(self.name(), format!("readiness {wanted}"), Some(written));
        asking.asks(self.asks(situation.phase, situation.world.phases));
        let again = format!("tollgate phase decide {}", situation.phase.id);
        let Some(score) = score(situation) else {
            let found = "no gate that weighs was judged";
            asking.lacks(Sort::Undecided, format!("readiness {wanted}"), found, again);
            return Some(asking.done(""));
        };
        let found = format!("readiness is {}", score.beside(wanted.bound()));
        match wanted.keeps(&score) {
            Keeps::Yes => {}
            Keeps::Tolerated(words) => asking.note(format!("tolerance decided: {words}")),
            Keeps::No => {
                let help = "make more of its gates pass";
                asking.lacks(
                    Sort::Fails,
                    format!("readiness {wanted}"),
                    found.clone(),
                    help,
                );
            }
            Keeps::Band => {
                let help = "a person decides: promise it with a lien, or waive it";
                asking.lacks(
                    Sort::People,
                    format!("readiness {wanted}"),
                    found.clone(),
                    help,
                );
            }
            _ => {
                asking.lacks(
                    Sort::Undecided,
                    format!("readiness {wanted}"),
                    "there is nothing to compare",
                    again,
                );
            }
        }
        Some(asking.done(found))
    }
}

/// The readiness of a phase: `None` where its gates were not judged, or weigh nothing. A gate that was not run does not
/// pass.
pub(super) fn score(situation: &Situation<'_>) -> Option<Measure> {
    let document = situation.verdict?;
    let asked = gates_of(situation.phase, situation.world.phases);
    policy::readiness(asked.iter().map(|id| {
        let now = situation.world.gates.get(id);
        let found = document.gates.iter().find(|gate| &gate.id == id);
        let weight = now.map_or(1, |gate| gate.weight);
        match found {
            Some(gate) => (weight, gate.enforce, gate.verdict),
            None => (
                weight,
                now.map(|gate| gate.enforce).unwrap_or_default(),
                crate::model::Verdict::Inconclusive,
            ),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, bound, gate, phase, verdict};
    use super::*;
    use crate::model::Verdict;

    fn scene() -> Scene {
        let mut alpha = phase("alpha");
        alpha.gates = vec!["unit".to_owned(), "docs".to_owned()];
        alpha.readiness = Some(bound(">=75%"));
        let mut scene = Scene::new(vec![alpha]);
        scene.gate("unit").weight = 3;
        scene.gate("docs").weight = 1;
        scene
    }

    #[test]
    fn weight_decides_and_the_share_is_exact() {
        for (unit, docs, holds) in [
            (Verdict::Pass, Verdict::Fail, true),
            (Verdict::Fail, Verdict::Pass, false),
            (Verdict::Waived, Verdict::Pass, false),
        ] {
            let mut scene = scene();
            scene.verdict = Some(verdict(vec![gate("unit", unit), gate("docs", docs)]));
            let answer = scene.judge("alpha", &Readiness).expect("asked");
            assert_eq!(answer.criterion.holds, holds, "{unit:?} {docs:?}");
        }
    }

    #[test]
    fn without_a_verdict_it_cannot_be_decided() {
        let answer = scene().judge("alpha", &Readiness).expect("asked");
        assert_eq!(answer.outstanding[0].sort, Sort::Undecided);
    }

    #[test]
    fn a_gate_that_was_not_run_does_not_pass() {
        let mut scene = scene();
        scene.verdict = Some(verdict(vec![gate("docs", Verdict::Pass)]));
        let answer = scene.judge("alpha", &Readiness).expect("asked");
        assert_eq!(answer.outstanding[0].found, "readiness is 25%");
    }
}
