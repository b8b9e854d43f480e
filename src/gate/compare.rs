//! What a change of a kind's options means, read from the schema that the options declare anyway.
//!
//! A bound is known by its schema, a list by what the kind says of it, a key of reports by its name. Whatever else
//! changed is taken for another way of making evidence: an option that nobody thought of here is not let through.

use serde_json::Value as Json;

use crate::model::WeakeningCode;
use crate::policy::{Bound, Changes, Plain, Side, Weight};
use crate::problem::Shape;
use crate::source::{Node, Value};

/// Keys that mean the same in every kind.
pub(super) fn shared(key: &str) -> Option<Weight> {
    match key {
        "include" => Some(Weight::Scope),
        "exclude" | "ignore" | "except" | "allow" => Some(Weight::Exceptions),
        _ => None,
    }
}

/// How a kind weighs its keys.
type Weighs<'a> = dyn Fn(&str) -> Option<Weight> + 'a;

/// Compares two values of a kind by its schema.
pub(super) fn by_schema(
    schema: &Json,
    weighs: &Weighs<'_>,
    side: &Side<'_>,
    changes: &mut Changes,
) {
    let bound = Bound::<Plain>::schema();
    let walk = Walk {
        weighs,
        bound: &bound["anyOf"],
    };
    walk.value(Key::Declared(""), schema, side, changes);
}

/// A key of the options, or a name that the user is free to choose: that has no meaning of its own.
#[derive(Clone, Copy)]
enum Key<'a> {
    Declared(&'a str),
    Free,
}

struct Walk<'a> {
    weighs: &'a Weighs<'a>,
    /// What the schema of a bound looks like.
    bound: &'a Json,
}

impl Walk<'_> {
    fn value(&self, key: Key<'_>, schema: &Json, side: &Side<'_>, changes: &mut Changes) {
        if side.is_same() {
            return;
        }
        let key = match key {
            Key::Declared(key) => Some(key),
            Key::Free => None,
        };
        if let Some(weight) = key.and_then(self.weighs) {
            let gone = match weight {
                Weight::Demands => WeakeningCode::ConditionRemoved,
                Weight::Exceptions | Weight::Scope => WeakeningCode::ExcludeWider,
            };
            return changes.weigh(weight, side, gone);
        }
        if key.is_some_and(|key| of_reports(key, side, changes)) {
            return;
        }
        if schema["anyOf"] == *self.bound {
            return changes.bound(side, key.is_some_and(|key| key.ends_with("skipped")));
        }
        match (side.old, side.new) {
            (Some(old), Some(new)) if is_map(old) && is_map(new) => {
                for key in side.keys() {
                    let (kind, below) = below(schema, key);
                    let side = side.get(key);
                    changes.at(key, |changes| self.value(kind, below, &side, changes));
                }
            }
            (None, Some(_)) if self.asks(schema) => {
                changes.tighter(side, "is asked too");
            }
            (Some(_), None) if self.asks(schema) => {
                let scope = changes.is_below("paths");
                let code = if scope {
                    WeakeningCode::ExcludeWider
                } else {
                    WeakeningCode::ConditionRemoved
                };
                changes.weaker(code, side, "is not asked any more");
            }
            _ => changes.other(side),
        }
    }

    /// Whether a value of this schema holds a bound: it then asks for something.
    fn asks(&self, schema: &Json) -> bool {
        if schema["anyOf"] == *self.bound {
            return true;
        }
        let below = schema["properties"].as_object();
        let alternatives = schema["anyOf"].as_array();
        below
            .into_iter()
            .flat_map(serde_json::Map::values)
            .chain(
                schema["additionalProperties"]
                    .as_object()
                    .map(|_| &schema["additionalProperties"]),
            )
            .chain(alternatives.into_iter().flatten())
            .any(|schema| self.asks(schema))
    }
}

/// The schema of an entry.
fn below<'a>(schema: &'a Json, key: &'a str) -> (Key<'a>, &'a Json) {
    let own = schema["properties"].get(key);
    let object = || {
        let mut alternatives = schema["anyOf"].as_array()?.iter();
        alternatives.find(|one| one["type"] == "object")
    };
    match own {
        Some(own) => (Key::Declared(key), own),
        None if schema["additionalProperties"].is_object() => {
            (Key::Free, &schema["additionalProperties"])
        }
        None => match object() {
            Some(object) => below(object, key),
            None => (Key::Free, &Json::Null),
        },
    }
}

fn is_map(node: &Node) -> bool {
    matches!(node.value, Value::Map(_))
}

/// The keys of all kinds that read reports. True if this is one.
fn of_reports(key: &str, side: &Side<'_>, changes: &mut Changes) -> bool {
    match key {
        "reports" => reports(side, changes),
        "expect" => expect(side, changes),
        "max-age" => max_age(side, changes),
        "clear" if side.new.and_then(Node::scalar).as_deref() == Some("true") => {
            changes.neutral(side, "deletes old reports first");
        }
        _ => return false,
    }
    true
}

fn reports(side: &Side<'_>, changes: &mut Changes) {
    let texts = |node: Option<&Node>| -> Vec<String> {
        match node.map(|node| &node.value) {
            Some(Value::List(items)) => items.iter().filter_map(Node::scalar).collect(),
            _ => node.and_then(Node::scalar).into_iter().collect(),
        }
    };
    let (old, new) = (texts(side.old), texts(side.new));
    if new.iter().all(|pattern| old.contains(pattern)) {
        changes.weigh(Weight::Scope, side, WeakeningCode::ExcludeWider);
    } else {
        changes.other(side);
    }
}

/// Another number of reports is accepted where none was before: only a first expectation asks for more.
fn expect(side: &Side<'_>, changes: &mut Changes) {
    let number = |node: Option<&Node>| node?.scalar()?.parse::<u64>().ok();
    match (number(side.old), number(side.new)) {
        (None, Some(_)) => changes.tighter(side, "is expected too"),
        (Some(old), Some(new)) if new > old => changes.other(side),
        (old, new) => {
            let shown = |number: Option<u64>| {
                number.map_or_else(|| "any number".to_owned(), |number| number.to_string())
            };
            let words = format!("was {}, is {}", shown(old), shown(new));
            changes.weaker(WeakeningCode::ExpectLowered, side, words);
        }
    }
}

fn max_age(side: &Side<'_>, changes: &mut Changes) {
    let age = |node: Option<&Node>| crate::policy::parse_duration(&node?.scalar()?);
    match (age(side.old), age(side.new)) {
        (Some(old), Some(new)) if new <= old => changes.tighter(side, "is shorter"),
        (Some(_), Some(_)) => {
            let shown = |node: Option<&Node>| node.and_then(Node::scalar).unwrap_or_default();
            let words = format!("was {}, is {}", shown(side.old), shown(side.new));
            changes.weaker(WeakeningCode::MaxAgeLonger, side, words);
        }
        _ => changes.other(side),
    }
}
