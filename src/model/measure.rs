//! A measured value with its unit. All arithmetic is exact: counts and decimals, never floats.

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A measured value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// So many things.
    Count(u64),
    /// A part of a whole; judged in percent, compared exactly. `whole` 0 has no percentage.
    Share {
        /// What counts.
        part: u64,
        /// All.
        whole: u64,
    },
    /// Seconds.
    Duration(Decimal),
    /// Bytes.
    Size(u64),
    /// A number without a unit that tollgate knows.
    Number(Decimal),
}

impl Measure {
    /// Seconds from a float that a clock or report gave, kept to the microsecond.
    pub fn seconds(seconds: f64) -> Self {
        Self::Duration(
            Decimal::try_from(seconds)
                .unwrap_or(Decimal::MAX)
                .round_dp(6)
                .normalize(),
        )
    }

    /// The value that a record of a run holds under this name, in the spelling of its JSON. Whole numbers are counts
    /// there, and in metrics numbers without a unit.
    pub fn of_json(name: &str, value: &serde_json::Value) -> Option<Self> {
        let decimal = |value: &serde_json::Value| match value {
            serde_json::Value::Number(number) => number.to_string().parse::<Decimal>().ok(),
            serde_json::Value::String(text) => text.parse().ok(),
            _ => None,
        };
        if let Some(map) = value.as_object() {
            let whole = |key: &str| map.get(key).and_then(serde_json::Value::as_u64);
            return match (whole("part"), whole("whole"), map.get("seconds")) {
                (Some(part), Some(whole), _) => Some(Self::Share { part, whole }),
                (_, _, Some(seconds)) => decimal(seconds).map(Self::Duration),
                _ => whole("bytes").map(Self::Size),
            };
        }
        match value.as_u64() {
            Some(count) if !name.contains(".metrics.") => Some(Self::Count(count)),
            _ => decimal(value).map(Self::Number),
        }
    }

    /// The number that a condition compares, in the unit of its bound: percent, seconds, bytes or as is.
    /// `None` for a share of nothing.
    pub fn number(&self) -> Option<Decimal> {
        match *self {
            Measure::Count(count) | Measure::Size(count) => Some(Decimal::from(count)),
            Measure::Share { whole: 0, .. } => None,
            Measure::Share { part, whole } => {
                (Decimal::from(part) * Decimal::ONE_HUNDRED).checked_div(Decimal::from(whole))
            }
            Measure::Duration(number) | Measure::Number(number) => Some(number),
        }
    }

    /// Which of two values of one unit is greater, exactly. `None` for different units and shares of nothing.
    pub fn compare(&self, other: &Measure) -> Option<Ordering> {
        match (*self, *other) {
            (Measure::Count(a), Measure::Count(b)) | (Measure::Size(a), Measure::Size(b)) => {
                Some(a.cmp(&b))
            }
            (Measure::Share { whole: 0, .. }, _) | (_, Measure::Share { whole: 0, .. }) => None,
            (
                Measure::Share {
                    part: a,
                    whole: of_a,
                },
                Measure::Share {
                    part: b,
                    whole: of_b,
                },
            ) => Some((u128::from(a) * u128::from(of_b)).cmp(&(u128::from(b) * u128::from(of_a)))),
            (Measure::Duration(a), Measure::Duration(b))
            | (Measure::Number(a), Measure::Number(b)) => Some(a.cmp(&b)),
            _ => None,
        }
    }

    /// The value for people, never rounded across `bound`: 84.996 % beside a bound of 85 % reads `84.996%`.
    pub fn beside(&self, bound: Option<Decimal>) -> String {
        match (self, self.number()) {
            (Measure::Share { .. }, None) => "0 of 0".to_owned(),
            (Measure::Share { .. }, Some(number)) => format!("{}%", shortest(number, bound, 2)),
            (Measure::Duration(_), Some(number)) => seconds_text(number, bound),
            (Measure::Size(bytes), _) => size_beside(Decimal::from(*bytes), bound),
            (_, number) => number.unwrap_or_default().normalize().to_string(),
        }
    }

    /// Another number in the unit of this value, for people; kept on its side of `beside` as a value is.
    pub fn another(&self, number: Decimal, beside: Option<Decimal>) -> String {
        match self {
            Measure::Share { .. } => format!("{}%", shortest(number, beside, 2)),
            Measure::Duration(_) => seconds_text(number, beside),
            Measure::Size(_) => size_beside(number, beside),
            Measure::Count(_) | Measure::Number(_) => shortest(number, beside, 4).to_string(),
        }
    }

    /// The number with as few digits as keep it on its side of the bound.
    pub fn rounded(&self, digits: u32, bound: Option<Decimal>) -> String {
        shortest(self.number().unwrap_or_default(), bound, digits).to_string()
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.beside(None))
    }
}

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Measure::Count(count) => to.serialize_u64(*count),
            Measure::Number(number) => decimal(*number).serialize(to),
            Measure::Share { part, whole } => {
                let mut map = to.serialize_map(Some(3))?;
                map.serialize_entry("part", part)?;
                map.serialize_entry("whole", whole)?;
                map.serialize_entry("percent", &self.number().map(|n| decimal(n.round_dp(6))))?;
                map.end()
            }
            Measure::Duration(number) => {
                let mut map = to.serialize_map(Some(1))?;
                map.serialize_entry("seconds", &decimal(*number))?;
                map.end()
            }
            Measure::Size(bytes) => {
                let mut map = to.serialize_map(Some(1))?;
                map.serialize_entry("bytes", bytes)?;
                map.end()
            }
        }
    }
}

/// A decimal as a JSON number.
fn decimal(number: Decimal) -> serde_json::Value {
    let text = number.normalize().to_string();
    serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text))
}

/// As few digits (from `least`) as keep the number on its side of the bound, trailing zeros dropped.
fn shortest(number: Decimal, bound: Option<Decimal>, least: u32) -> Decimal {
    let side = |n: Decimal| bound.map(|b| n.cmp(&b));
    for digits in least..=20 {
        let short = number.round_dp(digits);
        if side(short) == side(number) {
            return short.normalize();
        }
    }
    number.normalize()
}

fn seconds_text(number: Decimal, bound: Option<Decimal>) -> String {
    let minute = Decimal::from(60);
    if number < Decimal::ONE {
        format!(
            "{} ms",
            shortest(
                number * Decimal::from(1000),
                bound.map(|b| b * Decimal::from(1000)),
                0
            )
        )
    } else if number < minute {
        format!("{} s", shortest(number, bound, 2))
    } else {
        let whole = number.floor();
        let minutes = (whole / minute).floor();
        let hours = (minutes / minute).floor();
        let seconds = whole - minutes * minute;
        if hours.is_zero() {
            format!("{minutes} min {seconds} s")
        } else {
            format!("{hours} h {} min", minutes - hours * minute)
        }
    }
}

/// In bytes where the short form reads as that of the bound.
fn size_beside(bytes: Decimal, bound: Option<Decimal>) -> String {
    let short = |bytes: Decimal| u64::try_from(bytes.floor()).ok().map(size_text);
    let text = short(bytes).unwrap_or_else(|| format!("{} B", shortest(bytes, bound, 2)));
    let same = bound.is_some_and(|bound| bound != bytes && short(bound).as_ref() == Some(&text));
    if same {
        format!("{} B", shortest(bytes, bound, 2))
    } else {
        text
    }
}

fn size_text(bytes: u64) -> String {
    let exact = |unit: u64| {
        (Decimal::from(bytes) / Decimal::from(unit))
            .round_dp(1)
            .normalize()
    };
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", exact(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", exact(1_000_000)),
        _ => format!("{} GB", exact(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_is_never_rounded_across_its_bound() {
        let share = Measure::Share {
            part: 84_996,
            whole: 100_000,
        };
        assert_eq!(share.beside(Some(Decimal::from(85))), "84.996%");
        assert_eq!(share.beside(None), "85%");
        assert_eq!(
            Measure::Share {
                part: 199_999,
                whole: 200_000
            }
            .beside(Some(Decimal::ONE_HUNDRED)),
            "99.9995%"
        );
    }

    #[test]
    fn share_of_nothing_has_no_number() {
        assert_eq!(Measure::Share { part: 0, whole: 0 }.number(), None);
        assert_eq!(Measure::Share { part: 0, whole: 0 }.to_string(), "0 of 0");
    }

    #[test]
    fn durations_read_like_people_say_them() {
        assert_eq!(Measure::seconds(0.0123).to_string(), "12 ms");
        assert_eq!(Measure::seconds(3.256_78).to_string(), "3.26 s");
        assert_eq!(Measure::seconds(125.0).to_string(), "2 min 5 s");
        assert_eq!(Measure::seconds(7_260.0).to_string(), "2 h 1 min");
    }
}
