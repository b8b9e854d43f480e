//! The set of values that a condition accepts, as an interval with holes: enough to say that a condition
//! can never hold, can never fail, or is looser than another.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::Unit;

/// Comparators of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `=` or nothing
    Equal,
    /// `!=`
    Not,
}

impl Op {
    /// Whether `value op bound` holds.
    pub fn holds(self, value: Decimal, bound: Decimal) -> bool {
        match self {
            Op::Less => value < bound,
            Op::AtMost => value <= bound,
            Op::More => value > bound,
            Op::AtLeast => value >= bound,
            Op::Equal => value == bound,
            Op::Not => value != bound,
        }
    }

    /// Whether a value that compares so with the bound is accepted.
    pub fn accepts(self, order: Ordering) -> bool {
        match self {
            Op::Less => order.is_lt(),
            Op::AtMost => order.is_le(),
            Op::More => order.is_gt(),
            Op::AtLeast => order.is_ge(),
            Op::Equal => order.is_eq(),
            Op::Not => order.is_ne(),
        }
    }

    /// How it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::More => ">",
            Op::AtLeast => ">=",
            Op::Equal => "=",
            Op::Not => "!=",
        }
    }

    /// The bound moved by so much to the easy side.
    pub fn eased(self, bound: Decimal, ease: Decimal) -> Decimal {
        match self {
            Op::Less | Op::AtMost => bound.saturating_add(ease),
            Op::More | Op::AtLeast => bound.saturating_sub(ease),
            Op::Equal | Op::Not => bound,
        }
    }
}

/// Accepted values: from `low` to `high` (each with whether it is itself accepted), without `holes`.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    low: Option<(Decimal, bool)>,
    high: Option<(Decimal, bool)>,
    holes: Vec<Decimal>,
    whole: bool,
}

impl Interval {
    /// All values that can occur in a unit.
    pub fn domain(unit: Unit) -> Self {
        let low = (unit != Unit::Number).then_some((Decimal::ZERO, true));
        let high = (unit == Unit::Share).then_some((Decimal::ONE_HUNDRED, true));
        Self {
            low,
            high,
            holes: Vec::new(),
            whole: unit == Unit::Count,
        }
    }

    /// All values from one to another, both included.
    pub fn between(low: Option<Decimal>, high: Option<Decimal>) -> Self {
        Self {
            low: low.map(|low| (low, true)),
            high: high.map(|high| (high, true)),
            holes: Vec::new(),
            whole: false,
        }
    }

    /// What is left when a clause must hold too.
    #[must_use]
    pub fn with(mut self, op: Op, bound: Decimal) -> Self {
        let (below, above) = (
            Some((bound, op == Op::AtMost || op == Op::Equal)),
            Some((bound, op != Op::More)),
        );
        match op {
            Op::Less | Op::AtMost => self.high = tighter_high(self.high, below),
            Op::More | Op::AtLeast => self.low = tighter_low(self.low, above),
            Op::Equal => {
                self.high = tighter_high(self.high, below);
                self.low = tighter_low(self.low, Some((bound, true)));
            }
            Op::Not => self.holes.push(bound),
        }
        self.normal()
    }

    /// Strict bounds of whole numbers become inclusive ones.
    fn normal(mut self) -> Self {
        if self.whole {
            if let Some((high, false)) = self.high {
                self.high = Some((high.saturating_sub(Decimal::ONE), true));
            }
            if let Some((low, false)) = self.low {
                self.low = Some((low.saturating_add(Decimal::ONE), true));
            }
        }
        self
    }

    /// Whether no value is accepted.
    pub fn is_empty(&self) -> bool {
        match (self.low, self.high) {
            (Some((low, low_in)), Some((high, high_in))) => {
                let all_holes = || {
                    let mut value = low;
                    while value <= high && self.holes.contains(&value) {
                        value += Decimal::ONE;
                    }
                    value > high
                };
                low > high
                    || (low == high && (!low_in || !high_in || self.holes.contains(&low)))
                    || (self.whole && all_holes())
            }
            _ => false,
        }
    }

    /// Whether the value is accepted.
    pub fn has(&self, value: Decimal) -> bool {
        self.low
            .is_none_or(|(low, inside)| value > low || (inside && value == low))
            && self
                .high
                .is_none_or(|(high, inside)| value < high || (inside && value == high))
            && !self.holes.contains(&value)
    }

    /// Whether every value accepted here is accepted there.
    pub fn within(&self, other: &Interval) -> bool {
        if self.is_empty() {
            return true;
        }
        let low = tighter_low(self.low, other.low) == self.low;
        let high = tighter_high(self.high, other.high) == self.high;
        low && high && other.holes.iter().all(|hole| !self.has(*hole))
    }
}

fn tighter_low(a: Option<(Decimal, bool)>, b: Option<(Decimal, bool)>) -> Option<(Decimal, bool)> {
    match (a, b) {
        (Some(a), Some(b)) if a.0 == b.0 => Some((a.0, a.1 && b.1)),
        (Some(a), Some(b)) => Some(if a.0 > b.0 { a } else { b }),
        (a, b) => a.or(b),
    }
}

fn tighter_high(a: Option<(Decimal, bool)>, b: Option<(Decimal, bool)>) -> Option<(Decimal, bool)> {
    match (a, b) {
        (Some(a), Some(b)) if a.0 == b.0 => Some((a.0, a.1 && b.1)),
        (Some(a), Some(b)) => Some(if a.0 < b.0 { a } else { b }),
        (a, b) => a.or(b),
    }
}
