//! The kind `git`: clean, up to date, pushed, linear, messages, in real repositories with a real remote.

use crate::support::{Project, Ran};

const ALL: &str = "gates:
  clean: { git: { clean: true } }
  current: { git: { up-to-date: main } }
  pushed: { git: { pushed: true } }
  linear: { git: { linear: true } }
  words: { git: { messages: '^(feat|fix)(\\(.+\\))?: ' } }
";

/// A clone with a branch `topic` that is one commit ahead of `origin/main`, and pushed.
fn cloned() -> Project {
    let project = Project::new(ALL).file("a.txt", "a").committed();
    let remote = project.beside().join("remote.git");
    let remote = remote.to_str().unwrap();
    project.git(&["clone", "-q", "--bare", ".", remote]);
    project.git(&["remote", "add", "origin", remote]);
    project.git(&["fetch", "-q"]);
    project.git(&["remote", "set-head", "origin", "main"]);
    project.git(&["switch", "-q", "-c", "topic"]);
    commit(&project, "b.txt", "feat(x): b");
    project.git(&["push", "-q", "-u", "origin", "topic"]);
    project
}

fn commit(project: &Project, path: &str, subject: &str) {
    project.write(path, subject);
    project.git(&["add", "-A"]);
    project.git(&["commit", "-q", "-m", subject]);
}

#[track_caller]
fn only(ran: &Ran, gate: &str, verdict: &str) {
    for id in ["clean", "current", "pushed", "linear", "words"] {
        ran.gate(id).is(if id == gate { verdict } else { "pass" });
    }
}

#[test]
fn repository_as_wanted_passes() {
    let ran = cloned().run(&[]).exits(0);
    only(&ran, "none", "pass");
    ran.gate("words").fact("words.git.commits", 1);
}

#[test]
fn uncommitted_change_is_named() {
    let project = cloned();
    project.write("a.txt", "changed");
    project.write("new.txt", "new");
    let ran = project.run(&[]).exits(1);
    only(&ran, "clean", "fail");
    ran.gate("clean").fact("clean.git.changed", 2);
    ran.says("2 paths differ from HEAD").says("a.txt");
}

#[test]
fn branch_that_lacks_commits_of_main_is_behind() {
    let project = cloned();
    project.git(&["switch", "-q", "main"]);
    commit(&project, "c.txt", "fix: c");
    project.git(&["push", "-q", "origin", "main"]);
    project.git(&["switch", "-q", "topic"]);
    let ran = project.run(&[]).exits(1);
    only(&ran, "current", "fail");
    ran.gate("current").fact("current.git.behind", 1);
    ran.says("lacks 1 commit of it");
    // A branch here that lags behind the remote must not make it pass.
    project.git(&["branch", "-q", "-f", "main", "main~1"]);
    only(&project.run(&[]).exits(1), "current", "fail");
    project.git(&["rebase", "-q", "origin/main"]);
    project.run(&["current"]).exits(0);
}

#[test]
fn commit_that_only_this_clone_has_is_not_pushed() {
    let project = cloned();
    commit(&project, "c.txt", "fix: c");
    let ran = project.run(&[]).exits(1);
    only(&ran, "pushed", "fail");
    ran.says("1 commit not on the remote");
    // A detached HEAD, as in CI, is pushed when some branch of the remote holds it.
    project.git(&["switch", "-q", "--detach", "origin/topic"]);
    project.run(&["pushed"]).exits(0);
}

#[test]
fn merge_since_the_base_is_not_linear() {
    let project = cloned();
    project.git(&["switch", "-q", "-c", "side", "main"]);
    commit(&project, "c.txt", "fix: c");
    project.git(&["switch", "-q", "topic"]);
    project.git(&["merge", "-q", "--no-ff", "-m", "Merge side", "side"]);
    project.git(&["push", "-q"]);
    let ran = project.run(&[]).exits(1);
    only(&ran, "linear", "fail");
    ran.says("1 merge").says("Merge side");
}

#[test]
fn message_of_another_form_is_named() {
    let project = cloned();
    commit(&project, "c.txt", "wip");
    project.git(&["push", "-q"]);
    let ran = project.run(&[]).exits(1);
    only(&ran, "words", "fail");
    ran.gate("words").fact("words.git.bad-messages", 1);
    ran.says("wip");
    let counted = project.git(&["rev-list", "--count", "origin/main..HEAD"]);
    assert_eq!(counted, "2");
}

#[test]
fn what_git_cannot_tell_is_undecided_with_its_remedy() {
    let alone = Project::new(ALL).committed();
    let ran = alone.run(&[]).exits(3);
    ran.gate("clean").is("pass");
    ran.gate("current").is("pass");
    ran.gate("pushed")
        .is("inconclusive")
        .cause("evidence")
        .says("git push -u origin main");
    ran.gate("linear").is("inconclusive").says("--base");
    let missing = Project::new("gates: { x: { git: { up-to-date: release } } }\n").committed();
    let ran = missing.run(&[]).exits(3);
    ran.gate("x").says("git fetch origin release");
    let nowhere = Project::new(ALL);
    let ran = nowhere.run(&[]).exits(3);
    for id in ["clean", "current", "pushed", "linear", "words"] {
        ran.gate(id).is("inconclusive").reasons(&["git-unknown"]);
    }
    let unborn = Project::new(ALL);
    unborn.git(&["init", "-q", "-b", "main"]);
    let ran = unborn.run(&["current"]).exits(3);
    ran.gate("current").says("no commit yet");
}

#[test]
fn shallow_clone_proves_nothing_that_it_does_not_hold() {
    let project = cloned();
    commit(&project, "c.txt", "fix: c");
    project.git(&["push", "-q"]);
    project.git(&["switch", "-q", "main"]);
    project.git(&["merge", "-q", "--no-ff", "-m", "Merge topic", "topic"]);
    project.git(&["push", "-q", "origin", "main"]);
    let remote = format!("file://{}/remote.git", project.beside().display());
    let clone = project.beside().join("shallow");
    let path = clone.to_str().unwrap();
    project.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        "--no-single-branch",
        &remote,
        path,
    ]);
    let there = |gate: &str| {
        let (output, json) = project.json_output();
        let mut command = project.tollgate(&["-C", path, "run", gate, "-o", &output]);
        let ended = command.output().unwrap();
        let json: serde_json::Value =
            serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
        (ended.status.code(), json["verdict"]["gates"][0].to_string())
    };
    assert_eq!(there("current").0, Some(0));
    project.git(&["-C", path, "switch", "-q", "-c", "work", "origin/topic"]);
    let (code, said) = there("current");
    assert!(
        code == Some(3) && said.contains("git fetch --unshallow"),
        "{said}"
    );
    let (code, said) = there("linear");
    assert!(code == Some(3) && said.contains("unshallow"), "{said}");
}

#[test]
fn base_that_is_named_counts() {
    let project = cloned();
    commit(&project, "c.txt", "wip");
    project.run(&["words", "--base", "HEAD~1"]).exits(1);
    commit(&project, "d.txt", "fix: d");
    project.run(&["words", "--base", "HEAD~1"]).exits(0);
    let yaml = "version: 1\ngates: { words: { git: { messages: '^(feat|fix)', since: start } } }\n";
    project.git(&["tag", "start", "HEAD~1"]);
    project.write("tollgate.yaml", yaml);
    let ran = project.run(&[]).exits(0);
    ran.gate("words").fact("words.git.commits", 1);
}
