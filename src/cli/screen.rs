//! The terminal: how wide, how colourful, and one writer for everything that goes to it.

use std::io::{self, IsTerminal, Write};

use console::Term;

use super::args::{Global, When};
use super::world::variable;
use crate::output::Style;
use crate::problem::{self, Problem, wrap_below};
use crate::source::Sources;

/// Columns where there is no terminal to ask.
const PLAIN_WIDTH: usize = 80;
/// Nobody reads further problems before these are mended.
const MOST_PROBLEMS: usize = 30;
/// Wider lines are hard to read.
const MOST_WIDTH: usize = 120;

/// What standard output and standard error can show.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Standard output is a terminal.
    pub terminal: bool,
    /// Standard error is one.
    error_terminal: bool,
    style: Style,
    error_style: Style,
}

impl Screen {
    /// Asks the terminal and the environment.
    pub fn of(global: &Global) -> Self {
        let terminal = io::stdout().is_terminal();
        let style = |is_terminal: bool, term: &Term| Style {
            width: width(is_terminal, term),
            color: color(global.color, is_terminal),
            unicode: unicode(is_terminal),
            verbose: global.verbose,
            quiet: global.quiet,
            ..Style::default()
        };
        let style_of = style(terminal, &Term::stdout());
        let error_terminal = io::stderr().is_terminal();
        let error_style = style(error_terminal, &Term::stderr());
        // `console` keeps a switch of its own, which it sets from the environment.
        console::set_colors_enabled(style_of.color);
        console::set_colors_enabled_stderr(error_style.color);
        Self {
            terminal,
            error_terminal,
            style: style_of,
            error_style,
        }
    }

    /// How outputs on standard output may look.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Whether progress can be drawn live: standard error is a terminal that understands it.
    pub fn live(&self) -> bool {
        io::stderr().is_terminal() && variable("TERM").is_none_or(|term| term != "dumb")
    }

    /// How progress may look on standard error.
    pub fn progress_style(&self) -> Style {
        self.error_style
    }

    /// How files may look: no colour, the usual width.
    pub fn file_style(&self) -> Style {
        Style {
            width: PLAIN_WIDTH,
            color: false,
            unicode: true,
            ..self.style
        }
    }

    /// Writes to standard output.
    pub fn print(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Writes a line to standard error. Nobody listening is no reason to fail.
    pub fn say(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Tells something in a sentence behind a lead such as `help`: broken at words on a terminal, else in one line.
    pub fn tell(&self, lead: &str, text: &str) {
        self.marked(lead, lead, text);
    }

    /// A sentence behind a lead for standard output, broken at words on a terminal, else in one line.
    pub fn sentence(&self, lead: &str, text: &str) -> String {
        match self.terminal {
            true => wrap_below(lead, text, self.style.width).join("\n") + "\n",
            false => format!("{lead}{text}\n"),
        }
    }

    /// Says what could not be done.
    pub fn error(&self, text: &str) {
        self.coloured("error", console::style("error").red(), text);
    }

    /// Says what was done and does not help.
    pub fn warning(&self, text: &str) {
        self.coloured("warning", console::style("warning").yellow(), text);
    }

    fn coloured(&self, lead: &str, mark: console::StyledObject<&str>, text: &str) {
        let mark = mark.bold().for_stderr();
        let mark = mark.force_styling(self.error_style.color);
        self.marked(lead, &mark.to_string(), text);
    }

    /// `mark` is the lead as it is drawn.
    fn marked(&self, lead: &str, mark: &str, text: &str) {
        if !self.error_terminal {
            return self.say(&format!("{mark}: {text}"));
        }
        let lines = wrap_below(&format!("{lead}: "), text, self.error_style.width);
        self.say(&lines.join("\n").replacen(lead, mark, 1));
    }

    /// Draws problems on standard error.
    pub fn problems(&self, problems: &[Problem], sources: &Sources) {
        for problem in problems.iter().take(MOST_PROBLEMS) {
            let style = self.error_style;
            self.say(&format!(
                "{}\n",
                problem::render(
                    problem,
                    sources,
                    (style.width, self.error_terminal),
                    style.color,
                    style.unicode
                )
            ));
        }
        if problems.len() > MOST_PROBLEMS {
            self.say(&format!("… and {} more\n", problems.len() - MOST_PROBLEMS));
        }
    }
}

fn width(is_terminal: bool, term: &Term) -> usize {
    let declared = variable("COLUMNS")
        .and_then(|text| text.parse::<usize>().ok())
        .filter(|width| *width > 0);
    let asked = is_terminal
        .then(|| term.size_checked())
        .flatten()
        .map(|(_, columns)| usize::from(columns));
    asked
        .filter(|width| *width > 0)
        .or(declared)
        .unwrap_or(PLAIN_WIDTH)
        .min(MOST_WIDTH)
}

/// NO_COLOR (no-color.org), FORCE_COLOR and CLICOLOR_FORCE, then whether there is a terminal.
fn color(when: When, is_terminal: bool) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if variable("NO_COLOR").is_some() => false,
        When::Auto
            if ["FORCE_COLOR", "CLICOLOR_FORCE"]
                .iter()
                .any(|name| variable(name).is_some_and(|v| v != "0")) =>
        {
            true
        }
        When::Auto => is_terminal && variable("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Off a terminal text is UTF-8; on one the locale says what it shows.
fn unicode(is_terminal: bool) -> bool {
    if !is_terminal {
        return true;
    }
    let locale = variable("LC_ALL")
        .or_else(|| variable("LC_CTYPE"))
        .or_else(|| variable("LANG"))
        .unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    (locale.contains("utf-8") || locale.contains("utf8"))
        && variable("TERM").is_none_or(|term| term != "linux" && term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_broken_at_words_on_a_terminal_and_nowhere_else() {
        let style = Style {
            width: 40,
            ..Style::default()
        };
        let screen = |terminal| Screen {
            terminal,
            error_terminal: terminal,
            style,
            error_style: style,
        };
        let text = "the record was changed after it was written, and does not count";
        let drawn = screen(true).sentence("broken: ", text);
        assert_eq!(
            drawn,
            "broken: the record was changed after it\n        was written, and does not count\n"
        );
        let drawn = screen(false).sentence("broken: ", text);
        assert_eq!(drawn, format!("broken: {text}\n"));
    }
}
