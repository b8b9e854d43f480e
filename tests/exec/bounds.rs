//! What the room itself uses: memory, descriptors, and many commands at once.

use super::*;

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_output() {
    inside("bounds::harness_memory");
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
    inside("bounds::harness_descriptors");
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
