//! One gate that does not pass, for people: what was wanted and where that is written, what was found and
//! where the evidence lies, the first failures or findings, and what to do.
//!
//! ```text
//! ✗ coverage  fail · 2.1 s
//!   coverage.lines  wanted  >=80%  tollgate.yaml:34
//!                   found   79.6%  coverage/lcov.info
//!   again           tollgate run coverage
//! ```

use std::io;

use super::Style;
use super::layout::{Page, cut, labels, pad, width, wrap};
use super::style::{Ink, ink_of};
use super::words::{self, Row};
use crate::model::{ConditionVerdict, Finding, Level, Reason, TestFailure, Verdict};
use crate::source::Place;

/// How much of each is shown, usual and with `-v`.
struct Most {
    conditions: usize,
    failures: usize,
    findings: usize,
    lines: usize,
    output: usize,
}

impl Most {
    fn of(style: &Style) -> Self {
        let (conditions, failures, findings, lines, output) = match style.verbose {
            0 => (6, 3, 4, 2, 8),
            _ => (usize::MAX, 50, 50, 8, 40),
        };
        Self {
            conditions,
            failures,
            findings,
            lines,
            output,
        }
    }
}

/// Draws one gate.
pub(super) fn detail(page: &mut Page<'_>, row: Row<'_>) -> io::Result<()> {
    let most = Most::of(page.style);
    let unmet = words::unmet(row.gate);
    let against = words::against(row.gate);
    let column = name_column(row, &unmet, &against, page.style);
    head(page, row)?;
    let style = page.style;
    let mut sheet = Sheet {
        page,
        column,
        values: value_column(&unmet[..unmet.len().min(most.conditions)], style),
    };
    let (first, later) = words::around(&against, &unmet);
    for reason in first {
        sheet.reason(reason)?;
    }
    for condition in unmet.iter().take(most.conditions) {
        sheet.condition(words::below(row.gate, &condition.fact), condition)?;
    }
    if unmet.len() > most.conditions {
        let rest = unmet.len() - most.conditions;
        sheet.faint(&format!("and {rest} more conditions, with `-v`"))?;
    }
    sheet.failures(&row.gate.failures, row.gate.failures_cut)?;
    sheet.findings(&row.gate.findings, row.gate.findings_cut)?;
    for reason in later {
        sheet.reason(reason)?;
    }
    sheet.output(row, &most)?;
    sheet.advice(row)
}

/// `✗ coverage  fail · 2.1 s · owner backend`
fn head(page: &mut Page<'_>, row: Row<'_>) -> io::Result<()> {
    let style = page.style;
    let gate = row.gate;
    let mut rest = String::new();
    let mut add = |part: &str| {
        rest.push_str(style.dot());
        rest.push_str(part);
    };
    if let Some(cause) = gate.cause {
        add(words::cause_words(cause));
    }
    if let Some(run) = row.run.filter(|run| run.ended.is_some()) {
        add(&words::time(run.duration_ms));
        if run.attempts > 1 {
            add(&format!("{} attempts", run.attempts));
        }
    }
    if let Some(owner) = &gate.owner {
        add(&format!("owner {}", style.line(owner)));
    }
    let unplaced = words::unmet(gate)
        .iter()
        .any(|condition| condition.written.is_none());
    if unplaced || !words::against(gate).is_empty() {
        add(&style.line(&gate.written.to_string()));
    }
    let ink = ink_of(gate);
    let verdict = words::verdict_words(gate);
    let room = style.width.saturating_sub(4 + width(&verdict));
    let id = labels(&[style.line(&gate.id)], room, style).concat();
    page.line(&[
        (ink, style.sign(gate.verdict)),
        (Ink::Plain, " "),
        (Ink::Strong, &id),
        (Ink::Plain, "  "),
        (ink, &verdict),
        (Ink::Faint, &rest),
    ])
}

/// Columns for the names at the left; longer names get a line of their own.
fn name_column(
    row: Row<'_>,
    unmet: &[&ConditionVerdict],
    against: &[&Reason],
    style: &Style,
) -> usize {
    let most = (style.width / 3).min(24);
    let facts = unmet
        .iter()
        .map(|c| width(&style.line(words::below(row.gate, &c.fact))));
    let codes = against.iter().map(|reason| width(reason.code));
    facts
        .chain(codes)
        .filter(|columns| *columns <= most)
        .max()
        .unwrap_or(0)
        .max(6)
}

/// Columns for the values, so that the places stand below each other.
fn value_column(shown: &[&ConditionVerdict], style: &Style) -> usize {
    let values = shown
        .iter()
        .flat_map(|condition| [Some(&condition.bound), condition.measured.as_ref()]);
    let columns = values.flatten().map(|value| width(&style.line(value)));
    columns.filter(|columns| *columns <= 24).max().unwrap_or(0)
}

/// Columns for the labels of what to do.
const LABELS: usize = 6;

/// Lines of one text, without `-v`.
const LONGEST: usize = 10;

/// A block with names at the left and what belongs to them at the right.
pub(super) struct Sheet<'a, 'b> {
    page: &'a mut Page<'b>,
    column: usize,
    values: usize,
}

impl<'a, 'b> Sheet<'a, 'b> {
    /// A block on that page with so many columns for its names.
    pub(super) fn new(page: &'a mut Page<'b>, column: usize) -> Self {
        Self {
            page,
            column,
            values: 0,
        }
    }
    /// Where the right side begins.
    fn right(&self) -> usize {
        2 + self.column + 2
    }

    /// The name, on a line of its own when it is long; then the blanks that stand for it.
    fn name(&mut self, name: &str) -> io::Result<String> {
        if width(name) <= self.column {
            return Ok(format!("  {}  ", pad(name, self.column)));
        }
        for line in wrap(name, self.page.style.width.saturating_sub(2)) {
            self.page
                .line(&[(Ink::Plain, "  "), (Ink::Strong, &line)])?;
        }
        Ok(" ".repeat(self.right()))
    }

    /// A label with text that may run over several lines.
    pub(super) fn entry(&mut self, label: &str, ink: Ink, text: &str) -> io::Result<()> {
        self.named((Ink::Faint, label), (ink, text))
    }

    fn named(&mut self, name: (Ink, &str), text: (Ink, &str)) -> io::Result<()> {
        let style = self.page.style;
        let mut start = self.name(name.1)?;
        let room = style.width.saturating_sub(self.right());
        let mut lines = wrap(text.1, room);
        if lines.len() > LONGEST && style.verbose == 0 {
            lines.truncate(LONGEST);
            lines.push(style.pick("…", "..").to_owned());
        }
        for line in lines {
            self.page.line(&[(name.0, &start), (text.0, &line)])?;
            start = " ".repeat(self.right());
        }
        Ok(())
    }

    pub(super) fn faint(&mut self, text: &str) -> io::Result<()> {
        self.page.line(&[(Ink::Plain, "  "), (Ink::Faint, text)])
    }

    fn reason(&mut self, reason: &Reason) -> io::Result<()> {
        let style = self.page.style;
        let said = style.line(&words::reason_words(reason));
        self.named((Ink::Strong, reason.code), (Ink::Plain, &said))?;
        if let Some(place) = places(&reason.evidence, style) {
            self.entry("", Ink::Faint, &place)?;
        }
        match &reason.help {
            Some(help) => self.entry("", Ink::Plain, &format!("help: {}", style.line(help))),
            None => Ok(()),
        }
    }

    fn condition(&mut self, fact: &str, condition: &ConditionVerdict) -> io::Result<()> {
        let style = self.page.style;
        let written = condition
            .written
            .as_ref()
            .map(|place| style.line(&place.to_string()));
        let measured = condition.measured.as_deref().unwrap_or("nothing");
        let (bound, measured) = (style.line(&condition.bound), style.line(measured));
        let column = self.values;
        let start = self.name(&style.line(fact))?;
        let written = written.unwrap_or_else(|| "built in".to_owned());
        self.value(&start, "wanted  ", (Ink::Plain, &bound), column, &written)?;
        let blanks = " ".repeat(self.right());
        let ink = if condition.verdict == Verdict::Fail {
            Ink::Bad
        } else {
            Ink::Care
        };
        let evidence = places(&condition.evidence, style).unwrap_or_default();
        self.value(&blanks, "found   ", (ink, &measured), column, &evidence)?;
        match &condition.note {
            Some(note) => self.entry("", Ink::Plain, &format!("note    {}", style.line(note))),
            None => Ok(()),
        }
    }

    /// A value with its place beside it, or below it where there is no room.
    fn value(
        &mut self,
        start: &str,
        label: &str,
        value: (Ink, &str),
        column: usize,
        place: &str,
    ) -> io::Result<()> {
        let at = width(start) + width(label);
        let room = self.page.style.width.saturating_sub(at);
        let mut lines = wrap(value.1, room);
        let last = lines.pop().unwrap_or_default();
        let (mut start, mut label) = (start.to_owned(), label.to_owned());
        for line in &lines {
            self.page
                .line(&[(Ink::Strong, &start), (Ink::Faint, &label), (value.0, line)])?;
            start = " ".repeat(at);
            label.clear();
        }
        let filled = pad(&last, column);
        let beside = width(&filled) + 2 + width(place) <= room;
        let shown = if beside {
            format!("  {place}")
        } else {
            String::new()
        };
        let filled = if beside { filled } else { last };
        self.page.line(&[
            (Ink::Strong, &start),
            (Ink::Faint, &label),
            (value.0, &filled),
            (Ink::Faint, &shown),
        ])?;
        if !beside && !place.is_empty() {
            for line in wrap(place, room) {
                self.page
                    .line(&[(Ink::Faint, &" ".repeat(at)), (Ink::Faint, &line)])?;
            }
        }
        Ok(())
    }

    /// The first of them, and how many more there are.
    pub(super) fn failures(&mut self, failures: &[TestFailure], cut: u64) -> io::Result<()> {
        let most = Most::of(self.page.style);
        for failure in failures.iter().take(most.failures) {
            self.failure(failure, &most)?;
        }
        self.rest(failures.len() as u64 + cut, most.failures, "failed test")
    }

    fn failure(&mut self, failure: &TestFailure, most: &Most) -> io::Result<()> {
        let style = self.page.style;
        let sign = if failure.errored {
            "!"
        } else {
            style.sign(Verdict::Fail)
        };
        let name = style.line(&failure.id);
        let place = place_of(failure.file.as_deref(), failure.line, None, style);
        let room = style.width.saturating_sub(4);
        let beside = width(&name) + 2 + width(&place) <= room;
        let shown = if beside && !place.is_empty() {
            format!("  {place}")
        } else {
            String::new()
        };
        let name = cut(&name, room, style);
        self.page.line(&[
            (Ink::Plain, "  "),
            (Ink::Care, sign),
            (Ink::Plain, " "),
            (Ink::Plain, &name),
            (Ink::Faint, &shown),
        ])?;
        if !beside && !place.is_empty() {
            self.page
                .line(&[(Ink::Plain, "    "), (Ink::Faint, &place)])?;
        }
        let said = style.lines(&failure.message);
        self.message(&said, most.lines)
    }

    /// The worst of them, and how many more there are.
    pub(super) fn findings(&mut self, findings: &[Finding], cut: u64) -> io::Result<()> {
        let most = Most::of(self.page.style);
        let mut worst: Vec<&Finding> = findings.iter().collect();
        worst.sort_by_key(|finding| (finding.state, finding.level));
        for finding in worst.iter().take(most.findings) {
            self.finding(finding, &most)?;
        }
        self.rest(findings.len() as u64 + cut, most.findings, "finding")
    }

    fn finding(&mut self, finding: &Finding, most: &Most) -> io::Result<()> {
        let style = self.page.style;
        let place = place_of(finding.file.as_deref(), finding.line, finding.column, style);
        let place = if place.is_empty() {
            "no place".to_owned()
        } else {
            place
        };
        let ink = if finding.level <= Level::High {
            Ink::Bad
        } else {
            Ink::Care
        };
        let severity = style.line(&finding.severity);
        let severity = if severity.is_empty() {
            finding.level.word().to_owned()
        } else {
            severity
        };
        let rule = finding.rule.as_deref().unwrap_or_default();
        let name = match rule {
            "" => severity,
            rule => format!("{severity}  {}", style.line(rule)),
        };
        let name = match words::mark(finding) {
            "" => name,
            mark => format!("{mark}  {name}"),
        };
        let room = style.width.saturating_sub(4);
        let beside = width(&name) + 2 + width(&place) <= room;
        let shown = if beside {
            format!("  {place}")
        } else {
            String::new()
        };
        self.page.line(&[
            (Ink::Plain, "  "),
            (ink, &cut(&name, room, style)),
            (Ink::Faint, &shown),
        ])?;
        if !beside {
            self.page
                .line(&[(Ink::Plain, "    "), (Ink::Faint, &place)])?;
        }
        let said = style.lines(&finding.message);
        self.message(&said, most.lines)
    }

    /// The first lines of a message, indented below what it belongs to.
    fn message(&mut self, said: &[String], most: usize) -> io::Result<()> {
        let style = self.page.style;
        let room = style.width.saturating_sub(4);
        let lines: Vec<String> = said
            .iter()
            .flat_map(|line| wrap(line.trim(), room))
            .collect();
        for (index, line) in lines.iter().take(most).enumerate() {
            let more = index + 1 == most && lines.len() > most;
            let mark = if more { style.pick(" …", " ..") } else { "" };
            let line = format!("{}{mark}", cut(line, room - width(mark), style));
            self.page
                .line(&[(Ink::Plain, "    "), (Ink::Plain, &line)])?;
        }
        Ok(())
    }

    fn rest(&mut self, all: u64, most: usize, one: &str) -> io::Result<()> {
        match all.saturating_sub(most as u64) {
            0 => Ok(()),
            rest => self.faint(&format!(
                "and {}",
                words::many(rest, &format!("more {one}"))
            )),
        }
    }

    fn output(&mut self, row: Row<'_>, most: &Most) -> io::Result<()> {
        let Some(run) = row.run.filter(|_| words::output_tells(row.gate)) else {
            return Ok(());
        };
        let style = self.page.style;
        let (lines, more) = words::last_output(run, most.output);
        if lines.is_empty() {
            if run.what == "ran" {
                self.faint("output: none")?;
            }
            return Ok(());
        }
        self.faint(if more { "output, its end:" } else { "output:" })?;
        let bar = style.pick("│ ", "| ");
        for line in lines {
            let line = style.line(&line);
            self.page
                .line(&[(Ink::Faint, "  "), (Ink::Faint, bar), (Ink::Plain, &line)])?;
        }
        Ok(())
    }

    fn advice(&mut self, row: Row<'_>) -> io::Result<()> {
        let style = self.page.style;
        let gate = row.gate;
        self.column = LABELS;
        for (name, text) in [("why", &gate.why), ("fix", &gate.fix)] {
            if let Some(text) = text {
                self.entry(name, Ink::Plain, &style.line(text))?;
            }
        }
        let Some(run) = row.run else { return Ok(()) };
        if !run.stopped.is_empty() {
            self.entry("ended", Ink::Plain, &style.line(&run.stopped.join(", ")))?;
        }
        if !run.again.is_empty() {
            self.entry("again", Ink::Strong, &style.line(&run.again))?;
        }
        let log = run
            .log
            .as_ref()
            .filter(|_| style.verbose > 0 || words::output_tells(gate));
        if let Some(log) = log {
            self.entry("log", Ink::Faint, &style.line(log))?;
        }
        for note in words::notes(gate) {
            self.entry("note", Ink::Care, &style.line(&note))?;
        }
        Ok(())
    }
}

/// The first place, and how many more there are.
fn places(places: &[Place], style: &Style) -> Option<String> {
    let first = style.line(&places.first()?.to_string());
    Some(match places.len() {
        1 => first,
        count => format!("{first} and {} more", count - 1),
    })
}

/// `file:line:column`, as far as known.
pub(super) fn place_of(
    file: Option<&str>,
    line: Option<u32>,
    column: Option<u32>,
    style: &Style,
) -> String {
    let Some(file) = file.filter(|file| !file.is_empty()) else {
        return String::new();
    };
    let mut place = file.to_owned();
    for number in [line, column] {
        match number {
            Some(number) => place.push_str(&format!(":{number}")),
            None => break,
        }
    }
    style.line(&place)
}
