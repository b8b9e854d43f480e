//! Coverage: which lines and branches of which files ran.
//!
//! Joining two reports gives what one report with the records of both gives; it guesses nothing where they name nothing.

mod marks;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;

pub use marks::Marks;

/// Covered out of total, of lines, branches or functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All that could run.
    pub total: u64,
    /// What did run.
    pub covered: u64,
}

impl Tally {
    /// Adds another tally.
    pub fn add(&mut self, other: Tally) {
        self.total += other.total;
        self.covered += other.covered;
    }
}

/// One line that can run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCoverage {
    /// How often it ran; 0 is not covered.
    pub hits: u64,
    /// Branches that start on it, all and taken.
    pub branches: u32,
    /// Taken branches among them.
    pub taken: u32,
}

/// The coverage of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileCoverage {
    /// Lines that can run, by number. Empty where the report states totals only.
    pub lines: BTreeMap<u32, LineCoverage>,
    /// Totals of the lines: of `lines`, or as stated where there are none.
    pub line_tally: Tally,
    /// Totals of the branches.
    pub branch_tally: Tally,
    /// Totals of the functions.
    pub function_tally: Tally,
    /// Branches on lines that hold no statement, and so are in no entry of `lines`.
    pub stray: BTreeMap<u32, LineCoverage>,
    /// Each branch, where the format names them.
    pub branches: Marks,
    /// Each function, where the format names them.
    pub functions: Marks,
    stated: [Stated; 3],
}

/// The coverage of one or more reports, by path as the report names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverageReport {
    /// Files by path.
    pub files: BTreeMap<String, FileCoverage>,
    /// False when no report says anything of branches: then there is no branch share to judge.
    pub has_branches: bool,
    /// False when no report says anything of functions.
    pub has_functions: bool,
    /// Line totals that a report states as a whole and no file in it carries.
    pub unplaced_lines: Tally,
    /// Branch totals that a report states as a whole and no file in it carries.
    pub unplaced_branches: Tally,
    /// Folders that relative paths begin in, as the report says.
    pub roots: Vec<String>,
    /// Records that are damaged, or missing where the report ends: what they said of lines is lost.
    pub broken: Vec<String>,
}

impl CoverageReport {
    /// Totals of the lines of all files.
    pub fn lines(&self) -> Tally {
        let mut sum = self.sum(|file| file.line_tally);
        sum.add(self.unplaced_lines);
        sum
    }

    /// Totals of the branches, where any report has branches.
    pub fn branches(&self) -> Option<Tally> {
        self.has_branches.then(|| {
            let mut sum = self.sum(|file| file.branch_tally);
            sum.add(self.unplaced_branches);
            sum
        })
    }

    /// Totals of the functions, where any report has functions.
    pub fn functions(&self) -> Option<Tally> {
        self.has_functions
            .then(|| self.sum(|file| file.function_tally))
    }

    fn sum(&self, of: impl Fn(&FileCoverage) -> Tally) -> Tally {
        let mut sum = Tally::default();
        for file in self.files.values() {
            sum.add(of(file));
        }
        sum
    }

    /// Joins another report.
    pub fn merge(&mut self, other: CoverageReport) {
        self.has_branches |= other.has_branches;
        self.has_functions |= other.has_functions;
        self.unplaced_lines.add(other.unplaced_lines);
        self.unplaced_branches.add(other.unplaced_branches);
        self.broken.extend(other.broken);
        for (path, theirs) in other.files {
            self.add(path, theirs);
        }
    }

    /// Adds the coverage of one file, joining it with what is known of the same path.
    pub fn add(&mut self, path: String, file: FileCoverage) {
        match self.files.entry(path) {
            Entry::Vacant(free) => {
                free.insert(file);
            }
            Entry::Occupied(mut mine) => mine.get_mut().merge(file),
        }
    }
}

impl FileCoverage {
    /// A file of which only totals are known.
    pub fn stated(lines: Tally, branches: Tally, functions: Tally) -> Self {
        let mut file = Self::default();
        file.state([Some(lines), Some(branches), Some(functions)]);
        file.settle();
        file
    }

    /// Takes totals of lines, branches and functions that nothing in the file carries; `None` leaves one as it is.
    pub fn state(&mut self, totals: [Option<Tally>; 3]) {
        for (mine, tally) in self.stated.iter_mut().zip(totals) {
            if let Some(tally) = tally {
                *mine = Stated {
                    tally,
                    differ: false,
                };
            }
        }
    }

    /// Joins what two records say of one file: the same as one record with the lines of both.
    fn merge(&mut self, other: FileCoverage) {
        for (line, theirs) in other.lines {
            self.lines.entry(line).or_default().join(theirs);
        }
        for (line, theirs) in other.stray {
            self.stray.entry(line).or_default().join(theirs);
        }
        self.branches.join(other.branches);
        self.functions.join(other.functions);
        for (mine, theirs) in self.stated.iter_mut().zip(other.stated) {
            mine.join(theirs);
        }
        self.settle();
    }

    /// Computes what follows: where branches lie, and the totals. Stated totals stand where nothing is named.
    pub fn settle(&mut self) {
        let named = self.branches.by_line().map(|(line, branches, taken)| {
            let hits = 0;
            (
                line,
                LineCoverage {
                    hits,
                    branches,
                    taken,
                },
            )
        });
        for (line, branches) in std::mem::take(&mut self.stray).into_iter().chain(named) {
            match self.lines.get_mut(&line) {
                Some(entry) => entry.join(branches),
                None => self.stray.entry(line).or_default().join(branches),
            }
        }
        let named = self.named();
        let [lines, branches, functions] =
            [0, 1, 2].map(|at| named[at].unwrap_or(self.stated[at].tally));
        self.line_tally = lines;
        self.branch_tally = branches;
        self.function_tally = functions;
    }

    /// The totals of lines, branches and functions that the file names one by one.
    fn named(&self) -> [Option<Tally>; 3] {
        let lines = Tally {
            total: self.lines.len() as u64,
            covered: self.lines.values().filter(|line| line.hits > 0).count() as u64,
        };
        let mut branches = Tally::default();
        for line in self.lines.values().chain(self.stray.values()) {
            branches.add(Tally {
                total: u64::from(line.branches),
                covered: u64::from(line.taken),
            });
        }
        [lines, branches, self.functions.functions()]
            .map(|tally| (tally.total > 0).then_some(tally))
    }

    /// Whether reports state totals of lines, branches or functions that cannot be brought together: nobody knows
    /// which of them are the same.
    pub fn unsure(&self) -> [bool; 3] {
        let named = self.named();
        [0, 1, 2].map(|at| match named[at] {
            Some(named) => self.stated[at].tally.total > named.total,
            None => self.stated[at].differ,
        })
    }
}

impl LineCoverage {
    fn join(&mut self, other: LineCoverage) {
        self.hits = self.hits.saturating_add(other.hits);
        self.branches = self.branches.max(other.branches);
        self.taken = self.taken.max(other.taken);
    }
}

/// Totals of which nothing is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stated {
    tally: Tally,
    /// Two reports state totals of different size.
    differ: bool,
}

impl Stated {
    /// As within one report: the larger of each. Of equal totals at least that much is covered.
    fn join(&mut self, other: Stated) {
        let (mine, theirs) = (self.tally, other.tally);
        let both = mine.total > 0 && theirs.total > 0;
        self.differ |= other.differ || (both && mine.total != theirs.total);
        self.tally = Tally {
            total: mine.total.max(theirs.total),
            covered: mine.covered.max(theirs.covered),
        };
    }
}

#[cfg(test)]
mod tests;
