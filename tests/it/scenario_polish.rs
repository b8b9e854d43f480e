//! examples/production-polish: scores and scans. One walk through it, and a test for each criterion.

use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{Walk, fact, outstanding};

fn walk() -> &'static Walk {
    static WALK: OnceLock<Walk> = OnceLock::new();
    WALK.get_or_init(|| Walk::through("production-polish"))
}

/// All that is outstanding in a decision.
fn told(decision: &Value) -> String {
    outstanding(decision).join("\n")
}

#[track_caller]
fn contains(told: &str, words: &str) {
    assert!(told.contains(words), "`{words}` is not told: {told}");
}

#[test]
fn every_step_lifts_one_criterion_and_every_phase_completes() {
    walk().lifts_one_criterion_a_step();
}

#[test]
fn integration_tests_that_were_created_and_not_run_count_as_nothing() {
    let walk = walk();
    for (decision, words) in [
        // An old report lies there, then none, then one that holds no test.
        (
            walk.before("01-forget-the-old-report"),
            "reports/integration.xml was not written by this run",
        ),
        (
            walk.after("01-forget-the-old-report"),
            "no report: nothing matches `reports/integration.xml`",
        ),
        (
            walk.after("02-run-what-is-not-there"),
            "integration.tests.passed is 0, wanted >=15",
        ),
    ] {
        contains(&told(decision), words);
        assert_ne!(decision["exit"], 0);
    }
    // All of them ran, and one fails.
    let ran = walk.after("03-run-them");
    assert_eq!(fact(ran, "integration.tests.total"), 15);
    contains(
        &walk.blocks("04-pay-something"),
        "integration.tests.failed is 1",
    );
    assert_eq!(
        fact(walk.after("04-pay-something"), "integration.tests.passed"),
        15
    );
}

#[test]
fn one_vulnerability_of_static_analysis_is_no_go() {
    contains(
        &walk().blocks("05-serve-by-name"),
        "analysis.findings.total is 1, wanted 0",
    );
    let before = walk().before("05-serve-by-name");
    // CodeQL gives a score of 7.5, which is high.
    assert_eq!(fact(before, "analysis.findings.high"), 1);
    assert_eq!(
        fact(walk().after("05-serve-by-name"), "analysis.findings.total"),
        0
    );
}

#[test]
fn an_agent_that_takes_two_seconds_is_no_go() {
    contains(&walk().blocks("06-ask-all-at-once"), "wanted <2000");
    let slowest = |decision| {
        let value = fact(decision, "agent.metrics.slowest-ms");
        value
            .as_f64()
            .or_else(|| value.as_str()?.parse().ok())
            .expect("a number")
    };
    // Eight times 300 ms, one after the other.
    assert!(slowest(walk().before("06-ask-all-at-once")) >= 2400.0);
    assert!(slowest(walk().after("06-ask-all-at-once")) < 2000.0);
}

#[test]
fn accessibility_below_90_is_no_go() {
    let told = walk().blocks("11-give-everything-a-name");
    contains(&told, "accessibility.metrics.score is 0.41, wanted >=0.9");
}

#[test]
fn fewer_than_ten_thousand_users_are_no_go() {
    let told = walk().blocks("07-ten-thousand");
    contains(&told, "load.metrics.users is 2500, wanted >=10000");
}

#[test]
fn of_five_remarks_all_five_have_to_be_fixed() {
    assert_eq!(
        fact(walk().before("05-serve-by-name"), "review.checklist.open"),
        2
    );
    contains(
        &walk().blocks("08-fix-the-last-remark"),
        "review.checklist.done is 80%, wanted 100%",
    );
    assert_eq!(
        fact(
            walk().after("08-fix-the-last-remark"),
            "review.checklist.total"
        ),
        5
    );
}

#[test]
fn deployment_and_app_are_signed_for_with_a_link_to_what_was_seen() {
    let walk = walk();
    contains(
        &told(walk.after("12-say-that-it-works")),
        "mio names no evidence",
    );
    assert_eq!(walk.after("12-say-that-it-works")["exit"], 4);
    for step in ["13-show-that-it-works", "14-deploy"] {
        assert_eq!(walk.after(step)["wrote"], true, "{step}");
    }
}

#[test]
fn the_phase_is_thirty_percent_ready_as_it_is_shipped_and_nine_features_weigh() {
    let first = walk().before("01-forget-the-old-report");
    contains(&told(first), "readiness is 30%");
    let gates = first["outcome"]["verdict"]["gates"]
        .as_array()
        .expect("gates");
    assert_eq!(gates.len(), 9);
    // Each step adds what its feature weighs.
    for (step, percent) in [
        ("04-pay-something", 45),
        ("05-serve-by-name", 60),
        ("06-ask-all-at-once", 70),
        ("07-ten-thousand", 80),
        ("08-fix-the-last-remark", 90),
        ("11-give-everything-a-name", 100),
    ] {
        let readiness = &walk().after(step)["outcome"]["readiness"];
        assert_eq!(readiness["percent"], percent, "{step}: {readiness}");
    }
}

#[test]
fn a_waiver_lets_the_gate_through_and_makes_nothing_ready() {
    let waived = told(walk().after("09-waive-it"));
    assert!(!waived.contains("accessibility"), "{waived}");
    contains(&waived, "readiness is 90%");
    contains(
        &told(walk().after("10-take-the-waiver-back")),
        "accessibility.metrics.score",
    );
}
