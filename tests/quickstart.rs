//! The quickstart does what its README says: it passes as it is, and each file in `breaks/` is caught by the
//! one gate that it is named after.
//!
//! Each test works on a copy. The tools come from `.venv`, which `scripts/test` makes.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

fn quickstart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a new folder");
    for entry in fs::read_dir(from).expect("a folder of the example") {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        // What gates make is not part of the example.
        if [
            "reports",
            "__pycache__",
            ".venv",
            ".mypy_cache",
            ".pytest_cache",
            ".tollgate",
        ]
        .iter()
        .any(|made| name == *made)
        {
            continue;
        }
        let (from, to) = (entry.path(), to.join(&name));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a copied file");
        }
    }
}

/// A copy of the quickstart, with its tools.
fn project() -> TempDir {
    let tools = quickstart().join(".venv");
    assert!(
        tools.join("made-from").is_file(),
        "{} is not there: `scripts/test` makes it",
        tools.display()
    );
    let folder = TempDir::new().expect("a temporary folder");
    copy(&quickstart(), folder.path());
    symlink(tools, folder.path().join(".venv")).expect("a link");
    folder
}

/// Runs all gates: the exit code, the decision, and the gates that do not pass.
fn run(folder: &Path) -> (Option<i32>, String, Vec<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["--ci", "none", "run", "--output", "json"])
        .current_dir(folder)
        .output()
        .expect("the binary");
    let outcome: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    let verdict = &outcome["verdict"];
    let gates = verdict["gates"].as_array().expect("gates");
    assert_eq!(gates.len(), 6);
    let red = gates.iter().filter(|gate| gate["verdict"] != "pass");
    let red = red.map(|gate| format!("{} {}", gate["id"], gate["verdict"]).replace('"', ""));
    let decision = verdict["decision"].as_str().expect("a decision").to_owned();
    (output.status.code(), decision, red.collect())
}

fn is_caught(name: &str) {
    let folder = project();
    let patch = fs::File::open(folder.path().join(format!("breaks/{name}.patch")));
    let applied = Command::new("patch")
        .args(["--silent", "-p1"])
        .current_dir(folder.path())
        .stdin(patch.expect("the patch"))
        .status();
    assert!(applied.expect("patch").success(), "{name} does not apply");
    let caught = vec![format!("{name} fail")];
    assert_eq!(run(folder.path()), (Some(1), "no-go".to_owned(), caught));
}

#[test]
fn as_it_is_it_goes() {
    let folder = project();
    assert_eq!(run(folder.path()), (Some(0), "go".to_owned(), Vec::new()));
}

#[test]
fn every_break_has_a_test_here() {
    let mut names: Vec<String> = fs::read_dir(quickstart().join("breaks"))
        .expect("the breaks")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    let tested = ["coverage", "migrations", "security", "tests", "types"];
    assert_eq!(names, tested.map(|name| format!("{name}.patch")));
}

#[test]
fn broken_tests_are_caught() {
    is_caught("tests");
}

#[test]
fn code_without_tests_is_caught() {
    is_caught("coverage");
}

#[test]
fn wrong_types_are_caught() {
    is_caught("types");
}

#[test]
fn an_injection_is_caught() {
    is_caught("security");
}

#[test]
fn a_migration_without_a_way_back_is_caught() {
    is_caught("migrations");
}
