//! The five programmes in `examples/` as one family: one script, files that hold, and a README of one shape.

use std::fs;
use std::path::Path;

use crate::support::{Scenario, steps};

const EXAMPLES: [&str; 5] = [
    "portfolio-api",
    "gap-fixing",
    "tenant-chat",
    "production-blockers",
    "production-polish",
];

fn read(example: &str, file: &str) -> String {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    fs::read_to_string(examples.join(example).join(file)).expect("a file of the example")
}

#[test]
fn one_script_walks_all_of_them() {
    for example in EXAMPLES {
        assert!(read(example, "go") == read(EXAMPLES[0], "go"), "{example}");
    }
}

#[test]
fn their_files_are_right_and_each_gate_can_fail() {
    for example in EXAMPLES {
        let scenario = Scenario::copy(example);
        for command in ["check", "prove"] {
            scenario.project.call(&["config", command]).exits(0);
        }
    }
}

#[test]
fn what_the_script_does_not_know_it_refuses() {
    let scenario = Scenario::copy("gap-fixing");
    let project = &scenario.project;
    let go = |folder: &Path, arguments: &[&str]| {
        let mut command = project.command(folder.join("go"), &project.root);
        let output = command.args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/gap-fixing");
    let root = project.root.to_str().unwrap();
    for (folder, arguments, says) in [
        (&shipped, &["copy", root][..], "is not empty"),
        (
            &shipped,
            &["copy"],
            "it is ./go, ./go copy FOLDER or ./go next",
        ),
        (
            &shipped,
            &["next"],
            "this is no copy: ./go copy FOLDER makes one",
        ),
        (&project.root, &[], "this is a copy already: ./go next"),
    ] {
        let (code, said) = go(folder, arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}

#[test]
fn their_readmes_have_one_shape_and_name_each_step() {
    let sections = [
        "Walk it",
        "The criteria",
        "Recorded and stood in for",
        "Worth copying",
    ];
    for example in EXAMPLES {
        let readme = read(example, "README.md");
        let found: Vec<&str> = readme
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        assert_eq!(found, sections, "{example}");
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        for step in steps(&examples.join(example)) {
            assert!(readme.contains(&format!("`{step}`")), "{example}: {step}");
        }
    }
}

#[test]
fn what_a_step_does_is_said_within_80_columns() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for example in EXAMPLES {
        for step in steps(&examples.join(example)) {
            let file = ["patch", "sh"].map(|end| format!("steps/{step}.{end}"));
            let file = file
                .iter()
                .find(|file| examples.join(example).join(file).exists());
            let text = read(example, file.expect("a patch or a script"));
            let title = text
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("# ");
            let said = format!("== step {step}: {title}");
            assert!(said.chars().count() <= 80, "{example}: {said}");
        }
    }
}
