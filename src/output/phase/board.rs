//! The board of all phases on a terminal: the matrix of phases and gates, the values that are asked for, and below them
//! what [`super::tasks`] lists.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::super::Style;
use super::super::layout::{Page, cut, pad, width, wrap};
use super::super::style::Ink;
use super::super::words;
use super::cells::{Cell, Column, Matrix};
use super::decision::labelled;
use super::tasks::{LISTED, blocks, chain, most, next};
use crate::model::{Board, BoardMetric, BoardPhase, PhaseState, Verdict};

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
    }
}

/// How deep each phase lies below others.
fn depths(board: &Board) -> Vec<usize> {
    let parents: BTreeMap<&str, Option<&str>> = board
        .phases
        .iter()
        .map(|phase| (phase.phase.as_str(), phase.parent.as_deref()))
        .collect();
    let depth = |phase: &BoardPhase| {
        let mut at = phase.parent.as_deref();
        let mut depth = 0;
        // A circle is refused by the file; a bound costs nothing.
        while let (Some(name), true) = (at, depth < 5) {
            depth += 1;
            at = parents.get(name).copied().flatten();
        }
        depth
    };
    board.phases.iter().map(depth).collect()
}

struct Left {
    names: Vec<String>,
    name: usize,
}

impl Left {
    fn of(board: &Board, most: usize, style: &Style) -> Self {
        let names: Vec<String> = board
            .phases
            .iter()
            .zip(depths(board))
            .map(|(phase, depth)| format!("{}{}", "  ".repeat(depth), style.line(&phase.phase)))
            .collect();
        let names = apart(&names, most, style);
        let name = names.iter().map(|name| width(name)).max().unwrap_or(0);
        Self { names, name }
    }

    /// Sign, name, state, readiness and the blanks between them.
    fn columns(&self) -> usize {
        LEFT + self.name
    }
}

/// Columns left of the gates, but for the name.
const LEFT: usize = 2 + 2 + "complete".len() + 1 + "100%".len() + 2;

/// Names in so many columns. Names are alike at their beginning, or differ at their end only: what is cut out is the
/// middle, or where they stay apart from each other.
fn apart(names: &[String], most: usize, style: &Style) -> Vec<String> {
    let room = most.saturating_sub(width(style.pick("…", "..")));
    let cut_at = |end: usize| -> Vec<String> {
        let each = names.iter();
        each.map(|name| cut_inside(name, most, end, style))
            .collect()
    };
    let differ = |names: &Vec<String>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
    let middle = room / 2;
    let mut ends: Vec<usize> = (0..=room).collect();
    ends.sort_by_key(|end| end.abs_diff(middle));
    let mut found = ends.into_iter().map(cut_at);
    let fallback = cut_at(middle);
    found.find(differ).unwrap_or(fallback)
}

/// A name in so many columns, with the last `end` of them from its end.
fn cut_inside(name: &str, most: usize, end: usize, style: &Style) -> String {
    if width(name) <= most {
        return name.to_owned();
    }
    let mut tail = String::new();
    for letter in name.chars().rev() {
        let longer = format!("{letter}{tail}");
        if width(&longer) > end {
            break;
        }
        tail = longer;
    }
    let head = cut(name, most.saturating_sub(width(&tail)), style);
    format!("{head}{tail}")
}

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
        for index in 0..board.phases.len() {
            row(page, board, &matrix, now, &left, index)?;
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
    board: &Board,
    matrix: &Matrix,
    columns: &[Column],
    left: &Left,
    index: usize,
) -> io::Result<()> {
    let style = page.style;
    let phase = &board.phases[index];
    let (ink, sign) = state(style, phase.state);
    let name = format!(" {}  ", pad(&left.names[index], left.name));
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
        let (ink, sign) = column.cells[index].drawn(style);
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

/// Current value, target and status of what the phases ask for.
fn metrics(page: &mut Page<'_>, board: &Board) -> io::Result<()> {
    let style = page.style;
    if board.metrics.is_empty() {
        return Ok(());
    }
    let open: BTreeSet<&str> = board
        .phases
        .iter()
        .filter(|phase| phase.state != PhaseState::Complete)
        .map(|phase| phase.phase.as_str())
        .collect();
    let told = |metric: &&BoardMetric| {
        style.verbose > 0 || (metric.holds != Some(true) && open.contains(metric.phase.as_str()))
    };
    let wanted: Vec<&BoardMetric> = board.metrics.iter().filter(told).collect();
    let all = board.metrics.len() <= LISTED;
    let shown: Vec<&BoardMetric> = if all {
        board.metrics.iter().collect()
    } else {
        wanted.into_iter().take(most(style)).collect()
    };
    if !shown.is_empty() {
        heading(page, "Values")?;
    }
    let widths = Widths::of(&shown, style);
    for metric in &shown {
        metric_line(page, metric, &widths)?;
    }
    let rest = board.metrics.len() - shown.len();
    if rest > 0 {
        let hold = board.metrics.iter().filter(|one| one.holds == Some(true));
        let text = format!(
            "  and {}, with `-v`; {} of {} hold",
            words::many(rest as u64, "more value"),
            hold.count(),
            board.metrics.len()
        );
        page.line(&[(Ink::Faint, &text)])?;
    }
    Ok(())
}

struct Widths {
    fact: usize,
    current: usize,
    target: usize,
}

impl Widths {
    fn of(shown: &[&BoardMetric], style: &Style) -> Self {
        let widest = |text: fn(&BoardMetric) -> &str, most: usize| {
            let all = shown.iter().map(|one| width(&style.line(text(one))));
            all.max().unwrap_or(0).min(most)
        };
        Self {
            fact: widest(|one| &one.fact, style.width.saturating_sub(46).max(20)),
            current: widest(|one| one.current.as_deref().unwrap_or("-"), 10),
            target: widest(|one| &one.target, 14),
        }
    }
}

fn metric_line(page: &mut Page<'_>, metric: &BoardMetric, widths: &Widths) -> io::Result<()> {
    let style = page.style;
    let (ink, sign) = match metric.holds {
        Some(true) => (Ink::Good, style.sign(Verdict::Pass)),
        Some(false) => (Ink::Bad, style.sign(Verdict::Fail)),
        None => (Ink::Faint, style.pick("·", ".")),
    };
    let (trend_ink, trend) = match metric.trend {
        Some(1) => (Ink::Good, style.pick("↑", "^")),
        Some(-1) => (Ink::Bad, style.pick("↓", "v")),
        Some(_) => (Ink::Faint, "="),
        None => (Ink::Plain, " "),
    };
    let column = |text: &str, columns: usize| pad(&cut(&style.line(text), columns, style), columns);
    page.line(&[
        (Ink::Plain, "  "),
        (ink, sign),
        (Ink::Plain, " "),
        (Ink::Plain, &column(&metric.fact, widths.fact)),
        (Ink::Plain, "  "),
        (
            ink,
            &column(metric.current.as_deref().unwrap_or("-"), widths.current),
        ),
        (Ink::Plain, " "),
        (trend_ink, trend),
        (Ink::Plain, "  "),
        (Ink::Plain, &column(&metric.target, widths.target)),
        (Ink::Faint, "  "),
        (Ink::Faint, &style.line(&metric.phase)),
    ])
}

fn last(page: &mut Page<'_>, board: &Board) -> io::Result<()> {
    let style = page.style;
    let states = [
        PhaseState::Complete,
        PhaseState::Stale,
        PhaseState::Ready,
        PhaseState::Open,
        PhaseState::Blocked,
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

    fn cut_to(names: &[&str], most: usize) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let style = Style {
            unicode: true,
            ..Style::default()
        };
        apart(&names, most, &style)
    }

    #[test]
    fn names_that_must_be_cut_stay_apart() {
        let cases: [(&[&str], usize); 4] = [
            (&["phase-with-long-name-1", "phase-with-long-name-2"], 12),
            (&["a-release-of-many-parts", "b-release-of-many-parts"], 10),
            (
                &["same-start-x-same-end-of-it", "same-start-y-same-end-of-it"],
                20,
            ),
            (
                &[
                    "日本語の長い名前のフェーズ一",
                    "日本語の長い名前のフェーズ二",
                ],
                12,
            ),
        ];
        for (names, most) in cases {
            let cut = cut_to(names, most);
            assert!(cut.iter().all(|name| width(name) <= most), "{cut:?}");
            assert_ne!(cut[0], cut[1], "{cut:?}");
            assert!(cut[0].contains('…'), "{cut:?}");
        }
        assert_eq!(cut_to(&["short", "other"], 12), ["short", "other"]);
        // What cannot be told apart in so little is cut all the same.
        let hard = ["xx1xxxxxxxxx", "xxxxxxxxx1xx", "xxxxx1xxxxxx"];
        assert!(cut_to(&hard, 4).iter().all(|name| width(name) <= 4));
    }
}
