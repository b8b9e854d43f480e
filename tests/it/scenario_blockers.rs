//! examples/production-blockers: go/no-go between phases that overlap. One walk through it, and a test for each criterion.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::{Walk, fact};

fn walk() -> &'static Walk {
    static WALK: OnceLock<Walk> = OnceLock::new();
    WALK.get_or_init(|| Walk::through("production-blockers"))
}

/// Each step with what blocks before it and not after it.
const STEPS: &[(&str, &[&str])] = &[
    (
        "01-round-half-even",
        &["unit.tests.pass-rate is 81.1%, wanted 100%"],
    ),
    ("02-close-debug-route", &["gate `closed` fails"]),
    ("03-tick-quick-wins", &["gate `blockers-quick-wins` fails"]),
    (
        "04-count-together",
        &["rate-limit.metrics.passed is 60, wanted =20"],
    ),
    (
        "05-first-sprint",
        &["unit.tests.added is 0, wanted >=55, <=69", "wanted >=59%"],
    ),
    ("06-make-a-backup", &["gate `backup`"]),
    ("07-drill", &["gate `alert`"]),
    (
        "08-tick-infrastructure",
        &["gate `blockers-infrastructure` fails"],
    ),
    (
        "09-second-sprint",
        &["unit.tests.added is 0, wanted >=92, <=113"],
    ),
    (
        "10-third-sprint",
        &["unit.tests.added is 0, wanted >=45, <=60", "wanted >=85%"],
    ),
    (
        "11-tick-test-coverage",
        &["gate `blockers-test-coverage` fails"],
    ),
    (
        "12-say-how-to-go-back",
        &["gate `blockers-integration` fails"],
    ),
    (
        "13-dry-run",
        &[
            "gate `dry-run` is inconclusive",
            "nothing matches `evidence/dry-run.json`",
        ],
    ),
    ("14-one-review", &["0 of 2"]),
    ("15-second-review", &["1 of 2"]),
    ("16-soak", &["soak wanted held for 2s"]),
];

/// A row of the table of metrics: current, target, whether it holds.
fn metric(board: &Value, phase: &str, fact: &str, target: &str) -> Value {
    let metrics = board["metrics"].as_array().expect("metrics");
    let found = (metrics.iter())
        .find(|one| one["phase"] == phase && one["fact"] == fact && one["target"] == target);
    let found = found.unwrap_or_else(|| panic!("{phase} {fact} {target}: {board:#}"));
    json!([found["current"], found["holds"]])
}

#[test]
fn every_step_lifts_one_criterion_and_every_phase_completes() {
    walk().lifts(STEPS);
}

#[test]
fn a_no_go_of_a_phase_lists_every_reason() {
    let told = walk().told("01-round-half-even");
    assert_eq!(told.len(), 3, "{told:#?}");
    for (one, gate) in told.iter().zip(["unit", "closed", "blockers-quick-wins"]) {
        assert!(one.contains(&format!("gate `{gate}` fails")), "{one}");
    }
    let first = walk().before("01-round-half-even");
    assert_eq!(first["outcome"]["decision"], "no-go");
}

#[test]
fn passing_133_of_164_tests_is_no_go() {
    let first = walk().before("01-round-half-even");
    let rate = fact(first, "unit.tests.pass-rate");
    assert_eq!((&rate["part"], &rate["whole"]), (&133.into(), &164.into()));
    let fixed = walk().after("01-round-half-even");
    assert_eq!(fact(fixed, "unit.tests.passed"), 164);
}

#[test]
fn the_same_gate_asks_for_more_coverage_from_phase_to_phase() {
    let lines = |decision| {
        let share = fact(decision, "coverage.coverage.lines");
        share["percent"].as_f64().expect("a share")
    };
    let walk = walk();
    // 41 % is enough for the quick wins, not for the first sprint, nor 59 % for the last one.
    let now = lines(walk.before("01-round-half-even"));
    assert!((41.0..59.0).contains(&now), "{now}");
    let second = lines(walk.after("09-second-sprint"));
    assert!((59.0..85.0).contains(&second), "{second}");
    assert!(lines(walk.after("10-third-sprint")) >= 85.0);
}

#[test]
fn each_sprint_adds_the_tests_that_it_planned() {
    for (step, added) in [
        ("05-first-sprint", 66),
        ("09-second-sprint", 105),
        ("10-third-sprint", 54),
    ] {
        let found = fact(walk().after(step), "unit.tests.added");
        assert_eq!(found, added, "{step}");
    }
}

#[test]
fn the_board_shows_current_target_and_whether_it_holds() {
    let board = walk().board("01-round-half-even");
    let rate = metric(board, "quick-wins", "unit.tests.pass-rate", "100%");
    assert_eq!(rate, json!(["81.1%", false]));
    let board = walk().board("11-tick-test-coverage");
    let lines = metric(board, "test-coverage", "coverage.coverage.lines", ">=85%");
    assert_eq!(lines[1], true, "{lines}");
    assert!(walk().said.contains("7 phases: 7 complete"));
}

#[test]
fn phases_overlap() {
    // The first sprint completes while the infrastructure is at work, and that is before it.
    let board = walk().board("06-make-a-backup");
    let phases = board["phases"].as_array().expect("phases");
    let state = |id: &str| {
        let found = phases.iter().find(|one| one["phase"] == id).expect("there");
        found["state"].as_str().expect("a state").to_owned()
    };
    assert_eq!(state("sprint-1"), "complete");
    assert_eq!(state("infrastructure"), "open");
    assert_eq!(state("integration"), "blocked");
}

#[test]
fn the_limit_holds_for_three_instances_together() {
    for decision in [
        walk().before("04-count-together"),
        walk().after("04-count-together"),
    ] {
        assert_eq!(fact(decision, "rate-limit.metrics.instances"), 3);
    }
    let after = walk().after("04-count-together");
    assert_eq!(fact(after, "rate-limit.metrics.passed"), 20);
}

#[test]
fn a_backup_and_a_drill_of_an_earlier_phase_are_none() {
    let words = "older than the phase, which began when `quick-wins` was completed";
    let told = walk().told("06-make-a-backup").join("\n");
    assert_eq!(told.matches(words).count(), 2, "{told}");
    let made = walk().after("07-drill");
    assert_eq!(fact(made, "backup.metrics.rows"), 40);
    assert_eq!(fact(made, "alert.metrics.fired"), 1);
}

#[test]
fn two_people_have_to_sign_and_the_author_is_none_of_them() {
    let criteria = walk().after("16-soak")["outcome"]["criteria"].to_string();
    assert!(criteria.contains("2 of 2: rea, sam"), "{criteria}");
}

#[test]
fn what_was_not_observed_for_long_enough_holds() {
    let before = walk().before("16-soak");
    assert_eq!(
        (&before["exit"], &before["outcome"]["decision"]),
        (&4.into(), &"hold".into())
    );
    let told = walk().told("16-soak").join("\n");
    assert!(told.contains("soak: ") && told.contains("2s"), "{told}");
}
