//! Promises that count, and each way in which one does not; what is due.

use super::super::gates::Gates;
use super::super::testing::{Scene, gate, phase, text, verdict};
use super::*;
use crate::model::{Cause, Decision};
use crate::problem::Problems;
use crate::source::Value;

fn rules() -> Liens {
    Liens {
        at: At::start_of("t"),
        from: vec![text("leads")],
        most: None,
        longest: None,
    }
}

/// Two phases, the second after the first; `unit` fails.
fn scene(change: impl FnOnce(&mut Liens)) -> Scene {
    let mut alpha = phase("alpha");
    alpha.gates = vec!["unit".to_owned()];
    let mut liens = rules();
    change(&mut liens);
    alpha.liens = Some(liens);
    let mut beta = phase("beta");
    beta.after = vec!["alpha".to_owned()];
    beta.gates = vec!["docs".to_owned()];
    let mut scene = Scene::new(vec![alpha, beta]);
    scene.verdict = Some(verdict(vec![
        gate("docs", Verdict::Pass),
        gate("unit", Verdict::Fail),
    ]));
    scene
}

#[test]
fn a_failing_gate_may_wait_under_a_signed_promise_and_the_go_is_conditional() {
    let mut scene = scene(|_| {});
    assert_eq!(scene.decide("alpha").0.decision, Decision::NoGo);
    let lien = scene.lien("alpha", "unit", "2026-04-01", "ada");
    let (outcome, basis) = scene.decide("alpha");
    assert_eq!(
        outcome.decision,
        Decision::ConditionalGo,
        "{:?}",
        outcome.outstanding
    );
    assert!(
        outcome.under[0].contains("lien of cy, due 2026-04-01"),
        "{:?}",
        outcome.under
    );
    assert_eq!(basis.liens, [lien]);
}

#[test]
fn missing_evidence_waits_under_no_promise() {
    let mut scene = scene(|_| {});
    scene.lien("alpha", "unit", "2026-04-01", "ada");
    for cause in [Cause::Evidence, Cause::Environment] {
        let mut unit = gate("unit", Verdict::Inconclusive);
        unit.cause = Some(cause);
        scene.verdict = Some(verdict(vec![unit]));
        let answer = scene.judge("alpha", &Gates).expect("asked");
        assert_eq!(answer.outstanding[0].sort, Sort::Undecided, "{cause:?}");
    }
}

#[test]
fn a_promise_counts_only_as_the_phase_allows() {
    let most = |words: &str| {
        let node = Node {
            at: At::start_of("t"),
            value: Value::Text(words.to_owned()),
        };
        Condition::read(&node, crate::policy::Unit::Count, &mut Problems::default())
    };
    let plain = || scene(|_| {});
    // The project, on, due, who signs, why it does not count.
    let cases: Vec<(Scene, &str, &str, &str, &str)> = vec![
        (
            plain(),
            "unit",
            "2026-04-01",
            "cy",
            "nobody in leads signed it",
        ),
        (
            plain(),
            "docs",
            "2026-04-01",
            "ada",
            "no such gate or criterion",
        ),
        (
            plain(),
            "after",
            "2026-04-01",
            "ada",
            "no promise can stand",
        ),
        (
            plain(),
            "sign-offs",
            "2026-04-01",
            "ada",
            "no promise can stand",
        ),
        (plain(), "tree", "2026-04-01", "ada", "no promise can stand"),
        (
            scene(|liens| liens.longest = length("7d")),
            "unit",
            "2026-04-01",
            "ada",
            "later than 2026-03-17",
        ),
        (
            scene(|liens| liens.most = most("<1")),
            "unit",
            "2026-04-01",
            "ada",
            "number 1",
        ),
    ];
    for (mut scene, on, due, signer, why) in cases {
        scene.lien("alpha", on, due, signer);
        let (outcome, basis) = scene.decide("alpha");
        assert_eq!(outcome.decision, Decision::NoGo, "{why}");
        assert!(
            outcome.notes.iter().any(|note| note.contains(why)),
            "{why}: {:?}",
            outcome.notes
        );
        assert!(basis.liens.is_empty());
    }
    let mut none = plain();
    none.phase("alpha").liens = None;
    none.lien("alpha", "unit", "2026-04-01", "ada");
    assert_eq!(none.decide("alpha").0.decision, Decision::NoGo);
}

#[test]
fn a_promise_that_is_due_blocks_every_phase_and_every_run_until_it_is_kept() {
    let mut scene = scene(|_| {});
    scene.lien("alpha", "unit", "2026-03-12", "ada");
    assert!(scene.due().is_empty());
    scene.tomorrow(2);
    let due = scene.due();
    assert_eq!((due.len(), due[0].sort), (1, Sort::Fails));
    assert_eq!(due[0].who, ["cy"]);
    for id in ["alpha", "beta"] {
        let (outcome, _) = scene.decide(id);
        assert!(
            outcome.outstanding.iter().any(|one| one.rule == "liens"),
            "{id}"
        );
    }
    scene.observe("alpha", "fail");
    assert_eq!(scene.due().len(), 1);
    scene.observe("alpha", "pass");
    assert!(scene.due().is_empty());
}

#[test]
fn a_promise_that_was_kept_does_not_cover_the_next_failure() {
    let mut scene = scene(|_| {});
    scene.lien("alpha", "unit", "2026-04-01", "ada");
    scene.observe("alpha", "pass");
    assert_eq!(scene.decide("alpha").0.decision, Decision::NoGo);
}

#[test]
fn a_promise_may_be_due_with_a_phase_and_then_no_later_than_the_longest() {
    let mut scene = scene(|liens| liens.longest = length("30d"));
    scene.lien("alpha", "unit", "beta", "ada");
    assert_eq!(scene.decide("alpha").0.decision, Decision::ConditionalGo);
    assert!(scene.due().is_empty());
    let (beta, _) = scene.decide("beta");
    assert!(
        beta.outstanding.iter().any(|one| one.rule == "liens"),
        "beta is here"
    );
    scene.tomorrow(31);
    assert_eq!(scene.due().len(), 1);
}

#[test]
fn a_promise_on_a_phase_that_is_gone_is_due() {
    let mut scene = scene(|_| {});
    scene.lien("alpha", "unit", "gamma", "ada");
    assert_eq!(scene.due().len(), 1);
}

#[test]
fn taking_the_rules_out_of_the_file_frees_nobody() {
    let mut scene = scene(|_| {});
    let lien = scene.lien("alpha", "unit", "2026-03-12", "ada");
    scene.complete_with("alpha", |completion| completion.liens = vec![lien]);
    scene.phase("alpha").liens = None;
    scene.tomorrow(5);
    assert_eq!(scene.due().len(), 1);
}

#[test]
fn a_gate_that_passes_at_last_is_not_held_against_the_phase() {
    let mut scene = scene(|_| {});
    scene.lien("alpha", "unit", "2026-03-12", "ada");
    scene.tomorrow(5);
    scene.verdict = Some(verdict(vec![gate("unit", Verdict::Pass)]));
    assert!(scene.due().is_empty());
}

#[test]
fn a_dirty_tree_waits_under_no_promise() {
    let mut scene = scene(|_| {});
    scene.lien("alpha", "unit", "2026-04-01", "ada");
    scene.subject.state = crate::model::SubjectState::Dirty;
    assert_eq!(scene.decide("alpha").0.decision, Decision::NoGo);
}

#[test]
fn lengths_are_days_and_less() {
    assert_eq!(length("30d"), Some(SignedDuration::from_hours(720)));
    assert_eq!(length("2w"), Some(SignedDuration::from_hours(336)));
    for wrong in ["1y", "1mo", "-3d", "P1D", "soon", "0s", ""] {
        assert_eq!(length(wrong), None, "{wrong}");
    }
}
