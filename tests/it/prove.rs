//! `tollgate config prove`: gates are fed what they must not pass on, and those that stay green are named.

use serde_json::Value;

use crate::support::{Project, Ran};

fn proved(gate: &str) -> Ran {
    let yaml = format!(
        "gates:\n  unit: {{ run: make unit, tests: {{ reports: u.xml, passed: \">=1\", skipped: 0 }} }}\n  g:\n{gate}"
    );
    Project::new(&yaml)
        .file("Makefile", "unit:\n\ttouch ran\n")
        .env("COLUMNS", "80")
        .call(&["config", "prove", "g"])
}

#[test]
fn gates_with_teeth_are_proven_and_nothing_is_run() {
    let yaml = "gates:
  unit: { run: touch ran, tests: { reports: u.xml, passed: \">=1\", skipped: 0 } }
  build: { run: make, duration: \"<5m\" }
  scan: { run: scan, exit: { ok: [0], findings: [3], crash: [1, 2] }, findings: { reports: stdout, format: sarif } }
";
    let project = Project::new(yaml).env("COLUMNS", "80");
    let ran = project.call(&["config", "prove"]).exits(0);
    let ran = ran
        .says("✓ unit   proven")
        .says("✓ 3 gates proven: none passes on bad evidence");
    assert!(!project.has("ran") && !project.has(".tollgate"), "{ran}");
}

#[test]
fn planted_gates_without_teeth_are_named_with_what_stays_green() {
    for (gate, said) in [
        ("    run: make test || true\n", "|| true"),
        ("    run: make test; exit 0\n", "exit 0"),
        ("    run: \"true\"\n", "it never fails: nothing is asked"),
        (
            "    run: make\n    exit: { ok: [0, 1] }\n",
            "green      exit 1",
        ),
        (
            "    run: make\n    tests: { reports: r.xml, failed: \"<=1000000\", errored: \"<=1000000\" }\n",
            "1000 of 1000 tests failed",
        ),
        (
            "    run: make\n    tests: { reports: r.xml }\n    absent: { allow: true, why: none yet }\n",
            "absence without an end",
        ),
        (
            "    run: make\n    when: { changed: \"no/such/**\" }\n",
            "no file of the project matches it",
        ),
    ] {
        let ran = proved(gate)
            .exits(1)
            .says("✗ g  toothless")
            .says(said)
            .says("tollgate.yaml:");
        ran.says("✗ 0 of 1 gate proven");
    }
}

#[test]
fn gates_that_can_never_say_no_or_never_judge_are_not_proven() {
    for (gate, said) in [
        (
            "    needs: unit\n    require: [\"unit.failed == unit.failed\"]\n",
            "no facts were found that make it false",
        ),
        (
            "    needs: unit\n    require: [\"unit.failed >= 0 || unit.failed < 0\"]\n",
            "no facts were found",
        ),
        (
            "    run: make\n    coverage: { reports: c.info, lines: \">=80%\", exclude: \"**\" }\n",
            "`exclude` leaves no file",
        ),
        (
            "    files: { contain: { a.md: \".*\" } }\n",
            "every file contains it",
        ),
        (
            "    files: { forbid: { a.md: 'a[^\\s\\S]' } }\n",
            "no text is known that it finds",
        ),
    ] {
        proved(gate).exits(1).says(said).says("0 of 1 gate proven");
    }
}

#[test]
fn a_bound_that_can_never_fail_is_a_mistake_of_the_file() {
    for bound in [
        "failed: \">=0\"",
        "passed: \">=0\"",
        "pass-rate: \"<=100%\"",
    ] {
        let gate = format!("    run: make\n    tests: {{ reports: r.xml, {bound} }}\n");
        proved(&gate).exits(2).complains("can never fail");
    }
}

#[test]
fn open_sides_and_hidden_failures_are_warnings() {
    for (gate, said) in [
        (
            "    run: make\n    findings: { reports: s.json, high: 0 }\n",
            "1 critical finding: bind `critical` too",
        ),
        (
            "    run: make || true\n    tests: { reports: r.xml, passed: \">=1\" }\n",
            "|| true",
        ),
        (
            "    run: make\n    enforce: warn\n",
            "it counts for nothing in the decision",
        ),
        (
            "    run: make\n    tests: { reports: r.xml }\n",
            "every test skipped: bind `passed` or `skipped`",
        ),
    ] {
        proved(gate).exits(0).says("warning").says(said);
    }
    let closed =
        proved("    run: make\n    findings: { reports: s.sarif, format: sarif, critical: 0 }\n")
            .exits(0);
    assert!(
        !closed.stdout.contains("warning"),
        "a lesser level may be open\n{closed}"
    );
}

#[test]
fn a_declared_absence_is_shown_as_declared() {
    let gate = "    run: make
    tests: { reports: r.xml, passed: \">=1\" }
    absent: { allow: true, why: no runner here yet, until: 2999-12-31 }
";
    proved(gate).exits(0).says("declared   no report");
    let ended = gate.replace("2999-12-31", "2020-01-01");
    let ran = proved(&ended).exits(0);
    assert!(!ran.stdout.contains("declared"), "{ran}");
}

#[test]
fn names_and_outputs_that_are_not_there_are_mistakes() {
    let project = Project::new("gates:\n  unit: { run: make }\n");
    project
        .call(&["config", "prove", "unti"])
        .exits(2)
        .complains("did you mean `unit`?");
    project
        .call(&["config", "prove", "-o", "html"])
        .exits(2)
        .complains("`terminal` or `json`");
    project
        .call(&["config", "prove", "-o", "json", "-o", "terminal"])
        .exits(2)
        .complains("share standard output");
}

#[test]
fn proof_for_machines_is_the_same_each_time_and_holds_every_probe() {
    let project = Project::new(
        "gates:\n  unit: { run: make, exit: { ok: [0, 1] } }\n  t: { run: make t, tests: { reports: t.xml, passed: \">=3\" } }\n",
    );
    let first = project.call(&["config", "prove", "-o", "json"]).exits(1);
    let second = project
        .call(&["config", "prove", "--output", "json"])
        .exits(1);
    assert_eq!(first.stdout, second.stdout);
    let proof: Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!(proof["schema"], "tollgate/proof/1");
    assert_eq!(proof["proven"], false);
    let gate = |id: &str| -> Value {
        let gates = proof["gates"].as_array().unwrap();
        gates.iter().find(|gate| gate["id"] == id).unwrap().clone()
    };
    let green = &gate("unit")["probes"][0];
    assert_eq!(
        (green["tooth"].as_str(), green["feed"].as_str()),
        (Some("green"), Some("exit"))
    );
    assert_eq!(green["verdict"], "pass");
    let tests = gate("t");
    assert_eq!(tests["proven"], true);
    let probes = tests["probes"].as_array().unwrap();
    let against = |fact: &str| {
        let found = probes.iter().filter(|probe| probe["against"] == fact);
        found
            .map(|probe| probe["fed"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        against("t.tests.passed"),
        ["tests.passed 2", "tests.passed 2"]
    );
    assert!(first.stderr.is_empty());
}

#[test]
fn a_proof_fits_in_eighty_columns() {
    let yaml = "gates:
  a-gate-with-a-rather-long-name-of-its-own: { run: make, exit: { ok: [0, 1] } }
  cover: { run: make c, coverage: { reports: c.info, lines: \">=80%\", branches: \">=70%\", paths: { \"src/security/of/something/**\": { lines: \">=95%\" } }, exclude: \"**\" } }
  scan: { run: make s, findings: { reports: s.json, low: 0, severities: { \"a word that is long enough to need some room\": 0 } } }
";
    let project = Project::new(yaml).env("COLUMNS", "80");
    for arguments in [&["config", "prove"][..], &["config", "prove", "-v"]] {
        let ran = project.call(arguments).exits(1);
        let wide: Vec<&str> = ran
            .stdout
            .lines()
            .filter(|line| line.chars().count() > 80)
            .collect();
        assert!(wide.is_empty(), "{wide:#?}");
    }
}

#[test]
fn the_projects_own_gates_are_proven() {
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = Project::empty("p");
    for folder in [top.to_path_buf(), top.join("examples/quickstart")] {
        let folder = folder.to_str().unwrap();
        project
            .call(&["-C", folder, "config", "prove"])
            .exits(0)
            .says("none passes on bad evidence");
    }
}
