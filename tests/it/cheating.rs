//! Ways to look green without being so, that need neither a baseline nor a policy to be caught.

use std::os::unix::fs::symlink;

use crate::support::{Project, Ran, junit, lcov, sarif};

/// A gate on tests whose command is `script`; what it judges lies in given.xml.
fn tests(script: &str, more: &str) -> Project {
    let yaml = format!(
        "gates:\n  unit:\n    run: ./make\n    tests: {{ reports: r/unit.xml, passed: \">=1\"{more} }}\n"
    );
    Project::new(&yaml)
        .script("make", script)
        .file("given.xml", junit(&["a"], &[]))
        .file("bad.xml", junit(&["a"], &["b"]))
}

#[test]
fn a_runner_that_is_made_to_exit_0_hides_no_failure() {
    for script in [
        "cp bad.xml r/unit.xml || true; exit 0",
        "cp bad.xml r/unit.xml; set +e; false; true",
    ] {
        let ran = tests(script, "").run(&[]).exits(1);
        ran.gate("unit").is("fail").notes(&["exit-hides-failure"]);
    }
}

#[test]
fn a_runner_that_is_not_run_leaves_nothing_to_pass_on() {
    for script in [
        "exit 0",
        "true # npx vitest run",
        "echo 'Tests: 40 passed, 40 total'",
    ] {
        let ran = tests(script, "").run(&[]).exits(3);
        ran.gate("unit")
            .is("inconclusive")
            .cause("evidence")
            .reasons(&["report-absent"]);
    }
}

#[test]
fn a_report_written_by_hand_is_not_of_this_run() {
    let project = tests("exit 0", "").file("r/unit.xml", junit(&["a", "b", "c"], &[]));
    let ran = project.run(&[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .reasons(&["report-stale"])
        .reports(&[]);
    // Committing it does not make it so either, nor does judging it in a gate of its own.
    let committed = tests("exit 0", "")
        .file("r/unit.xml", junit(&["a"], &[]))
        .committed();
    committed
        .run(&[])
        .exits(3)
        .gate("unit")
        .reasons(&["report-stale"]);
    let yaml = "gates:
  build: { run: 'true' }
  unit: { needs: build, tests: { reports: r/unit.xml } }
";
    let read = Project::new(yaml)
        .file("r/unit.xml", junit(&["a"], &[]))
        .run(&[])
        .exits(3);
    read.gate("unit")
        .is("inconclusive")
        .reasons(&["report-stale"]);
}

#[test]
fn a_report_written_by_hand_while_the_gate_runs_must_still_agree_with_the_exit() {
    let ran = tests("cp given.xml r/unit.xml; exit 1", "")
        .run(&[])
        .exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .reasons(&["exit-without-cause"]);
    let crashed = tests("cp given.xml r/unit.xml; exit 139", "")
        .run(&[])
        .exits(3);
    crashed.gate("unit").is("inconclusive").reasons(&["crash"]);
}

#[test]
fn yesterdays_report_does_not_count_under_any_name() {
    let yesterday = |project: &Project, path: &str| {
        let touched = project
            .command("touch", &project.root)
            .args(["-d", "yesterday", path])
            .status();
        assert!(touched.unwrap().success());
    };
    let project = tests("exit 0", "").file("r/unit.xml", junit(&["a"], &[]));
    yesterday(&project, "r/unit.xml");
    let ran = project.run(&[]).exits(3);
    ran.gate("unit")
        .reasons(&["report-stale"])
        .says("was not written by this run");
    // Beside a fresh one it adds nothing to the count.
    let yaml =
        "gates:\n  unit: { run: ./make, tests: { reports: \"r/*.xml\", passed: \">=3\" } }\n";
    let beside = Project::new(yaml)
        .script("make", "cp given.xml r/new.xml")
        .file("given.xml", junit(&["a"], &[]))
        .file("r/old.xml", junit(&["b", "c", "d"], &[]));
    yesterday(&beside, "r/old.xml");
    beside
        .run(&[])
        .exits(1)
        .gate("unit")
        .is("fail")
        .fact("unit.tests.passed", 1);
}

/// What a command that only touches its report is: by the five marks the report is fresh, and that is all that can be
/// known from outside. What is in it is judged.
#[test]
fn a_touched_report_is_judged_by_what_is_in_it() {
    let project = tests("touch r/unit.xml", "").file("r/unit.xml", junit(&["a"], &["b"]));
    project
        .run(&[])
        .exits(1)
        .gate("unit")
        .is("fail")
        .fact("unit.tests.failed", 1);
    // `clear` takes away what could be touched: then the command has to write it.
    let cleared = tests("touch r/unit.xml", ", clear: true").file("r/unit.xml", junit(&["a"], &[]));
    cleared
        .run(&[])
        .exits(3)
        .gate("unit")
        .is("inconclusive")
        .reasons(&["report-empty"]);
}

#[test]
fn no_test_is_no_pass_however_it_is_written() {
    let empty = ["<testsuites/>", "<testsuite name=\"s\" tests=\"0\"/>"];
    for report in empty {
        let yaml = "gates:\n  unit: { run: cp given.xml unit.xml, tests: { reports: unit.xml } }\n";
        let ran = Project::new(yaml).file("given.xml", report).run(&[]);
        let gate = ran.gate("unit");
        assert!(
            matches!(
                gate.verdict["verdict"].as_str(),
                Some("inconclusive" | "fail")
            ),
            "{report}\n{ran}"
        );
        assert_ne!(ran.code, 0);
    }
}

#[test]
fn a_filter_that_selects_nothing_is_no_pass() {
    let ran = tests("cp bad.xml r/unit.xml", ", include: \"nothing::*\"").run(&[]);
    ran.exits(1).gate("unit").reasons(&["no-tests"]);
    let yaml = "gates:\n  unit: { run: cp given.xml unit.xml, tests: { reports: unit.xml, include: \"no*\" } }\n";
    let alone = Project::new(yaml)
        .file("given.xml", junit(&["a"], &[]))
        .run(&[]);
    alone
        .exits(3)
        .gate("unit")
        .is("inconclusive")
        .reasons(&["no-tests"]);
}

#[test]
fn a_report_from_outside_the_project_is_refused_also_through_two_links() {
    let project = tests("ln -s ../link.xml r/unit.xml", "");
    std::fs::write(project.beside().join("green.xml"), junit(&["a"], &[])).unwrap();
    symlink(
        project.beside().join("green.xml"),
        project.root.join("link.xml"),
    )
    .unwrap();
    let ran = project.run(&[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .reasons(&["report-outside"])
        .reports(&[]);
}

#[test]
fn one_report_cannot_stand_for_several() {
    let script = "cp given.xml r/1.xml; ln r/1.xml r/2.xml 2>/dev/null || cp given.xml r/2.xml";
    let yaml = "gates:\n  unit: { run: ./make, tests: { reports: \"r/*.xml\", expect: 3 } }\n";
    let ran = Project::new(yaml)
        .script("make", script)
        .file("given.xml", junit(&["a"], &[]))
        .run(&[]);
    ran.exits(3)
        .gate("unit")
        .is("inconclusive")
        .reasons(&["reports-missing"]);
}

#[test]
fn half_a_report_is_no_evidence() {
    let whole = junit(&["a", "b", "c"], &["d"]);
    // Cut before the failed test: what is left would be green.
    let half = whole
        .split("name=\"d\"")
        .next()
        .unwrap()
        .rsplit_once("  <testcase")
        .unwrap()
        .0
        .to_owned();
    let yaml = "gates:\n  unit: { run: cp given.xml unit.xml, tests: { reports: unit.xml } }\n";
    let ran = Project::new(yaml).file("given.xml", half).run(&[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .reasons(&["report-broken"]);
}

/// A gate of each kind with a report that says too little, and one in which it is hidden.
fn scanned(gate: &str, report: &str) -> Ran {
    let yaml = format!("gates:\n  g: {{ run: cp given out, {gate} }}\n");
    Project::new(&yaml).file("given", report).run(&[])
}

#[test]
fn scans_and_coverage_of_nothing_are_no_pass() {
    for (gate, report) in [
        (
            "findings: { reports: out, format: sarif }",
            "{\"version\":\"2.1.0\",\"runs\":[]}",
        ),
        ("findings: { reports: out, format: eslint }", "[]"),
        (
            "findings: { reports: out, format: mypy }",
            "Success: no issues found in 0 source files\n",
        ),
        ("coverage: { reports: out, lines: \">=80%\" }", "TN:\n"),
        (
            "coverage: { reports: out, lines: \">=80%\" }",
            "SF:a\nDA:1,1\nend_of_record\nSF:b\nDA:1,1\nDA:2,",
        ),
        (
            "coverage: { reports: out, lines: \">=80%\" }",
            "SF:a\nDA:1,1\nDA:x,0\nend_of_record\n",
        ),
        (
            "metrics: { reports: out, format: json, values: { p95: { is: \"<2\" } } }",
            "{}",
        ),
    ] {
        let ran = scanned(gate, report).exits(3);
        ran.gate("g").is("inconclusive").cause("evidence");
    }
}

#[test]
fn what_is_odd_in_a_report_is_shown_though_the_gate_passes() {
    let report = "<testsuite name='s' tests='5'><testcase name='a'/></testsuite>";
    let ran = scanned("tests: { reports: out }", report).exits(0);
    ran.says("out: suite `s` claims 5 tests")
        .gate("g")
        .is("pass");
}

#[test]
fn a_finding_hidden_by_a_mark_is_counted() {
    let gate = "findings: { reports: out, total: 0, suppressed: 0 }";
    let ran = scanned(gate, &sarif(&[], &["hidden"])).exits(1);
    ran.gate("g").is("fail").fact("g.findings.suppressed", 1);
    let covered = scanned(
        "coverage: { reports: out, lines: \">=85%\" }",
        &lcov(84_999, 100_000),
    );
    covered.exits(1).says("84.999%").gate("g").is("fail");
}
