//! The matrix of phases and gates: which columns there are, and what stands in them.
//!
//! Gates that stand alike in every phase share a column, so that many gates stay readable.

use std::collections::BTreeMap;

use super::super::Style;
use super::super::layout::width;
use super::super::style::Ink;
use crate::model::{Board, Verdict};

/// What stands at a phase and a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    /// The phase does not ask for the gate.
    Not,
    /// It was never judged on this tree.
    Never,
    /// It was judged.
    Judged(Verdict),
}

/// A column: the gates that stand alike in every phase.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The sign above it and in the legend.
    pub code: String,
    /// Gates.
    pub gates: Vec<String>,
    /// One for each phase.
    pub cells: Vec<Cell>,
}

/// The columns, in the order in which the phases name their gates.
pub(super) struct Matrix {
    pub columns: Vec<Column>,
    /// The codes are the names of the gates.
    pub named: bool,
}

impl Matrix {
    /// The matrix of a board in so many columns of text.
    pub fn of(board: &Board, room: usize, style: &Style) -> Self {
        let single = singles(board);
        let names: usize = single
            .iter()
            .map(|column| width(&style.line(&column.gates[0])) + 1)
            .sum();
        if names <= room {
            let code = |mut column: Column| {
                column.code = style.line(&column.gates[0]);
                column
            };
            return Self {
                columns: single.into_iter().map(code).collect(),
                named: true,
            };
        }
        let mut columns: Vec<Column> = Vec::new();
        let mut known: BTreeMap<Vec<Cell>, usize> = BTreeMap::new();
        for mut one in single {
            match known.get(&one.cells) {
                Some(&at) => columns[at].gates.append(&mut one.gates),
                None => {
                    known.insert(one.cells.clone(), columns.len());
                    one.code = code(columns.len());
                    columns.push(one);
                }
            }
        }
        Self {
            columns,
            named: false,
        }
    }

    /// Columns of text that one column takes, with the blank after it.
    pub fn wide(&self, column: &Column) -> usize {
        if self.named {
            width(&column.code) + 1
        } else {
            self.code_width()
        }
    }

    fn code_width(&self) -> usize {
        self.columns.last().map_or(1, |column| width(&column.code))
    }
}

/// One column for each gate.
fn singles(board: &Board) -> Vec<Column> {
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    let mut columns: Vec<Column> = Vec::new();
    for (row, phase) in board.phases.iter().enumerate() {
        for (gate, verdict) in &phase.gates {
            let index = *at.entry(gate).or_insert_with(|| {
                columns.push(Column {
                    code: String::new(),
                    gates: vec![gate.clone()],
                    cells: vec![Cell::Not; board.phases.len()],
                });
                columns.len() - 1
            });
            columns[index].cells[row] = cell(*verdict);
        }
    }
    columns
}

fn cell(verdict: Option<&'static str>) -> Cell {
    let word = |verdict: &Verdict, word: &str| verdict.word() == word;
    let all = [
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Cancelled,
        Verdict::Waived,
        Verdict::Pass,
        Verdict::NotApplicable,
    ];
    let known = verdict.and_then(|text| all.into_iter().find(|verdict| word(verdict, text)));
    known.map_or(Cell::Never, Cell::Judged)
}

/// `a` … `z`, `A` … `Z`, `0` … `9`, then two of them.
fn code(index: usize) -> String {
    const SIGNS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let sign = |at: usize| char::from(SIGNS[at % SIGNS.len()]);
    match index / SIGNS.len() {
        0 => sign(index).to_string(),
        more => format!("{}{}", sign(more - 1), sign(index)),
    }
}

impl Cell {
    /// How it is drawn.
    pub fn drawn(self, style: &Style) -> (Ink, &'static str) {
        match self {
            Cell::Not => (Ink::Plain, " "),
            Cell::Never => (Ink::Faint, style.pick("·", ".")),
            Cell::Judged(verdict) => (ink(verdict), style.sign(verdict)),
        }
    }

    /// What it means, for the legend.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Cell::Not => None,
            Cell::Never => Some("not judged on this tree"),
            Cell::Judged(Verdict::NotApplicable) => Some("not applicable"),
            Cell::Judged(verdict) => Some(verdict.word()),
        }
    }
}

/// The colour of a verdict.
pub(super) fn ink(verdict: Verdict) -> Ink {
    match verdict {
        Verdict::Fail => Ink::Bad,
        Verdict::Inconclusive | Verdict::Waived => Ink::Care,
        Verdict::Pass => Ink::Good,
        Verdict::Cancelled | Verdict::NotApplicable => Ink::Faint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_different_from_each_other() {
        let codes: std::collections::BTreeSet<String> = (0..500).map(code).collect();
        assert_eq!(codes.len(), 500);
        assert_eq!(
            (code(0), code(61), code(62)),
            ("a".into(), "9".into(), "aa".into())
        );
    }
}
