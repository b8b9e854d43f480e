//! `entry`: what must hold before work on the phase begins.
//!
//! Work on the phase changes the content and, with it, much of the policy: a sign-off for the start holds on as long as
//! the content that was signed is that of HEAD or of its history since the phase began, and the phase asks the same of
//! its entry.

use std::collections::{BTreeMap, BTreeSet};

use super::sign_offs::{self, SignOffs};
use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation, tree};
use crate::model::Sort;
use crate::problem::{Flag, Text, options};

options! {
    /// What must hold before work begins.
    pub struct Entry {
        /// The work tree is clean.
        committed("committed"): Flag,
        /// People who must sign.
        sign_offs("sign-offs"): SignOffs,
    }
}

impl Entry {
    /// All that is asked, for programs: whoever signs for the start signs for this.
    pub fn asked(&self) -> BTreeMap<String, String> {
        let mut asked = BTreeMap::new();
        let mut asks = |key: &str, value: String| asked.insert(key.to_owned(), value);
        if self.committed.as_ref().is_some_and(|flag| flag.value) {
            asks("committed", "true".to_owned());
        }
        if let Some(wanted) = &self.sign_offs {
            let list = |texts: &[Text]| {
                let words: BTreeSet<&str> = texts.iter().map(|text| text.value.as_str()).collect();
                words.into_iter().collect::<Vec<_>>().join(" ")
            };
            asks("count", wanted.count.to_string());
            asks("from", list(&wanted.from));
            asks("not", list(&wanted.not));
            asks("evidence", wanted.evidence.to_string());
            asks("unsigned", wanted.unsigned.to_string());
        }
        asked
    }
}

/// The rule `entry`.
pub struct EntryRule;

impl PhaseRule for EntryRule {
    fn name(&self) -> &'static str {
        "entry"
    }

    fn asks(&self, phase: &PlannedPhase, _: &[PlannedPhase]) -> Option<Asks> {
        let entry = phase.entry.as_ref()?;
        let mut asks = entry
            .sign_offs
            .as_ref()
            .map(SignOffs::asks)
            .unwrap_or_default();
        if entry.committed.as_ref().is_some_and(|flag| flag.value) {
            asks.insert("committed".to_owned(), "true".to_owned());
        }
        Some(asks)
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let entry = situation.phase.entry.as_ref()?;
        let committed = entry.committed.as_ref().is_some_and(|flag| flag.value);
        let mut wanted = Vec::new();
        if committed {
            wanted.push("all committed".to_owned());
        }
        wanted.extend(
            entry
                .sign_offs
                .iter()
                .map(|one| format!("{} for the start", one.words())),
        );
        let mut asking = Asking::new(self.name(), wanted.join("; "), Some(entry.at.place()));
        asking.asks(self.asks(situation.phase, situation.world.phases));
        if committed {
            tree::clean(&mut asking, situation.world);
        }
        let mut found = "it holds".to_owned();
        if let Some(wanted) = &entry.sign_offs {
            // Without them the phase is not open: that is a no, not a wait at its end.
            found = sign_offs::ask(&mut asking, situation, wanted, true, Sort::Fails);
        }
        Some(asking.done(found))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, flag, phase, sign_offs, text};
    use super::*;
    use crate::model::SubjectState;
    use crate::source::At;

    fn scene(committed: bool, signers: Option<u64>) -> Scene {
        let mut beta = phase("beta");
        beta.after = vec!["alpha".to_owned()];
        beta.entry = Some(Entry {
            at: At::start_of("t"),
            committed: committed.then(|| flag(true)),
            sign_offs: signers.map(sign_offs),
        });
        Scene::new(vec![phase("alpha"), beta])
    }

    #[test]
    fn uncommitted_work_keeps_the_phase_shut() {
        let mut scene = scene(true, None);
        assert!(
            scene
                .judge("beta", &EntryRule)
                .expect("asked")
                .criterion
                .holds
        );
        scene.subject.state = SubjectState::Dirty;
        let answer = scene.judge("beta", &EntryRule).expect("asked");
        assert_eq!(answer.outstanding[0].sort, Sort::Fails);
    }

    /// A phase whose start ada signed, after what comes before it.
    fn signed() -> Scene {
        let mut scene = scene(false, Some(1));
        scene.complete("alpha", &[]);
        scene.sign("beta", "ada", true);
        scene
    }

    fn judged(scene: &Scene) -> Answer {
        scene.judge("beta", &EntryRule).expect("asked")
    }

    #[test]
    fn the_start_is_signed_after_what_comes_before_it() {
        let mut scene = scene(false, Some(1));
        scene.sign("beta", "ada", true);
        scene.complete("alpha", &[]);
        let answer = judged(&scene);
        assert_eq!(answer.outstanding[0].sort, Sort::Fails);
        assert!(answer.criterion.found.contains("before `alpha` was"));
        scene.sign("beta", "ada", true);
        assert!(judged(&scene).criterion.holds);
    }

    #[test]
    fn the_start_is_signed_for_what_was_worked_on_since_and_for_nothing_else() {
        let mut scene = signed();
        scene.subject.id = "another".to_owned();
        let answer = judged(&scene);
        assert_eq!(answer.outstanding[0].sort, Sort::Fails);
        let found = &answer.criterion.found;
        assert!(
            found.contains("ada signed content that is not of this history"),
            "{found}"
        );
        assert!(answer.basis.sign_offs.is_empty());
        scene.work.subjects.insert("tree".to_owned());
        assert!(judged(&scene).criterion.holds);
    }

    #[test]
    fn what_history_hides_is_not_decided() {
        let mut scene = signed();
        scene.subject.id = "another".to_owned();
        scene.work.cut = Some("the clone is shallow".to_owned());
        let answer = judged(&scene);
        assert_eq!(answer.outstanding[0].sort, Sort::Undecided);
        let found = &answer.criterion.found;
        assert!(
            found.contains("whether ada signed content") && found.contains("shallow"),
            "{found}"
        );
        scene.work.subjects.insert("tree".to_owned());
        assert!(judged(&scene).criterion.holds);
    }

    #[test]
    fn the_start_is_signed_under_what_its_entry_asks() {
        let mut scene = scene(false, Some(1));
        scene.complete("alpha", &[]);
        scene.sign("beta", "ada", true);
        scene.policy = "another".to_owned();
        assert!(
            judged(&scene).criterion.holds,
            "other parts of the policy changed"
        );
        for change in [0, 1, 2] {
            let mut scene = scene.clone();
            let entry = scene.phase("beta").entry.as_mut().expect("asked");
            match change {
                0 => entry.committed = Some(flag(true)),
                1 => entry.sign_offs.as_mut().expect("asked").from = vec![text("leads")],
                _ => entry.sign_offs.as_mut().expect("asked").unsigned = true,
            }
            let found = judged(&scene).criterion.found;
            assert!(
                found.contains("something else was asked"),
                "{change}: {found}"
            );
        }
    }

    #[test]
    fn a_sign_off_for_the_end_is_none_for_the_start() {
        let mut scene = scene(false, Some(1));
        scene.complete("alpha", &[]);
        scene.sign("beta", "ada", false);
        assert!(
            !scene
                .judge("beta", &EntryRule)
                .expect("asked")
                .criterion
                .holds
        );
    }

    #[test]
    fn a_phase_without_entry_does_not_ask() {
        assert!(scene(true, None).judge("alpha", &EntryRule).is_none());
    }
}
