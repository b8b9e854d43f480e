//! A project in a subfolder of its repository: its ledger is no part of the content there either.

use serde_json::Value;

use crate::support::{Key, Project, Ran};

const FILE: &str = "version: 1
gates: { a: { run: 'true' } }
phases:
  alpha: { gates: [a] }
  beta: { after: alpha, gates: [a], sign-offs: { count: 1, not: author } }
";

/// A repository with a project in `apps/shop`, in which bo may sign.
fn project() -> (Project, Key) {
    let project = Project::empty("project")
        .file("apps/shop/tollgate.yaml", FILE)
        .file("apps/other.txt", "beside it");
    let bo = Key::new(&project, "bo", "");
    let people = format!(
        "version: 1\npeople:\n  bo: {{ email: bo@example.org, keys: [{}] }}\n",
        bo.line
    );
    project.write("apps/shop/.tollgate/people.yaml", people);
    (project.committed(), bo)
}

fn shop(project: &Project, arguments: &[&str]) -> Ran {
    project.call(&[&["-C", "apps/shop"], arguments].concat())
}

/// The subject of the content that is checked out, as a decision names it.
fn subject(project: &Project) -> String {
    let ran = shop(project, &["phase", "decide", "alpha", "--json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    document["outcome"]["subject"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The tree that git makes of HEAD without these folders.
fn without(project: &Project, folders: &[&str]) -> String {
    let index = project.beside().join("index");
    let git = |arguments: &[&str]| {
        let mut command = project.command("git", &project.root);
        let output = command
            .env("GIT_INDEX_FILE", &index)
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["read-tree", "HEAD"]);
    for folder in folders {
        git(&["rm", "-rq", "--cached", "--ignore-unmatch", folder]);
    }
    git(&["write-tree"])
}

#[test]
fn a_completion_in_a_subfolder_does_not_make_itself_stale() {
    let (project, bo) = project();
    let before = subject(&project);
    assert_eq!(before, without(&project, &[]));
    shop(&project, &["phase", "complete", "alpha"]).exits(0);
    // Not committed yet, and committed: the record is no change of the content.
    let committed = shop(&project, &["phase", "complete", "alpha"]).exits(0);
    committed.says("complete already");
    project.commit();
    assert_eq!(subject(&project), before);
    assert_eq!(without(&project, &["apps/shop/.tollgate/ledger"]), before);
    shop(&project, &["phase", "status"])
        .exits(0)
        .says("complete");
    // What bo commits is only a record, so bo is no author of the phase, and the signature stands after it.
    let key = bo.file.to_str().unwrap();
    let signs = ["phase", "sign", "beta", "--why", "read it", "--key", key];
    shop(&project, &signs).exits(0);
    project.git(&["add", "-A"]);
    let author = "--author=bo <bo@example.org>";
    project.git(&["commit", "-q", "-m", "sign", author]);
    assert_eq!(subject(&project), before);
    shop(&project, &["phase", "complete", "beta"]).exits(0);
    project.commit();
    shop(&project, &["verify"]).exits(0);
    shop(&project, &["run"]).exits(0);
}

#[test]
fn what_else_a_subfolder_holds_is_content() {
    let (project, _) = project();
    let before = subject(&project);
    project.write("apps/shop/.tollgate/ledger-notes", "x");
    project.commit();
    let notes = subject(&project);
    assert_ne!(before, notes);
    project.write("apps/other.txt", "changed");
    project.commit();
    assert_ne!(notes, subject(&project));
}

#[test]
fn a_phase_that_began_in_a_subfolder_is_found_in_the_past() {
    let (project, bo) = project();
    shop(&project, &["phase", "complete", "alpha"]).exits(0);
    project.commit();
    // Bo writes code after the beginning: no sign-off of bo counts.
    project.write("apps/shop/code.txt", "by bo");
    project.git(&["add", "-A"]);
    project.git(&["commit", "-q", "-m", "code", "--author=bo <bo@example.org>"]);
    let key = bo.file.to_str().unwrap();
    shop(
        &project,
        &["phase", "sign", "beta", "--why", "mine", "--key", key],
    )
    .exits(0);
    let ran = shop(&project, &["phase", "decide", "beta"]).exits(4);
    ran.says("sign-off");
}

#[test]
fn ledgers_around_the_project_are_no_content_of_it() {
    let (project, _) = project();
    let before = subject(&project);
    project.write("apps/.tollgate/ledger/x", "a record of another project");
    project.write(".tollgate/ledger/y", "and of another");
    project.commit();
    assert_eq!(subject(&project), before);
    let ledgers = ["apps/.tollgate/ledger", ".tollgate/ledger"];
    assert_eq!(without(&project, &ledgers), before);
}
