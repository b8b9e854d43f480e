//! Finds ids in the names of tests: whole words only, as written or as part of a name in code.

use std::collections::BTreeSet;

/// Finds ids in names, the longest that fits at a place.
pub(super) struct Finder {
    exact: aho_corasick::AhoCorasick,
    in_code: aho_corasick::AhoCorasick,
}

impl Finder {
    /// For these ids; none can be found without one.
    pub fn new(ids: &[String]) -> Option<Self> {
        let build = |ids: &[String], any_case: bool| {
            aho_corasick::AhoCorasick::builder()
                .match_kind(aho_corasick::MatchKind::LeftmostLongest)
                .ascii_case_insensitive(any_case)
                .build(ids)
                .ok()
        };
        let code = |id: &String| {
            let word = |c: char| if c.is_alphanumeric() { c } else { '_' };
            id.chars().map(word).collect::<String>()
        };
        let codes: Vec<String> = ids.iter().map(code).collect();
        Some(Self {
            exact: build(ids, false)?,
            in_code: build(&codes, true)?,
        })
    }

    /// The ids that a name carries, by index.
    pub fn carried(&self, name: &str) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for automaton in [&self.exact, &self.in_code] {
            let mut from = 0;
            while from < name.len() {
                let input = aho_corasick::Input::new(name).span(from..name.len());
                let Some(hit) = automaton.find(input) else {
                    break;
                };
                if is_whole(name, hit.start(), hit.end()) {
                    found.insert(hit.pattern().as_usize());
                    from = hit.end();
                } else {
                    // Part of another word: a shorter id may begin within it, none begins before.
                    let step = name[hit.start()..].chars().next().map_or(1, char::len_utf8);
                    from = hit.start() + step;
                }
            }
        }
        found
    }
}

/// Whether what stands there is no part of a longer word or number: `AP-1` in `AP-12`, `AP-1.2`, `SNAP-1`.
fn is_whole(name: &str, start: usize, end: usize) -> bool {
    let before = name[..start].chars().next_back();
    let mut after = name[end..].chars();
    let next = after.next();
    let longer =
        matches!(next, Some('-' | '.')) && after.next().is_some_and(|c| c.is_ascii_digit());
    !before.is_some_and(char::is_alphanumeric)
        && !next.is_some_and(char::is_alphanumeric)
        && !longer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_only() {
        let ids: Vec<String> = ["AP-1", "AP-12", "REQ-1.2", "REQ-1"]
            .map(str::to_owned)
            .to_vec();
        let finder = Finder::new(&ids).unwrap();
        let carried = |name: &str| -> Vec<&str> {
            finder
                .carried(name)
                .into_iter()
                .map(|index| ids[index].as_str())
                .collect()
        };
        for (name, wanted) in [
            ("AP-1", vec!["AP-1"]),
            ("[AP-1] and (AP-12)", vec!["AP-1", "AP-12"]),
            ("test_ap_1_works", vec!["AP-1"]),
            ("ap_12", vec!["AP-12"]),
            ("REQ-1.2 x", vec!["REQ-1.2"]),
            ("REQ-1: x", vec!["REQ-1"]),
            ("REQ-1.", vec!["REQ-1"]),
            ("AP-123", vec![]),
            ("SNAP-1", vec![]),
            ("AP-1a", vec![]),
            ("AP-1.5", vec![]),
            ("ap-1", vec![]),
            ("ap 1", vec![]),
            ("é AP-1é", vec![]),
        ] {
            assert_eq!(carried(name), wanted, "{name}");
        }
    }
}
