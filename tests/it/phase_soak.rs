//! Time: soak in seconds, and promises that fall due.

use std::time::Duration;

use crate::support::{People, Project};

const SOAK: &str = "\
gates: { a: { run: test ! -e broken } }
phases: { alpha: { gates: [a], soak: 2s } }
";

#[test]
fn a_soak_is_held_by_observations_of_this_content() {
    let project = Project::new(SOAK).committed();
    project.phase(&["complete", "alpha"]).exits(4).says("soak");
    project.phase(&["observe", "alpha"]).exits(0).says("soak: ");
    assert_eq!(project.outstanding("alpha"), ["soak"]);
    std::thread::sleep(Duration::from_millis(3100));
    project.phase(&["observe", "alpha"]).exits(0);
    project
        .phase(&["complete", "alpha"])
        .exits(0)
        .says("complete now");
    assert_eq!(
        project.recorded(),
        ["observation", "observation", "completion"]
    );
    project.call(&["verify"]).exits(0);
}

#[test]
fn a_failed_observation_breaks_the_soak_and_other_content_begins_anew() {
    let project = Project::new(SOAK).committed();
    project.phase(&["observe", "alpha"]).exits(0);
    project.write("broken", "");
    project.commit();
    project.phase(&["observe", "alpha"]).exits(1).says("fail");
    project.git(&["rm", "-q", "broken"]);
    project.commit();
    std::thread::sleep(Duration::from_millis(2100));
    project.phase(&["complete", "alpha"]).exits(4);
    project.write("dirty", "");
    project
        .phase(&["observe", "alpha"])
        .exits(1)
        .complains("dirty");
}

#[test]
fn a_fail_that_another_branch_saw_breaks_the_soak_once_it_is_merged() {
    let project = Project::new(SOAK).committed();
    project.write(".gitignore", "broken\n");
    project.commit();
    project.phase(&["observe", "alpha"]).exits(0);
    project.commit();
    project.git(&["checkout", "-q", "-b", "other"]);
    project.write("broken", "");
    project.phase(&["observe", "alpha"]).exits(1);
    std::fs::remove_file(project.root.join("broken")).expect("removed");
    project.commit();
    project.git(&["checkout", "-q", "main"]);
    std::thread::sleep(Duration::from_millis(2100));
    project.phase(&["observe", "alpha"]).exits(0);
    project.commit();
    project.phase(&["decide", "alpha"]).exits(0);
    project.git(&["merge", "-q", "--no-edit", "other"]);
    project
        .phase(&["complete", "alpha"])
        .exits(4)
        .says("broken by fail");
    project.phase(&["observe", "alpha"]).exits(0);
    std::thread::sleep(Duration::from_millis(2100));
    project.phase(&["observe", "alpha"]).exits(0);
    project.phase(&["complete", "alpha"]).exits(0);
    project.call(&["verify"]).exits(0);
}

const LIENS: &str = "\
gates:
  a: { run: 'true' }
  perf: { run: test -e fast }
phases:
  alpha: { gates: [a, perf], liens: { from: [leads], most: '<=2', longest: 30d } }
  beta: { after: alpha, gates: [a] }
";

/// A day so many days from today.
fn in_days(days: i64) -> String {
    use jiff::ToSpan as _;
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    today.checked_add(days.days()).unwrap().to_string()
}

#[test]
fn a_lien_makes_a_conditional_go_and_blocks_every_phase_when_it_is_due() {
    let project = Project::new(LIENS);
    let people = People::of(&project);
    let project = project.committed();
    project.phase(&["complete", "alpha"]).exits(1);
    let key = people.bo.file.to_str().unwrap();
    let due = in_days(20);
    let lien = [
        "lien",
        "alpha",
        "--on",
        "perf",
        "--owner",
        "cy",
        "--why",
        "new disks come",
        "--due",
        &due,
    ];
    project
        .phase(&[&lien[..], &["--key", key]].concat())
        .exits(0)
        .says("signed by bo");
    project.phase(&["complete", "alpha", "--strict"]).exits(1);
    let (code, document) = project.phase_json(&["complete", "alpha"]);
    assert_eq!(
        (code, &document["outcome"]["decision"]),
        (0, &"conditional-go".into())
    );
    project.phase(&["decide", "beta"]).exits(0);
    project
        .phase(&["decide", "beta", "--at", &in_days(21)])
        .exits(1)
        .says("perf");
    project.call(&["run", "a"]).exits(0);
    let report = project.phase(&["report", "alpha"]).exits(0);
    assert!(report.stdout.contains("new disks come"), "{report}");
}

#[test]
fn liens_that_could_not_count_are_refused() {
    let project = Project::new(LIENS);
    let people = People::of(&project);
    let project = project.committed();
    let lien = |on: &str, due: &str, phase: &str, key: &crate::support::Key| {
        let file = key.file.to_str().unwrap();
        project.phase(&[
            "lien", phase, "--on", on, "--owner", "cy", "--why", "x", "--due", due, "--key", file,
        ])
    };
    let soon = in_days(3);
    lien("prf", &soon, "alpha", &people.bo)
        .exits(2)
        .complains("did you mean `perf`?");
    lien("perf", "2020-01-01", "alpha", &people.bo)
        .exits(2)
        .complains("in the past");
    lien("perf", "soon", "alpha", &people.bo)
        .exits(2)
        .complains("neither a day");
    lien("a", &soon, "beta", &people.bo)
        .exits(2)
        .complains("accepts no lien");
    // The role is missing: it is recorded, and does not count.
    lien("perf", &soon, "alpha", &people.cy).exits(0);
    project.phase(&["complete", "alpha"]).exits(1);
}

#[test]
fn a_lien_that_is_due_fails_every_run_until_its_gate_passes() {
    use tollgate::ledger::Ledger;
    use tollgate::model::{People as Known, Record, Says, Who};
    let project = Project::new(LIENS);
    let people = People::of(&project);
    let project = project.committed();
    let record = Record {
        parents: Vec::new(),
        at: "2026-01-01T00:00:00Z".to_owned(),
        who: Who::default(),
        phase: "alpha".to_owned(),
        tree: project.git(&["rev-parse", "HEAD^{tree}"]),
        commit: None,
        policy: "0".repeat(64),
        project: None,
        tollgate: "0.1.0".to_owned(),
        says: Says::Lien {
            on: "perf".to_owned(),
            owner: "cy".to_owned(),
            why: "new disks come".to_owned(),
            due: "2026-01-20".to_owned(),
        },
    };
    let known = Known {
        by_name: [("bo".to_owned(), people.bo.person())].into(),
    };
    let mut ledger = Ledger::read(&project.root).unwrap();
    ledger
        .append(record, Some((&people.bo.signer(), &known)))
        .unwrap();
    project.run(&["a"]).exits(1).says("due and not kept");
    project.phase(&["decide", "beta"]).exits(1).says("perf");
    project.write("fast", "");
    project.commit();
    project.run(&["a", "perf"]).exits(0);
}

#[test]
fn a_promise_binds_although_the_file_has_no_more_liens_and_stands_in_the_record_of_the_run() {
    let yaml = |liens: &str, later: &str| {
        format!(
            "version: 1\ngates:\n  a: {{ run: 'true' }}\n  perf: {{ run: test -e fast, default: false }}\nphases:\n  \
             alpha: {{ gates: [perf]{liens} }}\n{later}"
        )
    };
    let project = Project::new(
        yaml(", liens: { from: [leads] }", "  later: { gates: [a] }\n")
            .trim_start_matches("version: 1\n"),
    );
    let people = People::of(&project);
    let project = project.committed();
    let key = people.bo.file.to_str().unwrap();
    let lien = [
        "lien", "alpha", "--on", "perf", "--owner", "cy", "--why", "x", "--due", "later", "--key",
        key,
    ];
    project.phase(&lien).exits(0);
    project.phase(&["complete", "alpha"]).exits(0);
    project.commit();
    project.run(&[]).exits(0);
    // A promise for a phase that is gone is due.
    project.write("tollgate.yaml", yaml("", ""));
    project.commit();
    let ran = project.run(&[]).exits(1).says("due and not kept");
    let id = ran.outcome()["run"]["id"].as_str().unwrap();
    let stored = project.read(&format!(".git/tollgate/runs/{id}/outcome.json"));
    let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
    assert_eq!(stored["verdict"]["decision"], "no-go");
    assert_eq!(stored["digest"], ran.outcome()["digest"]);
}
