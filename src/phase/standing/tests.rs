//! Each way in which a completion becomes stale, and what does not make it so.

use super::super::testing::{Scene, gate, phase, target, verdict};
use crate::model::{ConditionRecord, Criterion, Enforce, GateRecord, Verdict};

fn scene() -> Scene {
    let mut alpha = phase("alpha");
    alpha.gates = vec!["unit".to_owned()];
    let mut beta = phase("beta");
    beta.after = vec!["alpha".to_owned()];
    let mut gamma = phase("gamma");
    gamma.after = vec!["beta".to_owned()];
    Scene::new(vec![alpha, beta, gamma])
}

/// Alpha is complete on a run of `unit` that kept these bounds.
fn complete(scene: &mut Scene, bounds: &[(&str, &str)]) -> String {
    let conditions = bounds.iter().map(|(fact, bound)| ConditionRecord {
        fact: (*fact).to_owned(),
        bound: (*bound).to_owned(),
        written: "tollgate.yaml:4".to_owned(),
        verdict: "pass".to_owned(),
        ..ConditionRecord::default()
    });
    let unit = GateRecord {
        verdict: "pass".to_owned(),
        enforce: "block".to_owned(),
        conditions: conditions.collect(),
        ..GateRecord::default()
    };
    scene.complete_with("alpha", |completion| {
        completion.gates.insert("unit".to_owned(), unit);
        completion.criteria.push(Criterion {
            rule: "gates".to_owned(),
            asks: [("gates".to_owned(), "unit".to_owned())].into(),
            ..Criterion::default()
        });
    })
}

fn why(scene: &Scene, id: &str) -> String {
    scene.standing(id).stale.join("; ")
}

fn bound(scene: &mut Scene, fact: &str, text: &str) {
    scene.gate("unit").bounds = vec![(fact.to_owned(), text.to_owned())];
}

#[test]
fn later_changes_of_tree_and_policy_never_undo_a_completion() {
    let mut scene = scene();
    complete(&mut scene, &[]);
    scene.subject.id = "tree2".to_owned();
    scene.policy = "policy2".to_owned();
    scene.tomorrow(400);
    assert!(scene.standing("alpha").is_complete());
}

#[test]
fn reopening_makes_it_and_all_that_rests_on_it_stale_with_the_reason() {
    let mut scene = scene();
    let alpha = complete(&mut scene, &[]);
    scene.complete("beta", &[]);
    scene.complete("gamma", &[]);
    scene.reopen("alpha", &alpha);
    assert_eq!(why(&scene, "alpha"), "bo reopened it: a fault was found");
    assert_eq!(
        why(&scene, "beta"),
        "`alpha`, which it rests on, was reopened"
    );
    assert_eq!(why(&scene, "gamma"), "`beta`, which it rests on, is stale");
    complete(&mut scene, &[]);
    assert!(scene.standing("alpha").is_complete());
    assert!(
        !scene.standing("beta").is_complete(),
        "it rests on the old one"
    );
    scene.complete("beta", &[]);
    scene.complete("gamma", &[]);
    assert!(scene.standing("gamma").is_complete());
}

#[test]
fn a_lost_record_of_a_predecessor_is_told() {
    let mut scene = scene();
    complete(&mut scene, &[]);
    scene.complete("beta", &[]);
    scene.entries.remove(0);
    assert_eq!(
        why(&scene, "beta"),
        "`alpha`, which it rests on, has lost its record"
    );
}

#[test]
fn a_record_that_does_not_verify_is_stale() {
    let mut scene = scene();
    let alpha = complete(&mut scene, &[]);
    scene.broken.insert(alpha, "cut short".to_owned());
    assert_eq!(
        why(&scene, "alpha"),
        "its record does not verify: cut short"
    );
}

#[test]
fn a_gate_that_is_gone_or_lets_go_is_stale() {
    let mut removed = scene();
    complete(&mut removed, &[]);
    removed.gates.clear();
    assert_eq!(
        why(&removed, "alpha"),
        "gate `unit`, which it relied on, was removed"
    );
    let mut warns = scene();
    complete(&mut warns, &[]);
    warns.gate("unit").enforce = Enforce::Warn;
    assert!(why(&warns, "alpha").contains("does not block any more"));
    let mut dropped = scene();
    complete(&mut dropped, &[]);
    dropped.phase("alpha").gates.clear();
    assert_eq!(
        why(&dropped, "alpha"),
        "gate `unit` was taken out of the phase"
    );
}

#[test]
fn a_bound_is_compared_by_what_it_accepts() {
    let fact = "unit.tests.passed";
    let cases = [
        (">=38", ">=38", true),
        (">=38", ">=40", true),
        (">=38", ">=37", false),
        (">=38", ">=38, <=90", true),
        ("<=5", "0", true),
        ("0", "<=5", false),
        (">=85%", ">=85.5%", true),
        (">=85%", ">=84.9%", false),
        ("<2s", "<1500ms", true),
        ("<2s", "<1m", false),
        (">=85%", ">=85% (fails <80%)", false),
        (">=0.5", ">=1", true),
        (">=1", ">=0.5", false),
        (">=85%", ">=85", false),
        ("-30% (baseline 8058 → <= 5640.6)", "-30%", true),
        ("-30% (baseline 8058 → <= 5640.6)", "-40%", true),
        ("-30% (baseline 8058 → <= 5640.6)", "-20%", false),
        ("<=+5% (baseline 120 ms ± 2 ms → <= 126 ms)", "<=+5%", true),
        ("<=+5% (baseline 120 ms ± 2 ms → <= 126 ms)", "<=+9%", false),
        ("<=+5% (baseline 120 ms → <= 126 ms)", "<=126ms", false),
    ];
    for (old, new, holds) in cases {
        let mut scene = scene();
        complete(&mut scene, &[(fact, old)]);
        bound(&mut scene, fact, new);
        assert_eq!(
            scene.standing("alpha").is_complete(),
            holds,
            "{old} then {new}: {}",
            why(&scene, "alpha")
        );
    }
}

#[test]
fn a_bound_that_is_gone_is_stale_unless_a_target_or_its_words_are_still_there() {
    let fact = "unit.tests.passed";
    let removed = || {
        let mut scene = scene();
        complete(&mut scene, &[(fact, ">=38")]);
        scene
    };
    assert!(why(&removed(), "alpha").contains("was removed or changed"));
    let mut target_stays = removed();
    target_stays.phase("alpha").targets = vec![target(fact, ">=38")];
    assert!(target_stays.standing("alpha").is_complete());
    let mut words_stay = removed();
    words_stay.gate("unit").texts.insert(">=38".to_owned());
    assert!(words_stay.standing("alpha").is_complete());
}

#[test]
fn a_kept_gate_that_does_not_pass_is_stale() {
    let mut scene = scene();
    scene.phase("alpha").keep = vec!["unit".to_owned()];
    complete(&mut scene, &[]);
    scene.complete("beta", &[]);
    assert!(
        scene.standing("alpha").is_complete(),
        "not judged is not asked"
    );
    scene.verdict = Some(verdict(vec![gate("unit", Verdict::Fail)]));
    assert_eq!(
        why(&scene, "alpha"),
        "`unit`, which it keeps, does not pass: fail"
    );
    assert_eq!(why(&scene, "beta"), "`alpha`, which it rests on, is stale");
    scene.gate("unit").enforce = Enforce::Monitor;
    assert!(!why(&scene, "alpha").contains("keeps"));
}

#[test]
fn a_diamond_tells_each_reason_once() {
    let mut scene = scene();
    let mut delta = phase("delta");
    delta.after = vec!["beta".to_owned(), "gamma".to_owned()];
    scene.phases.push(delta);
    scene.phase("gamma").after = vec!["alpha".to_owned()];
    let alpha = complete(&mut scene, &[]);
    for id in ["beta", "gamma", "delta"] {
        scene.complete(id, &[]);
    }
    scene.reopen("alpha", &alpha);
    assert_eq!(
        why(&scene, "delta"),
        "`beta`, which it rests on, is stale; `gamma`, which it rests on, is stale"
    );
}

#[test]
fn at_second_hand_only_the_first_reasons_are_told() {
    let reasons = |count: usize| super::Standing {
        completion: None,
        stale: (0..count).map(|n| format!("reason {n}")).collect(),
    };
    assert_eq!(reasons(3).brief(), reasons(3).words());
    assert_eq!(
        reasons(200).brief(),
        "it is stale: reason 0; reason 1; reason 2; and 197 more"
    );
    assert!(reasons(200).words().ends_with("; reason 199"));
}
