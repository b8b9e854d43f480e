//! Reports that an earlier step wrote: they count only with proof that they belong to this state (RULES 4).

use crate::support::{Project, junit};

fn elsewhere(proof: &str) -> Project {
    let yaml = format!(
        "gates:\n  unit: {{ tests: {{ reports: unit.xml, produced: elsewhere, {proof} }} }}\n"
    );
    Project::new(&yaml).file("unit.xml", junit(&["a"], &[]))
}

fn touch(project: &Project, when: &str) {
    let touched = project
        .command("touch", &project.root)
        .args(["-d", when, "unit.xml"])
        .status();
    assert!(touched.unwrap().success());
}

#[test]
fn a_report_that_is_young_enough_counts() {
    let ran = elsewhere("max-age: 1h").run(&[]).exits(0);
    ran.gate("unit").is("pass").reports(&["unit.xml"]);
}

#[test]
fn a_report_that_is_too_old_does_not() {
    let project = elsewhere("max-age: 1h");
    touch(&project, "2001-01-01");
    let ran = project.run(&[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["report-stale"])
        .reports(&[]);
}

#[test]
fn a_report_from_the_future_does_not() {
    let project = elsewhere("max-age: 1h");
    touch(&project, "2099-01-01");
    project
        .run(&[])
        .exits(3)
        .gate("unit")
        .is("inconclusive")
        .reasons(&["report-stale"]);
}

#[test]
fn a_report_that_is_not_there_is_absent() {
    let project = elsewhere("max-age: 1h");
    std::fs::remove_file(project.root.join("unit.xml")).unwrap();
    project
        .run(&[])
        .exits(3)
        .gate("unit")
        .is("inconclusive")
        .reasons(&["report-absent"]);
}

#[test]
fn the_commit_of_a_report_must_be_this_one() {
    let project = elsewhere("commit: $REPORT_COMMIT").committed();
    let head = project.git(&["rev-parse", "HEAD"]);
    for commit in [head.as_str(), &head[..12]] {
        let mut command = project.tollgate(&["run"]);
        let status = command.env("REPORT_COMMIT", commit).status().unwrap();
        assert_eq!(status.code(), Some(0), "{commit}");
    }
    for commit in ["", "abc", "0000000000000000000000000000000000000000"] {
        let mut command = project.tollgate(&["run"]);
        let status = command.env("REPORT_COMMIT", commit).status().unwrap();
        assert_eq!(status.code(), Some(3), "{commit}");
    }
    project
        .run(&[])
        .exits(3)
        .gate("unit")
        .is("inconclusive")
        .reasons(&["report-stale"]);
}

#[test]
fn a_commit_proves_nothing_outside_git() {
    let ran = elsewhere("commit: 0123456789abcdef").run(&[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .reasons(&["report-stale"]);
}

#[test]
fn proof_must_be_of_one_kind() {
    for proof in ["", "max-age: 1h, commit: $X"] {
        let ran = elsewhere(proof).call(&["config", "check"]).exits(2);
        ran.complains("`produced: elsewhere` needs either `max-age` or `commit`");
    }
    let yaml = "gates:\n  a: { run: 'true', tests: { reports: a.xml, max-age: 1h } }\n";
    let ran = Project::new(yaml).call(&["config", "check"]).exits(2);
    ran.complains("has an effect only with `produced: elsewhere`");
}

const PHASES: &str = "\
gates:
  a: { run: 'true' }
  drill: { metrics: { reports: drill.json, produced: elsewhere, max-age: phase, values: { rang: { path: $.rang, is: '=1' } } } }
phases:
  alpha: { gates: [a] }
  beta: { after: alpha, gates: [drill] }
  task: { parent: beta, gates: [drill] }
  first: { gates: [drill] }
";

#[test]
fn evidence_of_an_earlier_phase_is_none_for_this_one() {
    let project = Project::new(PHASES).file(".gitignore", "drill.json\n");
    let project = project.committed();
    project.write("drill.json", r#"{"rang": 1}"#);
    let decide = |phase: &str, code: i32, words: &str| {
        project.phase(&["decide", phase]).exits(code).says(words);
    };
    decide("task", 1, "`alpha` is not complete");
    decide("first", 3, "no phase comes before `first`");
    decide("first", 3, "write a span");
    // Outside of phases nothing says how old it may be.
    let ran = project.run(&["drill"]).exits(3);
    ran.gate("drill")
        .reasons(&["report-stale"])
        .says("no phase is judged");

    std::thread::sleep(std::time::Duration::from_millis(1100));
    project.phase(&["complete", "alpha"]).exits(0);
    decide("task", 3, "drill.json is older than the phase");
    // Work on the tree makes it no younger, the step itself does.
    project.write("later.txt", "");
    project.commit();
    decide("task", 3, "older than the phase");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    project.write("drill.json", r#"{"rang": 1}"#);
    decide("task", 0, "go");
    project.write("drill.json", r#"{"rang": 0}"#);
    decide("task", 1, "drill.metrics.rang");
}
