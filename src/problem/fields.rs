//! Reads a mapping key by key, remembers which keys were asked for, and reports the others.

use super::shape::wrong_kind;
use super::{Code, Problem, Problems, Shape, nearest};
use crate::source::{At, Key, Node, Value};

/// The entries of a mapping that is being read.
pub struct Fields<'a> {
    at: At,
    entries: &'a [(Key, Node)],
    taken: Vec<bool>,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The entries of a mapping; nothing after the colon is an empty one. Anything else is a problem.
    pub fn of(node: &'a Node, problems: &mut Problems) -> Option<Self> {
        let entries: &'a [(Key, Node)] = match &node.value {
            Value::Map(entries) => entries,
            Value::Null => &[],
            _ => {
                problems.push(wrong_kind(node, "a mapping"));
                return None;
            }
        };
        Some(Self {
            at: node.at.clone(),
            entries,
            taken: vec![false; entries.len()],
            known: Vec::new(),
        })
    }

    /// Where the mapping is.
    pub fn at(&self) -> &At {
        &self.at
    }

    /// The raw node of a key, which counts as asked for.
    pub fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.entry(key).map(|(_, node)| node)
    }

    /// The key and node, which count as asked for.
    pub fn entry(&mut self, key: &'static str) -> Option<(&'a Key, &'a Node)> {
        self.known.push(key);
        let index = self.entries.iter().position(|(name, _)| name.name == key)?;
        self.taken[index] = true;
        let (key, node) = &self.entries[index];
        Some((key, node))
    }

    /// Reads the value of a key, if it is there. A key with nothing after the colon is a problem.
    pub fn opt<T: Shape>(&mut self, key: &'static str, problems: &mut Problems) -> Option<T> {
        let (name, node) = self.entry(key)?;
        if node.value == Value::Null {
            problems.push(
                Problem::new(Code::WRONG_KIND, &name.at, format!("`{key}` has no value"))
                    .label("nothing after the colon")
                    .help(format!("give `{key}` a value or remove it")),
            );
            return None;
        }
        T::read(node, problems)
    }

    /// Refuses keys that are specified but not built.
    pub fn reserved(&mut self, keys: &[&'static str], problems: &mut Problems) {
        for key in keys {
            if let Some((name, _)) = self.entry(key) {
                problems.push(
                    Problem::new(
                        Code::NOT_IN_THIS_VERSION,
                        &name.at,
                        format!("`{key}` is not in this version"),
                    )
                    .label("specified, not built yet")
                    .help("remove it, or use a later version of tollgate"),
                );
            }
        }
    }

    /// Takes every entry that is left and whose key passes the test.
    pub fn take_where(&mut self, mut test: impl FnMut(&str) -> bool) -> Vec<(&'a Key, &'a Node)> {
        let mut found = Vec::new();
        for (index, (key, node)) in self.entries.iter().enumerate() {
            if !self.taken[index] && test(&key.name) {
                self.taken[index] = true;
                found.push((key, node));
            }
        }
        found
    }

    /// Further names for the suggestion, which are not asked for here.
    pub fn also_known(&mut self, names: impl IntoIterator<Item = &'static str>) {
        self.known.extend(names);
    }

    /// Reports every key that nobody asked for, with the nearest known one.
    pub fn rest(self, problems: &mut Problems) {
        for (index, (key, _)) in self.entries.iter().enumerate() {
            if self.taken[index] {
                continue;
            }
            let mut problem = Problem::new(
                Code::UNKNOWN_KEY,
                &key.at,
                format!("unknown key `{}`", key.name),
            );
            problem = match nearest(&key.name, self.known.iter().copied()) {
                Some(near) => problem
                    .label("no such key")
                    .help(format!("did you mean `{near}`?")),
                None => problem
                    .label("no such key")
                    .help(format!("known here: {}", list(&self.known))),
            };
            problems.push(problem);
        }
    }
}

fn list(known: &[&'static str]) -> String {
    let mut names: Vec<&str> = known.to_vec();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}
