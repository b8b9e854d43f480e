//! What of a report is wanted: which tests, and whether every item is to be kept. Says nothing of what is right.

use std::collections::BTreeSet;

use regex::RegexSet;

/// What of a report is wanted.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Only tests whose id one of these matches count; `*` stands for anything. Empty means all.
    pub include: Vec<String>,
    /// Tests whose id one of these matches do not count.
    pub exclude: Vec<String>,
    /// Every test is listed and every finding kept: memory grows with them then, and only then.
    pub whole: bool,
}

/// A choice that can be asked.
#[derive(Debug, Default)]
pub(super) struct Chooser {
    include: Option<(RegexSet, Vec<String>)>,
    exclude: Option<RegexSet>,
}

impl Chooser {
    pub(super) fn new(choice: &Choice) -> Self {
        let set = |patterns: &[String]| {
            let texts = patterns.iter().map(|pattern| expression(pattern));
            (!patterns.is_empty())
                .then(|| RegexSet::new(texts).ok())
                .flatten()
        };
        Self {
            include: set(&choice.include).map(|set| (set, choice.include.clone())),
            exclude: set(&choice.exclude),
        }
    }

    /// Whether every test counts.
    pub(super) fn takes_all(&self) -> bool {
        self.include.is_none() && self.exclude.is_none()
    }

    /// Whether a test of that id counts. Notes the patterns that match it.
    pub(super) fn takes(&self, id: &str, matched: &mut BTreeSet<String>) -> bool {
        if let Some((set, patterns)) = &self.include {
            if !set.is_match(id) {
                return false;
            }
            if matched.len() < patterns.len() {
                let which = set.matches(id);
                let new = which.iter().map(|at| &patterns[at]);
                let new: Vec<_> = new.filter(|pattern| !matched.contains(*pattern)).collect();
                matched.extend(new.into_iter().cloned());
            }
        }
        !self.exclude.as_ref().is_some_and(|set| set.is_match(id))
    }
}

fn expression(pattern: &str) -> String {
    let parts: Vec<String> = pattern.split('*').map(regex::escape).collect();
    format!("^(?s:{})$", parts.join(".*"))
}

/// Whether a pattern, in which `*` stands for anything, matches a test's id.
pub fn selects(pattern: &str, id: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = id.strip_prefix(first) else {
        return false;
    };
    let mut middle: Vec<&str> = parts.collect();
    let Some(last) = middle.pop() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pattern_must_match_the_whole_id() {
        assert!(selects("auth::*", "auth::login"));
        assert!(!selects("auth::*", "x auth::login"));
        assert!(selects("a*b*c", "a-b-b-c"));
        assert!(!selects("a*a", "a"));
        assert!(selects("x", "x") && !selects("x", "xy"));
    }

    proptest! {
        #[test]
        fn both_ways_of_matching_agree(pattern in "[ab*]{0,6}", id in "[ab\n]{0,8}") {
            let choice = Choice { include: vec![pattern.clone()], ..Choice::default() };
            let taken = Chooser::new(&choice).takes(&id, &mut BTreeSet::new());
            prop_assert_eq!(selects(&pattern, &id), taken);
        }
    }
}
