//! TAP streams: plans, directives, broken and hostile ones.

use crate::model::{Evidence, TestReport};
use crate::report::{ReportError, find, read_bytes};

fn read(text: &str) -> Result<(TestReport, Vec<&'static str>), ReportError> {
    let read = read_bytes(text.as_bytes(), "x.tap", find("tap"))?;
    let codes = read.warnings.iter().map(|warning| warning.code).collect();
    let Evidence::Tests(tests) = read.evidence else {
        unreachable!("tap gives tests")
    };
    Ok((tests, codes))
}

fn counts(text: &str) -> [u64; 4] {
    let (tests, _) = read(text).unwrap();
    assert_eq!(tests.broken, Vec::<String>::new());
    [tests.passed, tests.failed, tests.errored, tests.skipped]
}

fn broken(text: &str) -> usize {
    read(text).unwrap().0.broken.len()
}

#[test]
fn directives_make_skips_also_of_failed_points() {
    assert_eq!(
        counts(
            "1..5\nok 1 # SKIP x\nnot ok 2 a # skip\nnot ok 3 - t # TODO l\nok 4 - t # TODO\nnot ok 5\n"
        ),
        [1, 1, 0, 3]
    );
}

#[test]
fn escaped_hashes_and_times_are_no_directives() {
    assert_eq!(
        counts("1..3\nnot ok 1 a \\# SKIP\nok 2 - b # time=5ms\nok 3 c#skip\n"),
        [2, 1, 0, 0]
    );
    let (tests, _) = read("1..1\nnot ok 1 - b > c # time=5ms\n").unwrap();
    assert_eq!(tests.failures[0].id, "b > c");
    assert!((tests.seconds - 0.005).abs() < 1e-9);
}

#[test]
fn subtests_and_blocks_are_passed_over() {
    let text = "TAP version 14\n# Subtest: s\n    1..2\n    ok 1\n    not ok 2\nnot ok 1 - s\n  ---\n  error: 'why'\nok 2 - no point\n  ...\n1..1\n";
    assert_eq!(counts(text), [0, 1, 0, 0]);
    assert!(read(text).unwrap().0.failures[0].message.contains("why"));
}

#[test]
fn what_the_specification_calls_a_failed_run_is_broken() {
    assert_eq!(broken("ok 1\n"), 1);
    assert_eq!(broken("1..3\nok 1\n"), 1);
    assert_eq!(broken("1..2\nok 1\nok 4\n"), 1);
    assert_eq!(broken("1..2\nok 1\nok 1\n"), 1);
    assert_eq!(broken("1..1\nok 1\nBail out! gone\n"), 1);
    assert_eq!(broken("1..1\nok 1\n1..1\n"), 1);
    assert_eq!(broken("1..1\nok 1\n  ---\n  a: b\n"), 1);
}

#[test]
fn a_plan_of_nothing_is_skipped_not_failed() {
    let (tests, codes) = read("1..0 # SKIP not here\n").unwrap();
    assert_eq!(
        (tests.total(), tests.broken.len(), codes),
        (0, 0, vec!["skip-all", "no-tests"])
    );
}

#[test]
fn a_failure_knows_its_place_where_the_tool_tells() {
    let (tests, _) =
        read("1..1\nnot ok 1 a\n# (in test file t/x.bats, line 3)\n#   `false' failed\n").unwrap();
    let failure = &tests.failures[0];
    assert_eq!(
        (failure.file.as_deref(), failure.line),
        (Some("t/x.bats"), Some(3))
    );
}

#[test]
fn a_file_of_node_that_does_not_load_got_to_no_assertion() {
    let point = |more: &str| {
        let block = format!("  ---\n  failureType: 'testCodeFailure'\n{more}  ...\n");
        counts(&format!("1..1\nnot ok 1 - /app/t/a.test.js\n{block}"))
    };
    assert_eq!(
        point("  exitCode: 1\n  signal: ~\n  error: 'test failed'\n"),
        [0, 0, 1, 0]
    );
    assert_eq!(point("  error: 'test failed'\n"), [0, 1, 0, 0]);
    assert_eq!(point("  exitCode: 1\n  error: '1 !== 2'\n"), [0, 1, 0, 0]);
}

#[test]
fn text_without_points_is_refused() {
    assert_eq!(read("hello\n").unwrap_err().code(), "not-tap");
}
