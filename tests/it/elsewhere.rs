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
    let ran = elsewhere("max-age: phase")
        .call(&["config", "check"])
        .exits(2);
    ran.complains("not in this version");
}
