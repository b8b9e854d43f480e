//! Counts: as tools write them, and in words.

/// A count, and whether it was an odd one that had to be bent: negative ones (an overflow in gcov) are 0,
/// too large ones the largest. `None` where this is no number.
pub(super) fn hits(text: &str) -> Option<(u64, bool)> {
    let text = text.trim();
    if let Ok(count) = text.parse() {
        return Some((count, false));
    }
    let number: f64 = text.parse().ok()?;
    if number.is_nan() {
        return None;
    }
    // The cast saturates, and what is above zero stays above zero.
    let count = if number > 0.0 {
        (number as u64).max(1)
    } else {
        0
    };
    Some((count, number < 0.0 || number >= u64::MAX as f64))
}

/// A total that some tools write as `12.0`.
pub(super) fn total(text: &str) -> Option<u64> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number >= 0.0 && number.fract() == 0.0 && number < 1e15).then_some(number as u64)
    })
}

/// `1 test`, `2 tests`.
pub(super) fn of(number: u64, one: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{number} {one}{many}")
}

/// The number that a text begins with, and what follows it. At most 18 digits, which always fit.
pub(super) fn digits(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    let mut at = 0;
    while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
        number = number * 10 + u64::from(digit - b'0');
        at += 1;
        if at > 18 {
            return None;
        }
    }
    (at > 0).then(|| (number, &bytes[at..]))
}

#[cfg(test)]
mod tests {
    use super::{hits, total};

    #[test]
    fn counts_are_plain_scientific_or_bent() {
        assert_eq!(hits("7"), Some((7, false)));
        assert_eq!(hits("1e3"), Some((1000, false)));
        assert_eq!(hits("0.5"), Some((1, false)));
        assert_eq!(hits("-3"), Some((0, true)));
        assert_eq!(hits("18446744073709551616"), Some((u64::MAX, true)));
        assert_eq!(hits("x"), None);
        assert_eq!(hits("NaN"), None);
        assert_eq!(hits(""), None);
    }

    #[test]
    fn totals_may_be_written_as_floats() {
        assert_eq!(total("1.0"), Some(1));
        assert_eq!(total("NaN"), None);
        assert_eq!(total("-1"), None);
    }
}
