//! Gates with their verdicts as an observation records them, in one piece of memory.
//!
//! A ledger may hold ten thousand of these lists, and making each a tree of small texts took a third of reading it. It
//! does not ask what the words mean.

use std::fmt;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// Verdicts by gate, sorted by the names of the gates, each name once.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// Name and verdict of each gate, one after another.
    text: String,
    /// Where each of these ends.
    ends: Vec<(usize, usize)>,
}

impl Verdicts {
    /// How many gates there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Each gate with its verdict.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |&(name, verdict)| {
            let from = std::mem::replace(&mut start, verdict);
            (&self.text[from..name], &self.text[name..verdict])
        })
    }

    /// The verdict of a gate.
    pub fn get(&self, gate: &str) -> Option<&str> {
        self.iter()
            .find_map(|(name, verdict)| (name == gate).then_some(verdict))
    }

    /// Adds a gate at the end; the caller sorts.
    pub(super) fn push(&mut self, name: &str, verdict: &str) {
        self.text.push_str(name);
        let end = self.text.len();
        self.text.push_str(verdict);
        self.ends.push((end, self.text.len()));
    }

    /// Puts the gates in order, where they are not; of the same name twice the last counts.
    pub(super) fn sorted(self) -> Self {
        let names = self.iter().map(|(name, _)| name);
        if names.is_sorted_by(|one, next| one < next) {
            return self;
        }
        let map: std::collections::BTreeMap<&str, &str> = self.iter().collect();
        let mut sorted = Self::default();
        map.into_iter()
            .for_each(|(name, verdict)| sorted.push(name, verdict));
        sorted
    }
}

impl fmt::Debug for Verdicts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Verdicts {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(each: I) -> Self {
        let mut verdicts = Self::default();
        for (name, verdict) in each {
            verdicts.push(name.as_ref(), verdict.as_ref());
        }
        verdicts.sorted()
    }
}

impl Serialize for Verdicts {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.len()))?;
        for (name, verdict) in self.iter() {
            map.serialize_entry(name, verdict)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_are_sorted_and_the_last_of_a_name_counts() {
        let verdicts: Verdicts = [("b", "pass"), ("a", "fail"), ("", ""), ("b", "fail")]
            .into_iter()
            .collect();
        let all: Vec<_> = verdicts.iter().collect();
        assert_eq!(all, [("", ""), ("a", "fail"), ("b", "fail")]);
        assert_eq!((verdicts.get("b"), verdicts.get("c")), (Some("fail"), None));
        assert_eq!((verdicts.len(), verdicts.is_empty()), (3, false));
        let json = serde_json::to_string(&verdicts).expect("serialises");
        assert_eq!(json, r#"{"":"","a":"fail","b":"fail"}"#);
        assert_eq!(
            format!("{verdicts:?}"),
            r#"{"": "", "a": "fail", "b": "fail"}"#
        );
        assert!(Verdicts::default().is_empty());
    }
}
