//! Who wrote what a phase changed: authors since it began, as git and people.yaml know them.

use super::Ground;
use crate::model::Who;
use crate::phase::{self, PlannedPhase, Standings};
use crate::vcs::Base;

/// Commits of the past that are looked through for the beginning of a phase.
const MOST: usize = 20_000;

/// The authors since the phase began, or why they are not known; and what is to be known of that.
pub(super) fn authors(
    ground: &Ground,
    phase: &PlannedPhase,
    standings: &Standings,
) -> (Result<Vec<Who>, String>, Option<String>) {
    let git = |words: crate::vcs::GitTrouble| format!("git does not answer: {words}");
    let past = match ground.repository.past(MOST) {
        Ok(past) => past,
        Err(trouble) => return (Err(git(trouble)), None),
    };
    let base = base(ground);
    let start = phase::start(
        phase,
        &ground.plan.phases,
        standings,
        past.iter()
            .map(|one| (one.commit.as_str(), one.subject.as_str())),
        base.as_deref().map_err(String::as_str),
    );
    let (since, note) = match start {
        Ok(start) => (Some(start.commit), start.note),
        // Nothing comes before it: all of history is its own, which excludes more people and never fewer.
        Err(_) if is_first(phase, &ground.plan.phases) && !is_shallow(ground) => (None, None),
        Err(words) => return (Err(words), None),
    };
    let hands = match ground.repository.hands_since(since.as_deref()) {
        Ok(hands) => hands,
        Err(trouble) => return (Err(git(trouble)), None),
    };
    let person = |(name, email): (String, String)| {
        let known = ground.people.of_git(&name, &email).map(str::to_owned);
        (
            known.is_some(),
            Who {
                name: known.unwrap_or(name),
                email,
            },
        )
    };
    let authors = hands.authors.into_iter().map(|one| person(one).1);
    // A committer whom nobody knows is a forge, not a person.
    let committers = hands.committers.into_iter().map(person);
    let committers = committers.filter_map(|(known, who)| known.then_some(who));
    let mut all: Vec<Who> = authors.chain(committers).collect();
    all.sort();
    all.dedup();
    (Ok(all), note)
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
