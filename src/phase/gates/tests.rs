//! Gates that pass, and each way in which one keeps the phase.

use super::super::Liens;
use super::super::testing::{Scene, gate, phase, target, text, verdict};
use super::*;
use crate::model::Measure;

fn scene(gates: Vec<GateVerdict>) -> Scene {
    let mut alpha = phase("alpha");
    alpha.gates = vec!["unit".to_owned(), "docs".to_owned()];
    let mut scene = Scene::new(vec![alpha]);
    scene.verdict = Some(verdict(gates));
    scene
}

fn judge(scene: &Scene, id: &str) -> Answer {
    scene.judge(id, &Gates).expect("asked")
}

#[test]
fn each_verdict_keeps_the_phase_in_its_own_way() {
    let cases = [
        (Verdict::Pass, None, None),
        (Verdict::Waived, None, None),
        (Verdict::Fail, None, Some(Sort::Fails)),
        (
            Verdict::Inconclusive,
            Some(Cause::Evidence),
            Some(Sort::Undecided),
        ),
        (
            Verdict::Inconclusive,
            Some(Cause::Environment),
            Some(Sort::Undecided),
        ),
        (
            Verdict::Inconclusive,
            Some(Cause::Judgement),
            Some(Sort::People),
        ),
        (Verdict::Cancelled, None, Some(Sort::Undecided)),
        (Verdict::NotApplicable, None, Some(Sort::Undecided)),
    ];
    for (verdict, cause, wanted) in cases {
        let mut unit = gate("unit", verdict);
        unit.cause = cause;
        let scene = scene(vec![gate("docs", Verdict::Pass), unit]);
        let answer = judge(&scene, "alpha");
        let found = answer.outstanding.first().map(|one| one.sort);
        assert_eq!(found, wanted, "{verdict:?} {cause:?}");
        assert_eq!(answer.under.len(), usize::from(verdict == Verdict::Waived));
    }
}

#[test]
fn every_gate_that_does_not_pass_is_told() {
    let answer = judge(
        &scene(vec![
            gate("docs", Verdict::Fail),
            gate("unit", Verdict::Cancelled),
        ]),
        "alpha",
    );
    assert_eq!(answer.outstanding.len(), 2);
    assert_eq!(
        answer.criterion.asks.get("gates").map(String::as_str),
        Some("unit docs")
    );
}

#[test]
fn what_could_not_be_decided_is_told_beside_what_failed() {
    let mut unit = gate("unit", Verdict::Fail);
    let reason = |verdict, message: &str| Reason {
        code: "x",
        verdict,
        cause: None,
        message: message.to_owned(),
        detail: None,
        help: None,
        evidence: Vec::new(),
    };
    for number in 0..5 {
        unit.reasons
            .push(reason(Verdict::Fail, &format!("test {number} failed")));
    }
    unit.reasons
        .push(reason(Verdict::Inconclusive, "a.xml was not written"));
    let answer = judge(&scene(vec![gate("docs", Verdict::Pass), unit]), "alpha");
    let found = &answer.outstanding[0].found;
    assert!(found.contains("test 0 failed"), "{found}");
    assert!(
        found.ends_with("and 2 more; not decided: a.xml was not written"),
        "{found}"
    );
}

#[test]
fn gates_that_were_not_run_or_on_something_else_prove_nothing() {
    let mut scene = scene(vec![gate("docs", Verdict::Pass)]);
    let answer = judge(&scene, "alpha");
    assert_eq!(answer.outstanding[0].found, "gate `unit` was not run");
    assert_eq!(answer.outstanding[0].sort, Sort::Undecided);
    scene.subject.id = "tree2".to_owned();
    assert!(
        judge(&scene, "alpha").outstanding[0]
            .found
            .contains("another tree")
    );
    scene.subject.id = "tree".to_owned();
    scene.policy = "policy2".to_owned();
    assert!(
        judge(&scene, "alpha").outstanding[0]
            .found
            .contains("another policy")
    );
    scene.verdict = None;
    assert!(
        judge(&scene, "alpha").outstanding[0]
            .found
            .contains("not run on this tree")
    );
}

#[test]
fn a_gate_that_only_warns_counts_for_nothing_and_is_said() {
    let mut unit = gate("unit", Verdict::Fail);
    unit.enforce = Enforce::Warn;
    let answer = judge(&scene(vec![gate("docs", Verdict::Pass), unit]), "alpha");
    assert!(answer.criterion.holds);
    assert!(answer.notes[0].contains("enforce: warn"));
}

#[test]
fn what_is_found_says_how_each_gate_stands_and_all_pass_only_where_they_do() {
    let found = |gates: Vec<GateVerdict>, change: &dyn Fn(&mut Scene)| {
        let mut scene = scene(gates);
        change(&mut scene);
        let answer = judge(&scene, "alpha");
        assert!(answer.criterion.holds, "{answer:?}");
        answer.criterion.found
    };
    let pass = || gate("unit", Verdict::Pass);
    let docs = |verdict| gate("docs", verdict);
    let nothing = |_: &mut Scene| {};
    assert_eq!(
        found(vec![pass(), docs(Verdict::Pass)], &nothing),
        "all pass"
    );
    let waived = vec![pass(), docs(Verdict::Waived)];
    assert_eq!(found(waived, &nothing), "1 passes, 1 under a waiver");
    let skip = |scene: &mut Scene| scene.phase("alpha").may_skip = vec!["docs".to_owned()];
    let elsewhere = vec![pass(), docs(Verdict::NotApplicable)];
    assert_eq!(found(elsewhere, &skip), "1 passes, 1 does not apply here");
    let warns = |id: &str, verdict| GateVerdict {
        enforce: Enforce::Warn,
        ..gate(id, verdict)
    };
    let one = vec![pass(), warns("docs", Verdict::Fail)];
    assert_eq!(found(one, &nothing), "1 passes, 1 only warns: docs fails");
    let both = vec![warns("unit", Verdict::Pass), warns("docs", Verdict::Fail)];
    assert_eq!(
        found(both, &nothing),
        "nothing that blocks was judged, 2 only warn: unit passes; docs fails"
    );
    let promise = |scene: &mut Scene| {
        scene.phase("alpha").liens = Some(Liens {
            at: super::super::testing::at(),
            from: vec![text("leads")],
            most: None,
            longest: None,
        });
        scene.lien("alpha", "docs", "2026-12-01", "ada");
    };
    assert_eq!(
        found(vec![pass(), docs(Verdict::Fail)], &promise),
        "1 passes, 1 fails under the lien of cy, due 2026-12-01 (good through 2026-11-30)"
    );
}

#[test]
fn a_gate_that_does_not_apply_blocks_unless_it_may_be_skipped() {
    let mut scene = scene(vec![
        gate("docs", Verdict::Pass),
        gate("unit", Verdict::NotApplicable),
    ]);
    assert!(
        judge(&scene, "alpha").outstanding[0]
            .help
            .contains("may-skip")
    );
    scene.phase("alpha").may_skip = vec!["unit".to_owned()];
    assert!(judge(&scene, "alpha").criterion.holds);
}

#[test]
fn a_target_tightens_its_gate_in_its_phase_only() {
    let share = Measure::Share {
        part: 99,
        whole: 100,
    };
    let mut unit = gate("unit", Verdict::Pass);
    unit.facts.insert("unit.tests.pass-rate".to_owned(), share);
    let mut scene = scene(vec![gate("docs", Verdict::Pass), unit]);
    assert!(judge(&scene, "alpha").criterion.holds);
    scene.phase("alpha").targets = vec![target("unit.tests.pass-rate", ">=100%")];
    let answer = judge(&scene, "alpha");
    assert_eq!(answer.outstanding[0].sort, Sort::Fails);
    assert!(
        answer.outstanding[0]
            .found
            .contains("unit.tests.pass-rate is 99%, wanted >=100%")
    );
}

#[test]
fn a_later_phase_keeps_passing_what_an_earlier_one_keeps() {
    let mut alpha = phase("alpha");
    alpha.gates = vec!["schema".to_owned()];
    alpha.keep = vec!["schema".to_owned()];
    let mut beta = phase("beta");
    beta.after = vec!["alpha".to_owned()];
    let mut gamma = phase("gamma");
    gamma.after = vec!["beta".to_owned()];
    let mut scene = Scene::new(vec![alpha, beta, gamma]);
    scene.verdict = Some(verdict(vec![gate("schema", Verdict::Fail)]));
    let answer = judge(&scene, "gamma");
    assert!(
        answer.outstanding[0].wanted.contains("phase `alpha` keeps"),
        "{answer:?}"
    );
    scene.verdict = Some(verdict(vec![gate("schema", Verdict::Pass)]));
    assert!(judge(&scene, "gamma").criterion.holds);
    assert!(scene.judge("beta", &Gates).is_some());
}

#[test]
fn a_gate_that_others_need_has_to_pass_too() {
    let mut unit = gate("unit", Verdict::Pass);
    unit.needs = vec!["build".to_owned()];
    let mut build = gate("build", Verdict::Pass);
    build.needs = vec!["fetch".to_owned()];
    let gates = vec![
        build,
        gate("docs", Verdict::Pass),
        gate("fetch", Verdict::Fail),
        unit,
        gate("other", Verdict::Fail),
    ];
    let answer = judge(&scene(gates), "alpha");
    assert_eq!(answer.outstanding.len(), 1, "{answer:?}");
    assert_eq!(
        answer.outstanding[0].wanted,
        "gate `fetch` passes, which `build` needs"
    );
}

#[test]
fn a_phase_without_gates_does_not_ask() {
    assert!(
        Scene::new(vec![phase("alpha")])
            .judge("alpha", &Gates)
            .is_none()
    );
}
