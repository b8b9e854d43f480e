//! Operators and functions of an expression, on values.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::eval::{LARGEST, Outcome, entry, whole};
use super::value::{Value, clipped};

/// Functions that may be called, with the number of their values (that before the dot is one of them).
pub(super) const FUNCTIONS: &[(&str, usize)] = &[
    ("size", 1),
    ("contains", 2),
    ("startsWith", 2),
    ("endsWith", 2),
    ("matches", 2),
    ("int", 1),
    ("double", 1),
    ("string", 1),
    ("min", 0),
    ("max", 0),
];

/// Applies an operator or a function.
pub(super) fn apply(name: &str, values: &[Value]) -> Outcome {
    match (name, values) {
        ("!_", [Value::Bool(truth)]) => Ok(Value::Bool(!truth)),
        (
            "-_",
            [
                Value::Number {
                    value,
                    whole: is_whole,
                },
            ],
        ) => number(-*value, *is_whole),
        // What is of another kind is never equal, and a bound that never holds (or always) says nothing.
        ("_==_" | "_!=_", [left, right]) if !left.is_like(right) => Err(mixed()),
        ("_==_", [left, right]) => Ok(Value::Bool(same(left, right))),
        ("_!=_", [left, right]) => Ok(Value::Bool(!same(left, right))),
        ("_<_" | "_<=_" | "_>_" | "_>=_", [left, right]) => {
            let order = order(left, right).ok_or_else(mixed)?;
            Ok(Value::Bool(match name {
                "_<_" => order == Ordering::Less,
                "_<=_" => order != Ordering::Greater,
                "_>_" => order == Ordering::Greater,
                _ => order != Ordering::Less,
            }))
        }
        ("_+_", [Value::Text(left), Value::Text(right)]) if left.len() + right.len() <= LARGEST => {
            Ok(Value::Text(format!("{left}{right}")))
        }
        ("_+_", [Value::List(left), Value::List(right)]) if left.len() + right.len() <= LARGEST => {
            Ok(Value::List(left.iter().chain(right).cloned().collect()))
        }
        ("_+_", [Value::Text(_), Value::Text(_)] | [Value::List(_), Value::List(_)]) => {
            Err(format!("it becomes longer than {LARGEST}"))
        }
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", [left, right]) => arithmetic(name, left, right),
        ("@in", [one, Value::List(items)])
            if !items.is_empty() && !items.iter().any(|item| item.is_like(one)) =>
        {
            Err(mixed())
        }
        ("@in", [one, Value::List(items)]) => {
            Ok(Value::Bool(items.iter().any(|item| same(item, one))))
        }
        ("@in", [Value::Text(key), Value::Map(map)]) => Ok(Value::Bool(map.contains_key(key))),
        ("min" | "max", values) if !values.is_empty() => extreme(name, values),
        _ => function(name, values),
    }
}

fn function(name: &str, values: &[Value]) -> Outcome {
    match (name, values) {
        ("size", [Value::Text(text)]) => Ok(Value::int(text.chars().count() as u64)),
        ("size", [Value::List(items)]) => Ok(Value::int(items.len() as u64)),
        ("size", [Value::Map(map)]) => Ok(Value::int(map.len() as u64)),
        ("contains", [Value::Text(text), Value::Text(part)]) => {
            Ok(Value::Bool(text.contains(part.as_str())))
        }
        ("startsWith", [Value::Text(text), Value::Text(part)]) => {
            Ok(Value::Bool(text.starts_with(part.as_str())))
        }
        ("endsWith", [Value::Text(text), Value::Text(part)]) => {
            Ok(Value::Bool(text.ends_with(part.as_str())))
        }
        ("matches", [Value::Text(text), Value::Text(pattern)]) => {
            let pattern = regex::RegexBuilder::new(pattern)
                .size_limit(1 << 20)
                .build();
            let pattern =
                pattern.map_err(|_| "the regular expression cannot be read".to_owned())?;
            Ok(Value::Bool(pattern.is_match(text)))
        }
        ("int", [Value::Number { value, .. }]) => whole(value.trunc()),
        ("int", [Value::Text(text)]) => {
            let number = text.parse::<i64>();
            number
                .map(Value::int)
                .map_err(|_| format!("'{}' is no whole number", clipped(text)))
        }
        ("double", [Value::Number { value, .. }]) => Ok(Value::double(*value)),
        ("double", [Value::Text(text)]) => {
            let number = text.parse::<Decimal>();
            number
                .map(Value::double)
                .map_err(|_| format!("'{}' is no number", clipped(text)))
        }
        ("string", [Value::Text(text)]) => Ok(Value::text(text)),
        ("string", [Value::Number { value, .. }]) => Ok(Value::Text(value.normalize().to_string())),
        ("string", [Value::Bool(truth)]) => Ok(Value::Text(truth.to_string())),
        _ => Err(mixed()),
    }
}

/// No overload fits; [`explained`] says more.
fn mixed() -> String {
    String::new()
}

/// The words for a call that cannot be made.
pub(super) fn explained(name: &str, nodes: &[String], values: &[Value], words: String) -> String {
    if !words.is_empty() {
        return words;
    }
    let sign = name.trim_matches('_').trim_start_matches('@');
    if let (
        [left, right],
        [
            Value::Number { whole: first, .. },
            Value::Number { whole: second, .. },
        ],
    ) = (nodes, values)
        && first != second
    {
        let (whole, decimal) = if *first { (left, right) } else { (right, left) };
        return format!(
            "`{left} {sign} {right}` mixes a whole number and a decimal: use `double({whole})`, or make `{decimal}` whole with `int(…)`"
        );
    }
    let mut sides = nodes.iter().zip(values);
    if let ([_, _], Some((node, Value::Map(map)))) = (
        nodes,
        sides.find(|(_, value)| matches!(value, Value::Map(_))),
    ) {
        let known: Vec<&str> = map.keys().map(String::as_str).take(12).collect();
        return format!("`{node}` is no single fact: it has {}", known.join(", "));
    }
    let kinds: Vec<&str> = values.iter().map(Value::what).collect();
    format!("`{sign}` cannot be used on {}", kinds.join(" and "))
}

fn number(value: Decimal, is_whole: bool) -> Outcome {
    if is_whole {
        whole(value)
    } else {
        Ok(Value::double(value))
    }
}

fn arithmetic(name: &str, left: &Value, right: &Value) -> Outcome {
    let (
        Value::Number {
            value: a,
            whole: first,
        },
        Value::Number {
            value: b,
            whole: second,
        },
    ) = (left, right)
    else {
        return Err(mixed());
    };
    if first != second {
        return Err(mixed());
    }
    if matches!(name, "_/_" | "_%_") && b.is_zero() {
        return Err("it divides by zero".to_owned());
    }
    let value = match name {
        "_+_" => a.checked_add(*b),
        "_-_" => a.checked_sub(*b),
        "_*_" => a.checked_mul(*b),
        // Whole numbers stay whole, as the language says.
        "_/_" if *first => a.checked_div(*b).map(|value| value.trunc()),
        "_/_" => a.checked_div(*b),
        _ if *first => a.checked_rem(*b),
        _ => return Err("`%` is for whole numbers".to_owned()),
    };
    number(value.ok_or("a number became too large")?, *first)
}

/// Equality. Numbers are equal by value, whatever their type.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number { value: a, .. }, Value::Number { value: b, .. }) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k == l && same(a, b))
        }
        _ => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number { value: a, .. }, Value::Number { value: b, .. }) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn extreme(name: &str, values: &[Value]) -> Outcome {
    let items = match values {
        [Value::List(items)] => items.as_slice(),
        items => items,
    };
    let mut best = items.first().ok_or("an empty list has no extreme")?;
    for item in items {
        let order = order(item, best).ok_or_else(mixed)?;
        if (order == Ordering::Less) == (name == "min") && order != Ordering::Equal {
            best = item;
        }
    }
    Ok(best.clone())
}

/// The entry of a map or a list.
pub(super) fn index(of: &Value, key: &Value, said: impl Fn() -> String) -> Outcome {
    match (of, key) {
        (_, Value::Text(name)) => entry(of, name, said),
        (Value::List(items), Value::Number { value, whole: true }) => {
            let item = value.to_usize().and_then(|at| items.get(at));
            let count = items.len();
            item.cloned()
                .ok_or_else(|| format!("`{}` has {count} entries, no entry {value}", said()))
        }
        _ => Err(format!("`{}` cannot be asked with {}", said(), key.what())),
    }
}
