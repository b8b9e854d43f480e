//! What the exec room costs above the system: `cargo bench --bench exec [-- COMMANDS THREADS]`.
//!
//! Runs `true` through the room, and as a bare spawn and wait, each in a process of its own, and compares user and
//! system time with that of all children. `… -- room 1000 2` runs one side alone, for `perf stat` and `strace`.
#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "a benchmark reports on its output")]

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use tollgate::exec::{self, Program, Stop};

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let side = arguments
        .first()
        .filter(|word| *word == "room" || *word == "bare" || *word == "flood");
    let number = |at: usize, default: usize| {
        let at = at + usize::from(side.is_some());
        arguments
            .get(at)
            .map_or(default, |word| word.parse().expect("a number"))
    };
    let (commands, threads) = (number(0, 1000), number(1, 2));
    match side.map(String::as_str) {
        Some("room") => each(commands, threads, room),
        Some("bare") => each(commands, threads, bare),
        Some(_) => flood(),
        None => compare(commands, threads),
    }
}

fn compare(commands: usize, threads: usize) {
    let mut best = [f64::MAX; 2];
    for _ in 0..5 {
        for (best, side) in best.iter_mut().zip(["bare", "room"]) {
            *best = best.min(cost(side, commands, threads));
        }
    }
    let [bare, room] = best;
    println!(
        "{commands} x true, {threads} threads, CPU s, best of 5: bare {bare:.3}, room {room:.3}, ratio {:.3}",
        room / bare
    );
}

/// CPU seconds of one side with all its children, which `times` counts in hundredths.
fn cost(side: &str, commands: usize, threads: usize) -> f64 {
    let exe = std::env::current_exe().expect("this program has a path");
    let line = format!("\"$0\" {side} {commands} {threads}; times");
    let out = Command::new("sh")
        .args(["-c", &line])
        .arg(exe)
        .output()
        .expect("sh starts");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let last = text.lines().last().expect("times prints").to_owned();
    let seconds = |time: &str| {
        let (minutes, seconds) = time.trim_end_matches('s').split_once('m').expect("0m0.00s");
        minutes.parse::<f64>().expect("minutes") * 60.0 + seconds.parse::<f64>().expect("seconds")
    };
    last.split_whitespace().map(seconds).sum()
}

fn each(commands: usize, threads: usize, one: fn(usize)) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= commands {
                        return;
                    }
                    one(number);
                }
            });
        }
    });
}

fn room(number: usize) {
    // One switch for all, as a run has it.
    static STOP: std::sync::LazyLock<Stop> = std::sync::LazyLock::new(Stop::new);
    let program = Program::Direct(vec![OsString::from("/bin/true")]);
    let mut command = exec::Command::new(program, "/tmp", format!("bench-{number}"));
    command.log = Some("/tmp/tollgate-bench-never-written".into());
    let ended = exec::run(&command, &STOP, None);
    assert_eq!(ended.how.to_string(), "exit 0");
}

fn bare(_: usize) {
    let status = Command::new("/bin/true")
        .stdin(Stdio::null())
        .status()
        .expect("true starts");
    assert!(status.success());
}

/// 200 MB through log and mask, for `perf stat` and the memory claim.
fn flood() {
    let words = ["head", "-c", "200000000", "/dev/zero"]
        .map(OsString::from)
        .to_vec();
    let log = std::env::temp_dir().join("tollgate-bench-flood");
    let mut command = exec::Command::new(Program::Direct(words), "/tmp", "bench-flood");
    command.log = Some(log.clone());
    command.mask = exec::Mask::new(vec!["hunter22".to_owned(), "correct-horse".to_owned()]).into();
    let ended = exec::run(&command, &Stop::new(), None);
    println!("{} bytes in {:?}", ended.output.bytes, ended.duration);
    let _ = std::fs::remove_file(log);
}
