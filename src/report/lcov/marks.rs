//! Branches or functions of one file, each with whether it was ever taken: 16 bytes each, joined by identity.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::Tally;

/// Marks of one file. Sorted and joined by `settle`.
#[derive(Default)]
pub(super) struct Marks {
    /// Line, identity within it (its last bit is whether it was taken).
    all: Vec<(u32, u64)>,
    settled: usize,
}

impl Marks {
    pub(super) fn add(&mut self, line: u32, key: u64, taken: bool) {
        self.all.push((line, key | u64::from(taken)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Joins the marks with the same identity: taken once is taken.
    pub(super) fn settle(&mut self) {
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

    /// All and taken, where there are any. Needs `settle` before.
    pub(super) fn tally(&self) -> Option<Tally> {
        let covered = self.all.iter().filter(|mark| mark.1 & 1 == 1).count() as u64;
        let total = self.all.len() as u64;
        (total > 0).then_some(Tally { total, covered })
    }
}

/// The identity of a branch within its line, its last bit free: exact for small numbers, else a hash.
pub(super) fn key(block: &str, branch: &str) -> u64 {
    let small = |text: &str| text.parse::<u32>().ok().filter(|number| *number < 1 << 30);
    if let (Some(block), Some(branch)) = (small(block), small(branch)) {
        return (u64::from(block) << 32) | (u64::from(branch) << 1);
    }
    let mut hash = DefaultHasher::new();
    (block, branch).hash(&mut hash);
    (hash.finish() | 1 << 63) & !1
}
