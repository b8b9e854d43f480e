//! `entry`: what must hold before work on the phase begins.

use super::sign_offs::{self, SignOffs};
use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation, tree};
use crate::model::Sort;
use crate::problem::{Flag, options};

options! {
    /// What must hold before work begins.
    pub struct Entry {
        /// The work tree is clean.
        committed("committed"): Flag,
        /// People who must sign.
        sign_offs("sign-offs"): SignOffs,
    }
}

/// The rule `entry`.
pub struct EntryRule;

impl PhaseRule for EntryRule {
    fn name(&self) -> &'static str {
        "entry"
    }

    fn about(&self) -> &'static str {
        "what must hold before work begins: all is committed, people signed for the start"
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
    use super::super::testing::{Scene, flag, phase, sign_offs};
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

    #[test]
    fn the_start_is_signed_after_what_comes_before_and_on_any_tree() {
        let mut scene = scene(false, Some(1));
        scene.sign("beta", "ada", true);
        scene.complete("alpha", &[]);
        let answer = scene.judge("beta", &EntryRule).expect("asked");
        assert_eq!(answer.outstanding[0].sort, Sort::Fails, "signed too early");
        scene.sign("beta", "ada", true);
        scene.subject.id = "another".to_owned();
        assert!(
            scene
                .judge("beta", &EntryRule)
                .expect("asked")
                .criterion
                .holds
        );
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
