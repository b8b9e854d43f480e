//! Every exit code, and what comes first when several apply (RULES 2).

use rustix::process::Signal;

use crate::support::{Project, lcov, wait_for};

#[test]
fn go_no_go_undecided_and_hold() {
    let yaml = "gates:
  pass: { run: 'true' }
  fail: { run: 'false' }
  undecided: { run: no-such-tool }
  held: { run: cp given.info cov.info, coverage: { reports: cov.info, lines: { pass: \">=85%\", fail: \"<80%\" } } }
";
    let project = Project::new(yaml).file("given.info", lcov(82, 100));
    let decision = |gates: &[&str], code: i32, words: &str| {
        let ran = project.run(gates).exits(code);
        assert_eq!(ran.verdict()["decision"], words, "{ran}");
    };
    decision(&["pass"], 0, "go");
    decision(&["pass", "fail"], 1, "no-go");
    decision(&["undecided"], 3, "no-go");
    decision(&["held"], 4, "hold");
    decision(&["held", "pass"], 4, "hold");
    decision(&["held", "undecided"], 3, "no-go");
    decision(&["held", "fail", "undecided"], 1, "no-go");
}

#[test]
fn a_gate_that_was_cancelled_leaves_the_run_undecided() {
    let yaml = "gates:
  undecided: { run: no-such-tool, enforce: warn }
  a: { run: no-such-tool }
  b: { run: 'true', needs: a }
";
    Project::new(yaml)
        .run(&[])
        .exits(3)
        .gate("b")
        .is("cancelled");
}

#[test]
fn what_is_typed_wrong_is_usage() {
    let project = Project::new("gates:\n  unit: { run: 'true' }\n");
    for arguments in [
        &["run", "--no-such-option"][..],
        &["run", "unti"],
        &["run", "--jobs", "0"],
        &["run", "--jobs", "many"],
        &["run", "-o", "no-such-output"],
        &["run", "-o", "json="],
        &["run", "-o", "json", "-o", "junit"],
        &["frobnicate"],
        &["explain", "unti"],
        &["inspect", "--format", "junt", "x.xml"],
        &["inspect"],
        &[],
    ] {
        project.call(arguments).exits(2);
    }
    project
        .call(&["run", "unti"])
        .complains("did you mean `unit`?");
    project.call(&["rn"]).complains("did you mean `run`?");
    project
        .call(&["run", "-o", "jsn"])
        .complains("did you mean `json`?");
    project
        .call(&["inspect", "--format", "junt", "x"])
        .complains("did you mean `junit`?");
}

#[test]
fn what_comes_in_a_later_version_is_refused_by_name() {
    let project = Project::new("gates:\n  unit: { run: 'true' }\n");
    for command in ["plan", "merge", "hook", "ci", "agent", "report", "history"] {
        project
            .call(&[command, "x"])
            .exits(2)
            .complains("is not in this version of tollgate");
    }
    for options in [&["--changed"][..], &["--shard", "1/2"]] {
        let mut arguments = vec!["run"];
        arguments.extend(options);
        let ran = project.call(&arguments).exits(2);
        ran.complains(&format!("`{}` is not in this version", options[0]));
    }
    for output in ["sarif", "github", "gitlab", "html", "agent"] {
        project
            .call(&["run", "-o", output])
            .exits(2)
            .complains("not in this version");
    }
}

#[test]
fn no_file_is_usage_and_names_the_way_to_one() {
    let project = Project::empty("project");
    let ran = project.call(&["run"]).exits(2);
    ran.complains("there is no `tollgate.yaml`")
        .complains("tollgate init");
    project
        .call(&["-C", "nowhere", "run"])
        .exits(2)
        .complains("is not a folder");
    project
        .call(&["--config", "other.yaml", "run"])
        .exits(2)
        .complains("other.yaml");
}

#[test]
fn the_file_is_found_from_below_and_by_name() {
    let project = Project::new("gates:\n  a: { run: test -e here }\n")
        .file("here", "")
        .file("sub/dir/x", "");
    let below = project.root.join("sub/dir");
    project.start_in(&below, &[]).end().exits(0);
    project.write("other.yaml", "version: 1\ngates:\n  b: { run: 'true' }\n");
    project
        .run(&["--config", "other.yaml"])
        .exits(0)
        .gate("b")
        .is("pass");
    project
        .start_in(&project.beside(), &["-C", "project"])
        .end()
        .exits(0)
        .gate("a")
        .is("pass");
}

#[test]
fn help_and_version_are_no_mistake() {
    let project = Project::empty("project");
    project.call(&["--help"]).exits(0).says("Exit: 0 go");
    project
        .call(&["run", "--help"])
        .exits(0)
        .says("--fail-fast");
    project
        .call(&["--version"])
        .exits(0)
        .says(env!("CARGO_PKG_VERSION"));
}

/// Interrupts a run while its gate sleeps; `ask` runs after the signal.
fn interrupted(signal: Signal, code: i32) {
    let yaml = "gates:
  sleeps: { run: 'echo $$ > pid; touch sleeps; sleep 300; touch woke' }
  after: { run: 'true', needs: sleeps }
  other: { run: 'false', needs: sleeps }
";
    let project = Project::new(yaml);
    let run = project.start(&[]);
    wait_for("the gate", || project.has("sleeps").then_some(()));
    run.signal(signal);
    let ran = run.end().exits(code);
    ran.gate("sleeps")
        .is("cancelled")
        .says("the run was interrupted (SIG");
    ran.gate("after").is("cancelled");
    assert!(ran.outcome()["run"]["interrupted"].is_string(), "{ran}");
    assert!(ran.stdout.contains("ended: "), "{ran}");
    let pid: i32 = project.read("pid").trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    assert!(
        rustix::process::test_kill_process(pid).is_err(),
        "still running"
    );
    assert!(!project.has("woke"));
}

#[test]
fn an_interrupted_run_leaves_with_130() {
    interrupted(Signal::INT, 130);
}

#[test]
fn a_terminated_run_leaves_with_143() {
    interrupted(Signal::TERM, 143);
}

#[test]
fn a_hang_up_counts_as_termination() {
    interrupted(Signal::HUP, 143);
}

#[test]
fn an_interrupt_outweighs_a_failure() {
    let yaml = "gates:
  fails: { run: 'false' }
  sleeps: { run: 'touch sleeps; sleep 300', needs: warns }
  warns: { run: 'true', needs: also }
  also: { run: 'false', enforce: warn }
";
    let project = Project::new(yaml);
    let run = project.start(&[]);
    wait_for("the gate", || project.has("sleeps").then_some(()));
    run.signal(Signal::INT);
    run.end().exits(130).gate("fails").is("fail");
}

#[test]
fn a_second_interrupt_does_not_wait_for_the_grace() {
    let yaml = "gates:
  deaf: { run: ./deaf, grace: 50s }
";
    let script = "trap '' TERM INT; touch deaf-runs; while :; do sleep 0.05; done";
    let project = Project::new(yaml).script("deaf", script);
    let run = project.start(&[]);
    wait_for("the gate", || project.has("deaf-runs").then_some(()));
    run.signal(Signal::INT);
    run.wait_for("SIGINT");
    let began = std::time::Instant::now();
    run.signal(Signal::INT);
    run.end().exits(130);
    assert!(began.elapsed() < std::time::Duration::from_secs(40));
}
