//! Order, selection, and what becomes of gates whose needs did not pass.

use crate::support::Project;

const CHAIN: &str = "gates:
  c: { run: 'echo c >> order', needs: b }
  b: { run: 'echo b >> order', needs: [a] }
  a: { run: 'echo a >> order' }
  other: { run: 'echo other >> order' }
";

#[test]
fn needs_come_first_and_are_pulled_in() {
    let project = Project::new(CHAIN);
    let ran = project.run(&["c"]).exits(0);
    assert_eq!(project.read("order"), "a\nb\nc\n");
    assert_eq!(ran.verdict()["gates"].as_array().unwrap().len(), 3);
}

#[test]
fn gates_without_default_run_only_by_name() {
    let yaml = "gates:
  a: { run: 'true' }
  slow: { run: 'true', default: false }
";
    let project = Project::new(yaml);
    assert_eq!(
        project.run(&[]).exits(0).verdict()["gates"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    project.run(&["slow"]).exits(0).gate("slow").is("pass");
    let none = Project::new("gates:\n  slow: { run: 'true', default: false }\n");
    none.run(&[]).exits(2).complains("no gate is selected");
}

#[test]
fn a_gate_whose_need_did_not_pass_is_cancelled() {
    let yaml = "gates:
  fails: { run: 'false' }
  undecided: { run: no-such-tool }
  a: { run: 'touch a-ran', needs: fails }
  b: { run: 'touch b-ran', needs: undecided }
  c: { run: 'touch c-ran', needs: a }
  d: { run: 'touch d-ran' }
";
    let project = Project::new(yaml);
    let ran = project.run(&[]).exits(1);
    ran.gate("a")
        .is("cancelled")
        .reasons(&["need-not-met"])
        .says("`fails` did not pass");
    ran.gate("b")
        .is("cancelled")
        .says("`undecided` did not pass");
    ran.gate("c").is("cancelled").says("`a` did not pass");
    ran.gate("d").is("pass");
    for file in ["a-ran", "b-ran", "c-ran"] {
        assert!(!project.has(file), "{file}");
    }
}

#[test]
fn a_waived_need_is_met() {
    let yaml = "gates:
  a: { run: 'true', tests: { reports: no.xml }, absent: { allow: true, why: none yet } }
  b: { run: 'true', needs: a }
";
    let ran = Project::new(yaml).run(&[]).exits(0);
    ran.gate("a").is("waived");
    ran.gate("b").is("pass");
}

#[test]
fn fail_fast_ends_what_runs_and_cancels_the_rest() {
    let yaml = "gates:
  fails: { run: 'until [ -e slow-runs ]; do sleep 0.01; done; exit 1' }
  slow: { run: 'touch slow-runs; sleep 300; touch slow-ended' }
  later: { run: touch later-ran, needs: slow }
";
    let project = Project::new(yaml);
    let ran = project.run(&["--fail-fast", "--jobs", "2"]).exits(1);
    ran.gate("fails").is("fail");
    ran.gate("slow").is("cancelled").says("fails fast");
    ran.gate("later").is("cancelled").says("fails fast");
    // Why it was ended and what was ended is said to people too.
    let ran = ran.says("another gate did not pass, and the run fails fast (`fails`)");
    ran.says("ended: s");
    for (kind, path) in [("junit", "j.xml"), ("markdown", "m.md")] {
        std::fs::remove_file(project.root.join("slow-runs")).unwrap();
        let output = format!("{kind}={path}");
        project
            .run(&["--fail-fast", "--jobs", "2", "-o", &output])
            .exits(1);
        let said = project.read(path);
        let cause = said.contains("the run fails fast (") && said.contains("ended: s");
        assert!(cause, "{said}");
    }
    assert!(!project.has("slow-ended") && !project.has("later-ran"));
}

#[test]
fn fail_fast_does_not_stop_for_a_gate_that_only_warns() {
    let yaml = "gates:
  a: { run: 'false', enforce: warn }
  b: { run: 'true', needs: a }
";
    Project::new(yaml)
        .run(&["--fail-fast", "-j", "1"])
        .exits(0)
        .gate("b")
        .is("pass");
}

#[test]
fn facts_reach_expressions_of_gates_that_need_them() {
    let yaml = "gates:
  unit-a: { run: cp given.xml a.xml, tests: { reports: a.xml } }
  mid: { run: 'true', needs: unit-a }
  all:
    needs: mid
    require: [\"gates['unit-a'].tests.passed == 2\"]
  not:
    needs: mid
    require: [\"gates['unit-a'].tests.passed > 2\"]
";
    let given = crate::support::junit(&["a", "b"], &[]);
    let ran = Project::new(yaml)
        .file("given.xml", given)
        .run(&[])
        .exits(1);
    ran.gate("all").is("pass");
    ran.gate("not").is("fail");
}

#[test]
fn an_expression_on_a_gate_that_did_not_pass_is_not_taken_as_true() {
    let yaml = "gates:
  unit: { run: 'false', tests: { reports: a.xml } }
  all: { needs: unit, require: [\"unit.tests.failed == 0\"] }
";
    let ran = Project::new(yaml).run(&[]).exits(3);
    ran.gate("unit").is("inconclusive");
    ran.gate("all").is("cancelled");
}

#[test]
fn three_hundred_gates_run() {
    let mut yaml = "gates:\n".to_owned();
    for number in 0..300 {
        let needs = if number < 10 {
            String::new()
        } else {
            format!(", needs: g{}", number - 10)
        };
        yaml += &format!("  g{number}: {{ run: 'true'{needs} }}\n");
    }
    let ran = Project::new(&yaml).run(&["-j", "8"]).exits(0);
    assert_eq!(ran.verdict()["gates"].as_array().unwrap().len(), 300);
    assert_eq!(ran.verdict()["decision"], "go");
}

#[test]
fn names_at_the_edge_are_gates_and_names_beyond_are_refused() {
    let longest = "g".repeat(64);
    let yaml = format!(
        "gates:\n  {longest}: {{ run: 'true' }}\n  A_-9: {{ run: 'true' }}\n  z: {{ run: 'true' }}\n"
    );
    let ran = Project::new(&yaml).run(&[]).exits(0);
    ran.gate(&longest).is("pass");
    ran.gate("A_-9").is("pass");
    let longer = "g".repeat(65);
    for name in [
        longer.as_str(),
        "9a",
        "-a",
        "\"\"",
        "a.b",
        "a/b",
        "\"a b\"",
        "ä",
        "gates",
        "\"..\"",
    ] {
        let ran = Project::new(&format!("gates:\n  {name}: {{ run: 'true' }}\n")).run(&[]);
        ran.exits(2).complains("cannot be a name");
    }
}

#[test]
fn a_dry_run_shows_the_order_and_runs_nothing() {
    let project = Project::new(CHAIN);
    let ran = project.call(&["run", "--dry-run", "c"]).exits(0);
    insta::assert_snapshot!(ran.stdout);
    assert!(!project.has("order") && !project.has(".tollgate"));
}
