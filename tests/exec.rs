//! The exec room against real processes: whatever a command does, it ends, and nothing of it stays.
#![cfg(unix)]

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

#[test]
fn a_program_that_is_not_there_is_not_found() {
    let dir = TempDir::new().unwrap();
    for word in [
        "no-such-program-anywhere",
        "./no-such-file",
        "/no/such/file",
    ] {
        let ended = end(&command(direct(&[word, "x"]), dir.path()));
        assert_eq!(ended.how, Termination::NotFound(word.to_owned()));
        assert_eq!(ended.output.log, None);
    }
}

#[test]
fn a_file_without_permission_is_not_executable() {
    let dir = TempDir::new().unwrap();
    script(dir.path(), "tool", "#!/bin/sh\n", 0o644);
    let how = end(&command(direct(&["./tool"]), dir.path())).how;
    assert_eq!(how, Termination::NotExecutable("./tool".to_owned()));
    let mut by_name = command(direct(&["tool"]), dir.path());
    by_name.env.push((
        "PATH".into(),
        format!("/nowhere:{}", dir.path().display()).into(),
    ));
    assert_eq!(
        end(&by_name).how,
        Termination::NotExecutable("tool".to_owned())
    );
    let how = end(&command(direct(&["/tmp"]), dir.path())).how;
    assert_eq!(how, Termination::NotExecutable("/tmp".to_owned()));
}

#[test]
fn a_script_that_cannot_start_says_which_line_is_wrong() {
    let dir = TempDir::new().unwrap();
    let trouble = |name: &str, text: &str| {
        script(dir.path(), name, text, 0o755);
        end(&command(direct(&[&format!("./{name}")]), dir.path()))
            .how
            .to_string()
    };
    let plain = trouble("plain", "echo x\n");
    assert!(
        plain.contains("`#!`") && plain.contains("`sh ./plain`"),
        "{plain}"
    );
    let missing = trouble("missing", "#!/no/such/shell -e\n");
    assert!(missing.contains("`/no/such/shell`"), "{missing}");
    let dos = trouble("dos", "#!/bin/sh\r\necho x\r\n");
    assert!(dos.contains("`/bin/sh\\r`"), "{dos}");
}

#[test]
fn what_the_system_refuses_is_said_in_words() {
    let dir = TempDir::new().unwrap();
    let long = "x".repeat(4 << 20);
    let how = end(&command(direct(&["true", &long]), dir.path()))
        .how
        .to_string();
    assert!(how.contains("too long"), "{how}");
    let how = end(&command(direct(&["true"]), &dir.path().join("none")))
        .how
        .to_string();
    assert!(how.contains("no directory"), "{how}");
    assert_eq!(
        end(&command(direct(&[]), dir.path())).how,
        Termination::NotFound(String::new())
    );
}

#[test]
fn exit_status_and_signal_are_told_apart() {
    let dir = TempDir::new().unwrap();
    assert_eq!(end(&sh("exit 7", dir.path())).how, Termination::Exit(7));
    assert_eq!(
        end(&sh("kill -9 $$", dir.path())).how,
        Termination::Signal(9)
    );
    assert_eq!(end(&sh("exit 137", dir.path())).how, Termination::Exit(137));
}

#[test]
fn a_silent_command_leaves_no_log() {
    let dir = TempDir::new().unwrap();
    let ended = end(&command(direct(&["true"]), dir.path()));
    assert_eq!((ended.how, ended.output.log), (Termination::Exit(0), None));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn any_byte_reaches_the_log_in_order() {
    let dir = TempDir::new().unwrap();
    let command = sh(
        r"printf 'a\000b\377\n'; printf 'err\033[31m' >&2; printf end",
        dir.path(),
    );
    let ended = end(&command);
    let wanted = b"a\0b\xff\nerr\x1b[31mend";
    assert_eq!(ended.output.head, wanted);
    assert_eq!(
        (ended.output.bytes, ended.output.cut),
        (wanted.len() as u64, 0)
    );
    assert_eq!(std::fs::read(ended.output.log.unwrap()).unwrap(), wanted);
}

#[test]
fn program_environment_and_directory_are_as_asked() {
    let dir = TempDir::new().unwrap();
    std::fs::create_dir(dir.path().join("bin")).unwrap();
    script(
        dir.path(),
        "bin/tool",
        "#!/bin/sh\necho \"$0|$A|${HOME-none}|$TOLLGATE_RUN|$(pwd -P)\"\n",
        0o755,
    );
    let mut command = command(direct(&["bin/tool"]), dir.path());
    let env = [("A", "1"), ("A", "2"), ("TOLLGATE_RUN", "no")];
    command.env = env
        .iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    command.env_remove = vec!["HOME".into(), "A".into()];
    let place = dir.path().canonicalize().unwrap();
    let (marker, place) = (&command.marker, place.display());
    let ended = end(&command);
    let tool = dir.path().join("bin/tool");
    assert_eq!(
        said(&ended),
        format!("{}|2|none|{marker}|{place}\n", tool.display())
    );
    // The name as typed, not the file that was found for it.
    let ended = end(&crate::command(
        direct(&["sh", "-c", "echo $0"]),
        dir.path(),
    ));
    assert_eq!(said(&ended), "sh\n");
}

#[test]
fn standard_input_is_empty() {
    let dir = TempDir::new().unwrap();
    let ended = end(&sh("cat; read line || echo nothing", dir.path()));
    assert_eq!(
        (said(&ended).as_str(), ended.how),
        ("nothing\n", Termination::Exit(0))
    );
}

#[test]
fn split_output_goes_to_two_files_and_one_log() {
    let dir = TempDir::new().unwrap();
    let (out, err) = (dir.path().join("out"), dir.path().join("err"));
    let mut command = sh("echo one; echo two >&2; echo hunter22", dir.path());
    command.spool = Spool::Split {
        stdout: Some(out.clone()),
        stderr: Some(err.clone()),
    };
    command.mask = Arc::new(Mask::new(vec!["hunter22".to_owned()]));
    let ended = end(&command);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "one\n***\n");
    assert_eq!(std::fs::read_to_string(&err).unwrap(), "two\n");
    let log = std::fs::read_to_string(ended.output.log.unwrap()).unwrap();
    let mut lines: Vec<&str> = log.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["***", "one", "two"]);
    // A report that says nothing is still a report that was written.
    let mut silent = sh("true", dir.path());
    silent.spool = Spool::Split {
        stdout: Some(dir.path().join("empty")),
        stderr: None,
    };
    assert_eq!(end(&silent).output.log, None);
    assert_eq!(std::fs::read(dir.path().join("empty")).unwrap(), b"");
}

#[test]
fn a_query_keeps_both_outputs_up_to_its_limit() {
    let dir = TempDir::new().unwrap();
    let command = sh("echo answer; echo complaint >&2; exit 3", dir.path());
    let answer = query(&command, 1 << 20, &Stop::new());
    assert_eq!(
        (answer.stdout.as_slice(), answer.stderr.as_slice()),
        (&b"answer\n"[..], &b"complaint\n"[..])
    );
    assert!(!answer.cut && !answer.is_ok() && answer.how == Termination::Exit(3));
    let answer = query(&command, 4, &Stop::new());
    assert_eq!((answer.stdout.as_slice(), answer.cut), (&b"answ"[..], true));
}

#[test]
fn a_secret_split_across_writes_is_masked_everywhere() {
    let dir = TempDir::new().unwrap();
    let mut command = sh(
        "printf 'x hun'; sleep 0.1; printf 'ter'; sleep 0.1; echo 22 y",
        dir.path(),
    );
    command.mask = Arc::new(Mask::new(vec!["hunter22".to_owned()]));
    let mut live = Vec::new();
    let ended = run(
        &command,
        &Stop::new(),
        Some(&mut |bytes| live.extend_from_slice(bytes)),
    );
    assert_eq!(said(&ended), "x *** y\n");
    assert_eq!(live, b"x *** y\n");
    assert_eq!(
        std::fs::read(ended.output.log.unwrap()).unwrap(),
        b"x *** y\n"
    );
    assert_eq!(ended.output.bytes, 13);
}

#[test]
fn a_full_disk_is_told_and_the_command_goes_on() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let dir = TempDir::new().unwrap();
    let mut command = sh("head -c 300000 /dev/zero; exit 4", dir.path());
    command.log = Some("/dev/full".into());
    let ended = end(&command);
    assert_eq!(
        (ended.how, ended.output.bytes),
        (Termination::Exit(4), 300_000)
    );
    let trouble = ended.output.trouble.unwrap();
    assert!(
        trouble.contains("`/dev/full` is incomplete") && trouble.contains("o space"),
        "{trouble}"
    );
    command.log = Some(dir.path().join("none/log"));
    let trouble = end(&command).output.trouble.unwrap();
    assert!(trouble.contains("none/log` could not be made"), "{trouble}");
}

#[test]
fn a_time_out_ends_a_tree_that_ignores_term() {
    let dir = TempDir::new().unwrap();
    let mut command = sh(
        "trap '' TERM; sleep 1000 & echo up; wait; sleep 1000",
        dir.path(),
    );
    command.timeout = Some(Duration::from_millis(300));
    command.grace = Duration::from_millis(200);
    let began = Instant::now();
    let ended = end(&command);
    assert_eq!(ended.how, Termination::TimedOut);
    assert_eq!(names(&ended.stopped), [("sh", "KILL"), ("sleep", "KILL")]);
    assert!(began.elapsed() > Duration::from_millis(500) && began.elapsed() < SOON);
    assert_gone(&command, &ended);
}

#[test]
fn a_tree_that_hears_term_is_not_killed() {
    let dir = TempDir::new().unwrap();
    let script = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done";
    let mut command = sh(script, dir.path());
    command.timeout = Some(Duration::from_secs(1));
    command.grace = SOON;
    let ended = end(&command);
    assert_eq!(ended.how, Termination::TimedOut);
    assert!(
        ended.stopped.iter().all(|one| one.signal == "TERM"),
        "{ended:?}"
    );
    assert!(
        said(&ended).ends_with("bye\n"),
        "what it says after TERM is kept: {ended:?}"
    );
    assert_gone(&command, &ended);
}

#[test]
fn a_stopped_process_is_ended_by_term() {
    let dir = TempDir::new().unwrap();
    let mut command = sh("kill -STOP $$", dir.path());
    command.timeout = Some(Duration::from_millis(200));
    command.grace = SOON;
    let ended = end(&command);
    assert_eq!(
        (ended.how.clone(), names(&ended.stopped)),
        (Termination::TimedOut, vec![("sh", "TERM")])
    );
    assert_gone(&command, &ended);
}

#[test]
fn cancel_leaves_no_process_wherever_it_went() {
    let dir = TempDir::new().unwrap();
    let script = "sleep 1000 & setsid sleep 1001 & (setsid sh -c 'sleep 1002 & sleep 1003' >/dev/null 2>&1 &)
        while [ $(ls /proc | wc -l) -lt 0 ]; do :; done; echo up; sleep 1004";
    let command = sh(script, dir.path());
    let stop = Stop::new();
    let ended = run_and(&command, &stop, || {
        wait_for("all to be there", || {
            (carriers(&command.marker).len() >= 7).then_some(())
        });
        stop.cancel();
    });
    assert_eq!(ended.how, Termination::Cancelled);
    assert!(ended.stopped.len() >= 7, "{:?}", ended.stopped);
    assert_gone(&command, &ended);
}

#[test]
fn nothing_starts_after_a_cancel() {
    let dir = TempDir::new().unwrap();
    let stop = Stop::new();
    stop.cancel();
    let ended = run(&sh("touch started", dir.path()), &stop, None);
    assert_eq!(ended.how, Termination::Cancelled);
    assert!(!dir.path().join("started").exists());
}

#[test]
fn a_second_cancel_does_not_wait_for_the_grace() {
    let dir = TempDir::new().unwrap();
    let mut command = sh(
        "trap '' TERM; echo up; while :; do sleep 0.05; done",
        dir.path(),
    );
    command.grace = Duration::from_secs(600);
    let stop = Stop::new();
    let later = stop.clone();
    let began = Instant::now();
    let ended = run_and(&command, &stop, move || {
        later.escalate();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            later.escalate();
        });
    });
    assert!(began.elapsed() < SOON);
    assert_eq!(ended.how, Termination::Cancelled);
    assert!(names(&ended.stopped).contains(&("sh", "KILL")), "{ended:?}");
    assert_gone(&command, &ended);
}

#[test]
fn a_background_process_that_holds_the_pipe_does_not_hold_the_gate() {
    let dir = TempDir::new().unwrap();
    let command = sh("sleep 1000 & echo done", dir.path());
    let began = Instant::now();
    let ended = end(&command);
    assert!(began.elapsed() < SOON);
    assert_eq!(
        (said(&ended).as_str(), ended.how.clone()),
        ("done\n", Termination::Exit(0))
    );
    assert_eq!(names(&ended.stopped), [("sleep", "TERM")]);
    assert_gone(&command, &ended);
}

#[test]
fn a_background_process_that_never_stops_printing_does_not_hold_the_gate() {
    let dir = TempDir::new().unwrap();
    let command = sh("yes & sleep 0.1; echo last", dir.path());
    let ended = end(&command);
    assert_eq!(ended.how, Termination::Exit(0));
    assert_eq!(names(&ended.stopped), [("yes", "TERM")]);
    assert_gone(&command, &ended);
}

#[test]
fn a_background_process_that_leaves_soon_is_left_alone() {
    let dir = TempDir::new().unwrap();
    let ended = end(&sh("(sleep 0.03; echo late) & echo early", dir.path()));
    assert_eq!(
        (said(&ended).as_str(), ended.stopped.len()),
        ("early\nlate\n", 0)
    );
}

#[test]
fn a_command_that_closes_its_output_is_still_waited_for() {
    let dir = TempDir::new().unwrap();
    let mut command = sh("exec >&- 2>&-; sleep 0.4; exit 3", dir.path());
    let ended = end(&command);
    assert_eq!(ended.how, Termination::Exit(3));
    assert!(ended.duration >= Duration::from_millis(400));
    command.program = sh("exec >&- 2>&-; sleep 1000", dir.path()).program;
    command.timeout = Some(Duration::from_millis(200));
    assert_eq!(end(&command).how, Termination::TimedOut);
}

#[cfg(target_os = "linux")]
mod escapees {
    use super::*;

    #[test]
    fn one_in_its_own_session_is_ended_after_a_normal_exit() {
        let dir = TempDir::new().unwrap();
        let command = sh("setsid sleep 1000 >/dev/null 2>&1 & exit 0", dir.path());
        let ended = end(&command);
        assert_eq!(ended.how, Termination::Exit(0));
        assert_eq!(ended.stopped.len(), 1, "{ended:?}");
        assert_gone(&command, &ended);
    }

    #[test]
    fn a_daemon_is_ended_after_a_normal_exit() {
        let dir = TempDir::new().unwrap();
        let daemon = "import os,time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 256)
        open('up', 'w').close()
        time.sleep(1000)
    os._exit(0)
while not os.path.exists('up'): time.sleep(0.01)";
        let command = python(daemon, dir.path());
        let ended = end(&command);
        assert_eq!(
            (ended.how.clone(), ended.stopped.len()),
            (Termination::Exit(0), 1),
            "{ended:?}"
        );
        assert_gone(&command, &ended);
    }

    #[test]
    fn one_command_does_not_end_the_escapees_of_another() {
        let dir = TempDir::new().unwrap();
        let other = sh(
            "setsid sleep 1000 >/dev/null 2>&1 & echo up; sleep 1000",
            dir.path(),
        );
        let stop = Stop::new();
        let mut alive = 0;
        let ended = run_and(&other, &stop, || {
            wait_for("the escapee", || {
                (carriers(&other.marker).len() == 3).then_some(())
            });
            for _ in 0..5 {
                let mut second = sh("setsid sleep 1001 >/dev/null 2>&1 & exit 0", dir.path());
                second.log = None;
                let ended = end(&second);
                assert_gone(&second, &ended);
            }
            alive = carriers(&other.marker).len();
            stop.cancel();
        });
        assert_eq!(alive, 3);
        assert_gone(&other, &ended);
    }

    #[test]
    fn dead_orphans_are_reaped() {
        let dir = TempDir::new().unwrap();
        let command = sh(
            "for i in 1 2 3; do (setsid sleep 0.01 &) ; done; sleep 0.2",
            dir.path(),
        );
        let ended = end(&command);
        assert_eq!((ended.how, ended.stopped.len()), (Termination::Exit(0), 0));
        let own = std::process::id().to_string();
        let zombies = || {
            let pids = std::fs::read_dir("/proc").unwrap().flatten();
            pids.filter_map(|pid| std::fs::read_to_string(pid.path().join("stat")).ok())
                .filter(|stat| {
                    stat.contains("(sleep) Z") && stat.split_whitespace().nth(3) == Some(&own)
                })
                .count()
        };
        // Orphans of other tests may die at this very moment; they too are reaped when their command ends.
        wait_for("all to be reaped", || {
            end(&sh("exit 0", dir.path()));
            (zombies() == 0).then_some(())
        });
    }

    #[test]
    fn one_without_the_marker_belongs_to_the_only_command() {
        inside("harness_escapee_without_marker");
    }

    #[test]
    #[ignore = "run in a process of its own by the test above"]
    fn harness_escapee_without_marker() {
        let dir = TempDir::new().unwrap();
        let script = "env -i setsid sh -c 'echo $$ >pid; exec sleep 1000' >/dev/null 2>&1 &
            while ! [ -s pid ]; do sleep 0.01; done";
        let ended = end(&sh(script, dir.path()));
        let pid: i32 = std::fs::read_to_string(dir.path().join("pid"))
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        assert_eq!(
            ended.stopped.iter().map(|one| one.pid).collect::<Vec<_>>(),
            [pid]
        );
        assert!(tollgate::exec::sweep(Duration::from_secs(1)).is_empty());
    }

    #[test]
    fn a_sweep_ends_what_no_command_could_be_blamed_for() {
        inside("harness_sweep");
    }

    #[test]
    #[ignore = "run in a process of its own by the test above"]
    fn harness_sweep() {
        let dir = TempDir::new().unwrap();
        let first = sh(
            "echo up; while ! [ -e over ]; do sleep 0.01; done",
            dir.path(),
        );
        let mut second = sh(
            "env -i setsid sh -c 'echo $$ >pid; exec sleep 1000' >/dev/null 2>&1 &
             while ! [ -s pid ]; do sleep 0.01; done",
            dir.path(),
        );
        second.log = None;
        // While two commands run, nobody can tell whose it is, so it lives until the last of them ends.
        let ended = run_and(&first, &Stop::new(), || {
            assert!(end(&second).stopped.is_empty());
            std::fs::write(dir.path().join("over"), "").unwrap();
        });
        assert_eq!(ended.stopped.len(), 1, "{ended:?}");
    }
}

/// Runs one ignored test of this file in a process of its own.
fn inside(name: &str) {
    let out = harness(name).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(
        out.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&out.stderr)
    );
}

fn harness(name: &str) -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let module = if name.starts_with("harness_escapee") || name == "harness_sweep" {
        "escapees::"
    } else {
        ""
    };
    command.args([
        &format!("{module}{name}"),
        "--exact",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    command
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_output() {
    inside("harness_memory");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run in a process of its own by the test above"]
fn harness_memory() {
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap()
            .to_owned();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    let dir = TempDir::new().unwrap();
    let mut command = sh(
        "head -c 200000000 /dev/zero | tr '\\0' x; printf END",
        dir.path(),
    );
    command.mask = Arc::new(Mask::new(vec![
        "hunter22".to_owned(),
        "xyzzy-secret".to_owned(),
    ]));
    let before = peak();
    let ended = end(&command);
    let grown = peak() - before;
    assert_eq!(
        (ended.how, ended.output.bytes),
        (Termination::Exit(0), 200_000_003)
    );
    let log = ended.output.log.unwrap();
    assert_eq!(std::fs::metadata(log).unwrap().len(), 200_000_003);
    assert_eq!(
        (ended.output.head.len(), ended.output.tail.len()),
        (16 * 1024, 48 * 1024)
    );
    assert_eq!(ended.output.cut, 200_000_003 - 64 * 1024);
    assert!(ended.output.tail.ends_with(b"xEND") && ended.output.trouble.is_none());
    assert!(grown < 8 * 1024, "grew by {grown} KiB");
}

#[cfg(target_os = "linux")]
#[test]
fn no_descriptor_stays_open() {
    inside("harness_descriptors");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run in a process of its own by the test above"]
fn harness_descriptors() {
    let dir = TempDir::new().unwrap();
    const LIST: &str = "echo x; ls /proc/self/fd | wc -l";
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    // What the test runner itself was given goes on to every child.
    let bare = std::process::Command::new("sh")
        .args(["-c", LIST])
        .output()
        .unwrap();
    let round = |number: u32| {
        let mut command = sh(&format!("{LIST}; sleep 1000 &"), dir.path());
        command.grace = Duration::from_secs(1);
        let ended = end(&command);
        assert_eq!(said(&ended).as_bytes(), bare.stdout, "round {number}");
        end(&command_split(dir.path()));
        end(&crate::command(direct(&["no-such-program"]), dir.path()));
    };
    round(0);
    let before = open();
    (1..4).for_each(round);
    assert_eq!(open(), before);
}

#[cfg(target_os = "linux")]
fn command_split(dir: &Path) -> Command {
    let mut command = sh("echo x; echo y >&2", dir);
    command.spool = Spool::Split {
        stdout: Some(dir.join("out")),
        stderr: None,
    };
    command
}

#[test]
fn many_commands_at_once_do_not_disturb_each_other() {
    let dir = TempDir::new().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let dir = dir.path();
            scope.spawn(move || {
                for round in 0..25 {
                    let mut command = sh(&format!("echo {thread}.{round}; exit {round}"), dir);
                    command.log = None;
                    let ended = end(&command);
                    assert_eq!(ended.how, Termination::Exit(round));
                    assert_eq!(said(&ended), format!("{thread}.{round}\n"));
                    assert!(ended.stopped.is_empty());
                }
            });
        }
    });
}

#[cfg(target_os = "linux")]
mod guard {
    use super::*;

    fn children(pid: u32) -> Vec<(i32, String)> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
                continue;
            };
            let parent = stat
                .rsplit(')')
                .next()
                .unwrap()
                .split_whitespace()
                .nth(1)
                .unwrap();
            if parent == pid.to_string() {
                let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line).replace('\0', " ");
                found.push((entry.file_name().to_str().unwrap().parse().unwrap(), line));
            }
        }
        found
    }

    fn guard_of(pid: u32) -> Option<i32> {
        children(pid)
            .into_iter()
            .find(|(_, line)| line.contains("tollgate guard"))
            .map(|(pid, _)| pid)
    }

    #[test]
    #[ignore = "run in a process of its own, which is killed"]
    fn harness_guarded() {
        let dir = std::env::var_os("GUARDED_DIR").unwrap();
        let script = "trap '' TERM; setsid sleep 1000 >/dev/null 2>&1 & sleep 1001 & echo up >up; sleep 1002";
        let mut command = sh(script, Path::new(&dir));
        command.marker = std::env::var("GUARDED_MARKER").unwrap();
        command.guard = Some(Arc::new(Guard::new(
            env!("CARGO_BIN_EXE_tollgate").into(),
            vec!["guard".into()],
        )));
        end(&command);
    }

    #[test]
    fn ends_everything_when_the_run_is_killed() {
        let dir = TempDir::new().unwrap();
        let marker = marker();
        let mut run = std::process::Command::new(std::env::current_exe().unwrap());
        run.args(["guard::harness_guarded", "--exact", "--ignored"]);
        run.env("GUARDED_DIR", dir.path())
            .env("GUARDED_MARKER", &marker);
        let mut run = run.stdout(std::process::Stdio::null()).spawn().unwrap();
        let guard = wait_for("the guard", || guard_of(run.id()));
        wait_for("the commands", || {
            (carriers(&marker).len() == 4).then_some(())
        });
        let stat = std::fs::read_to_string(format!("/proc/{guard}/stat")).unwrap();
        assert_eq!(
            stat.split_whitespace().nth(4),
            Some(guard.to_string().as_str()),
            "a group of its own"
        );
        // It was seen before its first line may have been written, which takes the run a moment.
        std::thread::sleep(Duration::from_millis(300));
        run.kill().unwrap();
        run.wait().unwrap();
        wait_for("everything to end", || {
            carriers(&marker).is_empty().then_some(())
        });
        wait_for("the guard to leave", || {
            let stat = std::fs::read_to_string(format!("/proc/{guard}/stat")).unwrap_or_default();
            (stat.is_empty() || stat.contains(") Z ")).then_some(())
        });
    }

    #[test]
    fn comes_for_long_commands_only_and_leaves_with_the_run() {
        inside_guard("harness_guard_life");
    }

    #[test]
    #[ignore = "run in a process of its own by the test above"]
    fn harness_guard_life() {
        let dir = TempDir::new().unwrap();
        let own = std::process::id();
        let guard = Arc::new(Guard::new(
            env!("CARGO_BIN_EXE_tollgate").into(),
            vec!["guard".into()],
        ));
        let mut short = sh("true", dir.path());
        short.guard = Some(Arc::clone(&guard));
        end(&short);
        assert_eq!(guard_of(own), None);
        let mut long = sh(
            "echo up; while ! [ -e over ]; do sleep 0.01; done",
            dir.path(),
        );
        long.guard = Some(Arc::clone(&guard));
        std::thread::scope(|scope| {
            let run = scope.spawn(|| end(&long));
            let helper = wait_for("the guard", || guard_of(own));
            std::fs::write(dir.path().join("over"), "").unwrap();
            let ended = run.join().unwrap();
            assert!(
                ended.stopped.is_empty(),
                "the guard is nobody's orphan: {ended:?}"
            );
            assert_eq!(guard_of(own), Some(helper));
        });
        guard.dismiss();
        assert_eq!(guard_of(own), None);
        assert!(tollgate::exec::sweep(Duration::from_secs(1)).is_empty());
    }

    #[test]
    fn that_cannot_start_is_done_without() {
        let dir = TempDir::new().unwrap();
        let mut command = sh("sleep 0.4", dir.path());
        command.guard = Some(Arc::new(Guard::new("/no/such/guard".into(), Vec::new())));
        assert_eq!(end(&command).how, Termination::Exit(0));
        command.guard = Some(Arc::new(Guard::new("/bin/true".into(), Vec::new())));
        assert_eq!(end(&command).how, Termination::Exit(0));
    }

    fn inside_guard(name: &str) {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args([
            &format!("guard::{name}"),
            "--exact",
            "--ignored",
            "--nocapture",
        ]);
        let out = command.output().unwrap();
        let text = String::from_utf8_lossy(&out.stdout);
        assert!(
            out.status.success() && text.contains("1 passed"),
            "{text}{}",
            String::from_utf8_lossy(&out.stderr)
        );
    }
}

mod service {
    use super::*;

    const SERVER: &str = "import http.server, os, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == '/die': print('dying', flush=True); os._exit(9)
        self.send_response(int(self.path[1:])); self.end_headers()
    def log_message(self, *a): pass
print('listening', flush=True)
http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()";

    fn service(program: Program, dir: &Path, ready: &str) -> Service {
        Service {
            name: "api".to_owned(),
            command: command(program, dir),
            ready: (!ready.is_empty()).then(|| Ready::parse(ready, None).unwrap()),
            within: SOON,
            replicas: 1,
        }
    }

    fn server(dir: &Path, ready: &str) -> Service {
        service(direct(&["python3", "-c", SERVER]), dir, ready)
    }

    fn get(port: u16, path: &str) {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let _ = write!(stream, "GET {path} HTTP/1.0\r\n\r\n");
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    }

    #[test]
    fn is_ready_when_it_answers_and_gone_when_stopped() {
        let dir = TempDir::new().unwrap();
        for ready in [
            "http://127.0.0.1:${PORT}/204",
            "http://127.0.0.1:$PORT/302",
            "tcp",
            "localhost:${PORT}",
        ] {
            let service = server(dir.path(), ready);
            let mut running = service.start(&Stop::new()).unwrap();
            let port = running.ports()[0];
            assert_eq!(running.urls(), [format!("http://127.0.0.1:{port}")]);
            assert_eq!(running.alive(), Ok(()));
            get(port, "/200");
            assert!(!running.stop().is_empty());
            assert!(
                std::net::TcpStream::connect(("127.0.0.1", port)).is_err(),
                "{ready}"
            );
            assert!(carriers(&service.command.marker).is_empty());
        }
    }

    #[test]
    fn may_be_asked_by_a_command() {
        let dir = TempDir::new().unwrap();
        let ready = "[ -e up ] && [ -n \"$PORT\" ]";
        let service = service(
            sh("sleep 0.2; touch up; sleep 1000", dir.path()).program,
            dir.path(),
            ready,
        );
        let running = service.start(&Stop::new()).unwrap();
        assert!(dir.path().join("up").exists());
        // Dropping stops as well.
        drop(running);
        assert!(carriers(&service.command.marker).is_empty());
    }

    #[test]
    fn has_replicas_with_ports_and_logs_of_their_own() {
        let dir = TempDir::new().unwrap();
        let mut service = server(dir.path(), "tcp");
        service.replicas = 3;
        service.command.log = Some(dir.path().join("api.log"));
        let running = service.start(&Stop::new()).unwrap();
        let ports = running.ports();
        assert!(
            ports.len() == 3
                && ports[0] != ports[1]
                && ports[1] != ports[2]
                && ports[0] != ports[2]
        );
        running.stop();
        for log in ["api.log", "api-2.log", "api-3.log"] {
            assert_eq!(
                std::fs::read_to_string(dir.path().join(log)).unwrap(),
                "listening\n"
            );
        }
    }

    #[test]
    fn that_dies_early_quotes_its_last_words() {
        let dir = TempDir::new().unwrap();
        let service = service(
            sh("echo no database >&2; exit 5", dir.path()).program,
            dir.path(),
            "tcp",
        );
        let trouble = service.start(&Stop::new()).unwrap_err();
        assert_eq!(trouble.to_string(), "service `api` ended by itself: exit 5");
        assert_eq!(
            (trouble.last.as_str(), trouble.how),
            ("no database\n", Some(Termination::Exit(5)))
        );
        let missing = self::service(direct(&["no-such-server"]), dir.path(), "tcp");
        let trouble = missing.start(&Stop::new()).unwrap_err().to_string();
        assert_eq!(
            trouble,
            "service `api` did not run: `no-such-server` not found"
        );
    }

    #[test]
    fn that_dies_later_is_noticed() {
        let dir = TempDir::new().unwrap();
        let service = server(dir.path(), "tcp");
        let mut running = service.start(&Stop::new()).unwrap();
        get(running.ports()[0], "/die");
        let trouble = wait_for("its death", || running.alive().err());
        assert_eq!(trouble.to_string(), "service `api` ended by itself: exit 9");
        assert_eq!(trouble.last, "listening\ndying\n");
    }

    #[test]
    fn that_never_answers_is_stopped_and_says_what_was_wrong() {
        let dir = TempDir::new().unwrap();
        for (ready, wrong) in [
            ("http://127.0.0.1:${PORT}/503", "/503` answered 503"),
            ("tcp", "efused"),
            ("echo why; exit 1", "readiness command: exit 1: why"),
        ] {
            let program = match ready {
                "tcp" => sh("echo up; sleep 1000", dir.path()).program,
                _ => direct(&["python3", "-c", SERVER]),
            };
            let mut service = service(program, dir.path(), ready);
            service.within = Duration::from_millis(1500);
            let trouble = service.start(&Stop::new()).unwrap_err();
            assert!(
                trouble.why.starts_with("was not ready within 1.5s") && trouble.why.contains(wrong),
                "{trouble}"
            );
            assert!(!trouble.last.is_empty());
            assert!(carriers(&service.command.marker).is_empty());
        }
    }

    #[test]
    fn is_not_awaited_after_a_cancel() {
        let dir = TempDir::new().unwrap();
        let service = service(sh("sleep 1000", dir.path()).program, dir.path(), "tcp");
        let stop = Stop::new();
        let later = stop.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            later.cancel();
        });
        let began = Instant::now();
        let trouble = service.start(&stop).unwrap_err();
        assert!(
            trouble.why.contains("being stopped") && began.elapsed() < SOON,
            "{trouble}"
        );
        assert!(carriers(&service.command.marker).is_empty());
    }
}

mod words {
    use super::*;
    use proptest::prelude::*;

    /// Pieces that a command line is made of, most of them harmless, some not.
    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            8 => "[a-zA-Z0-9_.,:/@%+=^-]{1,6}",
            4 => Just(" ".to_owned()),
            2 => "'[^'\0]{0,6}'",
            2 => "\"[a-z $`!*~#\\\\'é]{0,6}\"",
            2 => "\\\\[ -~]",
            1 => "[ \t\u{e9}\u{a0}\u{7f}\u{80}\r\x0b\x0c]",
            1 => "[]\\[*?~$`|&;<>(){}#!\"'\\\\\n]",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn direct_words_are_those_that_sh_would_pass(pieces in prop::collection::vec(piece(), 0..8)) {
            let line = format!("/usr/bin/printf '<%s>' {} end", pieces.concat());
            if let Ok(Program::Direct(words)) = parse(&line, None) {
                let wanted: String = words[2..].iter().map(|word| format!("<{}>", word.to_str().unwrap())).collect();
                let dir = TempDir::new().unwrap();
                let out = std::process::Command::new("sh").args(["-c", &line]).current_dir(dir.path()).output().unwrap();
                prop_assert_eq!(String::from_utf8_lossy(&out.stdout), wanted, "{:?}", line);
            }
        }
    }
}
