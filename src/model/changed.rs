//! Lines that a change brings, counted from its base. Plain data: git fills it, judges read it.

use std::collections::BTreeMap;

/// What the work tree holds that its base does not, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedLines {
    /// What the lines are counted from, in words.
    pub base: String,
    /// The commit that they are counted from, and who says so, in words.
    pub counted: String,
    /// Files that have changed lines, by path from the root of the project: `src/a.rs`, or `../b.rs` beside it.
    pub files: BTreeMap<String, ChangedFile>,
}

/// The changed lines of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedFile {
    /// Added or edited lines: sorted ranges that neither touch nor overlap.
    pub lines: Vec<LineRange>,
    /// Those of them that add a mark which keeps code out of coverage; moved and merely edited marks are none.
    pub pragmas: Vec<u32>,
}

/// Lines from the first to the last, both included, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineRange {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

/// Why it cannot be told what changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangesUnknown {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl ChangedFile {
    /// Whether that line changed.
    pub fn holds(&self, line: u32) -> bool {
        let after = self.lines.partition_point(|range| range.first <= line);
        after > 0 && line <= self.lines[after - 1].last
    }

    /// Adds lines that come after all that are there.
    pub fn push(&mut self, first: u32, last: u32) {
        match self.lines.last_mut() {
            Some(range) if first <= range.last.saturating_add(1) => {
                range.last = range.last.max(last);
            }
            _ => self.lines.push(LineRange { first, last }),
        }
    }
}

impl std::fmt::Display for LineRange {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last {
            write!(out, "{}", self.first)
        } else {
            write!(out, "{}-{}", self.first, self.last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_held_by_the_range_around_it_only() {
        let mut file = ChangedFile::default();
        for (first, last) in [(3, 4), (5, 5), (9, 12)] {
            file.push(first, last);
        }
        let ranges: Vec<String> = file.lines.iter().map(ToString::to_string).collect();
        assert_eq!(ranges, ["3-5", "9-12"]);
        let held: Vec<u32> = (0..15).filter(|line| file.holds(*line)).collect();
        assert_eq!(held, [3, 4, 5, 9, 10, 11, 12]);
    }
}
