//! Mistakes in the user's own files: what is wrong, where, and what to write instead.
//!
//! Reading a file never stops at the first mistake: readers push problems and go on, so that one run
//! shows them all. This room holds the problem itself, the list of all codes, the typed readers that
//! collect problems ([`Shape`], [`Fields`], `options!`), and the drawing of excerpts.
//! It refuses to know what any key means.

mod codes;
mod fields;
mod lines;
mod macros;
mod nearest;
mod render;
mod shape;

pub use codes::{CODES, Code};
pub use fields::Fields;
pub(crate) use lines::{split, width, wrap, wrap_below};
pub(crate) use macros::options;
pub use nearest::nearest;
pub use render::render;
pub use shape::{Count, Flag, Many, Shape, Text};
pub(crate) use shape::{describe, object, wrong_kind};

use crate::source::At;

/// One mistake.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Which kind of mistake.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// Where, when it is at a place.
    pub at: Option<At>,
    /// What stands at that place, in a few words drawn under it.
    pub label: String,
    /// Other places that belong to it.
    pub also: Vec<(At, String)>,
    /// What to do.
    pub help: Option<String>,
    /// True for something suspicious that is not refused.
    pub warning: bool,
}

impl Problem {
    /// A mistake at a place.
    pub fn new(code: Code, at: &At, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            at: Some(at.clone()),
            label: String::new(),
            also: Vec::new(),
            help: None,
            warning: false,
        }
    }

    /// A mistake that has no place in a text.
    pub fn nowhere(code: Code, message: impl Into<String>) -> Self {
        Self {
            at: None,
            ..Self::new(code, &At::start_of(""), message)
        }
    }

    /// The words under the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Another place that belongs to it.
    #[must_use]
    pub fn also(mut self, at: &At, label: impl Into<String>) -> Self {
        self.also.push((at.clone(), label.into()));
        self
    }

    /// Suspicious, not refused.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.warning = true;
        self
    }
}

/// All mistakes found so far.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.list.push(problem);
    }

    /// Adds several, or none.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.list.extend(problems);
    }

    /// Whether something is refused.
    pub fn refuse(&self) -> bool {
        self.list.iter().any(|problem| !problem.warning)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them, in the order of the places.
    pub fn sorted(mut self) -> Vec<Problem> {
        self.list
            .sort_by_key(|p| p.at.as_ref().map(|at| (at.file.clone(), at.start)));
        self.list.dedup();
        self.list
    }

    /// All of them, as found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }
}
