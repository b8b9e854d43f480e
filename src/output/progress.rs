//! What happens while a run goes on: a board on a terminal, few lines in a pipe or a log.
//!
//! A gate that ended is one line in both. Time comes from the clock that is passed in. A reader that goes away
//! silences the progress and nothing else: the verdict is not its business.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use indicatif::ProgressDrawTarget;

use super::board::Board;
use super::layout::{one_line, width};
use super::style::Ink;
use super::terminal::{gate_line, shown_ids};
use super::words::{self, Row};
use super::{Style, neutral};
use crate::model::{Event, GateRun, GateVerdict, Progress};

/// Tells how long the run has lasted, by a clock that only goes forward.
pub type Clock = Box<dyn Fn() -> Duration + Send>;

/// A log is never silent for longer while something runs.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// Running gates that have a line of their own on the board.
pub(super) const LINES: usize = 8;
/// Bytes of one printed line that are held back for its end.
const LINE: usize = 64 << 10;

/// Live progress for a terminal, drawn on standard error. Shows nothing where that is no
/// terminal, or a dumb one: then [`plain`] is for it.
pub fn live(style: Style, clock: Clock) -> Box<dyn Progress> {
    Box::new(Board::on(ProgressDrawTarget::stderr(), style, clock))
}

/// Lines for a pipe or a log.
pub fn plain(style: Style, clock: Clock, to: Box<dyn io::Write + Send>) -> Box<dyn Progress> {
    Box::new(Plain {
        watch: Watch::new(style, clock),
        to: Some(to),
        said: Duration::ZERO,
    })
}

/// A gate on its way.
pub(super) struct Active {
    pub(super) gate: String,
    since: Duration,
    expected: Option<f64>,
    attempt: u32,
    /// The resource it waits for.
    pub(super) waits: Option<String>,
}

/// Columns of the verdict and of the time in the line of a gate that ended, and the least that what is said of it has.
const WORD: usize = 14;
const TIME: usize = 8;
const GIST: usize = 16;

/// Columns for the name of a gate.
fn id_room(style: &Style) -> usize {
    let rest = 2 + 2 + WORD + 2 + GIST + 2 + TIME;
    style.width.saturating_sub(rest).max(style.width / 3)
}

/// What is known of the run so far: turns events into lines.
pub(super) struct Watch {
    pub(super) style: Style,
    clock: Clock,
    id_columns: usize,
    /// Names of gates as their lines show them.
    ids: BTreeMap<String, String>,
    gates: usize,
    done: usize,
    blocking: usize,
    expected: f64,
    pub(super) active: Vec<Active>,
    printed: Printed,
}

impl Watch {
    pub(super) fn new(style: Style, clock: Clock) -> Self {
        Self {
            style,
            clock,
            id_columns: 0,
            ids: BTreeMap::new(),
            gates: 0,
            done: 0,
            blocking: 0,
            expected: 0.0,
            active: Vec::new(),
            printed: Printed::default(),
        }
    }

    /// Takes note of an event; gives the lines to be said of it.
    pub(super) fn note(&mut self, event: &Event) -> Vec<String> {
        let now = (self.clock)();
        match event {
            Event::RunStarted {
                gates, expected_s, ..
            } => {
                self.gates = gates.len();
                self.expected = *expected_s;
                let names: Vec<&str> = gates.iter().map(String::as_str).collect();
                self.ids = shown_ids(&names, id_room(&self.style), &self.style);
                let widths = self.ids.values().map(|id| width(id));
                self.id_columns = widths.max().unwrap_or(0);
                Vec::new()
            }
            Event::Waiting { gate, resource } => {
                self.begin(gate, now, None, 1).waits = Some(resource.clone());
                vec![self.faint(&format!("{gate} waits for `{resource}`"))]
            }
            Event::GateStarted {
                gate,
                attempt,
                expected_s,
            } => {
                self.begin(gate, now, *expected_s, *attempt);
                match attempt {
                    0 | 1 => Vec::new(),
                    again => vec![self.faint(&format!("{gate} again, attempt {again}"))],
                }
            }
            Event::Output { gate, bytes } => {
                let lines = self.printed.add(gate, bytes);
                self.streamed(gate, &lines)
            }
            Event::GateEnded { verdict, run } => self.ended(verdict, run),
            Event::Service { name, what } => vec![self.faint(&format!("service {name}: {what}"))],
            Event::Interrupted { signal, running } => {
                let gates = words::many(*running as u64, "gate");
                let text = format!("interrupted by {signal}: ending {gates}");
                vec![one_line(&[(Ink::Care, &text)], &self.style)]
            }
        }
    }

    fn begin(
        &mut self,
        gate: &str,
        since: Duration,
        expected: Option<f64>,
        attempt: u32,
    ) -> &mut Active {
        self.active.retain(|active| active.gate != gate);
        self.active.push(Active {
            gate: gate.to_owned(),
            since,
            expected,
            attempt,
            waits: None,
        });
        let last = self.active.len() - 1;
        &mut self.active[last]
    }

    fn ended(&mut self, verdict: &GateVerdict, run: &GateRun) -> Vec<String> {
        self.active.retain(|active| active.gate != verdict.id);
        self.done += 1;
        self.blocking += usize::from(verdict.blocks());
        let rest = self.printed.end(&verdict.id);
        let mut lines = self.streamed(&verdict.id, &rest);
        let row = Row {
            gate: verdict,
            run: Some(run),
        };
        let shown = self.shown(&verdict.id);
        let id = self.id_columns.max(width(&shown));
        let word = width(&words::verdict_words(verdict)).max(WORD);
        lines.push(gate_line(
            row,
            (&shown, &words::gist(row)),
            &self.style,
            (id, word, TIME),
        ));
        lines
    }

    /// The name of a gate as its line shows it.
    pub(super) fn shown(&self, gate: &str) -> String {
        let known = self.ids.get(gate).cloned();
        known.unwrap_or_else(|| {
            let ids = shown_ids(&[gate], id_room(&self.style), &self.style);
            ids.into_values().next().unwrap_or_default()
        })
    }

    fn faint(&self, text: &str) -> String {
        one_line(
            &[(Ink::Plain, "  "), (Ink::Faint, &self.style.line(text))],
            &self.style,
        )
    }

    /// Printed lines with their gate before them. They are not cut: a log must hold all of it.
    fn streamed(&self, gate: &str, lines: &[Vec<u8>]) -> Vec<String> {
        let gate = self.style.line(gate);
        let start = format!(
            "{} {} ",
            super::layout::pad(&gate, self.id_columns),
            self.style.pick("│", "|")
        );
        let start = self.style.paint(Ink::Faint, &start);
        lines
            .iter()
            .map(|line| format!("{start}{}", self.style.line(&neutral::bytes(line))))
            .collect()
    }

    /// `unit 12 s of about 40 s`
    pub(super) fn active_words(&self, active: &Active, name: &str) -> String {
        let lasted = clock_words((self.clock)().saturating_sub(active.since));
        if let Some(resource) = &active.waits {
            return format!("{name} waits for `{resource}`, {lasted}");
        }
        let mut words = format!("{name} {lasted}");
        if let Some(expected) = active.expected.filter(|seconds| *seconds >= 1.0) {
            words.push_str(&format!(
                " of about {}",
                clock_words(whole_seconds(expected))
            ));
        }
        if active.attempt > 1 {
            words.push_str(&format!(", attempt {}", active.attempt));
        }
        words
    }

    /// `2 of 7 done · 1 not passed · 14 s of about 40 s`
    pub(super) fn sum(&self) -> String {
        let dot = self.style.dot();
        let mut sum = format!(
            "{} of {} done",
            self.done,
            words::many(self.gates as u64, "gate")
        );
        if self.blocking > 0 {
            sum.push_str(&format!("{dot}{} not passed", self.blocking));
        }
        sum.push_str(&format!("{dot}{}", clock_words((self.clock)())));
        if self.expected >= 1.0 {
            sum.push_str(&format!(
                " of about {}",
                clock_words(whole_seconds(self.expected))
            ));
        }
        sum
    }
}

fn whole_seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.round()).unwrap_or_default()
}

/// A clock that is looked at while it goes: whole seconds.
fn clock_words(lasted: Duration) -> String {
    match lasted.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => words::time(seconds.saturating_mul(1_000)),
    }
}

/// What gates printed, cut into whole lines.
#[derive(Default)]
struct Printed {
    open: BTreeMap<String, Vec<u8>>,
}

impl Printed {
    fn add(&mut self, gate: &str, bytes: &[u8]) -> Vec<Vec<u8>> {
        let open = self.open.entry(gate.to_owned()).or_default();
        open.extend_from_slice(bytes);
        let mut lines = Vec::new();
        let mut from = 0;
        while let Some(at) = memchr::memchr(b'\n', &open[from..]) {
            lines.push(open[from..from + at].to_vec());
            from += at + 1;
        }
        open.drain(..from);
        if open.len() > LINE {
            lines.push(std::mem::take(open));
        }
        lines
    }

    fn end(&mut self, gate: &str) -> Vec<Vec<u8>> {
        self.open
            .remove(gate)
            .filter(|rest| !rest.is_empty())
            .into_iter()
            .collect()
    }
}

/// Progress as lines.
struct Plain {
    watch: Watch,
    /// `None` once the reader is gone.
    to: Option<Box<dyn io::Write + Send>>,
    /// When something was last said.
    said: Duration,
}

impl Plain {
    fn say(&mut self, lines: &[String]) {
        let Some(to) = self.to.as_mut().filter(|_| !lines.is_empty()) else {
            return;
        };
        let mut text = lines.join("\n");
        text.push('\n');
        self.said = (self.watch.clock)();
        if to.write_all(text.as_bytes()).is_err() {
            self.to = None;
        }
    }
}

impl Progress for Plain {
    fn event(&mut self, event: &Event) {
        let lines = self.watch.note(event);
        let always = matches!(event, Event::Output { .. } | Event::Interrupted { .. });
        if always || !self.watch.style.quiet {
            self.say(&lines);
        }
    }

    fn settle(&mut self) {
        if self.to.as_mut().is_some_and(|to| to.flush().is_err()) {
            self.to = None;
        }
    }

    fn tick(&mut self) {
        let silent = (self.watch.clock)().saturating_sub(self.said);
        if silent < HEARTBEAT || self.watch.active.is_empty() {
            return;
        }
        let most = LINES;
        let mut running: Vec<String> = self
            .watch
            .active
            .iter()
            .take(most)
            .map(|active| self.watch.active_words(active, &active.gate))
            .collect();
        let rest = self.watch.active.len().saturating_sub(most);
        if rest > 0 {
            running.push(format!("and {rest} more"));
        }
        // Not cut to a width: a log has none, and this line may be the only sign of what hangs.
        let line = format!(
            "  still running: {}",
            self.watch.style.line(&running.join("; "))
        );
        self.say(&[line]);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};

    use super::super::fixtures;
    use super::*;

    /// A clock that a test moves.
    #[derive(Clone, Default)]
    pub(in super::super) struct Hand(Arc<AtomicU64>);

    impl Hand {
        pub(in super::super) fn clock(&self) -> Clock {
            let hand = self.0.clone();
            Box::new(move || Duration::from_secs(hand.load(Ordering::Relaxed)))
        }

        pub(in super::super) fn set(&self, seconds: u64) {
            self.0.store(seconds, Ordering::Relaxed);
        }
    }

    /// A writer that a test reads; closed once it holds `most` bytes.
    #[derive(Clone)]
    struct Paper(Arc<Mutex<Vec<u8>>>, usize);

    impl Paper {
        fn new(most: usize) -> Self {
            Self(Arc::default(), most)
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut held = self.0.lock().unwrap();
            if held.len() + bytes.len() > self.1 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            held.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    pub(in super::super) fn started(gate: &str, attempt: u32) -> Event {
        Event::GateStarted {
            gate: gate.to_owned(),
            attempt,
            expected_s: (gate == "unit").then_some(40.0),
        }
    }

    fn printed(gate: &str, bytes: &[u8]) -> Event {
        Event::Output {
            gate: gate.to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    /// A run with a bit of everything.
    pub(in super::super) fn watch(progress: &mut dyn Progress, hand: &Hand) {
        let outcome = fixtures::named("no_go");
        let gates: Vec<String> = outcome.run.gates.iter().map(|run| run.id.clone()).collect();
        progress.event(&Event::RunStarted {
            gates,
            jobs: 2,
            expected_s: 70.0,
        });
        progress.event(&Event::Service {
            name: "api".to_owned(),
            what: "ready after 2.1 s".to_owned(),
        });
        progress.event(&started("unit", 1));
        progress.event(&Event::Waiting {
            gate: "security".to_owned(),
            resource: "database".to_owned(),
        });
        progress.event(&printed(
            "unit",
            b"\x1b[32mok\x1b[0m one\r\n::error::x\n\xff half",
        ));
        hand.set(31);
        progress.tick();
        progress.event(&started("unit", 2));
        progress.event(&printed("unit", b" done"));
        for verdict in &outcome.verdict.gates {
            hand.set((hand.clock())().as_secs() + 9);
            progress.tick();
            let run = outcome.runs()[verdict.id.as_str()];
            progress.event(&Event::GateEnded {
                verdict: Box::new(verdict.clone()),
                run: Box::new(run.clone()),
            });
        }
        progress.event(&Event::Interrupted {
            signal: "SIGINT",
            running: 1,
        });
        progress.finish();
    }

    #[test]
    fn plain_lines() {
        let (hand, paper) = (Hand::default(), Paper::new(usize::MAX));
        let mut progress = plain(Style::default(), hand.clock(), Box::new(paper.clone()));
        watch(&mut *progress, &hand);
        insta::assert_snapshot!(paper.text());
    }

    #[test]
    fn a_heartbeat_names_what_runs_and_comes_every_half_minute() {
        let (hand, paper) = (Hand::default(), Paper::new(usize::MAX));
        let mut progress = plain(Style::default(), hand.clock(), Box::new(paper.clone()));
        progress.event(&started("unit", 1));
        for second in 0..=95 {
            hand.set(second);
            progress.tick();
        }
        let text = paper.text();
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "  still running: unit 30 s of about 40 s",
                "  still running: unit 1 min 0 s of about 40 s",
                "  still running: unit 1 min 30 s of about 40 s",
            ]
        );
    }

    #[test]
    fn a_reader_that_goes_away_is_no_trouble() {
        let (hand, paper) = (Hand::default(), Paper::new(60));
        let mut progress = plain(Style::default(), hand.clock(), Box::new(paper.clone()));
        watch(&mut *progress, &hand);
        assert!(paper.text().len() <= 60);
    }

    #[test]
    fn an_endless_line_is_not_held_in_memory() {
        let mut printed = Printed::default();
        let mut given = 0;
        for _ in 0..64 {
            given += printed
                .add("a", &[b'x'; 8 << 10])
                .iter()
                .map(Vec::len)
                .sum::<usize>();
            assert!(printed.open["a"].len() <= LINE);
        }
        given += printed.end("a").iter().map(Vec::len).sum::<usize>();
        assert_eq!(given, 64 * (8 << 10));
    }
}
