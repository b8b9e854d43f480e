//! The fold of records: what stands, what was taken back, what was kept.

use super::super::testing::{Scene, phase};
use super::*;

fn scene() -> Scene {
    Scene::new(vec![phase("alpha"), phase("beta")])
}

fn fold(scene: &Scene) -> History {
    History::of(scene.entries.clone(), BTreeMap::new(), &[])
}

fn on(scene: &mut Scene, parents: &[&String]) {
    scene.parents = Some(parents.iter().map(|digest| (*digest).clone()).collect());
}

#[test]
fn a_completion_stands_until_it_is_reopened_and_the_next_one_stands_again() {
    let mut scene = scene();
    let first = scene.complete("alpha", &[]);
    assert!(fold(&scene).stands("alpha", &first));
    scene.reopen("alpha", &first);
    assert!(!fold(&scene).stands("alpha", &first));
    let second = scene.complete("alpha", &[]);
    let history = fold(&scene);
    assert!(!history.stands("alpha", &first) && history.stands("alpha", &second));
}

#[test]
fn a_reopening_beside_a_completion_reopens_it() {
    let mut scene = scene();
    let first = scene.complete("alpha", &[]);
    let reopen = scene.reopen("alpha", &first);
    on(&mut scene, &[&first]);
    let beside = scene.complete("alpha", &[]);
    on(&mut scene, &[&reopen, &beside]);
    scene.observe("alpha", "pass");
    assert!(
        !fold(&scene).stands("alpha", &beside),
        "merged branches do not hide it"
    );
}

#[test]
fn reopening_one_phase_leaves_the_others() {
    let mut scene = scene();
    let alpha = scene.complete("alpha", &[]);
    let beta = scene.complete("beta", &[]);
    scene.reopen("beta", &beta);
    assert!(fold(&scene).stands("alpha", &alpha));
}

#[test]
fn of_two_completions_both_stand_and_the_deeper_is_shown_ties_by_digest() {
    let mut scene = scene();
    let root = scene.observe("alpha", "pass");
    let shallow = scene.complete("alpha", &[]);
    on(&mut scene, &[&root]);
    let step = scene.observe("alpha", "pass");
    on(&mut scene, &[&step]);
    let deep = scene.complete("alpha", &[]);
    let history = fold(&scene);
    assert!(history.stands("alpha", &shallow) && history.stands("alpha", &deep));
    let shown = |history: &History| {
        history
            .phase("alpha")
            .completion()
            .map(|entry| entry.digest.clone())
    };
    assert_eq!(shown(&history), Some(deep));
    on(&mut scene, &[&step]);
    let equal = scene.complete("alpha", &[]);
    assert_eq!(
        shown(&fold(&scene)),
        Some(equal),
        "the greater digest of two at one depth"
    );
}

#[test]
fn a_signature_under_weakenings_signs_no_phase() {
    let mut scene = scene();
    let says = Says::SignOff {
        why: None,
        evidence: Vec::new(),
        entry: false,
        weakenings: Some("digest".to_owned()),
        asks: Default::default(),
    };
    scene.record("alpha", "ada", says);
    assert!(fold(&scene).phase("alpha").sign_offs.is_empty());
}

#[test]
fn a_promise_is_kept_by_a_recorded_run_after_it_of_any_phase() {
    let mut scene = scene();
    let kept = |scene: &Scene| fold(scene).phase("alpha").liens[0].kept_by.is_some();
    scene.complete("beta", &["unit"]);
    scene.lien("alpha", "unit", "2026-04-01", "ada");
    assert!(!kept(&scene), "what was recorded before does not count");
    scene.complete("alpha", &[]);
    assert!(!kept(&scene), "the gate was not in it");
    scene.complete("beta", &["unit"]);
    assert!(kept(&scene));
}

#[test]
fn a_record_that_does_not_verify_takes_back_and_gives_nothing() {
    let mut scene = scene();
    let first = scene.complete("alpha", &[]);
    scene.lien("alpha", "unit", "2026-04-01", "ada");
    let hold = scene.rule("beta", "hold", None);
    let run = scene.complete("beta", &["unit"]);
    let lifts = scene.reopen("beta", &hold);
    let reopen = scene.reopen("alpha", &first);
    let broken = [run, lifts, reopen].map(|digest| (digest, "cut short".to_owned()));
    let history = History::of(scene.entries.clone(), broken.into(), &[]);
    assert!(history.phase("alpha").liens[0].kept_by.is_none());
    assert_eq!(history.phase("beta").ruled.len(), 1);
    assert!(!history.stands("alpha", &first));
}

#[test]
fn records_are_followed_through_their_parents() {
    let mut scene = scene();
    let first = scene.observe("alpha", "pass");
    let second = scene.observe("alpha", "pass");
    on(&mut scene, &[]);
    let apart = scene.observe("alpha", "pass");
    let history = fold(&scene);
    assert!(history.comes_after(&second, &first));
    for (later, earlier) in [(&first, &second), (&apart, &first), (&first, &first)] {
        assert!(!history.comes_after(later, earlier));
    }
    assert!(!history.comes_after("nothing", &first));
}

#[test]
fn records_in_a_circle_count_for_nothing_and_are_named() {
    let mut scene = scene();
    on(&mut scene, &[&"0001-alpha".to_owned()]);
    scene.complete("alpha", &[]);
    on(&mut scene, &[&"0000-alpha".to_owned()]);
    scene.complete("alpha", &[]);
    let history = fold(&scene);
    let circular = history.circular().iter().map(|entry| entry.digest.as_str());
    assert_eq!(circular.collect::<Vec<_>>(), ["0000-alpha", "0001-alpha"]);
    assert!(history.phase("alpha").completions.is_empty());
}

#[test]
fn a_parent_that_is_gone_breaks_no_order() {
    let mut scene = scene();
    on(&mut scene, &[&"gone".to_owned()]);
    let alpha = scene.complete("alpha", &[]);
    assert!(fold(&scene).stands("alpha", &alpha));
}

#[test]
fn phases_that_only_records_know_are_named() {
    let mut scene = scene();
    scene.observe("gamma", "pass");
    assert_eq!(fold(&scene).unknown_phases(&scene.phases), ["gamma"]);
}

#[test]
fn more_marks_than_bits_are_all_followed() {
    let mut scene = scene();
    for _ in 0..150 {
        let done = scene.complete("alpha", &[]);
        scene.reopen("alpha", &done);
    }
    assert!(fold(&scene).phase("alpha").standing.is_empty());
    let last = scene.complete("alpha", &[]);
    let history = fold(&scene);
    assert_eq!(history.phase("alpha").standing.len(), 1);
    assert!(history.stands("alpha", &last));
}
