//! Names of tests in records: green lists of completed phases, tests added since a phase began, and what is not held.

use serde_json::Value;
use tollgate::ledger::Ledger;
use tollgate::model::{Record, Says};

use crate::support::{Project, appended, independent, junit};

const RED: &str = "gates:
  red:
    run: sh -c 'cp red.xml out.xml; exit 1'
    tests: { reports: out.xml, outcome: failing, total: \"=3\" }
  unit:
    run: cp unit.xml out2.xml
    tests: { reports: out2.xml, green-list: alpha }
phases:
  alpha: { gates: [red] }
  beta: { after: alpha, gates: [unit] }
";

/// A project whose reports are no part of the content.
fn project(yaml: &str) -> Project {
    Project::new(yaml).file(".gitignore", "out*.xml\n")
}

/// The red phase with three failing tests, complete and committed.
fn red() -> Project {
    let project = completed();
    project.commit();
    project
}

/// The same, before the record is committed.
fn completed() -> Project {
    let project = project(RED)
        .file("red.xml", junit(&[], &["a", "b", "c"]))
        .file("unit.xml", junit(&["a", "b", "c", "d"], &[]))
        .committed();
    project.phase(&["complete", "alpha"]).exits(0);
    project
}

/// The gates of the newest completion of a phase, as its record has them.
fn recorded(project: &Project, phase: &str) -> Value {
    let (_, document) = project.phase_json(&["history", phase]);
    let records = document["records"].as_array().unwrap();
    let done = |one: &&Value| one["record"]["says"]["kind"] == "completion";
    records.iter().find(done).unwrap()["record"]["says"]["gates"].clone()
}

#[test]
fn red_tests_are_recorded_by_name_and_the_ledger_verifies() {
    let project = red();
    let gates = recorded(&project, "alpha");
    assert_eq!(
        gates["red"]["tests"],
        serde_json::json!({ "count": 3, "names": { "failed": ["case::a", "case::b", "case::c"] } })
    );
    project.call(&["verify"]).exits(0);
    assert_eq!(independent(&project)["faults"], serde_json::json!([]));
}

#[test]
fn green_list_of_a_phase_is_that_of_its_record_in_any_clone() {
    let project = red();
    project.run(&["unit"]).exits(0).gate("unit").is("pass");
    project.phase(&["complete", "beta"]).exits(0);
    // The names travel in the record: a clone has no baseline, and nothing of the local store.
    let clone = project.beside().join("clone");
    let here = project.root.to_str().unwrap().to_owned();
    project.git(&["clone", "-q", &here, clone.to_str().unwrap()]);
    std::fs::write(clone.join("unit.xml"), junit(&["a", "b2", "c"], &[])).unwrap();
    let ran = project.start_in(&clone, &["unit", "--ci", "github"]).end();
    let ran = ran.exits(1).says("case::b is gone (renamed to case::b2?)");
    ran.gate("unit").is("fail");
}

#[test]
fn green_list_sees_what_was_deleted_skipped_and_still_fails() {
    let project = red();
    for (report, words) in [
        (junit(&["a", "c"], &[]), "case::b is gone"),
        (junit(&["a", "c"], &["b"]), "case::b fails"),
        (
            junit(&["a", "b", "c"], &[])
                .replace("name=\"b\"/>", "name=\"b\"><skipped/></testcase>"),
            "case::b is skipped",
        ),
    ] {
        project.write("unit.xml", report);
        project.run(&["unit"]).exits(1).says(words);
    }
}

#[test]
fn green_list_of_an_incomplete_phase_decides_nothing_and_says_how_to_go_on() {
    let project = project(RED)
        .file("red.xml", junit(&[], &["a"]))
        .file("unit.xml", junit(&["a"], &[]))
        .committed();
    // As without a baseline: a remark on a laptop, no decision where it counts.
    project
        .run(&["unit"])
        .exits(0)
        .says("phase `alpha` is not complete")
        .gate("unit")
        .is("waived");
    project
        .run(&["unit", "--ci", "github"])
        .exits(3)
        .says("phase `alpha` is not complete")
        .gate("unit")
        .is("inconclusive");
    // A reopened completion is none.
    let project = red();
    project
        .phase(&["reopen", "alpha", "--why", "more to come"])
        .exits(0);
    let ran = project.run(&["unit", "--ci", "github"]);
    ran.exits(3).says("is not complete");
    // A recorded baseline stands in for a phase that is not complete.
    project.call(&["baseline", "record", "red"]).exits(0);
    project.run(&["unit"]).exits(0);
}

/// A project whose phase was completed by a tollgate that kept no names.
fn old() -> Project {
    let project = completed();
    let ledger = Ledger::read(&project.root).unwrap();
    let mut record: Record = ledger.entries().next().unwrap().record.clone();
    std::fs::remove_dir_all(project.root.join(".tollgate/ledger")).unwrap();
    if let Says::Completion(done) = &mut record.says {
        done.gates.get_mut("red").unwrap().tests = None;
    }
    record.tollgate = "0.0.9".to_owned();
    appended(&project, record);
    project.commit();
    project
}

#[test]
fn record_without_names_is_read_and_said_to_have_none() {
    let project = old();
    project.call(&["verify"]).exits(0);
    assert_eq!(project.state("alpha"), "complete");
    project
        .run(&["unit"])
        .exits(3)
        .says("by tollgate 0.0.9")
        .says("it keeps no names of the tests of")
        .says("tollgate phase complete alpha");
    project
        .phase(&["decide", "beta"])
        .exits(3)
        .says("it keeps no names");
}

const ADDED: &str = "gates:
  unit:
    run: cp unit.xml out.xml
    tests: { reports: out.xml }
phases:
  alpha: { gates: [unit] }
  beta: { after: alpha, gates: [unit], targets: { unit.tests.added: \">=2, <=3\" } }
";

#[test]
fn tests_added_since_the_phase_began_are_counted_and_named() {
    let project = project(ADDED)
        .file("unit.xml", junit(&["a", "b"], &[]))
        .committed();
    project.phase(&["complete", "alpha"]).exits(0);
    project.write("unit.xml", junit(&["a", "b", "c"], &[]));
    project.commit();
    project
        .phase(&["decide", "beta"])
        .exits(1)
        .says("unit.tests.added");
    // What is only written and skipped is not added.
    let skipped = |text: String| text.replace("name=\"d\"/>", "name=\"d\"><skipped/></testcase>");
    project.write("unit.xml", skipped(junit(&["a", "b", "c", "d"], &[])));
    project.commit();
    project.phase(&["decide", "beta"]).exits(1);
    // A test that took the name of a deleted one is no new one, and what left does not count against it.
    project.write("unit.xml", junit(&["b", "c", "d"], &[]));
    project.commit();
    let (code, document) = project.phase_json(&["complete", "beta"]);
    assert_eq!(code, 0, "{document:#}");
    let gates = recorded(&project, "beta");
    assert_eq!(gates["unit"]["facts"]["unit.tests.added"]["count"], 2);
    let notes = document["outcome"]["verdict"]["gates"][0]["notes"].to_string();
    let words = "2 added since `alpha` was completed: case::c, case::d";
    assert!(notes.contains(words), "{document:#}");
    project.write("unit.xml", junit(&["b", "c", "d", "e", "f"], &[]));
    project.commit();
    project
        .phase(&["reopen", "beta", "--why", "one more"])
        .exits(0);
    project.phase(&["decide", "beta"]).exits(1);
    assert_eq!(independent(&project)["faults"], serde_json::json!([]));
}

#[test]
fn the_board_shows_added_tests_of_the_phase_that_they_were_counted_for() {
    let yaml = format!(
        "{ADDED}  gamma: {{ after: beta, gates: [unit], targets: {{ unit.tests.added: \">=1\" }} }}\n"
    );
    let project = project(&yaml)
        .file("unit.xml", junit(&["a"], &[]))
        .committed();
    project.phase(&["complete", "alpha"]).exits(0);
    project.write("unit.xml", junit(&["a", "b", "c"], &[]));
    project.commit();
    project.phase(&["decide", "beta"]).exits(0);
    let (_, document) = project.phase_json(&["status"]);
    let metrics = document["board"]["metrics"].as_array().unwrap();
    let current = |phase: &str| {
        let mut of = metrics.iter().filter(|one| one["phase"] == phase);
        let found = of.find(|one| one["fact"] == "unit.tests.added").unwrap();
        found["current"].clone()
    };
    assert_eq!(current("beta"), "2");
    assert_eq!(current("gamma"), Value::Null);
}

#[test]
fn a_bound_on_added_tests_is_judged_since_the_phase_began_and_names_them() {
    let yaml = ADDED.replace(
        "{ reports: out.xml }",
        "{ reports: out.xml, added: \">=1\" }",
    );
    let project = project(&yaml)
        .file("unit.xml", junit(&["a", "b"], &[]))
        .committed();
    // Nothing comes before the first phase, and no baseline was there: that is no "nothing was added".
    project
        .phase(&["decide", "alpha"])
        .exits(3)
        .says("what was added since the phase began is not known")
        .says("no phase comes before `alpha`");
}

#[test]
fn tests_of_the_beginning_are_those_of_the_baseline_where_no_record_names_them() {
    let yaml = ADDED.replace("alpha: { gates: [unit] }", "alpha: { gates: [other] }");
    let yaml = yaml.replace("gates:\n  unit", "gates:\n  other: { run: 'true' }\n  unit");
    let project =
        project(&yaml.replace("{ reports: out.xml }", "{ reports: out.xml, removed: 0 }"))
            .file("unit.xml", junit(&["a", "b"], &[]))
            .committed();
    project.phase(&["complete", "alpha"]).exits(0);
    project.commit();
    project
        .phase(&["decide", "beta"])
        .exits(3)
        .says("unit.tests.added");
    project
        .phase(&["reopen", "alpha", "--why", "with a baseline"])
        .exits(0);
    project.call(&["baseline", "record", "unit"]).exits(0);
    project.commit();
    project.phase(&["complete", "alpha"]).exits(0);
    project.write("unit.xml", junit(&["a", "b", "c", "d"], &[]));
    project.commit();
    project.phase(&["decide", "beta"]).exits(0);
}

/// The most memory that tollgate had when the second gate ran, in KiB.
#[cfg(target_os = "linux")]
fn peak(project: &Project, arguments: &[&str]) -> u64 {
    project.call(arguments).exits(0);
    let text = project.read("out-peak.txt");
    let number = text.split_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_plain_run_holds_no_names_of_passing_tests() {
    let yaml = "gates:
  unit: { run: cp unit.xml out.xml, tests: { reports: out.xml } }
  peak: { needs: unit, run: 'sh -c \"grep VmHWM /proc/$PPID/status > out-peak.txt\"' }
phases:
  alpha: { gates: [unit, peak] }
";
    let name = |number: usize| format!("test {number} {}", "of a long name ".repeat(8));
    let names: Vec<String> = (0..100_000).map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let project = project(yaml)
        .file(".gitignore", "out*\n")
        .file("unit.xml", junit(&names, &[]))
        .committed();
    let plain = peak(&project, &["run", "--jobs", "1"]);
    let phase = peak(&project, &["phase", "decide", "alpha", "--jobs", "1"]);
    // 100,000 names of some 130 bytes are 13 MB; whoever keeps them has to have them.
    assert!(
        plain + 13_000 < phase,
        "{plain} KiB, for a phase {phase} KiB"
    );
    // They do not fit into a record: it has their number and digest, and the list lies in the store.
    project.phase(&["complete", "alpha"]).exits(0);
    let tests = recorded(&project, "alpha")["unit"]["tests"].clone();
    assert_eq!(tests["count"], 100_000);
    let digest = tests["digest"].as_str().unwrap();
    assert!(project.has(&format!(".git/tollgate/evidence/{digest}.gz")));
    project
        .call(&["verify", "--json"])
        .exits(0)
        .says("\"evidence\": 2");
    assert_eq!(independent(&project)["faults"], serde_json::json!([]));
}
