//! examples/production-polish: scores and scans. One walk through it, and a test for each criterion.

use std::sync::OnceLock;

use crate::support::{Walk, fact};

fn walk() -> &'static Walk {
    static WALK: OnceLock<Walk> = OnceLock::new();
    WALK.get_or_init(|| Walk::through("production-polish"))
}

/// Each step with what blocks before it and not after it.
const STEPS: &[(&str, &[&str])] = &[
    // An old report lies there, then none, then one that holds no test.
    (
        "01-forget-the-old-report",
        &["reports/integration.xml was not written by this run"],
    ),
    (
        "02-run-what-is-not-there",
        &["no report: nothing matches `reports/integration.xml`"],
    ),
    (
        "03-run-them",
        &["integration.tests.passed is 0, wanted >=15"],
    ),
    ("04-pay-something", &["integration.tests.failed is 1"]),
    (
        "05-serve-by-name",
        &["analysis.findings.total is 1, wanted 0"],
    ),
    ("06-ask-all-at-once", &["wanted <2000"]),
    (
        "07-ten-thousand",
        &["load.metrics.users is 2500, wanted >=10000"],
    ),
    (
        "08-fix-the-last-remark",
        &["review.checklist.done is 80%, wanted 100%"],
    ),
    ("09-waive-it", &["gate `accessibility` fails"]),
    ("10-take-the-waiver-back", &[]),
    ("11-give-everything-a-name", &["gate `accessibility` fails"]),
    ("12-say-that-it-works", &[]),
    ("13-show-that-it-works", &["mio names no evidence"]),
    ("14-deploy", &["0 of 1: nobody"]),
];

#[test]
fn every_step_lifts_one_criterion_and_every_phase_completes() {
    walk().lifts(STEPS);
}

#[test]
fn integration_tests_that_were_created_and_not_run_count_as_nothing() {
    let walk = walk();
    let ran = walk.after("03-run-them");
    assert_eq!(fact(ran, "integration.tests.total"), 15);
    let fixed = walk.after("04-pay-something");
    assert_eq!(fact(fixed, "integration.tests.passed"), 15);
}

#[test]
fn one_vulnerability_of_static_analysis_is_no_go() {
    // CodeQL gives a score of 7.5, which is high.
    let before = walk().before("05-serve-by-name");
    assert_eq!(fact(before, "analysis.findings.high"), 1);
    let after = walk().after("05-serve-by-name");
    assert_eq!(fact(after, "analysis.findings.total"), 0);
}

#[test]
fn an_agent_that_takes_two_seconds_is_no_go() {
    let slowest = |decision| {
        let value = fact(decision, "agent.metrics.slowest-ms");
        let text = || value.as_str()?.parse().ok();
        value.as_f64().or_else(text).expect("a number")
    };
    // Eight times 300 ms, one after the other.
    assert!(slowest(walk().before("06-ask-all-at-once")) >= 2400.0);
    assert!(slowest(walk().after("06-ask-all-at-once")) < 2000.0);
}

#[test]
fn of_five_remarks_all_five_have_to_be_fixed() {
    let open = fact(walk().before("05-serve-by-name"), "review.checklist.open");
    assert_eq!(open, 2);
    let after = walk().after("08-fix-the-last-remark");
    assert_eq!(fact(after, "review.checklist.total"), 5);
}

#[test]
fn deployment_and_app_are_signed_for_with_a_link_to_what_was_seen() {
    let walk = walk();
    let told = walk.told("13-show-that-it-works").join("\n");
    assert!(told.contains("mio names no evidence"), "{told}");
    assert_eq!(walk.before("13-show-that-it-works")["exit"], 4);
}

#[test]
fn what_is_done_waits_for_its_parts() {
    let last = &walk().after("11-give-everything-a-name")["outcome"];
    let outstanding = last["outstanding"].as_array().expect("a list");
    let rules: Vec<_> = outstanding.iter().map(|one| &one["rule"]).collect();
    assert_eq!(rules, ["parent"]);
}

#[test]
fn the_phase_is_thirty_percent_ready_as_it_is_shipped_and_nine_features_weigh() {
    let first = &walk().before("01-forget-the-old-report")["outcome"];
    assert_eq!(first["readiness"]["percent"], 30);
    let gates = first["verdict"]["gates"].as_array().expect("gates");
    assert_eq!(gates.len(), 9);
    // Each step adds what its feature weighs. A waiver makes nothing ready.
    for (step, percent) in [
        ("04-pay-something", 45),
        ("05-serve-by-name", 60),
        ("06-ask-all-at-once", 70),
        ("07-ten-thousand", 80),
        ("08-fix-the-last-remark", 90),
        ("09-waive-it", 90),
        ("11-give-everything-a-name", 100),
    ] {
        let readiness = &walk().after(step)["outcome"]["readiness"];
        assert_eq!(readiness["percent"], percent, "{step}: {readiness}");
    }
}

#[test]
fn a_waiver_lets_the_gate_through_and_not_the_phase() {
    let waived = walk().told("10-take-the-waiver-back").join("\n");
    assert!(!waived.contains("accessibility"), "{waived}");
    assert!(waived.contains("readiness is 90%"), "{waived}");
}
