//! How a condition stands to an older one: what it accepts, with and without its tolerance, and what it fails.

use super::{Clause, Condition, Interval};
use crate::model::WeakeningCode;
use crate::policy::Unit;
use crate::problem::Problems;
use crate::source::Node;

/// How a condition stands to an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Both demand the same.
    Same,
    /// The newer one refuses more, and accepts nothing that was refused.
    Tighter,
    /// The newer one accepts or spares what was refused, in this way.
    Looser(WeakeningCode),
}

impl Condition {
    /// How this condition stands to an older one of the same value.
    pub fn against(&self, old: &Condition) -> Relation {
        if self.unit != old.unit {
            return Relation::Looser(WeakeningCode::BoundLooser);
        }
        let strict = |clauses: &[Clause]| {
            clauses
                .iter()
                .fold(Interval::domain(self.unit), |set, clause| {
                    set.with(clause.op, clause.bound)
                })
        };
        if self.is_looser_than(old) {
            // The bound alone says the same: only what it forgives grew.
            return if strict(&self.pass).within(&strict(&old.pass)) {
                Relation::Looser(WeakeningCode::ToleranceWider)
            } else {
                Relation::Looser(WeakeningCode::BoundLooser)
            };
        }
        // Without `fail:` all that does not pass fails.
        let spares = match (old.fail.is_empty(), self.fail.is_empty()) {
            (_, true) => false,
            (true, false) => true,
            (false, false) => !strict(&old.fail).within(&strict(&self.fail)),
        };
        if spares {
            return Relation::Looser(WeakeningCode::BandWider);
        }
        if old.is_looser_than(self) || (self.fail != old.fail) {
            return Relation::Tighter;
        }
        Relation::Same
    }

    /// Two spellings of one value, read in the first unit that both are written in.
    pub fn guess_both(old: &Node, new: &Node) -> Option<(Self, Self)> {
        [
            Unit::Count,
            Unit::Share,
            Unit::Duration,
            Unit::Size,
            Unit::Number,
        ]
        .into_iter()
        .find_map(|unit| {
            let read = |node: &Node| {
                let mut quiet = Problems::default();
                Self::read(node, unit, &mut quiet).filter(|_| !quiet.refuse())
            };
            Some((read(old)?, read(new)?))
        })
    }
}
