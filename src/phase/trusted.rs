//! `policy`: under a trusted policy, that of the head demands no less. The bounds of the trusted one judge in any case;
//! this says what becomes of a weakening, and is neither waived nor promised away.

use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation};
use crate::model::{Cause, Enforce, GateVerdict, Sort, Verdict};

/// What is known of the head's policy beside the trusted one.
#[derive(Clone, Debug)]
pub struct TrustedPolicy {
    /// The verdict of the built-in gate.
    pub gate: GateVerdict,
    /// By whose policy phases are judged, in words.
    pub by: String,
    /// The command that shows what is weaker.
    pub again: String,
}

/// The rule `policy`.
pub struct PolicyRule;

impl PhaseRule for PolicyRule {
    fn name(&self) -> &'static str {
        "policy"
    }

    fn may_be_waived(&self) -> bool {
        false
    }

    // Whether there is a policy to be held against hangs on the run.
    fn asks(&self, _: &PlannedPhase, _: &[PlannedPhase]) -> Option<Asks> {
        None
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let trusted = situation.world.trusted?;
        let gate = &trusted.gate;
        let wanted = "no weakening of the policy";
        let mut asking = Asking::new(self.name(), wanted, None);
        let reason = gate.reasons.first();
        let found = reason.map_or_else(|| weakenings(gate), |reason| reason.message.clone());
        let help = reason.and_then(|reason| reason.help.clone());
        let help = help.unwrap_or_else(|| format!("take back what `{}` shows", trusted.again));
        match (gate.verdict, gate.cause) {
            (Verdict::Pass, _) => {}
            (Verdict::Fail, _) if gate.enforce != Enforce::Block => {
                asking.note(format!("{found}: the trusted policy only warns of that"));
            }
            (Verdict::Fail, _) => {
                asking.lacks(Sort::Fails, wanted, found, help);
            }
            (Verdict::Inconclusive, Some(Cause::Judgement)) => {
                asking.lacks(Sort::People, wanted, found, help);
            }
            _ => {
                asking.lacks(Sort::Undecided, wanted, found, help);
            }
        }
        Some(asking.done(trusted.by.as_str()))
    }
}

/// How many there are. What they are the gate tells where it is drawn, with secrets left out.
fn weakenings(gate: &GateVerdict) -> String {
    let count = gate.findings.len() as u64 + gate.findings_cut;
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} weakening{plural} of the policy")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, gate, phase};
    use super::*;

    fn sort_of(verdict: Verdict, cause: Option<Cause>, enforce: Enforce) -> Option<Sort> {
        let mut scene = Scene::new(vec![phase("alpha")]);
        let gate = GateVerdict {
            cause,
            enforce,
            ..gate("policy", verdict)
        };
        let by = "judged by the policy of main".to_owned();
        let again = "tollgate policy diff main".to_owned();
        scene.trusted = Some(TrustedPolicy { gate, by, again });
        let answer = scene.judge("alpha", &PolicyRule).expect("asked");
        assert_eq!(answer.criterion.holds, answer.outstanding.is_empty());
        answer.outstanding.first().map(|one| one.sort)
    }

    #[test]
    fn a_weakening_blocks_as_the_trusted_policy_says() {
        let block = Enforce::Block;
        assert_eq!(sort_of(Verdict::Pass, None, block), None);
        assert_eq!(sort_of(Verdict::Fail, None, block), Some(Sort::Fails));
        assert_eq!(sort_of(Verdict::Fail, None, Enforce::Warn), None);
        let judgement = Some(Cause::Judgement);
        assert_eq!(
            sort_of(Verdict::Inconclusive, judgement, block),
            Some(Sort::People)
        );
        assert_eq!(
            sort_of(Verdict::Inconclusive, Some(Cause::Evidence), block),
            Some(Sort::Undecided)
        );
    }

    #[test]
    fn without_a_trusted_policy_nothing_is_asked() {
        let scene = Scene::new(vec![phase("alpha")]);
        assert!(scene.judge("alpha", &PolicyRule).is_none());
    }
}
