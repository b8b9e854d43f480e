//! The board of all phases on a terminal: the matrix of phases and gates, the values that are asked for, and below them
//! what [`super::tasks`] lists.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::super::Style;
use super::super::layout::{Page, apart, pad, width, wrap};
use super::super::style::Ink;
use super::super::words;
use super::cells::{Cell, Column, Matrix};
use super::decision::labelled;
use super::tasks::{blocks, chain, next};
use super::values::metrics;
use crate::model::{Board, BoardPhase, PhaseState, Verdict};

/// Columns for names of phases.
pub(super) const NAME: usize = 22;

/// Draws the board.
pub fn board(board: &Board, style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { style, to };
    if board.phases.is_empty() {
        return page.line(&[(Ink::Care, "no phase is declared")]);
    }
    matrix(&mut page, board)?;
    metrics(&mut page, board)?;
    blocks(&mut page, board)?;
    chain(&mut page, board)?;
    next(&mut page, board)?;
    for note in &board.notes {
        labelled(&mut page, Ink::Care, "note", note, 6, Ink::Plain)?;
    }
    last(&mut page, board)
}

pub(super) fn heading(page: &mut Page<'_>, text: &str) -> io::Result<()> {
    page.gap()?;
    page.line(&[(Ink::Strong, text)])
}

/// How a state is drawn.
fn state(style: &Style, state: PhaseState) -> (Ink, &'static str) {
    match state {
        PhaseState::Complete => (Ink::Good, style.sign(Verdict::Pass)),
        PhaseState::Ready => (Ink::Care, style.pick("…", ".")),
        PhaseState::Open => (Ink::Plain, style.pick("○", "o")),
        PhaseState::Blocked => (Ink::Faint, style.pick("▪", "#")),
        PhaseState::Stale => (Ink::Bad, "!"),
        PhaseState::Ended => (Ink::Faint, style.sign(Verdict::Cancelled)),
    }
}

/// The phases in the order of their rows, each by its place on the board and with how deep it lies: parts stand below
/// their whole, in the order of the file among themselves.
fn tree(board: &Board) -> Vec<(usize, usize)> {
    let mut below: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let known: BTreeSet<&str> = board.phases.iter().map(|one| one.phase.as_str()).collect();
    let mut todo = Vec::new();
    for (place, phase) in board.phases.iter().enumerate() {
        match phase.parent.as_deref() {
            Some(whole) if known.contains(whole) => below.entry(whole).or_default().push(place),
            _ => todo.push((place, 0)),
        }
    }
    todo.reverse();
    let mut rows = Vec::new();
    while let Some((place, depth)) = todo.pop() {
        rows.push((place, depth));
        let parts = below.remove(board.phases[place].phase.as_str());
        let parts = parts.into_iter().flatten().rev();
        todo.extend(parts.map(|part| (part, depth + 1)));
    }
    // A circle is refused by the file; whoever draws one loses no row.
    rows.extend(below.into_values().flatten().map(|place| (place, 0)));
    rows
}

/// Deeper parts are drawn as deep as this.
const DEEPEST: usize = 5;

struct Left {
    /// The phase of each row, by its place on the board.
    places: Vec<usize>,
    names: Vec<String>,
    name: usize,
}

impl Left {
    fn of(board: &Board, most: usize, style: &Style) -> Self {
        let rows = tree(board);
        let indent = |depth: usize| "  ".repeat(depth.min(DEEPEST));
        let names: Vec<String> = rows
            .iter()
            .map(|&(place, depth)| {
                let name = style.line(&board.phases[place].phase);
                format!("{}{name}", indent(depth))
            })
            .collect();
        let names = apart(&names, most, style);
        let name = names.iter().map(|name| width(name)).max().unwrap_or(0);
        Self {
            places: rows.into_iter().map(|(place, _)| place).collect(),
            names,
            name,
        }
    }

    /// Sign, name, state, readiness and the blanks between them.
    fn columns(&self) -> usize {
        LEFT + self.name
    }
}

/// Columns left of the gates, but for the name.
const LEFT: usize = 2 + 2 + "complete".len() + 1 + "100%".len() + 2;

/// Columns for names: those that the gates leave free, and never fewer than [`NAME`].
fn name_columns(board: &Board, style: &Style) -> usize {
    let room = style.width.saturating_sub(LEFT + NAME).max(10);
    let matrix = Matrix::of(board, room, style);
    let gates: usize = matrix
        .columns
        .iter()
        .map(|column| matrix.wide(column))
        .sum();
    style.width.saturating_sub(LEFT + gates).max(NAME)
}

fn matrix(page: &mut Page<'_>, board: &Board) -> io::Result<()> {
    let style = page.style;
    let left = Left::of(board, name_columns(board, style), style);
    let room = style.width.saturating_sub(left.columns()).max(10);
    let matrix = Matrix::of(board, room, style);
    let mut rest: &[Column] = &matrix.columns;
    let mut first = true;
    while first || !rest.is_empty() {
        let mut taken = 0;
        let fits = rest.iter().take_while(|column| {
            taken += matrix.wide(column);
            taken <= room + 1
        });
        let count = fits.count().max(usize::from(!rest.is_empty()));
        let (now, later) = rest.split_at(count);
        if !first {
            page.gap()?;
        }
        head(page, &matrix, now, &left)?;
        for (place, name) in left.places.iter().zip(&left.names) {
            let phase = &board.phases[*place];
            row(page, phase, (*place, now), (name, &left), &matrix)?;
        }
        rest = later;
        first = false;
    }
    legend(page, &matrix)
}

fn head(page: &mut Page<'_>, matrix: &Matrix, columns: &[Column], left: &Left) -> io::Result<()> {
    let blank = " ".repeat(left.columns());
    let codes: Vec<String> = columns
        .iter()
        .map(|column| pad(&column.code, matrix.wide(column)))
        .collect();
    page.line(&[(Ink::Plain, &blank), (Ink::Faint, &codes.concat())])
}

fn row(
    page: &mut Page<'_>,
    phase: &BoardPhase,
    (place, columns): (usize, &[Column]),
    (name, left): (&str, &Left),
    matrix: &Matrix,
) -> io::Result<()> {
    let style = page.style;
    let (ink, sign) = state(style, phase.state);
    let name = format!(" {}  ", pad(name, left.name));
    let word = pad(phase.state.word(), "complete".len());
    let share = phase.readiness.map(whole).unwrap_or_default();
    let share = format!(" {share:>4}  ");
    let mut pieces: Vec<(Ink, String)> = vec![
        (ink, sign.to_owned()),
        (Ink::Strong, name),
        (ink, word),
        (Ink::Plain, share),
    ];
    for column in columns {
        let (ink, sign) = column.cells[place].drawn(style);
        pieces.push((ink, pad(sign, matrix.wide(column))));
    }
    let pieces: Vec<(Ink, &str)> = pieces
        .iter()
        .map(|(ink, text)| (*ink, text.as_str()))
        .collect();
    page.line(&pieces)
}

/// A share in whole percent, rounded down: what is not whole must not read 100 %.
fn whole(share: crate::model::Measure) -> String {
    let number = share.number().map(|number| number.floor().normalize());
    number.map_or_else(String::new, |number| format!("{number}%"))
}

/// What the signs mean, and which gates the codes stand for.
fn legend(page: &mut Page<'_>, matrix: &Matrix) -> io::Result<()> {
    let style = page.style;
    let used: BTreeSet<Cell> = matrix
        .columns
        .iter()
        .flat_map(|column| column.cells.iter().copied())
        .collect();
    let signs: Vec<String> = used
        .into_iter()
        .filter_map(|cell| Some(format!("{} {}", cell.drawn(style).1, cell.word()?)))
        .collect();
    if !signs.is_empty() {
        page.gap()?;
        labelled(
            page,
            Ink::Faint,
            "",
            &signs.join(style.dot()),
            0,
            Ink::Faint,
        )?;
    }
    if matrix.named {
        return Ok(());
    }
    let codes: Vec<String> = matrix
        .columns
        .iter()
        .map(|one| meaning(one, style))
        .collect();
    labelled(
        page,
        Ink::Faint,
        "",
        &codes.join(style.dot()),
        0,
        Ink::Faint,
    )
}

/// `c types, schema, lint and 9 more`
fn meaning(column: &Column, style: &Style) -> String {
    let most = if style.verbose > 0 { usize::MAX } else { 4 };
    let names: Vec<&str> = column.gates.iter().take(most).map(String::as_str).collect();
    let more = match column.gates.len().saturating_sub(most) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    // A name stays beside its code, whatever the line does.
    format!("{}\u{a0}{}{more}", column.code, names.join(", "))
}

fn last(page: &mut Page<'_>, board: &Board) -> io::Result<()> {
    let style = page.style;
    let states = [
        PhaseState::Complete,
        PhaseState::Stale,
        PhaseState::Ready,
        PhaseState::Open,
        PhaseState::Blocked,
        PhaseState::Ended,
    ];
    let counts: Vec<String> = states
        .into_iter()
        .filter_map(|state| {
            let count = board.phases.iter().filter(|phase| phase.state == state);
            let count = count.count();
            (count > 0).then(|| format!("{count} {}", state.word()))
        })
        .collect();
    page.gap()?;
    let all = words::many(board.phases.len() as u64, "phase");
    let text = format!("{all}: {}", counts.join(", "));
    for line in wrap(&text, style.width) {
        page.line(&[(Ink::Strong, &line)])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(name: &str, parent: Option<&str>) -> BoardPhase {
        BoardPhase {
            phase: name.to_owned(),
            title: None,
            parent: parent.map(str::to_owned),
            after: Vec::new(),
            state: PhaseState::Open,
            readiness: None,
            gates: Vec::new(),
            blocked_by: Vec::new(),
            due: None,
            said: None,
            liens: Vec::new(),
        }
    }

    fn names(list: &[(&str, Option<&str>)]) -> Vec<String> {
        let board = Board {
            phases: list.iter().map(|(name, of)| phase(name, *of)).collect(),
            ..Board::default()
        };
        Left::of(&board, 40, &Style::default()).names
    }

    #[test]
    fn parts_stand_below_their_whole_in_the_order_of_the_file() {
        let drawn = names(&[
            ("beta", None),
            ("services", Some("beta")),
            ("routes", Some("beta")),
            ("hour-5", Some("routes")),
            ("hour-2", Some("services")),
            ("hour-8", Some("beta")),
            ("hour-3", Some("services")),
            ("gamma", None),
        ]);
        assert_eq!(
            drawn,
            [
                "beta",
                "  services",
                "    hour-2",
                "    hour-3",
                "  routes",
                "    hour-5",
                "  hour-8",
                "gamma"
            ]
        );
    }

    #[test]
    fn a_part_alone_and_parts_of_each_other_lose_no_row() {
        assert_eq!(names(&[("services", Some("beta"))]), ["services"]);
        let circle = names(&[("a", Some("b")), ("b", Some("a")), ("c", None)]);
        assert_eq!(circle.len(), 3, "{circle:?}");
    }
}
