//! A condition taken apart into what was written, and put to a value again from that alone: what the ledger records of
//! a bound, and what `verify` does with it.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{Condition, Keeps};
use crate::model::{Asked, Measure};
use crate::policy::Unit;
use crate::problem::Problems;
use crate::source::{At, Key, Node, Value};

/// What stands between the two bounds of a band in the text of a condition.
pub(super) const BAND: &str = " (fails ";

impl Condition {
    /// What was written, without a value.
    pub fn asked(&self) -> Asked {
        let (is, fail) = match self.text.split_once(BAND) {
            Some((is, fail)) => (is, Some(fail.trim_end_matches(')').to_owned())),
            None => (self.text.as_str(), None),
        };
        let mut asked = Asked {
            is: is.to_owned(),
            fail,
            tolerance: self.tolerance.map(|size| self.unit.spell(size)),
            drop: false,
            value: None,
            baseline: None,
            spread: None,
        };
        let plain = reread(&asked, self.unit);
        asked.drop = plain.is_ok_and(|plain| plain.pass != self.pass);
        asked
    }
}

/// Puts recorded bounds to their values again. A ledger holds few texts of bounds, each thousands of times: each is read
/// once.
#[derive(Debug, Default)]
pub struct Answers {
    /// What was read, by the text of the bound.
    known: HashMap<String, Vec<Known>>,
}

/// A bound that was read.
#[derive(Debug)]
struct Known {
    asked: Asked,
    unit: Unit,
    condition: Result<Condition, String>,
}

impl Known {
    fn is_of(&self, asked: &Asked, unit: Unit) -> bool {
        let own = &self.asked;
        let same = (&own.fail, &own.tolerance, own.drop);
        self.unit == unit && same == (&asked.fail, &asked.tolerance, asked.drop)
    }
}

impl Answers {
    /// Puts what was asked to its value again; words where that cannot be read.
    pub fn of(&mut self, asked: &Asked) -> Result<Keeps, String> {
        let Some(value) = asked.value.map(|exact| exact.0) else {
            return Ok(Keeps::Nothing);
        };
        let condition = self.read(asked, Unit::of(&value)).as_ref();
        let condition = condition.map_err(String::clone)?;
        if !condition.is_relative() {
            return Ok(condition.keeps(&value));
        }
        let Some(baseline) = asked.baseline.map(|exact| exact.0) else {
            let absolute = condition.absolute_part().map(|part| part.keeps(&value));
            return Ok(match absolute {
                Some(Keeps::No) => Keeps::No,
                _ => Keeps::Nothing,
            });
        };
        let spread = match &asked.spread {
            Some(text) => text
                .parse::<Decimal>()
                .map_err(|_| format!("the spread `{text}` is no number"))?,
            None => Decimal::ZERO,
        };
        Ok(condition.against(&baseline)?.keeps_with(&value, spread))
    }

    fn read(&mut self, asked: &Asked, unit: Unit) -> &Result<Condition, String> {
        let known = self.known.entry(asked.is.clone()).or_default();
        let place = known.iter().position(|one| one.is_of(asked, unit));
        let place = place.unwrap_or_else(|| {
            known.push(Known {
                asked: asked.clone(),
                unit,
                condition: reread(asked, unit),
            });
            known.len() - 1
        });
        &known[place].condition
    }
}

fn reread(asked: &Asked, unit: Unit) -> Result<Condition, String> {
    let at = At::start_of("");
    let text = |text: &str| Node {
        at: at.clone(),
        value: Value::Text(text.to_owned()),
    };
    let mut entries = vec![("is", text(&asked.is))];
    entries.extend(asked.fail.as_deref().map(|fail| ("fail", text(fail))));
    let tolerance = asked.tolerance.as_deref();
    entries.extend(tolerance.map(|size| ("tolerance", text(size))));
    let key = |name: &str| Key {
        at: at.clone(),
        name: name.to_owned(),
    };
    let node = Node {
        at: at.clone(),
        value: Value::Map(
            entries
                .into_iter()
                .map(|(name, node)| (key(name), node))
                .collect(),
        ),
    };
    let mut problems = Problems::default();
    let read = Condition::read_map(&node, unit, &mut problems);
    let wrong = |problem: &crate::problem::Problem| problem.message.clone();
    let condition = match (read, problems.iter().find(|problem| !problem.warning)) {
        (Some(condition), None) => condition,
        (_, problem) => {
            let words = problem.map(wrong).unwrap_or_default();
            return Err(format!("the bound `{}` cannot be read: {words}", asked.is));
        }
    };
    if asked.drop {
        return condition.as_drop().map_err(|problem| problem.message);
    }
    Ok(condition)
}

impl Unit {
    /// The unit of a value.
    pub fn of(measure: &Measure) -> Unit {
        match measure {
            Measure::Count(_) => Unit::Count,
            Measure::Share { .. } => Unit::Share,
            Measure::Duration(_) => Unit::Duration,
            Measure::Size(_) => Unit::Size,
            Measure::Number(_) => Unit::Number,
        }
    }

    /// An amount in this unit, as [`Unit::parse`] reads it.
    fn spell(self, amount: Decimal) -> String {
        let amount = amount.normalize();
        match self {
            Unit::Count | Unit::Number => amount.to_string(),
            Unit::Share => format!("{amount}%"),
            Unit::Duration => format!("{amount}s"),
            Unit::Size => format!("{amount}B"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Exact;

    fn node(entries: &[(&str, &str)]) -> Node {
        let at = At::start_of("t");
        let pair = |(key, text): &(&str, &str)| {
            let key = Key {
                at: at.clone(),
                name: (*key).to_owned(),
            };
            let node = Node {
                at: at.clone(),
                value: Value::Text((*text).to_owned()),
            };
            (key, node)
        };
        Node {
            at: at.clone(),
            value: Value::Map(entries.iter().map(pair).collect()),
        }
    }

    fn read(entries: &[(&str, &str)], unit: Unit) -> Condition {
        let mut problems = Problems::default();
        let condition = Condition::read(&node(entries), unit, &mut problems);
        condition.expect("reads")
    }

    #[test]
    fn a_condition_taken_apart_judges_as_before() {
        let share = |part, whole| Measure::Share { part, whole };
        let seconds = |text: &str| Measure::Duration(text.parse().unwrap());
        let cases: [(Condition, Vec<Measure>); 5] = [
            (
                read(&[("is", ">=80%"), ("tolerance", "0.5%")], Unit::Share),
                vec![share(796, 1000), share(8, 10), share(7949, 10_000)],
            ),
            (
                read(&[("pass", ">=85%"), ("fail", "<80%")], Unit::Share),
                vec![share(84, 100), share(85, 100), share(79, 100), share(0, 0)],
            ),
            (
                read(&[("is", ">=55, <=69")], Unit::Count),
                vec![Measure::Count(54), Measure::Count(69)],
            ),
            (
                read(&[("is", "<2s"), ("tolerance", "100ms")], Unit::Duration),
                vec![seconds("2.05"), seconds("2.2"), seconds("1")],
            ),
            (
                read(&[("is", "<=10MB"), ("tolerance", "1kB")], Unit::Size),
                vec![Measure::Size(10_000_999), Measure::Size(10_001_001)],
            ),
        ];
        for (condition, values) in cases {
            for value in values {
                let asked = Asked {
                    value: Some(Exact(value)),
                    ..condition.asked()
                };
                assert_eq!(
                    Answers::default().of(&asked),
                    Ok(condition.keeps(&value)),
                    "{asked:?}"
                );
            }
        }
    }

    #[test]
    fn steps_and_drops_are_put_to_the_recorded_baseline() {
        let baseline = Measure::Share { part: 2, whole: 3 };
        let drop = read(&[("is", "<=0.1%")], Unit::Share).as_drop();
        let drop = drop.expect("a bound on a fall");
        assert!(drop.asked().drop);
        for (part, wanted) in [(6660, Keeps::Yes), (6656, Keeps::No)] {
            let whole = 10_000;
            let asked = Asked {
                value: Some(Exact(Measure::Share { part, whole })),
                baseline: Some(Exact(baseline)),
                ..drop.asked()
            };
            assert_eq!(Answers::default().of(&asked), Ok(wanted), "{part}");
        }
        let mut step = read(&[("is", "<=+5%")], Unit::Number).asked();
        step.value = Some(Exact(Measure::Number(Decimal::from(108))));
        assert_eq!(
            Answers::default().of(&step),
            Ok(Keeps::Nothing),
            "no baseline, no answer"
        );
        step.baseline = Some(Exact(Measure::Number(Decimal::ONE_HUNDRED)));
        assert_eq!(Answers::default().of(&step), Ok(Keeps::No));
        step.spread = Some("3".to_owned());
        assert_eq!(Answers::default().of(&step), Ok(Keeps::Noise));
    }

    #[test]
    fn a_bound_that_cannot_be_read_is_no_answer() {
        let mut asked = read(&[("is", ">=80%")], Unit::Share).asked();
        asked.value = Some(Exact(Measure::Count(3)));
        assert!(
            Answers::default().of(&asked).is_err(),
            "the unit is another one"
        );
        asked.is = "all of it".to_owned();
        assert!(Answers::default().of(&asked).is_err());
    }
}
