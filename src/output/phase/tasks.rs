//! The lists below the board: what blocks what, the longest chain, and who must act next. Of much only the beginning is
//! shown, unless more is asked for.

use std::io;

use super::super::Style;
use super::super::layout::{Page, pad, width, wrap};
use super::super::style::Ink;
use super::super::words;
use super::board::{NAME, heading};
use super::decision::labelled;
use crate::model::{Board, PhaseState};

/// Values, blocks and tasks that are listed before the rest is counted.
pub(super) const LISTED: usize = 15;
/// Lines of what is said of one of them.
const LINES: usize = 6;

/// How many are listed.
pub(super) fn most(style: &Style) -> usize {
    if style.verbose > 0 {
        usize::MAX
    } else {
        LISTED
    }
}

/// What blocks what: phases that wait for the same share a line.
pub(super) fn blocks(page: &mut Page<'_>, board: &Board) -> io::Result<()> {
    let style = page.style;
    let mut lines: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for phase in &board.phases {
        let mut said = phase.blocked_by.clone();
        if phase.state != PhaseState::Complete {
            let known = |words: &&String| phase.blocked_by.contains(words);
            said.extend(phase.said.iter().filter(|words| !known(words)).cloned());
            said.extend(phase.due.as_ref().map(|due| format!("due {due}")));
        }
        if said.is_empty() {
            continue;
        }
        match lines.iter_mut().find(|(_, other)| *other == said) {
            Some((names, _)) => names.push(&phase.phase),
            None => lines.push((vec![&phase.phase], said)),
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    heading(page, "What blocks what")?;
    let column = lines
        .iter()
        .map(|(names, _)| width(&style.line(&names.join(", "))))
        .max()
        .unwrap_or(0)
        .min(NAME + 2);
    for (names, said) in lines.iter().take(most(style)) {
        beside(page, &names.join(", "), &said.join("; "), column)?;
    }
    rest(page, lines.len(), "more phase")
}

/// What is said, in lines; of much only the beginning, unless more is asked for.
fn said_in_lines(said: &str, room: usize, style: &Style) -> Vec<String> {
    let long = style.verbose == 0 && said.chars().nth(room * LINES).is_some();
    if !long {
        return wrap(&style.line(said), room);
    }
    // Not all of it is laid out only to be left out: a phase may be stale for thousands of reasons.
    let start: String = said.chars().take(room * LINES).collect();
    let mut lines = wrap(&style.line(&start), room);
    lines.truncate(LINES - 1);
    lines.push(format!("{} and more, with `-v`", style.pick("…", "..")));
    lines
}

/// A name, and beside it what is said of it; a long name has a line of its own.
fn beside(page: &mut Page<'_>, name: &str, said: &str, column: usize) -> io::Result<()> {
    let style = page.style;
    let name = style.line(name);
    let room = style.width.saturating_sub(column + 4);
    let lines = said_in_lines(said, room, style);
    let mut names = wrap(&name, column).into_iter();
    let mut said = lines.iter();
    loop {
        let (name, text) = (names.next(), said.next());
        if name.is_none() && text.is_none() {
            return Ok(());
        }
        let name = pad(&name.unwrap_or_default(), column);
        page.line(&[
            (Ink::Plain, "  "),
            (Ink::Strong, &name),
            (Ink::Plain, "  "),
            (Ink::Plain, text.map_or("", String::as_str)),
        ])?;
    }
}

pub(super) fn rest(page: &mut Page<'_>, count: usize, one: &str) -> io::Result<()> {
    match count.saturating_sub(most(page.style)) {
        0 => Ok(()),
        more => {
            let text = format!("  and {}, with `-v`", words::many(more as u64, one));
            page.line(&[(Ink::Faint, &text)])
        }
    }
}

pub(super) fn chain(page: &mut Page<'_>, board: &Board) -> io::Result<()> {
    let style = page.style;
    if board.chain.len() < 2 {
        return Ok(());
    }
    heading(
        page,
        &format!("Longest chain: {} phases", board.chain.len()),
    )?;
    let text = board.chain.join(style.pick(" → ", " > "));
    labelled(page, Ink::Plain, "  ", &text, 2, Ink::Plain)
}

pub(super) fn next(page: &mut Page<'_>, board: &Board) -> io::Result<()> {
    let style = page.style;
    if board.next.is_empty() {
        return Ok(());
    }
    heading(page, "Who acts next")?;
    let column = board
        .next
        .iter()
        .map(|(who, _)| width(&style.line(who)))
        .max()
        .unwrap_or(0)
        .min(NAME);
    for (who, what) in board.next.iter().take(most(style)) {
        beside(page, who, what, column)?;
    }
    rest(page, board.next.len(), "more task")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_phase_and_blocks_it_stands_there_once() {
        let held = "dan holds it: waiting for legal".to_owned();
        let full = Board {
            phases: vec![crate::model::BoardPhase {
                phase: "beta".to_owned(),
                title: None,
                parent: None,
                after: Vec::new(),
                state: PhaseState::Open,
                readiness: None,
                gates: Vec::new(),
                blocked_by: vec![held.clone()],
                due: None,
                said: Some(held.clone()),
                liens: Vec::new(),
            }],
            ..Board::default()
        };
        let mut bytes = Vec::new();
        let style = Style::default();
        let mut page = Page {
            style: &style,
            to: &mut bytes,
        };
        blocks(&mut page, &full).expect("writes");
        let text = String::from_utf8(bytes).expect("text");
        assert_eq!(text.matches(&held).count(), 1, "{text}");
    }

    #[test]
    fn a_thousand_reasons_take_six_lines_and_all_of_them_with_v() {
        let reasons: Vec<String> = (0..1000)
            .map(|n| format!("bound {n} was removed"))
            .collect();
        let mut page = Vec::new();
        let full = Board {
            next: vec![("ada".to_owned(), reasons.join("; "))],
            ..Board::default()
        };
        let lines = |verbose, page: &mut Vec<u8>| {
            let style = Style {
                verbose,
                ..Style::default()
            };
            let mut page = Page {
                style: &style,
                to: page,
            };
            next(&mut page, &full).expect("writes");
        };
        lines(0, &mut page);
        let text = String::from_utf8(std::mem::take(&mut page)).expect("text");
        assert_eq!(
            text.lines().filter(|line| !line.is_empty()).count(),
            7,
            "{text}"
        );
        assert!(
            text.contains("bound 0 was") && text.contains("… and more, with `-v`"),
            "{text}"
        );
        assert!(text.lines().all(|line| width(line) <= 80), "{text}");
        lines(1, &mut page);
        let text = String::from_utf8(page).expect("text");
        assert!(text.contains("bound 999"), "{text}");
    }
}
