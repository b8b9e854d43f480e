//! Measured values and bounds as the ledger keeps them: with their unit, and exact for every reader of JSON.
//!
//! JSON numbers are doubles to many readers, and to RFC 8785. So decimals are text here, and whole numbers too where a
//! double does not hold them.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::Measure;

/// The largest whole number up to which a double holds all.
const DOUBLE: u64 = 1 << 53;

/// A measured value, spelt with its unit: `{"count":38}`, `{"part":2,"whole":3}`, `{"seconds":"1.25"}`,
/// `{"bytes":10}`, `{"number":"0.9"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact(pub Measure);

/// A bound put to a value, so that anybody can put it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Asked {
    /// What passes, as written: `>=85%`.
    pub is: String,
    /// What fails, where a band lies between.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fail: Option<String>,
    /// How far beyond the bound still passes, in its unit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tolerance: Option<String>,
    /// It bounds how far the value fell below the baseline, not the value.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub drop: bool,
    /// What was measured; `None` where nothing could be.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<Exact>,
    /// The accepted value, where the bound is a step from it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub baseline: Option<Exact>,
    /// How far the samples lie apart, a decimal in the unit of the value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub spread: Option<String>,
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        match self.0 {
            Measure::Count(count) => map.serialize_entry("count", &whole(count))?,
            Measure::Share { part, whole: all } => {
                map.serialize_entry("part", &whole(part))?;
                map.serialize_entry("whole", &whole(all))?;
            }
            Measure::Duration(number) => map.serialize_entry("seconds", &text(number))?,
            Measure::Size(bytes) => map.serialize_entry("bytes", &whole(bytes))?,
            Measure::Number(number) => map.serialize_entry("number", &text(number))?,
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Reader)
    }
}

/// A key of a measured value.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Count,
    Part,
    Whole,
    Seconds,
    Bytes,
    Number,
}

/// Reads a value without building a map of it: a ledger holds many thousands.
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Exact;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(
            "a measured value: `count`, `part` and `whole`, `seconds`, `bytes` or `number`",
        )
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Exact, A::Error> {
        let wanted = || {
            A::Error::custom(
                "wanted a measured value: `count`, `part` and `whole`, `seconds`, `bytes` or `number`",
            )
        };
        let first: Option<(Key, Written)> = map.next_entry()?;
        let second: Option<(Key, Written)> = map.next_entry()?;
        let more: Option<(Key, Written)> = map.next_entry()?;
        let measure = match (first, second, more) {
            (Some((Key::Count, value)), None, _) => value.whole().map(Measure::Count),
            (Some((Key::Bytes, value)), None, _) => value.whole().map(Measure::Size),
            (Some((Key::Seconds, value)), None, _) => value.decimal().map(Measure::Duration),
            (Some((Key::Number, value)), None, _) => value.decimal().map(Measure::Number),
            (Some((Key::Part, part)), Some((Key::Whole, whole)), None) => {
                let pair = part.whole().zip(whole.whole());
                pair.map(|(part, whole)| Measure::Share { part, whole })
            }
            _ => None,
        };
        measure.map(Exact).ok_or_else(wanted)
    }
}

/// A number as it is written: plain, or as text.
enum Written {
    Plain(u64),
    Text(String),
}

impl Written {
    fn whole(&self) -> Option<u64> {
        match self {
            Written::Plain(number) => Some(*number).filter(|number| *number <= DOUBLE),
            Written::Text(text) => text.parse().ok().filter(|number| *number > DOUBLE),
        }
    }

    fn decimal(&self) -> Option<Decimal> {
        match self {
            Written::Plain(_) => None,
            Written::Text(text) => text.parse().ok(),
        }
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Written;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a whole number, or a number as text")
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Written, E> {
                Ok(Written::Plain(number))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Written, E> {
                Ok(Written::Text(text.to_owned()))
            }
        }
        from.deserialize_any(Number)
    }
}

fn whole(number: u64) -> Value {
    if number <= DOUBLE {
        json!(number)
    } else {
        json!(number.to_string())
    }
}

fn text(number: Decimal) -> String {
    number.normalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_exactly_as_they_went() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        for (measure, wanted) in [
            (Measure::Count(38), r#"{"count":38}"#),
            (
                Measure::Count(u64::MAX),
                r#"{"count":"18446744073709551615"}"#,
            ),
            (
                Measure::Share { part: 2, whole: 3 },
                r#"{"part":2,"whole":3}"#,
            ),
            (
                Measure::Duration(decimal("1.2500")),
                r#"{"seconds":"1.25"}"#,
            ),
            (Measure::Size(10), r#"{"bytes":10}"#),
            (
                Measure::Number(decimal("0.1234567890123456789012345678")),
                r#"{"number":"0.1234567890123456789012345678"}"#,
            ),
        ] {
            let json = serde_json::to_string(&Exact(measure)).unwrap();
            assert_eq!(json, wanted);
            assert_eq!(serde_json::from_str::<Exact>(&json).unwrap().0, measure);
        }
    }

    #[test]
    fn what_is_no_measured_value_is_refused() {
        for json in [
            "{}",
            r#"{"count":-1}"#,
            r#"{"count":1,"bytes":1}"#,
            r#"{"metres":1}"#,
            r#"{"number":0.9}"#,
            r#"{"part":1}"#,
            r#"{"part":1,"whole":2,"x":3}"#,
            "3",
        ] {
            assert!(serde_json::from_str::<Exact>(json).is_err(), "{json}");
        }
    }
}
