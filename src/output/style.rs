//! How an output may look. Filled by the command line from the terminal, the environment and the flags;
//! this room asks neither.

use console::Style as Paint;

use super::neutral;
use crate::model::{Enforce, GateVerdict, Verdict};

/// How an output may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; 80 where there is none.
    pub width: usize,
    /// Whether colours may be used.
    pub color: bool,
    /// Whether the terminal shows more than ASCII.
    pub unicode: bool,
    /// How much more to say: 0 is usual, 1 also what passed.
    pub verbose: u8,
    /// Say only what keeps from going on, and the decision.
    pub quiet: bool,
    /// The gates were already shown one by one while they ran, so clean ones need no second line.
    pub seen: bool,
}

impl Default for Style {
    /// Plain text for a pipe.
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            unicode: true,
            verbose: 0,
            quiet: false,
            seen: false,
        }
    }
}

/// What a piece of text is, and so how it is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// As the terminal shows text.
    Plain,
    /// A name to find again.
    Strong,
    /// What may be passed over.
    Faint,
    /// It holds.
    Good,
    /// It does not hold.
    Bad,
    /// It needs a look.
    Care,
}

impl Style {
    /// Text with its colour, if there may be colours.
    pub(super) fn paint(&self, ink: Ink, text: &str) -> String {
        let paint = match ink {
            Ink::Plain => return text.to_owned(),
            Ink::Strong => Paint::new().bold(),
            Ink::Faint => Paint::new().dim(),
            Ink::Good => Paint::new().green(),
            Ink::Bad => Paint::new().red().bold(),
            Ink::Care => Paint::new().yellow(),
        };
        if !self.color || text.trim().is_empty() {
            return text.to_owned();
        }
        paint.force_styling(true).apply_to(text).to_string()
    }

    /// Text from outside as one harmless line that this terminal can show.
    pub(super) fn line(&self, text: &str) -> String {
        self.shown(neutral::line(text))
    }

    /// Text from outside as harmless lines that this terminal can show, blank ones left out.
    pub(super) fn lines(&self, text: &str) -> Vec<String> {
        neutral::block(text)
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| self.shown(line.trim_end().to_owned()))
            .collect()
    }

    fn shown(&self, text: String) -> String {
        if self.unicode {
            text
        } else {
            neutral::ascii(&text)
        }
    }

    /// The first where the terminal shows it, else the second.
    pub(super) fn pick(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// Stands between parts of a line.
    pub(super) fn dot(&self) -> &'static str {
        self.pick(" · ", " - ")
    }

    /// The sign of a verdict.
    pub(super) fn sign(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Fail => self.pick("✗", "x"),
            Verdict::Inconclusive => "?",
            Verdict::Cancelled => self.pick("⊘", "/"),
            Verdict::Waived => "~",
            Verdict::Pass => self.pick("✓", "+"),
            Verdict::NotApplicable => self.pick("–", "-"),
        }
    }
}

/// The colour of a gate's verdict: red is kept for what blocks.
pub(super) fn ink_of(gate: &GateVerdict) -> Ink {
    match gate.verdict {
        Verdict::Fail if gate.enforce == Enforce::Block => Ink::Bad,
        Verdict::Fail | Verdict::Inconclusive | Verdict::Waived => Ink::Care,
        Verdict::Pass if gate.flaky => Ink::Care,
        Verdict::Pass => Ink::Good,
        Verdict::Cancelled | Verdict::NotApplicable => Ink::Faint,
    }
}
