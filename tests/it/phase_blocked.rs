//! What keeps a phase from being complete: each reason alone, and all of them in one list.

use crate::support::{People, Project, junit};

const FILE: &str = "\
gates:
  unit: { run: cat unit.xml, tests: { reports: stdout, format: junit, passed: '>=2' } }
  lint: { run: test ! -e broken }
phases:
  alpha: { title: Validation, gates: [lint] }
  beta:
    after: alpha
    gates: [unit, lint]
    targets: { unit.tests.pass-rate: '>=100%' }
    sign-offs: { count: 1, from: [leads], not: author }
  gamma: { after: beta, gates: [lint] }
";

/// A project in which only people are missing.
fn project() -> (Project, People) {
    let project = Project::new(FILE).file("unit.xml", junit(&["a", "b"], &[]));
    let people = People::of(&project);
    (project.committed(), people)
}

fn sign(project: &Project, key: &crate::support::Key) -> crate::support::Ran {
    project.phase(&["sign", "beta", "--key", key.file.to_str().unwrap()])
}

#[test]
fn a_phase_whose_predecessor_is_not_complete_is_blocked() {
    let (project, _people) = project();
    project
        .phase(&["complete", "beta"])
        .exits(1)
        .says("`alpha`: it is not complete")
        .says("tollgate phase complete alpha")
        .says("beta is blocked");
    assert_eq!(project.state("beta"), "blocked");
    assert!(project.recorded().is_empty());
}

#[test]
fn a_gate_that_fails_blocks_with_value_bound_and_place() {
    let (project, _people) = project();
    project.write("unit.xml", junit(&["a"], &[]));
    project.commit();
    project.phase(&["complete", "alpha"]).exits(0);
    project
        .phase(&["complete", "beta"])
        .exits(1)
        .says("unit.tests.passed is 1, wanted >=2")
        .says("tollgate.yaml:3");
    assert_eq!(project.outstanding("beta"), ["gates", "sign-offs"]);
}

#[test]
fn a_target_of_the_phase_blocks_where_the_gate_alone_would_pass() {
    let (project, _people) = project();
    let file = FILE.replace("pass-rate: '>=100%'", "passed: '>=3'");
    project.write("tollgate.yaml", format!("version: 1\n{file}"));
    project.commit();
    project.call(&["run", "--phase", "beta"]).exits(0);
    project.phase(&["complete", "alpha"]).exits(0);
    let ran = project
        .phase(&["decide", "beta"])
        .exits(1)
        .says("unit.tests.passed is 2, wanted >=3");
    // Also while the gates run.
    assert!(!ran.stdout.contains("✓ unit"), "{ran}");
}

#[test]
fn missing_evidence_is_undecided_and_never_complete() {
    let (project, _people) = project();
    project.phase(&["complete", "alpha"]).exits(0);
    project.write("unit.xml", "");
    project.commit();
    let ran = project.phase(&["complete", "beta"]).exits(3);
    assert!(ran.stdout.contains("could not be decided"), "{ran}");
    assert_eq!(project.recorded(), ["completion"]);
}

#[test]
fn an_unclean_tree_blocks_and_names_the_files() {
    let (project, _people) = project();
    project.write("notes.txt", "not committed");
    project
        .phase(&["complete", "alpha"])
        .exits(1)
        .says("notes.txt");
    project
        .phase(&["sign", "beta"])
        .exits(1)
        .complains("notes.txt");
    assert!(project.recorded().is_empty());
}

#[test]
fn a_tree_that_moves_meanwhile_is_undecided() {
    let project = Project::new(
        "gates: { writes: { run: touch new } }\nphases: { alpha: { gates: [writes] } }\n",
    )
    .committed();
    let ran = project.phase(&["complete", "alpha"]);
    assert!(ran.code == 3 || ran.code == 1, "{ran}");
    assert!(ran.stdout.contains("moved"), "{ran}");
    assert!(project.recorded().is_empty());
}

#[test]
fn sign_offs_are_waited_for_and_only_the_right_ones_count() {
    let (project, people) = project();
    project.phase(&["complete", "alpha"]).exits(0);
    // What ada commits now is the change of beta.
    project.write("work.txt", "done");
    project.commit();
    project
        .phase(&["complete", "beta"])
        .exits(4)
        .says("hold")
        .says("bo");
    // The author, and somebody without the role.
    sign(&project, &people.ada).exits(0);
    sign(&project, &people.cy).exits(0);
    assert_eq!(project.outstanding("beta"), ["sign-offs"]);
    sign(&project, &people.bo).exits(0).says("signed by bo");
    project
        .phase(&["complete", "beta"])
        .exits(0)
        .says("beta is complete now");
    assert_eq!(project.state("beta"), "complete");
    project.call(&["verify"]).exits(0);
}

#[test]
fn a_sign_off_lapses_when_the_content_changes_and_not_when_its_record_is_committed() {
    let (project, people) = project();
    project.phase(&["complete", "alpha"]).exits(0);
    sign(&project, &people.bo).exits(0);
    project.commit();
    assert!(project.outstanding("beta").is_empty());
    project.write("more.txt", "new content");
    project.commit();
    assert_eq!(project.outstanding("beta"), ["sign-offs"]);
    project.phase(&["complete", "beta"]).exits(4);
}

#[test]
fn who_signed_for_the_start_has_signed_whatever_is_worked_on_since() {
    let file = FILE.replace(
        "    gates: [unit, lint]",
        "    entry: { sign-offs: { count: 1, from: [leads] } }\n    gates: [unit, lint]",
    );
    let project = Project::new(&file).file("unit.xml", junit(&["a", "b"], &[]));
    let people = People::of(&project);
    let project = project.committed();
    project.phase(&["complete", "alpha"]).exits(0);
    assert_eq!(project.outstanding("beta"), ["entry", "sign-offs"]);
    let key = people.bo.file.to_str().unwrap();
    project
        .phase(&["sign", "beta", "--entry", "--key", key])
        .exits(0);
    assert_eq!(project.outstanding("beta"), ["sign-offs"]);
    project.write("work.txt", "done since");
    project.commit();
    assert_eq!(project.outstanding("beta"), ["sign-offs"]);
    sign(&project, &people.bo).exits(0);
    project.phase(&["complete", "beta"]).exits(0);
}

#[test]
fn five_different_blockers_are_told_at_once_each_with_place_and_help() {
    let project = Project::new(
        "gates:
  fails: { run: 'false' }
  unknown: { run: cat nothing.xml || true, tests: { reports: stdout, format: junit } }
  lint: { run: 'true' }
phases:
  alpha: { gates: [lint] }
  beta:
    after: alpha
    gates: [fails, unknown]
    sign-offs: { count: 1, from: [leads] }
    soak: 72h
",
    );
    let _people = People::of(&project);
    let project = project.committed();
    project.write("stray.txt", "not committed");
    let (code, document) = project.phase_json(&["complete", "beta"]);
    assert_eq!(code, 1);
    let outcome = &document["outcome"];
    let list = outcome["outstanding"].as_array().unwrap();
    let rules: Vec<&str> = list
        .iter()
        .map(|one| one["rule"].as_str().unwrap())
        .collect();
    for rule in ["after", "tree", "gates", "sign-offs", "soak"] {
        assert!(rules.contains(&rule), "{rule} in {rules:?}");
    }
    let sorts: std::collections::BTreeSet<&str> = list
        .iter()
        .map(|one| one["sort"].as_str().unwrap())
        .collect();
    assert_eq!(sorts.len(), 4, "{sorts:?}");
    for one in list {
        for key in ["wanted", "found", "help"] {
            assert_ne!(one[key], "", "{one}");
        }
    }
    let ran = project.phase(&["complete", "beta"]).exits(1);
    for rule in ["after", "tree", "gates", "sign-offs", "soak"] {
        assert!(ran.stdout.contains(&format!(" {rule} ")), "{rule}\n{ran}");
    }
    let markdown = project
        .phase(&["complete", "beta", "-o", "markdown"])
        .exits(1);
    assert!(markdown.stdout.starts_with("## ❌ No go"), "{markdown}");
    assert!(project.recorded().is_empty());
}

#[test]
fn what_changed_selects_no_gate_of_a_phase() {
    let project = Project::new(
        "gates: { docs: { run: 'false', when: { changed: ['docs/**'] } } }\nphases: { alpha: { gates: [docs] } }\n",
    )
    .committed();
    project.phase(&["decide", "alpha"]).exits(1).says("`docs`");
}

#[test]
fn text_of_others_does_nothing_to_the_terminal() {
    let project = Project::new(
        "gates: { a: { run: 'true' } }\nphases: { alpha: { title: \"\\e[31mred ::error::x\", gates: [a], sign-offs: { count: 1, from: [leads] } } }\n",
    );
    let _people = People::of(&project);
    let project = project.committed();
    for arguments in [
        vec!["decide", "alpha"],
        vec!["decide", "alpha", "-o", "markdown"],
        vec!["status"],
        vec!["report"],
    ] {
        let ran = project.phase(&arguments);
        assert!(!ran.stdout.contains('\x1b'), "{ran}");
    }
}
