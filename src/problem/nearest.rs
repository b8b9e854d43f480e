//! The nearest right spelling of a wrong name.

/// The candidate that is closest to `wrong`, if one is close enough to be meant.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong_plain = plain(wrong);
    candidates
        .into_iter()
        .map(|candidate| (distance(&wrong_plain, &plain(candidate)), candidate))
        .filter(|(far, candidate)| {
            *far <= 1 + candidate.chars().count().min(wrong.chars().count()) / 4
        })
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

/// Case and the choice of `-`, `_` or nothing are the commonest slips: they cost nothing.
fn plain(name: &str) -> Vec<char> {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .take(64)
        .collect()
}

/// Edits (insert, delete, replace, swap of neighbours) between two names.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before_last[j - 2] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_find_their_key() {
        let keys = ["reports", "format", "expect", "pass-rate", "needs"];
        assert_eq!(nearest("report", keys), Some("reports"));
        assert_eq!(nearest("pass_rate", keys), Some("pass-rate"));
        assert_eq!(nearest("ened", ["need"]), Some("need"));
        assert_eq!(nearest("nedes", keys), Some("needs"));
        assert_eq!(nearest("zebra", keys), None);
    }
}
