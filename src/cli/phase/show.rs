//! Commands that only look: the board, the records, and the document that hands phases over.

use std::fs;

use anyhow::Context;
use jiff::civil::Date;

use super::super::args::Global;
use super::super::exit::Exit;
use super::super::screen::Screen;
use super::super::world;
use super::typed::{History, Report, Status};
use super::{named, notes, open};
use crate::model::{Board, BoardPhase, Entry};
use crate::output::neutral;
use crate::output::phase::{self, Handoff, handoff};
use crate::run::{Ground, Known, View};

/// Records whose signatures are checked without being asked to: each costs a process.
const CHECKED: usize = 100;

/// Draws the board.
pub fn status(global: &Global, typed: &Status, screen: &Screen) -> anyhow::Result<Exit> {
    let mut ground = match open(global, &typed.trust, &[], screen)? {
        Ok(ground) => ground,
        Err(exit) => return Ok(exit),
    };
    if let Some(name) = &typed.phase
        && named(&ground.plan.clone(), name, screen).is_none()
    {
        return Ok(Exit::Usage);
    }
    let (mut board, doubts) = match board(&mut ground, typed.at, screen) {
        Ok(board) => board,
        Err(exit) => return Ok(exit),
    };
    if let Some(name) = &typed.phase {
        only(&mut board, name);
    }
    board.notes.extend(doubts);
    let mut out = Vec::new();
    if typed.json {
        phase::board_json(&board, &mut out)?;
    } else {
        phase::board(&board, &screen.style(), &mut out)?;
    }
    screen.print(&String::from_utf8_lossy(&out))?;
    // The program ends here. Ten thousand records take a tenth of the time of all this to be given back one by one.
    std::mem::forget(ground);
    Ok(Exit::Go)
}

/// The board as it is, or will be on a day; and why nothing of it can be decided.
fn board(
    ground: &mut Ground,
    at: Option<Date>,
    screen: &Screen,
) -> Result<(Board, Vec<String>), Exit> {
    ground.check_counting().map_err(|words| {
        screen.error(&neutral::line(&words));
        Exit::Undecided
    })?;
    ground.glance();
    let today = at.unwrap_or_else(world::today);
    let noon = today.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    let now = match (at, noon) {
        (Some(_), Ok(zoned)) => zoned.timestamp(),
        _ => world::now(),
    };
    let known = Known::read(&ground.store, ground.subject(), &ground.plan.digest);
    let view = View::of(ground, known, now, today);
    let (board, _) = view.board();
    let doubts = view.broken().map(str::to_owned);
    let doubts = doubts.into_iter().chain(view.ahead(world::now()));
    Ok((board, doubts.collect()))
}

/// Leaves one phase on the board, with what concerns it. What is noted of the records as a whole concerns every phase.
fn only(board: &mut Board, name: &str) {
    board.phases.retain(|phase| phase.phase == name);
    board.metrics.retain(|metric| metric.phase == name);
    board.chain.clear();
    let lead = format!("{name}: ");
    board.next.retain(|(_, what)| what.starts_with(&lead));
}

/// Shows records.
pub fn history(global: &Global, typed: &History, screen: &Screen) -> anyhow::Result<Exit> {
    let mut ground = match open(global, &typed.trust, &[], screen)? {
        Ok(ground) => ground,
        Err(exit) => return Ok(exit),
    };
    let of = |entry: &Entry| {
        typed
            .phase
            .as_ref()
            .is_none_or(|name| entry.record.phase == *name)
    };
    let found: Vec<String> = ground
        .ledger
        .in_order()
        .into_iter()
        .filter(|entry| of(entry))
        .map(|entry| entry.digest.clone())
        .collect();
    // A phase that was renamed has records still.
    if let (Some(name), true) = (&typed.phase, found.is_empty())
        && named(&ground.plan.clone(), name, screen).is_none()
    {
        return Ok(Exit::Usage);
    }
    let newest: std::collections::BTreeSet<&String> = found.iter().rev().take(CHECKED).collect();
    let checked = ground.check_signatures(|entry| newest.contains(&entry.digest));
    notes(&checked.err().into_iter().collect::<Vec<_>>(), screen);
    notes(&ground.broken().into_iter().collect::<Vec<_>>(), screen);
    let entries: Vec<&Entry> = found
        .iter()
        .filter_map(|digest| ground.ledger.entry(digest))
        .collect();
    let mut out = Vec::new();
    if typed.json {
        phase::records_json(&entries, &mut out)?;
    } else {
        phase::history(&entries, &screen.style(), &mut out)?;
    }
    screen.print(&String::from_utf8_lossy(&out))?;
    Ok(Exit::Go)
}

/// Writes the document that hands phases over.
pub fn report(global: &Global, typed: &Report, screen: &Screen) -> anyhow::Result<Exit> {
    let mut ground = match open(global, &typed.trust, &[], screen)? {
        Ok(ground) => ground,
        Err(exit) => return Ok(exit),
    };
    if let Some(name) = &typed.phase
        && named(&ground.plan.clone(), name, screen).is_none()
    {
        return Ok(Exit::Usage);
    }
    let (mut board, doubts) = match board(&mut ground, typed.at, screen) {
        Ok(board) => board,
        Err(exit) => return Ok(exit),
    };
    board.notes.extend(doubts);
    let concerns = |name: &str| typed.phase.as_ref().is_none_or(|phase| phase == name);
    let signed = ground.check_signatures(|entry| concerns(&entry.record.phase));
    notes(&signed.err().into_iter().collect::<Vec<_>>(), screen);
    let entries = ground.ledger.in_order();
    let phases: Vec<&BoardPhase> = board
        .phases
        .iter()
        .filter(|phase| concerns(&phase.phase))
        .collect();
    let mut out = Vec::new();
    if typed.json {
        let own: Vec<&Entry> = entries
            .iter()
            .filter(|entry| concerns(&entry.record.phase))
            .copied()
            .collect();
        let names: Vec<&str> = phases.iter().map(|phase| phase.phase.as_str()).collect();
        phase::handoff_json(&names, &board, &own, &mut out)?;
    } else {
        let handed = Handoff {
            board: &board,
            phases: &phases,
            entries: &entries,
        };
        handoff(handed, &mut out)?;
    }
    match &typed.out {
        Some(path) => {
            fs::write(path, &out).with_context(|| format!("writing {}", path.display()))?;
            screen.say(&format!("wrote {}", path.display()));
        }
        None => screen.print(&String::from_utf8_lossy(&out))?,
    }
    Ok(Exit::Go)
}
