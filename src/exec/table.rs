//! The processes of this machine at one moment: from `/proc`, elsewhere from `ps`. Looks, never touches.

use rustix::process::Pid;

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: i32,
    pub(super) parent: i32,
    pub(super) group: i32,
    pub(super) zombie: bool,
    /// With the number it names one process for good; 0 where the system does not tell.
    pub(super) born: u64,
    pub(super) name: String,
}

impl Process {
    /// Its number as signals want it; never 0 or below, which would mean whole groups.
    pub(super) fn id(&self) -> Option<Pid> {
        as_pid(self.pid)
    }
}

/// A number as signals want it.
pub(super) fn as_pid(pid: i32) -> Option<Pid> {
    if pid > 0 { Pid::from_raw(pid) } else { None }
}

/// Our own number.
pub(super) fn own() -> i32 {
    std::process::id().cast_signed()
}

/// All processes that can be seen.
#[cfg(target_os = "linux")]
pub(super) fn read() -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| one(name.parse().ok()?)).collect()
}

/// One process, if it is there.
#[cfg(target_os = "linux")]
pub(super) fn one(pid: i32) -> Option<Process> {
    parse(pid, &std::fs::read(format!("/proc/{pid}/stat")).ok()?)
}

/// Reads `/proc/PID/stat`; the name may hold spaces and brackets, hence the last bracket counts.
/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
#[cfg(target_os = "linux")]
fn parse(pid: i32, stat: &[u8]) -> Option<Process> {
    let stat = String::from_utf8_lossy(stat);
    let (open, close) = (stat.find('(')?, stat.rfind(')')?);
    let mut fields = stat.get(close + 1..)?.split_ascii_whitespace();
    let state = fields.next()?;
    Some(Process {
        pid,
        name: stat.get(open + 1..close)?.to_owned(),
        zombie: matches!(state, "Z" | "X" | "x"),
        parent: fields.next()?.parse().ok()?,
        group: fields.next()?.parse().ok()?,
        born: fields.nth(16)?.parse().ok()?,
    })
}

/// Whether the environment that the process was started with holds `NAME=value`.
///
/// While a process changes into another program its environment reads empty: it is asked again a few times,
/// because a process that is overlooked here is left behind.
#[cfg(target_os = "linux")]
pub(super) fn carries(pid: i32, entry: &[u8]) -> bool {
    for _ in 0..10 {
        // Asked of few processes; a megabyte of environment is possible and harmless.
        match std::fs::read(format!("/proc/{pid}/environ")) {
            Ok(environ) if environ.is_empty() => {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            Ok(environ) => return environ.split(|byte| *byte == 0).any(|one| one == entry),
            Err(_) => return false,
        }
    }
    false
}

/// All processes that can be seen.
#[cfg(not(target_os = "linux"))]
pub(super) fn read() -> Vec<Process> {
    let list = duct::cmd("/bin/ps", ["-A", "-o", "pid=,ppid=,pgid=,stat=,comm="])
        .stdin_null()
        .stderr_null()
        .unchecked()
        .read()
        .unwrap_or_default();
    list.lines().filter_map(parse).collect()
}

#[cfg(not(target_os = "linux"))]
fn parse(line: &str) -> Option<Process> {
    let mut fields = line.split_whitespace();
    let mut number = || fields.next()?.parse::<i32>().ok();
    let (pid, parent, group) = (number()?, number()?, number()?);
    let zombie = fields.next()?.starts_with('Z');
    let path = fields.collect::<Vec<_>>().join(" ");
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    Some(Process {
        pid,
        parent,
        group,
        zombie,
        born: 0,
        name,
    })
}

/// Other systems do not show environments to everybody; group and descent must do.
#[cfg(not(target_os = "linux"))]
pub(super) fn carries(_: i32, _: &[u8]) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_is_read_whole() {
        let stat = b"7 (a) R (b) Z 1 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 4242 0 0";
        let process = parse(7, stat).unwrap();
        assert_eq!(
            (process.name.as_str(), process.parent, process.group),
            ("a) R (b", 1, 7)
        );
        assert!(process.zombie && process.born == 4242);
        assert_eq!(parse(7, b"7 (cut"), None);
    }

    #[test]
    fn this_process_is_in_the_table() {
        let own = own();
        let found = read()
            .into_iter()
            .find(|process| process.pid == own)
            .unwrap();
        assert!(!found.zombie && found.born > 0);
        let path = format!("PATH={}", std::env::var("PATH").unwrap());
        assert!(carries(own, path.as_bytes()) && !carries(own, b"PATH="));
    }

    #[test]
    fn no_number_means_a_group_or_everybody() {
        assert_eq!(
            (as_pid(0), as_pid(-1), as_pid(1).is_some()),
            (None, None, true)
        );
    }
}
