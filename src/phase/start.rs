//! Where a phase began: the commit that holds what the phase before it was completed on. Found by its content, never by
//! ancestry, so that squashing and rebasing lose nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::standing::completion;
use super::{History, PlannedPhase, Standings, plan};
use crate::model::TestsRecord;

/// The fact that is counted since the beginning of a phase, so that another run's says nothing of it: what its full
/// name ends with.
pub const SINCE: &str = ".tests.added";

/// Where a phase began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The commit.
    pub commit: String,
    /// The phase whose completion it holds; none where it is the merge base with the default branch.
    pub after: Option<String>,
    /// What people should know of it.
    pub note: Option<String>,
}

/// Finds the start of a phase. `commits` are those of HEAD's history with the subject of each, newest first;
/// `merge_base` is that with the default branch, or why there is none. An error says what is not known: whatever needs
/// the start is then inconclusive.
pub fn start<'a>(
    phase: &PlannedPhase,
    phases: &[PlannedPhase],
    standings: &Standings,
    commits: impl IntoIterator<Item = (&'a str, &'a str)>,
    merge_base: Result<&str, &str>,
) -> Result<Start, String> {
    let before = comes_after(phase, phases);
    let mut subjects: BTreeMap<&str, &str> = BTreeMap::new();
    for id in &before {
        if let Some(entry) = &standings.phase(id).completion {
            subjects.insert(&entry.record.tree, id);
        }
    }
    if !subjects.is_empty() {
        let found = commits
            .into_iter()
            .find_map(|(commit, subject)| Some((commit, *subjects.get(subject)?)));
        if let Some((commit, after)) = found {
            return Ok(Start {
                commit: commit.to_owned(),
                after: Some(after.to_owned()),
                note: None,
            });
        }
    }
    let missing = match subjects.values().next() {
        Some(id) => Some(format!(
            "no commit here holds the tree that `{id}` was completed on: it counts from the default branch"
        )),
        None if before.is_empty() => None,
        None => {
            Some("no phase before it is complete: it counts from the default branch".to_owned())
        }
    };
    match merge_base {
        Ok(commit) => Ok(Start {
            commit: commit.to_owned(),
            after: None,
            note: missing,
        }),
        Err(why) => Err(match missing {
            Some(missing) => format!("{missing}, and {why}"),
            None => why.to_owned(),
        }),
    }
}

/// The phases that it comes after: its own, else those of the phase that it is a part of.
pub(super) fn comes_after<'a>(phase: &'a PlannedPhase, phases: &'a [PlannedPhase]) -> Vec<&'a str> {
    let mut here = Some(phase);
    for _ in 0..=phases.len() {
        let Some(one) = here else { break };
        if !one.after.is_empty() {
            return one.after.iter().map(String::as_str).collect();
        }
        here = one.parent.as_deref().and_then(|id| plan::find(phases, id));
    }
    Vec::new()
}

/// When a phase began, and after which: the newest completion of those that it comes after. An error says why that is
/// not known.
pub fn began<'a>(
    phase: &'a PlannedPhase,
    phases: &'a [PlannedPhase],
    standings: &Standings,
) -> Result<(Timestamp, &'a str), String> {
    let before = comes_after(phase, phases);
    if before.is_empty() {
        return Err(format!("no phase comes before `{}`", phase.id));
    }
    let mut newest: Option<(Timestamp, &str)> = None;
    for id in before {
        let Some(entry) = &standings.phase(id).completion else {
            return Err(format!("`{id}` is not complete"));
        };
        let at: Timestamp = (entry.record.at.parse())
            .map_err(|_| format!("the completion of `{id}` does not say when it was"))?;
        newest = newest.max(Some((at, id)));
    }
    newest.ok_or_else(|| format!("no phase comes before `{}`", phase.id))
}

/// The tests that a gate had when the phase began, as the records of the phases that it comes after keep them, each
/// with its phase: what is there now and not there is *added*. An error says why that is not known.
pub fn tests_at_start<'a>(
    phase: &'a PlannedPhase,
    phases: &'a [PlannedPhase],
    history: &'a History,
    standings: &Standings,
    gate: &str,
) -> Result<Vec<(&'a str, &'a TestsRecord)>, String> {
    let mut known = Vec::new();
    let mut why = format!("no phase comes before `{}`", phase.id);
    for id in comes_after(phase, phases) {
        let shown = standings.phase(id).completion.as_ref();
        let entry = shown.and_then(|entry| history.entry(&entry.digest));
        let Some((entry, done)) = entry.and_then(|entry| Some((entry, completion(entry)?))) else {
            why = format!("`{id}` is not complete");
            continue;
        };
        match done.gates.get(gate).map(|record| &record.tests) {
            Some(Some(tests)) => known.push((id, tests)),
            Some(None) => {
                why = format!(
                    "the completion of `{id}` ({}, by tollgate {}) keeps no names of the tests of `{gate}`",
                    entry.digest.get(..12).unwrap_or_default(),
                    entry.record.tollgate
                );
            }
            None => why = format!("the completion of `{id}` did not judge gate `{gate}`"),
        }
    }
    if known.is_empty() {
        Err(why)
    } else {
        Ok(known)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, phase};
    use super::*;
    use crate::model::TestOutcome;

    const COMMITS: &[(&str, &str)] = &[("c4", "t4"), ("c3", "tree"), ("c2", "tree"), ("c1", "t1")];

    fn scene() -> Scene {
        let mut beta = phase("beta");
        beta.after = vec!["alpha".to_owned()];
        let mut task = phase("task");
        task.parent = Some("beta".to_owned());
        Scene::new(vec![phase("alpha"), beta, task])
    }

    fn begin(scene: &Scene, id: &str, base: Result<&str, &str>) -> Result<Start, String> {
        let phase = plan::find(&scene.phases, id).expect("there");
        let commits = COMMITS.iter().copied();
        scene.with(|world, standings| start(phase, world.phases, standings, commits, base))
    }

    #[test]
    fn the_newest_commit_with_the_completed_content_is_the_start_of_the_phase_and_its_parts() {
        let mut scene = scene();
        scene.complete("alpha", &[]);
        for id in ["beta", "task"] {
            let start = begin(&scene, id, Err("no base")).expect("known");
            assert_eq!(
                (start.commit.as_str(), start.after.as_deref()),
                ("c3", Some("alpha"))
            );
        }
    }

    #[test]
    fn a_lost_commit_is_noted_and_the_default_branch_stands_in() {
        let mut scene = scene();
        scene.subject.id = "squashed".to_owned();
        scene.complete("alpha", &[]);
        let start = begin(&scene, "beta", Ok("base")).expect("known");
        assert_eq!((start.commit.as_str(), start.after), ("base", None));
        assert!(start.note.is_some_and(|note| note.contains("alpha")));
    }

    #[test]
    fn without_any_of_them_the_start_is_not_known() {
        let found = begin(&scene(), "beta", Err("the clone is shallow"));
        assert!(found.is_err_and(|why| why.contains("shallow")));
        assert_eq!(
            begin(&scene(), "alpha", Ok("base")).map(|start| start.note),
            Ok(None)
        );
    }

    #[test]
    fn it_began_when_the_last_of_the_phases_before_it_was_completed() {
        let mut gamma = phase("gamma");
        gamma.after = vec!["alpha".to_owned(), "beta".to_owned()];
        let mut scene = Scene::new(vec![phase("alpha"), phase("beta"), gamma]);
        let began = |scene: &Scene, id: &str| {
            let phase = plan::find(&scene.phases, id).expect("there");
            scene.with(|world, standings| {
                let found = began(phase, world.phases, standings);
                found.map(|(at, id)| (at.to_string(), id.to_owned()))
            })
        };
        let first = began(&scene, "alpha").expect_err("nothing before it");
        assert!(first.contains("no phase comes before `alpha`"), "{first}");
        scene.complete("alpha", &[]);
        let waits = began(&scene, "gamma").expect_err("beta is not complete");
        assert!(waits.contains("`beta` is not complete"), "{waits}");
        scene.complete("beta", &[]);
        let (at, after) = began(&scene, "gamma").expect("known");
        let beta = scene.with(|_, standings| {
            let entry = standings
                .phase("beta")
                .completion
                .clone()
                .expect("complete");
            entry
                .record
                .at
                .parse::<Timestamp>()
                .expect("a moment")
                .to_string()
        });
        assert_eq!((at, after.as_str()), (beta, "beta"));
    }

    #[test]
    fn tests_at_the_start_are_those_of_the_record_before_and_else_it_is_said_why() {
        let mut scene = scene();
        let why = |scene: &Scene, gate: &str| {
            let beta = plan::find(&scene.phases, "beta").expect("there");
            scene.with(|world, standings| {
                tests_at_start(beta, world.phases, world.history, standings, gate).map(|known| {
                    known
                        .iter()
                        .map(|(id, one)| (id.to_string(), one.count))
                        .collect::<Vec<_>>()
                })
            })
        };
        assert_eq!(
            why(&scene, "unit"),
            Err("`alpha` is not complete".to_owned())
        );
        scene.complete_with("alpha", |completion| {
            completion.gates.entry("old".to_owned()).or_default();
            completion.gates.entry("unit".to_owned()).or_default().tests = Some(TestsRecord {
                count: 2,
                names: [(TestOutcome::Passed, vec!["a".to_owned(), "b".to_owned()])].into(),
                digest: None,
            });
        });
        assert_eq!(why(&scene, "unit"), Ok(vec![("alpha".to_owned(), 2)]));
        let old = why(&scene, "old").expect_err("no names");
        assert!(
            old.contains("tollgate 0) keeps no names of the tests of `old`"),
            "{old}"
        );
        let other = why(&scene, "other").expect_err("not judged");
        assert!(other.contains("did not judge gate `other`"), "{other}");
    }
}
