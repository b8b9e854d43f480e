//! Exact decimals from text, as metrics formats write them.

use rust_decimal::Decimal;

use crate::model::Unread;

/// Places that an exponent may move the point by: more is beyond what a [`Decimal`] holds, whatever is written.
const FAR: i64 = 10_000;

/// The number that a text is; `None` when it is none or beyond what a [`Decimal`] holds.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    number(text)?.ok()
}

/// The number that a text is, or why it cannot be held; `None` when it is none.
pub(super) fn number(text: &str) -> Option<Result<Decimal, Unread>> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    if !plain || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent),
        None => (text, "0"),
    };
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{part}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let zero = all.bytes().all(|byte| byte == b'0');
    let power = exponent.strip_prefix('+').unwrap_or(exponent);
    let unsigned = power.strip_prefix('-').unwrap_or(power);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if zero && exponent != "0" {
        return Some(Ok(Decimal::ZERO));
    }
    // An exponent of more digits than fit is as far away as any.
    let power = power
        .parse::<i64>()
        .unwrap_or(match power.starts_with('-') {
            true => -FAR,
            false => FAR,
        });
    if power == 0 {
        return Some(held(&format!("{sign}{digits}"), zero));
    }
    let point = i64::try_from(whole.len()).unwrap_or(FAR) + power;
    Some(match point {
        ..=0 if -point >= FAR => Err(Unread::TooSmall),
        ..=0 => {
            let zeros = "0".repeat(usize::try_from(-point).unwrap_or_default());
            held(&format!("{sign}0.{zeros}{all}"), false)
        }
        _ if point >= FAR => Err(Unread::TooLarge),
        _ => {
            let point = usize::try_from(point).unwrap_or_default();
            let padded = format!("{all:0<point$}");
            let (whole, part) = padded.split_at(point);
            let dot = if part.is_empty() { "" } else { "." };
            held(&format!("{sign}{whole}{dot}{part}"), false)
        }
    })
}

/// A number without an exponent. Tools write up to 17 significant digits; what is longer is rounded in its 28th, but
/// never to zero: that would be another number.
fn held(plain: &str, zero: bool) -> Result<Decimal, Unread> {
    match plain.parse::<Decimal>() {
        Ok(value) if value.is_zero() && !zero => Err(Unread::TooSmall),
        Ok(value) => Ok(value),
        Err(_) => Err(Unread::TooLarge),
    }
}

#[cfg(test)]
mod tests {
    use super::{decimal, number};
    use crate::model::Unread;

    #[test]
    fn numbers_are_exact() {
        let read = |text| decimal(text).map(|number| number.to_string());
        assert_eq!(read("0.1").as_deref(), Some("0.1"));
        assert_eq!(read(" +1.50 ").as_deref(), Some("1.50"));
        assert_eq!(read("-2.5e-3").as_deref(), Some("-0.0025"));
        assert_eq!(read("1e3").as_deref(), Some("1000"));
        for none in [
            "", "-", "NaN", "+Inf", "1,5", "1_000", "5%", "1e99", "0x10", "e5", "1e",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn number_beyond_a_decimal_is_too_large_or_too_small_and_never_zero() {
        let why = |text| number(text).and_then(Result::err);
        for small in [
            "1e-400",
            "-1e-30",
            "0.00000000000000000000000000000000000001",
            "1e-99999999999999999999",
            "123e-40",
        ] {
            assert_eq!(why(small), Some(Unread::TooSmall), "{small}");
        }
        let long = "9".repeat(40);
        for large in ["1e999", "-1e60", "1e99999999999999999999", long.as_str()] {
            assert_eq!(why(large), Some(Unread::TooLarge), "{large}");
        }
        for (text, value) in [
            ("0e999", "0"),
            ("-0.0e-999", "0"),
            ("12.5e-2", "0.125"),
            ("0.00125e5", "125"),
            ("-1.5E+3", "-1500"),
            ("1e-28", "0.0000000000000000000000000001"),
            ("2000.0000000000000001e0", "2000.0000000000000001"),
        ] {
            assert_eq!(decimal(text), value.parse().ok(), "{text}");
        }
        for none in ["--1", "1-2", "1e2e3", "1e5.5", "1.2.3", ".", "e", "-"] {
            assert_eq!(number(none), None, "{none}");
        }
    }
}
