//! Bounds that are steps from the baseline, once the baseline is known.
//!
//! A percentage is taken of the size of the accepted value; of a share it is percentage points. All is exact: shares
//! are compared in whole numbers, because no decimal holds a third.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::clause::{Clause, Target};
use super::{Condition, Op};
use crate::model::{Better, Measure};
use crate::policy::Unit;
use crate::problem::{Code, Problem};

impl Condition {
    /// Whether any of its bounds waits for the baseline.
    pub fn is_relative(&self) -> bool {
        self.pass.iter().chain(&self.fail).any(Clause::is_relative)
    }

    /// Which way the value is better, told from the comparators that look at the baseline. What demands a change, or
    /// bounds both sides, has a fixed point there.
    pub fn better(&self) -> Better {
        let relative = || self.pass.iter().filter(|clause| clause.is_relative());
        let all = |ops: [Op; 2]| relative().all(|clause| ops.contains(&clause.op));
        if relative().any(Clause::demands_change) {
            Better::Point
        } else if all([Op::More, Op::AtLeast]) {
            Better::Higher
        } else if all([Op::Less, Op::AtMost]) {
            Better::Lower
        } else {
            Better::Point
        }
    }

    /// This bound on a fall, as a step from the baseline: `<=0.1%` becomes "not below it by more than 0.1 points".
    pub fn as_drop(&self) -> Result<Condition, Box<Problem>> {
        let turned =
            |clauses: &[Clause]| -> Option<Vec<Clause>> { clauses.iter().map(turn).collect() };
        // What fails is bounded from below: `>1%` of fall.
        let (pass, fail) = (turned(&self.pass), turned(&self.fail));
        let bounded = |clauses: &[Clause]| {
            let mut ops = clauses.iter().map(|clause| clause.op);
            ops.all(|op| matches!(op, Op::AtLeast | Op::More))
        };
        match (pass, fail) {
            (Some(pass), Some(fail)) if bounded(&pass) => Ok(Condition {
                pass,
                fail,
                ..self.clone()
            }),
            _ => Err(Box::new(
                Problem::new(
                    Code::CONDITION,
                    &self.at,
                    format!("`{}` is no bound on a fall", self.text),
                )
                .label("not a limit")
                .help("write how far the share may fall: `\"<=0.1%\"`, or `\"0%\"` for not at all"),
            )),
        }
    }

    /// The bounds that need no baseline; `None` without any.
    pub fn absolute_part(&self) -> Option<Condition> {
        let fixed = |clauses: &[Clause]| -> Vec<Clause> {
            let fixed = clauses.iter().filter(|clause| !clause.is_relative());
            fixed.copied().collect()
        };
        let pass = fixed(&self.pass);
        (!pass.is_empty()).then(|| Condition {
            pass,
            fail: fixed(&self.fail),
            ..self.clone()
        })
    }

    /// The condition with every step taken from this baseline; words where that gives no bound.
    pub fn against(&self, baseline: &Measure) -> Result<Condition, String> {
        let found = Unit::of(baseline);
        if found != self.unit {
            return Err(format!(
                "the baseline holds {}, not {}",
                noun(found),
                noun(self.unit)
            ));
        }
        let met = |clauses: &[Clause]| -> Result<Vec<Clause>, String> {
            clauses
                .iter()
                .map(|clause| meet(clause, baseline, self.unit))
                .collect()
        };
        Ok(Condition {
            pass: met(&self.pass)?,
            fail: met(&self.fail)?,
            ..self.clone()
        })
    }

    /// The bounds that came from the baseline, in words and in the unit of a value: `<= 126 ms`. Kept on their side of
    /// `beside`.
    pub fn wanted(&self, unit: &Measure, beside: Option<Decimal>) -> String {
        let met = self.pass.iter().filter(|clause| clause.is_step());
        let words = met.filter_map(|clause| {
            let bound = unit.another(clause.fixed()?, beside);
            Some(format!("{} {bound}", clause.op.sign()))
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

/// A bound on how far a value falls, as one on how far it steps. Exactly so much is a limit too: a share that falls
/// less is never refused.
fn turn(clause: &Clause) -> Option<Clause> {
    let op = match clause.op {
        Op::AtMost | Op::Equal => Op::AtLeast,
        Op::Less => Op::More,
        Op::More => Op::Less,
        Op::AtLeast => Op::AtMost,
        Op::Not => return None,
    };
    match clause.target {
        Target::Fixed(fall) => Some(Clause::new(op, Target::Amount(-fall))),
        _ => None,
    }
}

fn meet(clause: &Clause, baseline: &Measure, unit: Unit) -> Result<Clause, String> {
    let size = baseline
        .number()
        .ok_or("the baseline is a share of nothing")?;
    let target = match clause.target {
        Target::Fixed(_) | Target::Met { .. } => return Ok(*clause),
        Target::Amount(step) => Target::Met {
            bound: size.checked_add(step).ok_or("the bound is out of range")?,
            share: match *baseline {
                Measure::Share { part, whole } => Some((part, whole, step)),
                _ => None,
            },
        },
        Target::Percent(step) => {
            let lowest = matches!(clause.op, Op::Less | Op::AtMost) && unit != Unit::Number;
            if size.is_zero() && clause.demands_change() && !lowest {
                return Err(format!(
                    "the baseline is 0, and {}% of it are nothing: write the step as an amount",
                    step.normalize()
                ));
            }
            let bound = size
                .abs()
                .checked_mul(step)
                .and_then(|part| part.checked_div(Decimal::ONE_HUNDRED))
                .and_then(|part| size.checked_add(part));
            Target::Met {
                bound: bound.ok_or("the bound is out of range")?,
                share: None,
            }
        }
    };
    Ok(Clause::new(clause.op, target))
}

fn noun(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "a count",
        Unit::Share => "a share",
        Unit::Duration => "a time",
        Unit::Size => "a size",
        Unit::Number => "a number",
    }
}

/// How far a value lies from the baseline, for people: `+5%`, `-0.2 points`; the amount where the baseline is 0.
pub fn step_words(value: &Measure, baseline: &Measure) -> Option<String> {
    let (now, was) = (value.number()?, baseline.number()?);
    let apart = now.checked_sub(was)?;
    let sign = match value.compare(baseline)? {
        Ordering::Less => "-",
        Ordering::Equal => return Some("as the baseline".to_owned()),
        Ordering::Greater => "+",
    };
    let zero = Some(Decimal::ZERO);
    let size = apart.abs();
    if let Measure::Share { .. } = value {
        let points = Measure::Number(size).rounded(2, zero);
        let plural = if points == "1" { "" } else { "s" };
        return Some(format!("{sign}{points} point{plural}"));
    }
    if was.is_zero() {
        return Some(format!("{sign}{}", value.another(size, zero)));
    }
    let percent = size
        .checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|part| part.checked_div(was.abs()))?;
    Some(format!(
        "{sign}{}%",
        Measure::Number(percent).rounded(1, zero)
    ))
}
