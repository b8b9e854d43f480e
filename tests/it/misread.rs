//! Reports of test runners that are easily misread, each beside one that is good: the verdict on the whole gate.

use crate::support::Project;

const GOOD: &str = "<testsuite name='g' tests='1'><testcase classname='c' name='t'/></testsuite>";

/// A run whose gate reads `report` beside a good one exits with `status`.
fn judged(report: &str, status: i32) {
    let yaml = "gates:
  unit:
    run: mkdir -p out && cp given/* out
    tests: { reports: 'out/*' }
";
    let project = Project::new(yaml)
        .file("given/a.xml", GOOD)
        .file("given/b", report);
    project.run(&[]).exits(status);
}

#[test]
fn failures_that_only_junit_counters_tell_fail_the_gate() {
    for report in [
        format!("<testsuites><testsuite name='b' tests='3' failures='3'/>{GOOD}</testsuites>"),
        "<testsuites tests='0' failures='0' errors='1'/>".to_owned(),
        "<testsuites><testsuite><testsuite tests='4' failures='4'/></testsuite></testsuites>"
            .to_owned(),
        "<testsuite tests='1' failures='1,000'><testcase name='a'/></testsuite>".to_owned(),
        "<testsuite tests='1' failures='some'><testcase name='a'/></testsuite>".to_owned(),
    ] {
        judged(&report, 1);
    }
}

#[test]
fn tests_that_did_not_pass_by_junit_fail_the_gate() {
    for case in [
        "name='a'><warning>bad data</warning></testcase>",
        "name='a' status='notrun' result='failed'></testcase>",
        "name='a' status='timeout'></testcase>",
        "name='a'><skipped x:type='todo'/><failure/></testcase>",
    ] {
        let report = format!("<testsuite name='b'><testcase {case}</testsuite>");
        judged(&report, 1);
    }
}

#[test]
fn what_tap_calls_a_failed_run_fails_the_gate() {
    for tail in [
        "# Subtest: y\n    ok 1 - x\n    Bail out! db\nok 1 - y\n",
        "ok 1\nbail out! db\n",
        "not ok 1 - hello # description # todo\n",
        "ok 1 - a\n# Subtest: b\n    not ok 1 - x\n    1..1\n",
        "ok 1 - a\n  ---\n  x: 1\nnot ok 2 - b\n  ...\n",
    ] {
        let report = format!("TAP version 14\n1..1\n{tail}");
        judged(&report, 1);
    }
}

#[test]
fn what_prove_prints_passes_and_fails_as_prove_does() {
    let report = |end: &str, result: &str| {
        format!(
            "t/a.t .. \n1..1\nok 1 - a\n{end}Files=1, Tests=1, 0 wallclock secs\nResult: {result}\n"
        )
    };
    let good = report("ok\nAll tests successful.\n", "PASS");
    judged(&good, 0);
    let dubious = "Dubious, test returned 3 (wstat 768, 0x300)\nAll 1 subtests passed \n";
    let bad = report(dubious, "FAIL");
    judged(&bad, 1);
}

#[test]
fn cargo_output_that_may_have_been_cut_decides_nothing() {
    let result = "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
    let first = format!(
        "     Running unittests src/lib.rs (target/debug/deps/x-abc)\n\nrunning 1 test\ntest a ... ok\n\n{result}\n"
    );
    judged(&first, 0);
    let cut = format!("{first}\n     Running tests/it.rs (target/debug/deps/it-abc)\n");
    judged(&cut, 3);
    let printed = first.replace(
        "test a",
        "test result: ok. 9 passed; 0 failed; 0 ignored;\ntest a",
    );
    judged(&printed, 0);
}

#[test]
fn a_second_build_of_cargo_that_was_cut_decides_nothing() {
    let done = "{\"reason\":\"build-finished\",\"success\":true}\n";
    let artifact = "{\"reason\":\"compiler-artifact\",\"package_id\":\"p\"}\n";
    for (report, status) in [(done.to_owned(), 0), (format!("{done}{artifact}"), 3)] {
        let yaml = "gates: { lint: { run: cp given out, findings: { reports: out } } }\n";
        let project = Project::new(yaml).file("given", report);
        project.run(&[]).exits(status);
    }
}
