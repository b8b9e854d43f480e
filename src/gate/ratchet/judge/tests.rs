//! What a ratchet says of more, fewer, moved, hidden and unreadable places.

use serde_json::json;

use super::super::super::scene::{Scene, build};
use super::super::Ratchet;
use crate::model::{Baseline, BaselineState, Verdict};

fn accepted(counts: &[(&str, &str, u64)]) -> BaselineState {
    let counts = counts.iter();
    let entry = |(name, path, number): &(&str, &str, u64)| {
        (((*name).to_owned(), (*path).to_owned()), *number)
    };
    BaselineState::Here(Box::new(Baseline {
        counts: counts.map(entry).collect(),
        ..Baseline::default()
    }))
}

const PY: (&str, &str) = (
    "src/a.py",
    "import a  # noqa\nimport b  # noqa\nx = 1  # type: ignore\n",
);

#[test]
fn more_than_the_baseline_is_a_fail_that_shows_the_file() {
    let mut scene = Scene::new(&[PY, ("src/b.py", "import c  # noqa\n")]);
    scene.given.baseline = accepted(&[("noqa", "src/a.py", 2), ("type-ignore", "src/a.py", 1)]);
    let said = scene
        .judge(&Ratchet, json!({ "patterns": "suppressions" }))
        .is(Verdict::Fail)
        .says("more in src/b.py 0 → 1")
        .fact("ratchet.noqa", "3")
        .fact("ratchet.suppressions", "4");
    assert_eq!(said.places(), ["src/b.py:1"]);
    let noqa = said
        .0
        .conditions
        .iter()
        .find(|one| one.fact == "g.ratchet.noqa")
        .unwrap();
    assert_eq!(
        (noqa.measured.as_deref(), noqa.bound.as_str()),
        (Some("3"), "<=2 (baseline)")
    );
}

#[test]
fn one_sort_cannot_be_swapped_for_another() {
    let mut scene = Scene::new(&[PY]);
    scene.given.baseline = accepted(&[("noqa", "src/a.py", 3)]);
    scene
        .judge(&Ratchet, json!({ "patterns": "suppressions" }))
        .is(Verdict::Fail)
        .says("g.ratchet.type-ignore");
}

#[test]
fn fewer_and_moved_ones_are_never_red() {
    let mut scene = Scene::new(&[PY]);
    let options = json!({ "patterns": "suppressions" });
    scene.given.baseline =
        accepted(&[("noqa", "src/gone.py", 5), ("type-ignore", "src/old.py", 1)]);
    scene
        .judge(&Ratchet, options)
        .is(Verdict::Pass)
        .says("noqa 5 → 2");
}

#[test]
fn what_would_be_recorded_is_told_by_pattern_and_path() {
    let said = Scene::new(&[PY]).judge(&Ratchet, json!({ "patterns": ["noqa", { "one": "= 1" }] }));
    let counts: Vec<String> = said
        .0
        .accepted
        .counts
        .iter()
        .map(|entry| format!("{entry:?}"))
        .collect();
    assert_eq!(
        counts,
        [
            "((\"noqa\", \"src/a.py\"), 2)",
            "((\"one\", \"src/a.py\"), 1)"
        ]
    );
}

#[test]
fn without_a_baseline_a_laptop_waives_and_ci_cannot_decide() {
    let mut scene = Scene::new(&[PY]);
    let options = json!({ "patterns": "noqa" });
    scene
        .judge(&Ratchet, options.clone())
        .is(Verdict::Waived)
        .says("no baseline yet");
    scene.given.baseline_must_exist = true;
    scene
        .judge(&Ratchet, options.clone())
        .is(Verdict::Inconclusive)
        .says("tollgate baseline record");
    scene.given.baseline = BaselineState::Gone("it was there".to_owned());
    scene
        .judge(&Ratchet, options.clone())
        .is(Verdict::Fail)
        .says("the baseline is gone: it was there");
    scene.given.baseline = BaselineState::Broken("conflict".to_owned());
    scene
        .judge(&Ratchet, options)
        .is(Verdict::Inconclusive)
        .says("the baseline cannot be used: conflict");
}

#[test]
fn an_absolute_bound_needs_no_baseline() {
    let mut scene = Scene::new(&[PY, ("src/b.ts", "it.only('x')\n")]);
    scene.given.baseline_must_exist = true;
    let options =
        |max: serde_json::Value| json!({ "patterns": ["noqa", "skipped-tests"], "max": max });
    scene.judge(&Ratchet, options(json!(3))).is(Verdict::Pass);
    let said = scene.judge(&Ratchet, options(json!(2))).is(Verdict::Fail);
    assert_eq!(said.places(), ["src/a.py:1", "src/a.py:2", "src/b.ts:1"]);
    scene.given.baseline_must_exist = false;
    scene
        .judge(&Ratchet, options(json!({ "skipped-tests": 0 })))
        .is(Verdict::Fail);
    let paths = json!({ "patterns": "noqa", "max": 9, "paths": { "src/*.ts": 0, "src/*.py": 1 } });
    scene
        .judge(&Ratchet, paths)
        .is(Verdict::Fail)
        .says("g.ratchet.paths[src/*.py]");
}

#[test]
fn prose_links_ignored_bytes_and_our_own_files_do_not_count() {
    let files = [
        ("README.md", "write NOSONAR\n"),
        ("src/a.ts", "x() // NOSONAR\n"),
        (".gitignore", "dist\n"),
        ("dist/a.ts", "NOSONAR NOSONAR\n"),
        (".tollgate/baseline/g", "NOSONAR\n"),
        ("tollgate.yaml", "NOSONAR\n"),
    ];
    let scene = Scene::new(&files);
    scene.write("src/b.ts", b"\0\x01NOSONAR");
    scene
        .judge(&Ratchet, json!({ "patterns": "nosonar", "max": 1 }))
        .is(Verdict::Pass)
        .fact("ratchet.total", "1")
        .fact("ratchet.skipped", "1")
        .says("not-searched");
}

#[test]
fn tracked_file_is_counted_though_it_is_ignored() {
    let mut scene = Scene::new(&[PY, (".gitignore", "lib/\n"), ("lib/c.py", "x  # noqa\n")]);
    scene.given.tracked = Some(Ok(vec!["lib/c.py".to_owned()]));
    scene
        .judge(&Ratchet, json!({ "patterns": "noqa", "max": 2 }))
        .is(Verdict::Fail)
        .fact("ratchet.noqa", "3");
}

#[test]
fn nothing_to_search_decides_nothing() {
    Scene::new(&[("a.txt", "x")])
        .judge(&Ratchet, json!({ "patterns": "noqa", "max": 0 }))
        .is(Verdict::Inconclusive)
        .says("nothing-searched");
}

#[test]
fn mistakes_are_problems() {
    for (options, says) in [
        (json!({}), "counts nothing"),
        (json!({ "patterns": "supressions" }), "unknown pattern"),
        (
            json!({ "patterns": ["noqa", "suppressions"] }),
            "counted twice",
        ),
        (json!({ "patterns": { "a b": "x" } }), "cannot be the name"),
        (json!({ "patterns": { "noqa": "x" } }), "it is taken"),
        (
            json!({ "patterns": { "a": "(" } }),
            "not a regular expression",
        ),
        (json!({ "patterns": { "a": "x*" } }), "everywhere"),
        (
            json!({ "patterns": "noqa", "max": { "other": 1 } }),
            "is not counted here",
        ),
        (
            json!({ "patterns": "noqa", "max": "<5" }),
            "wanted a whole number",
        ),
        (
            json!({ "patterns": "noqa", "files": "../x" }),
            "leaves the project",
        ),
    ] {
        let said = build(&Ratchet, &options)
            .map(|_| ())
            .unwrap_err()
            .join("\n");
        assert!(said.contains(says), "{options}: {said}");
    }
}
