//! The decision that follows of all verdicts together. The one place where it is drawn.

use crate::model::{Cause, Decision, Enforce, GateVerdict, SubjectState, Verdict};

/// The decision. `moved_blocks`: a tree that moved meanwhile decides against going on (CI, pre-push, phases).
pub fn decide(gates: &[GateVerdict], state: SubjectState, moved_blocks: bool) -> Decision {
    let blocking = || gates.iter().filter(|gate| gate.enforce == Enforce::Block);
    let undecided = |gate: &&GateVerdict| {
        gate.verdict == Verdict::Inconclusive && gate.cause == Some(Cause::Judgement)
    };
    let against = blocking().any(|gate| gate.blocks() && !undecided(&gate));
    if against || (moved_blocks && state == SubjectState::Moved) {
        Decision::NoGo
    } else if blocking().any(|gate| undecided(&gate)) {
        Decision::Hold
    } else if blocking().any(|gate| gate.verdict == Verdict::Waived) {
        Decision::ConditionalGo
    } else {
        Decision::Go
    }
}
