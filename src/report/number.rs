//! Exact decimals from text, as metrics formats write them.

use rust_decimal::Decimal;

/// The number that a text is, exactly; `None` when it is none or has more digits than a [`Decimal`] holds.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    if !plain || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if text.contains(['e', 'E']) {
        return Decimal::from_scientific(text).ok();
    }
    // Tools write up to 17 significant digits; what is longer is rounded in its 28th.
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::decimal;

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
}
