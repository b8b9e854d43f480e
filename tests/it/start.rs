//! Commands that do not start, do not end, or end in odd ways: each has a defined verdict and clear words.

use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

use crate::support::{Project, junit};

fn one(run: &str) -> Project {
    Project::new(&format!("gates:\n  a:\n    run: {run}\n"))
}

#[test]
fn a_command_that_is_not_there() {
    let ran = one("no-such-tool --all").run(&[]).exits(3);
    ran.gate("a")
        .is("inconclusive")
        .cause("environment")
        .reasons(&["not-found"])
        .says("`no-such-tool`");
    let path = one("./no/such/tool").run(&[]).exits(3);
    path.gate("a").reasons(&["not-found"]);
    let shell = one("no-such-tool | cat; no-such-tool").run(&[]).exits(3);
    shell
        .gate("a")
        .is("inconclusive")
        .reasons(&["crash"])
        .says("not found");
}

#[test]
fn a_missing_tool_is_not_also_blamed_for_its_missing_report() {
    let yaml = "gates:\n  a: { run: no-such-tool, tests: { reports: a.xml, expect: 2 } }\n";
    let ran = Project::new(yaml).run(&[]).exits(3);
    ran.gate("a").is("inconclusive").reasons(&["not-found"]);
}

#[test]
fn a_file_that_is_not_executable() {
    let ran = one("./tool").file("tool", "#!/bin/sh\n").run(&[]).exits(3);
    ran.gate("a")
        .is("inconclusive")
        .cause("environment")
        .reasons(&["not-executable"]);
    let folder = one("./folder").file("folder/x", "").run(&[]).exits(3);
    folder.gate("a").is("inconclusive").cause("environment");
}

#[test]
fn a_script_whose_interpreter_is_not_there() {
    let project = one("./tool").script("tool", "");
    std::fs::write(project.root.join("tool"), "#!/no/such/interpreter\n").unwrap();
    let ran = project.run(&[]).exits(3);
    ran.gate("a")
        .is("inconclusive")
        .cause("environment")
        .says("/no/such/interpreter");
}

#[test]
fn a_working_folder_that_is_not_there() {
    let yaml = "gates:\n  a: { run: ls, dir: no/such }\n";
    let ran = Project::new(yaml).run(&[]).exits(3);
    ran.gate("a")
        .is("inconclusive")
        .cause("environment")
        .says("no/such");
}

#[test]
fn a_command_that_is_killed() {
    let ran = one("kill -9 $$").run(&[]).exits(3);
    ran.gate("a")
        .is("inconclusive")
        .cause("environment")
        .reasons(&["killed"])
        .says("signal 9");
}

#[test]
fn a_command_that_takes_too_long() {
    let yaml =
        "gates:\n  a: { run: 'sleep 300; true', timeout: 100ms, tests: { reports: a.xml } }\n";
    let ran = Project::new(yaml).run(&[]).exits(3);
    ran.gate("a")
        .is("inconclusive")
        .cause("environment")
        .reasons(&["timed-out"]);
}

#[test]
fn a_command_that_ignores_being_asked_to_end() {
    let yaml = "gates:\n  a: { run: ./deaf, timeout: 300ms, grace: 100ms }\n";
    let project = Project::new(yaml).script(
        "deaf",
        "trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done",
    );
    let ran = project.run(&[]).exits(3);
    let gate = ran.gate("a").is("inconclusive").reasons(&["timed-out"]);
    assert!(gate.run["stopped"].to_string().contains("KILL"), "{ran}");
    let pid: i32 = project.read("pid").trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    assert!(rustix::process::test_kill_process(pid).is_err());
}

#[test]
fn a_command_that_forks_and_leaves() {
    for fork in [
        "sleep 300 &",
        "(sleep 300 &)",
        "setsid sleep 300 &",
        "sleep 300 > /dev/null 2>&1 < /dev/null &",
    ] {
        let ran = one("./leave").script("leave", fork).run(&[]).exits(0);
        let gate = ran
            .gate("a")
            .is("pass")
            .notes(&["left-processes"])
            .says("sleep");
        assert!(
            gate.run["stopped"].to_string().contains("sleep"),
            "{fork}\n{ran}"
        );
    }
}

#[test]
fn a_command_that_reads_standard_input_gets_nothing() {
    let project = one("cat > read");
    let mut command = project.tollgate(&["run"]);
    let (reader, writer) = std::io::pipe().unwrap();
    // Somebody holds the other end and never writes: a gate that inherited it would wait for ever.
    let status = command
        .stdin(reader)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    drop(writer);
    assert_eq!(status.code(), Some(0));
    assert_eq!(project.read("read"), "");
}

#[test]
fn a_closed_standard_input_is_no_trouble() {
    let project = one("cat > read");
    let script = format!("exec '{}' run <&-", env!("CARGO_BIN_EXE_tollgate"));
    let output = project
        .command("sh", &project.root)
        .args(["-c", &script])
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn report(script: &str) -> Project {
    let yaml = "gates:\n  a: { run: ./make, tests: { reports: a.xml } }\n";
    Project::new(yaml)
        .script("make", script)
        .file("given.xml", junit(&["a"], &["b"]))
}

#[test]
fn a_command_that_writes_nothing() {
    let ran = report("true").run(&[]).exits(3);
    ran.gate("a")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["report-absent"])
        .says("`a.xml`");
    let empty = report(": > a.xml").run(&[]).exits(3);
    empty
        .gate("a")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["report-empty"]);
}

#[test]
fn a_command_that_writes_half_a_report() {
    let ran = report("head -c 120 given.xml > a.xml").run(&[]).exits(3);
    ran.gate("a")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["report-broken"])
        .reports(&[]);
    let noise = report("head -c 3000 /dev/urandom > a.xml")
        .run(&[])
        .exits(3);
    noise
        .gate("a")
        .is("inconclusive")
        .cause("evidence")
        .reports(&[]);
}

#[test]
fn a_report_that_is_no_file() {
    let folder = report("mkdir a.xml").run(&[]).exits(3);
    folder.gate("a").is("inconclusive").cause("evidence");
    let pipe = report("mkfifo a.xml").run(&[]).exits(3);
    pipe.gate("a").is("inconclusive").cause("evidence");
    let device = report("ln -s /dev/zero a.xml").run(&[]).exits(3);
    device
        .gate("a")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["report-outside"]);
}

#[test]
fn a_report_of_another_kind() {
    let lcov = crate::support::lcov(1, 2);
    let ran = report("cp given.info a.xml")
        .file("given.info", lcov)
        .run(&[])
        .exits(3);
    ran.gate("a")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["report-broken"]);
}

#[test]
fn folders_with_odd_names() {
    let yaml = "gates:\n  a: { run: 'cp given.xml r/a.xml', tests: { reports: r/a.xml } }\n";
    let mut names: Vec<&[u8]> = vec![
        b"with space",
        b"line\nbreak",
        b"quote'\"$x",
        b"-dash",
        "\u{e4}\u{1F600}".as_bytes(),
        b"*[x]?",
    ];
    if cfg!(target_os = "linux") {
        names.push(b"bytes-\xff-\xfe");
    }
    for name in names {
        let project = Project::named(std::ffi::OsStr::from_bytes(name), yaml)
            .file("given.xml", junit(&["a"], &[]))
            .committed();
        for _ in 0..2 {
            let ran = project.run(&[]).exits(0);
            ran.gate("a").is("pass").reports(&["r/a.xml"]);
            assert_eq!(ran.verdict()["subject"]["state"], "clean", "{ran}");
        }
    }
}

#[test]
fn reports_with_odd_names() {
    let yaml = "gates:\n  a: { run: ./make, tests: { reports: \"r/*.xml\", expect: 3 } }\n";
    let script = "mkdir -p r; for n in 'a b' \"$(printf 'c\\nd')\" 'x[1]'; do cp given.xml \"r/$n.xml\"; done";
    let ran = Project::new(yaml)
        .script("make", script)
        .file("given.xml", junit(&["a"], &[]))
        .run(&[]);
    ran.exits(0).gate("a").is("pass").fact("a.tests.total", 3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_whose_name_is_no_utf8_is_not_passed_over() {
    let yaml = "gates:\n  a: { run: ./make, tests: { reports: \"r/*.xml\" } }\n";
    let script = "mkdir -p r; cp given.xml \"$(printf 'r/\\377.xml')\"";
    let ran = Project::new(yaml)
        .script("make", script)
        .file("given.xml", junit(&["a"], &["b"]))
        .run(&[]);
    assert_ne!(ran.code, 0, "{ran}");
}

#[test]
fn an_environment_that_is_no_utf8_is_no_trouble() {
    let project = one("'true'").env("ODD", std::ffi::OsStr::from_bytes(b"\xff\xfe"));
    project.run(&[]).exits(0);
}

#[test]
fn a_folder_of_the_path_that_cannot_be_searched_hides_no_missing_tool() {
    let project = one("no-such-tool");
    let closed = project.beside().join("closed");
    std::fs::create_dir(&closed).unwrap();
    let file = project.beside().join("file");
    std::fs::write(&file, "").unwrap();
    crate::support::set_mode(&closed, 0o000);
    let path = std::env::join_paths([
        closed.as_path(),
        &file,
        "/usr/bin".as_ref(),
        "/bin".as_ref(),
    ]);
    let project = project.env("PATH", path.unwrap());
    let ran = project.run(&[]).exits(3);
    crate::support::set_mode(&closed, 0o700);
    ran.gate("a").is("inconclusive").reasons(&["not-found"]);
}
