//! What a rule says, and the pen it writes it with.

use std::collections::BTreeMap;

use super::Asks;
use crate::model::{Criterion, Outstanding, Sort};
use crate::source::Place;

/// What a rule says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// What it asks and what it found.
    pub criterion: Criterion,
    /// Everything that is outstanding.
    pub outstanding: Vec<Outstanding>,
    /// Things to know that change nothing.
    pub notes: Vec<String>,
    /// What it holds under: liens and waivers, in words with owner and end. Not empty makes a go conditional.
    pub under: Vec<String>,
    /// Records that it rests on.
    pub basis: Basis,
}

/// Digests of the records that a decision rests on, as a completion names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// Completions of the phases before it and of its parts, by phase.
    pub after: BTreeMap<String, String>,
    /// Sign-offs that counted, for its entry and for its completion.
    pub sign_offs: Vec<String>,
    /// Liens that it stands under.
    pub liens: Vec<String>,
    /// Observations that the soak rests on.
    pub observations: Vec<String>,
}

/// Writes an answer.
#[derive(Debug)]
pub struct Asking {
    rule: &'static str,
    written: Option<Place>,
    answer: Answer,
}

impl Asking {
    /// Begins the answer of a rule: what it asks, and where that is written.
    pub fn new(rule: &'static str, wanted: impl Into<String>, written: Option<Place>) -> Self {
        let criterion = Criterion {
            rule: rule.to_owned(),
            wanted: wanted.into(),
            ..Criterion::default()
        };
        Self {
            rule,
            written,
            answer: Answer {
                criterion,
                ..Answer::default()
            },
        }
    }

    /// What is asked, for programs.
    pub fn asks(&mut self, asks: Option<Asks>) {
        self.answer
            .criterion
            .asks
            .extend(asks.into_iter().flatten());
    }

    /// Something is outstanding. What it returns may be made more exact: who, where.
    pub fn lacks(
        &mut self,
        sort: Sort,
        wanted: impl Into<String>,
        found: impl Into<String>,
        help: impl Into<String>,
    ) -> &mut Outstanding {
        self.answer.outstanding.push(Outstanding {
            rule: self.rule,
            sort,
            wanted: wanted.into(),
            found: found.into(),
            help: help.into(),
            written: self.written.clone(),
            who: Vec::new(),
        });
        self.answer.outstanding.last_mut().expect("just pushed")
    }

    /// Something to know.
    pub fn note(&mut self, words: impl Into<String>) {
        self.answer.notes.push(words.into());
    }

    /// It holds only under this.
    pub fn under(&mut self, words: impl Into<String>) {
        self.answer.under.push(words.into());
    }

    /// The records that it rests on, to add to.
    pub fn basis(&mut self) -> &mut Basis {
        &mut self.answer.basis
    }

    /// The answer. `found` is told where nothing is outstanding; else what is outstanding tells it.
    pub fn done(mut self, found: impl Into<String>) -> Answer {
        let outstanding = &self.answer.outstanding;
        self.answer.criterion.holds = outstanding.is_empty();
        self.answer.criterion.found = match outstanding.len() {
            0 => found.into(),
            1 => outstanding[0].found.clone(),
            more => format!("{} (and {} more)", outstanding[0].found, more - 1),
        };
        self.answer
    }
}
