//! The board: rows, metrics, the longest chain, who is next.

use super::super::testing::{Scene, gate, phase, sign_offs, target, verdict};
use super::*;

fn scene() -> Scene {
    let mut alpha = phase("alpha");
    alpha.gates = vec!["unit".to_owned()];
    let mut beta = phase("beta");
    beta.after = vec!["alpha".to_owned()];
    beta.gates = vec!["unit".to_owned(), "docs".to_owned()];
    beta.targets = vec![target("unit.tests.passed", ">=40")];
    beta.sign_offs = Some(sign_offs(1));
    let mut part = phase("part");
    part.parent = Some("beta".to_owned());
    let mut gamma = phase("gamma");
    gamma.after = vec!["beta".to_owned()];
    let mut side = phase("side");
    side.after = vec!["alpha".to_owned()];
    let mut scene = Scene::new(vec![alpha, beta, part, gamma, side]);
    scene.gate("unit").bounds = vec![("unit.tests.failed".to_owned(), "0".to_owned())];
    scene
}

fn draw(scene: &Scene, before: &[(&str, u64)]) -> Board {
    let outcomes: Vec<PhaseOutcome> = scene
        .phases
        .iter()
        .map(|phase| scene.decide(&phase.id).0)
        .collect();
    let gates = scene.verdict.iter().flat_map(|document| &document.gates);
    let verdicts = gates
        .clone()
        .map(|gate| (gate.id.clone(), gate.verdict))
        .collect();
    let facts = gates.flat_map(|gate| gate.facts.clone()).collect();
    let before = before
        .iter()
        .map(|(fact, count)| ((*fact).to_owned(), Measure::Count(*count)))
        .collect();
    let gates = scene.verdict.iter().flat_map(|document| &document.gates);
    let conditions = gates.flat_map(|gate| &gate.conditions);
    let conditions = conditions
        .map(|one| ((one.fact.as_str(), one.bound.as_str()), one))
        .collect();
    let newest = Newest {
        verdicts: &verdicts,
        conditions: &conditions,
        facts: &facts,
        before: &before,
        of_phase: &BTreeMap::new(),
    };
    scene.with(|world, _| board(world, &outcomes, newest))
}

fn judged() -> Scene {
    let mut scene = scene();
    let mut unit = gate("unit", Verdict::Pass);
    unit.facts
        .insert("unit.tests.passed".to_owned(), Measure::Count(38));
    unit.facts
        .insert("unit.tests.failed".to_owned(), Measure::Count(0));
    scene.verdict = Some(verdict(vec![unit]));
    scene
}

#[test]
fn rows_say_state_gates_and_blockers() {
    let mut scene = judged();
    scene.complete("alpha", &["unit"]);
    let board = draw(&scene, &[]);
    let states: Vec<PhaseState> = board.phases.iter().map(|row| row.state).collect();
    assert_eq!(states[..2], [PhaseState::Complete, PhaseState::Open]);
    assert_eq!(states[3], PhaseState::Blocked);
    assert_eq!(board.phases[0].gates, [("unit".to_owned(), Some("pass"))]);
    // 38 tests pass, and this phase asks for 40.
    assert_eq!(
        board.phases[1].gates,
        [("unit".to_owned(), Some("fail")), ("docs".to_owned(), None)]
    );
    assert_eq!(
        board.phases[0].said.as_deref(),
        Some("go by ada on 2026-03-10")
    );
    assert!(board.phases[0].blocked_by.is_empty());
    assert!(board.phases[3].blocked_by[0].contains("`beta`"));
}

#[test]
fn a_complete_phase_shows_what_it_was_completed_with() {
    let mut scene = judged();
    scene.phase("beta").liens = Some(crate::phase::Liens {
        at: super::super::testing::at(),
        from: vec![super::super::testing::text("leads")],
        most: None,
        longest: None,
    });
    let lien = scene.lien("beta", "docs", "2026-12-01", "ada");
    scene.complete("alpha", &[]);
    scene.complete_with("beta", |done| {
        for (gate, verdict) in [("unit", "pass"), ("docs", "fail")] {
            let record = done.gates.entry(gate.to_owned()).or_default();
            record.verdict = verdict.to_owned();
        }
        done.liens = vec![lien];
    });
    let fails = |id: &str| gate(id, Verdict::Fail);
    scene.verdict = Some(verdict(vec![fails("unit"), fails("docs"), fails("lint")]));
    let board = draw(&scene, &[]);
    let row = board.phases.iter().find(|row| row.phase == "beta");
    let row = row.expect("a row");
    assert_eq!(row.state, PhaseState::Complete);
    assert_eq!(row.readiness, None);
    let verdict = |id: &str| {
        let mut gates = row.gates.iter();
        gates
            .find(|(gate, _)| gate == id)
            .and_then(|(_, verdict)| *verdict)
    };
    assert_eq!(verdict("unit"), Some("pass"));
    assert_eq!(verdict("docs"), Some("waived"), "it was promised");
    assert_eq!(row.liens.len(), 1);
    assert_eq!(row.liens[0].state, crate::model::LienState::Open);
}

#[test]
fn metrics_show_current_target_and_trend() {
    let board = draw(
        &judged(),
        &[("unit.tests.passed", 36), ("unit.tests.failed", 0)],
    );
    let of = |fact: &str| {
        board
            .metrics
            .iter()
            .find(|one| one.fact == fact)
            .expect("a row")
    };
    let passed = of("unit.tests.passed");
    assert_eq!(
        (passed.current.as_deref(), passed.target.as_str()),
        (Some("38"), ">=40")
    );
    assert_eq!(
        (passed.holds, passed.trend, passed.phase.as_str()),
        (Some(false), Some(1), "beta")
    );
    let failed = of("unit.tests.failed");
    assert_eq!(
        (failed.holds, failed.trend, failed.phase.as_str()),
        (Some(true), Some(0), "alpha")
    );
    assert_eq!(board.metrics.len(), 2, "told once");
    let unknown = draw(&scene(), &[]);
    assert!(
        unknown
            .metrics
            .iter()
            .all(|one| one.current.is_none() && one.holds.is_none() && one.trend.is_none())
    );
}

#[test]
fn what_is_no_number_has_its_target_and_what_was_found() {
    let mut scene = judged();
    let bound = ("unit.http.body[GET /]".to_owned(), "matches OAK".to_owned());
    scene.gate("unit").bounds.push(bound.clone());
    let find = |board: &Board| {
        let mut metrics = board.metrics.iter();
        let one = metrics.find(|one| one.fact == bound.0).expect("a row");
        (one.current.clone(), one.target.clone(), one.holds)
    };
    let target = || "matches OAK".to_owned();
    assert_eq!(find(&draw(&scene, &[])), (None, target(), None));
    for (verdict, holds) in [(Verdict::Fail, Some(false)), (Verdict::Pass, Some(true))] {
        let document = scene.verdict.as_mut().expect("judged");
        document.gates[0].conditions = vec![ConditionVerdict {
            measured: Some("another body".to_owned()),
            verdict,
            ..Target::of_bound(&bound.0, "unit", &bound.1).judge(None, false)
        }];
        let found = Some("another body".to_owned());
        assert_eq!(find(&draw(&scene, &[])), (found, target(), holds));
    }
}

#[test]
fn a_trend_is_seen_from_its_bound() {
    let cases = [
        (5, 3, "<=9", Some(-1)),
        (3, 5, "<=9", Some(1)),
        (3, 5, "0", Some(1)),
        (5, 3, ">=1", Some(1)),
        (5, 5, ">=1", Some(0)),
        (5, 3, "=4", None),
    ];
    for (now, then, bound, wanted) in cases {
        assert_eq!(
            trend(&Measure::Count(now), &Measure::Count(then), bound),
            wanted,
            "{then} to {now} of {bound}"
        );
    }
}

#[test]
fn the_longest_chain_goes_through_parts_and_shrinks_with_each_completion() {
    let mut scene = judged();
    // A part opens with its whole.
    assert_eq!(draw(&scene, &[]).chain, ["alpha", "part", "beta", "gamma"]);
    scene.complete("alpha", &["unit"]);
    assert_eq!(draw(&scene, &[]).chain, ["part", "beta", "gamma"]);
    for id in ["part", "beta", "gamma", "side"] {
        scene.complete(id, &[]);
    }
    assert!(draw(&scene, &[]).chain.is_empty());
}

#[test]
fn who_must_act_is_named_in_open_phases_only() {
    let mut scene = judged();
    scene.complete("alpha", &["unit"]);
    let next = draw(&scene, &[]).next;
    assert!(
        next.iter()
            .any(|(who, what)| who == "ada or bo or cy"
                && what.starts_with("beta: sign-offs: 0 of 1")),
        "{next:?}"
    );
    assert!(!next.iter().any(|(_, what)| what.starts_with("gamma")));
}

#[test]
fn a_part_of_a_part_waits_for_what_its_wholes_come_after() {
    let after = |name: &str, before: &str| PlannedPhase {
        after: vec![before.to_owned()],
        ..phase(name)
    };
    let part = |name: &str, whole: &str| PlannedPhase {
        parent: Some(whole.to_owned()),
        ..phase(name)
    };
    let routes = PlannedPhase {
        parent: Some("beta".to_owned()),
        ..after("routes", "services")
    };
    let scene = Scene::new(vec![
        phase("alpha"),
        after("beta", "alpha"),
        part("services", "beta"),
        routes,
        part("hour-2", "services"),
        part("hour-5", "routes"),
    ]);
    assert_eq!(
        draw(&scene, &[]).chain,
        ["alpha", "hour-2", "services", "hour-5", "routes", "beta"]
    );
}

fn told<'a>(next: &'a [(String, String)], phase: &str) -> Vec<(&'a str, &'a str)> {
    let lead = format!("{phase}: ");
    let own = next.iter();
    own.filter_map(|(who, what)| Some((who.as_str(), what.strip_prefix(&lead)?)))
        .collect()
}

#[test]
fn what_only_waits_to_be_completed_is_anybodys_turn_and_names_the_command() {
    let mut scene = judged();
    let left = "nothing is outstanding; do: tollgate phase complete alpha";
    assert_eq!(told(&draw(&scene, &[]).next, "alpha"), [("anybody", left)]);
    let alpha = scene.complete("alpha", &["unit"]);
    assert!(told(&draw(&scene, &[]).next, "alpha").is_empty());
    scene.reopen("alpha", &alpha);
    let left = "nothing else is outstanding; do: tollgate phase complete alpha";
    assert_eq!(told(&draw(&scene, &[]).next, "alpha"), [("anybody", left)]);
    scene.verdict = None;
    let run = "its gates were not run on this tree; do: tollgate phase decide alpha";
    assert_eq!(told(&draw(&scene, &[]).next, "alpha"), [("anybody", run)]);
}

#[test]
fn an_entry_that_is_not_signed_is_the_turn_of_whoever_can_sign_it() {
    let mut scene = judged();
    scene.phase("beta").entry = Some(crate::phase::EntryCriteria {
        at: super::super::testing::at(),
        committed: None,
        sign_offs: Some(sign_offs(1)),
    });
    assert!(told(&draw(&scene, &[]).next, "beta").is_empty());
    scene.complete("alpha", &["unit"]);
    let next = draw(&scene, &[]).next;
    let sign = "entry: 0 of 1: nobody; do: tollgate phase sign beta --entry";
    assert_eq!(told(&next, "beta"), [("ada or bo or cy", sign)]);
    assert!(told(&next, "part").is_empty(), "{next:?}");
}

#[test]
fn what_was_ended_is_shown_so_and_is_nobodys_turn() {
    let mut scene = judged();
    scene.complete("alpha", &["unit"]);
    scene.rule("beta", "hold", None);
    scene.rule("beta", "kill", None);
    let board = draw(&scene, &[]);
    let row = |name: &str| {
        board
            .phases
            .iter()
            .find(|one| one.phase == name)
            .expect(name)
    };
    let beta = row("beta");
    assert_eq!(beta.state, PhaseState::Ended);
    assert_eq!(beta.blocked_by.len(), 2, "{:?}", beta.blocked_by);
    assert_eq!(beta.said.as_ref(), beta.blocked_by.last());
    assert!(told(&board.next, "beta").is_empty(), "{:?}", board.next);
    assert!(row("gamma").blocked_by[0].starts_with("`beta`: bo ended it"));
}

#[test]
fn a_stale_phase_after_a_stale_one_is_nobodys_turn() {
    let mut scene = judged();
    let alpha = scene.complete("alpha", &["unit"]);
    scene.complete("side", &[]);
    scene.reopen("alpha", &alpha);
    let board = draw(&scene, &[]);
    let side = board.phases.iter().find(|one| one.phase == "side");
    assert_eq!(side.map(|one| one.state), Some(PhaseState::Stale));
    let turn = |name: &str| board.next.iter().any(|(_, what)| what.starts_with(name));
    assert!(!turn("side"), "{:?}", board.next);
}

#[test]
fn renamed_phases_are_noted() {
    let mut scene = scene();
    scene.observe("omega", "pass");
    assert!(draw(&scene, &[]).notes[0].contains("`omega`"));
}
