//! One comparator with its bound: a number, or a step from the baseline.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::model::Measure;
use crate::policy::Unit;
use crate::policy::interval::{Interval, Op};

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    /// This number, in the unit of the condition.
    Fixed(Decimal),
    /// The baseline and so much percent of its size.
    Percent(Decimal),
    /// The baseline and so much in the unit of the condition; percentage points for shares.
    Amount(Decimal),
    /// A step from the baseline that has met it.
    Met {
        /// The bound that follows.
        bound: Decimal,
        /// For shares, where a decimal cannot hold every third: part and whole of the baseline, and the step.
        share: Option<(u64, u64, Decimal)>,
    },
}

/// A comparator with its bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Clause {
    pub op: Op,
    pub target: Target,
}

impl Clause {
    pub fn new(op: Op, target: Target) -> Self {
        Self { op, target }
    }

    /// The number it compares with, once that is known.
    pub fn fixed(&self) -> Option<Decimal> {
        match self.target {
            Target::Fixed(bound) | Target::Met { bound, .. } => Some(bound),
            Target::Percent(_) | Target::Amount(_) => None,
        }
    }

    /// Whether it waits for the baseline.
    pub fn is_relative(&self) -> bool {
        matches!(self.target, Target::Percent(_) | Target::Amount(_))
    }

    /// Whether its bound came from the baseline.
    pub fn is_step(&self) -> bool {
        self.is_relative() || matches!(self.target, Target::Met { .. })
    }

    /// Whether it demands a change: a value that is as the baseline does not keep it.
    pub fn demands_change(&self) -> bool {
        match self.target {
            Target::Percent(step) | Target::Amount(step) => !self.op.holds(Decimal::ZERO, step),
            Target::Fixed(_) | Target::Met { .. } => false,
        }
    }

    pub fn holds(&self, value: &Measure, number: Decimal) -> bool {
        self.holds_eased(value, number, Decimal::ZERO)
    }

    /// Whether it holds when its bound is moved by so much to the easy side.
    pub fn holds_eased(&self, value: &Measure, number: Decimal, ease: Decimal) -> bool {
        if let (
            Target::Met {
                share: Some((part, whole, step)),
                ..
            },
            Measure::Share {
                part: own,
                whole: of,
            },
        ) = (self.target, *value)
        {
            let step = self.op.eased(step, ease);
            if let Some(order) = compare_shares((own, of), (part, whole), step) {
                return self.op.accepts(order);
            }
        }
        self.fixed()
            .is_some_and(|bound| self.op.holds(number, self.op.eased(bound, ease)))
    }
}

/// One share against another and a step in points, in whole numbers. `None` beyond their range.
fn compare_shares(own: (u64, u64), base: (u64, u64), step: Decimal) -> Option<Ordering> {
    // own/of · 100 against part/whole · 100 + mantissa/scale, everything multiplied by of · whole · scale.
    let (own, of) = (i128::from(own.0), i128::from(own.1));
    let (part, whole) = (i128::from(base.0), i128::from(base.1));
    let step = step.normalize();
    let scale = 10_i128.checked_pow(step.scale())?;
    let left = own
        .checked_mul(whole)?
        .checked_mul(100)?
        .checked_mul(scale)?;
    let base = part.checked_mul(100)?.checked_mul(scale)?;
    let right = base
        .checked_add(step.mantissa().checked_mul(whole)?)?
        .checked_mul(of)?;
    Some(left.cmp(&right))
}

/// The accepted values of all clauses together: numbers, percents of the baseline, amounts beside it.
pub(super) fn sets(unit: Unit, clauses: &[Clause], ease: Decimal) -> [Interval; 3] {
    let hundred = Decimal::ONE_HUNDRED;
    // What is never negative cannot sink by more than all of it.
    let percents = match unit {
        Unit::Number => Interval::between(None, None),
        _ => Interval::between(Some(-hundred), None),
    };
    let amounts = match unit {
        Unit::Share => Interval::between(Some(-hundred), Some(hundred)),
        _ => Interval::between(None, None),
    };
    eased([Interval::domain(unit), percents, amounts], clauses, ease)
}

/// What is left of the sets when these clauses must hold too.
pub(super) fn with(sets: [Interval; 3], clauses: &[Clause]) -> [Interval; 3] {
    eased(sets, clauses, Decimal::ZERO)
}

fn eased(mut sets: [Interval; 3], clauses: &[Clause], ease: Decimal) -> [Interval; 3] {
    for clause in clauses {
        let (index, bound) = match clause.target {
            Target::Fixed(bound) | Target::Met { bound, .. } => (0, clause.op.eased(bound, ease)),
            Target::Percent(step) => (1, step),
            Target::Amount(step) => (2, clause.op.eased(step, ease)),
        };
        let set = sets[index].clone();
        sets[index] = set.with(clause.op, bound);
    }
    sets
}
