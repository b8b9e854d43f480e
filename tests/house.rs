//! The rules of the house that the compiler does not know: who may import whom, what each file begins
//! with, what has to be registered, and where time is measured. CONTRIBUTING.md explains them.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the ground. A room imports from lower floors only, never from a neighbour.
const FLOORS: &[&[&str]] = &[
    &["source"],
    &["problem"],
    &["model"],
    &["exec"],
    &["policy", "vcs"],
    &["report"],
    &["gate"],
    &["config", "store"],
    &["run", "output"],
    &["init"],
    &["cli"],
];

/// Rooms that may measure time.
const TIMERS: &[&str] = &["exec", "run", "cli"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file below a folder, sorted, with its text.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            found.push((path, text));
        }
    }
    found.sort();
    found
}

fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(source()).expect("below src");
    let first = inside.components().next().expect("a name");
    let name = first.as_os_str().to_string_lossy();
    name.trim_end_matches(".rs").to_owned()
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// The text without its tests: they stand last in a file.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

/// The rooms that a text names as `crate::room`, with the line.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for part in line.split("crate::").skip(1) {
            let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            found.push((number + 1, part[..end.unwrap_or(part.len())].to_owned()));
        }
    }
    found
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for (path, text) in files(&source()) {
        let room = room_of(&path);
        let Some(floor) = floor_of(&room) else {
            assert!(
                ["lib", "main"].contains(&room.as_str()),
                "room `{room}` stands on no floor: add it to FLOORS"
            );
            continue;
        };
        for (line, other) in imports(&text) {
            let upward = floor_of(&other).is_some_and(|there| there >= floor);
            if other != room && upward {
                wrong.push(format!("{}:{line} imports {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "upward imports:\n{}", wrong.join("\n"));
}

#[test]
fn each_file_says_what_it_is_for() {
    let silent: Vec<String> = files(&source())
        .into_iter()
        // The tests of one file, moved out of it, are spoken for by that file.
        .filter(|(path, _)| !path.ends_with("tests.rs"))
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no `//!` in:\n{}", silent.join("\n"));
}

#[test]
fn each_file_is_registered() {
    for (path, _) in files(&source()) {
        let stem = path.file_stem().expect("a name").to_string_lossy();
        if ["lib", "main", "mod"].contains(&&*stem) {
            continue;
        }
        let folder = path.parent().expect("a folder");
        let beside = folder.with_extension("rs");
        let parents = [folder.join("mod.rs"), folder.join("lib.rs"), beside];
        let known = parents.iter().any(|parent| {
            fs::read_to_string(parent).is_ok_and(|text| text.contains(&format!("mod {stem};")))
        });
        assert!(known, "{} is compiled by nobody", path.display());
    }
}

#[test]
fn each_format_kind_and_output_is_in_its_table() {
    for (room, name) in [
        ("report", "ReportFormat"),
        ("gate", "GateKind"),
        ("output", "Output"),
    ] {
        let folder = source().join(room);
        let table = fs::read_to_string(folder.join("mod.rs")).expect("the table");
        for (path, text) in files(&folder) {
            let text = without_tests(&text);
            for part in text.split(&format!("impl {name} for ")).skip(1) {
                let end = part.find([' ', '<', '{']).unwrap_or(part.len());
                let entry = format!("::{},", &part[..end]);
                assert!(
                    table.contains(&entry),
                    "{} is not in the table of src/{room}/mod.rs",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn time_is_measured_where_things_run() {
    for (path, text) in files(&source()) {
        let room = room_of(&path);
        if !TIMERS.contains(&room.as_str()) {
            assert!(
                !without_tests(&text).contains("Instant::now"),
                "{} measures time; only {TIMERS:?} do",
                path.display()
            );
        }
    }
}
