//! The edges of a condition: values just beyond its bounds, and the nearest value that would turn its answer.
//!
//! Exact, like all arithmetic here. A share moves by whole things, because nobody can cover half a line.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::interval::Interval;
use super::{Condition, Keeps, Unit};
use crate::model::Measure;
use crate::problem::Problems;
use crate::source::{At, Node, Value};

/// The nearest value on the other side of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// That value.
    pub to: Measure,
    /// By how many whole things it differs, for counts, shares and sizes.
    pub by: Option<u64>,
    /// Whether it is above the measured one.
    pub up: bool,
}

/// Whether a value is accepted, also by tolerance.
fn green(condition: &Condition, value: &Measure) -> bool {
    matches!(condition.keeps(value), Keeps::Yes | Keeps::Tolerated(_))
}

impl Condition {
    /// Values just beyond each bound that the condition does not accept, lowest first. Of one that has not met its
    /// baseline those that its absolute bounds refuse, if it has any.
    pub fn refused(&self) -> Vec<Measure> {
        if self.is_relative() {
            let absolute = self.absolute_part();
            return absolute.map_or_else(Vec::new, |absolute| absolute.refused());
        }
        let domain = Interval::domain(self.unit());
        let mut numbers: Vec<Decimal> = self
            .edges()
            .into_iter()
            .flat_map(|edge| {
                let step = step(self.unit(), edge);
                [edge - step, edge, edge + step]
            })
            .filter(|number| domain.has(*number))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .into_iter()
            .filter_map(|number| measure(self.unit(), number))
            .filter(|value| !green(self, value))
            .collect()
    }

    /// The same as parts of so many.
    pub fn refused_of(&self, whole: u64) -> Vec<Measure> {
        let mut values = self.around(&Measure::Share { part: 0, whole });
        values.retain(|value| !green(self, value));
        values.sort_by_key(Measure::number);
        values.dedup();
        values
    }

    /// A baseline beside which a relative condition refuses something, and the condition with its steps taken from there.
    pub fn beside_some(&self) -> Option<(Measure, Condition)> {
        let tries = [100, 0, 50, 1_000_000, 1_000_000_000];
        let known = tries
            .into_iter()
            .filter_map(|number| measure(self.unit(), Decimal::from(number)))
            .filter(|known| {
                known.number() <= Some(Decimal::ONE_HUNDRED) || self.unit() != Unit::Share
            });
        let met = known.filter_map(|known| Some((known, self.against(&known).ok()?)));
        // One that it accepts as it is stands for a good run.
        let met: Vec<_> = met.filter(|(_, met)| !met.refused().is_empty()).collect();
        let good = met.iter().find(|(known, met)| green(met, known));
        good.or(met.first()).cloned()
    }

    /// The nearest value that would turn the answer on this one. `None` where there is none, or where it has no number.
    pub fn turn(&self, value: &Measure) -> Option<Turn> {
        let now = value.number()?;
        let is_green = green(self, value);
        let other = |candidate: &Measure| green(self, candidate) != is_green;
        let distance = |candidate: &Measure| candidate.number().map(|there| (there - now).abs());
        let to = self
            .around(value)
            .into_iter()
            .filter(other)
            .min_by_key(distance)?;
        let by = match (value, &to) {
            (Measure::Count(from), Measure::Count(to))
            | (Measure::Size(from), Measure::Size(to)) => Some(from.abs_diff(*to)),
            (Measure::Share { part: from, .. }, Measure::Share { part: to, .. }) => {
                Some(from.abs_diff(*to))
            }
            _ => None,
        };
        Some(Turn {
            to,
            by,
            up: to.number()? > now,
        })
    }

    /// A condition from the text that [`Condition::text`] gave, for a value of its kind. A tolerance is not in the text.
    pub fn of_text(text: &str, value: &Measure) -> Option<Self> {
        let unit = match value {
            Measure::Count(_) => Unit::Count,
            Measure::Share { .. } => Unit::Share,
            Measure::Duration(_) => Unit::Duration,
            Measure::Size(_) => Unit::Size,
            Measure::Number(_) => Unit::Number,
        };
        // A band reads `>=85% (fails <80%)`: what passes is what matters.
        let plain = text.split(" (fails ").next()?;
        let node = Node {
            at: At::start_of(""),
            value: Value::Text(plain.to_owned()),
        };
        let mut problems = Problems::default();
        let condition = Self::read(&node, unit, &mut problems)?;
        (!problems.refuse()).then_some(condition)
    }

    /// Values of the same kind about each bound: a share keeps its whole.
    fn around(&self, value: &Measure) -> Vec<Measure> {
        let domain = Interval::domain(self.unit());
        let edges = self.edges();
        if let Measure::Share { whole, .. } = *value {
            let parts = edges.into_iter().filter_map(|edge| {
                let part = edge.checked_mul(Decimal::from(whole))? / Decimal::ONE_HUNDRED;
                part.floor().to_u64()
            });
            return parts
                .flat_map(|part| part.saturating_sub(1)..=part.saturating_add(1))
                .filter(|part| *part <= whole)
                .map(|part| Measure::Share { part, whole })
                .collect();
        }
        edges
            .into_iter()
            .flat_map(|edge| {
                let step = step(self.unit(), edge);
                [edge - step, edge, edge + step]
            })
            .filter(|number| domain.has(*number))
            .filter_map(|number| measure(self.unit(), number))
            .collect()
    }

    /// Every number at which the answer may change: the bounds, with and without tolerance.
    fn edges(&self) -> Vec<Decimal> {
        let ease = self.tolerance().unwrap_or_default();
        self.bounds()
            .into_iter()
            .flat_map(|bound| [bound - ease, bound, bound + ease])
            .collect()
    }
}

/// The least difference that is told apart: one thing, one byte, a millisecond, a ten-thousandth of a percent.
fn step(unit: Unit, edge: Decimal) -> Decimal {
    match unit {
        Unit::Count | Unit::Size => Decimal::ONE,
        Unit::Share => Decimal::new(1, edge.scale().clamp(4, 9)),
        Unit::Duration => Decimal::new(1, 3),
        Unit::Number => Decimal::new(1, (edge.scale() + 3).min(20)),
    }
}

/// A number as a measured value of a unit.
fn measure(unit: Unit, number: Decimal) -> Option<Measure> {
    let number = number.normalize();
    match unit {
        Unit::Count => number
            .to_u64()
            .filter(|_| number.scale() == 0)
            .map(Measure::Count),
        Unit::Size => number
            .to_u64()
            .filter(|_| number.scale() == 0)
            .map(Measure::Size),
        Unit::Duration => Some(Measure::Duration(number)),
        Unit::Number => Some(Measure::Number(number)),
        Unit::Share => Some(Measure::Share {
            part: u64::try_from(number.mantissa()).ok()?,
            whole: 100_u64.checked_mul(10_u64.checked_pow(number.scale())?)?,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Key;

    fn text(text: &str) -> Node {
        Node {
            at: At::start_of("t"),
            value: Value::Text(text.to_owned()),
        }
    }

    fn read(written: &str, unit: Unit) -> Condition {
        Condition::read(&text(written), unit, &mut Problems::default()).unwrap()
    }

    fn tolerant(bound: &str, tolerance: &str) -> Condition {
        let entry = |name: &str, value: &str| {
            let at = At::start_of("t");
            let name = name.to_owned();
            (Key { at, name }, text(value))
        };
        let node = Node {
            at: At::start_of("t"),
            value: Value::Map(vec![entry("is", bound), entry("tolerance", tolerance)]),
        };
        Condition::read(&node, Unit::Share, &mut Problems::default()).unwrap()
    }

    #[test]
    fn values_just_beyond_each_bound_are_refused() {
        let refused = |condition: Condition| -> Vec<String> {
            let values = condition.refused().into_iter();
            values
                .map(|value| value.number().unwrap().normalize().to_string())
                .collect()
        };
        for (written, unit, beyond) in [
            ("0", Unit::Count, vec!["1"]),
            (">=38", Unit::Count, vec!["37"]),
            ("<=5", Unit::Count, vec!["6"]),
            ("<5", Unit::Count, vec!["5", "6"]),
            ("!=3", Unit::Count, vec!["3"]),
            (">=55, <=69", Unit::Count, vec!["54", "70"]),
            (">=85%", Unit::Share, vec!["84.9999"]),
            ("100%", Unit::Share, vec!["99.9999"]),
            (">33.33333%", Unit::Share, vec!["33.33332", "33.33333"]),
            ("<2s", Unit::Duration, vec!["2", "2.001"]),
            ("<=10kB", Unit::Size, vec!["10001"]),
            ("<2000", Unit::Number, vec!["2000", "2000.001"]),
            (">=0.9", Unit::Number, vec!["0.8999"]),
        ] {
            assert_eq!(refused(read(written, unit)), beyond, "{written}");
        }
        assert_eq!(refused(tolerant(">=80%", "0.5%")), ["79.4999"]);
    }

    #[test]
    fn nearest_turn_counts_whole_things() {
        let turn = |condition: &Condition, value| {
            let turn = condition.turn(&value).unwrap();
            (turn.by, turn.up)
        };
        let lines = read(">=85%", Unit::Share);
        let share = |part, whole| Measure::Share { part, whole };
        // 85 % of 11,760 is 9,996.
        assert_eq!(turn(&lines, share(9_984, 11_760)), (Some(12), true));
        assert_eq!(turn(&lines, share(9_996, 11_760)), (Some(1), false));
        assert_eq!(turn(&lines, share(10_000, 11_760)), (Some(5), false));
        // 85 % of 7 is 5.95: only 6 lines reach it.
        assert_eq!(turn(&lines, share(5, 7)), (Some(1), true));
        assert_eq!(
            turn(&read(">=38", Unit::Count), Measure::Count(35)),
            (Some(3), true)
        );
        assert_eq!(
            turn(&read("0", Unit::Count), Measure::Count(2)),
            (Some(2), false)
        );
        assert_eq!(
            turn(&read("0", Unit::Count), Measure::Count(0)),
            (Some(1), true)
        );
        assert_eq!(
            turn(&tolerant(">=80%", "0.5%"), share(790, 1000)),
            (Some(5), true)
        );
    }

    #[test]
    fn what_has_no_number_has_no_turn() {
        let lines = read(">=85%", Unit::Share);
        assert_eq!(lines.turn(&Measure::Share { part: 0, whole: 0 }), None);
        // No count of covered lines makes a full file fuller.
        let all = read("100%", Unit::Share);
        let turn = all.turn(&Measure::Share { part: 3, whole: 3 }).unwrap();
        assert_eq!((turn.by, turn.up), (Some(1), false));
    }
}
