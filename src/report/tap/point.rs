//! The lines of TAP that mean something: test points with their directives, plans, `Bail out!`.
//!
//! It reads one line and knows nothing of those around it.

use crate::model::TestOutcome;

/// A line that begins with `ok` or `not ok`.
pub(super) struct Point<'a> {
    ok: bool,
    pub number: Option<u64>,
    pub name: &'a str,
    /// A subtest in braces follows, which this point sums up.
    pub braced: bool,
    skip: bool,
    todo: bool,
    pub seconds: Option<f64>,
}

impl<'a> Point<'a> {
    /// Reads a line that begins so.
    pub fn read(line: &'a str) -> Option<Self> {
        let (ok, rest) = match line.strip_prefix("not ok") {
            Some(rest) => (false, rest),
            None => (true, line.strip_prefix("ok")?),
        };
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let rest = rest.trim_start();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let whole = !rest[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let number = if whole {
            rest[..digits].parse().ok()
        } else {
            None
        };
        let rest = if number.is_some() {
            &rest[digits..]
        } else {
            rest
        };
        let mut point = Point {
            ok,
            number,
            name: "",
            braced: line.trim_end().ends_with(" {"),
            skip: false,
            todo: false,
            seconds: None,
        };
        let text = point.directive(rest).trim();
        let text = text.strip_prefix("- ").unwrap_or(
            text.strip_prefix('-')
                .filter(|rest| rest.is_empty())
                .unwrap_or(text),
        );
        point.name = text.strip_suffix(" {").unwrap_or(text).trim();
        Some(point)
    }

    /// Takes the directive off the end of the description. It follows the first `#` that stands alone or before its
    /// word, is not escaped and not within a word. Behind a later one it excuses no failure, but is no pass either.
    fn directive(&mut self, text: &'a str) -> &'a str {
        let mut end = text.len();
        let mut first = true;
        let mut escaped = false;
        let mut before = ' ';
        for (at, character) in text.char_indices() {
            let marks = character == '#' && !escaped && before.is_whitespace();
            escaped = character == '\\' && !escaped;
            before = character;
            if !marks {
                continue;
            }
            let words = text[at + 1..].trim_start();
            let (skip, todo) = (is_word(words, "skip"), is_word(words, "todo"));
            if (first && todo) || (skip && (first || self.ok)) {
                self.skip = skip;
                self.todo = todo;
                return &text[..end.min(at)];
            }
            if let Some(time) = words.strip_prefix("time=") {
                self.seconds = seconds(time);
                end = end.min(at);
            }
            first &= !text[at + 1..].starts_with(char::is_whitespace);
        }
        &text[..end]
    }

    /// Whether it is a failure.
    pub fn failed(&self) -> bool {
        self.outcome() == TestOutcome::Failed
    }

    /// What became of it.
    pub fn outcome(&self) -> TestOutcome {
        match (self.ok, self.skip, self.todo) {
            (_, true, _) | (false, _, true) => TestOutcome::Skipped,
            (true, ..) => TestOutcome::Passed,
            (false, ..) => TestOutcome::Failed,
        }
    }
}

/// Whether a text begins with a directive, in whatever case. `skip` may go on: `skipped`.
fn is_word(text: &str, known: &str) -> bool {
    text.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case(known))
        && (known == "skip" || !text[4..].starts_with(char::is_alphanumeric))
}

/// `1.06ms` or `2s` in seconds; bare numbers are milliseconds.
fn seconds(text: &str) -> Option<f64> {
    let text = text.split_whitespace().next()?;
    let (number, scale) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1e-3),
        (None, Some(number)) => (number, 1.0),
        _ => (text, 1e-3),
    };
    let seconds = number.parse::<f64>().ok()? * scale;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}

/// The last number of a plan, and what follows it.
pub(super) fn plan(line: &str) -> Option<(u64, &str)> {
    let rest = line.strip_prefix("1..")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = rest[digits..].trim();
    let good = after.is_empty() || after.starts_with('#');
    good.then_some((rest[..digits].parse().ok()?, after))
}

/// What follows `Bail out!`, in whatever case it is written.
pub(super) fn bail_out(line: &str) -> Option<&str> {
    const WORDS: &str = "bail out!";
    let start = line.get(..WORDS.len())?;
    start
        .eq_ignore_ascii_case(WORDS)
        .then(|| line[WORDS.len()..].trim())
}
