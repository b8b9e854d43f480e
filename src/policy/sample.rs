//! Several observations of one value: their median, and how far they lie apart.
//!
//! The spread is 1.4826 times the median absolute deviation from the median: for values that scatter normally that is
//! their standard deviation, and one outlier does not move it (Rousseeuw and Croux, "Alternatives to the Median
//! Absolute Deviation", Journal of the American Statistical Association 88, 1993).

use rust_decimal::Decimal;

/// Makes the median absolute deviation comparable with a standard deviation: 1 / Φ⁻¹(3/4).
const SCALE: Decimal = Decimal::from_parts(14826, 0, 0, false, 4);

/// Median and spread; `None` of nothing, and where the numbers leave the range of decimals.
pub fn median_and_spread(values: &[Decimal]) -> Option<(Decimal, Decimal)> {
    let middle = median(values)?;
    let apart: Option<Vec<Decimal>> = values
        .iter()
        .map(|value| value.checked_sub(middle).map(|apart| apart.abs()))
        .collect();
    let spread = median(&apart?)?.checked_mul(SCALE)?;
    Some((middle.normalize(), spread.normalize()))
}

fn median(values: &[Decimal]) -> Option<Decimal> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let half = upper
        .checked_sub(sorted[middle - 1])?
        .checked_div(Decimal::TWO)?;
    sorted[middle - 1].checked_add(half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[&str]) -> Option<(String, String)> {
        let values: Vec<Decimal> = values
            .iter()
            .map(|text| text.parse().expect("number"))
            .collect();
        let (median, spread) = median_and_spread(&values)?;
        Some((median.to_string(), spread.to_string()))
    }

    #[test]
    fn median_and_spread_are_those_of_the_textbook() {
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["5"]), pair("5", "0"));
        assert_eq!(of(&["1", "4"]), pair("2.5", "2.2239"));
        // As Python's `statistics.median` has it, of the numbers and of their distances.
        assert_eq!(
            of(&["1", "1", "2", "2", "4", "6", "9"]),
            pair("2", "1.4826")
        );
        assert_eq!(of(&["-0.5", "0.5", "1000000"]), pair("0.5", "1.4826"));
    }

    #[test]
    fn numbers_out_of_range_give_nothing() {
        let most = Decimal::MAX.to_string();
        let least = Decimal::MIN.to_string();
        assert_eq!(of(&[&most, &least]), None);
    }

    proptest! {
        #[test]
        fn order_does_not_matter(mut values in prop::collection::vec(-1000_i64..1000, 1..12)) {
            let decimals = |list: &[i64]| list.iter().copied().map(Decimal::from).collect::<Vec<_>>();
            let before = median_and_spread(&decimals(&values));
            values.reverse();
            prop_assert_eq!(before, median_and_spread(&decimals(&values)));
            values.rotate_left(1);
            prop_assert_eq!(before, median_and_spread(&decimals(&values)));
        }
    }
}
