//! Commands that must be ended: by time-out, by the stop switch, or because they stay behind.

use super::*;

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
    let late = "(i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; echo late) & echo early";
    let ended = end(&sh(late, dir.path()));
    let output = said(&ended);
    let mut lines: Vec<&str> = output.lines().collect();
    // Which of the two comes first is up to the system; that both come is up to us.
    lines.sort_unstable();
    assert_eq!((lines, ended.stopped.len()), (vec!["early", "late"], 0));
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
