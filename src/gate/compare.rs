//! What a change of a kind's options means, read from the schema that the options declare anyway.
//!
//! A bound is known by its schema, a list by what the kind says of it, a key of reports by its name. Whatever else
//! changed is taken for another way of making evidence: an option that nobody thought of here is not let through.

use serde_json::Value as Json;

use crate::model::WeakeningCode;
use crate::policy::{Bound, Changes, Condition, Plain, Side, Weight};
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
                Weight::Exceptions | Weight::Scope | Weight::Allowance => {
                    WeakeningCode::ExcludeWider
                }
            };
            return changes.weigh(weight, side, gone);
        }
        if key.is_some_and(|key| of_reports(key, side, changes)) {
            return;
        }
        if self.is_bound(schema, side) {
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

    /// Whether a bound stands here: always, or as one of several forms that both sides are written in.
    fn is_bound(&self, schema: &Json, side: &Side<'_>) -> bool {
        let one = |schema: &Json| schema["anyOf"] == *self.bound;
        let mut forms = schema["anyOf"].as_array().into_iter().flatten();
        let both = || {
            let (old, new) = (side.old?, side.new?);
            Condition::guess_both(old, new)
        };
        one(schema) || (forms.any(one) && both().is_some())
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Effect;
    use crate::policy::Percent;
    use crate::source::{At, Key as Named};

    fn node(json: &Json) -> Node {
        let at = At::start_of("t");
        let value = match json {
            Json::Object(map) => Value::Map(
                map.iter()
                    .map(|(name, json)| {
                        let name = name.clone();
                        (
                            Named {
                                at: at.clone(),
                                name,
                            },
                            node(json),
                        )
                    })
                    .collect(),
            ),
            Json::Array(items) => Value::List(items.iter().map(node).collect()),
            other => Value::Text(other.as_str().unwrap_or_default().to_owned()),
        };
        Node { at, value }
    }

    fn effects(schema: &Json, old: &Json, new: &Json) -> Vec<Effect> {
        let (old, new) = (node(old), node(new));
        let mut changes = Changes::default();
        by_schema(schema, &shared, &Side::both(&old, &new), &mut changes);
        changes.done().iter().map(|change| change.effect).collect()
    }

    /// A kind that nobody told this room about.
    fn schema() -> Json {
        let bound = Bound::<Percent>::schema();
        let below = json!({ "type": "object", "properties": { "lines": bound, "words": {} } });
        json!({
            "type": "object",
            "properties": {
                "share": bound,
                "either": { "anyOf": [bound, below] },
                "below": below,
                "exclude": { "type": "array" },
                "mode": { "type": "string" },
            },
        })
    }

    #[test]
    fn a_kind_that_says_nothing_of_itself_is_compared_by_its_schema() {
        let weaker = Effect::Weakening;
        for (old, new, effect) in [
            (
                json!({ "share": ">=80%" }),
                json!({ "share": ">=70%" }),
                weaker(WeakeningCode::BoundLooser),
            ),
            (
                json!({ "share": ">=80%" }),
                json!({ "share": ">=90%" }),
                Effect::Tightening,
            ),
            (
                json!({ "share": ">=80%" }),
                json!({}),
                weaker(WeakeningCode::ConditionRemoved),
            ),
            (json!({}), json!({ "share": ">=80%" }), Effect::Tightening),
            (
                json!({ "either": "<=1%" }),
                json!({ "either": "<=2%" }),
                weaker(WeakeningCode::BoundLooser),
            ),
            (
                json!({ "either": { "lines": "<=2%" } }),
                json!({ "either": { "lines": "<=1%" } }),
                Effect::Tightening,
            ),
            (
                json!({ "either": "<=2%" }),
                json!({ "either": { "lines": "<=1%" } }),
                weaker(WeakeningCode::ChangedProducer),
            ),
            (
                json!({}),
                json!({ "either": { "lines": "<=1%" } }),
                Effect::Tightening,
            ),
            (
                json!({ "below": { "lines": "<=1%" } }),
                json!({ "below": { "lines": "<=1%", "words": "x" } }),
                weaker(WeakeningCode::ChangedProducer),
            ),
            (
                json!({}),
                json!({ "exclude": ["a"] }),
                weaker(WeakeningCode::ExcludeWider),
            ),
            (json!({ "exclude": ["a"] }), json!({}), Effect::Tightening),
            (
                json!({}),
                json!({ "mode": "easy" }),
                weaker(WeakeningCode::ChangedProducer),
            ),
            (
                json!({ "mode": "hard" }),
                json!({}),
                weaker(WeakeningCode::ChangedProducer),
            ),
            (
                json!({}),
                json!({ "no-such-key": "x" }),
                weaker(WeakeningCode::ChangedProducer),
            ),
        ] {
            assert_eq!(effects(&schema(), &old, &new), [effect], "{old} {new}");
            assert_eq!(effects(&schema(), &old, &old), []);
        }
    }
}
