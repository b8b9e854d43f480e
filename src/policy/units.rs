//! Units of conditions, and how durations, sizes and dates are written.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::problem::{Code, Problem, Problems, Shape, wrong_kind};
use crate::source::{Located, Node};

/// What a condition counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Whole things.
    Count,
    /// Percent of a whole.
    Share,
    /// Seconds.
    Duration,
    /// Bytes.
    Size,
    /// A number whose unit the report knows.
    Number,
}

impl Unit {
    /// How a right value looks, for messages.
    pub fn example(self) -> &'static str {
        match self {
            Unit::Count => "a count such as `0` or `\"<=5\"`",
            Unit::Share => "a share with its % such as `\">=85%\"`",
            Unit::Duration => "a duration such as `\"<2s\"` or `\"<=1m 30s\"`",
            Unit::Size => "a size such as `\"<=10MB\"` or `\"<4MiB\"`",
            Unit::Number => "a number such as `\"<2000\"` or `\">=0.9\"`",
        }
    }

    /// Reads a bound in this unit: percent, seconds, bytes or the plain number.
    pub fn parse(self, text: &str) -> Option<Decimal> {
        let text = text.trim();
        match self {
            Unit::Count => text.parse::<u64>().ok().map(Decimal::from),
            Unit::Share => number(text.strip_suffix('%')?.trim_end()),
            Unit::Duration => parse_duration(text)
                .map(|d| Decimal::from(d.as_nanos()) / Decimal::from(1_000_000_000)),
            Unit::Size => parse_size(text),
            Unit::Number => number(text),
        }
    }
}

/// A plain decimal: digits, at most one point, an optional minus; no exponent, no separators.
fn number(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit());
    (plain && digits.chars().all(|c| c.is_ascii_digit() || c == '.')).then(|| text.parse().ok())?
}

/// A duration such as `90s`, `1h 30m`, `500ms` or `7d`: a day has 24 hours, a week seven days. Not negative.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    // The form of ISO 8601 says the same in letters that nobody reads.
    if text.contains(['P', 'p']) {
        return None;
    }
    let exact = text.parse::<jiff::SignedDuration>().ok();
    let length = exact.or_else(|| {
        let span: jiff::Span = text.parse().ok()?;
        let fixed = span.get_years() == 0 && span.get_months() == 0;
        let days = jiff::SpanRelativeTo::days_are_24_hours();
        fixed.then(|| span.to_duration(days).ok())?
    })?;
    Duration::try_from(length).ok()
}

fn parse_size(text: &str) -> Option<Decimal> {
    let split = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (amount, unit) = text.split_at(split);
    let factor: u64 = match unit {
        "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number(amount.trim_end())?
        .checked_mul(Decimal::from(factor))
        .filter(|bytes| !bytes.is_sign_negative())
}

/// A length of time in the file: `timeout: 15m`.
pub type Span = Located<Duration>;

impl Shape for Span {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = node.scalar();
        let span = text
            .as_deref()
            .and_then(parse_duration)
            .filter(|span| !span.is_zero());
        if span.is_none() {
            problems.push(match text {
                Some(text) => Problem::new(
                    Code::UNIT,
                    &node.at,
                    format!("`{text}` is not a length of time"),
                )
                .label("wanted a duration with its unit")
                .help("write it as `90s`, `1h 30m` or `7d`"),
                None => wrong_kind(node, "a duration such as `15m`"),
            });
        }
        Some(Located::new(span?, node.at.clone()))
    }

    fn schema() -> Json {
        json!({ "type": "string", "examples": ["90s", "15m", "1h 30m", "7d"] })
    }
}

/// A number of whole days in the file: `longest: 90d`, `2w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days(pub u32);

/// Whole days from `30d` or `4w`.
fn parse_days(text: &str) -> Option<u32> {
    let (number, factor) = match text.trim().strip_suffix('w') {
        Some(weeks) => (weeks, 7),
        None => (text.trim().strip_suffix('d')?, 1),
    };
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    // Ten thousand years end before this many days do.
    let most = 3_000_000;
    plain
        .then(|| number.parse::<u32>().ok()?.checked_mul(factor))
        .flatten()
        .filter(|days| *days <= most)
}

impl std::str::FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse_days(text)
            .map(Days)
            .ok_or_else(|| format!("`{text}` is no number of days: write it as `30d` or `4w`"))
    }
}

impl Shape for Located<Days> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = node.scalar();
        let days = text.as_deref().and_then(parse_days);
        if days.is_none() {
            let found = text.map_or_else(|| node.what().to_owned(), |text| format!("`{text}`"));
            problems.push(
                Problem::new(
                    Code::UNIT,
                    &node.at,
                    format!("wanted a number of days, found {found}"),
                )
                .label("wanted days with their unit")
                .help("write it as `30d` or `4w`"),
            );
        }
        Some(Located::new(Days(days?), node.at.clone()))
    }

    fn schema() -> Json {
        json!({ "type": "string", "pattern": "^[0-9]+[dw]$", "examples": ["90d", "2w"] })
    }
}

/// A day in the file: `until: 2026-12-31`.
pub type Date = Located<jiff::civil::Date>;

impl Shape for Date {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let date = node
            .scalar()
            .filter(|text| text.len() == 10)
            .and_then(|text| text.parse().ok());
        if date.is_none() {
            let found = node
                .scalar()
                .map_or_else(|| node.what().to_owned(), |text| format!("`{text}`"));
            problems.push(
                Problem::new(
                    Code::DATE,
                    &node.at,
                    format!("wanted a date, found {found}"),
                )
                .label("not a date")
                .help("write it as year-month-day, such as `2026-12-31`"),
            );
        }
        Some(Located::new(date?, node.at.clone()))
    }

    fn schema() -> Json {
        json!({ "type": "string", "format": "date" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_know_days_and_no_calendar() {
        let hours = |text| parse_duration(text).map(|length| length.as_secs() / 3600);
        assert_eq!(
            [hours("7d"), hours("2w"), hours("1d 12h"), hours("36h")],
            [Some(168), Some(336), Some(36), Some(36)]
        );
        assert_eq!(parse_duration("1.5s"), Some(Duration::from_millis(1500)));
        for wrong in ["", "7", "1mo", "1 year", "-1d", "P7D", "d"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn days_have_their_unit() {
        for (text, wanted) in [
            ("90d", Some(90)),
            ("2w", Some(14)),
            ("0d", Some(0)),
            ("90", None),
            ("d", None),
            ("-1d", None),
            ("1.5d", None),
            ("99999999999d", None),
            ("4000000000w", None),
        ] {
            assert_eq!(parse_days(text), wanted, "{text}");
        }
    }

    #[test]
    fn each_unit_reads_its_own_spelling_only() {
        assert_eq!(Unit::Share.parse("80.10%"), "80.10".parse().ok());
        assert_eq!(Unit::Share.parse("80"), None);
        assert_eq!(Unit::Count.parse("5"), Some(Decimal::from(5)));
        assert_eq!(Unit::Count.parse("5%"), None);
        assert_eq!(Unit::Count.parse("-1"), None);
        assert_eq!(Unit::Duration.parse("1m 30s"), Some(Decimal::from(90)));
        assert_eq!(Unit::Duration.parse("500ms"), "0.5".parse().ok());
        assert_eq!(Unit::Duration.parse("5"), None);
        assert_eq!(Unit::Size.parse("4MiB"), Some(Decimal::from(4 << 20)));
        assert_eq!(Unit::Size.parse("1.5MB"), Some(Decimal::from(1_500_000)));
        assert_eq!(Unit::Size.parse("4"), None);
        assert_eq!(Unit::Number.parse("-0.25"), "-0.25".parse().ok());
        assert_eq!(Unit::Number.parse("1e9"), None);
    }
}
