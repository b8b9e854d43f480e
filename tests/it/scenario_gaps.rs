//! The example `gap-fixing`: every criterion refuses its task for that reason, and then does not; tasks and phases are completed
//! in order, and the board says of each task where it stands. Node, Python and git do the work, in a copy.

use crate::support::{Scenario, Walk};

/// Each step with what the refusal before it must name.
const STEPS: &[(&str, &[&str])] = &[
    (
        "01-migrations",
        &["database::migrations/0002_parcels.sql no such table: main.events"],
    ),
    (
        "02-seeds",
        &[
            "database.tests.failed is 1, wanted 0",
            "row 9 of events refers to no row of parcels",
        ],
    ),
    ("03-document", &["`docs/database.md` does not exist"]),
    (
        "04-box",
        &[
            "done-1-1.checklist.open is 1, wanted 0",
            "Somebody who was not there has set one up",
        ],
    ),
    (
        "05-environment",
        &[".env.example does not name CACHE_SIZE, CARRIER_URL, LOG_LEVEL, which the code reads"],
    ),
    (
        "06-config",
        &[
            "`tests/config.test.js` does not exist",
            "done-1-3.checklist.open is 2, wanted 0",
        ],
    ),
    (
        "07-routes",
        &[
            "/news is asked for and not served",
            "routes.http.status[GET /depots] is 404, wanted 200",
        ],
    ),
    (
        "08-health",
        &["health.http.status[GET /health] is 404, wanted 200"],
    ),
    (
        "09-critical-tests",
        &["coverage.paths[server/critical/**].lines is 45.31%, wanted >50%"],
    ),
    (
        "10-log",
        &[
            "`server/log.js` does not exist",
            "done-2-3.checklist.open is 2, wanted 0",
        ],
    ),
    ("11-retry", &["`server/resilience/retry.js` does not exist"]),
    ("12-cache", &["cache.metrics.hit-rate is 0, wanted >0.7"]),
    (
        "13-cache-size",
        &["cache.metrics.hit-rate is 0.44625, wanted >0.7"],
    ),
    (
        "14-breaker",
        &["`server/resilience/breaker.js` does not exist"],
    ),
    (
        "15-news",
        &["load.metrics.queries is 5865 (-27.2%), wanted -30% (baseline 8058 → <= 5640.6)"],
    ),
];

/// Where each task stands, in the order of the file.
fn tasks(scenario: &Scenario) -> Vec<(String, String)> {
    let (_, document) = scenario.project.phase_json(&["status"]);
    let phases = document["board"]["phases"].as_array().unwrap().iter();
    let text = |one: &serde_json::Value, key: &str| one[key].as_str().unwrap().to_owned();
    phases
        .map(|one| (text(one, "phase"), text(one, "state")))
        .filter(|(phase, _)| phase.starts_with("task-"))
        .collect()
}

#[test]
fn each_criterion_of_gap_fixing_blocks_and_is_lifted() {
    Walk::through("gap-fixing").lifts(STEPS);
}

#[test]
fn the_board_says_where_each_task_stands_and_what_it_waits_for() {
    let mut scenario = Scenario::copy("gap-fixing");
    let states = |scenario: &Scenario| -> Vec<String> {
        let all = tasks(scenario).into_iter();
        all.map(|(task, state)| format!("{} {state}", &task["task-".len()..]))
            .collect()
    };
    // Nothing is begun: two tasks wait for nobody, two for a task, seven for a phase.
    let first = states(&scenario);
    assert_eq!(
        first[..4],
        ["1-1 open", "1-2 open", "1-3 blocked", "1-4 blocked"]
    );
    assert!(
        first[4..].iter().all(|task| task.ends_with(" blocked")),
        "{first:?}"
    );
    let status = scenario.project.phase(&["status"]).exits(0);
    let said = status
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for waits in [
        "task-1-3 `task-1-2`: it is not complete",
        "task-1-4 `task-1-1`: it is not complete",
    ] {
        assert!(said.contains(waits), "{waits}\n{said}");
    }
    // In progress: some of it holds.
    scenario.take(3);
    scenario
        .project
        .phase(&["decide", "task-1-1"])
        .exits(1)
        .says("readiness 50%");
    assert_eq!(states(&scenario)[0], "1-1 open");
    // Completed, and what waited for it is open.
    scenario.take(1);
    assert_eq!(
        states(&scenario)[..4],
        ["1-1 complete", "1-2 open", "1-3 blocked", "1-4 open"]
    );
}
