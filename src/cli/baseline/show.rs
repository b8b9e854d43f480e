//! `tollgate baseline show`: what is accepted, in words.

use std::fmt::Write as _;

use super::Work;
use super::draw::{held, put};
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::ledger::{self, Recorded};
use crate::model::{BaselineState, Better, KnownValue};
use crate::output::Style;

/// Entries of one sort that are shown without `-v`.
const SHOWN: usize = 10;

/// Shows the accepted state of each gate, of the work tree or of a commit.
pub(super) fn show(work: &Work, reference: Option<&str>, screen: &Screen) -> anyhow::Result<Exit> {
    let mut text = String::new();
    let (mut broken, mut missing) = (false, false);
    let style = screen.style();
    for id in work.ids() {
        let _ = writeln!(text, "{id}");
        match read(work, id, reference) {
            Ok(Some(recorded)) => draw(&mut text, &style, &recorded),
            Ok(None) => {
                missing = true;
                put(&mut text, &style, "no baseline");
            }
            Err(words) => {
                broken = true;
                put(&mut text, &style, &words);
            }
        }
    }
    screen.print(&text)?;
    Ok(match (broken, missing) {
        (true, _) => Exit::Usage,
        (_, true) => Exit::NoGo,
        _ => Exit::Go,
    })
}

fn read(work: &Work, id: &str, reference: Option<&str>) -> Result<Option<Recorded>, String> {
    let Some(reference) = reference else {
        return ledger::read(&work.plan.root, id);
    };
    let Some(repository) = &work.repository else {
        return Err("there is no git repository to look in".to_owned());
    };
    match ledger::state_at(repository, &work.plan.root, reference, id) {
        BaselineState::Here(baseline) => Ok(Some(Recorded {
            baseline: *baseline,
            ..Recorded::default()
        })),
        BaselineState::Broken(words) => Err(words),
        BaselineState::Never | BaselineState::NoRun(_) | BaselineState::Gone(_) => Ok(None),
    }
}

fn draw(text: &mut String, style: &Style, recorded: &Recorded) {
    let all = style.verbose > 0;
    let known = &recorded.baseline;
    put(text, style, &held(known));
    let values = known
        .values
        .iter()
        .map(|(name, one)| format!("{name}: {}", value(one)));
    list(text, style, all, values);
    let skipped = known.tests.iter().filter(|(_, test)| test.skipped);
    list(
        text,
        style,
        all,
        skipped.map(|(id, _)| format!("skipped test: {id}")),
    );
    if all {
        let run = known.tests.iter().filter(|(_, test)| !test.skipped);
        list(text, style, all, run.map(|(id, _)| format!("test: {id}")));
    }
    let findings = known.findings.values();
    let findings =
        findings.map(|one| format!("finding: {} in {} ({})", one.rule, one.path, one.count));
    list(text, style, all, findings);
    let counts = known.counts.iter();
    let counts = counts.map(|((pattern, path), count)| format!("{pattern} in {path}: {count}"));
    list(text, style, all, counts);
    let loosened = recorded.loosened.iter();
    let loosened =
        loosened.map(|one| format!("loosened on {}: {}: {}", one.day, one.what, one.why));
    list(text, style, all, loosened);
}

fn value(one: &KnownValue) -> String {
    let way = match one.better {
        Better::Higher => "higher is better",
        Better::Lower => "lower is better",
        Better::Point => "a fixed point",
    };
    let spread = one
        .spread
        .map(|spread| format!(" ± {}", one.value.another(spread, None)));
    format!("{}{}, {way}", one.value, spread.unwrap_or_default())
}

fn list(text: &mut String, style: &Style, all: bool, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    let most = if all { lines.len() } else { SHOWN };
    for line in lines.iter().take(most) {
        put(text, style, line);
    }
    if lines.len() > most {
        put(
            text,
            style,
            &format!("and {} more; -v shows all", lines.len() - most),
        );
    }
}
