//! Branches or functions of one file, each with whether it was ever taken: 16 bytes each, joined by identity.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Tally;

/// Marks of one file, by line and identity. Joined when they are read by `settle`; those of two files by `join`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Line, identity within it (its last bit is whether it was taken).
    all: Vec<(u32, u64)>,
    settled: usize,
}

/// A function that its line alone tells: all names on that line are its aliases.
const BY_LINE: u64 = 0;

impl Marks {
    /// Adds a branch.
    pub fn branch(&mut self, line: u32, block: &str, branch: &str, taken: bool) {
        self.add(line, key(block, branch), taken);
    }

    /// Adds a function by line, 0 where none is known, and the identity of its name.
    pub fn function(&mut self, line: u32, name: u64, entered: bool) {
        self.add(line, name, entered);
    }

    /// Adds a function whose line is its identity, whatever number of names it has.
    pub fn function_at(&mut self, line: u32, entered: bool) {
        self.add(line, BY_LINE, entered);
    }

    /// The identity of a name.
    pub fn name(name: &str) -> u64 {
        key("", name)
    }

    fn add(&mut self, line: u32, key: u64, taken: bool) {
        self.all.push((line, key | u64::from(taken)));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Takes those of another file in.
    pub(super) fn join(&mut self, other: Marks) {
        if self.all.is_empty() {
            *self = other;
        } else if !other.all.is_empty() {
            self.all.extend(other.all);
            self.settle();
        }
    }

    /// Joins the marks with the same identity: taken once is taken.
    pub fn settle(&mut self) {
        if self.settled == self.all.len() {
            return;
        }
        self.all.sort_unstable();
        let mut kept: usize = 0;
        for at in 0..self.all.len() {
            let mark = self.all[at];
            let same = kept > 0 && {
                let last = self.all[kept - 1];
                last.0 == mark.0 && last.1 | 1 == mark.1 | 1
            };
            // Sorted, so the taken one of two comes last.
            if same {
                self.all[kept - 1] = mark;
            } else {
                self.all[kept] = mark;
                kept += 1;
            }
        }
        self.all.truncate(kept);
        self.settled = kept;
    }

    /// Line, marks on it, taken ones among them. Needs `settle` before.
    pub(super) fn by_line(&self) -> impl Iterator<Item = (u32, u32, u32)> {
        self.all.chunk_by(|a, b| a.0 == b.0).map(|marks| {
            let taken = marks.iter().filter(|mark| mark.1 & 1 == 1).count();
            (marks[0].0, marks.len() as u32, taken as u32)
        })
    }

    /// All functions and those entered. Needs `settle` before.
    pub(super) fn functions(&self) -> Tally {
        let mut tally = Tally::default();
        for marks in self.all.chunk_by(|a, b| a.0 == b.0) {
            let taken = marks.iter().filter(|mark| mark.1 & 1 == 1).count() as u64;
            let aliases = marks[0].0 > 0 && marks[0].1 | 1 == BY_LINE | 1;
            tally.add(Tally {
                total: if aliases { 1 } else { marks.len() as u64 },
                covered: if aliases { taken.min(1) } else { taken },
            });
        }
        let nameless = self.all.partition_point(|mark| mark.0 == 0);
        if nameless > 0 && nameless < self.all.len() {
            self.without_line(nameless, &mut tally);
        }
        tally
    }

    /// A name without a line is one of those with that name, where there are any: which one, nobody knows.
    fn without_line(&self, nameless: usize, tally: &mut Tally) {
        let mut lined: Vec<u64> = self.all[nameless..].iter().map(|mark| mark.1).collect();
        lined.sort_unstable();
        for (_, mark) in &self.all[..nameless] {
            let known = lined.binary_search(&(mark & !1)).is_ok();
            let entered = lined.binary_search(&(mark | 1)).is_ok();
            if known || entered {
                tally.total -= 1;
                // It stands for one of them, and for no second one.
                tally.covered -= u64::from(mark & 1 == 1 && entered);
            }
        }
    }
}

/// The identity of a branch within its line, its last bit free: exact for small numbers, else a hash.
fn key(block: &str, branch: &str) -> u64 {
    let small = |text: &str| text.parse::<u32>().ok().filter(|number| *number < 1 << 30);
    if let (Some(block), Some(branch)) = (small(block), small(branch)) {
        return (u64::from(block) << 32) | (u64::from(branch) << 1);
    }
    let mut hash = DefaultHasher::new();
    (block, branch).hash(&mut hash);
    (hash.finish() | 1 << 63) & !1
}
