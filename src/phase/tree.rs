//! `tree`: what is judged is exactly what is committed, and stayed so while it was judged. Never waived: a tree
//! without a git id can be neither recorded nor signed.

use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation, World};
use crate::model::{Sort, SubjectState};

/// How many paths are named.
const NAMED: usize = 5;

/// The rule `tree`.
pub struct Tree;

impl PhaseRule for Tree {
    fn name(&self) -> &'static str {
        "tree"
    }

    fn asks(&self, _: &PlannedPhase, _: &[PlannedPhase]) -> Option<Asks> {
        Some(Asks::new())
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let mut asking = Asking::new(self.name(), "a clean work tree", None);
        clean(&mut asking, situation.world);
        let left_out = situation.world.left_out;
        let found = match left_out.len() {
            0 => "it is clean".to_owned(),
            1 => format!("it is clean; 1 file is not checked out{}", named(left_out)),
            count => format!(
                "it is clean; {count} files are not checked out{}",
                named(left_out)
            ),
        };
        Some(asking.done(found))
    }
}

/// Asks for a clean tree.
pub(super) fn clean(asking: &mut Asking, world: &World<'_>) {
    let wanted = "a clean work tree";
    match world.subject.state {
        SubjectState::Clean => {}
        SubjectState::Dirty => {
            let found = format!("it differs from what is committed{}", named(world.differs));
            asking.lacks(Sort::Fails, wanted, found, "commit or stash the changes");
        }
        SubjectState::Moved => {
            let found = format!(
                "it changed while the gates ran (tree-moved){}",
                named(world.differs)
            );
            let help = "leave the files alone while it runs, and run it again";
            asking.lacks(Sort::Undecided, wanted, found, help);
        }
        SubjectState::NoGit => {
            let help = "phases need git: run it inside a repository with a commit";
            asking.lacks(Sort::Undecided, wanted, "there is no git here", help);
        }
    }
    let help = "commit what decides: whoever checks this tree out must have it";
    for words in world.astray {
        asking.lacks(Sort::Fails, wanted, words.as_str(), help);
    }
}

fn named(paths: &[String]) -> String {
    if paths.is_empty() {
        return String::new();
    }
    let shown = paths
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match paths.len().saturating_sub(NAMED) {
        0 => format!(": {shown}"),
        more => format!(": {shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, phase};
    use super::*;

    #[test]
    fn only_a_clean_tree_that_stayed_holds() {
        let cases = [
            (SubjectState::Clean, None),
            (SubjectState::Dirty, Some(Sort::Fails)),
            (SubjectState::Moved, Some(Sort::Undecided)),
            (SubjectState::NoGit, Some(Sort::Undecided)),
        ];
        for (state, wanted) in cases {
            let mut scene = Scene::new(vec![phase("alpha")]);
            scene.subject.state = state;
            let answer = scene.judge("alpha", &Tree).expect("always asked");
            let found = answer.outstanding.first().map(|one| one.sort);
            assert_eq!(found, wanted, "{state:?}");
        }
    }

    #[test]
    fn what_decides_and_is_in_no_commit_keeps_the_tree_from_being_clean() {
        let mut scene = Scene::new(vec![phase("alpha")]);
        scene.astray = vec!["`x` decides here, and git does not track it".to_owned()];
        let answer = scene.judge("alpha", &Tree).expect("always asked");
        assert_eq!(answer.outstanding[0].sort, Sort::Fails);
        assert!(!answer.criterion.holds);
        assert!(answer.criterion.found.starts_with("`x` decides"));
    }

    #[test]
    fn a_sparse_checkout_holds_and_is_told() {
        let mut scene = Scene::new(vec![phase("alpha")]);
        scene.left_out = vec!["a".to_owned(), "b".to_owned()];
        let answer = scene.judge("alpha", &Tree).expect("always asked");
        assert!(answer.criterion.holds);
        assert_eq!(
            answer.criterion.found,
            "it is clean; 2 files are not checked out: a, b"
        );
    }

    #[test]
    fn some_of_many_paths_are_named() {
        let mut scene = Scene::new(vec![phase("alpha")]);
        scene.subject.state = SubjectState::Dirty;
        scene.differs = (0..9).map(|n| format!("f{n}")).collect();
        let answer = scene.judge("alpha", &Tree).expect("always asked");
        assert!(
            answer.criterion.found.ends_with("f4 and 4 more"),
            "{}",
            answer.criterion.found
        );
    }
}
