//! Draws problems for people: message, excerpt of the source with the place marked, and what to do.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Problem, wrap};
use crate::source::{At, Sources};

/// Narrower terminals get lines that are too long for them.
const LEAST_WIDTH: usize = 40;
/// Bytes of a line on each side of a place that the renderer sees; it cuts the excerpt to the width.
const LONGEST_LINE: usize = 4 << 10;

/// Columns before what is said, but for the code: `error[…]: `, `warning[…]: `, and all of `help: `.
const ERROR: usize = 9;
const WARNING: usize = 11;
const HELP: usize = 6;

/// Draws one problem. `width` is that of the terminal; with `fold` what is said is broken at words to fit it, else it
/// stands in one line.
pub fn render(
    problem: &Problem,
    sources: &Sources,
    (width, fold): (usize, bool),
    color: bool,
    unicode: bool,
) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer
        .term_width(width.max(LEAST_WIDTH))
        .decor_style(if unicode {
            DecorStyle::Unicode
        } else {
            DecorStyle::Ascii
        });
    let level = if problem.warning {
        Level::WARNING
    } else {
        Level::ERROR
    };
    let folded = |lead: usize, text: &str| {
        let text = tame(text);
        match fold {
            true => wrap(&text, width.max(LEAST_WIDTH).saturating_sub(lead)).join("\n"),
            false => text,
        }
    };
    let lead = if problem.warning { WARNING } else { ERROR };
    let message = folded(lead + problem.code.0.len(), &problem.message);
    let mut group = Group::with_title(level.primary_title(message.as_str()).id(problem.code.0));
    let mut places: Vec<(&At, &str)> = problem
        .at
        .iter()
        .map(|at| (at, problem.label.as_str()))
        .collect();
    places.extend(problem.also.iter().map(|(at, label)| (at, label.as_str())));
    let excerpts: Vec<Option<Excerpt>> = places
        .iter()
        .map(|(at, _)| {
            let source = sources.get(&at.file)?;
            Some(Excerpt::of(&source.text, at))
        })
        .collect();
    for (index, ((at, label), excerpt)) in places.iter().zip(&excerpts).enumerate() {
        if let Some(excerpt) = excerpt {
            group = group.element(excerpt.snippet(at, label, index == 0));
        }
    }
    let mut report = vec![group];
    if let Some(help) = &problem.help {
        report.push(Group::with_title(
            Level::HELP.secondary_title(folded(HELP, help)),
        ));
    }
    renderer.render(&report)
}

/// The line of a place. The renderer never sees the whole file: that would cost as much for each problem.
struct Excerpt {
    text: String,
    line: usize,
    mark: std::ops::Range<usize>,
}

impl Excerpt {
    fn of(text: &str, at: &At) -> Self {
        let start = boundary(text, at.start);
        let end = boundary(text, (at.start + at.len.max(1)).min(text.len()));
        let first = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let first = boundary(text, first.max(start.saturating_sub(LONGEST_LINE)));
        let last = text[start..]
            .find('\n')
            .map_or(text.len(), |newline| start + newline);
        let last = boundary(text, last.min(start + LONGEST_LINE));
        // A span over many lines would draw the whole block: its first line says enough.
        let end = end.clamp(start, last);
        Self {
            text: tame_source(&text[first..last]),
            line: text[..first].matches('\n').count() + 1,
            mark: start - first..end - first,
        }
    }

    fn snippet<'a>(
        &'a self,
        at: &'a At,
        label: &'a str,
        primary: bool,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let kind = if primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let mark = kind
            .span(self.mark.clone())
            .label((!label.is_empty()).then_some(label));
        Snippet::source(self.text.as_str())
            .line_start(self.line)
            .path(Some(&*at.file))
            .annotation(mark)
    }
}

fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What acts on a terminal or a CI runner that reads the log must not do so from a hostile file; each character is
/// replaced by one of the same length in bytes, so that spans stay right.
fn tame_source(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| match (acts(c), c.len_utf8()) {
            _ if c == '\t' => c,
            (false, _) => c,
            (true, 1) => '?',
            (true, 2) => '\u{b7}',
            (true, _) => '\u{fffd}',
        })
        .collect();
    text.replace("##", "# ")
}

fn tame(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| match c {
            // A line of its own could be read as a command.
            '\n' => ' ',
            c if acts(c) => '?',
            c => c,
        })
        .collect();
    text.replace("##", "# #")
}

/// Controls, and characters that turn the direction of what follows.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Code, width};

    #[test]
    fn on_a_terminal_what_is_said_is_broken_at_words() {
        let long = "a name that nobody knows and that says so in many words, ".repeat(3);
        let problem = Problem::nowhere(Code::UNKNOWN_NAME, long.trim()).help(long.trim());
        let sources = Sources::default();
        for problem in [problem.clone(), problem.as_warning()] {
            for columns in [60, 80] {
                let drawn = render(&problem, &sources, (columns, true), false, true);
                assert!(drawn.lines().all(|line| width(line) <= columns), "{drawn}");
                let words = |text: &str| text.split_whitespace().count();
                assert!(words(&drawn) >= 2 * words(&long), "{drawn}");
            }
            let drawn = render(&problem, &sources, (80, false), false, true);
            assert_eq!(drawn.lines().count(), 3, "{drawn}");
        }
    }
}
