//! `tollgate explain GATE`: the last verdict, green or red, and what would turn it.

use serde_json::Value;

use crate::support::{Project, junit, lcov};

const YAML: &str = "gates:
  unit:
    run: cp given.xml unit.xml
    tests: { reports: unit.xml, passed: \">=3\" }
  cov:
    run: cp given.info cov.info
    coverage:
      reports: cov.info
      lines: \">=85%\"
      paths: { \"src/**\": { lines: { is: \">=85%\", tolerance: \"0.2%\" } } }
";

fn project() -> Project {
    // 84.9 % of 11,760 lines is 9,984; 85 % of them is 9,996.
    Project::new(YAML)
        .file("given.xml", junit(&["a", "b", "c", "d"], &[]))
        .file("given.info", lcov(9_984, 11_760))
        .file(".gitignore", "unit.xml\ncov.info\n")
        .committed()
}

fn explained(project: &Project, arguments: &[&str]) -> Value {
    let ran = project
        .call(&[&["explain", "--json"], arguments].concat())
        .exits(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn red_and_green_conditions_say_what_would_turn_them() {
    let project = project();
    project.run(&[]).exits(1);
    let cov = project.call(&["explain", "cov"]).exits(0);
    let cov = cov.says("last verdict: ✗ fail").says("tollgate.yaml:10");
    let cov = cov.says("passes with 12 more covered lines of 11,760 (85%)");
    // The tolerance counts: it passed, and would fail from 84.8 % down.
    cov.says("fails with 12 fewer covered lines of 11,760")
        .says("still so");
    let unit = project
        .call(&["explain", "unit"])
        .exits(0)
        .says("last verdict: ✓ pass");
    let unit = unit
        .says("fails with 2 fewer passed tests (2)")
        .says("fails with 1 more failed test (1)");
    unit.says("evidence  unit.xml")
        .says("ended     exit 0 after");
}

#[test]
fn for_machines_it_has_a_schema_and_every_condition() {
    let project = project();
    assert_eq!(explained(&project, &["cov"])["last"], Value::Null);
    project.run(&[]).exits(1);
    let cov = explained(&project, &["cov"]);
    assert_eq!(cov["schema"], "tollgate/explanation/1");
    let last = &cov["last"];
    assert_eq!(
        (last["tree"].as_str(), last["policy"].as_str()),
        (Some("same"), Some("same"))
    );
    let conditions = last["conditions"].as_array().unwrap();
    assert_eq!(conditions.len(), 2);
    assert_eq!(conditions[0]["fact"], "coverage.lines");
    assert_eq!(conditions[0]["measured"], "84.9%");
    assert_eq!(conditions[1]["verdict"], "pass");
    assert!(
        conditions[1]["note"]
            .as_str()
            .unwrap()
            .contains("tolerance decided")
    );
}

#[test]
fn a_changed_tree_or_policy_is_said() {
    let project = project();
    project.run(&[]).exits(1);
    project.write("new.txt", "new");
    let ran = project
        .call(&["explain", "unit"])
        .exits(0)
        .says("the tree has changed since");
    assert!(!ran.stdout.contains("policy  "), "{ran}");
    project.write(
        "tollgate.yaml",
        format!("version: 1\n{}", YAML.replace(">=3", ">=9")),
    );
    let changed = project
        .call(&["explain", "unit"])
        .exits(0)
        .says("policy    has changed since");
    // The bound of the run is what was judged.
    changed
        .says("wanted >=3")
        .says("fails with 2 fewer passed tests (2)");
}

#[test]
fn a_named_run_is_explained_and_the_last_one_without_a_name() {
    let project = project();
    project.run(&["unit"]).exits(0);
    let first = explained(&project, &["unit"])["last"]["run"]
        .as_str()
        .unwrap()
        .to_owned();
    project.write("given.xml", junit(&["a"], &["b"]));
    project.run(&["unit"]).exits(1);
    let last = explained(&project, &["unit"]);
    assert_eq!(last["last"]["verdict"], "fail");
    let named = explained(&project, &["unit", "--run", &first]);
    assert_eq!(named["last"]["verdict"], "pass");
    assert_eq!(named["last"]["run"], first.as_str());
    project
        .call(&["explain", "unit", "--run", "1999"])
        .exits(2)
        .complains("there is no run `1999`");
    project
        .call(&["explain", "cov", "--run", &first])
        .exits(2)
        .complains("did not have gate `cov`");
}

#[test]
fn what_was_not_measured_says_what_to_do() {
    let project = Project::new(
        "gates:\n  unit: { run: 'true', tests: { reports: unit.xml } }\n  no: { run: exit 3 }\n",
    );
    project.run(&[]).exits(1);
    let ran = project
        .call(&["explain", "unit"])
        .exits(0)
        .says("last verdict: ? inconclusive (evidence)");
    ran.says("report-absent")
        .says("make the command write it")
        .says("it names no tree");
    project
        .call(&["explain", "no"])
        .exits(0)
        .says("exit 3, wanted 0")
        .says("ended     exit 3 after");
}

/// A gate with an expression over a gate of two tests, one of which failed.
fn required(expression: &str) -> Project {
    let yaml = format!(
        "gates:
  unit: {{ run: cp given.xml unit.xml, tests: {{ reports: unit.xml, failed: \"<=1\" }} }}
  all: {{ needs: unit, require: [\"{expression}\"] }}
"
    );
    Project::new(&yaml).file("given.xml", junit(&["a"], &["b"]))
}

#[test]
fn an_expression_that_fails_shows_each_part_in_every_output() {
    let project = required("unit.failed == 0 && unit['pass-rate'].percent >= 50.0");
    let ran = project.run(&["all", "-o", "markdown=out.md"]).exits(1);
    let condition = &ran.gate("all").is("fail").verdict["conditions"][0];
    assert_eq!(
        condition["measured"],
        "unit.failed = 1, unit.pass-rate.percent = 50"
    );
    let parts = "`unit.failed == 0` is false, `unit['pass-rate'].percent >= 50.0` is true";
    assert_eq!(condition["note"], parts);
    let ran = ran.says("`unit.failed == 0` is false");
    assert!(project.read("out.md").contains("is false"), "{ran}");
    let explained = project.call(&["explain", "all"]).exits(0);
    explained
        .says("`unit.failed == 0` is false")
        .says("unit.failed = 1");
}

#[test]
fn an_expression_that_holds_shows_its_parts_when_more_is_asked() {
    let project = required("unit.failed == 1 && unit.total == 2");
    let quiet = project.run(&[]).exits(0);
    assert!(!quiet.stdout.contains("is true"), "{quiet}");
    project
        .run(&["-v"])
        .exits(0)
        .says("`unit.failed == 1` is true");
}

#[test]
fn a_fact_that_no_gate_measures_is_a_mistake_of_the_file() {
    for (expression, help) in [
        ("unit.faild == 0", "did you mean `unit.failed`?"),
        ("unit.tests.nothing == 0", "it measures"),
        ("unit.pass-rate > 1", "did you mean `unit['pass-rate']`?"),
        (
            "unit['pass-rate'].percnt > 1.0",
            "did you mean `unit['pass-rate'].percent`?",
        ),
    ] {
        let ran = required(expression).call(&["config", "check"]).exits(2);
        ran.complains("measures no").complains(help);
    }
}
