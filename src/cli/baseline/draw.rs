//! What became of each baseline, for people.

use std::fmt::Write as _;

use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::ledger::{Change, Way};
use crate::model::Baseline;
use crate::output::{Style, neutral, wrap};

/// Changes shown of one gate, without `-v`.
const SHOWN: usize = 10;

/// What became of one baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The file was written.
    Written,
    /// It is as it should be.
    Kept,
    /// It needs somebody's hand.
    Refused,
    /// There is no usable evidence.
    Undecided,
    /// The file cannot be used.
    Broken,
}

impl Mark {
    fn word(self) -> &'static str {
        match self {
            Mark::Written => "written",
            Mark::Kept => "kept",
            Mark::Refused => "refused",
            Mark::Undecided => "undecided",
            Mark::Broken => "broken",
        }
    }
}

/// One baseline and what became of it.
pub(super) struct Line {
    mark: Mark,
    what: String,
    words: String,
    changes: Vec<Change>,
    also: Option<String>,
    help: Option<String>,
}

impl Line {
    pub fn new(mark: Mark, what: &str, words: impl Into<String>) -> Self {
        Self {
            mark,
            what: what.to_owned(),
            words: words.into(),
            changes: Vec::new(),
            also: None,
            help: None,
        }
    }

    #[must_use]
    pub fn changes(mut self, changes: Vec<Change>) -> Self {
        self.changes = changes;
        self
    }

    /// Something to know beside it.
    #[must_use]
    pub fn also(mut self, words: String) -> Self {
        self.also = Some(words);
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Lines {
    list: Vec<Line>,
}

impl Lines {
    pub fn add(&mut self, line: Line) {
        self.list.push(line);
    }

    /// Worst first: a broken file, what needs a hand, what could not be decided.
    pub fn exit(&self) -> Exit {
        let has = |mark| self.list.iter().any(|line| line.mark == mark);
        match () {
            () if has(Mark::Broken) => Exit::Usage,
            () if has(Mark::Refused) => Exit::NoGo,
            () if has(Mark::Undecided) => Exit::Undecided,
            () => Exit::Go,
        }
    }

    pub fn print(&self, screen: &Screen) -> std::io::Result<()> {
        let style = screen.style();
        let told = self
            .list
            .iter()
            .filter(|line| !style.quiet || line.mark != Mark::Kept);
        let mut text = String::new();
        for line in told {
            let head = format!("{:<9} {}", line.mark.word(), shown(&style, &line.what));
            let _ = writeln!(text, "{head}");
            put(&mut text, &style, &line.words);
            let most = if style.verbose > 0 { usize::MAX } else { SHOWN };
            for one in line.changes.iter().take(most) {
                put(&mut text, &style, &change(one));
            }
            if line.changes.len() > most {
                put(
                    &mut text,
                    &style,
                    &format!("and {} more; -v shows all", line.changes.len() - most),
                );
            }
            if let Some(also) = &line.also {
                put(&mut text, &style, also);
            }
            if let Some(help) = &line.help {
                put(&mut text, &style, &format!("help: {help}"));
            }
        }
        screen.print(&text)
    }
}

/// A text below its head, wrapped.
pub(super) fn put(text: &mut String, style: &Style, words: &str) {
    for line in wrap(&shown(style, words), style.width.saturating_sub(10)) {
        let _ = writeln!(text, "{:10}{line}", "");
    }
}

/// A text as one harmless line that this terminal can show.
pub(super) fn shown(style: &Style, words: &str) -> String {
    let line = neutral::line(words);
    if style.unicode {
        line
    } else {
        neutral::ascii(&line)
    }
}

fn change(one: &Change) -> String {
    let word = match one.way {
        Way::Looser => "looser",
        Way::Tighter => "tighter",
        Way::New => "new",
        Way::Unused => "unused",
    };
    format!("{word}: {} ({})", one.what, one.words)
}

/// How much a baseline holds.
pub(super) fn held(baseline: &Baseline) -> String {
    let count = |number: usize, one: &str| {
        let plural = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {one}{plural}"))
    };
    let parts = [
        count(baseline.values.len(), "value"),
        count(baseline.tests.len(), "test"),
        count(baseline.findings.len(), "finding"),
        count(baseline.counts.len(), "pattern count"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        let kinds: Vec<&str> = baseline.holds.iter().map(String::as_str).collect();
        return format!("nothing of {}", kinds.join(", "));
    }
    parts.join(", ")
}
