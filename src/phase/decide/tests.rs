//! The fold: one list, one decision; more blockers never make it better; the order of records is irrelevant.

use proptest::prelude::*;

use super::super::History;
use super::super::testing::{Scene, bound, flag, gate, phase, read, sign_offs, verdict};
use super::*;
use crate::model::{SubjectState, Verdict};
use crate::source::At;

/// Everything that a phase can ask, and all of it given.
fn whole() -> Scene {
    let mut alpha = phase("alpha");
    alpha.gates = vec!["schema".to_owned()];
    let mut part = phase("part");
    part.parent = Some("beta".to_owned());
    let mut beta = phase("beta");
    beta.title = Some("Beta".to_owned());
    beta.after = vec!["alpha".to_owned()];
    beta.gates = vec!["unit".to_owned()];
    beta.readiness = Some(bound(">=50%"));
    beta.sign_offs = Some(sign_offs(1));
    beta.soak = Some(super::super::Soak {
        lasts: read("24h"),
        every: None,
    });
    beta.entry = Some(super::super::EntryCriteria {
        at: At::start_of("t"),
        committed: Some(flag(true)),
        sign_offs: Some(sign_offs(1)),
    });
    let mut scene = Scene::new(vec![alpha, beta, part]);
    scene.verdict = Some(verdict(vec![
        gate("schema", Verdict::Pass),
        gate("unit", Verdict::Pass),
    ]));
    scene.complete("alpha", &["schema"]);
    scene.sign("beta", "ada", true);
    scene.complete("part", &[]);
    scene.observe("beta", "pass");
    scene.tomorrow(1);
    scene.observe("beta", "pass");
    scene.sign("beta", "bo", false);
    scene
}

/// Things that go wrong, each by itself enough.
const BLOCKERS: usize = 10;

fn block(scene: &mut Scene, which: usize) {
    match which {
        0 => {
            let alpha = scene.entries[0].digest.clone();
            scene.reopen("alpha", &alpha);
        }
        1 => scene.subject.state = SubjectState::Dirty,
        2 => scene.verdict = Some(verdict(vec![gate("unit", Verdict::Fail)])),
        3 => scene.phase("beta").sign_offs = Some(sign_offs(3)),
        4 => {
            scene.observe("beta", "fail");
        }
        5 => {
            scene.rule("beta", "hold", None);
        }
        6 => {
            scene.rule("beta", "kill", None);
        }
        7 => {
            let part = scene.entries[2].digest.clone();
            scene.reopen("part", &part);
        }
        8 => scene.tomorrow(40),
        _ => scene.policy = "policy2".to_owned(),
    }
}

#[test]
fn all_that_is_asked_and_given_is_a_go() {
    let scene = whole();
    let (outcome, basis) = scene.decide("beta");
    assert_eq!(outcome.decision, Decision::Go, "{:#?}", outcome.outstanding);
    assert_eq!(
        (outcome.state, worst(&outcome.outstanding)),
        (PhaseState::Ready, None)
    );
    assert_eq!(basis.after.keys().collect::<Vec<_>>(), ["alpha", "part"]);
    assert_eq!((basis.sign_offs.len(), basis.observations.len()), (2, 2));
    let rules: Vec<&str> = outcome
        .criteria
        .iter()
        .map(|one| one.rule.as_str())
        .collect();
    assert_eq!(
        rules,
        [
            "after",
            "parent",
            "entry",
            "tree",
            "gates",
            "readiness",
            "sign-offs",
            "soak"
        ]
    );
}

#[test]
fn everything_that_blocks_is_in_one_list() {
    let mut scene = whole();
    for which in [0, 1, 2, 3, 4] {
        block(&mut scene, which);
    }
    let (outcome, _) = scene.decide("beta");
    let mut rules: Vec<&str> = outcome.outstanding.iter().map(|one| one.rule).collect();
    rules.dedup();
    assert_eq!(
        rules,
        [
            "after",
            "entry",
            "tree",
            "gates",
            "readiness",
            "sign-offs",
            "soak"
        ]
    );
    assert!(
        outcome
            .outstanding
            .iter()
            .all(|one| !one.help.is_empty() && !one.found.is_empty())
    );
}

#[test]
fn each_sort_leads_to_its_decision() {
    let cases = [
        (2, Decision::NoGo, Some(Sort::Fails), PhaseState::Open),
        (9, Decision::NoGo, Some(Sort::Undecided), PhaseState::Open),
        (3, Decision::Hold, Some(Sort::People), PhaseState::Ready),
        (4, Decision::Hold, Some(Sort::Time), PhaseState::Ready),
        (5, Decision::Hold, Some(Sort::People), PhaseState::Ready),
        (6, Decision::NoGo, Some(Sort::Fails), PhaseState::Ended),
        (0, Decision::NoGo, Some(Sort::Fails), PhaseState::Blocked),
        (7, Decision::NoGo, Some(Sort::Fails), PhaseState::Open),
        (1, Decision::NoGo, Some(Sort::Fails), PhaseState::Blocked),
    ];
    for (which, decision, sort, state) in cases {
        let mut scene = whole();
        block(&mut scene, which);
        let (outcome, _) = scene.decide("beta");
        assert_eq!(
            (outcome.decision, worst(&outcome.outstanding), outcome.state),
            (decision, sort, state),
            "{which}"
        );
    }
}

#[test]
fn work_that_was_sent_back_is_recycled_whatever_else_there_is() {
    let mut scene = whole();
    scene.rule("beta", "recycle", Some("alpha"));
    block(&mut scene, 2);
    assert_eq!(scene.decide("beta").0.decision, Decision::Recycle);
    scene.rule("beta", "kill", None);
    assert_eq!(scene.decide("beta").0.decision, Decision::NoGo);
}

#[test]
fn a_waiver_makes_a_go_conditional_and_never_stands_for_a_clean_tree() {
    let mut scene = whole();
    block(&mut scene, 4);
    scene.waived.insert(
        "soak".to_owned(),
        "fair is over, ada, until 2026-04-01".to_owned(),
    );
    let (outcome, _) = scene.decide("beta");
    assert_eq!(outcome.decision, Decision::ConditionalGo);
    assert!(outcome.under[0].contains("until 2026-04-01"));
    assert!(
        !outcome
            .criteria
            .iter()
            .any(|one| one.rule == "soak" && one.holds)
    );
    let mut dirty = whole();
    dirty.phase("beta").entry = None;
    block(&mut dirty, 1);
    dirty
        .waived
        .insert("tree".to_owned(), "never mind".to_owned());
    assert_eq!(dirty.decide("beta").0.decision, Decision::NoGo);
}

#[test]
fn a_waiver_that_is_not_needed_is_said() {
    let mut scene = whole();
    scene.waived.insert("soak".to_owned(), "ada".to_owned());
    scene.waived.insert("liens".to_owned(), "ada".to_owned());
    let (outcome, _) = scene.decide("beta");
    assert_eq!(outcome.decision, Decision::Go);
    assert_eq!(outcome.notes.len(), 2, "{:?}", outcome.notes);
}

#[test]
fn states_follow_the_life_of_a_phase() {
    let mut scene = whole();
    assert_eq!(scene.decide("beta").0.state, PhaseState::Ready);
    let beta = scene.complete("beta", &["unit"]);
    let (outcome, _) = scene.decide("beta");
    assert_eq!(
        (outcome.state, outcome.record.as_deref()),
        (PhaseState::Complete, Some(beta.as_str()))
    );
    scene.reopen("beta", &beta);
    assert_eq!(scene.decide("beta").0.state, PhaseState::Stale);
    scene.complete("beta", &["unit"]);
    assert_eq!(scene.decide("beta").0.state, PhaseState::Complete);
}

#[test]
fn a_late_phase_is_told_and_goes() {
    let mut scene = whole();
    let day = "2026-03-01".parse().expect("a day");
    scene.phase("beta").due = Some(crate::source::Located::new(day, At::start_of("t")));
    let (outcome, _) = scene.decide("beta");
    assert_eq!(outcome.decision, Decision::Go);
    assert_eq!(outcome.notes, ["it was due on 2026-03-01"]);
}

/// How bad a decision is.
fn rank(decision: Decision) -> u8 {
    match decision {
        Decision::Go => 0,
        Decision::ConditionalGo => 1,
        Decision::Hold => 2,
        Decision::Recycle | Decision::NoGo => 3,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_more_blocker_never_makes_it_better(which in proptest::collection::btree_set(0..BLOCKERS, 1..5)) {
        let mut scene = whole();
        let mut last = rank(scene.decide("beta").0.decision);
        for one in which {
            block(&mut scene, one);
            let (outcome, _) = scene.decide("beta");
            let now = rank(outcome.decision);
            prop_assert!(now >= last.max(2), "{one} led to {:?}", outcome.decision);
            last = now;
        }
    }

    #[test]
    fn the_order_of_records_is_irrelevant(seed in any::<u64>(), which in proptest::collection::vec(0..BLOCKERS, 0..4)) {
        let mut scene = whole();
        for one in which {
            block(&mut scene, one);
        }
        let (wanted, basis) = scene.decide("beta");
        let mut other = scene.clone();
        let count = other.entries.len() as u64;
        for place in (1..other.entries.len()).rev() {
            let with = seed.rotate_left(u32::try_from(place % 64).unwrap_or(0)) % (place as u64 + 1);
            other.entries.swap(place, usize::try_from(with).unwrap_or(0));
        }
        let twice = other.entries[usize::try_from(seed % count).unwrap_or(0)].clone();
        other.entries.push(twice);
        let (found, other_basis) = other.decide("beta");
        prop_assert_eq!(format!("{wanted:?}"), format!("{found:?}"));
        prop_assert_eq!(basis, other_basis);
    }

    #[test]
    fn records_that_name_anything_never_panic(parents in proptest::collection::vec(proptest::collection::vec(0..12_usize, 0..3), 1..12)) {
        let mut scene = whole();
        for named in parents {
            let parents: Vec<String> = named.into_iter().map(|place| format!("{place:04}-beta")).collect();
            scene.parents = Some(parents);
            scene.observe("beta", "pass");
        }
        let _ = scene.decide("beta");
        let _ = History::of(scene.entries.clone(), Default::default(), &[]).circular().len();
    }
}
