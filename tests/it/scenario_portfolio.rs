//! The example `portfolio-api`: every criterion refuses its phase for that reason, and then does not; all phases are completed in
//! order. Node, Python and git do the work, in a copy.

use serde_json::Value;

use crate::support::{Project, Scenario};

/// Each step with what the refusal before it must name.
const STEPS: &[(&str, &[&str])] = &[
    (
        "01-lots-load",
        &[
            "gate `compiles` fails: exit 1",
            "18 of 19 modules compile",
            "tests/unit/lots.test.js errored: it did not get as far as its assertion",
            "red.tests.total is 21, wanted =38",
        ],
    ),
    (
        "02-last-test",
        &[
            "red.tests.outcome is 37 of 38 fail, wanted failing (test::lot: a quantity of zero is refused passes already)",
        ],
    ),
    ("03-pushed", &["gate `pushed` is inconclusive"]),
    (
        "04-reviewed",
        &["1 sign-off from leads, not from an author found 0 of 1: nobody"],
    ),
    ("05-crud", &["crud.tests.failed is 17, wanted 0"]),
    (
        "06-services",
        &["unit.tests.failed is 20, wanted 0", "18 of 38 pass"],
    ),
    (
        "07-same-tests",
        &[
            "36 of 38 pass",
            "test::lot: a loss is a gain below zero is gone (renamed to test::lot: a loss is negative?)",
            "test::snapshot: between takes both ends in is skipped",
        ],
    ),
    (
        "08-routes",
        &["routes.http.status[POST /funds/A/lots] is 501, wanted 201"],
    ),
    (
        "09-no-stub",
        &["gate `stubs` fails: server/routes/snapshots.js contains"],
    ),
    (
        "10-tenants",
        &["tenants.http.status[GET /funds/B] is 200, wanted 403"],
    ),
    (
        "11-rollback",
        &[
            "gate `migration` fails",
            "schema is as before index snapshots_one_a_day is left behind",
            "applies again",
        ],
    ),
    (
        "12-anti-patterns",
        &["anti-patterns.trace.covered is 8, wanted >=10"],
    ),
    (
        "13-documents",
        &[
            "POST /funds/:fund/sales is not documented",
            "gate `documents` fails: exit 1",
        ],
    ),
    (
        "14-suites",
        &[
            "gate `end-to-end` is inconclusive",
            "gate `error-paths` is inconclusive",
        ],
    ),
    (
        "15-worker",
        &[
            "worker.tests.failed is 1, wanted 0",
            "worker: a fund that fails does not keep the others waiting (AP-17)",
        ],
    ),
    ("16-audit", &["blockers.checklist.tags.P0 is 2, wanted 0"]),
    (
        "17-transactions",
        &["blockers.checklist.tags.P0 is 1, wanted 0"],
    ),
    (
        "18-last-pattern",
        &["anti-patterns.trace.covered is 23, wanted >=24"],
    ),
];

#[test]
fn each_criterion_of_portfolio_api_blocks_and_is_lifted() {
    let mut scenario = Scenario::copy("portfolio-api");
    scenario.take(2);
    alpha_records_the_names_of_its_tests(&scenario.project);
    beta_is_not_entered_with_work_uncommitted(&scenario.project);
    scenario.take(4);
    a_part_of_the_tests_runs_alone(&scenario.project);
    a_deleted_test_is_missed(&scenario.project);
    scenario.take(9);
    the_suites_run_side_by_side(&scenario.project);
    scenario.take(3);
    scenario.end().lifts(STEPS);
}

fn alpha_records_the_names_of_its_tests(project: &Project) {
    let (_, document) = project.phase_json(&["history", "alpha"]);
    let tests =
        &document["records"][0]["record"]["says"]["gates"]["red"]["tests"]["names"]["failed"];
    let names = tests.as_array().unwrap_or_else(|| panic!("{document:#}"));
    let of = |service: &str| {
        let names = names.iter().filter_map(Value::as_str);
        names
            .filter(|name| name.starts_with(&format!("test::{service}")))
            .count()
    };
    assert_eq!((of("snapshot"), of("lot"), names.len()), (20, 18, 38));
}

fn beta_is_not_entered_with_work_uncommitted(project: &Project) {
    project.write("server/half.js", "// not done");
    let (code, document) = project.phase_json(&["decide", "beta"]);
    assert_eq!(code, 1);
    let outstanding = document["outcome"]["outstanding"].to_string();
    assert!(outstanding.contains("server/half.js"), "{document:#}");
    std::fs::remove_file(project.root.join("server/half.js")).unwrap();
}

fn a_part_of_the_tests_runs_alone(project: &Project) {
    let ran = project.run(&["crud"]).exits(0);
    ran.gate("crud").is("pass").fact("crud.tests.passed", 17);
    assert_eq!(ran.verdict()["gates"].as_array().unwrap().len(), 1);
}

/// One of the 38 is gone, all others pass: of their number nobody would be able to tell.
fn a_deleted_test_is_missed(project: &Project) {
    let path = "tests/unit/lots.test.js";
    let text = project.read(path);
    let begins = text.find("test('lot: book value").unwrap();
    let ends = begins + text[begins..].find("\n});\n").unwrap() + 5;
    project.write(path, format!("{}{}", &text[..begins], &text[ends..]));
    let ran = project.run(&["unit"]).exits(1);
    let words: Vec<&str> = ran.stdout.split_whitespace().collect();
    let gone = "test::lot: book value is the cost of what is open is gone";
    assert!(words.join(" ").contains(gone), "{ran}");
    project.write(path, text);
}

fn the_suites_run_side_by_side(project: &Project) {
    let suites = ["end-to-end", "worker", "error-paths"];
    let mut arguments = suites.to_vec();
    arguments.extend(["--jobs", "3"]);
    let ran = project.run(&arguments).exits(0);
    let spans = suites.map(|suite| {
        let run = ran.gate(suite).is("pass").run;
        let begins = run["started_ms"].as_u64().unwrap();
        (begins, begins + run["duration_ms"].as_u64().unwrap())
    });
    let last = spans.iter().map(|(begins, _)| *begins).max();
    let first = spans.iter().map(|(_, ends)| *ends).min();
    assert!(last < first, "one ended before another began: {spans:?}");
}
