//! The guard: a helper process that ends a run's commands when the run itself was killed.
//!
//! SIGKILL leaves no time to clean up, so somebody else must: `tollgate guard` reads `+PGID MARKER` and `-PGID`
//! lines from a pipe that only the run holds. When the pipe closes without `bye`, it ends what is registered and
//! exits. It is started for the first command that lives longer than a quarter of a second, in a group of its
//! own, so that Ctrl-C does not reach it; it holds none of our pipes and dies with every run.

use std::collections::BTreeMap;
use std::ffi::OsString;
#[cfg(unix)]
use std::io::Write;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the guard lets processes end by themselves.
const GRACE: Duration = Duration::from_secs(2);

/// The run's side: starts the helper when first needed, and dismisses it when dropped.
#[derive(Debug)]
pub struct Guard {
    exe: PathBuf,
    arguments: Vec<OsString>,
    helper: Mutex<Helper>,
}

#[derive(Debug, Default)]
enum Helper {
    #[default]
    Unborn,
    #[cfg(unix)]
    Alive(os_pipe::PipeWriter, Box<duct::Handle>),
    /// It would not start, died, or was dismissed; the run does without.
    Gone,
}

impl Guard {
    /// A guard that `exe arguments…` will run; that must call [`main`] on its stdin and do nothing else.
    pub fn new(exe: PathBuf, arguments: Vec<OsString>) -> Guard {
        Guard {
            exe,
            arguments,
            helper: Mutex::default(),
        }
    }

    /// Puts a process group under guard.
    pub fn add(&self, group: i32, marker: &str) {
        let mut helper = self.helper();
        if matches!(*helper, Helper::Unborn) {
            *helper = self.start();
        }
        helper.tell(&format!("+{group} {marker}\n"));
    }

    /// The group has ended.
    pub fn remove(&self, group: i32) {
        self.helper().tell(&format!("-{group}\n"));
    }

    /// Sends the helper home; what lives on is no longer guarded.
    pub fn dismiss(&self) {
        self.helper().dismiss();
    }

    fn helper(&self) -> MutexGuard<'_, Helper> {
        self.helper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(unix)]
    fn start(&self) -> Helper {
        use super::leaders::{self, Kind};
        use std::os::unix::process::CommandExt;
        let started = leaders::start(Kind::Helper, || {
            let (reader, writer) = os_pipe::pipe()?;
            let expression = duct::cmd(&self.exe, self.arguments.iter().cloned())
                .before_spawn(|child| {
                    child.process_group(0);
                    Ok(())
                })
                // Nobody's directory is kept busy.
                .dir("/")
                // Its own marker: should another run of ours adopt it, no command there takes it for one of its own.
                .env(super::MARKER, "guard")
                .stdin_file(reader)
                .stdout_null()
                .stderr_null()
                .unchecked();
            let handle = expression.start()?;
            let pid = handle.pids()[0].cast_signed();
            Ok(((writer, handle), pid))
        });
        started.map_or(Helper::Gone, |(writer, handle)| {
            Helper::Alive(writer, Box::new(handle))
        })
    }

    #[cfg(not(unix))]
    fn start(&self) -> Helper {
        let _ = (&self.exe, &self.arguments);
        Helper::Gone
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.dismiss();
    }
}

impl Helper {
    fn tell(&mut self, line: &str) {
        #[cfg(unix)]
        if let Helper::Alive(writer, _) = self
            && writer.write_all(line.as_bytes()).is_err()
        {
            self.dismiss();
        }
        #[cfg(not(unix))]
        let _ = line;
    }

    fn dismiss(&mut self) {
        #[cfg(unix)]
        if let Helper::Alive(mut writer, handle) = std::mem::replace(self, Helper::Gone) {
            let _ = writer.write_all(b"bye\n");
            drop(writer);
            let pid = handle.pids()[0].cast_signed();
            if !leaves(&handle, Duration::from_secs(1)) {
                let _ = handle.kill();
                let _ = handle.wait();
            }
            super::leaders::ended(pid);
        }
        #[cfg(not(unix))]
        {
            *self = Helper::Gone;
        }
    }
}

/// Waits for it to go; by looking, because duct's own bounded wait would install a signal handler.
#[cfg(unix)]
fn leaves(handle: &duct::Handle, within: Duration) -> bool {
    let until = std::time::Instant::now() + within;
    while matches!(handle.try_wait(), Ok(None)) {
        if std::time::Instant::now() >= until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    true
}

/// The helper's side: reads until the pipe closes; then ends what is left, unless the run said `bye`.
pub fn main(input: impl Read) {
    let mut groups: BTreeMap<i32, String> = BTreeMap::new();
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    loop {
        line.clear();
        match input.read_until(b'\n', &mut line) {
            // A last line without its end is half a line: its number may be half a number.
            Ok(_) if line.last() == Some(&b'\n') => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            _ => break,
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches('\n');
        if text == "bye" {
            return;
        }
        if let Some((group, marker)) = text.strip_prefix('+').and_then(|text| text.split_once(' '))
        {
            if let Ok(group) = group.parse::<i32>() {
                groups.insert(group, marker.to_owned());
            }
        } else if let Some(Ok(group)) = text.strip_prefix('-').map(str::parse::<i32>) {
            groups.remove(&group);
        }
    }
    end(&groups);
}

/// Ends all groups at once, so that ten of them cost one grace.
fn end(groups: &BTreeMap<i32, String>) {
    #[cfg(unix)]
    std::thread::scope(|scope| {
        for (group, marker) in groups.iter().filter(|(group, _)| **group > 1) {
            scope.spawn(|| {
                let mut wait = |pause| {
                    std::thread::sleep(pause);
                    false
                };
                super::tree::Tree::abandoned(*group, marker).end(GRACE, &mut wait)
            });
        }
    });
    #[cfg(not(unix))]
    let _ = (groups, GRACE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_make_no_sense_and_farewells_end_nobody() {
        // Group 1 would be everybody's parent, 0 our own group, and half a line half a number.
        main(&b"+0 a\n+1 b\n+-5 c\n+x d\nnonsense\n-7\n\xff\n+1234"[..]);
        main(&b"+2147483647 none\nbye\n"[..]);
        main(&b""[..]);
    }
}
