//! A parsed document as a tree in which every key, scalar and list item still knows its place.
//!
//! It is the seam between the YAML crate (named in `config/yaml.rs` only) and the readers above: they
//! see nodes, never a parser. Numbers keep the author's own spelling, so `80.10` stays a decimal.

use super::At;

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it is used. For an alias or a merged key this is where it was *defined*.
    pub at: At,
    /// What it is.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~`, or nothing after the colon.
    Null,
    /// `true` or `false`, nothing else.
    Bool(bool),
    /// A number in the author's own spelling.
    Number(String),
    /// Text, quoted or plain.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order written.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Where it is written.
    pub at: At,
    /// The key itself.
    pub name: String,
}

impl Node {
    /// The entry of a mapping, if this is one and has it.
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries
                .iter()
                .find(|(key, _)| key.name == name)
                .map(|(_, node)| node),
            _ => None,
        }
    }

    /// What this is, for a message: "a list", "text" and so on.
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The scalar as written: text, number or truth value.
    pub fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }
}
