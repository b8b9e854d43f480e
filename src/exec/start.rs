//! Starts a command, with `posix_spawn`: its own group, nothing on stdin, pipes for output.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{self, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use os_pipe::PipeReader;
#[cfg(target_os = "linux")]
use rustix::process::{PidfdFlags, pidfd_open};

use super::leaders::{self, Kind};
#[cfg(target_os = "linux")]
use super::table;
use super::{Command, MARKER, Spool, lookup};
use crate::model::Termination;

/// A running command.
pub(super) struct Child {
    handle: process::Child,
    pub(super) pid: i32,
    pub(super) exit: Exit,
    pub(super) status: Option<std::io::Result<ExitStatus>>,
}

/// By what its exit is noticed.
pub(super) enum Exit {
    /// By the end of its output, which for a short command comes at the same moment and costs nothing.
    Output,
    /// By a descriptor that is readable once it has exited.
    Notice(OwnedFd),
    /// By asking now and then, where the system gives no such descriptor.
    Asking,
}

/// Starts it; gives the reading ends of one pipe or two.
pub(super) fn start(command: &Command) -> Result<(Child, Vec<PipeReader>), Termination> {
    let argv = command.program.argv();
    let Some((word, arguments)) = argv.split_first() else {
        return Err(Termination::NotFound(String::new()));
    };
    let file = lookup::find(word, command)?;
    let mut tries = 0;
    loop {
        let started = leaders::start(Kind::Command, || {
            let mut prepared = prepare(&file, word, arguments, command)?;
            let readers = plumb(&mut prepared, command)?;
            // Not through duct, which copies the whole environment once more for each start: a fiftieth of all that a
            // short command costs. The pipes' writing ends go with `prepared` and are closed with it.
            let handle = prepared.spawn()?;
            let pid = handle.id().cast_signed();
            Ok(((handle, pid, readers), pid))
        });
        match started {
            Ok((handle, pid, readers)) => {
                let child = Child {
                    handle,
                    pid,
                    exit: Exit::Output,
                    status: None,
                };
                return Ok((child, readers));
            }
            // Somebody who just wrote the script may still have it open for an instant.
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy && tries < 20 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(lookup::explain(&error, &file, word, command)),
        }
    }
}

/// Everything but the pipes.
fn prepare(
    file: &Path,
    word: &OsStr,
    arguments: &[OsString],
    command: &Command,
) -> std::io::Result<process::Command> {
    let mut prepared = process::Command::new(std::path::absolute(file)?);
    let input = match &command.input {
        Some(file) => File::open(file)?.into(),
        None => nothing()?,
    };
    prepared
        .arg0(word)
        .args(arguments)
        .process_group(0)
        .stdin(input);
    prepared.current_dir(&command.dir);
    for name in &command.env_remove {
        prepared.env_remove(name);
    }
    for (name, value) in &command.env {
        prepared.env(name, value);
    }
    prepared.env(MARKER, &command.marker);
    Ok(prepared)
}

/// `/dev/null`, opened once: a copy of the descriptor costs less than looking it up each time.
fn nothing() -> std::io::Result<Stdio> {
    static NULL: OnceLock<File> = OnceLock::new();
    let null = match NULL.get() {
        Some(null) => null,
        None => {
            let null = File::open("/dev/null")?;
            NULL.get_or_init(|| null)
        }
    };
    Ok(null.try_clone()?.into())
}

/// Opens the pipes.
fn plumb(prepared: &mut process::Command, command: &Command) -> std::io::Result<Vec<PipeReader>> {
    let (out, out_end) = os_pipe::pipe()?;
    if command.spool == Spool::Merged {
        prepared.stderr(out_end.try_clone()?).stdout(out_end);
        return Ok(vec![out]);
    }
    let (err, err_end) = os_pipe::pipe()?;
    prepared.stdout(out_end).stderr(err_end);
    Ok(vec![out, err])
}

impl Child {
    /// Asks the system to tell when it exits.
    pub(super) fn watch(&mut self) {
        #[cfg(target_os = "linux")]
        let notice =
            table::as_pid(self.pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        #[cfg(not(target_os = "linux"))]
        let notice = None;
        self.exit = notice.map_or(Exit::Asking, Exit::Notice);
    }

    /// Whether it has exited; reaps it.
    pub(super) fn has_exited(&mut self) -> bool {
        if self.status.is_none() {
            self.status = match self.handle.try_wait() {
                Ok(None) => None,
                Ok(Some(status)) => Some(Ok(status)),
                Err(error) => Some(Err(error)),
            };
            if self.status.is_some() {
                leaders::ended(self.pid);
            }
        }
        self.status.is_some()
    }

    /// How it ended; only after [`Child::has_exited`] said so.
    pub(super) fn termination(&self) -> Termination {
        match &self.status {
            Some(Ok(status)) => match (status.code(), status.signal()) {
                (Some(code), _) => Termination::Exit(code),
                (None, Some(signal)) => Termination::Signal(signal),
                (None, None) => Termination::Trouble(
                    "the system gave neither exit status nor signal".to_owned(),
                ),
            },
            Some(Err(error)) => Termination::Trouble(format!("its exit status was lost: {error}")),
            None => Termination::Trouble("it could not be ended".to_owned()),
        }
    }
}
