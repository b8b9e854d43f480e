//! examples/tenant-chat: many branches at once, and tenants that may not see each other. One walk through it, and a test
//! for each criterion. It starts PostgreSQL servers of its own.

use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{Walk, fact, outstanding};

fn walk() -> &'static Walk {
    static WALK: OnceLock<Walk> = OnceLock::new();
    WALK.get_or_init(|| Walk::through("tenant-chat"))
}

/// All that is outstanding in a decision.
fn told(decision: &Value) -> String {
    outstanding(decision).join("\n")
}

#[track_caller]
fn contains(told: &str, words: &str) {
    assert!(told.contains(words), "`{words}` is not told: {told}");
}

/// The names of failed tests of a gate.
fn failed(decision: &Value, gate: &str) -> Vec<String> {
    let gates = decision["outcome"]["verdict"]["gates"].as_array();
    let found = gates.into_iter().flatten().find(|one| one["id"] == gate);
    let failures = found.and_then(|one| one["failures"].as_array());
    let name = |one: &Value| one["name"].as_str().expect("a name").to_owned();
    failures.into_iter().flatten().map(name).collect()
}

#[test]
fn every_step_lifts_one_criterion_and_every_phase_completes() {
    walk().lifts_one_criterion_a_step();
}

#[test]
fn data_without_a_tenant_are_found_before_the_migration() {
    contains(
        &walk().blocks("02-merge-orphans"),
        "before.tests.failed is 1, wanted 0",
    );
    let found = failed(walk().before("02-merge-orphans"), "before");
    assert_eq!(found, ["no message of a tenant that is not there"]);
}

#[test]
fn a_foreign_key_and_an_index_that_the_migration_loses_are_missed() {
    contains(
        &walk().blocks("03-merge-foreign-key"),
        "schema.tests.failed is 2, wanted 0",
    );
    let found = failed(walk().before("03-merge-foreign-key"), "schema");
    assert_eq!(
        found,
        [
            "foreign key messages(tenant_id) -> tenants(id) on delete cascade",
            "index on messages(tenant_id)"
        ]
    );
    assert_eq!(
        fact(walk().after("03-merge-foreign-key"), "schema.tests.passed"),
        3
    );
}

#[test]
fn each_of_seven_statements_has_to_hold_after_the_migration() {
    let walk = walk();
    let passed = |decision| {
        fact(decision, "after.tests.passed")
            .as_u64()
            .expect("a count")
    };
    assert!(passed(walk.before("02-merge-orphans")) < 7);
    // One of seven does not hold: that is enough.
    contains(
        &walk.blocks("05-merge-numbers"),
        "after.tests.passed is 6, wanted =7",
    );
    let found = failed(walk.before("05-merge-numbers"), "after");
    assert_eq!(found, ["6 new messages get new numbers"]);
    assert_eq!(passed(walk.after("05-merge-numbers")), 7);
}

#[test]
fn no_more_tests_are_skipped_than_agreed_and_each_for_a_reason_that_is_listed() {
    let before = told(walk().before("08-merge-skips"));
    contains(&before, "counts.tests.passed is 66, wanted >=67");
    contains(&before, "counts.tests.skipped is 30, wanted <=29");
    contains(&before, "skip-reasons.metrics.unlisted is 1, wanted =0");
    let after = walk().after("08-merge-skips");
    assert_eq!(fact(after, "counts.tests.passed"), 67);
    assert_eq!(fact(after, "counts.tests.skipped"), 29);
    assert_eq!(fact(after, "counts.tests.failed"), 0);
    let gates = after["outcome"]["verdict"]["gates"]
        .as_array()
        .expect("gates");
    let counts = gates
        .iter()
        .find(|one| one["id"] == "counts")
        .expect("there");
    assert_eq!(counts["reports"].as_array().expect("reports").len(), 16);
}

#[test]
fn coverage_may_only_rise_from_14_69_percent() {
    let told = walk().blocks("07-less-code");
    contains(&told, "wanted >=baseline (baseline 14.69%");
    assert!(!self::told(walk().after("07-less-code")).contains("coverage.coverage.lines"));
}

#[test]
fn what_decides_about_people_has_bounds_of_its_own() {
    for (step, path, bound) in [
        ("09-merge-confidence", "src/confidence.js", ">=95%"),
        ("10-merge-escalation", "src/escalation.js", ">=84%"),
        ("11-mend-providers", "src/providers.js", ">=70%"),
    ] {
        let name = format!("coverage.coverage.paths[{path}].lines");
        let before = told(walk().before(step));
        contains(&before, &name);
        contains(&before, &format!("wanted {bound}"));
        assert!(!told(walk().after(step)).contains(&name), "{step}");
    }
}

#[test]
fn one_credential_in_the_code_is_no_go() {
    contains(
        &walk().blocks("12-merge-credential"),
        "secrets.findings.total is 1, wanted 0",
    );
    assert_eq!(
        fact(
            walk().after("12-merge-credential"),
            "secrets.findings.total"
        ),
        0
    );
}

#[test]
fn no_critical_issue_may_be_open_and_96_percent_must_be_closed() {
    let before = told(walk().before("12-merge-credential"));
    contains(&before, "issues.checklist.done is 94%, wanted >=96%");
    contains(
        &before,
        "issues.checklist.tags.critical is 1, wanted 0 (of 13 boxes",
    );
    let after = walk().after("12-merge-credential");
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
    let said = &walk().ran.stdout;
    contains(said, "9 revisions: 2 no go, 7 go");
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
