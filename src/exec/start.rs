//! Starts a command, with `posix_spawn`: its own group, nothing on stdin, pipes for output.

use std::ffi::OsString;
use std::fs::File;
#[cfg(target_os = "linux")]
use std::os::fd::AsFd;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process;
use std::sync::OnceLock;
use std::time::Duration;

use os_pipe::{PipeReader, PipeWriter};
#[cfg(target_os = "linux")]
use rustix::process::{PidfdFlags, pidfd_open};
use rustix::process::{WaitOptions, WaitStatus, waitpid};

use super::leaders::{self, Kind};
#[cfg(target_os = "linux")]
use super::spawn;
use super::{Command, MARKER, Spool, lookup, table};
use crate::model::Termination;

/// A running command.
pub(super) struct Child {
    pub(super) pid: i32,
    pub(super) exit: Exit,
    pub(super) status: Option<std::io::Result<WaitStatus>>,
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
    let Some(word) = argv.first() else {
        return Err(Termination::NotFound(String::new()));
    };
    let file = lookup::find(word, command)?;
    let mut tries = 0;
    loop {
        let started = leaders::start(Kind::Command, || {
            let (readers, ends) = plumb(command)?;
            let pid = launch(&std::path::absolute(&file)?, &argv, command, ends)?;
            Ok(((pid, readers), pid))
        });
        match started {
            Ok((pid, readers)) => {
                let child = Child {
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

/// The child's ends of its descriptors.
struct Ends {
    /// Nothing where there is none.
    input: Option<File>,
    out: PipeWriter,
    /// Where it is not the same as `out`.
    err: Option<PipeWriter>,
}

/// Opens the pipes.
fn plumb(command: &Command) -> std::io::Result<(Vec<PipeReader>, Ends)> {
    let input = command.input.as_ref().map(File::open).transpose()?;
    let (reader, out) = os_pipe::pipe()?;
    let (mut readers, mut err) = (vec![reader], None);
    if command.spool != Spool::Merged {
        let (reader, end) = os_pipe::pipe()?;
        readers.push(reader);
        err = Some(end);
    }
    Ok((readers, Ends { input, out, err }))
}

/// Starts the process; gives its number. Our copies of its ends are closed on return.
fn launch(file: &Path, argv: &[OsString], command: &Command, ends: Ends) -> std::io::Result<i32> {
    #[cfg(target_os = "linux")]
    if spawn::is_here(command) {
        let input = match &ends.input {
            Some(file) => file.as_fd(),
            None => nothing()?.as_fd(),
        };
        let err = ends.err.as_ref().unwrap_or(&ends.out).as_fd();
        return spawn::spawn(file, argv, command, [input, ends.out.as_fd(), err]);
    }
    // Not through duct, which copies the whole environment once more for each start.
    let child = prepare(file, argv, command, ends)?.spawn()?;
    Ok(child.id().cast_signed())
}

/// The same for the standard library, which knows how to change the directory.
fn prepare(
    file: &Path,
    argv: &[OsString],
    command: &Command,
    ends: Ends,
) -> std::io::Result<process::Command> {
    let mut prepared = process::Command::new(file);
    let input = match ends.input {
        Some(file) => file,
        None => nothing()?.try_clone()?,
    };
    let err = match ends.err {
        Some(err) => err,
        None => ends.out.try_clone()?,
    };
    prepared
        .arg0(&argv[0])
        .args(&argv[1..])
        .current_dir(&command.dir)
        .process_group(0)
        .stdin(input)
        .stdout(ends.out)
        .stderr(err);
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
fn nothing() -> std::io::Result<&'static File> {
    static NULL: OnceLock<File> = OnceLock::new();
    if let Some(null) = NULL.get() {
        return Ok(null);
    }
    let null = File::open("/dev/null")?;
    Ok(NULL.get_or_init(|| null))
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
            self.status = match waitpid(table::as_pid(self.pid), WaitOptions::NOHANG) {
                Ok(None) => None,
                Ok(Some((_, status))) => Some(Ok(status)),
                Err(error) => Some(Err(error.into())),
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
            Some(Ok(status)) => match (status.exit_status(), status.terminating_signal()) {
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
