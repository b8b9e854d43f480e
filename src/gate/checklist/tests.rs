//! What a checklist says of lists that are done, open, tagged, missing or odd.

use serde_json::json;

use super::super::scene::{Scene, build};
use super::Checklist;
use crate::model::Verdict;

const TASK: &str = "# Task 1.1\n\n- [ ] outside\n\n## Acceptance Criteria:\n\n- [x] one\n- [X] two\n  - [x] two and a half\n\n### Later\n\n1. [ ] three\n\n## Notes\n\n- [ ] also outside\n";

#[test]
fn open_box_of_the_section_is_a_fail_with_its_line_and_text() {
    let scene = Scene::new(&[("tasks/1.md", TASK)]);
    let options = json!({ "files": "tasks/*.md", "section": "acceptance criteria", "open": 0 });
    let said = scene
        .judge(&Checklist, options)
        .is(Verdict::Fail)
        .fact("checklist.open", "1")
        .fact("checklist.total", "4")
        .fact("checklist.done", "75%");
    assert_eq!(said.places(), ["tasks/1.md:13"]);
    let finding = &said.0.findings[0];
    assert_eq!(
        (finding.message.as_str(), finding.line),
        ("three", Some(13))
    );
}

#[test]
fn all_boxes_ticked_is_a_pass() {
    let text = TASK.replace("1. [ ]", "1. [x]");
    let scene = Scene::new(&[("tasks/1.md", &text)]);
    let options = json!({ "files": "tasks", "section": "Acceptance*" });
    scene.judge(&Checklist, options).is(Verdict::Pass);
}

#[test]
fn share_is_compared_exactly() {
    let boxes = |done: usize, all: usize| -> String {
        (0..all)
            .map(|n| format!("- [{}] {n}\n", if n < done { "x" } else { " " }))
            .collect()
    };
    let options = json!({ "files": "a.md", "done": ">=96%" });
    let held = Scene::new(&[("a.md", &boxes(48, 50))]);
    held.judge(&Checklist, options.clone())
        .is(Verdict::Pass)
        .fact("checklist.done", "96%");
    let missed = Scene::new(&[("a.md", &boxes(47, 49))]);
    missed
        .judge(&Checklist, options)
        .is(Verdict::Fail)
        .fact("checklist.done", "95.92%");
}

#[test]
fn missing_file_section_or_box_decides_nothing() {
    let scene = Scene::new(&[("a.md", "# Title\ntext\n"), ("b.md", "# Acceptance\n")]);
    for (options, says) in [
        (json!({ "files": "none/*.md" }), "no-file"),
        (json!({ "files": ["b.md", "c.md"] }), "no-file"),
        (json!({ "files": "a.md" }), "no-box"),
        (
            json!({ "files": "a.md", "section": "Acceptance" }),
            "no-section",
        ),
        (
            json!({ "files": "b.md", "section": "Acceptance", "total": ">=0" }),
            "no-box",
        ),
        (json!({ "files": "b.md", "done": ">=50%" }), "no-box"),
    ] {
        // `>=0` can never fail, which the reader of conditions refuses.
        if let Err(said) = build(&Checklist, &options) {
            assert!(said[0].contains(">=0"), "{said:?}");
            continue;
        }
        scene
            .judge(&Checklist, options)
            .is(Verdict::Inconclusive)
            .says(says);
    }
}

#[test]
fn one_file_without_the_section_is_named() {
    let scene = Scene::new(&[
        ("t/1.md", "# Done\n- [x] a\n"),
        ("t/2.md", "# Other\n- [x] b\n"),
    ]);
    scene
        .judge(&Checklist, json!({ "files": "t/*.md", "section": "Done" }))
        .is(Verdict::Inconclusive)
        .says("t/2.md has no heading `Done`");
    let options = json!({ "files": "t/*.md", "section": "Done", "exclude": "t/2.md" });
    scene.judge(&Checklist, options).is(Verdict::Pass);
}

#[test]
fn tags_are_read_in_all_their_forms() {
    for text in [
        "- [ ] [P0] a",
        "- [ ] a (P0)",
        "- [ ] **P0** a",
        "- [ ] **P0:** a",
        "- [ ] a #p0",
        "- [ ] P0: a",
        "- [ ] `P0` a",
        "- [ ] P0 - a",
        "## P0 blockers\n- [ ] a",
        "# Launch (P0)\n## Audit\n- [ ] a",
        "- **P0**\n  - [ ] a",
        "- [x] [P0] a\n  - [ ] b",
    ] {
        let scene = Scene::new(&[("a.md", text)]);
        let said = scene.judge(&Checklist, json!({ "files": "a.md", "tags": { "P0": 0 } }));
        assert_eq!(said.verdict(), Verdict::Fail, "{text}");
    }
    for text in [
        "- [x] [P0] done\n- [ ] [P1] a",
        "- [x] **P0** done\n- [ ] a P0 in passing",
        "- [x] **P0** done\n## Non-P0\n- [ ] a",
        "- [x] P0: done\n- [ ] #P01",
        "## P0\n- [x] a\n## P1\n- [ ] b",
    ] {
        let scene = Scene::new(&[("a.md", text)]);
        let said = scene.judge(&Checklist, json!({ "files": "a.md", "tags": { "P0": 0 } }));
        assert_eq!(said.verdict(), Verdict::Pass, "{text}");
    }
}

#[test]
fn tag_that_no_box_carries_is_told() {
    let scene = Scene::new(&[("a.md", "- [x] **P0** a\n- [ ] b\n")]);
    let both = json!({ "files": "a.md", "tags": { "P0": 0, "critical": 0 } });
    scene
        .judge(&Checklist, both)
        .is(Verdict::Pass)
        .says("no box carries the tag `critical`");
    let wrong = json!({ "files": "a.md", "tags": { "prio0": 0 } });
    scene
        .judge(&Checklist, wrong)
        .is(Verdict::Inconclusive)
        .says("no-tag");
}

#[test]
fn what_hides_or_fakes_a_box_decides_nothing() {
    for text in [
        "- [x] a\n- [~] b\n",
        "- [x] a\n\n```\n- [ ] b\n",
        "- [x] a\n\n<!--\n- [ ] b\n",
    ] {
        let scene = Scene::new(&[("a.md", text)]);
        scene
            .judge(&Checklist, json!({ "files": "a.md" }))
            .is(Verdict::Inconclusive)
            .says("odd-box");
    }
}

#[test]
fn headings_are_found_through_markup() {
    for heading in [
        "## **Acceptance Criteria**",
        "## 2. Acceptance Criteria",
        "## [Acceptance Criteria](#x)",
        "Acceptance Criteria\n---",
    ] {
        let scene = Scene::new(&[("a.md", &format!("{heading}\n\n- [x] a\n"))]);
        let options = json!({ "files": "a.md", "section": "*Acceptance Criteria" });
        let said = scene.judge(&Checklist, options);
        assert_eq!(said.verdict(), Verdict::Pass, "{heading}: {said:?}");
    }
}

#[test]
fn mistakes_are_problems() {
    for (options, says) in [
        (json!({ "open": 0 }), "does not say which files"),
        (
            json!({ "files": "a.md", "tags": { "a b": 0 } }),
            "is no tag",
        ),
        (json!({ "files": "a.md", "done": ">=96" }), "96"),
        (json!({ "files": "/etc/passwd" }), "leaves the project"),
        (json!({ "files": "a.md", "opened": 0 }), "unknown key"),
    ] {
        let said = build(&Checklist, &options)
            .map(|_| ())
            .unwrap_err()
            .join("\n");
        assert!(said.contains(says), "{options}: {said}");
    }
}
