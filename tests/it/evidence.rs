//! Raw evidence that records speak of: kept by digest within a budget, and never less than what a record needs.

use crate::support::{Project, junit};

const FILE: &str = "gates:
  unit: { run: cp given.xml out.xml, tests: { reports: out.xml } }
phases:
  alpha: { gates: [unit] }
  beta: { gates: [unit] }
";

fn project() -> Project {
    Project::new(FILE)
        .file(".gitignore", "out.xml\n")
        .file("given.xml", junit(&["a"], &[]))
        .committed()
}

/// Names of the bundles, sorted.
fn bundles(project: &Project) -> Vec<String> {
    let folder = std::fs::read_dir(project.root.join(".git/tollgate/evidence")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Bytes that no record speaks of, larger than any report here.
fn spare(project: &Project) -> String {
    let name = format!("{}.gz", "a".repeat(64));
    project.write(&format!(".git/tollgate/evidence/{name}"), [7; 50_000]);
    name
}

#[test]
fn completing_prunes_what_no_record_needs_beyond_the_budget() {
    let project = project();
    project.phase(&["complete", "alpha"]).exits(0);
    let needed = bundles(&project);
    assert_eq!(needed.len(), 1);
    let spare = spare(&project);
    // Within the budget everything stays.
    project.phase(&["complete", "beta"]).exits(0);
    assert!(bundles(&project).contains(&spare));
    project.git(&["config", "tollgate.evidenceBudget", "10kB"]);
    project
        .phase(&["reopen", "beta", "--why", "again"])
        .exits(0);
    project.phase(&["complete", "beta"]).exits(0);
    assert_eq!(bundles(&project), needed);
    project
        .call(&["verify"])
        .exits(0)
        .says("raw evidence: 3 of 3 here");
}

#[test]
fn evidence_that_a_record_needs_stays_whatever_the_budget_and_that_is_said() {
    let project = project();
    project.phase(&["complete", "alpha"]).exits(0);
    let needed = bundles(&project);
    spare(&project);
    project
        .call(&["ledger", "prune", "--budget", "0B"])
        .exits(0)
        .says("1 piece of raw evidence removed")
        .complains("records need")
        .complains("git config tollgate.evidenceBudget");
    assert_eq!(bundles(&project), needed);
}

#[test]
fn evidence_of_other_branches_and_work_trees_is_needed_too() {
    let project = project();
    // One record is only on a branch, another only in a work tree and in no commit.
    project.git(&["checkout", "-q", "-b", "side"]);
    project.write("given.xml", junit(&["a", "b"], &[]));
    project.commit();
    project.phase(&["complete", "alpha"]).exits(0);
    project.commit();
    project.git(&["checkout", "-q", "main"]);
    let other = project.beside().join("other");
    project.git(&["worktree", "add", "-q", "--detach", other.to_str().unwrap()]);
    project.git(&["-C", other.to_str().unwrap(), "checkout", "-q", "--detach"]);
    std::fs::write(other.join("given.xml"), junit(&["c"], &[])).unwrap();
    project.git(&["-C", other.to_str().unwrap(), "commit", "-qam", "c"]);
    let done = project.phase(&["-C", other.to_str().unwrap(), "complete", "alpha"]);
    done.exits(0);
    assert!(!project.has(".tollgate/ledger"));
    let needed = bundles(&project);
    assert_eq!(needed.len(), 2);
    spare(&project);
    project
        .call(&["ledger", "prune", "--budget", "0B"])
        .exits(0);
    assert_eq!(bundles(&project), needed);
    // A record that cannot be read may need anything.
    let spare = spare(&project);
    let name = format!(".tollgate/ledger/{}.json", "0".repeat(64));
    project.write(&name, "{}");
    project
        .call(&["ledger", "prune", "--budget", "0B"])
        .exits(3)
        .complains("nothing is removed");
    assert!(bundles(&project).contains(&spare));
}

#[test]
fn a_budget_that_is_no_size_is_refused_by_name_or_noted() {
    let project = project();
    project
        .call(&["ledger", "prune", "--budget", "many"])
        .exits(2)
        .complains("`--budget many` is no size");
    project.git(&["config", "tollgate.evidenceBudget", "lots"]);
    project
        .call(&["ledger", "prune"])
        .exits(0)
        .complains("is `lots`, which is no size")
        .says("nothing to remove");
}

#[test]
fn numbers_of_json_keep_their_digits_by_path_as_by_name() {
    let report = r#"{"p":2000.0000000000000001,"tiny":1e-400,"huge":1e999,"list":[0.30000000000000000001,1]}"#;
    let gate = |id: &str, from: &str, bound: &str| {
        format!(
            "  {id}: {{ run: cp m.json {id}.json, metrics: {{ reports: {id}.json, values: {{ v: {{ {from}, is: \"{bound}\" }} }} }} }}\n"
        )
    };
    let gates = [
        ("by-path", "path: $.p", "<=2000", "fail"),
        ("by-name", "name: p", "<=2000", "fail"),
        ("listed", "path: '$.list[0]'", "<=0.3", "fail"),
        ("other", "path: '$.list[1]'", "<=1", "pass"),
        ("tiny-path", "path: $.tiny", "<=0", "inconclusive"),
        ("tiny-name", "name: tiny", "<=0", "inconclusive"),
        ("huge-path", "path: $.huge", ">=1", "inconclusive"),
        ("huge-name", "name: huge", ">=1", "inconclusive"),
    ];
    let yaml: String = gates
        .iter()
        .map(|(id, from, bound, _)| gate(id, from, bound))
        .collect();
    let project = Project::new(&format!("gates:\n{yaml}")).file("m.json", report);
    let ran = project.run(&["-v"]).exits(1);
    for (id, _, _, verdict) in gates {
        let gate = ran.gate(id).is(verdict);
        let said = gate.verdict["conditions"].to_string();
        for (start, words) in [("tiny", "too small"), ("huge", "too large")] {
            assert_eq!(said.contains(words), id.starts_with(start), "{id}: {said}");
        }
    }
}
