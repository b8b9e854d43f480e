//! Two runs in one work tree: a report that the other one wrote over is no evidence.

use std::path::Path;

use crate::support::{Project, Started, junit, wait_for};

const YAML: &str = "gates:
  hold: { run: ./hold }
  unit: { run: ./make, needs: hold, tests: { reports: unit.xml } }
  lint: { run: cp given.xml lint.xml, tests: { reports: lint.xml } }
";

/// `hold` and, after it has written, `make` wait for a file when `WAITS` names them.
fn project() -> Project {
    let wait =
        "say() { : > said-$1; [ \"$WAITS\" != $1 ] || until [ -e go ]; do sleep 0.01; done; }\n";
    Project::new(YAML)
        .script("hold", &format!("{wait}say hold"))
        .script("make", &format!("{wait}cp \"$GIVES\" unit.xml; say make"))
        .file("given.xml", junit(&["a"], &[]))
        .file("bad.xml", junit(&[], &["a"]))
}

fn start(project: &Project, gate: &str, env: &[(&str, &str)]) -> Started {
    let (output, json) = project.json_output();
    let mut command = project.tollgate(&["run", gate, "-o", "terminal", "-o", &output]);
    command.env("GIVES", "given.xml").envs(env.iter().copied());
    Started::new(command, Some(json))
}

/// Waits until a script said that it is there.
fn said(project: &Project, script: &str) {
    let file = format!("said-{script}");
    wait_for(&file, || project.has(&file).then_some(()));
}

fn notes_left(store: &Path) -> usize {
    let trees = std::fs::read_dir(store.join("under-way"))
        .unwrap()
        .flatten();
    trees
        .map(|tree| std::fs::read_dir(tree.path()).unwrap().count())
        .sum()
}

#[test]
fn a_failing_report_that_another_run_wrote_over_does_not_pass() {
    let project = project();
    let first = start(&project, "unit", &[("GIVES", "bad.xml"), ("WAITS", "make")]);
    said(&project, "make");
    let second = start(&project, "unit", &[]);
    let process = second.pid();
    let second = second.end().exits(3);
    project.write("go", "");
    let process_of_first = first.pid();
    let first = first.end().exits(3);
    for (ran, other) in [(&first, process), (&second, process_of_first)] {
        ran.gate("unit")
            .is("inconclusive")
            .cause("environment")
            .reasons(&["run-beside"])
            .says("unit.xml")
            .says("one after the other");
        let told = format!("process {other}, since 2");
        assert!(ran.stdout.contains(&told), "{told}: {ran}");
        assert!(ran.notes().contains(&told), "{told}: {ran}");
        let verdict = ran.verdict().to_string();
        assert!(!verdict.contains("process"), "{verdict}");
    }
    assert_eq!(notes_left(&project.root.join(".tollgate/local")), 0);
}

#[test]
fn a_run_that_was_over_before_the_gate_began_does_not_matter() {
    let project = project();
    let first = start(&project, "unit", &[("WAITS", "hold")]);
    said(&project, "hold");
    start(&project, "unit", &[]).end().exits(3);
    project.write("go", "");
    let first = first.end().exits(0);
    first.gate("unit").is("pass");
    assert!(!first.notes().contains("another run"), "{first}");
}

#[test]
fn runs_that_write_other_reports_pass_beside_each_other_and_tell() {
    let project = project();
    let first = start(&project, "unit", &[("WAITS", "make")]);
    said(&project, "make");
    let process = first.pid();
    let second = start(&project, "lint", &[]).end().exits(0);
    second.gate("lint").is("pass");
    let told = format!(
        "another run was under way in this work tree while gates wrote reports (process {process}, "
    );
    assert!(second.notes().contains(&told), "{second}");
    project.write("go", "");
    let first = first.end().exits(0);
    assert!(
        first.notes().contains("another run was under way"),
        "{first}"
    );
}

#[test]
fn a_run_that_a_gate_starts_is_no_other_run() {
    let yaml = "gates: { outer: { run: $TOLLGATE run --config inner.yaml, tests: { reports: unit.xml } } }\n";
    let inner = "version: 1\ngates: { inner: { run: cp given.xml unit.xml, tests: { reports: unit.xml } } }\n";
    let project = Project::new(yaml)
        .file("inner.yaml", inner)
        .file("given.xml", junit(&["a"], &[]))
        .env("TOLLGATE", env!("CARGO_BIN_EXE_tollgate"));
    let ran = project.run(&[]).exits(0);
    ran.gate("outer").is("pass").reports(&["unit.xml"]);
    assert!(!ran.notes().contains("another run"), "{ran}");
}

#[test]
fn a_run_that_was_killed_is_not_there_any_more() {
    let project = project();
    let first = start(&project, "unit", &[("WAITS", "make")]);
    said(&project, "make");
    first.signal(rustix::process::Signal::KILL);
    assert_eq!(first.end().code, -9);
    project.write("go", "");
    let ran = start(&project, "unit", &[]).end().exits(0);
    ran.gate("unit").is("pass");
    assert_eq!(notes_left(&project.root.join(".tollgate/local")), 0);
}

#[test]
fn a_run_that_cannot_know_of_others_says_so() {
    let project = project().env("GIVES", "given.xml").committed();
    project.run(&["hold"]).exits(0);
    // What is no folder takes no notes.
    project.write(".git/tollgate/under-way", "");
    let ran = project.run(&["unit"]).exits(0);
    ran.gate("unit").is("pass");
    ran.says("whether another run writes the same reports cannot be told");
}
