//! `tollgate inspect`: what is read in a report, for people and for machines.

use serde_json::Value;

use crate::support::{Project, Ran, junit, lcov, sarif};

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect()
}

fn reports() -> Project {
    Project::empty("project")
        .file("unit.xml", junit(&["a", "b"], &["c"]))
        .file("cov.info", lcov(3, 4))
        .file("scan.sarif", sarif(&["x"], &["y"]))
        .file("half.xml", "<testsuite><testcase")
        .file("empty.xml", "")
        .file("words.txt", "just words\n")
}

#[test]
fn each_kind_has_its_numbers() {
    let ran = reports()
        .call(&["inspect", "--json", "unit.xml", "cov.info", "scan.sarif"])
        .exits(0);
    let found = lines(&ran);
    assert_eq!(found.len(), 3);
    let tests = &found[0];
    assert_eq!(
        (&tests["file"], &tests["format"], &tests["kind"]),
        (&"unit.xml".into(), &"junit".into(), &"tests".into())
    );
    assert_eq!(
        (&tests["tests"]["passed"], &tests["tests"]["failed"]),
        (&2.into(), &1.into())
    );
    assert_eq!(tests["tests"]["failures"][0]["id"], "case::c");
    assert_eq!(found[1]["coverage"]["lines"]["covered"], 3);
    assert_eq!(found[1]["coverage"]["branches"], Value::Null);
    assert_eq!(
        (
            &found[2]["findings"]["total"],
            &found[2]["findings"]["suppressed"]
        ),
        (&1.into(), &1.into())
    );
}

#[test]
fn what_cannot_be_read_is_undecided_and_does_not_hide_the_rest() {
    let files = [
        "inspect",
        "--json",
        "half.xml",
        "empty.xml",
        "words.txt",
        "no-such.xml",
        "unit.xml",
    ];
    let ran = reports().call(&files).exits(3);
    let found = lines(&ran);
    assert_eq!(found.len(), 5);
    for line in &found[..4] {
        assert!(
            line["error"]["code"].is_string() && line["error"]["message"].is_string(),
            "{line}"
        );
        assert!(line["kind"].is_null(), "{line}");
    }
    assert_eq!(found[4]["tests"]["total"], 3);
}

#[test]
fn people_get_words() {
    let project = reports();
    let ran = project
        .call(&["inspect", "unit.xml", "cov.info", "scan.sarif", "half.xml"])
        .exits(3);
    insta::assert_snapshot!(project.redact(&ran.stdout));
}

#[test]
fn a_declared_format_is_taken_at_its_word() {
    reports()
        .call(&["inspect", "--format", "lcov", "unit.xml"])
        .exits(3);
    reports()
        .call(&["inspect", "--format", "junit", "unit.xml"])
        .exits(0);
}

#[test]
fn folders_and_devices_are_refused() {
    let project = reports().file("folder/x", "");
    let ran = project
        .call(&["inspect", "--json", "folder", "/dev/null"])
        .exits(3);
    assert!(
        lines(&ran).iter().all(|line| line["error"].is_object()),
        "{ran}"
    );
}
