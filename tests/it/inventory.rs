//! Tests and findings held against what was recorded: each way to make a number look good, and what is said of it.

use crate::support::{Project, Ran, junit};

const UNIT: &str = "gates:
  unit:
    run: cp given.xml unit.xml
    tests: { reports: unit.xml, removed: 0, newly-skipped: 0, passed: \">=2\" }
";

/// A JUnit report with these tests as its only lines.
fn report(cases: &[String]) -> String {
    format!(
        "<testsuite name=\"suite\">\n{}\n</testsuite>\n",
        cases.join("\n")
    )
}

fn case(name: &str) -> String {
    format!("<testcase classname=\"case\" name=\"{name}\" file=\"tests/t.py\" line=\"4\"/>")
}

fn skipped(name: &str) -> String {
    case(name).replace("/>", "><skipped/></testcase>")
}

/// Records the baselines of these gates.
fn record(project: &Project, gates: &[&str]) {
    project
        .call(&[&["baseline", "record"], gates].concat())
        .exits(0);
}

/// A project with a recorded baseline of the tests a, b and c.
fn unit(yaml: &str) -> Project {
    let project = Project::new(yaml).file("given.xml", report(&[case("a"), case("b"), case("c")]));
    record(&project, &["unit"]);
    project.run(&["unit"]).exits(0).gate("unit").is("pass");
    project
}

/// What is noted of a condition of a gate.
#[track_caller]
fn note(ran: &Ran, gate: &str, condition: &str) -> String {
    let gate = ran.gate(gate);
    let name = format!("{}.{condition}", gate.verdict["id"].as_str().unwrap());
    let all = gate.verdict["conditions"].as_array().unwrap();
    let found = all.iter().find(|one| one["fact"] == name.as_str());
    let found = found.unwrap_or_else(|| panic!("no condition {name}\n{ran}"));
    found["note"].as_str().unwrap_or("").to_owned()
}

#[test]
fn a_deleted_test_is_seen_though_another_takes_its_place() {
    let project = unit(UNIT);
    project.write(
        "given.xml",
        report(&[case("a"), case("b"), case("trivial")]),
    );
    let ran = project.run(&[]).exits(1).says("case::c").says("tests/t.py");
    ran.gate("unit")
        .is("fail")
        .fact("unit.tests.removed", 1)
        .fact("unit.tests.added", 1);
    assert!(note(&ran, "unit", "tests.removed").starts_with("case::c"));
}

#[test]
fn a_skipped_test_is_seen_though_others_were_added() {
    let project = unit(UNIT);
    project.write(
        "given.xml",
        report(&[case("a"), case("b"), skipped("c"), case("d")]),
    );
    let ran = project.run(&[]).exits(1).says("case::c");
    ran.gate("unit")
        .is("fail")
        .fact("unit.tests.newly-skipped", 1)
        .fact("unit.tests.removed", 0);
    assert_eq!(note(&ran, "unit", "tests.newly-skipped"), "case::c");
}

#[test]
fn a_renamed_test_counts_as_removed_until_it_is_declared() {
    let project = unit(UNIT);
    project.write(
        "given.xml",
        report(&[case("a"), case("b"), case("c does more")]),
    );
    let ran = project.run(&[]).exits(1);
    assert!(
        note(&ran, "unit", "tests.removed").contains("renamed to case::c does more?"),
        "{ran}"
    );
    let declared = UNIT.replace(
        "removed: 0,",
        "removed: 0, renames: { \"case::c\": \"case::c does more\" },",
    );
    project.write("tollgate.yaml", format!("version: 1\n{declared}"));
    project
        .run(&[])
        .exits(0)
        .gate("unit")
        .is("pass")
        .notes(&["renamed"]);
    for task in ["tighten", "record"] {
        project.call(&["baseline", task, "unit"]).exits(0);
        project.run(&[]).exits(0).gate("unit").is("pass");
    }
}

#[test]
fn new_tests_are_listed_and_never_red() {
    let project = unit(UNIT);
    project.write(
        "given.xml",
        report(&[case("a"), case("b"), case("c"), case("d")]),
    );
    let ran = project.run(&[]).exits(0);
    ran.gate("unit")
        .is("pass")
        .notes(&["tests-added"])
        .says("case::d");
}

#[test]
fn one_of_two_tests_of_one_name_that_goes_is_seen() {
    let project = Project::new(UNIT).file("given.xml", report(&[case("row"), case("row")]));
    record(&project, &["unit"]);
    project.run(&[]).exits(0);
    project.write("given.xml", report(&[case("row"), case("other")]));
    let ran = project.run(&[]).exits(1);
    assert!(
        note(&ran, "unit", "tests.removed").starts_with("case::row [2]"),
        "{ran}"
    );
}

#[test]
fn without_a_baseline_a_laptop_is_told_how_and_ci_does_not_go_on() {
    let project = Project::new(UNIT).file("given.xml", junit(&["a", "b"], &[]));
    let ran = project
        .run(&[])
        .exits(0)
        .says("tollgate baseline record unit");
    assert_eq!(ran.verdict()["decision"], "conditional-go");
    let project = project.env("CI", "true");
    let ran = project.run(&[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&[]);
}

#[test]
fn a_baseline_that_was_deleted_is_a_fail() {
    let project = unit(UNIT).committed();
    project.git(&["rm", "-rq", ".tollgate/baseline"]);
    project.commit();
    let ran = project.run(&[]).exits(1);
    ran.gate("unit").is("fail").reasons(&[]);
}

#[test]
fn a_report_that_only_counts_hides_no_removed_test() {
    let project = unit(UNIT);
    project.write("given.xml", "<testsuite name=\"suite\" tests=\"3\"/>");
    let ran = project.run(&[]).exits(3);
    ran.gate("unit").is("inconclusive").reasons(&[]);
}

const PHASES: &str = "gates:
  red:
    run: cp given.xml red.xml; exit $(cat status)
    tests: { reports: red.xml, outcome: failing, total: \"=2\" }
  green:
    run: cp given.xml green.xml; exit $(cat status)
    tests: { reports: green.xml, green-list: LIST }
phases:
  alpha: { gates: [red] }
";

fn red(list: &str) -> Project {
    Project::new(&PHASES.replace("LIST", list))
        .file("given.xml", junit(&[], &["a", "b"]))
        .file("status", "1")
}

#[test]
fn a_red_gate_passes_when_every_test_fails_and_is_no_part_of_a_plain_run() {
    let project = red("red");
    let ran = project.run(&["red"]).exits(0);
    ran.gate("red")
        .is("pass")
        .reasons(&[])
        .fact("red.tests.failed", 2);
    let plain = project.run(&[]);
    let gates = plain.verdict()["gates"].as_array().unwrap();
    assert!(gates.iter().all(|gate| gate["id"] != "red"), "{plain}");
}

#[test]
fn a_test_that_passes_already_is_not_red() {
    let project = red("red");
    project.write("given.xml", junit(&["b"], &["a"]));
    let ran = project
        .run(&["red"])
        .exits(1)
        .says("case::b passes already");
    ran.gate("red").is("fail");
    project.write("given.xml", junit(&["a", "b"], &[]));
    // All pass, and still the command claims that something failed: the condition is certain all the same.
    project
        .run(&["red"])
        .exits(1)
        .gate("red")
        .is("fail")
        .reasons(&["exit-without-cause"]);
}

#[test]
fn a_suite_that_does_not_load_is_not_red() {
    let project = red("red");
    let broken = "<testsuite name=\"suite\"><error message=\"no module named x\"/></testsuite>";
    project.write("given.xml", broken);
    let ran = project.run(&["red"]).exits(1);
    ran.gate("red").is("fail").reasons(&["broken-suite"]);
    let errored = junit(&[], &["a", "b"])
        .replacen("<failure", "<error", 1)
        .replacen("</failure", "</error", 1);
    project.write("given.xml", errored);
    project
        .run(&["red"])
        .exits(1)
        .says("errored")
        .gate("red")
        .is("fail");
}

#[test]
fn a_red_gate_whose_command_hides_its_failures_says_so() {
    let project = red("red");
    project.write("status", "0");
    project
        .run(&["red"])
        .exits(0)
        .gate("red")
        .is("pass")
        .notes(&["exit-hides-failure"]);
    project.write("status", "139");
    project
        .run(&["red"])
        .exits(3)
        .gate("red")
        .reasons(&["crash"]);
}

#[test]
fn the_green_list_is_what_was_red_test_by_test() {
    for list in ["red", "alpha"] {
        let project = red(list);
        record(&project, &["red"]);
        project.write("status", "0");
        project.write("given.xml", junit(&["a", "b"], &[]));
        project.run(&["green"]).exits(0).gate("green").is("pass");
        for (cases, words) in [
            (junit(&["a", "other"], &[]), "case::b is gone"),
            (report(&[case("a"), skipped("b")]), "case::b is skipped"),
            (junit(&["a"], &["b"]), "case::b fails"),
        ] {
            project.write("given.xml", cases);
            let ran = project.run(&["green"]).exits(1);
            ran.gate("green").is("fail");
            assert!(
                note(&ran, "green", "tests.green-list").contains(words),
                "{ran}"
            );
        }
    }
}

#[test]
fn a_green_list_that_was_never_recorded_says_how() {
    let project = red("alpha");
    project.write("given.xml", junit(&["a", "b"], &[]));
    project.write("status", "0");
    let ran = project.run(&["green"]).exits(0);
    ran.gate("green").is("waived");
    assert!(note(&ran, "green", "tests.green-list").contains("`tollgate baseline record red`"));
    let strict = project.env("CI", "true").run(&["green"]).exits(3);
    strict.gate("green").is("inconclusive").cause("evidence");
}

#[test]
fn a_green_list_of_nothing_red_is_a_mistake() {
    for (name, says) in [
        ("green", "records no red tests"),
        ("rad", "did you mean `red`?"),
    ] {
        red(name)
            .call(&["config", "check"])
            .exits(2)
            .complains(says);
    }
}

#[test]
fn a_later_file_neither_turns_failures_into_a_wish_nor_excuses_removed_tests() {
    for more in ["outcome: failing", "renames: { a: b }", "exclude: [a]"] {
        let base =
            "version: 1\ngates:\n  unit:\n    run: x\n    tests: { reports: r.xml, removed: 0 }\n";
        let over =
            format!("version: 1\nextends: [base.yaml]\ngates:\n  unit:\n    tests: {{ {more} }}\n");
        let project = Project::empty("project")
            .file("base.yaml", base)
            .file("tollgate.yaml", over);
        project
            .call(&["config", "check"])
            .exits(2)
            .complains("loosened");
    }
}

/// A SARIF report with a finding for each rule, path, line and message.
fn sarif(list: &[(&str, &str, u32, &str)]) -> String {
    let results: Vec<serde_json::Value> = list
        .iter()
        .map(|(rule, path, line, message)| {
            serde_json::json!({
                "ruleId": rule,
                "level": "error",
                "message": { "text": message },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": path },
                    "region": { "startLine": line }
                } }],
            })
        })
        .collect();
    serde_json::json!({
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": { "name": "scanner" } }, "results": results }]
    })
    .to_string()
}

const SCAN: &str = "gates:
  scan:
    run: cp given.sarif scan.sarif
    findings: { reports: scan.sarif, new: 0 }
";

fn scan() -> Project {
    let known = [
        ("eval", "src/a.js", 3, "no eval"),
        ("todo", "src/a.js", 9, "open end"),
    ];
    let project = Project::new(SCAN)
        .file("given.sarif", sarif(&known))
        .file("src/a.js", "a");
    record(&project, &["scan"]);
    project
        .run(&[])
        .exits(0)
        .gate("scan")
        .is("pass")
        .fact("scan.findings.total", 2);
    project
}

#[test]
fn a_finding_swapped_for_another_is_new_and_marked_in_every_output() {
    let project = scan();
    let swapped = [
        ("eval", "src/a.js", 3, "no eval"),
        ("sqli", "src/a.js", 9, "query from input"),
    ];
    project.write("given.sarif", sarif(&swapped));
    let ran = project
        .run(&["-o", "markdown=m.md", "-o", "junit=j.xml"])
        .exits(1);
    let gate = ran.gate("scan").is("fail").fact("scan.findings.total", 2);
    let gate = gate
        .fact("scan.findings.new", 1)
        .fact("scan.findings.fixed", 1);
    assert_eq!(gate.verdict["findings"][0]["rule"], "sqli");
    assert_eq!(gate.verdict["findings"][0]["state"], "new");
    assert_eq!(gate.verdict["findings"][1]["state"], "existing");
    assert_eq!(note(&ran, "scan", "findings.new"), "sqli in src/a.js:9");
    let ran = ran.says("new  error  sqli");
    assert!(project.read("m.md").contains("**new** error sqli"), "{ran}");
    assert!(project.read("j.xml").contains("new error sqli"), "{ran}");
}

#[test]
fn findings_that_shift_or_whose_file_is_renamed_are_not_new() {
    let project = scan();
    let shifted = [
        ("todo", "src/a.js", 109, "open end"),
        ("eval", "./src/a.js", 103, "no eval"),
    ];
    project.write("given.sarif", sarif(&shifted));
    project
        .run(&[])
        .exits(0)
        .gate("scan")
        .is("pass")
        .fact("scan.findings.new", 0);
    let renamed = [
        ("eval", "lib/b.js", 3, "no eval"),
        ("todo", "lib/b.js", 9, "open end"),
    ];
    project.write("given.sarif", sarif(&renamed));
    project.write("lib/b.js", "a");
    // The old file is still there: this is a copy, and what is in it is new.
    project
        .run(&[])
        .exits(1)
        .gate("scan")
        .fact("scan.findings.new", 2);
    std::fs::remove_file(project.root.join("src/a.js")).unwrap();
    let ran = project.run(&[]).exits(0);
    ran.gate("scan")
        .is("pass")
        .fact("scan.findings.fixed", 0)
        .notes(&["findings-moved"]);
    // Tightening takes nothing from a file that only got another name.
    project.call(&["baseline", "tighten", "scan"]).exits(0);
    project.run(&[]).exits(0).gate("scan").is("pass");
}

#[test]
fn a_baseline_holds_in_another_folder_though_the_tool_writes_absolute_paths() {
    let yaml = "gates:
  scan:
    run: sed \"s|ROOT|$PWD|\" given.sarif > scan.sarif
    findings: { reports: scan.sarif, new: 0 }
  unit:
    run: sed \"s|ROOT|$PWD|\" given.xml > unit.xml
    tests: { reports: unit.xml, removed: 0 }
";
    let given = sarif(&[("eval", "ROOT/src/a.js", 3, "no eval in ROOT/src/a.js")]);
    let tests = report(&[case("a in ROOT/x").replace("tests/", "ROOT/tests/")]);
    let make = |folder: &str| {
        Project::named(folder, yaml)
            .file("given.sarif", &given)
            .file("given.xml", &tests)
    };
    let (one, two) = (make("one"), make("two"));
    record(&one, &["scan", "unit"]);
    for gate in ["scan", "unit"] {
        let file = format!(".tollgate/baseline/{gate}.txt");
        let text = one.read(&file);
        assert!(!text.contains("/one"), "{text}");
        two.write(&file, text);
    }
    let ran = two.run(&[]).exits(0);
    ran.gate("scan").is("pass").fact("scan.findings.new", 0);
    ran.gate("unit").is("pass").fact("unit.tests.removed", 0);
}
