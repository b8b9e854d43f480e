//! What of a covered file follows from its lines, once all of them are known.

use std::collections::BTreeMap;

use crate::model::{FileCoverage, Tally};

/// Branches go to the lines they start on, where these hold a statement.
pub(super) fn place_branches(file: &mut FileCoverage, waiting: BTreeMap<u32, (u32, u32)>) {
    for (line, (total, taken)) in waiting {
        match file.lines.get_mut(&line) {
            Some(entry) => {
                entry.branches = entry.branches.max(total);
                entry.taken = entry.taken.max(taken);
            }
            None => file.stray_branches.add(Tally {
                total: u64::from(total),
                covered: u64::from(taken),
            }),
        }
    }
}

/// Totals follow from the lines where there are lines; stated totals stand only where there are none.
pub(super) fn settle(file: &mut FileCoverage) {
    if !file.lines.is_empty() {
        file.tally_lines();
    }
    let from_lines = file.branch_sum();
    if from_lines.total > 0 {
        file.branch_tally = from_lines;
    }
}
