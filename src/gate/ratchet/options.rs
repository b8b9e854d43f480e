//! How a ratchet is written: sets and patterns by name, expressions of one's own, absolute bounds.

use serde_json::{Value as Json, json};

use super::sets;
use crate::policy::{Condition, Unit};
use crate::problem::{Code, Count, Many, Problem, Problems, Shape, Text, options};
use crate::source::{Key, Node, Value};

options! {
    /// Pattern counts that never rise above the baseline.
    pub struct RatchetOptions {
        /// Sets (`suppressions`, `coverage-pragmas`, `skipped-tests`), single patterns of them, or a mapping of a name to a regular expression.
        patterns("patterns"): PatternList,
        /// Paths or globs of the files that are searched; all when not given.
        files("files"): Many<Text>,
        /// Paths or globs that are left out.
        exclude("exclude"): Many<Text>,
        /// The most that may be there, in all or by pattern or set: needs no baseline.
        max("max"): MaxOptions,
        /// Path or glob → the most that may be there, in all matching files together.
        paths("paths"): Vec<(Key, Most)>,
    }
}

/// One entry of `patterns`.
#[derive(Clone, Debug)]
pub enum Written {
    /// A set or a pattern of the table.
    Known(Text),
    /// An expression of one's own.
    Own(Key, Many<Text>),
}

/// What `patterns` holds.
#[derive(Clone, Debug, Default)]
pub struct PatternList(pub Vec<Written>);

impl Shape for PatternList {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let items: &[Node] = match &node.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(node),
        };
        let mut list = Vec::new();
        for item in items {
            match &item.value {
                Value::Map(_) => {
                    let own: Vec<(Key, Many<Text>)> = Shape::read(item, problems)?;
                    list.extend(own.into_iter().map(|(key, texts)| Written::Own(key, texts)));
                }
                _ => list.extend(Text::read(item, problems).map(Written::Known)),
            }
        }
        Some(Self(list))
    }

    fn schema() -> Json {
        let names: Vec<&str> = sets::SETS
            .iter()
            .copied()
            .chain(sets::PATTERNS.iter().map(|one| one.name))
            .collect();
        let known = json!({ "type": "string", "enum": names });
        let own = json!({ "type": "object", "additionalProperties": Many::<Text>::schema() });
        let one = json!({ "anyOf": [known, own] });
        json!({ "anyOf": [one.clone(), { "type": "array", "items": one }] })
    }
}

/// The most that may be there: a bound `<=` that is written as a bare number.
#[derive(Clone, Debug)]
pub struct Most(pub Condition);

impl Shape for Most {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let count = Count::read(node, problems)?;
        let bound = Node {
            at: node.at.clone(),
            value: Value::Text(format!("<={}", count.value)),
        };
        Condition::read(&bound, Unit::Count, problems).map(Self)
    }

    fn schema() -> Json {
        Count::schema()
    }
}

/// One bound for all, or bounds by pattern or set.
#[derive(Clone, Debug)]
pub struct MaxOptions(pub Vec<(Option<Key>, Condition)>);

impl Shape for MaxOptions {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if let Value::Map(entries) = &node.value {
            if entries.is_empty() {
                problems.push(
                    Problem::new(Code::MISSING_KEY, &node.at, "`max` bounds nothing")
                        .help("such as `max: 0`, or `max: { noqa: 3 }`"),
                );
                return None;
            }
            let read = |(key, node): &(Key, Node)| {
                Most::read(node, problems).map(|most| (Some(key.clone()), most.0))
            };
            return Some(Self(entries.iter().filter_map(read).collect()));
        }
        Most::read(node, problems).map(|most| Self(vec![(None, most.0)]))
    }

    fn schema() -> Json {
        json!({ "anyOf": [
            Count::schema(),
            { "type": "object", "additionalProperties": Count::schema() },
        ] })
    }
}
