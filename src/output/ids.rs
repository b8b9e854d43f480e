//! Names of gates in the columns that there are for them: long ones are cut so that they stay apart.

use std::collections::BTreeMap;

use super::Style;
use super::layout::{labels, width};

/// Columns of the verdict and of the time in the line of a gate that ended while others run, and the least that what is
/// said of it has.
pub(super) const WORD: usize = 14;
pub(super) const TIME: usize = 8;
const GIST: usize = 16;

/// Names of gates as their lines show them.
#[derive(Default)]
pub(super) struct Ids {
    shown: BTreeMap<String, String>,
    /// Columns of the widest.
    pub(super) columns: usize,
}

impl Ids {
    /// Names in so many columns.
    pub(super) fn of(ids: &[&str], most: usize, style: &Style) -> Self {
        let names: Vec<String> = ids.iter().map(|id| style.line(id)).collect();
        let shown = labels(&names, most, style);
        let columns = shown.iter().map(|name| width(name)).max().unwrap_or(0);
        Self {
            shown: ids.iter().map(|id| (*id).to_owned()).zip(shown).collect(),
            columns,
        }
    }

    /// Names in the lines of gates that end while others run.
    pub(super) fn live(gates: &[String], style: &Style) -> Self {
        let rest = 2 + 2 + WORD + 2 + GIST + 2 + TIME;
        let room = style.width.saturating_sub(rest).max(style.width / 3);
        let names: Vec<&str> = gates.iter().map(String::as_str).collect();
        Self::of(&names, room, style)
    }

    /// A name on a line of its own, beside so many columns of other things.
    pub(super) fn alone(gate: &str, beside: usize, style: &Style) -> String {
        let room = style.width.saturating_sub(beside);
        labels(&[style.line(gate)], room, style).concat()
    }

    /// How a gate is shown; one of which nobody spoke before, by itself.
    pub(super) fn shown(&self, gate: &str, style: &Style) -> String {
        let known = self.shown.get(gate).cloned();
        let alone = || {
            Self::live(&[gate.to_owned()], style)
                .shown
                .into_values()
                .next()
        };
        known.or_else(alone).unwrap_or_default()
    }
}
