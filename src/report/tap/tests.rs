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
    let text = "TAP version 14\n# Subtest: s\n    1..2\n    ok 1\n    not ok 2\nnot ok 1 - s\n  ---\n  error: 'why'\n  ok 2 - no point\n  ...\n1..1\n";
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
fn only_the_first_hash_begins_a_directive() {
    let text = "1..3\nok 1\nnot ok 2 - hello # description # todo\nnot ok 3 - a # b # SKIP\n";
    assert_eq!(counts(text), [1, 2, 0, 0]);
    let (tests, _) = read(text).unwrap();
    assert_eq!(tests.failures[0].id, "hello # description # todo");
    // As bats writes what it skips; a hash that begins a word is none.
    assert_eq!(
        counts("1..2\nnot ok 1 fixes #12 here # SKIP later\nok 2 a # b # skip\n"),
        [0, 0, 0, 2]
    );
}

#[test]
fn a_bail_out_counts_wherever_and_however_it_is_written() {
    let subtest = "1..1\n# Subtest: y\n    ok 1 - x\n    Bail out! db\nok 1 - y\n";
    for text in [
        subtest,
        "1..1\nok 1\nbail out! db\n",
        "1..1\nok 1\nBAIL OUT!\n",
    ] {
        assert_eq!(broken(text), 1, "{text}");
    }
    // Within a block it is data.
    assert_eq!(broken("1..1\nok 1\n  ---\n  Bail out! x\n  ...\n"), 0);
}

#[test]
fn a_subtest_without_the_point_that_sums_it_up_is_broken() {
    let a = "1..1\nok 1 - a\n";
    for tail in [
        "# Subtest: b\n    not ok 1 - x\n    1..1\n",
        "# Subtest: b\n    ok 1 - x\n    1..1\n",
        "    not ok 1 - x\n    1..1\n",
        "# Subtest: b\n    ok 1\n# Subtest: c\n",
    ] {
        assert_eq!(broken(&format!("{a}{tail}")), 1, "{tail}");
    }
    for tail in [
        "# Subtest: b\n",
        "    a line\n    okay\n",
        "    not ok, says a log\n",
    ] {
        assert_eq!(broken(&format!("{a}{tail}")), 0, "{tail}");
    }
    let todo = "1..1\n# Subtest: b\n    not ok 1 - x # TODO\nok 1 - b\n";
    assert_eq!(counts(todo), [1, 0, 0, 0]);
}

#[test]
fn a_subtest_in_braces_follows_its_point() {
    let text = "1..2\nnot ok 1 - a {\n    not ok 1 - x\n    1..1\n}\nok 2 - parses {\n";
    assert_eq!(counts(text), [1, 1, 0, 0]);
    assert_eq!(broken("1..1\nok 1 - a {\n    1..2\n    ok 1 - x\n"), 1);
}

#[test]
fn a_block_does_not_swallow_a_point_that_stands_further_out() {
    let text = |line: &str| format!("1..1\nok 1 - a\n  ---\n  x: 1\n{line}\n  ...\n");
    let (tests, codes) = read(&text("not ok 2 - b")).unwrap();
    assert_eq!((tests.failed, tests.broken.len()), (1, 1));
    assert_eq!(codes, ["open-block", "broken"]);
    assert_eq!(broken(&text("Bail out!")), 1);
    assert_eq!(broken(&text("ok, says the log")), 0);
    let nested = "1..1\n# Subtest: s\n    ok 1\n      ---\n    not ok 2\n";
    assert_eq!(broken(nested), 2);
}

/// What `prove -v` of Test-Harness 3.44 prints for two files.
fn proven(second: &str, tests: u64, result: &str) -> String {
    let first = "t/a.t .. \n1..2\nok 1 - first\nok 2 - second\nok\n";
    format!("{first}{second}Files=2, Tests={tests},  0 wallclock secs\nResult: {result}\n")
}

#[test]
fn what_prove_prints_is_read_file_by_file() {
    let good = proven(
        "#   a line of stderr\nt/b.t .. \nok 1 - one\n# Subtest: sub\n    1..1\n    ok 1 - inner\nok 2 - sub\n1..2\nok\nAll tests successful.\n",
        4,
        "PASS",
    );
    assert_eq!(counts(&good), [4, 0, 0, 0]);
    assert_eq!(crate::report::testing::sniffed(&good), ["tap"]);
    let bad = "t/c.t .. \n1..2\nok 1 - one\nnot ok 2 - two\nDubious, test returned 1 (wstat 256, 0x100)\nFailed 1/2 subtests \n\n\
               Test Summary Report\n-------------------\nt/c.t (Wstat: 256 (exited 1) Tests: 2 Failed: 1)\n  Failed test:  2\n";
    let bad = proven(bad, 4, "FAIL");
    assert_eq!(counts(&bad), [3, 1, 0, 0]);
    let (tests, _) = read(&bad).unwrap();
    assert_eq!(tests.failures[0].id, "t/c.t::two");
    assert_eq!(tests.failures[0].file.as_deref(), Some("t/c.t"));
    let skipped = proven(
        "t/d.t .. skipped: not here\nAll tests successful.\n",
        2,
        "PASS",
    );
    assert_eq!(read(&skipped).unwrap().1, ["skip-all"]);
    assert_eq!(counts(&skipped), [2, 0, 0, 0]);
}

#[test]
fn a_bare_ok_is_a_point_where_more_of_its_file_follows() {
    let text = proven(
        "t/b.t .. \n1..2\nok\n\nok\nok\nAll tests successful.\n",
        4,
        "PASS",
    );
    assert_eq!(counts(&text), [4, 0, 0, 0]);
    let timed = "[00:14:48] t/b.t .. \n1..1\nok 1\nok      122 ms ( 0.01 usr  0.00 sys +  0.02 cusr  0.00 csys =  0.03 CPU)\n[00:14:48]\n";
    assert_eq!(counts(&proven(timed, 3, "PASS")), [3, 0, 0, 0]);
}

#[test]
fn a_frame_of_prove_that_does_not_fit_its_points_is_broken() {
    let b = "t/b.t .. \n1..1\nok 1\n";
    for (second, tests, result, count) in [
        // Ended badly, though every point is good.
        (
            format!("{b}Dubious, test returned 3 (wstat 768, 0x300)\nAll 1 subtests passed \n"),
            3,
            "FAIL",
            1,
        ),
        // A plan that was not kept.
        (
            "t/b.t .. \n1..2\nok 1\nFailed 1/2 subtests \n".to_owned(),
            3,
            "FAIL",
            1,
        ),
        // No word on the file.
        (b.to_owned(), 3, "PASS", 2),
        // Not all is shown.
        (format!("{b}ok\n"), 9, "PASS", 1),
        (format!("{b}ok\n"), 3, "FAIL", 1),
        (
            format!("Bailout called.  Further testing stopped:  db\n{b}ok\n"),
            3,
            "FAIL",
            1,
        ),
        (
            format!("{b}ok\nAll tests successful.\nok 2 - late\n"),
            4,
            "PASS",
            2,
        ),
    ] {
        let text = proven(&second, tests, result);
        let (tests, _) = read(&text).unwrap();
        assert_eq!(tests.broken.len(), count, "{text}{:?}", tests.broken);
    }
    let whole = proven(&format!("{b}ok\nAll tests successful.\n"), 3, "PASS");
    assert_eq!(broken(&whole), 0);
    for (end, _) in whole.match_indices('\n').filter(|(at, _)| *at > 30) {
        let cut = &whole[..end.min(whole.len() - 20)];
        assert!(broken(cut) > 0, "{cut}");
    }
}

#[test]
fn a_point_that_ends_in_dots_is_no_line_of_prove() {
    assert_eq!(
        counts("ok 1 - reads a.txt ..\nok 2 - b ..\n1..2\n"),
        [2, 0, 0, 0]
    );
    let text = "./t/b.t .. \nok 1 - reads a.txt ..\n1..1\nok\n";
    assert_eq!(counts(&proven(text, 3, "PASS")), [3, 0, 0, 0]);
}

#[test]
fn prove_without_v_names_no_test() {
    let text =
        "t/a.t .. ok\nAll tests successful.\nFiles=1, Tests=2,  0 wallclock secs\nResult: PASS\n";
    assert_eq!(read(text).unwrap_err().code(), "not-tap");
    assert!(read(text).unwrap_err().to_string().contains("prove -v"));
}

#[test]
fn text_without_points_is_refused() {
    assert_eq!(read("hello\n").unwrap_err().code(), "not-tap");
}
