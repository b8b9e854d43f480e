//! What a trace says of ids with and without a passing test.

use super::super::scene::{Said, Scene, build};
use super::*;
use crate::model::{ReportEvidence, TestReport};

const DOC: (&str, &str) = (
    "docs/rules.md",
    "# Rules\n\n- AP-1: one, see AP-2\n- AP-2: two\n- AP-12: twelve\n",
);

fn report(tests: &[(&str, TestOutcome)]) -> ReportEvidence {
    let mut report = TestReport::default();
    for (id, outcome) in tests {
        match outcome {
            TestOutcome::Passed => report.passed += 1,
            TestOutcome::Failed => report.failed += 1,
            TestOutcome::Errored => report.errored += 1,
            TestOutcome::Skipped => report.skipped += 1,
        }
        report.inventory.push(ListedTest {
            id: (*id).to_owned(),
            outcome: *outcome,
            file: None,
            line: None,
        });
    }
    ReportEvidence {
        path: "unit.xml".to_owned(),
        format: "junit",
        evidence: Evidence::Tests(report),
        warnings: Vec::new(),
    }
}

fn judged(files: &[(&str, &str)], tests: &[(&str, TestOutcome)], more: Json) -> Said {
    let mut scene = Scene::new(files);
    scene.reports.push(report(tests));
    let mut options = json!({
        "reports": "unit.xml",
        "ids": { "files": "docs/*.md", "pattern": r"AP-\d+" },
    });
    options
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    scene.judge(&Trace, options)
}

use TestOutcome::{Errored, Failed, Passed, Skipped};

#[test]
fn every_id_with_a_passing_test_is_a_pass() {
    let tests = [
        ("AP-1 holds", Passed),
        ("m::test_ap_2_x", Passed),
        ("AP-12", Passed),
    ];
    judged(&[DOC], &tests, json!({}))
        .is(Verdict::Pass)
        .fact("trace.covered", "3")
        .fact("trace.total", "3")
        .fact("trace.share", "100%");
}

#[test]
fn longer_id_does_not_cover_a_shorter_one() {
    let said = judged(&[DOC], &[("AP-12 x", Passed), ("AP-2", Passed)], json!({}));
    let said = said.is(Verdict::Fail).says("not covered: AP-1 (no test)");
    assert_eq!(said.places(), ["docs/rules.md:3"]);
}

#[test]
fn failed_and_skipped_tests_cover_nothing_and_are_named() {
    let tests = [
        ("AP-1 a", Failed),
        ("AP-2 b", Skipped),
        ("AP-12 c", Errored),
        ("x", Passed),
    ];
    judged(&[DOC], &tests, json!({ "covered": ">=1" }))
        .is(Verdict::Fail)
        .says("AP-1 (its test failed: AP-1 a)")
        .says("AP-2 (its test is skipped: AP-2 b)")
        .fact("trace.missing", "3")
        .fact("trace.tests-failed", "2");
}

#[test]
fn some_may_be_enough() {
    let tests = [("AP-1 a", Passed), ("AP-2 b", Passed), ("AP-2 c", Failed)];
    let bounds = json!({ "covered": ">=2", "share": ">=66%" });
    judged(&[DOC], &tests, bounds)
        .is(Verdict::Pass)
        .says("partly-failing");
}

#[test]
fn no_id_no_document_and_no_test_decide_nothing() {
    let passed = [("AP-1", Passed)];
    judged(&[("docs/a.md", "none")], &passed, json!({}))
        .is(Verdict::Inconclusive)
        .says("no-ids");
    judged(&[("other.md", "AP-1")], &passed, json!({}))
        .is(Verdict::Inconclusive)
        .says("no-file");
    let bound = json!({ "total": ">=1" });
    judged(&[DOC], &[], bound)
        .is(Verdict::Inconclusive)
        .says("no-tests");
}

#[test]
fn ids_may_be_listed_and_must_be_unique_when_asked() {
    let listed = json!({ "ids": ["AP-1", "AP-7"] });
    judged(&[], &[("AP-1", Passed)], listed)
        .is(Verdict::Fail)
        .says("AP-7 (no test)");
    let unique = json!({ "ids": { "files": "docs/*.md", "pattern": r"AP-\d+", "unique": true } });
    let tests = [("AP-1", Passed), ("AP-2", Passed), ("AP-12", Passed)];
    judged(&[DOC], &tests, unique)
        .is(Verdict::Inconclusive)
        .says("AP-2 is named more than once: docs/rules.md:3, docs/rules.md:4");
    let group =
        json!({ "ids": { "files": "docs/*.md", "pattern": r"^- (AP-\d+):", "unique": true } });
    judged(&[DOC], &tests, group).is(Verdict::Pass);
}

#[test]
fn id_that_only_tests_know_is_told() {
    let tests = [
        ("AP-1", Passed),
        ("AP-2", Passed),
        ("AP-12", Passed),
        ("AP-99", Passed),
    ];
    judged(&[DOC], &tests, json!({}))
        .is(Verdict::Pass)
        .says("no document names: AP-99");
}

#[test]
fn mistakes_are_problems() {
    for (options, says) in [
        (json!({ "reports": "a.xml" }), "does not say which ids"),
        (json!({ "ids": ["A-1"] }), "does not say which reports"),
        (
            json!({ "reports": "a.xml", "ids": ["A-1", "A-1"] }),
            "is listed twice",
        ),
        (json!({ "reports": "a.xml", "ids": ["--"] }), "is no id"),
        (
            json!({ "reports": "a.xml", "ids": { "files": "a.md" } }),
            "needs `files` and `pattern`",
        ),
        (
            json!({ "reports": "a.xml", "ids": { "files": "a.md", "pattern": "(" } }),
            "not a regular expression",
        ),
        (
            json!({ "reports": "a.xml", "ids": { "files": "a.md", "pattern": "x*" } }),
            "everywhere",
        ),
    ] {
        let said = build(&Trace, &options).map(|_| ()).unwrap_err().join("\n");
        assert!(said.contains(says), "{options}: {said}");
    }
}
