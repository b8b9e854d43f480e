//! Processes that left their group.

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
    inside("escapees::harness_escapee_without_marker");
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
    inside("escapees::harness_sweep");
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

#[test]
fn a_child_that_was_there_before_us_is_left_alone() {
    let exe = std::env::current_exe().unwrap();
    let mut shell = std::process::Command::new("bash");
    let script = "set -m; sleep 1000 & export EARLIER=$!; \
                  exec \"$0\" escapees::harness_earlier_child --exact --ignored --nocapture";
    shell.args(["-c", script]).arg(exe);
    passed(shell);
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn harness_earlier_child() {
    let dir = TempDir::new().unwrap();
    let earlier: i32 = std::env::var("EARLIER").unwrap().parse().unwrap();
    let ended = end(&sh(
        "setsid sleep 1001 >/dev/null 2>&1 & exit 0",
        dir.path(),
    ));
    assert_eq!(ended.stopped.len(), 1, "{ended:?}");
    assert!(tollgate::exec::sweep(Duration::from_secs(1)).is_empty());
    let earlier = rustix::process::Pid::from_raw(earlier).unwrap();
    rustix::process::test_kill_process(earlier).unwrap();
    rustix::process::kill_process(earlier, rustix::process::Signal::KILL).unwrap();
}
