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
    include: Patterns,
    exclude: Patterns,
}

impl Chooser {
    pub(super) fn new(choice: &Choice) -> Self {
        Self {
            include: Patterns::new(&choice.include),
            exclude: Patterns::new(&choice.exclude),
        }
    }

    /// Whether every test counts.
    pub(super) fn takes_all(&self) -> bool {
        self.include.texts.is_empty() && self.exclude.texts.is_empty()
    }

    /// Whether a test of that id counts. Notes the patterns that match it.
    pub(super) fn takes(&self, id: &str, matched: &mut BTreeSet<String>) -> bool {
        let wanted = self.include.texts.is_empty() || self.include.any(id);
        if wanted && matched.len() < self.include.texts.len() {
            self.include.note(id, matched);
        }
        wanted && !self.exclude.any(id)
    }
}

/// Patterns, all compared at once where they are few enough for that.
#[derive(Debug, Default)]
struct Patterns {
    texts: Vec<String>,
    set: Option<RegexSet>,
}

impl Patterns {
    fn new(texts: &[String]) -> Self {
        // Thousands of names exceed what one expression may hold: then each is compared on its own.
        let set = RegexSet::new(texts.iter().map(|text| expression(text)));
        Self {
            texts: texts.to_vec(),
            set: set.ok(),
        }
    }

    fn any(&self, id: &str) -> bool {
        match &self.set {
            Some(set) => set.is_match(id),
            None => self.texts.iter().any(|text| selects(text, id)),
        }
    }

    fn note(&self, id: &str, matched: &mut BTreeSet<String>) {
        let fits = |text: &&String| !matched.contains(*text) && selects(text, id);
        let new: Vec<String> = self.texts.iter().filter(fits).cloned().collect();
        matched.extend(new);
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

    #[test]
    fn names_too_many_for_one_expression_choose_as_one_does() {
        let names = |count: usize| (0..count).map(|n| format!("{n}::{}", "name ".repeat(200)));
        let choice = Choice {
            include: names(1_000).collect(),
            ..Choice::default()
        };
        let chooser = Chooser::new(&choice);
        assert!(chooser.include.set.is_none(), "too much for one expression");
        let mut matched = BTreeSet::new();
        assert!(chooser.takes(&choice.include[999], &mut matched));
        assert!(!chooser.takes("another", &mut matched));
        assert_eq!(matched.len(), 1);
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
