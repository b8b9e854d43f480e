//! `--output`: several at once, each for itself, and none of them changes the verdict.

use std::process::Stdio;

use crate::support::{Project, junit};

const FAILS: &str = "gates:\n  a: { run: 'echo said; exit 1' }\n  b: { run: 'true' }\n";

#[test]
fn several_outputs_at_once_each_get_their_file() {
    let project = Project::new(FAILS);
    let ran = project.run(&[
        "-o",
        "junit=out/deep/j.xml",
        "-o",
        "markdown=out/m.md",
        "-o",
        "terminal=t.txt",
    ]);
    ran.exits(1).says("no go");
    assert!(project.read("out/deep/j.xml").starts_with("<?xml"));
    assert!(project.read("out/m.md").to_lowercase().contains("no go"));
    assert!(project.read("t.txt").contains("no go"));
}

#[test]
fn json_on_standard_output_stands_there_alone() {
    let ran = Project::new(FAILS).call(&["run", "-o", "json"]).exits(1);
    let outcome: serde_json::Value = serde_json::from_str(&ran.stdout).expect("nothing but JSON");
    assert_eq!(outcome["verdict"]["decision"], "no-go");
    let ran = Project::new(FAILS)
        .call(&["run", "--stream", "-o", "json=-"])
        .exits(1);
    assert!(
        serde_json::from_str::<serde_json::Value>(&ran.stdout).is_ok(),
        "{ran}"
    );
}

#[test]
fn an_output_that_cannot_be_written_silences_no_other_and_changes_no_verdict() {
    let project = Project::new(FAILS).file("file", "");
    let arguments = ["-o", "junit=file/j.xml", "-o", "markdown=m.md"];
    let ran = project.run(&arguments).exits(1);
    assert!(project.has("m.md"));
    assert_eq!(ran.verdict()["decision"], "no-go");
    ran.says("no go").complains("file/j.xml");
}

#[test]
fn an_output_that_cannot_be_written_makes_a_go_an_error() {
    let project = Project::new("gates:\n  a: { run: 'true' }\n").file("file", "");
    let ran = project.run(&["-o", "junit=file/j.xml"]).exits(3);
    assert_eq!(ran.verdict()["decision"], "go");
    ran.complains("file/j.xml");
}

/// Runs with a standard output whose reader is gone before the first byte.
fn closed(project: &Project, arguments: &[&str]) -> (Option<i32>, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = project.tollgate(arguments);
    let output = command
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn a_reader_that_goes_away_changes_no_exit_code() {
    let bad = Project::new(FAILS);
    let good = Project::new("gates:\n  a: { run: 'echo said' }\n");
    let missing = Project::new("gates:\n  a: { run: no-such-tool }\n");
    for arguments in [
        &["run"][..],
        &["run", "-o", "json"],
        &["run", "--stream"],
        &["run", "-q"],
    ] {
        for (project, code) in [(&bad, 1), (&good, 0), (&missing, 3)] {
            let (status, said) = closed(project, arguments);
            assert_eq!(status, Some(code), "{arguments:?}\n{said}");
            assert!(!said.contains("panicked"), "{said}");
        }
    }
}

#[test]
fn a_reader_that_goes_away_does_not_keep_other_outputs_from_being_written() {
    let project = Project::new(FAILS);
    let (status, said) = closed(&project, &["run", "-o", "json", "-o", "junit=j.xml"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(project.has("j.xml"));
}

#[test]
fn no_command_panics_when_its_reader_goes_away() {
    let project = Project::new(FAILS).file("u.xml", junit(&["a"], &[]));
    for arguments in [
        &["config", "check"][..],
        &["config", "show"],
        &["config", "schema"],
        &["explain", "a"],
        &["doctor"],
        &["inspect", "u.xml"],
        &["inspect", "--json", "u.xml"],
        &["run", "--dry-run"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
    ] {
        let (status, said) = closed(&project, arguments);
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        assert!(
            matches!(status, Some(0)),
            "{arguments:?}: {status:?} {said}"
        );
    }
}

#[test]
fn a_full_standard_output_is_an_error_and_no_panic() {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else {
        return; // Only Linux has it.
    };
    let run = |yaml: &str| {
        let project = Project::new(yaml);
        let mut command = project.tollgate(&["run"]);
        let output = command.stdout(full.try_clone().unwrap()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("panicked"), "{said}");
        (output.status.code(), said)
    };
    assert_eq!(run(FAILS).0, Some(1));
    let (code, said) = run("gates:\n  a: { run: 'true' }\n");
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("error"), "{said}");
}

#[test]
fn an_output_that_is_lost_is_said_with_the_decision() {
    let go = Project::new("gates:\n  a: { run: 'true' }\n").file("taken", "");
    let lost = ["-o", "json=taken/x.json"];
    let ran = go.call(&["run", lost[0], lost[1]]).exits(3);
    assert!(
        ran.stdout.contains("go, but an output was not written"),
        "{ran}"
    );
    assert!(ran.stderr.contains("exit code 3"), "{ran}");
    // The decision itself is the same.
    let ran = go.call(&["run", lost[0], lost[1], "-o", "json"]).exits(3);
    assert!(
        ran.stdout.contains("\"decision\":\"go\"") || ran.stdout.contains("\"decision\": \"go\""),
        "{ran}"
    );
    let ran = Project::new(FAILS)
        .file("taken", "")
        .call(&["run", lost[0], lost[1]])
        .exits(1);
    assert!(
        ran.stdout.contains("no go, but an output was not written"),
        "{ran}"
    );
    assert!(!ran.stderr.contains("exit code 3"), "{ran}");
}

#[test]
fn a_no_go_reads_well() {
    let yaml = "gates:
  types: { run: 'true', why: Types tell what a call may be given }
  unit:
    why: The services behave as agreed
    fix: npx vitest run
    owner: backend
    run: echo 2 tests; cp given.xml r/unit.xml; exit 1
    tests: { reports: r/*.xml, passed: \">=2\" }
  coverage: { needs: unit, run: ./cover, coverage: { reports: cov.info, lines: \">=85%\" } }
  tool: { run: no-such-scanner --all }
  style: { run: 'echo line too long >&2; exit 1', enforce: warn }
";
    let project = Project::new(yaml)
        .file("given.xml", junit(&["adds"], &["divides by zero"]))
        .committed();
    let ran = project.run(&["-j", "1"]).exits(1);
    insta::assert_snapshot!(
        "no_go",
        project.redact(&format!("{}--- stderr\n{}", ran.stdout, ran.stderr))
    );
    let quiet = project.run(&["-j", "1", "-q"]).exits(1);
    insta::assert_snapshot!("no_go_quiet", project.redact(&quiet.stdout));
}

#[test]
fn a_go_reads_well() {
    let yaml = "gates:
  types: { run: 'true' }
  unit: { run: cp given.xml r/unit.xml, tests: { reports: r/*.xml, passed: \">=2\" } }
";
    let project = Project::new(yaml)
        .file("given.xml", junit(&["a", "b"], &[]))
        .committed();
    let ran = project.run(&["-j", "1"]).exits(0);
    insta::assert_snapshot!(project.redact(&format!("{}--- stderr\n{}", ran.stdout, ran.stderr)));
}

#[test]
fn the_record_of_a_run_is_its_outcome() {
    let project = Project::new(FAILS).committed();
    let ran = project.run(&[]).exits(1);
    let id = ran.outcome()["run"]["id"].as_str().unwrap();
    let record = project.read(&format!(".git/tollgate/runs/{id}/outcome.json"));
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert_eq!(&record, ran.outcome());
    assert!(!project.has(".tollgate"));
}

#[test]
fn one_line_of_a_gate_that_fails_tells_what_fails() {
    let yaml = "gates:\n  unit: { run: ./make, tests: { reports: r/*.xml } }\n";
    let ran = Project::new(yaml)
        .script(
            "make",
            "cp bad.xml r/a.xml; echo '<testsuite' > r/b.xml; exit 1",
        )
        .file("bad.xml", junit(&[], &["z"]))
        .run(&[])
        .exits(1);
    let line = ran.stdout.lines().next().unwrap_or_default();
    assert!(line.contains("tests.failed 1, wanted 0"), "{ran}");
    let at = |words: &str| ran.stdout.find(words).unwrap_or_else(|| panic!("{ran}"));
    assert!(at("\n  tests.failed") < at("report-broken"), "{ran}");
}
