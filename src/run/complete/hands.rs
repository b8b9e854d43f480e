//! Who wrote what a phase changed: authors since it began, as git and people.yaml know them.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use super::Ground;
use crate::model::Who;
use crate::phase::{self, PlannedPhase, Standings, Start};
use crate::vcs::{Base, GitTrouble, Named, Past};

/// Commits of the past that are looked through for the beginning of a phase.
const MOST: usize = 20_000;

/// Authors, or why they are not known.
type Authors = Result<Vec<Who>, String>;

/// What git was asked for all phases together: each question once.
#[derive(Debug, Default)]
pub(super) struct Asked {
    past: OnceCell<Result<Vec<Past>, String>>,
    base: OnceCell<Result<String, String>>,
    since: RefCell<BTreeMap<Option<String>, Authors>>,
}

impl Asked {
    /// Where the phase began, or why that is not known.
    pub fn start(
        &self,
        ground: &Ground,
        phase: &PlannedPhase,
        standings: &Standings,
    ) -> Result<Start, NoStart> {
        let past = self.past.get_or_init(|| {
            ground
                .repository
                .past(MOST, ground.prefix())
                .map_err(silent)
        });
        let past = past
            .as_ref()
            .map_err(|words| NoStart::Silent(words.clone()))?;
        let base = self.base.get_or_init(|| base(ground));
        phase::start(
            phase,
            &ground.plan.phases,
            standings,
            past.iter()
                .map(|one| (one.commit.as_str(), one.subject.as_str())),
            base.as_deref().map_err(String::as_str),
        )
        .map_err(NoStart::Unknown)
    }

    /// The authors since the phase began, or why they are not known; and what is to be known of that.
    pub fn authors(
        &self,
        ground: &Ground,
        phase: &PlannedPhase,
        standings: &Standings,
    ) -> (Authors, Option<String>) {
        let (since, note) = match self.start(ground, phase, standings) {
            Ok(start) => (Some(start.commit), start.note),
            // Nothing comes before it: all of history is its own, which excludes more people and never fewer.
            Err(NoStart::Unknown(_))
                if is_first(phase, &ground.plan.phases) && !is_shallow(ground) =>
            {
                (None, None)
            }
            Err(NoStart::Unknown(words) | NoStart::Silent(words)) => return (Err(words), None),
        };
        let mut known = self.since.borrow_mut();
        let people = known
            .entry(since)
            .or_insert_with_key(|since| people(ground, since.as_deref()));
        (people.clone(), note)
    }
}

/// Why it is not known where a phase began, in words.
pub(super) enum NoStart {
    /// Git does not answer.
    Silent(String),
    /// There is no such commit.
    Unknown(String),
}

fn silent(trouble: GitTrouble) -> String {
    format!("git does not answer: {trouble}")
}

/// Authors since a commit, as people.yaml names them.
fn people(ground: &Ground, since: Option<&str>) -> Authors {
    let hands = ground
        .repository
        .hands_since(since, ground.prefix())
        .map_err(silent)?;
    let person = |(name, email): Named| {
        let known = ground.people.of_git(&name, &email).map(str::to_owned);
        let who = Who {
            name: known.clone().unwrap_or(name),
            email,
        };
        (known.is_some(), who)
    };
    let authors = hands.authors.into_iter().map(|one| person(one).1);
    // A committer whom nobody knows is a forge, not a person.
    let committers = hands.committers.into_iter().map(person);
    let committers = committers.filter_map(|(known, who)| known.then_some(who));
    let mut all: Vec<Who> = authors.chain(committers).collect();
    all.sort();
    all.dedup();
    Ok(all)
}

/// The merge base with the default branch.
fn base(ground: &Ground) -> Result<String, String> {
    match ground.repository.base(None, None, ground.state()) {
        Ok(Base::Commit(commit)) => Ok(commit),
        Ok(Base::Head) => Err("on the default branch itself there is no other".to_owned()),
        Err(trouble) => {
            let (message, help) = trouble.words();
            Err(format!("{message} ({help})"))
        }
    }
}

/// Whether no phase comes before it, nor before what it is a part of.
fn is_first(phase: &PlannedPhase, phases: &[PlannedPhase]) -> bool {
    let mut here = Some(phase);
    for _ in 0..=phases.len() {
        let Some(one) = here else { return true };
        if !one.after.is_empty() {
            return false;
        }
        here = phases
            .iter()
            .find(|other| one.parent.as_ref() == Some(&other.id));
    }
    true
}

/// Whether the clone holds only a part of history: then nobody can say who wrote what came before.
fn is_shallow(ground: &Ground) -> bool {
    ground.repository.common.join("shallow").exists()
}
