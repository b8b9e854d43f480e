//! A condition: comparators and bounds that a measured value must keep, with band and tolerance, absolute or relative
//! to the baseline.

mod bound;
mod check;
mod clause;
mod read;
mod relation;
mod relative;
mod spelled;

use std::fmt;

use rust_decimal::Decimal;

use super::Unit;
use super::interval::{Interval, Op};
use crate::model::Measure;
use crate::source::At;

pub use bound::{Bound, Bytes, Percent, Pieces, Plain, Seconds, UnitOf};
use clause::{Clause, Target};
pub use relation::Relation;
pub use relative::step_words;
pub use spelled::Answers;

/// A condition as written and understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    unit: Unit,
    pass: Vec<Clause>,
    /// Below a band that a person decides: what is certainly a fail. Empty without a band.
    fail: Vec<Clause>,
    tolerance: Option<Decimal>,
    text: String,
    at: At,
}

/// Whether a value keeps a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Keeps {
    /// It does.
    Yes,
    /// It does, thanks to the tolerance, which is spelt out.
    Tolerated(String),
    /// It lies in the declared band.
    Band,
    /// It does not, by no more than its samples lie apart.
    Noise,
    /// It does not.
    No,
    /// There is nothing to compare: a share of nothing, or no baseline.
    Nothing,
}

impl Condition {
    /// The bound as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it is written.
    pub fn at(&self) -> &At {
        &self.at
    }

    /// What it counts in.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The bounds of all its clauses that are numbers, those of a band with them; a step is one once it has met its
    /// baseline.
    pub(super) fn bounds(&self) -> Vec<Decimal> {
        let clauses = self.pass.iter().chain(&self.fail);
        clauses.filter_map(Clause::fixed).collect()
    }

    /// How far beyond its bounds it still accepts.
    pub(super) fn tolerance(&self) -> Option<Decimal> {
        self.tolerance
    }

    /// A built-in condition `= 0`, written nowhere.
    pub fn zero(at: &At) -> Self {
        Self {
            unit: Unit::Count,
            pass: vec![Clause::new(Op::Equal, Target::Fixed(Decimal::ZERO))],
            fail: Vec::new(),
            tolerance: None,
            text: "0".to_owned(),
            at: at.clone(),
        }
    }

    /// The bound that a value should be shown beside. None where it hangs on the baseline.
    pub fn bound(&self) -> Option<Decimal> {
        self.pass.iter().find_map(Clause::fixed)
    }

    /// How far a value lies past the bound that it keeps worst; less than zero where it keeps all. A step from a baseline
    /// that is not known counts from zero, so that values of one condition can be put in order.
    pub fn excess(&self, value: &Measure) -> Decimal {
        let number = value.number().unwrap_or_default();
        let (steps, fixed): (Vec<&Clause>, Vec<_>) =
            self.pass.iter().partition(|one| one.is_relative());
        let clauses = if steps.is_empty() { fixed } else { steps };
        let past = clauses.into_iter().map(|clause| {
            let over = number.saturating_sub(clause.fixed().unwrap_or_default());
            match clause.op {
                Op::Less | Op::AtMost => over,
                Op::More | Op::AtLeast => -over,
                Op::Equal => over.abs(),
                Op::Not => -over.abs(),
            }
        });
        past.max().unwrap_or_default()
    }

    /// Judges a value. A condition relative to the baseline must have met it before ([`Condition::against`]).
    pub fn keeps(&self, value: &Measure) -> Keeps {
        self.keeps_with(value, Decimal::ZERO)
    }

    /// Judges the median of samples that lie so far apart. Only bounds relative to the baseline give way to it.
    pub fn keeps_with(&self, value: &Measure, spread: Decimal) -> Keeps {
        let Some(number) = value.number().filter(|_| !self.is_relative()) else {
            return Keeps::Nothing;
        };
        let holds = |clauses: &[Clause]| clauses.iter().all(|clause| clause.holds(value, number));
        if holds(&self.pass) {
            return Keeps::Yes;
        }
        if let Some(words) = self.tolerated(number, value) {
            return Keeps::Tolerated(words);
        }
        if !self.fail.is_empty() && !holds(&self.fail) {
            return Keeps::Band;
        }
        let near = |clause: &Clause| {
            clause.holds(value, number)
                || (clause.is_step() && clause.holds_eased(value, number, spread))
        };
        if !spread.is_zero() && self.pass.iter().all(near) {
            return Keeps::Noise;
        }
        Keeps::No
    }

    fn tolerated(&self, number: Decimal, value: &Measure) -> Option<String> {
        let tolerance = self.tolerance?;
        let mut words = Vec::new();
        for clause in &self.pass {
            if !clause.holds_eased(value, number, tolerance) {
                return None;
            }
            if !clause.holds(value, number) {
                let (mark, sign) = match clause.op {
                    Op::Less | Op::AtMost => ('≤', '+'),
                    _ => ('≥', '−'),
                };
                let bound = clause.fixed().unwrap_or_default();
                let found = value.beside(Some(clause.op.eased(bound, tolerance)));
                words.push(format!(
                    "{found} {mark} {} {sign} {}",
                    bound.normalize(),
                    tolerance.normalize()
                ));
            }
        }
        Some(words.join(", "))
    }

    /// The values that pass (tolerance included, band excluded), one set for bounds of each sort.
    fn accepts(&self) -> [Interval; 3] {
        let ease = self.tolerance.unwrap_or_default();
        clause::sets(self.unit, &self.pass, ease)
    }

    /// Whether this condition accepts a value that `other` refuses. Bounds that cannot be compared count as looser.
    pub fn is_looser_than(&self, other: &Condition) -> bool {
        if self.unit != other.unit {
            return self.is_relative() || other.is_relative();
        }
        let mut pairs = self.accepts().into_iter().zip(other.accepts());
        pairs.any(|(own, theirs)| !own.within(&theirs))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
