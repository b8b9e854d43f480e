//! Every condition of `tests` on the baseline and of the two phases: kept, broken, and without evidence.

use serde_json::json;

use crate::gate::trial::{Trial, codes, condition, problems, told};
use crate::model::{Baseline, BaselineState, Cause, GreenList, KnownTest, Verdict};
use crate::source::Place;

/// A JUnit report: name and what became of the test (`ok`, `no`, `broke`, `skip`).
fn junit(tests: &[(&str, &str)]) -> String {
    let mut text = "<testsuite name=\"s\">".to_owned();
    for (name, what) in tests {
        let inner = match *what {
            "no" => "<failure message=\"wanted 2, found 3\"/>",
            "broke" => "<error message=\"no such module\"/>",
            "skip" => "<skipped/>",
            _ => "",
        };
        text.push_str(&format!(
            "<testcase classname=\"c\" name=\"{name}\" file=\"t/{name}.py\" line=\"7\">{inner}</testcase>"
        ));
    }
    text + "</testsuite>"
}

fn recorded(tests: &[(&str, &str)]) -> Baseline {
    let mut baseline = Baseline::default();
    for (name, what) in tests {
        let known = KnownTest {
            skipped: *what == "skip",
            file: Some(format!("t/{name}.py")),
        };
        baseline.tests.insert(format!("c::{name}"), known);
    }
    baseline
}

fn held(key: &str) -> Trial {
    Trial::new("tests", &json!({ "reports": "r.xml", key: "0" })).baseline(recorded(&[
        ("a", "ok"),
        ("b", "ok"),
        ("d", "skip"),
    ]))
}

#[test]
fn the_same_tests_keep_every_bound() {
    let report = junit(&[("a", "ok"), ("b", "ok"), ("d", "skip")]);
    for key in ["removed", "newly-skipped", "added"] {
        let judgement = held(key).judge(&[&report]);
        assert_eq!(told(&judgement, key), (Verdict::Pass, "0", ""));
        assert!(codes(&judgement).is_empty(), "{judgement:#?}");
    }
}

#[test]
fn a_removed_test_fails_and_is_named_with_its_file() {
    let judgement = held("removed").judge(&[&junit(&[("a", "ok"), ("d", "skip")])]);
    assert_eq!(told(&judgement, "removed"), (Verdict::Fail, "1", "c::b"));
    assert_eq!(
        condition(&judgement, "removed").evidence,
        [Place::file("t/b.py")]
    );
}

#[test]
fn a_newly_skipped_test_fails_and_is_named_with_its_line() {
    let judgement =
        held("newly-skipped").judge(&[&junit(&[("a", "ok"), ("b", "skip"), ("d", "skip")])]);
    assert_eq!(
        told(&judgement, "newly-skipped"),
        (Verdict::Fail, "1", "c::b")
    );
    let place = Place::line("t/b.py".to_owned(), Some(7));
    assert_eq!(condition(&judgement, "newly-skipped").evidence, [place]);
    let mended = held("newly-skipped").judge(&[&junit(&[("a", "ok"), ("b", "ok"), ("d", "ok")])]);
    assert_eq!(told(&mended, "newly-skipped").0, Verdict::Pass);
}

#[test]
fn an_added_test_is_listed_and_red_only_by_a_bound_of_its_own() {
    let report = junit(&[("a", "ok"), ("b", "ok"), ("d", "skip"), ("e", "ok")]);
    let judgement = held("removed").judge(&[&report]);
    assert_eq!(told(&judgement, "removed").0, Verdict::Pass);
    assert_eq!(codes(&judgement), ["tests-added"]);
    assert!(judgement.notes[0].message.contains("c::e"));
    let bound = held("added").judge(&[&report]);
    assert_eq!(told(&bound, "added"), (Verdict::Fail, "1", "c::e"));
}

#[test]
fn a_rename_is_shown_and_counts_as_removed_unless_declared() {
    let report = junit(&[("a", "ok"), ("b2", "ok"), ("d", "skip")]);
    let judgement = held("removed").judge(&[&report]);
    let (verdict, number, note) = told(&judgement, "removed");
    assert_eq!((verdict, number), (Verdict::Fail, "1"));
    assert!(note.contains("c::b (renamed to c::b2?"), "{note}");
    let keys = json!({ "reports": "r", "removed": "0", "renames": { "c::b": "c::b2" } });
    let declared =
        Trial::new("tests", &keys).baseline(recorded(&[("a", "ok"), ("b", "ok"), ("d", "skip")]));
    let judgement = declared.judge(&[&report]);
    assert_eq!(told(&judgement, "removed").0, Verdict::Pass);
    assert_eq!(codes(&judgement), ["renamed"]);
    let kept: Vec<&String> = judgement.accepted.tests.keys().collect();
    assert_eq!(kept, ["c::a", "c::b", "c::d"], "as it was recorded");
    let unused = declared.judge(&[&junit(&[("a", "ok"), ("b", "ok"), ("d", "skip")])]);
    assert_eq!(codes(&unused), ["unused-rename"]);
}

#[test]
fn a_test_that_is_no_longer_selected_counts_as_removed() {
    let keys = json!({ "reports": "r", "removed": "0", "exclude": "c::b" });
    let trial = Trial::new("tests", &keys).baseline(recorded(&[("a", "ok"), ("b", "ok")]));
    let judgement = trial.judge(&[&junit(&[("a", "ok"), ("b", "no")])]);
    let (verdict, _, note) = told(&judgement, "removed");
    assert_eq!(
        (verdict, note),
        (Verdict::Fail, "c::b (no longer selected)")
    );
    assert_eq!(codes(&judgement), ["left-out-failures"]);
}

#[test]
fn without_a_baseline_a_laptop_waives_and_ci_decides_nothing() {
    let report = junit(&[("a", "ok")]);
    let bare = || Trial::new("tests", &json!({ "reports": "r", "removed": "0" }));
    let lax = bare().judge(&[&report]);
    let (verdict, _, note) = told(&lax, "removed");
    assert_eq!(verdict, Verdict::Waived);
    assert!(note.contains("tollgate baseline record unit"), "{note}");
    let strict = bare().strict().judge(&[&report]);
    assert_eq!(told(&strict, "removed").0, Verdict::Inconclusive);
    assert_eq!(condition(&strict, "removed").cause, Some(Cause::Evidence));
    let empty = bare()
        .strict()
        .baseline(Baseline::default())
        .judge(&[&report]);
    assert_eq!(told(&empty, "removed").0, Verdict::Inconclusive);
    let mut gone = bare();
    gone.given.baseline = BaselineState::Gone("x".to_owned());
    let gone = gone.judge(&[&report]);
    assert_eq!(told(&gone, "removed").0, Verdict::Fail);
}

#[test]
fn an_inventory_that_is_not_whole_decides_nothing() {
    for report in [
        "<testsuite name=\"s\" tests=\"3\"/>",
        "<testsuite name=\"s\"><error message=\"no\"/><testcase classname=\"c\" name=\"a\"/></testsuite>",
        "<testsuite name=\"s\" tests=\"0\"/>",
    ] {
        let judgement = held("removed").judge(&[report]);
        assert_eq!(
            told(&judgement, "removed").0,
            Verdict::Inconclusive,
            "{report}"
        );
        assert!(judgement.accepted.tests.is_empty());
    }
}

#[test]
fn what_is_accepted_is_every_test_by_its_name() {
    let judgement = held("removed").judge(&[&junit(&[("a", "ok"), ("b", "skip")])]);
    let wanted = recorded(&[("a", "ok"), ("b", "skip")]);
    assert_eq!(judgement.accepted, wanted);
    let plain = Trial::new("tests", &json!({ "reports": "r" })).judge(&[&junit(&[("a", "ok")])]);
    assert!(plain.accepted.is_empty());
}

#[test]
fn shards_are_compared_as_one_whatever_their_order() {
    let (one, two) = (junit(&[("a", "ok")]), junit(&[("b", "ok"), ("d", "skip")]));
    for texts in [[&*one, &*two], [&*two, &*one]] {
        assert_eq!(
            told(&held("removed").judge(&texts), "removed").0,
            Verdict::Pass
        );
    }
}

fn red(more: serde_json::Value) -> Trial {
    let mut keys = json!({ "reports": "r", "outcome": "failing" });
    keys.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    Trial::new("tests", &keys)
}

#[test]
fn the_red_phase_wants_every_test_to_fail_and_records_their_names() {
    let judgement = red(json!({ "total": "=2" })).judge(&[&junit(&[("a", "no"), ("b", "no")])]);
    assert!(
        judgement
            .conditions
            .iter()
            .all(|c| c.verdict == Verdict::Pass),
        "{judgement:#?}"
    );
    assert_eq!(
        told(&judgement, "outcome"),
        (Verdict::Pass, "2 of 2 fail", "")
    );
    assert!(
        judgement
            .conditions
            .iter()
            .all(|c| !c.fact.ends_with("failed"))
    );
    assert!(
        judgement.failures.is_empty(),
        "what is expected is not shown as a failure"
    );
    let names: Vec<&String> = judgement.accepted.tests.keys().collect();
    assert_eq!(names, ["c::a", "c::b"]);
}

#[test]
fn what_is_not_red_by_assertion_is_named() {
    for (what, words) in [
        ("ok", "passes already"),
        ("skip", "is skipped"),
        ("broke", "errored"),
    ] {
        let judgement = red(json!({})).judge(&[&junit(&[("a", "no"), ("b", what)])]);
        let (verdict, measured, note) = told(&judgement, "outcome");
        assert_eq!((verdict, measured), (Verdict::Fail, "1 of 2 fail"));
        assert!(note.starts_with("c::b ") && note.contains(words), "{note}");
        assert_eq!(
            judgement.accepted.tests.len(),
            1,
            "only what is red is recorded"
        );
    }
}

#[test]
fn red_tests_that_are_not_there_are_no_red_tests() {
    let none = red(json!({})).judge(&["<testsuite name=\"s\" tests=\"0\"/>"]);
    assert_eq!(told(&none, "outcome").0, Verdict::Inconclusive);
    assert_eq!(codes(&none), ["no-tests"]);
    let suite = "<testsuite name=\"s\"><error message=\"no module\"/><testcase classname=\"c\" name=\"a\"><failure/></testcase></testsuite>";
    assert_eq!(codes(&red(json!({})).judge(&[suite])), ["broken-suite"]);
    let named = red(json!({ "include": ["c::a", "c::gone*"] }));
    let judgement = named.judge(&[&junit(&[("a", "no")])]);
    assert_eq!(codes(&judgement), ["include-unmatched"]);
    assert_eq!(judgement.reasons[0].verdict, Verdict::Fail);
    let counted = red(json!({})).judge(&["<testsuite name=\"s\" tests=\"2\" failures=\"2\"/>"]);
    assert!(codes(&counted).contains(&"unnamed-tests"), "{counted:#?}");
}

#[test]
fn an_include_that_matches_no_test_decides_nothing() {
    let keys = json!({ "reports": "r", "include": ["c::a", "c::gone"] });
    let judgement = Trial::new("tests", &keys).judge(&[&junit(&[("a", "ok"), ("b", "no")])]);
    assert_eq!(
        codes(&judgement),
        ["include-unmatched", "left-out-failures"]
    );
    assert_eq!(judgement.reasons[0].verdict, Verdict::Inconclusive);
}

fn green(red: &[(&str, &str)]) -> Trial {
    let mut trial = Trial::new("tests", &json!({ "reports": "r", "green-list": "red" }));
    trial.given.green_list = GreenList {
        unknown: None,
        recorded: false,
        gates: vec!["red".to_owned()],
        state: BaselineState::Here(Box::new(recorded(red))),
    };
    trial
}

#[test]
fn the_green_list_wants_each_red_test_to_be_there_and_pass() {
    let trial = green(&[("a", "no"), ("b", "no")]);
    let good = trial.judge(&[&junit(&[("a", "ok"), ("b", "ok"), ("e", "ok")])]);
    assert_eq!(
        told(&good, "green-list"),
        (Verdict::Pass, "2 of 2 pass", "")
    );
    for (report, words) in [
        (junit(&[("a", "ok")]), "c::b is gone"),
        (junit(&[("a", "ok"), ("b", "skip")]), "c::b is skipped"),
        (junit(&[("a", "ok"), ("b", "no")]), "c::b fails"),
        (junit(&[("a", "ok"), ("b", "broke")]), "c::b errored"),
        (
            junit(&[("a", "ok"), ("b9", "ok")]),
            "c::b is gone (renamed to c::b9?)",
        ),
    ] {
        let judgement = trial.judge(&[&report]);
        assert_eq!(
            told(&judgement, "green-list"),
            (Verdict::Fail, "1 of 2 pass", words)
        );
        assert_eq!(
            condition(&judgement, "green-list").evidence[0].file,
            "t/b.py"
        );
    }
}

#[test]
fn a_green_list_without_red_tests_is_no_pass() {
    for trial in [green(&[]), {
        let mut never = green(&[]);
        never.given.green_list.state = BaselineState::Never;
        never
    }] {
        let lax = trial.judge(&[&junit(&[("a", "ok")])]);
        let (verdict, _, note) = told(&lax, "green-list");
        assert_eq!(verdict, Verdict::Waived);
        assert!(note.contains("tollgate baseline record red"), "{note}");
        let strict = trial.strict().judge(&[&junit(&[("a", "ok")])]);
        assert_eq!(told(&strict, "green-list").0, Verdict::Inconclusive);
    }
    let none = green(&[("a", "no")]).judge(&["<testsuite name=\"s\" tests=\"0\"/>"]);
    assert_eq!(told(&none, "green-list").0, Verdict::Inconclusive);
}

#[test]
fn a_file_in_which_every_test_is_skipped_is_seen_among_others() {
    let keys = json!({ "reports": "r", "all-skipped": "0" });
    let report = junit(&[("a", "ok"), ("b", "skip")]);
    let judgement = Trial::new("tests", &keys).judge(&[&report]);
    assert_eq!(
        told(&judgement, "all-skipped"),
        (Verdict::Fail, "1", "t/b.py")
    );
    // Shards of one file: it ran in one of them.
    let two = junit(&[("a", "skip")]).replace("name=\"a\"", "name=\"b\"");
    let judgement = Trial::new("tests", &keys).judge(&[&junit(&[("a", "ok")]), &two]);
    assert_eq!(told(&judgement, "all-skipped").0, Verdict::Pass);
}

#[test]
fn without_files_a_class_stands_for_one_and_a_title_does_not() {
    let keys = json!({ "reports": "r", "all-skipped": "0" });
    let suite = |cases: String| format!("<testsuite name=\"s\">{cases}</testsuite>");
    let plain = |class: &str| format!("<testcase classname=\"{class}\" name=\"x\"/>");
    let skip =
        |class: &str| format!("<testcase classname=\"{class}\" name=\"y\"><skipped/></testcase>");
    let classes = suite(plain("tests.test_a.A") + &skip("tests.test_b.B"));
    let judgement = Trial::new("tests", &keys).judge(&[&classes]);
    assert_eq!(
        told(&judgement, "all-skipped"),
        (Verdict::Fail, "1", "tests.test_b.B")
    );
    let titles = suite(plain("adds two numbers") + &skip("adds no numbers"));
    let judgement = Trial::new("tests", &keys).judge(&[&titles]);
    assert_eq!(told(&judgement, "all-skipped").0, Verdict::Pass);
}

#[test]
fn mistakes_in_the_keys_are_told() {
    let of = |keys: serde_json::Value| problems("tests", &keys);
    assert_eq!(
        of(json!({ "reports": "r", "outcome": "faling" })),
        ["wrong-value"]
    );
    let both = json!({ "reports": "r", "outcome": "failing", "green-list": "red" });
    assert_eq!(of(both), ["wrong-value"]);
    let idle = json!({ "reports": "r", "renames": { "a": "b" } });
    assert_eq!(of(idle), ["no-effect"]);
    let twice = json!({ "reports": "r", "removed": "0", "renames": { "a": "c", "b": "c" } });
    assert_eq!(of(twice), ["no-effect"]);
    let same = json!({ "reports": "r", "removed": "0", "renames": { "a": "a" } });
    assert_eq!(of(same), ["no-effect"]);
    assert_eq!(
        of(json!({ "reports": "r", "quarantine": "x" })),
        ["unknown-key"]
    );
}

#[test]
fn what_is_counted_against_the_baseline_takes_no_step_from_it() {
    for key in ["removed", "newly-skipped", "added"] {
        let keys = json!({ "reports": "r", key: "<=+1" });
        assert_eq!(problems("tests", &keys), ["wrong-value"]);
    }
}

#[test]
fn a_baseline_of_a_number_holds_every_test_too() {
    let trial = Trial::new("tests", &json!({ "reports": "r", "passed": ">=+0" }));
    let judgement = trial.judge(&[&junit(&[("a", "ok")])]);
    assert_eq!(judgement.accepted.tests.len(), 1);
    assert_eq!(judgement.accepted.values.len(), 1);
}

#[test]
fn a_red_gate_runs_by_name_only_and_others_do_not() {
    let by_name = |keys: serde_json::Value| Trial::new("tests", &keys).gate.by_name_only();
    assert!(by_name(json!({ "reports": "r", "outcome": "failing" })));
    assert!(!by_name(json!({ "reports": "r", "removed": "0" })));
}
