//! The work on a phase, as git tells it: who wrote what changed since it began, and which content its commits had.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::{Ground, View};
use crate::model::{Says, Who};
use crate::phase::{self, PlannedPhase, SignOffs, Standings, Start, Work, World};
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
        let past = self.past(ground);
        let past = past.map_err(|words| NoStart::Silent(words.to_owned()))?;
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

    /// The commits of HEAD's history, newest first.
    fn past(&self, ground: &Ground) -> Result<&[Past], &str> {
        let ask = || ground.repository.past(MOST, ground.prefix());
        let past = self.past.get_or_init(|| ask().map_err(silent));
        past.as_deref().map_err(String::as_str)
    }

    /// The subjects of the commits since the phase began, and why there may be more. Where no commit is known to be its
    /// beginning, all of history is its own: a squash or a rebase takes no sign-off back.
    pub fn subjects(
        &self,
        ground: &Ground,
        phase: &PlannedPhase,
        standings: &Standings,
    ) -> (BTreeSet<String>, Option<String>) {
        let past = match self.past(ground) {
            Ok(past) => past,
            Err(words) => return (BTreeSet::new(), Some(words.to_owned())),
        };
        let begun = match self.start(ground, phase, standings) {
            Ok(Start {
                after: Some(_),
                commit,
                ..
            }) => past.iter().find(|one| one.commit == commit),
            _ => None,
        };
        // Content that came back is as old as when it was there first.
        let first =
            begun.and_then(|begun| past.iter().rposition(|one| one.subject == begun.subject));
        let all = first.map_or(past, |first| &past[..=first]);
        let cut = match first {
            Some(_) => None,
            None if is_shallow(ground) => Some("the clone is shallow".to_owned()),
            None if past.len() >= MOST => Some(format!("only the newest {MOST} commits are read")),
            None => None,
        };
        (all.iter().map(|one| one.subject.clone()).collect(), cut)
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

impl View<'_> {
    /// What git tells of the work on a phase and on those that it is a part of, as far as sign-offs ask; and what is to
    /// be known of that.
    pub(super) fn work(
        &self,
        world: &World<'_>,
        standings: &Standings,
        phase: &PlannedPhase,
    ) -> (BTreeMap<String, Work>, Option<String>) {
        let mut works = BTreeMap::new();
        let mut note = None;
        let mut here = Some(phase);
        while let Some(one) = here.filter(|one| !works.contains_key(&one.id)) {
            let mut work = Work::NONE;
            let entry = one
                .entry
                .as_ref()
                .and_then(|entry| entry.sign_offs.as_ref());
            let own = one.sign_offs.as_ref().filter(|_| one.id == phase.id);
            if own.into_iter().chain(entry).any(SignOffs::not_author) {
                let (authors, said) = self.asked.authors(self.ground, one, standings);
                work.authors = authors;
                note = note.or(said);
            }
            if entry.is_some() && signed_before(world, one) {
                (work.subjects, work.cut) = self.asked.subjects(self.ground, one, standings);
            }
            works.insert(one.id.clone(), work);
            let parent = one.parent.as_deref();
            here = parent.and_then(|id| world.phases.iter().find(|other| other.id == id));
        }
        (works, note)
    }
}

/// Whether somebody signed for the start of a phase on other content than that of today.
fn signed_before(world: &World<'_>, phase: &PlannedPhase) -> bool {
    let mut signed = world.history.phase(&phase.id).sign_offs.iter();
    signed.any(|one| {
        let start = matches!(one.record.says, Says::SignOff { entry: true, .. });
        start && one.record.tree != world.subject.id
    })
}

/// Authors since a commit, as git has them.
fn people(ground: &Ground, since: Option<&str>) -> Authors {
    let hands = ground
        .repository
        .hands_since(since, ground.prefix())
        .map_err(silent)?;
    let person = |(name, email): Named| Who { name, email };
    let is_known = |who: &Who| {
        let mut known = ground.people.all_of_git(&who.name, &who.email);
        known.next().is_some()
    };
    let authors = hands.authors.into_iter().map(person);
    // A committer whom nobody knows is a forge, not a person.
    let committers = hands.committers.into_iter().map(person).filter(is_known);
    let mut all: Vec<Who> = authors.chain(committers).collect();
    all.sort();
    all.dedup();
    Ok(all)
}

/// The merge base with the default branch.
fn base(ground: &Ground) -> Result<String, String> {
    match ground.repository.base(None, None, ground.state()) {
        // Whatever the branch is called, or without one: what is merged already cannot be told from what came before it.
        Ok(Base::Commit(commit)) if ground.commit() == Some(commit.as_str()) => {
            Err("HEAD is a commit of the default branch, with no other to count from".to_owned())
        }
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
