//! The guard, when a run is killed and when it is not.

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
    let script =
        "trap '' TERM; setsid sleep 1000 >/dev/null 2>&1 & sleep 1001 & echo up >up; sleep 1002";
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
    let mut run = harness("guard::harness_guarded");
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
    inside("guard::harness_guard_life");
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
