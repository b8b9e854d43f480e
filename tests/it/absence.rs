//! Declared absence of evidence: an exception that is shown every time, and ends.

use crate::support::{Project, junit};

fn absent(script: &str, until: &str) -> Project {
    let yaml = format!(
        "gates:
  scan:
    run: {script}
    tests: {{ reports: unit.xml }}
    absent: {{ allow: true, why: no scanner for this platform yet{until} }}
"
    );
    Project::new(&yaml).file("given.xml", junit(&["a"], &[]))
}

#[test]
fn a_declared_absence_waives_and_is_said() {
    for until in ["", ", until: 2999-12-31"] {
        let ran = absent("'true'", until).run(&[]).exits(0);
        ran.gate("scan").is("waived").notes(&["declared-absence"]);
        assert_eq!(ran.verdict()["decision"], "conditional-go");
        ran.says("conditional go")
            .says("no scanner for this platform yet");
    }
}

#[test]
fn a_conditional_go_is_a_no_when_strict() {
    absent("'true'", "").run(&["--strict"]).exits(1);
}

#[test]
fn a_tool_that_is_not_there_may_be_declared() {
    let ran = absent("no-such-scanner", "").run(&[]).exits(0);
    ran.gate("scan").is("waived");
}

#[test]
fn an_expired_absence_waives_nothing() {
    let ran = absent("'true'", ", until: 2020-01-01").run(&[]).exits(3);
    let gate = ran
        .gate("scan")
        .is("inconclusive")
        .reasons(&["report-absent"]);
    gate.notes(&["expired-absence"]).says("2020-01-01");
}

#[test]
fn an_absence_that_is_not_needed_is_reported() {
    let ran = absent("cp given.xml unit.xml", "").run(&[]).exits(0);
    ran.gate("scan").is("pass").notes(&["unused-absence"]);
    assert_eq!(ran.verdict()["decision"], "go");
}

#[test]
fn what_is_broken_or_missing_after_a_crash_is_not_called_there() {
    for script in ["'echo \"<testsuite>\" > unit.xml'", "exit 139"] {
        let ran = absent(script, "").run(&[]).exits(3);
        ran.gate("scan").is("inconclusive").notes(&[]);
    }
}

#[test]
fn a_declared_absence_covers_no_broken_report_no_crash_and_no_failure() {
    let half = absent("'echo \"<testsuite>\" > unit.xml'", "")
        .run(&[])
        .exits(3);
    half.gate("scan").is("inconclusive");
    let crash = absent("exit 139", "").run(&[]).exits(3);
    crash.gate("scan").is("inconclusive");
    let fails = absent("cp bad.xml unit.xml", "")
        .file("bad.xml", junit(&[], &["a"]))
        .run(&[]);
    fails.exits(1).gate("scan").is("fail");
}

#[test]
fn a_declared_absence_covers_nothing_of_a_report_that_is_there() {
    let yaml = "gates:
  scan:
    run: cp given.xml unit.xml
    absent: { allow: true, why: no scanner for this platform yet }
    tests: { reports: unit.xml, removed: 0 }
    findings: { reports: scan.sarif }
";
    let project = Project::new(yaml)
        .file("given.xml", junit(&["a"], &[]))
        .env("CI", "true");
    project.call(&["baseline", "record", "scan"]);
    project.write(".tollgate/baseline/scan.txt", "garbage");
    let ran = project.run(&[]).exits(3);
    let gate = ran.gate("scan").is("inconclusive").cause("evidence");
    gate.notes(&["declared-absence"]);
    ran.says("the baseline cannot be used");
    // Without a baseline to compare with, the same holds in CI.
    std::fs::remove_file(project.root.join(".tollgate/baseline/scan.txt")).unwrap();
    project.run(&[]).exits(3).gate("scan").is("inconclusive");
}

#[test]
fn a_gate_that_does_not_apply_says_nothing_of_its_absence() {
    let yaml = "gates:
  scan:
    run: 'true'
    when: { env: NEVER_SET }
    tests: { reports: unit.xml }
    absent: { allow: true, why: none yet }
";
    Project::new(yaml)
        .run(&[])
        .exits(0)
        .gate("scan")
        .is("not-applicable")
        .notes(&[]);
}

#[test]
fn an_absence_needs_a_reason() {
    let yaml = "gates:\n  a: { run: 'true', tests: { reports: a.xml }, absent: { allow: true } }\n";
    Project::new(yaml)
        .call(&["config", "check"])
        .exits(2)
        .complains("`allow: true` and a `why`");
}
