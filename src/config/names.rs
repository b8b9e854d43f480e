//! Names: what may be one, and what a name in the file refers to.

use std::collections::HashMap;

use crate::problem::{Code, Many, Problem, Problems, Text, nearest};
use crate::source::Key;

/// Names are used in dotted facts, file names and commands.
pub(super) fn name(key: &Key, problems: &mut Problems) {
    let good = key
        .name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && key.name.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.name.len() <= 64
        && key.name != "gates";
    if !good {
        problems.push(
            Problem::new(Code::BAD_NAME, &key.at, format!("`{}` cannot be a name", key.name))
                .label("not a name")
                .help("begin with a letter; use letters, digits, `-` and `_`, at most 64; `gates` is taken"),
        );
    }
}

/// Names in the order of the file, found by name.
pub(super) struct Names<'a> {
    /// In the order of the file.
    pub list: Vec<&'a str>,
    index: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    /// Names in an order.
    pub fn of(list: impl Iterator<Item = &'a str>) -> Self {
        let list: Vec<&str> = list.collect();
        let index = list
            .iter()
            .enumerate()
            .map(|(index, name)| (*name, index))
            .collect();
        Self { list, index }
    }
}

/// The index of each name in `known`, with a problem for each that is not there.
pub(super) fn resolve(
    list: &Option<Many<Text>>,
    known: &Names<'_>,
    what: &str,
    problems: &mut Problems,
) -> Vec<usize> {
    let mut found = Vec::new();
    for text in list.iter().flat_map(|many| &many.0) {
        match known.index.get(text.value.as_str()).copied() {
            Some(index) if found.contains(&index) => {
                problems.push(
                    Problem::new(
                        Code::NO_EFFECT,
                        &text.at,
                        format!("`{}` is named twice", text.value),
                    )
                    .label("again here")
                    .help("name it once")
                    .as_warning(),
                );
            }
            Some(index) => found.push(index),
            None => problems.push(unknown_name(text, known.list.iter().copied(), what)),
        }
    }
    found
}

/// The problem of a name that nothing carries.
pub(super) fn unknown_name<'a>(
    text: &Text,
    known: impl IntoIterator<Item = &'a str>,
    what: &str,
) -> Problem {
    let known: Vec<&str> = known.into_iter().collect();
    let problem = Problem::new(
        Code::UNKNOWN_NAME,
        &text.at,
        format!("there is no {what} `{}`", text.value),
    )
    .label(format!("no such {what}"));
    match nearest(&text.value, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => problem.help(format!("no {what} is declared")),
        None => problem.help(format!("declared: {}", gate_list(&known))),
    }
}

fn gate_list(names: &[&str]) -> String {
    let shown = names
        .iter()
        .take(12)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > 12 {
        format!("{shown} and {} more", names.len() - 12)
    } else {
        shown
    }
}
