//! What a phase is judged on: the tree as it is committed, by a policy that the judged cannot bend (RULES 1, 6, 7, 11).

#[cfg(unix)]
use std::path::{Path, PathBuf};

use crate::support::{Key, People, Project};

const ONE: &str = "\
gates:
  g: { run: grep -q good f.txt }
phases:
  alpha: { gates: [g] }
  beta: { after: alpha, gates: [g], sign-offs: { count: 1, from: [leads], not: author } }
";

/// One phase that asks for no people.
const ALONE: &str = "\
gates:
  g: { run: grep -q good f.txt }
phases:
  alpha: { gates: [g] }
";

fn alone(text: &str) -> Project {
    Project::new(ALONE).file("f.txt", text)
}

/// A project of which `alpha` is complete, with people.
fn with_people() -> (Project, People) {
    let project = Project::new(ONE).file("f.txt", "good\n");
    let people = People::of(&project);
    let project = project.committed();
    project.phase(&["complete", "alpha"]).exits(0);
    project.commit();
    (project, people)
}

fn sign(project: &Project, key: &Key) -> crate::support::Ran {
    project.phase(&["sign", "beta", "--key", key.file.to_str().unwrap()])
}

#[test]
fn a_policy_or_people_that_git_does_not_track_decide_nothing() {
    for file in ["tollgate.yaml", ".tollgate/people.yaml"] {
        let (project, people) = with_people();
        project.git(&["rm", "-q", "--cached", file]);
        project.write(".git/info/exclude", format!("/{file}\n"));
        project.git(&["commit", "-q", "-m", "not tracked any more"]);
        assert_eq!(project.git(&["status", "--short"]), "");
        let said = format!("`{file}` decides here, and git does not track it");
        sign(&project, &people.bo).exits(1).complains(&said);
        project.phase(&["complete", "beta"]).exits(1).says(&said);
        project
            .phase(&["observe", "beta"])
            .exits(1)
            .complains(&said);
        assert_eq!(project.recorded(), ["completion"]);
    }
}

#[cfg(unix)]
#[test]
fn people_behind_a_link_out_of_the_tree_decide_nothing() {
    let (project, people) = with_people();
    let (folder, outside) = (project.root.join(".tollgate"), project.beside());
    let out = |from: &Path, to: PathBuf| {
        std::fs::rename(from, &to).unwrap();
        std::os::unix::fs::symlink(&to, from).unwrap();
        project.commit();
    };
    out(&folder.join("people.yaml"), outside.join("people.yaml"));
    let said = "leads out of the tree";
    sign(&project, &people.bo).exits(1).complains(said);
    out(&folder, outside.join("elsewhere"));
    let said = "`.tollgate` is a symbolic link";
    sign(&project, &people.bo).exits(3).complains(said);
}

#[test]
fn what_lies_in_the_ledger_and_is_no_record_is_content() {
    let project = Project::new(
        "gates:\n  g: { run: sh .tollgate/ledger/check.sh }\nphases:\n  alpha: { gates: [g] }\n",
    )
    .committed();
    project.write(".tollgate/ledger/check.sh", "exit 0\n");
    project
        .phase(&["complete", "alpha"])
        .exits(1)
        .says(".tollgate/ledger/check.sh");
    project.commit();
    project
        .phase(&["complete", "alpha"])
        .exits(1)
        .says("is no record");
}

#[test]
fn a_file_that_git_was_told_to_overlook_is_compared_all_the_same() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let project = alone("bad\n").committed();
        project.git(&["update-index", flag, "f.txt"]);
        project.phase(&["complete", "alpha"]).exits(1).says("g");
        project.write("f.txt", "good\n");
        assert_eq!(project.git(&["status", "--short"]), "");
        project
            .phase(&["complete", "alpha"])
            .exits(1)
            .says("differs from what is committed: f.txt");
        project.write("f.txt", "bad\n");
        let ran = project.phase(&["complete", "alpha"]).exits(1);
        assert!(!ran.stdout.contains("differs"), "{ran}");
    }
}

#[test]
fn a_sparse_checkout_is_clean_and_says_what_it_leaves_out() {
    let project = alone("good\n").file("docs/big.txt", "x\n").committed();
    project.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/docs/"]);
    assert!(!project.has("docs/big.txt"));
    project
        .phase(&["complete", "alpha"])
        .exits(0)
        .says("1 file is not checked out: docs/big.txt");
}

#[test]
fn a_file_that_was_deleted_behind_a_flag_is_no_sparse_checkout() {
    let project = alone("good\n").file("test.txt", "x\n").committed();
    project.git(&["update-index", "--skip-worktree", "test.txt"]);
    std::fs::remove_file(project.root.join("test.txt")).unwrap();
    assert_eq!(project.git(&["status", "--short"]), "");
    project
        .phase(&["complete", "alpha"])
        .exits(1)
        .says("differs from what is committed: test.txt");
}

const REPORT: &str = "\
gates:
  g: { run: cp cases.xml out.xml, tests: { reports: '*.xml' } }
phases:
  alpha: { gates: [g] }
";

#[test]
fn a_committed_report_that_was_changed_by_hand_is_a_difference() {
    let project = Project::new(REPORT)
        .file(".gitignore", "out.xml\n")
        .file("cases.xml", crate::support::junit(&[], &["t"]))
        .committed();
    project.phase(&["complete", "alpha"]).exits(1);
    project.write("cases.xml", crate::support::junit(&["t"], &[]));
    project
        .phase(&["complete", "alpha"])
        .exits(1)
        .says("differs from what is committed: cases.xml");
    project.phase(&["observe", "alpha"]).exits(1);
    assert!(project.recorded().is_empty());
}

#[test]
fn a_committed_report_that_the_run_writes_is_none() {
    let project = Project::new(REPORT)
        .file("cases.in", crate::support::junit(&["t"], &[]))
        .file("out.xml", "old\n");
    project.write(
        "tollgate.yaml",
        format!("version: 1\n{}", REPORT.replace("cases.xml", "cases.in")),
    );
    let project = project.committed();
    project.write("out.xml", "changed by hand\n");
    project.phase(&["complete", "alpha"]).exits(0);
}

/// The project on a branch, with the base that a pull request has.
fn branch(project: &Project) {
    project.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    project.git(&["checkout", "-q", "-b", "pr"]);
}

#[test]
fn a_branch_does_not_bend_the_policy_of_its_phase() {
    let (project, _people) = with_people();
    branch(&project);
    let weak = ONE
        .replace("grep -q good f.txt", "'true'")
        .replace(", sign-offs: { count: 1, from: [leads], not: author }", "");
    project.write("tollgate.yaml", format!("version: 1\n{weak}"));
    project.write("f.txt", "bad\n");
    project.commit();
    for command in ["decide", "complete", "observe"] {
        let ran = project.phase(&[command, "beta", "--policy-ref", "origin/main"]);
        assert_eq!(ran.code, 1, "{ran}");
    }
    let ran = project.phase(&["decide", "beta", "--policy-ref", "origin/main"]);
    ran.says("2 weakenings of the policy need a sign-off")
        .says("sign-offs");
    let rules = |project: &Project| project.outstanding("beta");
    let project = project
        .env("CI", "true")
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_NAME", "pull_request")
        .env("GITHUB_BASE_REF", "main");
    assert_eq!(rules(&project), ["policy", "gates", "sign-offs"]);
    project.phase(&["complete", "beta"]).exits(1);
}

#[test]
fn a_person_whom_the_branch_adds_does_not_count_in_its_pull_request() {
    let (project, _people) = with_people();
    branch(&project);
    let zed = Key::new(&project, "zed", "");
    let mut people = project.read(".tollgate/people.yaml");
    people += &format!(
        "  zed: {{ email: zed@example.org, keys: [{}], roles: [leads] }}\n",
        zed.line
    );
    project.write(".tollgate/people.yaml", people);
    project.commit();
    sign(&project, &zed).exits(0);
    let trusted = ["complete", "beta", "--policy-ref", "origin/main"];
    let ran = project.phase(&trusted);
    assert!(matches!(ran.code, 1 | 4), "{ran}");
    ran.says("0 of 1");
}

const PATCH: &str = "\
gates:
  c: { run: cp l.in lcov.info, coverage: { reports: lcov.info, patch: '>=90%' } }
phases:
  alpha: { gates: [c] }
";

#[test]
fn a_base_that_hides_what_changed_is_refused_and_the_one_used_is_recorded() {
    let project = Project::new(PATCH)
        .file(".gitignore", "lcov.info\n")
        .file("a.py", "a\n")
        .file("l.in", "SF:a.py\nDA:1,1\nend_of_record\n")
        .committed();
    branch(&project);
    project.write("a.py", "a\nb\n");
    let covered = |hits: u8| format!("SF:a.py\nDA:1,1\nDA:2,{hits}\nend_of_record\n");
    project.write("l.in", covered(0));
    project.commit();
    project.phase(&["complete", "alpha"]).exits(1);
    for command in ["decide", "complete", "observe"] {
        project
            .phase(&[command, "alpha", "--base", "HEAD"])
            .exits(2)
            .complains("would be judged by nothing");
    }
    project.write("l.in", covered(1));
    project.commit();
    let base = project.git(&["rev-parse", "origin/main"]);
    let said = format!("counted from commit {}", base.trim());
    project
        .phase(&["complete", "alpha", "--base", "main"])
        .exits(0);
    let (_, history) = project.phase_json(&["history"]);
    assert!(history.to_string().contains(&said), "{history:#}");
    project.call(&["verify"]).exits(0);
}

#[test]
fn what_was_skipped_is_shown_at_the_next_decision_and_kept_in_its_record() {
    let project = alone("good\n")
        .committed()
        .env("TOLLGATE_SKIP", "g: the rig is down");
    project.run(&[]).exits(0);
    let said = "the rig is down";
    project.phase(&["status"]).exits(0).says(said);
    project.phase(&["decide", "alpha"]).exits(0).says(said);
    project.phase(&["complete", "alpha"]).exits(0).says(said);
    let (_, history) = project.phase_json(&["history"]);
    assert!(history.to_string().contains(said), "{history:#}");
    project.call(&["verify"]).exits(0);
}
