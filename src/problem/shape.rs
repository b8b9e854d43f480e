//! How a value is read from a node, with every complaint collected, and how an editor should see it.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{Code, Problem, Problems};
use crate::source::{Key, Located, Node, Value};

/// Something that can be read from a node of a file.
///
/// `read` pushes a problem and returns `None` when the node is wrong; the caller goes on, so that all
/// complaints come out in one pass. `schema` is the JSON Schema of the same thing.
pub trait Shape: Sized {
    /// Reads it.
    fn read(node: &Node, problems: &mut Problems) -> Option<Self>;
    /// Its JSON Schema.
    fn schema() -> Json;
}

/// Text. Numbers and truth values are taken as they are spelt.
pub type Text = Located<String>;
/// A whole number from 0.
pub type Count = Located<u64>;
/// `true` or `false`.
pub type Flag = Located<bool>;

pub(crate) fn wrong_kind(node: &Node, wanted: &str) -> Problem {
    Problem::new(
        Code::WRONG_KIND,
        &node.at,
        format!("wanted {wanted}, found {}", node.what()),
    )
    .label(format!("this is {}", node.what()))
    .help(format!("write {wanted} here"))
}

impl Shape for Node {
    fn read(node: &Node, _: &mut Problems) -> Option<Self> {
        Some(node.clone())
    }

    fn schema() -> Json {
        json!({})
    }
}

impl Shape for Located<String> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = node.scalar();
        if text.is_none() {
            problems.push(wrong_kind(node, "text"));
        }
        Some(Located::new(text?, node.at.clone()))
    }

    fn schema() -> Json {
        json!({ "type": ["string", "number", "boolean"] })
    }
}

impl Shape for Located<u64> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let number = node.scalar().and_then(|text| text.parse().ok());
        if number.is_none() {
            problems.push(wrong_kind(node, "a whole number from 0"));
        }
        Some(Located::new(number?, node.at.clone()))
    }

    fn schema() -> Json {
        json!({ "type": "integer", "minimum": 0 })
    }
}

impl Shape for Located<bool> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if let Value::Bool(truth) = node.value {
            return Some(Located::new(truth, node.at.clone()));
        }
        problems.push(wrong_kind(node, "`true` or `false`"));
        None
    }

    fn schema() -> Json {
        json!({ "type": "boolean" })
    }
}

/// One thing or a list of them: `needs: unit` and `needs: [unit, types]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Shape> Shape for Many<T> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::List(items) => Some(Self(
                items
                    .iter()
                    .filter_map(|item| T::read(item, problems))
                    .collect(),
            )),
            _ => T::read(node, problems).map(|one| Self(vec![one])),
        }
    }

    fn schema() -> Json {
        json!({ "anyOf": [T::schema(), { "type": "array", "items": T::schema() }] })
    }
}

/// A mapping with free names.
impl<T: Shape> Shape for Vec<(Key, T)> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            if node.value == Value::Null {
                return Some(Vec::new());
            }
            problems.push(wrong_kind(node, "a mapping"));
            return None;
        };
        Some(
            entries
                .iter()
                .filter_map(|(key, node)| Some((key.clone(), T::read(node, problems)?)))
                .collect(),
        )
    }

    fn schema() -> Json {
        json!({ "type": "object", "additionalProperties": T::schema() })
    }
}

/// A sorted mapping of properties for a schema.
pub(crate) fn object(properties: BTreeMap<&str, Json>) -> Json {
    let properties: Map<String, Json> = properties
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// Adds a description to a schema.
pub(crate) fn describe(mut schema: Json, about: &str) -> Json {
    if let Json::Object(map) = &mut schema {
        map.insert(
            "description".to_owned(),
            Json::String(about.trim().to_owned()),
        );
    }
    schema
}
