//! Measured values and bounds as the ledger keeps them: with their unit, and exact for every reader of JSON.
//!
//! JSON numbers are doubles to many readers, and to RFC 8785. So decimals are text here, and whole numbers too where a
//! double does not hold them.

use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

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
        let map = Map::deserialize(from)?;
        read(&map).map(Exact).ok_or_else(|| {
            D::Error::custom(
                "wanted a measured value: `count`, `part` and `whole`, `seconds`, `bytes` or `number`",
            )
        })
    }
}

fn read(map: &Map<String, Value>) -> Option<Measure> {
    let mut entries = map.iter();
    let measure = match (entries.next()?, entries.next()) {
        ((unit, value), None) => match unit.as_str() {
            "count" => Measure::Count(read_whole(value)?),
            "bytes" => Measure::Size(read_whole(value)?),
            "seconds" => Measure::Duration(value.as_str()?.parse().ok()?),
            "number" => Measure::Number(value.as_str()?.parse().ok()?),
            _ => return None,
        },
        ((part, of), Some((whole, all))) if part == "part" && whole == "whole" => Measure::Share {
            part: read_whole(of)?,
            whole: read_whole(all)?,
        },
        _ => return None,
    };
    entries.next().is_none().then_some(measure)
}

fn whole(number: u64) -> Value {
    if number <= DOUBLE {
        json!(number)
    } else {
        json!(number.to_string())
    }
}

fn read_whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().filter(|number| *number <= DOUBLE),
        Value::String(text) => text.parse().ok().filter(|number| *number > DOUBLE),
        _ => None,
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
