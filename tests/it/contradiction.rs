//! Exit status and reports together (RULES 3).

use crate::support::{Project, junit, sarif};

/// A gate whose command leaves `report` and exits with `status`; `more` are further keys of it.
fn tests(report: &str, status: u8, more: &str) -> Project {
    Project::new(&format!(
        "gates:
  unit:
    run: cp given.xml unit.xml; exit {status}
    tests: {{ reports: unit.xml }}
{more}"
    ))
    .file("given.xml", report)
}

#[test]
fn findings_status_without_any_finding_is_inconclusive() {
    let ran = tests(&junit(&["a"], &[]), 1, "").run(&[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["exit-without-cause"]);
}

#[test]
fn suppressed_findings_do_not_explain_a_findings_status() {
    let scan = |report: String| {
        let yaml = "gates:
  scan:
    run: cp given.sarif scan.sarif; exit 1
    findings: { reports: scan.sarif, total: \"<=5\" }
";
        Project::new(yaml).file("given.sarif", report).run(&[])
    };
    let quiet = scan(sarif(&[], &["accepted"])).exits(3);
    quiet
        .gate("scan")
        .is("inconclusive")
        .reasons(&["exit-without-cause"]);
    let live = scan(sarif(&["found"], &["accepted"])).exits(0);
    live.gate("scan")
        .is("pass")
        .fact("scan.findings.total", 1)
        .fact("scan.findings.suppressed", 1);
}

#[test]
fn good_status_with_a_failed_test_is_noted_and_the_report_decides() {
    let ran = tests(&junit(&["a"], &["b"]), 0, "").run(&[]).exits(1);
    ran.gate("unit")
        .is("fail")
        .reasons(&[])
        .notes(&["exit-hides-failure"]);
}

#[test]
fn a_tolerated_failure_still_notes_that_the_command_hides_it() {
    let yaml = "gates:
  unit:
    run: cp given.xml unit.xml
    tests: { reports: unit.xml, failed: \"<=1\" }
";
    let ran = Project::new(yaml)
        .file("given.xml", junit(&["a"], &["b"]))
        .run(&[])
        .exits(0);
    ran.gate("unit").is("pass").notes(&["exit-hides-failure"]);
}

#[test]
fn findings_status_with_its_findings_leaves_the_word_to_the_conditions() {
    let ran = tests(&junit(&["a"], &["b"]), 1, "").run(&[]).exits(1);
    ran.gate("unit").is("fail").reasons(&[]).notes(&[]);
}

#[test]
fn a_crash_is_inconclusive_whatever_the_report_says() {
    for status in [126, 127, 134, 139] {
        let ran = tests(&junit(&["a"], &[]), status, "").run(&[]).exits(3);
        ran.gate("unit")
            .is("inconclusive")
            .cause("environment")
            .reasons(&["crash"]);
    }
}

#[test]
fn declared_statuses_say_what_they_mean() {
    let rule = "    exit: { ok: [0, 4], findings: [1], crash: [2, \"5-9\"] }\n";
    let given = junit(&["a"], &[]);
    let ok = tests(&given, 4, rule).run(&[]).exits(0);
    ok.gate("unit").is("pass");
    for status in [2, 7] {
        let crashed = tests(&given, status, rule).run(&[]).exits(3);
        crashed.gate("unit").is("inconclusive").reasons(&["crash"]);
    }
    let bare = tests(&given, 1, rule).run(&[]).exits(3);
    bare.gate("unit").reasons(&["exit-without-cause"]);
}

#[test]
fn without_a_judge_only_zero_passes() {
    let exits =
        |status: u8| Project::new(&format!("gates:\n  a: {{ run: exit {status} }}\n")).run(&[]);
    exits(0).exits(0).gate("a").is("pass");
    exits(1)
        .exits(1)
        .gate("a")
        .is("fail")
        .reasons(&["exit-status"]);
    exits(255)
        .exits(1)
        .gate("a")
        .is("fail")
        .reasons(&["exit-status"]);
    for status in [126, 127] {
        exits(status)
            .exits(3)
            .gate("a")
            .is("inconclusive")
            .reasons(&["crash"]);
    }
}

#[test]
fn failed_and_errored_are_bound_to_zero_unless_they_are_bound() {
    let report = "<testsuite name=\"s\" tests=\"2\" errors=\"1\"><testcase classname=\"c\" name=\"a\"/>\
                  <testcase classname=\"c\" name=\"b\"><error message=\"no\"/></testcase></testsuite>";
    let ran = tests(report, 1, "").run(&[]).exits(1);
    ran.gate("unit").is("fail").fact("unit.tests.errored", 1);
    let yaml = "gates:
  unit: { run: cp given.xml unit.xml, tests: { reports: unit.xml, errored: \"<=1\" } }
";
    let bound = Project::new(yaml)
        .file("given.xml", report)
        .run(&[])
        .exits(0);
    bound.gate("unit").is("pass");
}

#[test]
fn zero_tests_are_no_evidence() {
    let ran = tests("<testsuite name=\"s\" tests=\"0\"/>", 0, "")
        .run(&[])
        .exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["no-tests"]);
}
