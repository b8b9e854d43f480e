//! A command that prints without end costs time and disk, never memory.

use crate::support::Project;

const MUCH: u64 = 200_000_000;

#[test]
fn two_hundred_megabytes_are_kept_in_the_log_and_not_in_memory() {
    let yaml = format!("gates:\n  a: {{ run: 'yes 0123456789abcdef | head -c {MUCH}; exit 1' }}\n");
    let project = Project::new(&yaml);
    let run = project.start(&["-q"]);
    #[cfg(target_os = "linux")]
    let peak = {
        let pid = run.pid();
        std::thread::spawn(move || peak(pid))
    };
    let ran = run.end().exits(1);
    let gate = ran.gate("a").is("fail");
    assert_eq!(gate.run["output_bytes"], MUCH);
    let log = project.root.join(gate.run["log"].as_str().unwrap());
    assert_eq!(log.metadata().unwrap().len(), MUCH);
    assert!(
        ran.stdout.len() < 100_000,
        "{} bytes drawn",
        ran.stdout.len()
    );
    #[cfg(target_os = "linux")]
    {
        let kib = peak.join().unwrap();
        assert!(kib < 64 << 10, "{kib} KiB at most");
    }
}

/// The most memory that a process had while it could be asked, in KiB.
#[cfg(target_os = "linux")]
fn peak(pid: i32) -> u64 {
    let mut most = 0;
    while let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let Some(line) = line else { break };
        most = line.trim().trim_end_matches(" kB").parse().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    most
}

#[test]
fn a_line_without_end_is_cut_where_it_is_shown() {
    let yaml = "gates:\n  a: { run: 'head -c 3000000 /dev/zero | tr \"\\\\0\" x; exit 1' }\n";
    for arguments in [&[][..], &["--stream"]] {
        let ran = Project::new(yaml).run(arguments).exits(1);
        assert!(ran.gate("a").run["output_bytes"] == 3_000_000, "{ran}");
    }
}
