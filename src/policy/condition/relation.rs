//! How a condition stands to an older one: what it accepts, with and without its tolerance, and what it fails.

use super::Condition;
use super::read::UNITS;
use crate::model::WeakeningCode;
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
    pub fn stands_to(&self, old: &Condition) -> Relation {
        if self.unit != old.unit {
            return Relation::Looser(WeakeningCode::BoundLooser);
        }
        if self.is_looser_than(old) {
            // The bound alone says the same: only what it forgives grew.
            return if self.strict().is_looser_than(&old.strict()) {
                Relation::Looser(WeakeningCode::BoundLooser)
            } else {
                Relation::Looser(WeakeningCode::ToleranceWider)
            };
        }
        // Without `fail:` all that does not pass fails.
        let spares = match (old.fails(), self.fails()) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) => old.is_looser_than(&new),
        };
        if spares {
            return Relation::Looser(WeakeningCode::BandWider);
        }
        if old.is_looser_than(self) || self.fail != old.fail {
            return Relation::Tighter;
        }
        Relation::Same
    }

    /// The bound without what it forgives.
    fn strict(&self) -> Self {
        Self {
            fail: Vec::new(),
            tolerance: None,
            ..self.clone()
        }
    }

    /// What is certainly a fail, where that is said.
    fn fails(&self) -> Option<Self> {
        (!self.fail.is_empty()).then(|| Self {
            pass: self.fail.clone(),
            ..self.strict()
        })
    }

    /// Two spellings of one value, read in the first unit that both are written in.
    pub fn guess_both(old: &Node, new: &Node) -> Option<(Self, Self)> {
        UNITS.into_iter().find_map(|unit| {
            let read = |node: &Node| {
                let mut quiet = Problems::default();
                Self::read(node, unit, &mut quiet).filter(|_| !quiet.refuse())
            };
            Some((read(old)?, read(new)?))
        })
    }
}
