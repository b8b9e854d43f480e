//! JUnit reports: dialects, counts, broken and hostile ones.

use crate::model::{Evidence, TestReport, Warning};
use crate::report::{ReportError, find, read_bytes};

fn read(xml: &str) -> Result<(TestReport, Vec<Warning>), ReportError> {
    let read = read_bytes(xml.as_bytes(), "x.xml", find("junit"))?;
    let Evidence::Tests(tests) = read.evidence else {
        unreachable!("junit gives tests")
    };
    Ok((tests, read.warnings))
}

fn tests(xml: &str) -> TestReport {
    read(xml).expect("a good report").0
}

/// Passed, failed, errored, skipped of test cases in one suite.
fn counts(cases: &str) -> [u64; 4] {
    let tests = tests(&format!("<testsuite name='s'>{cases}</testsuite>"));
    [tests.passed, tests.failed, tests.errored, tests.skipped]
}

fn codes(xml: &str) -> Vec<&'static str> {
    read(xml)
        .unwrap()
        .1
        .iter()
        .map(|warning| warning.code)
        .collect()
}

#[test]
fn elements_are_counted_at_any_depth_and_counters_are_not_added() {
    let got = tests(
        "<testsuites tests='4'><testsuite tests='4'><testsuite tests='2'><testcase name='a'/><testcase name='b'/>\
         </testsuite><testsuite tests='2'><testcase name='c'/></testsuite><testcase name='d'/></testsuite></testsuites>",
    );
    assert_eq!(got.total(), 4);
}

#[test]
fn only_direct_children_decide_and_error_goes_before_failure() {
    assert_eq!(
        counts("<testcase name='a'><properties><failure/></properties></testcase>"),
        [1, 0, 0, 0]
    );
    assert_eq!(
        counts("<testcase name='a'><failure/><failure/></testcase>"),
        [0, 1, 0, 0]
    );
    assert_eq!(
        counts("<testcase name='a'><failure/><error/></testcase>"),
        [0, 0, 1, 0]
    );
}

#[test]
fn a_file_of_node_that_does_not_load_got_to_no_assertion() {
    let case = |name: &str, message: &str| {
        counts(&format!(
            "<testcase name='{name}' classname='test'><failure type='testCodeFailure' message='{message}'/></testcase>"
        ))
    };
    assert_eq!(case("/app/t/lots.test.js", "test failed"), [0, 0, 1, 0]);
    assert_eq!(case("t/lots.test.mjs", "test failed"), [0, 0, 1, 0]);
    assert_eq!(case("adds a lot", "test failed"), [0, 1, 0, 0]);
    assert_eq!(case("reads a.js", "1 !== 2"), [0, 1, 0, 0]);
}

#[test]
fn skipped_beside_a_failure_is_failed_except_for_todo() {
    assert_eq!(
        counts("<testcase name='a'><skipped/><failure/></testcase>"),
        [0, 1, 0, 0]
    );
    assert_eq!(
        counts("<testcase name='a'><skipped type='todo'/><failure/></testcase>"),
        [0, 0, 0, 1]
    );
    assert_eq!(
        counts("<testcase name='a'><skipped type='pytest.xfail'/></testcase>"),
        [0, 0, 0, 1]
    );
}

#[test]
fn status_attributes_count_only_without_such_a_child() {
    assert_eq!(
        counts("<testcase name='a' status='notrun' result='suppressed'/>"),
        [0, 0, 0, 1]
    );
    assert_eq!(
        counts("<testcase name='a' status='run' result='skipped'/>"),
        [0, 0, 0, 1]
    );
    assert_eq!(counts("<testcase name='a' status='failed'/>"), [0, 1, 0, 0]);
    assert_eq!(
        counts("<testcase name='a' status='disabled'><failure/></testcase>"),
        [0, 1, 0, 0]
    );
    assert_eq!(
        counts("<testcase name='a' status='failed'><skipped/></testcase>"),
        [0, 0, 0, 1]
    );
}

#[test]
fn of_two_attributes_the_worse_one_counts_in_whatever_order() {
    for (bad, worse) in [
        ("status='notrun'", "result='failed'"),
        ("status='passed'", "result='Timeout'"),
        ("status='run'", "result='aborted'"),
    ] {
        for both in [format!("{bad} {worse}"), format!("{worse} {bad}")] {
            let case = format!("<testcase name='a' {both}/>");
            assert_eq!(counts(&case), [0, 1, 0, 0], "{both}");
        }
    }
    assert_eq!(
        counts("<testcase name='a' result='Timed Out'><flakyFailure/></testcase>"),
        [0, 1, 0, 0]
    );
}

#[test]
fn a_status_that_nobody_knows_is_told() {
    let xml = "<testsuite><testcase name='a' status='mauve'/><testcase name='b' status='blue'/></testsuite>";
    assert_eq!(codes(xml), ["odd-status"]);
    let xml = "<testsuite><testcase name='a' status='run' result='Completed'/></testsuite>";
    assert_eq!(codes(xml), [""; 0]);
}

#[test]
fn attributes_of_other_namespaces_are_not_those_of_a_test() {
    assert_eq!(
        counts("<testcase name='a'><skipped x:type='todo'/><failure/></testcase>"),
        [0, 1, 0, 0]
    );
    let xml = "<testsuite x:failures='1'><testcase x:name='b' name='a'/></testsuite>";
    assert_eq!(codes(xml), [""; 0]);
}

#[test]
fn reruns_are_one_test_and_a_late_pass_is_flaky() {
    let got =
        tests("<testsuite><testcase name='a'><flakyFailure/><flakyError/></testcase></testsuite>");
    assert_eq!((got.passed, got.flaky), (1, 1));
    let got = tests(
        "<testsuite><testcase name='a'><failure/><rerunFailure/><rerunError/></testcase></testsuite>",
    );
    assert_eq!((got.failed, got.flaky, got.total()), (1, 0, 1));
}

#[test]
fn reruns_that_counters_count_are_no_hidden_failures() {
    let got = tests(
        "<testsuite tests='3' failures='2'><testcase name='a'><flakyFailure/><flakyFailure/></testcase></testsuite>",
    );
    assert_eq!(got.broken, Vec::<String>::new());
}

#[test]
fn repeated_names_are_counted_as_written() {
    assert_eq!(
        counts("<testcase name='a'/><testcase name='a'><failure/></testcase>"),
        [1, 1, 0, 0]
    );
}

#[test]
fn an_error_of_a_suite_is_no_test_and_breaks_the_report() {
    let got =
        tests("<testsuite name='S'><error message='no class'/><testcase name='a'/></testsuite>");
    assert_eq!(
        (got.total(), got.broken),
        (1, vec!["suite `S`: no class".to_owned()])
    );
    let got = tests("<testsuite><error message='no class'/><testcase name='a'/></testsuite>");
    assert_eq!(got.broken, ["a suite without a name: no class"]);
}

#[test]
fn failures_that_only_counters_claim_break_the_report_once() {
    let got = tests(
        "<testsuites errors='1'><testsuite failures='1'><testcase name='a'/></testsuite></testsuites>",
    );
    assert_eq!(got.broken.len(), 1);
    let xml = "<testsuites tests='1' errors='2'><testsuite tests='1' errors='1'><testcase name='a'><error/></testcase></testsuite></testsuites>";
    assert_eq!(tests(xml).broken.len(), 1);
    assert_eq!(codes(xml), ["counter-mismatch", "broken"]);
}

#[test]
fn failures_that_counters_claim_before_the_first_test_break_the_report_too() {
    let good = "<testsuite name='a' tests='1'><testcase name='t'/></testsuite>";
    let bad = "<testsuite name='b' tests='3' failures='3'/>";
    for suites in [format!("{bad}{good}"), format!("{good}{bad}")] {
        let got = tests(&format!("<testsuites>{suites}</testsuites>"));
        let words = "suite `b` claims 3 failures or errors that no element shows";
        assert_eq!(got.broken, [words], "{suites}");
    }
}

#[test]
fn an_error_of_no_test_at_all_breaks_the_report() {
    let xml = "<testsuites tests='0' failures='0' errors='1'></testsuites>";
    assert_eq!((tests(xml).total(), tests(xml).broken.len()), (0, 1));
    let (_, warnings) = read(xml).unwrap();
    assert_eq!(
        warnings[0].message,
        "a suite without a name claims 0 tests and 1 failure; its elements show 0 and 0"
    );
    assert_eq!(tests("<testsuites errors='1'/>").broken.len(), 1);
    assert_eq!(
        tests("<testsuites><testsuite errors='1'/></testsuites>")
            .broken
            .len(),
        1
    );
}

#[test]
fn counters_stand_in_at_any_depth_and_the_outer_ones_hide_none_within() {
    let inner = "<testsuite name='i' tests='4' failures='4'/>";
    let cases = [
        (format!("<testsuite name='o'>{inner}</testsuite>"), [0, 4]),
        (format!("<testsuite tests='4'>{inner}</testsuite>"), [0, 4]),
        (
            format!("<testsuite tests='9' failures='4'>{inner}{inner}</testsuite>"),
            [1, 8],
        ),
        (
            format!("<testsuite tests='0' failures='0'>{inner}</testsuite>"),
            [0, 4],
        ),
    ];
    for (xml, [passed, failed]) in cases {
        let got = tests(&format!("<testsuites>{xml}</testsuites>"));
        assert_eq!([got.passed, got.failed], [passed, failed], "{xml}");
        assert_eq!(got.broken, Vec::<String>::new(), "{xml}");
    }
}

#[test]
fn a_counter_that_cannot_be_read_is_not_zero() {
    let suite = |attributes: &str, case: &str| {
        tests(&format!(
            "<testsuite name='s' {attributes}>{case}</testsuite>"
        ))
        .broken
    };
    let good = "<testcase name='a'/>";
    for read in ["failures='1.0'", "errors='1,000'", "failures='1' errors=''"] {
        assert_eq!(suite(read, good).len(), 1, "{read}");
    }
    for unread in ["failures='x'", "errors='-5'", "failures='1.000,5'"] {
        assert!(
            suite(unread, good)[0].contains("cannot be read"),
            "{unread}"
        );
        // One that is seen may be the one that is meant.
        let bad = "<testcase name='a'><failure/></testcase>";
        assert_eq!(suite(unread, bad), Vec::<String>::new());
        let counted = suite(&format!("tests='3' {unread}"), "");
        assert_eq!(counted.len(), 1, "{unread}");
    }
    assert_eq!(suite("tests='x'", "").len(), 1);
    for zero in [
        "failures='0.0'",
        "failures=' 0 '",
        "failures='' skipped='x'",
    ] {
        assert_eq!(suite(zero, good), Vec::<String>::new(), "{zero}");
    }
}

#[test]
fn a_warning_of_phpunit_is_an_error_and_its_counter_is_no_failure() {
    let case = "<testcase name='a'><warning type='PHPUnit\\Framework\\Warning'>no rates</warning></testcase>";
    assert_eq!(counts(case), [0, 0, 1, 0]);
    let xml =
        format!("<testsuite tests='1' errors='0' warnings='1' failures='0'>{case}</testsuite>");
    let (got, warnings) = read(&xml).unwrap();
    assert_eq!((got.broken.len(), warnings.len()), (0, 0));
    assert_eq!(got.failures[0].message, "no rates");
    // Nor does it stand for a failure that is claimed.
    let xml = format!("<testsuite tests='1' failures='1'>{case}</testsuite>");
    assert_eq!(tests(&xml).broken.len(), 1);
    assert_eq!(
        codes("<testsuite><warning/><testcase name='a'/></testsuite>"),
        [""; 0]
    );
}

#[test]
fn counters_that_hide_a_failure_change_nothing_but_warn() {
    let xml =
        "<testsuite tests='1' failures='0'><testcase name='a'><failure/></testcase></testsuite>";
    assert_eq!(tests(xml).failed, 1);
    assert_eq!(codes(xml), ["counter-mismatch"]);
}

#[test]
fn counters_stand_in_where_there_is_no_test() {
    let xml = "<testsuite tests='5' failures='1' errors='1' skipped='1'/>";
    let got = tests(xml);
    assert_eq!(
        [got.passed, got.failed, got.errored, got.skipped],
        [2, 1, 1, 1]
    );
    assert!(codes(xml).contains(&"from-counters"));
    let xml = "<testsuites><testsuite tests='2'/><testsuite tests='3' failures='1'/></testsuites>";
    assert_eq!((tests(xml).passed, tests(xml).failed), (4, 1));
}

#[test]
fn no_test_is_worth_a_warning() {
    assert_eq!(codes("<testsuites/>"), ["no-tests"]);
}

#[test]
fn odd_times_are_ignored_with_a_warning() {
    let xml =
        "<testsuite><testcase name='a' time='1,234.5'/><testcase name='b' time='-1'/></testsuite>";
    assert!((tests(xml).seconds - 1234.5).abs() < 1e-9);
    assert_eq!(codes(xml), ["odd-time"]);
}

#[test]
fn a_failure_carries_its_place_and_message() {
    let got = tests(
        "<testsuite name='S' file='s.js'><testcase classname='C' name='a&lt;b' line='7'><failure> why\n </failure></testcase>\
         <testcase classname='C' name='c' file='c.js'><failure message='m'>text</failure><error message='e'/></testcase></testsuite>",
    );
    let first = &got.failures[0];
    assert_eq!(
        (first.id.as_str(), first.message.as_str()),
        ("C::a<b", "why")
    );
    assert_eq!(
        (first.file.as_deref(), first.line, first.suite.as_deref()),
        (Some("s.js"), Some(7), Some("S"))
    );
    let second = &got.failures[1];
    assert_eq!(
        (
            second.message.as_str(),
            second.file.as_deref(),
            second.errored
        ),
        ("e", Some("c.js"), true)
    );
}

#[test]
fn other_roots_are_refused_and_a_bare_test_is_counted() {
    assert_eq!(read("<project/>").unwrap_err().code(), "wrong-root");
    assert_eq!(read("<TESTSUITE/>").unwrap_err().code(), "wrong-root");
    let xml = "<testcase name='a'><failure/></testcase>";
    assert_eq!(tests(xml).failed, 1);
    assert_eq!(codes(xml), ["bare-testcase"]);
}

#[test]
fn namespaces_make_no_difference() {
    let got = tests(
        "<j:testsuite xmlns:j='u'><j:testcase j:name='a'><j:failure/></j:testcase></j:testsuite>",
    );
    assert_eq!(got.failures[0].id, "a");
}
