//! Which gates are waiting, ready or done: counters only, so that a thousand gates cost no more than their sum.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Selection;
use crate::config::Plan;

/// A ready gate; the one with the longest chain behind it comes first, ties in the order of the file.
#[derive(Debug, PartialEq)]
struct Ready {
    rank: f64,
    index: usize,
}

impl Eq for Ready {}

impl Ord for Ready {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank
            .total_cmp(&other.rank)
            .then(other.index.cmp(&self.index))
    }
}

impl PartialOrd for Ready {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The gates of a run by what they wait for.
#[derive(Debug)]
pub(super) struct Board {
    ranks: Vec<f64>,
    open: Vec<usize>,
    behind: Vec<Vec<usize>>,
    commands: BinaryHeap<Ready>,
    judgements: Vec<usize>,
    is_command: Vec<bool>,
    left: usize,
}

impl Board {
    /// All gates of the selection; those without needs are ready.
    pub fn new(plan: &Plan, selection: &Selection, ranks: Vec<f64>) -> Self {
        let mut board = Self {
            ranks,
            open: plan.gates.iter().map(|gate| gate.needs.len()).collect(),
            behind: vec![Vec::new(); plan.gates.len()],
            commands: BinaryHeap::new(),
            judgements: Vec::new(),
            is_command: plan
                .gates
                .iter()
                .map(|gate| gate.command.is_some())
                .collect(),
            left: selection.gates.len(),
        };
        for &index in &selection.gates {
            for &need in &plan.gates[index].needs {
                board.behind[need].push(index);
            }
            if board.open[index] == 0 {
                board.ready(index);
            }
        }
        board
    }

    /// The gate is ready (again).
    pub fn ready(&mut self, index: usize) {
        if self.is_command[index] {
            self.commands.push(Ready {
                rank: self.ranks[index],
                index,
            });
        } else {
            self.judgements.push(index);
        }
    }

    /// The next ready gate: one that only judges needs no job, one with a command needs a free one.
    pub fn next(&mut self, job_free: bool) -> Option<usize> {
        if let Some(index) = self.judgements.pop() {
            return Some(index);
        }
        if job_free {
            self.commands.pop().map(|ready| ready.index)
        } else {
            None
        }
    }

    /// Whether a gate is ready.
    pub fn has_ready(&self, job_free: bool) -> bool {
        !self.judgements.is_empty() || (job_free && !self.commands.is_empty())
    }

    /// The gate has its verdict: gates that needed it may become ready.
    pub fn ended(&mut self, index: usize) {
        self.left -= 1;
        for next in std::mem::take(&mut self.behind[index]) {
            self.open[next] -= 1;
            if self.open[next] == 0 {
                self.ready(next);
            }
        }
    }

    /// Whether every gate has its verdict.
    pub fn is_done(&self) -> bool {
        self.left == 0
    }
}
