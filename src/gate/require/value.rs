//! Values that an expression computes with, and the facts of gates as such values.
//!
//! Every number is a decimal, whether the language calls it a whole number or not: a share is the quotient of its
//! counts to 28 digits, so no comparison drifts. Whole numbers are always signed: `unit.total - unit.failed` may be below zero.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

use crate::gate::Facts;
use crate::model::Measure;

/// Digits of a number that are shown; more are cut, which is marked.
const SHOWN: u32 = 10;
/// Characters of a value that are shown.
const LONGEST: usize = 60;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// A number; `whole` is its type in the language, int or double.
    Number {
        value: Decimal,
        whole: bool,
    },
    Text(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

impl Value {
    pub fn int(value: impl Into<Decimal>) -> Self {
        Self::Number {
            value: value.into(),
            whole: true,
        }
    }

    pub fn double(value: Decimal) -> Self {
        Self::Number {
            value,
            whole: false,
        }
    }

    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// What it is, for people.
    pub fn what(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number { whole: true, .. } => "a whole number",
            Value::Number { whole: false, .. } => "a decimal",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// Whether it is of the same kind as another one. Null is of every kind.
    pub fn is_like(&self, other: &Value) -> bool {
        let null = [self, other].contains(&&Value::Null);
        null || std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => out.write_str("null"),
            Value::Bool(truth) => write!(out, "{truth}"),
            Value::Number { value, .. } => {
                let short = value.trunc_with_scale(SHOWN);
                let cut = if short == *value { "" } else { "…" };
                write!(out, "{}{cut}", short.normalize())
            }
            Value::Text(text) => write!(out, "'{}'", clipped(text)),
            Value::List(items) => {
                let shown: Vec<String> = items.iter().take(3).map(ToString::to_string).collect();
                let more = if items.len() > 3 { ", …" } else { "" };
                write!(out, "[{}{more}]", shown.join(", "))
            }
            Value::Map(map) => match map.get("percent") {
                Some(percent) => write!(out, "{percent}%"),
                None => write!(out, "a map of {}", map.len()),
            },
        }
    }
}

/// The start of a text.
pub(super) fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The facts as `{gate: {verdict, kind: {fact: value}, fact: value}}`. The kind may be left out when the gate has one
/// judge.
pub(super) fn nested(facts: &Facts) -> BTreeMap<String, Value> {
    let mut gates = BTreeMap::new();
    for (gate, verdict, list) in facts.iter() {
        let mut tree = BTreeMap::from([("verdict".to_owned(), Value::text(verdict.word()))]);
        let kinds = list.iter().filter_map(|fact| fact.name.split('.').next());
        let mut kinds: Vec<&str> = kinds.filter(|kind| *kind != "exit").collect();
        kinds.sort_unstable();
        kinds.dedup();
        // What is in brackets is a glob or a path: no name of the language.
        for fact in list.iter().filter(|fact| !fact.name.contains('[')) {
            insert(&mut tree, &fact.name, of(&fact.value));
            if let (1, Some((kind, rest))) = (kinds.len(), fact.name.split_once('.'))
                && (kind != "exit" && rest != "verdict")
            {
                insert(&mut tree, rest, of(&fact.value));
            }
        }
        gates.insert(gate.to_owned(), Value::Map(tree));
    }
    gates
}

fn insert(tree: &mut BTreeMap<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            tree.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = tree
                .entry(first.to_owned())
                .or_insert_with(|| Value::Map(BTreeMap::new()));
            if let Value::Map(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

fn of(measure: &Measure) -> Value {
    match *measure {
        Measure::Count(count) | Measure::Size(count) => Value::int(count),
        Measure::Share { part, whole } => {
            let mut map = BTreeMap::from([
                ("part".to_owned(), Value::int(part)),
                ("whole".to_owned(), Value::int(whole)),
            ]);
            // A share of nothing has no percentage: asking for it is an error, never 0 or 100.
            if let Some(percent) = measure.number() {
                map.insert("percent".to_owned(), Value::double(percent));
            }
            Value::Map(map)
        }
        Measure::Duration(number) | Measure::Number(number) => Value::double(number),
    }
}
