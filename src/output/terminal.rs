//! The final report for people.
//!
//! First what keeps from going on, worst first, each with all that is needed to act on it (`detail.rs`); then
//! a line for every gate; last the decision, so that it stands next to the prompt. A run that may go on is
//! short: its gates and the decision.

use std::collections::BTreeMap;
use std::io;

use super::detail::detail;
use super::layout::{Page, cut, labels, pad, width, wrap};
use super::style::{Ink, ink_of};
use super::words::{self, Row};
use super::{Output, Style};
use crate::model::{Decision, Enforce, Outcome, SubjectState, Verdict};

/// Gates that are told in full; the others have their line in the table.
const DETAILED: usize = 8;
/// Gates in the table from which on clean ones are counted only.
const LISTED: usize = 40;

/// The output `terminal`.
pub struct Terminal;

impl Output for Terminal {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn about(&self) -> &'static str {
        "for people: what keeps from going on, every gate, the decision"
    }

    fn render(&self, outcome: &Outcome, style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page { style, to };
        gates(&mut page, outcome)?;
        due(&mut page, outcome)?;
        decision(&mut page, outcome)
    }
}

/// Everything but the decision.
pub(super) fn gates(page: &mut Page<'_>, outcome: &Outcome) -> io::Result<()> {
    let rows = words::rows(outcome);
    opening(page, outcome)?;
    details(page, &rows)?;
    if page.style.quiet {
        left_out(page, &rows)
    } else {
        table(page, outcome, &rows)
    }
}

/// The same, each gate once: one that is told in full has no line of its own. For screens on which more follows.
pub(super) fn gates_once(page: &mut Page<'_>, outcome: &Outcome) -> io::Result<()> {
    let rows = words::rows(outcome);
    opening(page, outcome)?;
    details(page, &rows)?;
    if page.style.quiet {
        return left_out(page, &rows);
    }
    let mut room = most(page.style);
    let others: Vec<Row<'_>> = rows
        .into_iter()
        .filter(|row| {
            let told = is_detailed(row, page.style) && room > 0;
            room -= usize::from(told);
            !told
        })
        .collect();
    table(page, outcome, &others)
}

/// How many gates are told in full.
fn most(style: &Style) -> usize {
    if style.verbose > 0 {
        usize::MAX
    } else {
        DETAILED
    }
}

/// What is to be known before anything else.
fn opening(page: &mut Page<'_>, outcome: &Outcome) -> io::Result<()> {
    let style = page.style;
    for said in words::said_first(outcome) {
        page.line(&[(Ink::Care, &said)])?;
    }
    if style.quiet {
        return Ok(());
    }
    let remarks = words::waiver_remarks(outcome);
    let notes: Vec<&String> = outcome.run.notes.iter().chain(&remarks).collect();
    for note in &notes {
        for (index, line) in wrap(&style.line(note), style.width.saturating_sub(6))
            .iter()
            .enumerate()
        {
            let label = if index == 0 { "note  " } else { "      " };
            page.line(&[(Ink::Care, label), (Ink::Plain, line)])?;
        }
    }
    if !notes.is_empty() {
        page.gap()?;
    }
    Ok(())
}

/// Whether a gate is told in full.
fn is_detailed(row: &Row<'_>, style: &Style) -> bool {
    let gate = row.gate;
    let told = matches!(gate.verdict, Verdict::Fail | Verdict::Inconclusive);
    told && match gate.enforce {
        Enforce::Block => true,
        Enforce::Warn => !style.quiet,
        Enforce::Monitor => style.verbose > 0 && !style.quiet,
    }
}

fn details(page: &mut Page<'_>, rows: &[Row<'_>]) -> io::Result<()> {
    let most = most(page.style);
    let told: Vec<_> = rows
        .iter()
        .filter(|row| is_detailed(row, page.style))
        .collect();
    if page.style.seen && !told.is_empty() {
        // Apart from the lines that were shown while the gates ran.
        page.gap()?;
    }
    for row in told.iter().take(most) {
        detail(page, **row)?;
        page.gap()?;
    }
    if told.len() > most {
        let rest = words::many((told.len() - most) as u64, "more gate");
        let rest = format!("{rest} like these: see the lines below, or `-v` for all of it");
        page.line(&[(Ink::Care, &rest)])?;
        page.gap()?;
    }
    Ok(())
}

/// In the short form, the blocking gates that have no block of their own.
fn left_out(page: &mut Page<'_>, rows: &[Row<'_>]) -> io::Result<()> {
    let mut most = most(page.style);
    let mut lines = Vec::new();
    for row in rows.iter().filter(|row| row.gate.blocks()) {
        if is_detailed(row, page.style) && most > 0 {
            most -= 1;
        } else {
            lines.push(*row);
        }
    }
    let columns = Columns::of(&lines, page.style);
    for row in &lines {
        table_line(page, *row, &columns)?;
    }
    Ok(())
}

/// The names of the gates as the table shows them, and the widths of its columns.
struct Columns {
    ids: BTreeMap<String, String>,
    id: usize,
    verdict: usize,
    time: usize,
}

/// Columns that what is said of a gate has beside a long name; what is longer stands below.
const GIST: usize = 24;

impl Columns {
    fn of(rows: &[Row<'_>], style: &Style) -> Self {
        let most = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or(0);
        let verdict = most(
            &mut rows
                .iter()
                .map(|row| width(&words::verdict_words(row.gate))),
        );
        let time = most(&mut rows.iter().map(|row| width(&time_of(*row))));
        let gist = most(
            &mut rows
                .iter()
                .map(|row| width(&style.line(&words::gist(*row)))),
        );
        let room = gist_room(style, (0, verdict, time)).saturating_sub(gist.min(GIST));
        let names: Vec<&str> = rows.iter().map(|row| row.gate.id.as_str()).collect();
        let ids = shown_ids(&names, room.max(style.width / 3), style);
        Self {
            id: most(&mut ids.values().map(|id| width(id))),
            ids,
            verdict,
            time,
        }
    }
}

impl Columns {
    fn widths(&self) -> (usize, usize, usize) {
        (self.id, self.verdict, self.time)
    }
}

/// Names of gates in so many columns, by gate.
pub(super) fn shown_ids(ids: &[&str], most: usize, style: &Style) -> BTreeMap<String, String> {
    let names: Vec<String> = ids.iter().map(|id| style.line(id)).collect();
    let shown = labels(&names, most, style);
    ids.iter().map(|id| (*id).to_owned()).zip(shown).collect()
}

fn time_of(row: Row<'_>) -> String {
    match row.run {
        Some(run) if run.ended.is_some() => words::time(run.duration_ms),
        _ => String::new(),
    }
}

fn table(page: &mut Page<'_>, outcome: &Outcome, rows: &[Row<'_>]) -> io::Result<()> {
    let only_counted = page.style.verbose == 0 && (rows.len() > LISTED || page.style.seen);
    let (shown, counted): (Vec<_>, Vec<_>) = rows
        .iter()
        .partition(|row| !only_counted || !words::is_clean(row.gate));
    let columns = Columns::of(&shown, page.style);
    for row in shown.iter().take(5 * LISTED) {
        table_line(page, *row, &columns)?;
        more_on(page, *row, &columns)?;
    }
    if shown.len() > 5 * LISTED {
        let rest = format!(
            "  and {} more, in `--output json`",
            shown.len() - 5 * LISTED
        );
        page.line(&[(Ink::Faint, &rest)])?;
    }
    if !counted.is_empty() && rows.len() > LISTED {
        let rest = words::many(counted.len() as u64, "more gate");
        let sign = page.style.sign(Verdict::Pass);
        let verb = if counted.len() == 1 { "passes" } else { "pass" };
        page.line(&[(Ink::Good, sign), (Ink::Plain, &format!(" {rest} {verb}"))])?;
    }
    if outcome.verdict.gates.is_empty() {
        page.line(&[(Ink::Care, "no gate was judged")])?;
    }
    if !shown.is_empty() || (!counted.is_empty() && rows.len() > LISTED) {
        page.gap()?;
    }
    Ok(())
}

/// `✓ unit  pass  412 passed, 3 skipped      12.4 s`
pub(super) fn gate_line(
    row: Row<'_>,
    (id, gist): (&str, &str),
    style: &Style,
    widths: (usize, usize, usize),
) -> String {
    let (id_columns, verdict_columns, time_columns) = widths;
    let gate = row.gate;
    let ink = ink_of(gate);
    let id = pad(&cut(id, id_columns, style), id_columns);
    let verdict = pad(&words::verdict_words(gate), verdict_columns);
    let time = time_of(row);
    let room = gist_room(style, widths);
    let gist = pad(&cut(&style.line(gist), room, style), room);
    let blanks = " ".repeat(2 + time_columns.saturating_sub(width(&time)));
    super::layout::one_line(
        &[
            (ink, style.sign(gate.verdict)),
            (Ink::Plain, " "),
            (Ink::Strong, &id),
            (Ink::Plain, "  "),
            (ink, &verdict),
            (Ink::Plain, "  "),
            (Ink::Plain, &gist),
            (Ink::Faint, &format!("{blanks}{time}")),
        ],
        style,
    )
}

/// Columns for what is said of a gate.
fn gist_room(style: &Style, (id, verdict, time): (usize, usize, usize)) -> usize {
    style
        .width
        .saturating_sub(2 + id + 2 + verdict + 2 + 2 + time)
}

/// Whether what is said of a gate is too long for its line and stands nowhere else.
fn is_told_below(row: Row<'_>, gist: &str, style: &Style, columns: &Columns) -> bool {
    !is_detailed(&row, style)
        && !style.quiet
        && width(&style.line(gist)) > gist_room(style, columns.widths())
}

fn table_line(page: &mut Page<'_>, row: Row<'_>, columns: &Columns) -> io::Result<()> {
    let gist = words::gist(row);
    let below = is_told_below(row, &gist, page.style, columns);
    let gist = if below { "" } else { &gist };
    let id = columns.ids.get(&row.gate.id).map_or("", String::as_str);
    let line = gate_line(row, (id, gist), page.style, columns.widths());
    writeln!(page.to, "{line}")
}

/// What a gate needed to pass, and with `-v` all that was measured.
fn more_on(page: &mut Page<'_>, row: Row<'_>, columns: &Columns) -> io::Result<()> {
    let (gate, style) = (row.gate, page.style);
    let told = is_detailed(&row, style);
    let mut lines: Vec<(Ink, String)> = Vec::new();
    let gist = words::gist(row);
    if is_told_below(row, &gist, style, columns) {
        lines.push((Ink::Plain, gist));
    }
    if !told && gate.verdict != Verdict::NotApplicable {
        lines.extend(
            words::remarks(gate)
                .into_iter()
                .map(|text| (Ink::Care, text)),
        );
    }
    if !told && gate.verdict == Verdict::Cancelled {
        lines.extend(words::ended(row).map(|text| (Ink::Care, text)));
    }
    if style.verbose > 0 {
        for condition in gate
            .conditions
            .iter()
            .filter(|c| c.verdict == Verdict::Pass)
        {
            let written = condition
                .written
                .as_ref()
                .map_or("built in".to_owned(), ToString::to_string);
            let text = format!("{}  {written}", words::found_wanted(gate, condition));
            lines.push((Ink::Faint, text));
        }
        for report in &gate.reports {
            lines.push((
                Ink::Faint,
                format!("read {} as {}", report.path, report.format),
            ));
        }
    }
    let most = if style.verbose > 0 { usize::MAX } else { 4 };
    let cut_away = lines.len().saturating_sub(most);
    for (ink, text) in lines.into_iter().take(most) {
        for line in wrap(&style.line(&text), style.width.saturating_sub(4)) {
            page.line(&[(Ink::Plain, "    "), (ink, &line)])?;
        }
    }
    if cut_away > 0 {
        page.line(&[(Ink::Faint, &format!("    and {cut_away} more, with `-v`"))])?;
    }
    Ok(())
}

/// Promises that are due: they say no whatever the gates say.
fn due(page: &mut Page<'_>, outcome: &Outcome) -> io::Result<()> {
    let style = page.style;
    for one in &outcome.run.due {
        let lines = wrap(&style.line(one), style.width.saturating_sub(8));
        for (index, line) in lines.iter().enumerate() {
            match index {
                0 => page.line(&[
                    (Ink::Bad, style.sign(Verdict::Fail)),
                    (Ink::Strong, " lien  "),
                    (Ink::Plain, line),
                ])?,
                _ => page.line(&[(Ink::Plain, "        "), (Ink::Plain, line)])?,
            }
        }
    }
    if !outcome.run.due.is_empty() {
        page.gap()?;
    }
    Ok(())
}

/// The last line: what follows, of how many gates, after what time.
fn decision(page: &mut Page<'_>, outcome: &Outcome) -> io::Result<()> {
    let style = page.style;
    if style.verbose > 0 {
        subject(page, outcome)?;
    }
    let verdict = outcome.verdict.decision;
    let ink = match words::like(verdict) {
        Verdict::Pass if outcome.run.unwritten => Ink::Care,
        Verdict::Pass => Ink::Good,
        Verdict::Fail => Ink::Bad,
        _ => Ink::Care,
    };
    let mut parts = Vec::new();
    if let Some(signal) = outcome.run.interrupted {
        parts.push(format!("interrupted by {signal}"));
    }
    parts.push(words::counts(outcome).join(", "));
    if style.verbose > 0 || verdict == Decision::NoGo {
        parts.extend(words::readiness(outcome));
    }
    if style.quiet {
        // What a green needed is never passed over in silence.
        let gates = &outcome.verdict.gates;
        let told = gates
            .iter()
            .filter(|gate| !gate.blocks() && !words::remarks(gate).is_empty());
        match told.count() as u64 {
            0 => {}
            count => parts.push(format!(
                "remarks on {}, without `-q`",
                words::many(count, "gate")
            )),
        }
        match words::waiver_remarks(outcome).len() as u64 {
            0 => {}
            count => parts.push(format!("{} on waivers", words::many(count, "remark"))),
        }
    }
    parts.push(words::time(outcome.run.duration_ms));
    parts.retain(|part| !part.is_empty());
    let unwritten = match outcome.run.unwritten {
        true => words::UNWRITTEN,
        false => "",
    };
    let lead = format!(
        "{} {}{unwritten}",
        style.sign(words::like(verdict)),
        verdict.words()
    );
    let text = format!("{lead}{}{}", style.dot(), parts.join(style.dot()));
    for (index, line) in wrap(&text, style.width).iter().enumerate() {
        match line.strip_prefix(lead.as_str()) {
            Some(rest) if index == 0 => page.line(&[(ink, &lead), (Ink::Plain, rest)])?,
            _ => page.line(&[(Ink::Plain, line)])?,
        }
    }
    Ok(())
}

/// Which content and which verdict this is.
fn subject(page: &mut Page<'_>, outcome: &Outcome) -> io::Result<()> {
    let subject = &outcome.verdict.subject;
    let state = match subject.state {
        SubjectState::Clean => "clean tree",
        SubjectState::Dirty => "tree with changes that are not committed",
        SubjectState::Moved => "tree that changed while the gates ran",
        SubjectState::NoGit => "no git here",
    };
    let id = page.style.line(&subject.id);
    page.line(&[
        (Ink::Faint, "subject  "),
        (Ink::Faint, state),
        (Ink::Plain, " "),
        (Ink::Faint, &id),
    ])?;
    let digest = page.style.line(&outcome.digest);
    page.line(&[(Ink::Faint, "verdict  "), (Ink::Faint, &digest)])
}
