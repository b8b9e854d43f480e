//! How a condition is written: plain, as a list, or as a map with band and tolerance.

use rust_decimal::Decimal;

use super::clause::{Clause, Target};
use super::spelled::BAND;
use super::{Condition, Op};
use crate::policy::Unit;
use crate::problem::{Code, Fields, Problem, Problems, wrong_kind};
use crate::source::{At, Node, Value};

/// The word that stands for the accepted value.
const BASELINE: &str = "baseline";
/// Every unit, in the order in which a spelling is guessed.
pub(super) const UNITS: [Unit; 5] = [
    Unit::Count,
    Unit::Share,
    Unit::Duration,
    Unit::Size,
    Unit::Number,
];

impl Condition {
    /// Reads a condition in a unit.
    pub fn read(node: &Node, unit: Unit, problems: &mut Problems) -> Option<Self> {
        let condition = match &node.value {
            Value::Map(_) => Self::read_map(node, unit, problems)?,
            _ => Self::read_plain(node, unit, problems)?,
        };
        condition.check(problems);
        Some(condition)
    }

    /// Reads a condition whose unit is told by its spelling: for comparing files before gates are read.
    pub fn guess(node: &Node) -> Option<Self> {
        UNITS.into_iter().find_map(|unit| {
            let mut quiet = Problems::default();
            Self::read(node, unit, &mut quiet).filter(|_| !quiet.refuse())
        })
    }

    fn read_plain(node: &Node, unit: Unit, problems: &mut Problems) -> Option<Self> {
        let texts: Vec<(String, &At)> = match &node.value {
            Value::List(items) => items
                .iter()
                .filter_map(|item| Some((item.scalar()?, &item.at)))
                .collect(),
            _ => vec![(
                node.scalar()
                    .filter(|_| !matches!(node.value, Value::Bool(_)))
                    .unwrap_or_default(),
                &node.at,
            )],
        };
        if texts.is_empty() || texts.iter().any(|(text, _)| text.trim().is_empty()) {
            problems.push(wrong_kind(node, unit.example()));
            return None;
        }
        let mut pass = Vec::new();
        for (text, at) in &texts {
            for part in text.split(',') {
                pass.push(clause(part, unit, at, problems)?);
            }
        }
        let text = texts
            .into_iter()
            .map(|(text, _)| text)
            .collect::<Vec<_>>()
            .join(", ");
        Some(Self {
            unit,
            pass,
            fail: Vec::new(),
            tolerance: None,
            text,
            at: node.at.clone(),
        })
    }

    pub(super) fn read_map(node: &Node, unit: Unit, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let pass = fields.node("pass");
        let is = fields.node("is");
        let fail = fields.node("fail");
        let tolerance = fields.node("tolerance");
        fields.rest(problems);
        if let (Some(_), Some(is)) = (pass, is) {
            let message = "`is` and `pass` say the same thing";
            problems.push(Problem::new(Code::NO_EFFECT, &is.at, message).help("keep one"));
            return None;
        }
        let Some(main) = pass.or(is) else {
            problems.push(
                Problem::new(Code::CONDITION, &node.at, "a condition needs `is:`, or `pass:` with `fail:`")
                    .help("write `{ is: \">=80%\", tolerance: \"0.5%\" }` or `{ pass: \">=85%\", fail: \"<80%\" }`"),
            );
            return None;
        };
        let mut condition = Self::read_plain(main, unit, problems)?;
        if let Some(fail) = fail {
            let lower = Self::read_plain(fail, unit, problems)?;
            condition.text = format!("{}{BAND}{})", condition.text, lower.text);
            condition.fail = lower.pass;
        }
        if let Some(node) = tolerance {
            condition.tolerance = Some(read_tolerance(node, unit, problems)?);
            let eased = |clause: &Clause| !matches!(clause.op, Op::Equal | Op::Not);
            if !condition.pass.iter().any(eased) {
                let message = format!("a tolerance changes nothing beside `{}`", condition.text);
                problems.push(
                    Problem::new(Code::NO_EFFECT, &node.at, message)
                        .label("no effect")
                        .help("write a bound with `>=` or `<=`, or remove it"),
                );
                return None;
            }
        }
        Some(condition)
    }
}

fn read_tolerance(node: &Node, unit: Unit, problems: &mut Problems) -> Option<Decimal> {
    let amount = node
        .scalar()
        .and_then(|text| unit.parse(&text))
        .filter(|amount| *amount > Decimal::ZERO);
    if amount.is_none() {
        problems.push(
            Problem::new(
                Code::UNIT,
                &node.at,
                "a tolerance is an amount above 0 in the unit of its bound",
            )
            .help(format!("wanted {}, without a comparator", unit.example())),
        );
    }
    amount
}

fn clause(text: &str, unit: Unit, at: &At, problems: &mut Problems) -> Option<Clause> {
    let text = text.trim();
    let (op, rest) = operator(text);
    if let Some(relative) = relative(op, rest, unit) {
        return relative
            .map_err(|problem| problems.push(problem(at, text)))
            .ok();
    }
    let bound = unit.parse(rest);
    if bound.is_none() {
        let problem = if rest.is_empty() {
            Problem::new(Code::CONDITION, at, format!("`{text}` has no bound"))
        } else if UNITS.iter().any(|unit| unit.parse(rest).is_some()) {
            Problem::new(Code::UNIT, at, format!("`{text}` has the wrong unit"))
        } else {
            Problem::new(Code::CONDITION, at, format!("`{text}` is not a condition"))
        };
        problems.push(
            problem
                .label("cannot be compared")
                .help(format!("wanted {}", unit.example())),
        );
    }
    Some(Clause::new(op.unwrap_or(Op::Equal), Target::Fixed(bound?)))
}

type Refusal = fn(&At, &str) -> Problem;

/// A step from the baseline: `+5%`, `-20ms`, `baseline`, `baseline - 0.5`. `None`: it is none.
fn relative(op: Option<Op>, rest: &str, unit: Unit) -> Option<Result<Clause, Refusal>> {
    let (named, step) = match rest.strip_prefix(BASELINE) {
        Some(step) => (true, step.trim()),
        None => (false, rest),
    };
    if named && step.is_empty() {
        let op = op.unwrap_or(Op::Equal);
        return Some(Ok(Clause::new(op, Target::Amount(Decimal::ZERO))));
    }
    let up = step.starts_with('+');
    if !up && !step.starts_with('-') {
        return named.then_some(Err(unreadable));
    }
    let size = step[1..].trim();
    let percent = size.ends_with('%');
    if unit == Unit::Number && !percent && !named {
        // A number may lie below zero, so a sign alone does not say what is meant.
        return if up { Some(Err(ambiguous)) } else { None };
    }
    let amount = if percent {
        Unit::Share.parse(size)
    } else {
        unit.parse(size)
    };
    let Some(amount) = amount.filter(|amount| !amount.is_sign_negative()) else {
        let known = !size.starts_with('-') && UNITS.iter().any(|unit| unit.parse(size).is_some());
        return Some(Err(if known { wrong_unit } else { unreadable }));
    };
    let signed = if up { amount } else { -amount };
    let target = if percent && unit != Unit::Share {
        Target::Percent(signed)
    } else {
        Target::Amount(signed)
    };
    // Alone, `+30%` asks for that much more and `-30%` for that much less.
    let alone = if up { Op::AtLeast } else { Op::AtMost };
    let op = op.unwrap_or(if named { Op::Equal } else { alone });
    Some(Ok(Clause::new(op, target)))
}

const STEPS: &str = "a step from the baseline is a percentage or an amount in the unit of the value: \"<=+5%\", \">=-0.1%\", \"<=+20ms\"";

fn unreadable(at: &At, text: &str) -> Problem {
    Problem::new(Code::CONDITION, at, format!("`{text}` is not a condition"))
        .label("cannot be compared")
        .help(STEPS)
}

fn wrong_unit(at: &At, text: &str) -> Problem {
    Problem::new(Code::UNIT, at, format!("`{text}` has the wrong unit"))
        .label("cannot be compared")
        .help(STEPS)
}

fn ambiguous(at: &At, text: &str) -> Problem {
    let bare = text.trim_start_matches(['<', '>', '=', '!', ' ', '+']);
    Problem::new(
        Code::CONDITION,
        at,
        format!("`{text}`: a number or a step from the baseline?"),
    )
    .label("can be read in two ways")
    .help(format!(
        "write `\"<={bare}\"` for the number, `\"<=baseline+{bare}\"` for the step"
    ))
}

fn operator(text: &str) -> (Option<Op>, &str) {
    let table = [
        (">=", Op::AtLeast),
        ("<=", Op::AtMost),
        ("!=", Op::Not),
        ("==", Op::Equal),
        (">", Op::More),
        ("<", Op::Less),
        ("=", Op::Equal),
    ];
    for (sign, op) in table {
        if let Some(rest) = text.strip_prefix(sign) {
            return (Some(op), rest.trim());
        }
    }
    (None, text)
}
