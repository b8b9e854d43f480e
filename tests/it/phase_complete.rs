//! Completing: one record and no second, one at a time, and never half of it.

use std::fs;

use tollgate::ledger::Ledger;

use crate::support::{Project, Started};

const FILE: &str = "\
gates:
  a: { run: 'true' }
  slow: { run: 'sleep ${SLEEP:-0}' }
phases:
  alpha: { gates: [a] }
  beta: { after: alpha, gates: [slow] }
";

fn project() -> Project {
    Project::new(FILE).committed()
}

#[test]
fn completing_writes_one_record_and_completing_again_none() {
    let project = project();
    let (code, document) = project.phase_json(&["complete", "alpha"]);
    assert_eq!((code, &document["wrote"]), (0, &true.into()));
    let digest = document["outcome"]["record"].as_str().unwrap().to_owned();
    assert!(project.has(&format!(".tollgate/ledger/{digest}.json")));
    let (code, document) = project.phase_json(&["complete", "alpha"]);
    assert_eq!((code, &document["wrote"]), (0, &false.into()));
    assert_eq!(document["outcome"]["record"], digest.as_str());
    assert_eq!(document["outcome"]["decision"], "go");
    // Later work does not undo it.
    project.write("later.txt", "more");
    project.commit();
    assert_eq!(project.state("alpha"), "complete");
    project
        .phase(&["complete", "alpha"])
        .exits(0)
        .says("alpha was complete already");
    assert_eq!(project.recorded(), ["completion"]);
    project.call(&["verify"]).exits(0);
}

#[test]
fn deciding_writes_nothing() {
    let project = project();
    project.phase(&["decide", "alpha"]).exits(0).says("go");
    assert!(!project.has(".tollgate/ledger"));
    assert_eq!(project.state("alpha"), "ready");
}

#[test]
fn reopening_makes_what_rests_on_it_stale_and_completing_anew_mends_it() {
    let project = project();
    project.phase(&["complete", "alpha"]).exits(0);
    project.phase(&["complete", "beta"]).exits(0);
    project
        .phase(&["reopen", "alpha", "--why", "the data were wrong"])
        .exits(0)
        .says("takes back");
    assert_eq!(
        (project.state("alpha"), project.state("beta")),
        ("stale".into(), "stale".into())
    );
    project
        .phase(&["status"])
        .exits(0)
        .says("the data were wrong")
        .says("which it rests on");
    project.phase(&["complete", "beta"]).exits(1);
    project.phase(&["complete", "alpha"]).exits(0);
    project.phase(&["complete", "beta"]).exits(0);
    assert_eq!(
        (project.state("alpha"), project.state("beta")),
        ("complete".into(), "complete".into())
    );
    project
        .phase(&["reopen", "gamma", "--why", "x"])
        .exits(2)
        .complains("no phase `gamma`");
}

#[test]
fn of_two_at_once_in_two_work_trees_one_wins_and_the_other_is_told_who() {
    let project = project().env("SLEEP", "3");
    project.phase(&["complete", "alpha"]).exits(0);
    project.commit();
    let other = project.beside().join("other");
    project.git(&["worktree", "add", "-q", "--detach", other.to_str().unwrap()]);
    let first = Started::new(
        project.tollgate(&["phase", "complete", "beta", "--stream"]),
        None,
    );
    let lock = project.root.join(".git/tollgate/locks/ledger.lock");
    crate::support::wait_for("the lock", || {
        fs::read_to_string(&lock)
            .ok()
            .filter(|text| text.contains("beta"))
    });
    let mut second = project.command(env!("CARGO_BIN_EXE_tollgate"), &other);
    second.args(["phase", "complete", "beta"]);
    Started::new(second, None)
        .end()
        .exits(3)
        .complains("phase complete beta")
        .complains("process");
    first.end().exits(0);
    assert_eq!(project.recorded(), ["completion", "completion"]);
    assert!(!other.join(".tollgate/ledger").exists() || Ledger::read(&other).unwrap().len() == 1);
}

#[test]
fn a_phase_renamed_in_the_file_is_told_and_not_complete() {
    let project = project();
    project.phase(&["complete", "alpha"]).exits(0);
    project.write(
        "tollgate.yaml",
        format!("version: 1\n{}", FILE.replace("alpha", "first")),
    );
    project.commit();
    for status in [&["status"][..], &["status", "first"]] {
        project
            .phase(status)
            .exits(0)
            .says("phase `alpha`")
            .says("renamed");
    }
    assert_eq!(project.state("first"), "open");
    project
        .phase(&["history", "alpha"])
        .exits(0)
        .says("completion");
}

#[test]
fn without_git_phases_say_that_they_need_it() {
    let project = Project::new(FILE);
    for command in ["status", "history", "report"] {
        project
            .phase(&[command])
            .exits(3)
            .complains("records need git");
    }
    project
        .phase(&["complete", "alpha"])
        .exits(3)
        .complains("records need git");
    project.run(&["a"]).exits(0);
}

#[test]
fn a_broken_ledger_decides_nothing() {
    let project = project();
    let (_, document) = project.phase_json(&["complete", "alpha"]);
    let record = format!(
        ".tollgate/ledger/{}.json",
        document["outcome"]["record"].as_str().unwrap()
    );
    project.write(&record, project.read(&record).replace("\"go\"", "\"ok\""));
    for arguments in [
        &["complete", "beta"][..],
        &["decide", "beta"],
        &["reopen", "alpha", "--why", "x"],
    ] {
        project
            .phase(arguments)
            .exits(3)
            .complains("tollgate verify");
    }
    assert_ne!(project.state("alpha"), "complete");
}

#[test]
fn command_lines_that_are_wrong_are_refused() {
    let project = project();
    project
        .phase(&["complete", "alhpa"])
        .exits(2)
        .complains("did you mean `alpha`?");
    project
        .phase(&["complete", "alpha", "--at", "2030-01-01"])
        .exits(2)
        .complains("--at");
    project
        .phase(&["decide", "alpha", "--at", "2030-01-01"])
        .exits(0);
    // Decide records nothing, and so there is nothing to sign.
    project
        .phase(&["decide", "alpha", "--key", "k"])
        .exits(2)
        .complains("--key");
    project
        .phase(&["decide", "alpha", "-o", "jsno"])
        .exits(2)
        .complains("did you mean `json`?");
    project.phase(&["hold", "alpha", "--why", " "]).exits(2);
    project
        .call(&["run", "--phase", "nothing"])
        .exits(2)
        .complains("no phase `nothing`");
    project
        .call(&["run", "--phase", "beta"])
        .exits(0)
        .says("slow");
    assert!(!project.has(".tollgate/ledger"));
}
