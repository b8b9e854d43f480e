//! Coverage: which lines and branches of which files ran.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;

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
    pub stray_branches: Tally,
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

    /// Joins another report: a line is covered if any report covers it, a branch count is the larger one.
    ///
    /// Where both name a file and one of them has totals only, the lines win, because they can be checked.
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
    fn merge(&mut self, other: FileCoverage) {
        if self.lines.is_empty() || other.lines.is_empty() {
            if self.lines.is_empty()
                && (!other.lines.is_empty() || other.line_tally.covered > self.line_tally.covered)
            {
                *self = other;
            }
            return;
        }
        for (line, theirs) in other.lines {
            let mine = self.lines.entry(line).or_default();
            mine.hits = mine.hits.saturating_add(theirs.hits);
            mine.branches = mine.branches.max(theirs.branches);
            mine.taken = mine.taken.max(theirs.taken);
        }
        if other.function_tally.covered > self.function_tally.covered {
            self.function_tally = other.function_tally;
        }
        if other.stray_branches.covered > self.stray_branches.covered {
            self.stray_branches = other.stray_branches;
        }
        let from_lines = self.branch_sum();
        self.tally_lines();
        self.branch_tally = if from_lines.total > 0 {
            from_lines
        } else if other.branch_tally.covered > self.branch_tally.covered {
            other.branch_tally
        } else {
            self.branch_tally
        };
    }

    /// Recomputes the line totals from the lines.
    pub fn tally_lines(&mut self) {
        self.line_tally = Tally {
            total: self.lines.len() as u64,
            covered: self.lines.values().filter(|line| line.hits > 0).count() as u64,
        };
    }

    /// The branch totals that the lines, and the branches beside them, add up to.
    pub fn branch_sum(&self) -> Tally {
        let mut sum = self.stray_branches;
        for line in self.lines.values() {
            sum.add(Tally {
                total: u64::from(line.branches),
                covered: u64::from(line.taken),
            });
        }
        sum
    }
}
