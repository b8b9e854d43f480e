//! Every condition of `findings` on the baseline and on paths: kept, broken, and without evidence.

use serde_json::json;

use crate::gate::trial::{Trial, codes, condition, problems, told};
use crate::model::{Baseline, BaselineState, Cause, FindingState, ITEMS_KEPT, Verdict};
use crate::source::Place;

/// A SARIF report: rule, path, line, message, whether it is suppressed.
fn sarif(list: &[(&str, &str, u32, &str, bool)]) -> String {
    let results: Vec<_> = list
        .iter()
        .map(|(rule, path, line, message, suppressed)| {
            let marks = if *suppressed {
                json!([{ "kind": "inSource" }])
            } else {
                json!([])
            };
            json!({
                "ruleId": rule,
                "level": "error",
                "message": { "text": message },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": path },
                    "region": { "startLine": line }
                } }],
                "suppressions": marks,
            })
        })
        .collect();
    let tool = json!({ "driver": { "name": "t" } });
    json!({ "version": "2.1.0", "runs": [{ "tool": tool, "results": results }] }).to_string()
}

const X: (&str, &str, u32, &str, bool) = ("r", "src/a.c", 3, "x", false);
const Y: (&str, &str, u32, &str, bool) = ("r", "src/a.c", 9, "y", false);

fn with(keys: serde_json::Value) -> Trial {
    let mut all = json!({ "reports": "r.sarif" });
    all.as_object_mut()
        .unwrap()
        .extend(keys.as_object().unwrap().clone());
    Trial::new("findings", &all)
}

fn recorded(list: &[(&str, &str, u32, &str, bool)]) -> Baseline {
    with(json!({ "new": "0" })).judge(&[&sarif(list)]).accepted
}

#[test]
fn a_swap_of_one_for_another_is_new_though_the_number_is_the_same() {
    let trial = with(json!({ "new": "0" })).baseline(recorded(&[X]));
    let same = trial.judge(&[&sarif(&[X])]);
    assert_eq!(told(&same, "new"), (Verdict::Pass, "0", ""));
    assert_eq!(same.findings[0].state, Some(FindingState::Existing));
    let swapped = trial.judge(&[&sarif(&[Y])]);
    assert_eq!(
        told(&swapped, "new"),
        (Verdict::Fail, "1", "r in src/a.c:9")
    );
    let place = Place::line("src/a.c".to_owned(), Some(9));
    assert_eq!(condition(&swapped, "new").evidence, [place]);
    assert_eq!(codes(&swapped), ["findings-fixed"]);
    assert!(
        swapped.conditions.len() == 1,
        "no total is implied beside `new`"
    );
}

#[test]
fn new_findings_are_listed_first_and_marked() {
    let trial = with(json!({ "new": "0" })).baseline(recorded(&[X]));
    let judgement = trial.judge(&[&sarif(&[X, Y])]);
    let marks: Vec<_> = judgement
        .findings
        .iter()
        .map(|f| (f.line, f.state))
        .collect();
    let (new, existing) = (Some(FindingState::New), Some(FindingState::Existing));
    assert_eq!(marks, [(Some(9), new), (Some(3), existing)]);
}

#[test]
fn fixed_ones_are_counted_and_shown() {
    let trial = with(json!({ "fixed": ">=1", "total": "<=5" })).baseline(recorded(&[X, Y]));
    let judgement = trial.judge(&[&sarif(&[X])]);
    assert_eq!(
        told(&judgement, "fixed"),
        (Verdict::Pass, "1", "r in src/a.c")
    );
    assert_eq!(codes(&judgement), ["findings-fixed"]);
    let nothing = trial.judge(&[&sarif(&[X, Y])]);
    assert_eq!(told(&nothing, "fixed").0, Verdict::Fail);
}

#[test]
fn what_is_suppressed_instead_of_mended_is_said_and_not_fixed() {
    let quiet = ("r", "src/a.c", 3, "x", true);
    let trial = with(json!({ "new": "0", "fixed": ">=1" })).baseline(recorded(&[X]));
    let judgement = trial.judge(&[&sarif(&[quiet])]);
    assert_eq!(told(&judgement, "fixed").0, Verdict::Fail);
    assert_eq!(codes(&judgement), ["findings-suppressed"]);
}

#[test]
fn a_waived_finding_is_neither_new_nor_fixed_and_no_baseline_takes_it_over() {
    let other = ("q", "src/b.c", 1, "z", false);
    let keys =
        json!({ "new": "0", "fixed": "0", "paths": { "src/b.c": { "new": "0", "total": "0" } } });
    let mut trial = with(keys).baseline(recorded(&[X]));
    trial.waived = Some("q");
    let judgement = trial.judge(&[&sarif(&[X, other])]);
    for name in ["new", "paths[src/b.c].new", "paths[src/b.c].total"] {
        assert_eq!(
            told(&judgement, name),
            (Verdict::Waived, "0", "1 more waived"),
            "{name}"
        );
    }
    assert_eq!(judgement.accepted, recorded(&[X]));
    trial.waived = Some("r");
    let judgement = trial.judge(&[&sarif(&[X])]);
    assert_eq!(told(&judgement, "new"), (Verdict::Pass, "0", ""));
    assert_eq!(told(&judgement, "fixed"), (Verdict::Pass, "0", ""));
    assert_eq!(
        judgement.accepted,
        recorded(&[X]),
        "what was known stays known"
    );
}

#[test]
fn a_clean_baseline_is_one() {
    let trial = with(json!({ "new": "0" })).strict().baseline(recorded(&[]));
    assert_eq!(told(&trial.judge(&[&sarif(&[])]), "new").0, Verdict::Pass);
    assert_eq!(told(&trial.judge(&[&sarif(&[X])]), "new").0, Verdict::Fail);
}

#[test]
fn without_a_baseline_nothing_is_new_and_nothing_passes() {
    for key in ["new", "fixed"] {
        let bare = || with(json!({ key: "0", "paths": { "**": { key: "0" } } }));
        let lax = bare().judge(&[&sarif(&[X])]);
        assert_eq!(told(&lax, key).0, Verdict::Waived);
        assert_eq!(lax.findings[0].state, None);
        let strict = bare().strict().judge(&[&sarif(&[X])]);
        for name in [key.to_owned(), format!("paths[**].{key}")] {
            assert_eq!(told(&strict, &name).0, Verdict::Inconclusive);
            assert_eq!(condition(&strict, &name).cause, Some(Cause::Evidence));
        }
        let mut gone = bare();
        gone.given.baseline = BaselineState::Gone("x".to_owned());
        assert_eq!(told(&gone.judge(&[&sarif(&[])]), key).0, Verdict::Fail);
    }
}

#[test]
fn a_failed_scan_is_no_baseline() {
    let broken = json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": "t" } }, "results": [],
        "invocations": [{ "executionSuccessful": false }]
    }] });
    let judgement = with(json!({ "new": "0" }))
        .baseline(recorded(&[X]))
        .judge(&[&broken.to_string()]);
    assert_eq!(judgement.reasons[0].code, "scan-failed");
    assert!(judgement.accepted.is_empty());
}

#[test]
fn findings_beyond_those_shown_are_held_against_the_baseline_too() {
    let texts: Vec<String> = (0..ITEMS_KEPT + 5)
        .map(|number| format!("call of `{}`", "f".repeat(number + 1)))
        .collect();
    let list: Vec<_> = texts
        .iter()
        .map(|text| ("r", "src/a.c", 1, text.as_str(), false))
        .collect();
    let trial = with(json!({ "new": "0" })).baseline(recorded(&list[..ITEMS_KEPT + 4]));
    let judgement = trial.judge(&[&sarif(&list)]);
    assert_eq!(told(&judgement, "new").1, "1");
    assert_eq!(
        (judgement.findings.len(), judgement.findings_cut),
        (ITEMS_KEPT, 5)
    );
    assert_eq!(judgement.findings[0].state, Some(FindingState::New));
}

#[test]
fn equal_findings_of_two_reports_count_each() {
    let trial = with(json!({ "new": "0" })).baseline(recorded(&[X]));
    let report = sarif(&[X]);
    assert_eq!(told(&trial.judge(&[&report, &report]), "new").1, "1");
}

#[test]
fn paths_are_bound_each_on_their_own() {
    let other = ("r", "tests/t.c", 1, "x", false);
    let quiet = ("r", "tests/u.c", 1, "x", true);
    let keys = json!({ "paths": {
        "src/**": { "total": "0", "high": "0", "new": "0" },
        "tests/**": { "total": "<=1", "suppressed": "0" }
    } });
    let trial = with(keys).baseline(recorded(&[other]));
    let clean = trial.judge(&[&sarif(&[other])]);
    assert!(
        clean.conditions.iter().all(|c| c.verdict == Verdict::Pass),
        "{clean:#?}"
    );
    let dirty = trial.judge(&[&sarif(&[X, other, quiet])]);
    for name in ["total", "high", "new"] {
        assert_eq!(
            told(&dirty, &format!("paths[src/**].{name}")).0,
            Verdict::Fail
        );
    }
    assert_eq!(told(&dirty, "paths[tests/**].total").0, Verdict::Pass);
    assert_eq!(told(&dirty, "paths[tests/**].suppressed").1, "1");
}

#[test]
fn mistakes_in_the_keys_are_told() {
    let of = |keys: serde_json::Value| problems("findings", &keys);
    assert_eq!(
        of(json!({ "reports": "r", "paths": { "a/**": {} } })),
        ["empty-gate"]
    );
    assert_eq!(
        of(json!({ "reports": "r", "paths": { "a[": { "total": "0" } } })),
        ["pattern"]
    );
    assert_eq!(
        of(json!({ "reports": "r", "paths": { "a": { "lines": "0" } } })),
        ["unknown-key", "empty-gate"]
    );
}

#[test]
fn what_is_counted_against_the_baseline_takes_no_step_from_it() {
    for key in ["new", "fixed"] {
        let keys = json!({ "reports": "r", key: "<=+1", "paths": { "a": { key: "<=+1" } } });
        assert_eq!(problems("findings", &keys), ["wrong-value", "wrong-value"]);
    }
}

#[test]
fn a_baseline_of_a_number_holds_every_finding_too() {
    for keys in [
        json!({ "total": "<=+0" }),
        json!({ "rules": { "r": "<=+0" } }),
    ] {
        let judgement = with(keys).judge(&[&sarif(&[X, Y])]);
        assert_eq!(judgement.accepted.findings.len(), 2);
    }
}

#[test]
fn nothing_bound_means_none_at_all() {
    for keys in [
        json!({}),
        json!({ "suppressed": "0" }),
        json!({ "fixed": ">=1" }),
    ] {
        let judgement = with(keys).judge(&[&sarif(&[X])]);
        assert_eq!(told(&judgement, "total").0, Verdict::Fail);
    }
}
