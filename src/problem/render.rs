//! Draws problems for people: message, excerpt of the source with the place marked, and what to do.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Problem;
use crate::source::{At, Sources};

/// Longest excerpt line that is drawn; longer ones are cut by the renderer.
const LEAST_WIDTH: usize = 40;

/// Draws one problem. `width` is that of the terminal.
pub fn render(
    problem: &Problem,
    sources: &Sources,
    width: usize,
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
    let message = tame(&problem.message);
    let mut group = Group::with_title(level.primary_title(message.as_str()).id(problem.code.0));
    let mut places: Vec<(&At, &str)> = problem
        .at
        .iter()
        .map(|at| (at, problem.label.as_str()))
        .collect();
    places.extend(problem.also.iter().map(|(at, label)| (at, label.as_str())));
    let texts: Vec<Option<String>> = places
        .iter()
        .map(|(at, _)| {
            sources
                .get(&at.file)
                .map(|source| tame_source(&source.text))
        })
        .collect();
    for (index, ((at, label), text)) in places.iter().zip(&texts).enumerate() {
        if let Some(text) = text {
            group = group.element(snippet(at, label, text, index == 0));
        }
    }
    let mut report = vec![group];
    if let Some(help) = &problem.help {
        report.push(Group::with_title(Level::HELP.secondary_title(tame(help))));
    }
    renderer.render(&report)
}

fn snippet<'a>(
    at: &'a At,
    label: &'a str,
    text: &'a str,
    primary: bool,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let start = boundary(text, at.start);
    let end = boundary(text, (at.start + at.len.max(1)).min(text.len()));
    // A span over many lines would draw the whole block: its first line says enough.
    let end = text[start..end]
        .find('\n')
        .map_or(end, |newline| start + newline);
    let kind = if primary {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let mark = kind
        .span(start..end.max(start))
        .label((!label.is_empty()).then_some(label));
    Snippet::source(text).path(Some(&*at.file)).annotation(mark)
}

fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Control characters of a hostile file must not reach the terminal; each is replaced by one character of
/// the same length in bytes, so that spans stay right.
fn tame_source(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' && c != '\t' && c.is_ascii() {
                '?'
            } else {
                c
            }
        })
        .collect()
}

fn tame(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && c != '\n' { '?' } else { c })
        .collect()
}
