//! The exec room against real processes: whatever a command does, it ends, and nothing of it stays.
//!
//! A test that measures its own process, or is killed, runs as an ignored `harness_…` in a process of its own.
#![cfg(unix)]

mod bounds;
mod commands;
mod ending;
#[cfg(target_os = "linux")]
mod escapees;
#[cfg(target_os = "linux")]
mod guard;
mod service;
mod words;

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tollgate::exec::{
    Command, Ended, Guard, Mask, Program, Ready, Service, Spool, Stop, Stopped, parse, query, run,
};
use tollgate::model::Termination;

/// A bound for what ought to be quick, generous because test machines are busy.
const SOON: Duration = Duration::from_secs(20);

fn marker() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("test-{}-{next}", std::process::id())
}

fn command(program: Program, dir: &Path) -> Command {
    let mut command = Command::new(program, dir, marker());
    command.log = Some(dir.join("log"));
    command
}

fn sh(script: &str, dir: &Path) -> Command {
    let shell = vec!["sh".into()];
    let script = script.to_owned();
    command(Program::Shell { shell, script }, dir)
}

fn python(script: &str, dir: &Path) -> Command {
    command(direct(&["python3", "-c", script]), dir)
}

fn direct(words: &[&str]) -> Program {
    Program::Direct(words.iter().map(OsString::from).collect())
}

fn end(command: &Command) -> Ended {
    run(command, &Stop::new(), None)
}

fn script(dir: &Path, name: &str, text: &str, mode: u32) {
    let file = dir.join(name);
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn said(ended: &Ended) -> String {
    String::from_utf8_lossy(&ended.output.head).into_owned()
}

fn names(stopped: &[Stopped]) -> Vec<(&str, &str)> {
    stopped
        .iter()
        .map(|one| (one.name.as_str(), one.signal))
        .collect()
}

/// Asserts that no process of the command is left, zombies included.
fn assert_gone(command: &Command, ended: &Ended) {
    assert_eq!(carriers(&command.marker), Vec::<i32>::new(), "{ended:?}");
    for stopped in &ended.stopped {
        let there =
            rustix::process::Pid::from_raw(stopped.pid).map(rustix::process::test_kill_process);
        assert!(there.unwrap().is_err(), "still there: {stopped}");
    }
}

/// Who carries the marker in its environment; on Linux only.
fn carriers(marker: &str) -> Vec<i32> {
    let entry = format!("TOLLGATE_RUN={marker}");
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| {
        let environ = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environ
            .split(|byte| *byte == 0)
            .any(|one| one == entry.as_bytes())
    })
    .collect()
}

fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + SOON;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < until, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs, and calls `then` at the first output, which must come.
fn run_and(command: &Command, stop: &Stop, then: impl FnOnce()) -> Ended {
    let mut then = Some(then);
    let mut live = |_: &[u8]| {
        if let Some(then) = then.take() {
            then();
        }
    };
    run(command, stop, Some(&mut live))
}

/// Runs one ignored test in a process of its own; `name` with its module.
fn inside(name: &str) {
    passed(harness(name));
}

fn harness(name: &str) -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args([name, "--exact", "--ignored", "--nocapture"]);
    command
}

fn passed(mut command: std::process::Command) {
    let out = command.output().unwrap();
    let [text, errors] =
        [out.stdout, out.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(
        out.status.success() && text.contains("1 passed"),
        "{text}{errors}"
    );
}
