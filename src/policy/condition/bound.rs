//! Conditions in the options of gates: a type says which unit a key counts in.

use std::marker::PhantomData;

use serde_json::{Value as Json, json};

use super::Condition;
use crate::policy::Unit;
use crate::problem::{Problems, Shape};
use crate::source::Node;

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
