//! A change that bends its own gates, judged by the policy of its base: each trick is caught, with a reason that names it.
//!
//! What a runner or a report is made to say is in `cheating.rs`.

use crate::support::{Project, Ran, sarif};

/// Tests from the files of `tests`, coverage of `src/pay.js`, suppressions in the sources, findings of a scanner.
const POLICY: &str = "\
policy: { weakening: block }
gates:
  unit:
    run: sh unit.sh
    tests: { reports: unit.tap, passed: '>=3', skipped: 0, removed: 0, newly-skipped: 0 }
  cov:
    run: cp given.info cov.info
    coverage: { reports: cov.info, lines: '>=80%', drop: '<=0.1%' }
  marks:
    run: cp given.info marks.info
    coverage: { reports: marks.info, patch: { lines: '>=1%', pragmas: 0 } }
  quiet:
    ratchet: { patterns: [suppressions], files: ['src/**'] }
  scan:
    run: cp given.sarif out.sarif
    findings: { reports: out.sarif, new: 0 }
";

/// Each file of `tests` is a test: `ok`, `skip` or `fail`.
const UNIT: &str = "\
ls tests | awk 'END { print \"1..\" NR }' > unit.tap
number=0
for file in tests/*; do
  number=$((number + 1))
  case $(cat $file) in
    ok) echo \"ok $number - $(basename $file)\" ;;
    skip) echo \"ok $number - $(basename $file) # SKIP later\" ;;
    *) echo \"not ok $number - $(basename $file)\"; bad=1 ;;
  esac
done >> unit.tap
exit ${bad:-0}
";

const COVERAGE: &str =
    "TN:\nSF:src/pay.js\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,1\nDA:5,0\nLF:5\nLH:4\nend_of_record\n";
const SOURCE: &str = "let a = 1;\nlet b = 2;\nlet c = 3;\nlet d = 4;\nlet e = 5;\n";

/// The base is green, has its baselines, and is tagged; the head is where the tests begin.
fn base() -> Project {
    let project = Project::new(POLICY)
        .file("unit.sh", UNIT)
        .file("tests/adds", "ok")
        .file("tests/divides", "ok")
        .file("tests/refunds", "ok")
        .file("src/pay.js", SOURCE)
        .file("given.info", COVERAGE)
        .file("given.sarif", sarif(&["one"], &[]))
        .file(".gitignore", "*.tap\ncov.info\nmarks.info\nout.sarif\n")
        .committed();
    project
        .call(&["baseline", "record", "unit", "cov", "quiet", "scan"])
        .exits(0);
    project.commit();
    project.git(&["tag", "base"]);
    project.git(&["checkout", "-q", "-b", "work"]);
    judged(&project).exits(0);
    project
}

fn judged(project: &Project) -> Ran {
    project.run(&["--policy-ref", "base", "--base", "base"])
}

/// Commits what was changed, and asserts which gate says no, and that it says this.
fn caught(project: &Project, gate: &str, words: &str) {
    project.commit();
    let ran = judged(project).exits(1);
    assert_eq!(ran.gate(gate).verdict["verdict"], "fail", "{ran}");
    let said = ran.gate(gate).verdict.to_string();
    assert!(
        said.contains(words) || ran.stdout.contains(words),
        "`{words}` is not said{ran}"
    );
}

#[test]
fn a_test_that_is_deleted_is_missed() {
    let project = base();
    std::fs::remove_file(project.root.join("tests/refunds")).unwrap();
    project.write("tests/more", "ok");
    caught(&project, "unit", "refunds");
}

#[test]
fn a_test_that_is_skipped_is_missed() {
    let project = base();
    project.write("tests/refunds", "skip");
    caught(&project, "unit", "refunds");
}

#[test]
fn a_test_that_is_renamed_counts_as_removed_and_is_shown_with_its_new_name() {
    let project = base();
    project.git(&["mv", "tests/refunds", "tests/refunds_some"]);
    caught(&project, "unit", "refunds");
}

#[test]
fn code_that_is_marked_to_stay_out_of_coverage_is_counted() {
    let project = base();
    project.write(
        "src/pay.js",
        format!("{SOURCE}/* c8 ignore next */\nlet f = 6;\n"),
    );
    caught(&project, "marks", "src/pay.js");
}

#[test]
fn a_suppression_that_is_added_is_counted() {
    let project = base();
    project.write("src/pay.js", format!("{SOURCE}// @ts-ignore\nlet f = 6;\n"));
    caught(&project, "quiet", "src/pay.js");
}

#[test]
fn a_threshold_that_is_lowered_is_a_weakening_and_the_old_one_judges() {
    let project = base();
    project.write(
        "given.info",
        COVERAGE.replace("DA:4,1", "DA:4,0").replace("LH:4", "LH:3"),
    );
    let lower = project.read("tollgate.yaml");
    project.write(
        "tollgate.yaml",
        lower.replace("lines: '>=80%'", "lines: '>=50%'"),
    );
    caught(&project, "policy", "bound-looser");
    judged(&project).exits(1).gate("cov").is("fail");
}

#[test]
fn a_baseline_that_is_edited_is_a_weakening() {
    let project = base();
    let path = ".tollgate/baseline/unit.txt";
    let less: Vec<String> = project
        .read(path)
        .lines()
        .filter(|line| !line.contains("refunds"))
        .map(|line| format!("{line}\n"))
        .collect();
    project.write(path, less.concat());
    std::fs::remove_file(project.root.join("tests/refunds")).unwrap();
    project.write("tests/more", "ok");
    caught(&project, "policy", "baseline-loosened");
    judged(&project).exits(1).gate("unit").is("fail");
}

#[test]
fn a_waiver_that_is_added_is_a_weakening_and_excuses_nothing() {
    let project = base();
    project.write("tests/refunds", "fail");
    project.write(
        ".tollgate/waivers.yaml",
        "version: 1\nwaivers:\n  - { test: refunds, gate: unit, why: later, owner: eve, opened: 2026-01-01, until: 2999-01-01 }\n",
    );
    caught(&project, "policy", "waiver");
    judged(&project).exits(1).gate("unit").is("fail");
}

#[test]
fn a_runner_that_is_made_to_exit_0_hides_no_failure_and_is_seen_to_have_changed() {
    let project = base();
    project.write("tests/refunds", "fail");
    let yaml = project.read("tollgate.yaml");
    project.write(
        "tollgate.yaml",
        yaml.replace("sh unit.sh", "sh unit.sh || true"),
    );
    caught(&project, "policy", "changed-producer");
    judged(&project).exits(1).gate("unit").is("fail");
}

#[test]
fn a_report_that_is_committed_ready_made_is_not_of_this_run() {
    let project = base();
    project.write("tests/refunds", "fail");
    project.write(".gitignore", "cov.info\nmarks.info\nout.sarif\n");
    project.write(
        "unit.tap",
        "1..3\nok 1 - adds\nok 2 - divides\nok 3 - refunds\n",
    );
    project.write("unit.sh", "exit 0\n");
    project.commit();
    let ran = judged(&project).exits(3);
    ran.gate("unit").is("inconclusive").cause("evidence");
}

#[test]
fn one_finding_in_the_place_of_another_is_new() {
    let project = base();
    project.write("given.sarif", sarif(&["two"], &[]));
    caught(&project, "scan", "two");
}
