//! The example `portfolio-api`: every criterion refuses its phase for that reason, and then does not; all phases are completed in
//! order. Node, Python and git do the work, in a copy.

use crate::support::Scenario;

/// Each step with what the refusal before it must name.
const REASONS: &[(&str, &[&str])] = &[
    (
        "01-lots-load",
        &[
            "gate `compiles` fails: exit 1",
            "does not provide an export named 'splitRatio'",
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
        &["unit.tests.failed is 21, wanted 0", "17 of 38 pass"],
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
            "gate `documents` fails: docs/API.md does not contain",
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
    let scenario = Scenario::of("portfolio-api");
    let project = &scenario.project;
    scenario.walk(REASONS);
    let done = [
        "alpha",
        "hour-2",
        "beta-services",
        "hour-5",
        "beta-routes",
        "beta-security",
        "beta-documents",
        "hour-8",
        "beta",
        "gamma",
        "delta",
    ];
    for phase in done {
        assert_eq!(project.state(phase), "complete");
    }
    project.call(&["verify"]).exits(0);
}
