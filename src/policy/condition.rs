//! A condition: comparators and bounds that a measured value must keep, with band and tolerance.

use std::fmt;
use std::marker::PhantomData;

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::Unit;
use super::interval::{Interval, Op};
use crate::model::Measure;
use crate::problem::{Code, Fields, Problem, Problems, Shape, wrong_kind};
use crate::source::{At, Node, Value};

/// One comparator with its bound.
#[derive(Clone, Debug, PartialEq)]
struct Clause {
    op: Op,
    bound: Decimal,
}

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
    /// It does not.
    No,
    /// There is nothing to compare: a share of nothing.
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

    /// The absolute bounds of all its clauses, those of a band with them.
    pub(super) fn bounds(&self) -> Vec<Decimal> {
        let clauses = self.pass.iter().chain(&self.fail);
        clauses.map(|clause| clause.bound).collect()
    }

    /// How far beyond its bounds it still accepts.
    pub(super) fn tolerance(&self) -> Option<Decimal> {
        self.tolerance
    }

    /// A built-in condition `= 0`, written nowhere.
    pub fn zero(at: &At) -> Self {
        let pass = vec![Clause {
            op: Op::Equal,
            bound: Decimal::ZERO,
        }];
        Self {
            unit: Unit::Count,
            pass,
            fail: Vec::new(),
            tolerance: None,
            text: "0".to_owned(),
            at: at.clone(),
        }
    }

    /// The bound that a value should be shown beside.
    pub fn bound(&self) -> Option<Decimal> {
        self.pass.first().map(|clause| clause.bound)
    }

    /// Judges a value.
    pub fn keeps(&self, value: &Measure) -> Keeps {
        let Some(number) = value.number() else {
            return Keeps::Nothing;
        };
        let holds = |clauses: &[Clause]| {
            clauses
                .iter()
                .all(|clause| clause.op.holds(number, clause.bound))
        };
        if holds(&self.pass) {
            return Keeps::Yes;
        }
        if let Some(words) = self.tolerated(number, value) {
            return Keeps::Tolerated(words);
        }
        if !self.fail.is_empty() && !holds(&self.fail) {
            return Keeps::Band;
        }
        Keeps::No
    }

    fn tolerated(&self, number: Decimal, value: &Measure) -> Option<String> {
        let tolerance = self.tolerance?;
        let mut words = Vec::new();
        for clause in &self.pass {
            let (eased, sign) = match clause.op {
                Op::Less | Op::AtMost => (clause.bound + tolerance, '+'),
                Op::More | Op::AtLeast => (clause.bound - tolerance, '−'),
                Op::Equal | Op::Not => (clause.bound, ' '),
            };
            if !clause.op.holds(number, eased) {
                return None;
            }
            if !clause.op.holds(number, clause.bound) {
                let mark = if matches!(clause.op, Op::Less | Op::AtMost) {
                    '≤'
                } else {
                    '≥'
                };
                let found = value.beside(Some(eased));
                words.push(format!(
                    "{found} {mark} {} {sign} {}",
                    clause.bound.normalize(),
                    tolerance.normalize()
                ));
            }
        }
        Some(words.join(", "))
    }

    /// The values that pass (tolerance included, band excluded).
    fn accepts(&self) -> Interval {
        self.eased()
            .fold(Interval::domain(self.unit), |set, (op, bound)| {
                set.with(op, bound)
            })
    }

    /// The clauses with their bounds moved by the tolerance.
    fn eased(&self) -> impl Iterator<Item = (Op, Decimal)> {
        let ease = self.tolerance.unwrap_or_default();
        self.pass.iter().map(move |clause| {
            let bound = match clause.op {
                Op::Less | Op::AtMost => clause.bound + ease,
                Op::More | Op::AtLeast => clause.bound - ease,
                Op::Equal | Op::Not => clause.bound,
            };
            (clause.op, bound)
        })
    }

    /// Whether this condition accepts a value that `other` refuses.
    pub fn is_looser_than(&self, other: &Condition) -> bool {
        self.unit == other.unit && !self.accepts().within(&other.accepts())
    }

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
        [
            Unit::Count,
            Unit::Share,
            Unit::Duration,
            Unit::Size,
            Unit::Number,
        ]
        .into_iter()
        .find_map(|unit| {
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

    fn read_map(node: &Node, unit: Unit, problems: &mut Problems) -> Option<Self> {
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
            condition.text = format!("{} (fails {})", condition.text, lower.text);
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

    fn check(&self, problems: &mut Problems) {
        let accepts = self.accepts();
        let pointless = if accepts.is_empty() {
            Some("can never hold")
        } else if Interval::domain(self.unit).within(&accepts) {
            Some("can never fail")
        } else {
            None
        };
        if let Some(words) = pointless {
            problems.push(
                Problem::new(
                    Code::POINTLESS_CONDITION,
                    &self.at,
                    format!("`{}` {words}", self.text),
                )
                .label(words)
                .help("write a bound that separates good from bad, or remove the condition"),
            );
            return;
        }
        let band = self
            .fail
            .iter()
            .fold(Interval::domain(self.unit), |set, c| {
                set.with(c.op, c.bound)
            });
        // With the tolerance: what it lets pass must not be a declared fail either.
        let overlap = self
            .eased()
            .fold(band.clone(), |set, (op, bound)| set.with(op, bound));
        if !self.fail.is_empty() && (band.is_empty() || !overlap.is_empty()) {
            problems.push(
                Problem::new(
                    Code::POINTLESS_CONDITION,
                    &self.at,
                    format!("`{}`: pass and fail overlap", self.text),
                )
                .help("leave a band between them, such as `{ pass: \">=85%\", fail: \"<80%\" }`"),
            );
        }
        if let [
            Clause {
                op: Op::Equal,
                bound,
            },
        ] = self.pass.as_slice()
            && self.unit == Unit::Count
            && !bound.is_zero()
            && self.text.starts_with(|c: char| c.is_ascii_digit())
        {
            let message = format!("`{}` demands exactly {bound}: fewer fail too", self.text);
            problems.push(
                Problem::new(Code::EXACT_BOUND, &self.at, message)
                    .label("exactly this many")
                    .help(format!("write `\"<={bound}\"` or `\">={bound}\"` for a limit, `\"={bound}\"` if you mean it"))
                    .as_warning(),
            );
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
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
    let relative = rest.starts_with(['+', '-']) && unit != Unit::Number || text.starts_with('+');
    if relative
        && rest
            .trim_start_matches(['+', '-'])
            .starts_with(|c: char| c.is_ascii_digit())
    {
        problems.push(
            Problem::new(
                Code::NOT_IN_THIS_VERSION,
                at,
                format!("`{text}`: a bound relative to the baseline is not in this version"),
            )
            .label("relative bound")
            .help(format!("write an absolute bound: {}", unit.example())),
        );
        return None;
    }
    let bound = unit.parse(rest);
    if bound.is_none() {
        let problem = if rest.is_empty() {
            Problem::new(Code::CONDITION, at, format!("`{text}` has no bound"))
        } else if [
            Unit::Count,
            Unit::Share,
            Unit::Duration,
            Unit::Size,
            Unit::Number,
        ]
        .iter()
        .any(|u| u.parse(rest).is_some())
        {
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
    Some(Clause { op, bound: bound? })
}

fn operator(text: &str) -> (Op, &str) {
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
            return (op, rest.trim());
        }
    }
    (Op::Equal, text)
}

/// Names a unit at the level of types, so that a declaration says what a key counts in.
pub trait UnitOf {
    /// The unit.
    const UNIT: Unit;
}

macro_rules! units {
    ($($(#[doc = $doc:literal])+ $name:ident = $unit:ident;)+) => {
        $($(#[doc = $doc])+ #[derive(Clone, Debug)] pub struct $name;
        impl UnitOf for $name { const UNIT: Unit = Unit::$unit; })+
    };
}

units! {
    /// Whole things.
    Pieces = Count;
    /// Percent of a whole.
    Percent = Share;
    /// Time.
    Seconds = Duration;
    /// Memory.
    Bytes = Size;
    /// A number of the report.
    Plain = Number;
}

/// A condition whose unit is fixed by its key.
#[derive(Clone, Debug)]
pub struct Bound<U> {
    /// The condition.
    pub condition: Condition,
    unit: PhantomData<U>,
}

impl<U: UnitOf> Shape for Bound<U> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        Condition::read(node, U::UNIT, problems).map(|condition| Self {
            condition,
            unit: PhantomData,
        })
    }

    fn schema() -> Json {
        let one = json!({ "type": ["string", "number"] });
        let list = json!({ "type": "array", "items": one, "minItems": 1 });
        let form = |keys: &[&str]| {
            let properties: serde_json::Map<String, Json> = keys
                .iter()
                .map(|key| ((*key).to_owned(), one.clone()))
                .collect();
            json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": [keys[0]] })
        };
        json!({ "anyOf": [one, list, form(&["is", "tolerance"]), form(&["pass", "fail", "tolerance"])] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> Node {
        Node {
            at: At::start_of("t"),
            value: Value::Text(text.to_owned()),
        }
    }

    fn read(text: &str, unit: Unit) -> Result<Condition, Code> {
        let mut problems = Problems::default();
        let condition = Condition::read(&node(text), unit, &mut problems);
        match problems.iter().next() {
            Some(problem) => Err(problem.code),
            None => Ok(condition.expect("read without a problem")),
        }
    }

    #[test]
    fn shares_are_compared_exactly() {
        let condition = read(">=85%", Unit::Share).expect("reads");
        assert_eq!(
            condition.keeps(&Measure::Share {
                part: 84_999,
                whole: 100_000
            }),
            Keeps::No
        );
        assert_eq!(
            condition.keeps(&Measure::Share {
                part: 17,
                whole: 20
            }),
            Keeps::Yes
        );
        assert_eq!(
            condition.keeps(&Measure::Share { part: 0, whole: 0 }),
            Keeps::Nothing
        );
        let third = read(">=33.4%", Unit::Share).expect("reads");
        assert_eq!(
            third.keeps(&Measure::Share { part: 1, whole: 3 }),
            Keeps::No
        );
    }

    #[test]
    fn all_clauses_must_hold() {
        let condition = read(">=55, <=69", Unit::Count).expect("reads");
        assert_eq!(condition.keeps(&Measure::Count(69)), Keeps::Yes);
        assert_eq!(condition.keeps(&Measure::Count(70)), Keeps::No);
        assert_eq!(condition.keeps(&Measure::Count(54)), Keeps::No);
    }

    #[test]
    fn pointless_conditions_are_refused() {
        for (text, unit) in [
            (">=0", Unit::Count),
            ("<0", Unit::Count),
            (">100%", Unit::Share),
            ("<=100%", Unit::Share),
            (">=5, <=4", Unit::Count),
            (">3, <4", Unit::Count),
        ] {
            assert_eq!(read(text, unit), Err(Code::POINTLESS_CONDITION), "{text}");
        }
    }

    #[test]
    fn wrong_units_and_words_are_told_apart() {
        assert_eq!(read(">=85", Unit::Share), Err(Code::UNIT));
        assert_eq!(read("<2s", Unit::Count), Err(Code::UNIT));
        assert_eq!(read("many", Unit::Count), Err(Code::CONDITION));
        assert_eq!(read(">=", Unit::Count), Err(Code::CONDITION));
        assert_eq!(read("+30%", Unit::Share), Err(Code::NOT_IN_THIS_VERSION));
        assert_eq!(read("3", Unit::Count), Err(Code::EXACT_BOUND));
    }

    fn map(entries: &[(&str, &str)]) -> Node {
        let at = At::start_of("t");
        let entries = entries
            .iter()
            .map(|(key, text)| {
                (
                    crate::source::Key {
                        at: at.clone(),
                        name: (*key).to_owned(),
                    },
                    node(text),
                )
            })
            .collect();
        Node {
            at,
            value: Value::Map(entries),
        }
    }

    #[test]
    fn tolerance_that_decided_is_spelt_out() {
        let mut problems = Problems::default();
        let condition = Condition::read(
            &map(&[("is", ">=80%"), ("tolerance", "0.5%")]),
            Unit::Share,
            &mut problems,
        )
        .expect("reads");
        let found = condition.keeps(&Measure::Share {
            part: 796,
            whole: 1000,
        });
        assert_eq!(found, Keeps::Tolerated("79.6% ≥ 80 − 0.5".to_owned()));
        assert_eq!(
            condition.keeps(&Measure::Share {
                part: 794,
                whole: 1000
            }),
            Keeps::No
        );
    }

    #[test]
    fn band_between_pass_and_fail_is_for_a_person() {
        let mut problems = Problems::default();
        let condition = Condition::read(
            &map(&[("pass", ">=85%"), ("fail", "<80%")]),
            Unit::Share,
            &mut problems,
        )
        .expect("reads");
        assert_eq!(
            condition.keeps(&Measure::Share {
                part: 82,
                whole: 100
            }),
            Keeps::Band
        );
        assert_eq!(
            condition.keeps(&Measure::Share {
                part: 79,
                whole: 100
            }),
            Keeps::No
        );
        Condition::read(
            &map(&[("pass", ">=80%"), ("fail", "<85%")]),
            Unit::Share,
            &mut problems,
        );
        assert_eq!(
            problems.iter().next().map(|p| p.code),
            Some(Code::POINTLESS_CONDITION)
        );
    }

    #[test]
    fn looser_is_seen() {
        let old = read(">=85%", Unit::Share).expect("reads");
        assert!(
            read(">=80%", Unit::Share)
                .expect("reads")
                .is_looser_than(&old)
        );
        assert!(
            !read(">=90%", Unit::Share)
                .expect("reads")
                .is_looser_than(&old)
        );
        assert!(
            !read(">=85%, <=99%", Unit::Share)
                .expect("reads")
                .is_looser_than(&old)
        );
    }
}
