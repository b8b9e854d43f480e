//! Disks that are full and places that cannot be written: said, never hidden, and never a pass without evidence.

use crate::support::{Project, Ran, Started, junit};

/// `tollgate run` that can write no file larger than 8 KiB, as on a disk that is full.
fn full_disk(project: &Project, arguments: &[&str]) -> Ran {
    let (output, json) = project.json_output();
    // The signal of the limit is ignored, so that a write fails as it does on a full disk. The outcome is drawn on
    // standard output, which is a pipe and has no limit, and brought to its file from there.
    let script = format!(
        "trap '' XFSZ; ulimit -f 16; exec '{}' run -o json \"$@\"",
        env!("CARGO_BIN_EXE_tollgate")
    );
    let mut command = project.command("sh", &project.root);
    command.args(["-c", &script, "sh"]).args(arguments);
    let ran = Started::new(command, None).end();
    let _ = output;
    std::fs::write(&json, &ran.stdout).unwrap();
    let outcome = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("no outcome\n{ran}"));
    Ran {
        json: Some(outcome),
        ..ran
    }
}

#[test]
fn a_log_that_does_not_fit_is_noted_and_the_exit_decides() {
    let yaml = "gates:\n  a: { run: 'yes | head -c 100000' }\n";
    let ran = full_disk(&Project::new(yaml), &[]).exits(0);
    ran.gate("a").is("pass").notes(&["log-incomplete"]);
    let verdict = ran.verdict().to_string();
    assert!(
        !verdict.contains("tollgate-it-"),
        "an absolute path in the verdict: {verdict}"
    );
}

#[test]
fn a_captured_report_that_does_not_fit_is_no_evidence() {
    // The first lines hold one finding; what does not fit holds more.
    let yaml = "gates:
  types:
    run: ./make
    findings: { reports: stdout, format: tsc, total: \"<=400\" }
";
    let script = "i=0; while [ $i -lt 1000 ]; do echo \"src/a.ts($i,1): error TS2322: wrong type here\"; i=$((i+1)); done; exit 1";
    let ran = full_disk(&Project::new(yaml).script("make", script), &[]).exits(3);
    ran.gate("types").is("inconclusive").reports(&[]);
}

#[test]
fn a_report_that_the_command_could_not_write_whole_is_no_evidence() {
    let yaml = "gates:\n  unit: { run: 'cp given.xml unit.xml', tests: { reports: unit.xml } }\n";
    let names: Vec<String> = (0..2000)
        .map(|number| format!("test number {number}"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let project = Project::new(yaml).file("given.xml", junit(&names, &[]));
    let ran = full_disk(&project, &[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .cause("evidence")
        .reports(&[]);
}

#[test]
fn an_output_that_does_not_fit_is_said_and_the_verdict_stays() {
    let mut yaml = "gates:\n".to_owned();
    for number in 0..150 {
        yaml += &format!("  gate-{number}: {{ run: 'false', enforce: warn }}\n");
    }
    let ran = full_disk(&Project::new(&yaml), &["-o", "junit=out.xml"])
        .exits(3)
        .complains("out.xml");
    assert_eq!(ran.verdict()["decision"], "go");
    let ran = full_disk(
        &Project::new(&yaml.replace(", enforce: warn", "")),
        &["-o", "junit=out.xml"],
    );
    ran.exits(1).complains("out.xml");
}

/// A project in which tollgate cannot keep anything: a file lies where its folder would be.
fn no_store(yaml: &str) -> Project {
    Project::new(yaml).file(".tollgate", "not a folder")
}

#[test]
fn without_a_place_for_logs_gates_run_and_it_is_said() {
    let yaml = "gates:
  a: { run: 'echo hello; exit 1' }
  b: { run: cp given.xml unit.xml, tests: { reports: unit.xml } }
";
    let ran = no_store(yaml)
        .file("given.xml", junit(&["a"], &[]))
        .run(&[])
        .exits(1);
    ran.gate("a").is("fail");
    ran.gate("b").is("pass");
    assert!(ran.notes().contains("logs are not kept"), "{ran}");
    ran.says("hello");
}

#[test]
fn without_a_place_for_what_is_captured_nothing_is_judged() {
    let yaml = "gates:\n  a: { run: 'printf \"1..1\\nok 1 - a\\n\"', tests: { reports: stdout, format: tap } }\n";
    let ran = no_store(yaml).run(&[]).exits(3);
    ran.gate("a").is("inconclusive").cause("environment");
}

#[test]
fn in_a_repository_the_store_that_cannot_be_made_is_said_too() {
    let project = Project::new("gates:\n  a: { run: 'true' }\n").committed();
    std::fs::write(project.root.join(".git/tollgate"), "not a folder").unwrap();
    let ran = project.run(&[]).exits(0);
    assert!(ran.notes().contains("logs are not kept"), "{ran}");
    assert_eq!(ran.verdict()["subject"]["state"], "clean");
}

#[test]
fn a_report_whose_folder_cannot_be_made_is_absent() {
    let yaml =
        "gates:\n  a: { run: 'cp given.xml r/a.xml || true', tests: { reports: r/a.xml } }\n";
    let ran = Project::new(yaml)
        .file("given.xml", junit(&["a"], &[]))
        .file("r", "not a folder")
        .run(&[]);
    ran.exits(3)
        .gate("a")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["report-absent"]);
}

#[test]
fn a_report_that_cannot_be_cleared_is_undecided() {
    // No permission bites for root, so git itself is what does not answer.
    let yaml = "gates:\n  a: { run: 'true', tests: { reports: r/*.xml, clear: true } }\n";
    let project = Project::new(yaml)
        .file("r/a.xml", junit(&["a"], &[]))
        .committed();
    std::fs::write(project.root.join(".git/index"), "broken").unwrap();
    let ran = project.run(&[]).exits(3);
    ran.gate("a")
        .is("inconclusive")
        .cause("environment")
        .reasons(&["not-cleared"]);
    assert!(project.has("r/a.xml"));
}

#[test]
fn old_runs_are_pruned_and_the_own_one_is_not() {
    let project = Project::new("gates:\n  a: { run: echo x }\n").committed();
    for number in 0..125 {
        project.write(
            &format!(".git/tollgate/runs/20200101T000000Z-{number:08x}/a.log"),
            "old",
        );
    }
    let ran = project.run(&[]).exits(0);
    let runs: Vec<_> = std::fs::read_dir(project.root.join(".git/tollgate/runs"))
        .unwrap()
        .collect();
    assert_eq!(runs.len(), 100);
    let id = ran.outcome()["run"]["id"].as_str().unwrap();
    assert!(project.has(&format!(".git/tollgate/runs/{id}/a.log")));
}
