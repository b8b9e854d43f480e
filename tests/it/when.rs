//! Gates that concern only some runs.

use crate::support::Project;

#[test]
fn a_gate_for_another_environment_does_not_apply() {
    let yaml = "gates:
  set: { run: 'true', when: { env: STAGE } }
  value: { run: 'true', when: { env: STAGE=live } }
  any: { run: 'true', when: { env: [OTHER, STAGE=live] } }
  plain: { run: 'true' }
";
    let ran = Project::new(yaml).run(&[]).exits(0);
    for gate in ["set", "value", "any"] {
        ran.gate(gate).is("not-applicable").reasons(&["when"]);
    }
    let ran = Project::new(yaml).env("STAGE", "test").run(&[]).exits(0);
    ran.gate("set").is("pass");
    ran.gate("value").is("not-applicable");
    let ran = Project::new(yaml).env("STAGE", "live").run(&[]).exits(0);
    ran.gate("value").is("pass");
    ran.gate("any").is("pass");
    let empty = Project::new(yaml).env("STAGE", "").run(&[]).exits(0);
    empty.gate("set").is("not-applicable");
}

#[test]
fn a_gate_for_another_branch_does_not_apply() {
    let yaml = "gates:
  here: { run: 'true', when: { branch: [main, release/*] } }
  there: { run: 'false', when: { branch: release/* } }
";
    let project = Project::new(yaml).committed();
    let ran = project.run(&[]).exits(0);
    ran.gate("here").is("pass");
    ran.gate("there")
        .is("not-applicable")
        .says("branch is main");
    project.git(&["checkout", "-q", "-b", "release/1"]);
    project.run(&[]).exits(1).gate("there").is("fail");
    project.git(&["checkout", "-q", "--detach"]);
    project
        .run(&[])
        .exits(0)
        .gate("there")
        .is("not-applicable")
        .says("no branch");
}

const ON_MAIN: &str = "gates:
  release: { run: 'false', when: { branch: main } }
  other: { run: 'true', when: { branch: work } }
";

/// A clone as engines make it: a commit is checked out, and no branch.
fn detached() -> Project {
    let project = Project::new(ON_MAIN).committed();
    project.git(&["checkout", "-q", "--detach"]);
    project.env("CI", "true")
}

#[test]
fn a_ci_job_runs_for_the_branch_that_its_engine_names() {
    for (name, value) in [
        ("CI_COMMIT_BRANCH", "main"),
        ("GITHUB_REF", "refs/heads/main"),
        ("GIT_BRANCH", "origin/main"),
    ] {
        let ran = detached().env(name, value).run(&[]).exits(1);
        ran.gate("release").is("fail").notes(&[]);
        ran.gate("other")
            .is("not-applicable")
            .says("branch is main");
    }
    // What git says comes first.
    let on = Project::new(ON_MAIN).committed().env("CI", "true");
    on.git(&["checkout", "-q", "-b", "work"]);
    let ran = on.env("CI_COMMIT_BRANCH", "main").run(&[]).exits(0);
    ran.gate("release").is("not-applicable");
}

#[test]
fn a_job_of_a_request_runs_for_the_branch_that_it_comes_from() {
    let request = detached()
        .env("CI_MERGE_REQUEST_IID", "7")
        .env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")
        .env("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "work");
    let ran = request.run(&[]).exits(0);
    ran.gate("release")
        .is("not-applicable")
        .says("branch is work");
    ran.gate("other").is("pass").notes(&[]);
    let pull = detached()
        .env("GITHUB_REF", "refs/pull/7/merge")
        .env("GITHUB_BASE_REF", "main")
        .env("GITHUB_HEAD_REF", "work");
    pull.run(&[]).exits(0).gate("other").is("pass").notes(&[]);
}

#[test]
fn a_job_for_a_tag_is_on_no_branch() {
    let ran = detached().env("CI_COMMIT_TAG", "v1").run(&[]).exits(0);
    ran.gate("release").is("not-applicable").says("no branch");
}

#[test]
fn a_gate_whose_branch_cannot_be_told_runs_and_says_why() {
    let ran = detached().run(&[]).exits(1);
    ran.gate("release")
        .is("fail")
        .notes(&["branch-unknown"])
        .says("the CI job does not name one");
    let outside = Project::new(ON_MAIN).run(&[]).exits(1);
    outside.gate("release").is("fail").says("no git here");
    let broken = Project::new(ON_MAIN).committed();
    broken.write(".git/index", "garbage");
    let ran = broken.run(&[]).exits(1);
    ran.gate("release")
        .is("fail")
        .notes(&["branch-unknown"])
        .says("git does not answer");
}

const CHANGED: &str = "gates:
  docs: { run: 'true', when: { changed: docs/** } }
  code: { run: 'true', when: { changed: [\"src/**\", build.sh] } }
";

#[test]
fn a_gate_on_changed_files_applies_when_one_changed_since_the_base() {
    let project = Project::new(CHANGED)
        .file("docs/a.md", "a")
        .file("src/a.c", "a")
        .committed();
    project.git(&["checkout", "-q", "-b", "work"]);
    project.write("src/a.c", "b");
    project.commit();
    let ran = project.run(&["--base", "main"]).exits(0);
    ran.gate("code").is("pass");
    ran.gate("docs")
        .is("not-applicable")
        .says("nothing changed in docs/**");
    // What is not committed yet has changed too.
    project.write("docs/new.md", "new");
    project
        .run(&["--base", "main"])
        .exits(0)
        .gate("docs")
        .is("pass");
}

#[test]
fn without_a_base_the_gate_runs_and_says_why() {
    let project = Project::new(CHANGED).committed();
    let ran = project.run(&[]).exits(0);
    ran.gate("docs")
        .is("pass")
        .notes(&["base-unknown"])
        .says("--base");
    let missing = project.run(&["--base", "no-such-ref"]).exits(0);
    missing
        .gate("docs")
        .is("pass")
        .says("git fetch origin no-such-ref");
    let outside = Project::new(CHANGED).run(&[]).exits(0);
    outside.gate("docs").is("pass").notes(&["base-unknown"]);
}

#[test]
fn on_the_default_branch_nothing_has_changed() {
    let project = Project::new(CHANGED).file("docs/a.md", "a").committed();
    let origin = project.beside().join("origin");
    let origin = origin.to_str().unwrap();
    project.git(&["clone", "-q", "--bare", ".", origin]);
    project.git(&["remote", "add", "origin", origin]);
    project.git(&["fetch", "-q", "origin"]);
    project.run(&[]).exits(0).gate("docs").is("not-applicable");
    project.git(&["checkout", "-q", "-b", "work"]);
    project.write("docs/a.md", "b");
    project.commit();
    let ran = project.run(&[]).exits(0);
    ran.gate("docs").is("pass").notes(&[]);
    ran.gate("code").is("not-applicable");
}

#[test]
fn a_project_below_the_top_of_the_repository_sees_its_own_changes() {
    let project = Project::empty("top")
        .file("part/tollgate.yaml", format!("version: 1\n{CHANGED}"))
        .file("docs/outside.md", "a")
        .committed();
    project.git(&["checkout", "-q", "-b", "work"]);
    project.write("docs/outside.md", "b");
    project.write("part/src/a.c", "b");
    let ran = project.run(&["-C", "part", "--base", "main"]).exits(0);
    ran.gate("docs").is("not-applicable");
    ran.gate("code").is("pass");
}

#[test]
fn all_keys_must_hold() {
    let yaml = "gates:\n  a: { run: 'false', when: { branch: main, env: STAGE } }\n";
    let project = Project::new(yaml).committed();
    project.run(&[]).exits(0).gate("a").is("not-applicable");
    let mut command = project.tollgate(&["run"]);
    assert_eq!(command.env("STAGE", "1").status().unwrap().code(), Some(1));
}

#[test]
fn when_nothing_applies_it_is_a_go_and_the_first_line_says_so() {
    let yaml = "gates:\n  a: { run: 'false', when: { env: STAGE } }\n";
    let project = Project::new(yaml);
    let ran = project.run(&["-q"]).exits(0);
    ran.says("not applicable");
    let ran = project.run(&[]).exits(0);
    assert_eq!(ran.verdict()["decision"], "go");
    insta::assert_snapshot!(project.redact(&ran.stdout));
}

#[test]
fn a_need_that_does_not_apply_is_met() {
    let yaml = "gates:
  a: { run: 'false', when: { env: STAGE } }
  b: { run: 'true', needs: a }
";
    Project::new(yaml).run(&[]).exits(0).gate("b").is("pass");
}
