//! Whether a command may have left orphans: one or two system calls when it did not, which is nearly always.
//!
//! We are the reaper of our descendants, so whatever outlives its parents becomes our child. Kernels built with
//! `CONFIG_PROC_CHILDREN` list these for our first thread. Elsewhere the last number given to a process tells
//! whether anything was started since; only then is anybody looked at.

#[cfg(target_os = "linux")]
use super::leaders;

/// Makes orphans below us our children, once per process.
pub(super) fn adopt() {
    #[cfg(target_os = "linux")]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        // Refused only by kernels before 3.4; then orphans go to `init` and are found by their marker.
        ONCE.call_once(|| {
            linux::children_before()
                .into_iter()
                .for_each(leaders::leave_alone);
            let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
        });
    }
}

/// Whether the table must be read to know: false only when there is certainly no orphan of `leader`.
#[cfg(target_os = "linux")]
pub(super) fn possible(leader: i32) -> bool {
    linux::listed().unwrap_or_else(|| linux::started_since(leader))
}

/// Elsewhere orphans go to `launchd`; those in the group are seen by their group.
#[cfg(not(target_os = "linux"))]
pub(super) fn possible(_: i32) -> bool {
    false
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::os::unix::fs::FileExt;
    use std::sync::OnceLock;

    use crate::exec::{leaders, table};

    /// More than this many numbers to look at one by one, and reading the whole table is cheaper.
    const FEW: i32 = 64;

    /// Children that we have before starting any: `server & exec tollgate run` leaves us one that is not ours to end.
    pub(super) fn children_before() -> Vec<i32> {
        if listed() == Some(false) {
            return Vec::new();
        }
        let ours = |process: &table::Process| process.parent == table::own();
        table::read()
            .into_iter()
            .filter(ours)
            .map(|process| process.pid)
            .collect()
    }

    /// From the children of our first thread, to which the kernel gives orphans.
    pub(super) fn listed() -> Option<bool> {
        static CHILDREN: OnceLock<Option<File>> = OnceLock::new();
        let path = || File::open(format!("/proc/self/task/{}/children", table::own())).ok();
        let children = CHILDREN.get_or_init(path).as_ref()?;
        let mut text = [0; 2048];
        let length = children.read_at(&mut text, 0).ok()?;
        let text = std::str::from_utf8(&text[..length]).ok()?;
        let strange = |pid: &str| pid.parse().map_or(true, |pid| !leaders::contains(pid));
        Some(length == 2048 || text.split_ascii_whitespace().any(strange))
    }

    /// From the last process number that was given out.
    pub(super) fn started_since(leader: i32) -> bool {
        let Some(last) = last_number() else {
            return true;
        };
        // Numbers that wrapped around, or a `/proc` that makes them up, tell nothing.
        if last < leader || last - leader > FEW {
            return true;
        }
        let child =
            |pid: &i32| table::one(*pid).is_some_and(|process| process.parent == table::own());
        (leader + 1..=last).any(|pid| !leaders::contains(pid) && child(&pid))
    }

    /// The last field of `/proc/loadavg`: <https://man7.org/linux/man-pages/man5/proc_loadavg.5.html>
    fn last_number() -> Option<i32> {
        static LOAD: OnceLock<Option<File>> = OnceLock::new();
        let load = LOAD
            .get_or_init(|| File::open("/proc/loadavg").ok())
            .as_ref()?;
        let mut text = [0; 128];
        let length = load.read_at(&mut text, 0).ok()?;
        std::str::from_utf8(&text[..length])
            .ok()?
            .split_ascii_whitespace()
            .next_back()?
            .parse()
            .ok()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::linux;

    #[test]
    fn a_child_started_since_is_noticed_without_a_list_of_children() {
        let start = || {
            std::process::Command::new("sleep")
                .arg("100")
                .spawn()
                .unwrap()
        };
        let (mut first, mut second) = (start(), start());
        assert!(linux::started_since(first.id().cast_signed()));
        assert!(linux::started_since(0), "too many numbers to look at");
        for child in [&mut first, &mut second] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}
