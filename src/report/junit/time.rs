//! Times as test runners write them.
//!
//! Accepts plain and scientific numbers and thousands commas; refuses what cannot be told apart from an error
//! (negative, infinite, decimal commas, clock times).

/// Seconds, or `None` where this is no usable number.
pub(super) fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let seconds: f64 = match text.parse() {
        Ok(seconds) => seconds,
        Err(_) if in_thousands(text) => text.replace(',', "").parse().ok()?,
        Err(_) => return None,
    };
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}

/// Whether commas part a number into groups of three: `1,234.5`, but not `0,123` or `1.234,5`.
pub(super) fn in_thousands(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    (1..=3).contains(&first.len())
        && digits(first)
        && digits(fraction)
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3 && digits(group))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn numbers_of_real_runners_are_read() {
        for (text, seconds) in [
            ("0.017", 0.017),
            ("1,234.5", 1234.5),
            ("1,234,567", 1_234_567.0),
            (" 2 ", 2.0),
            ("1.5e-3", 0.0015),
            ("0", 0.0),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_of_seconds_is_not_guessed() {
        for text in [
            "", "-1", "NaN", "Infinity", "inf", "1.234,5", "0:00:03", "3s", "12,34", "0,123", ",5",
            "1e999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
