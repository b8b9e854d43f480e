//! What one clone alone is set up to see does not count: nobody who checks the tree out would see it.

use crate::support::{People, Project};

const FILE: &str = "\
gates:
  g: { run: grep -q good f.txt }
phases:
  alpha: { gates: [g] }
  beta: { after: alpha, gates: [g], sign-offs: { count: 1, from: [leads], not: author } }
";

fn with(text: &str) -> Project {
    Project::new(&alone()).file("f.txt", text)
}

/// The first phase, which asks for no people.
fn alone() -> String {
    FILE.lines()
        .take(4)
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Refused although git here finds nothing that differs.
fn hidden(project: &Project, said: &str) {
    assert_eq!(project.git(&["status", "--short"]), "");
    project.phase(&["complete", "alpha"]).exits(1).says(said);
    assert!(project.recorded().is_empty());
}

#[test]
fn a_filter_that_no_commit_asks_for_hides_nothing() {
    let project = with("bad\n").committed();
    project.git(&["config", "filter.hide.clean", "echo bad"]);
    project.write(".git/info/attributes", "f.txt filter=hide\n");
    project.write("f.txt", "good\n");
    // With that the index has its size and times, and git looks no further.
    project.git(&["add", "f.txt"]);
    hidden(&project, "`info/attributes` of this clone");
    std::fs::remove_file(project.root.join(".git/info/attributes")).unwrap();
    let outside = project.beside().join("attributes");
    std::fs::write(&outside, "f.txt filter=hide\n").unwrap();
    project.git(&["config", "core.attributesFile", outside.to_str().unwrap()]);
    hidden(&project, "differs from what is committed: f.txt");
}

#[test]
fn neither_modes_nor_line_ends_are_hidden_by_settings() {
    let yaml = alone().replace("grep -q good f.txt", "test -x f.txt");
    let project = Project::new(&yaml).file("f.txt", "bad\n").committed();
    project.git(&["config", "core.fileMode", "false"]);
    crate::support::set_mode(&project.root.join("f.txt"), 0o755);
    hidden(&project, "differs from what is committed: f.txt");
    let yaml = alone().replace("good", "$(printf '\\r')");
    let project = Project::new(&yaml).file("f.txt", "bad\n").committed();
    project.git(&["config", "core.autocrlf", "input"]);
    project.write("f.txt", "bad\r\n");
    project.git(&["add", "f.txt"]);
    hidden(&project, "differs from what is committed: f.txt");
}

#[test]
fn a_filter_that_is_committed_is_everybodys() {
    let project = with("good\n")
        .file(".gitattributes", "f.txt filter=upper\n")
        .committed();
    project.git(&["config", "filter.upper.clean", "tr g G"]);
    project.git(&["config", "filter.upper.smudge", "tr G g"]);
    project.git(&["add", "--renormalize", "."]);
    project.git(&["commit", "-q", "-m", "as the filter has it"]);
    assert_eq!(project.git(&["show", "HEAD:f.txt"]), "Good");
    project.phase(&["complete", "alpha"]).exits(0);
}

#[test]
fn another_work_tree_is_not_looked_at() {
    let project = with("bad\n").committed();
    let elsewhere = project.beside().join("copy");
    std::fs::create_dir_all(&elsewhere).unwrap();
    for file in ["tollgate.yaml", "f.txt"] {
        std::fs::copy(project.root.join(file), elsewhere.join(file)).unwrap();
    }
    project.git(&["config", "core.worktree", elsewhere.to_str().unwrap()]);
    project.write("f.txt", "good\n");
    hidden(&project, "differs from what is committed: f.txt");
}

#[test]
fn objects_that_are_replaced_here_are_what_they_are_elsewhere() {
    let project = with("bad\n").committed();
    let old = project.git(&["rev-parse", "HEAD"]);
    project.write("f.txt", "good\n");
    project.commit();
    let new = project.git(&["rev-parse", "HEAD"]);
    project.git(&["update-ref", "HEAD", &old]);
    project.git(&["replace", &old, &new]);
    hidden(&project, "differs from what is committed: f.txt");
}

#[test]
fn a_past_that_is_grafted_here_hides_no_author() {
    let project = Project::new(FILE).file("f.txt", "good\n");
    let people = People::of(&project);
    let project = project.committed();
    project.phase(&["complete", "alpha"]).exits(0);
    project.commit();
    let begun = project.git(&["rev-parse", "HEAD"]);
    for (file, author) in [
        ("work.txt", "Bo <bo@example.org>"),
        ("more.txt", "Eve <eve@example.net>"),
    ] {
        project.write(file, author);
        project.git(&["add", "-A"]);
        project.git(&["commit", "-q", "-m", file, "--author", author]);
    }
    let last = project.git(&["rev-parse", "HEAD"]);
    project.write(".git/info/grafts", format!("{last} {begun}\n"));
    let key = people.bo.file.to_str().unwrap();
    project
        .phase(&["sign", "beta", "--key", key])
        .exits(0)
        .complains("bo is an author");
    project.phase(&["complete", "beta"]).exits(4);
}

#[test]
fn without_a_branch_the_work_that_is_merged_has_its_authors() {
    let project = Project::new(FILE).file("f.txt", "good\n");
    let people = People::of(&project);
    let project = project.committed();
    let remote = project.beside().join("remote.git");
    let remote = remote.to_str().unwrap();
    let branch = project.git(&["branch", "--show-current"]);
    project.git(&["init", "-q", "--bare", remote]);
    project.git(&["remote", "add", "origin", remote]);
    let yaml = FILE.replace("after: alpha, ", "");
    project.write("tollgate.yaml", format!("version: 1\n{yaml}"));
    project.git(&["add", "-A"]);
    project.git(&[
        "commit",
        "-q",
        "-m",
        "work",
        "--author",
        "Bo <bo@example.org>",
    ]);
    project.git(&["push", "-q", "-u", "origin", &branch]);
    project.git(&["remote", "set-head", "origin", &branch]);
    let key = people.bo.file.to_str().unwrap();
    project.phase(&["sign", "beta", "--key", key]).exits(0);
    for here in [
        &["checkout", "-q", "--detach"][..],
        &["checkout", "-q", "-b", "other"],
    ] {
        project.git(here);
        project
            .phase(&["complete", "beta"])
            .exits(4)
            .says("bo is an author");
    }
}

#[test]
fn flags_within_a_submodule_hide_nothing() {
    let other = Project::new("gates: {}\n")
        .file("f.txt", "bad\n")
        .committed();
    let project = Project::new(&alone().replace("good f.txt", "good sub/f.txt")).committed();
    let from = other.root.to_str().unwrap();
    project.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        from,
        "sub",
    ]);
    project.commit();
    project.write("sub/f.txt", "good\n");
    project.phase(&["complete", "alpha"]).exits(1).says("sub");
    project.git(&["-C", "sub", "update-index", "--assume-unchanged", "f.txt"]);
    hidden(&project, "differs from what is committed: sub");
    project.write("sub/f.txt", "bad\n");
    let ran = project.phase(&["complete", "alpha"]).exits(1);
    assert!(!ran.stdout.contains("differs"), "{ran}");
}
