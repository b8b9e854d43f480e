//! The readiness score: how much of what blocks holds by itself.

use crate::model::{Enforce, Measure, Verdict};

/// The weight of the blocking gates that pass, of all blocking gates that apply. What is waived does not count as
/// passing: a waiver buys time, no readiness. `None` where nothing has a weight.
pub fn readiness(gates: impl IntoIterator<Item = (u64, Enforce, Verdict)>) -> Option<Measure> {
    let (mut part, mut whole) = (0_u64, 0_u64);
    for (weight, enforce, verdict) in gates {
        if enforce != Enforce::Block || verdict == Verdict::NotApplicable {
            continue;
        }
        whole = whole.saturating_add(weight);
        if verdict == Verdict::Pass {
            part = part.saturating_add(weight);
        }
    }
    (whole > 0).then_some(Measure::Share { part, whole })
}

#[cfg(test)]
mod tests {
    use super::readiness;
    use crate::model::{Enforce, Measure, Verdict};

    #[test]
    fn only_what_blocks_and_applies_has_a_weight_and_only_a_pass_counts() {
        let gates = [
            (3, Enforce::Block, Verdict::Pass),
            (2, Enforce::Block, Verdict::Fail),
            (1, Enforce::Block, Verdict::Waived),
            (1, Enforce::Block, Verdict::Inconclusive),
            (1, Enforce::Block, Verdict::Cancelled),
            (9, Enforce::Block, Verdict::NotApplicable),
            (9, Enforce::Warn, Verdict::Fail),
            (9, Enforce::Monitor, Verdict::Pass),
            (0, Enforce::Block, Verdict::Fail),
        ];
        assert_eq!(readiness(gates), Some(Measure::Share { part: 3, whole: 8 }));
    }

    #[test]
    fn nothing_that_weighs_has_no_readiness() {
        assert_eq!(readiness([]), None);
        assert_eq!(readiness([(0, Enforce::Block, Verdict::Pass)]), None);
        assert_eq!(
            readiness([(1, Enforce::Block, Verdict::NotApplicable)]),
            None
        );
    }
}
