//! All that rules may ask about, as plain data: what the file says, what the records say, what was judged, and when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::{GateNow, History, PlannedPhase, Standing, Standings, TrustedPolicy};
use crate::model::{Measure, People, Subject, VerdictDocument, Who};

/// What is the same for all phases.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// All phases, in the order of the file.
    pub phases: &'a [PlannedPhase],
    /// Every gate of the file by name.
    pub gates: &'a BTreeMap<String, GateNow>,
    /// What the records say.
    pub history: &'a History,
    /// The content that is judged.
    pub subject: &'a Subject,
    /// Paths that differ from what is committed, where that is known. Named when the tree is not clean.
    pub differs: &'a [String],
    /// What decides and is in no commit, each in words.
    pub astray: &'a [String],
    /// Files that a sparse checkout leaves out.
    pub left_out: &'a [String],
    /// What is known of the head's policy, where a trusted one judges.
    pub trusted: Option<&'a TrustedPolicy>,
    /// SHA-256 of the policy.
    pub policy: &'a str,
    /// Now.
    pub now: Timestamp,
    /// The day that dates are compared with.
    pub today: Date,
    /// Who is known.
    pub people: &'a People,
}

/// What git tells of the work on a phase, as far as its sign-offs ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Authors and co-authors of what was committed since it began, as git has them; else why that is not known.
    pub authors: Result<Vec<Who>, String>,
    /// Subjects of the commits since it began.
    pub subjects: BTreeSet<String>,
    /// Why there may be more of these.
    pub cut: Option<String>,
}

impl Work {
    /// Nothing that anybody asked for.
    pub const NONE: Self = Self {
        authors: Ok(Vec::new()),
        subjects: BTreeSet::new(),
        cut: None,
    };
}

/// One phase, and all that is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What is the same for all phases.
    pub world: &'a World<'a>,
    /// Where every phase stands.
    pub standings: &'a Standings,
    /// The phase.
    pub phase: &'a PlannedPhase,
    /// The verdict on its gates, with its targets applied ([`super::apply_targets`]), when they were judged.
    pub verdict: Option<&'a VerdictDocument>,
    /// Measured values that differ between equal runs, by full dotted name: they are not in the verdict.
    pub volatile: &'a BTreeMap<String, Measure>,
    /// The work on it, and on the phases that it is a part of, by name.
    pub work: &'a BTreeMap<String, Work>,
    /// Criteria that an active waiver excuses, by the name of the rule: in words with owner and end.
    pub waived: &'a BTreeMap<String, String>,
}

impl<'a> Situation<'a> {
    /// Where the phase stands.
    pub fn standing(&self) -> &'a Standing {
        self.standings.phase(&self.phase.id)
    }

    /// The work on the phase.
    pub fn work(&self) -> &'a Work {
        static NONE: Work = Work::NONE;
        self.work.get(&self.phase.id).unwrap_or(&NONE)
    }

    /// Who wrote what changed since it began, or why that is not known.
    pub fn authors(&self) -> Result<&'a [Who], &'a str> {
        let authors = &self.work().authors;
        authors.as_deref().map_err(String::as_str)
    }

    /// The phases that are parts of this one.
    pub fn parts(&self) -> impl Iterator<Item = &'a PlannedPhase> {
        let id = &self.phase.id;
        let phases = self.world.phases.iter();
        phases.filter(move |one| one.parent.as_ref() == Some(id))
    }
}
