//! examples/tenant-chat: many branches at once, and tenants that may not see each other. One walk through it, and a test
//! for each criterion. It starts PostgreSQL servers of its own.

use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{Walk, fact, gate};

fn walk() -> &'static Walk {
    static WALK: OnceLock<Walk> = OnceLock::new();
    WALK.get_or_init(|| Walk::through("tenant-chat"))
}

/// Each step with what blocks before it and not after it.
const STEPS: &[(&str, &[&str])] = &[
    ("01-orphans", &["before.tests.failed is 1, wanted 0"]),
    ("02-foreign-key", &["schema.tests.failed is 2, wanted 0"]),
    ("03-partitions", &["1 no message was lost"]),
    ("04-numbers", &["after.tests.passed is 6, wanted =7"]),
    ("05-archive", &[]),
    ("06-take-it-back", &["wanted >=baseline (baseline 14.69%"]),
    (
        "07-skips",
        &[
            "counts.tests.passed is 66, wanted >=67",
            "counts.tests.skipped is 30, wanted <=29",
            "skip-reasons.metrics.unlisted is 1, wanted =0",
        ],
    ),
    (
        "08-confidence",
        &["coverage.coverage.paths[src/confidence.js].lines is 31.82%, wanted >=95%"],
    ),
    (
        "09-escalation",
        &["coverage.coverage.paths[src/escalation.js].lines is 52.17%, wanted >=84%"],
    ),
    (
        "10-providers",
        &["coverage.coverage.paths[src/providers.js].lines is 53.33%, wanted >=70%"],
    ),
    (
        "11-credential",
        &[
            "secrets.findings.total is 1, wanted 0",
            "issues.checklist.done is 94%, wanted >=96%",
            "issues.checklist.tags.critical is 1, wanted 0 (of 13 boxes",
        ],
    ),
];

/// The names of failed tests of a gate.
fn failed(decision: &Value, id: &str) -> Vec<String> {
    let failures = gate(decision, id)["failures"].as_array();
    let name = |one: &Value| one["name"].as_str().expect("a name").to_owned();
    failures.into_iter().flatten().map(name).collect()
}

#[test]
fn every_step_lifts_one_criterion_and_every_phase_completes() {
    walk().lifts(STEPS);
}

#[test]
fn data_without_a_tenant_are_found_before_the_migration() {
    let found = failed(walk().before("01-orphans"), "before");
    assert_eq!(found, ["no message of a tenant that is not there"]);
}

#[test]
fn a_foreign_key_and_an_index_that_the_migration_loses_are_missed() {
    let found = failed(walk().before("02-foreign-key"), "schema");
    assert_eq!(
        found,
        [
            "foreign key messages(tenant_id) -> tenants(id) on delete cascade",
            "index on messages(tenant_id)"
        ]
    );
    let after = walk().after("02-foreign-key");
    assert_eq!(fact(after, "schema.tests.passed"), 3);
}

#[test]
fn each_of_seven_statements_has_to_hold_after_the_migration() {
    // One of seven does not: that is enough.
    let found = failed(walk().before("04-numbers"), "after");
    assert_eq!(found, ["6 new messages get new numbers"]);
    assert_eq!(fact(walk().after("04-numbers"), "after.tests.passed"), 7);
}

#[test]
fn no_more_tests_are_skipped_than_agreed_and_each_for_a_reason_that_is_listed() {
    let after = walk().after("07-skips");
    assert_eq!(fact(after, "counts.tests.passed"), 67);
    assert_eq!(fact(after, "counts.tests.skipped"), 29);
    assert_eq!(fact(after, "counts.tests.failed"), 0);
    let reports = gate(after, "counts")["reports"].as_array();
    assert_eq!(reports.map(Vec::len), Some(16));
}

#[test]
fn coverage_begins_at_14_69_percent() {
    let lines = fact(walk().before("05-archive"), "coverage.coverage.lines");
    assert_eq!((&lines["part"], &lines["whole"]), (&93.into(), &633.into()));
}

#[test]
fn with_no_critical_issue_open_and_48_of_50_closed_it_is_ready() {
    let after = walk().after("11-credential");
    assert_eq!(fact(after, "secrets.findings.total"), 0);
    let done = fact(after, "issues.checklist.done");
    assert_eq!((&done["part"], &done["whole"]), (&48.into(), &50.into()));
    assert_eq!(after["outcome"]["readiness"]["percent"], 100);
}

/// Revision, what it is merged into, and the decision of each row.
fn rows(name: &str) -> Vec<(String, Option<String>, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    let rows = walk().document(name)["rows"]
        .as_array()
        .expect("rows")
        .iter();
    rows.map(|row| {
        let (revision, decision) = (text(row, "ref"), text(row, "decision"));
        (
            revision.expect("a name"),
            text(row, "merged_into"),
            decision.expect("a decision"),
        )
    })
    .collect()
}

#[test]
fn nine_branches_are_judged_in_one_table_each_by_itself() {
    let rows = rows("alone");
    assert_eq!(rows.len(), 9);
    let against = rows.iter().filter(|(.., decision)| decision != "go");
    let against: Vec<&str> = against.map(|(revision, ..)| revision.as_str()).collect();
    assert_eq!(against, ["fix/foreign-key", "fix/providers"]);
    assert!(walk().said.contains("9 revisions: 2 no go, 7 go"));
}

#[test]
fn a_branch_is_judged_merged_into_main_too() {
    let of = |name: &str| {
        let rows = rows(name).into_iter();
        rows.map(|(_, into, decision)| (into, decision))
            .collect::<Vec<_>>()
    };
    let main = || Some("main".to_owned());
    // It needs what another branch brought to main meanwhile.
    assert_eq!(
        of("merged"),
        [(None, "no-go".to_owned()), (main(), "go".to_owned())]
    );
    assert_eq!(
        of("mended"),
        [(None, "go".to_owned()), (main(), "go".to_owned())]
    );
}
