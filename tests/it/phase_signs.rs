//! Whose signature counts: authors under other names, starts that were signed, and what is said at once.

use crate::support::{Key, People, Project, Ran};

const FILE: &str = "\
gates: { a: { run: 'true' } }
phases:
  alpha: { gates: [a] }
  beta: { after: alpha, gates: [a], sign-offs: { count: 1, from: [leads], not: author }, liens: { from: [leads] } }
  gamma: { gates: [a], entry: { sign-offs: { count: 1, from: [leads] } } }
";

fn project() -> (Project, People) {
    let project = Project::new(FILE);
    let people = People::of(&project);
    (project.committed(), people)
}

fn sign(project: &Project, phase: &str, key: &Key, more: &[&str]) -> Ran {
    let mut all = vec!["sign", phase, "--key", key.file.to_str().unwrap()];
    all.extend(more);
    project.phase(&all)
}

/// Whoever sits at the keyboard now.
fn committing_as(project: Project, name: &str, email: &str) -> Project {
    let project = project.env("GIT_COMMITTER_NAME", name);
    project.env("GIT_COMMITTER_EMAIL", email)
}

/// Commits work of somebody.
fn work_of(project: &Project, author: &str) {
    project.write("work.txt", author);
    project.git(&["add", "-A"]);
    project.git(&["commit", "-q", "-m", "work", "--author", author]);
}

#[test]
fn an_author_under_another_address_or_name_is_an_author() {
    for author in ["ada <home@example.net>", "A. L. <ADA@example.org>"] {
        let (project, people) = project();
        let project = committing_as(project, "Build", "build@example.net");
        project.phase(&["complete", "alpha"]).exits(0);
        work_of(&project, author);
        sign(&project, "beta", &people.ada, &[]).exits(0).complains(
            "warning: this sign-off is recorded, and it does not count: ada is an author",
        );
        project
            .phase(&["complete", "beta"])
            .exits(4)
            .says("ada is an author");
        let bo = sign(&project, "beta", &people.bo, &[]).exits(0);
        assert!(!bo.stderr.contains("does not count"), "{bo}");
        project.phase(&["complete", "beta"]).exits(0);
    }
}

#[test]
fn an_author_whom_nobody_knows_is_named_and_does_not_sign_under_that_name() {
    let (project, people) = project();
    let project = committing_as(project, "Build", "eve@example.net");
    project.phase(&["complete", "alpha"]).exits(0);
    work_of(&project, "Eve <eve@example.net>");
    sign(&project, "beta", &people.bo, &[])
        .exits(0)
        .complains("bo cannot be told apart from the author Eve <eve@example.net>");
    let project = committing_as(project, "Bo", "bo@example.org");
    project
        .phase(&["decide", "beta"])
        .exits(4)
        .says("people.yaml does not know who wrote a part of the change: Eve");
    sign(&project, "beta", &people.bo, &[]).exits(0);
    project
        .phase(&["complete", "beta"])
        .exits(0)
        .says("Eve <eve@example.net>");
}

#[test]
fn who_has_not_the_role_is_told_at_once() {
    let (project, people) = project();
    let lien = |key: &Key, owner: &str| {
        let key = key.file.to_str().unwrap().to_owned();
        project.phase(&[
            "lien", "beta", "--on", "a", "--owner", owner, "--why", "later", "--due", "gamma",
            "--key", &key,
        ])
    };
    sign(&project, "beta", &people.cy, &[])
        .exits(0)
        .complains("does not count: cy is not in leads");
    lien(&people.cy, "cy")
        .exits(0)
        .complains("this lien is recorded, and it does not count: nobody in leads signed it");
    let good = lien(&people.bo, "cy").exits(0);
    assert!(!good.stderr.contains("does not count"), "{good}");
    lien(&people.bo, "ops").exits(0);
    lien(&people.bo, "bob")
        .exits(2)
        .complains("knows no `bob`")
        .complains("did you mean `bo`?");
    assert_eq!(project.recorded().len(), 4);
}

#[test]
fn the_start_is_signed_for_work_on_what_was_signed_and_for_no_other_content() {
    let (project, people) = project();
    project.git(&["checkout", "-q", "-b", "aside"]);
    work_of(&project, "ada <ada@example.org>");
    sign(&project, "gamma", &people.bo, &["--entry"]).exits(0);
    project.commit();
    assert!(project.outstanding("gamma").is_empty());
    // The same record on a branch that never had what was signed.
    project.git(&["checkout", "-q", "main"]);
    project.git(&["checkout", "-q", "aside", "--", ".tollgate/ledger"]);
    project.commit();
    let ran = project.phase(&["complete", "gamma"]).exits(1);
    assert!(ran.stdout.contains("is not of this history"), "{ran}");
    project.git(&["merge", "-q", "--no-edit", "aside"]);
    project.write("more.txt", "work on it");
    project.commit();
    assert!(project.outstanding("gamma").is_empty());
    // A clone that holds only the last commit cannot know.
    project.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &format!("file://{}", project.root.display()),
        "shallow",
    ]);
    let shallow = project
        .call(&["-C", "shallow", "phase", "decide", "gamma"])
        .exits(3);
    assert!(shallow.stdout.contains("the clone is shallow"), "{shallow}");
}

#[test]
fn the_start_is_signed_under_what_its_entry_asks_whatever_else_changes() {
    let (project, people) = project();
    sign(&project, "gamma", &people.bo, &["--entry"]).exits(0);
    project.write(
        "tollgate.yaml",
        format!("version: 1\n{}", FILE.replace("run: 'true'", "run: echo")),
    );
    project.commit();
    project.phase(&["decide", "gamma"]).exits(0);
    project.write(
        "tollgate.yaml",
        format!(
            "version: 1\n{}",
            FILE.replace("[leads] } } }", "[leads, ops] } } }")
        ),
    );
    project.commit();
    project
        .phase(&["complete", "gamma"])
        .exits(1)
        .says("bo signed when something else was asked of the entry");
    sign(&project, "gamma", &people.bo, &["--entry"]).exits(0);
    project.phase(&["complete", "gamma"]).exits(0);
    project.call(&["verify"]).exits(0);
}
