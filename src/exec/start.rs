//! Starts a command through duct, with `posix_spawn`: its own group, nothing on stdin, pipes for output.

use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::ExitStatus;
use std::time::Duration;

use os_pipe::PipeReader;
use rustix::process::{PidfdFlags, pidfd_open};

use super::leaders::{self, Kind};
use super::{Command, MARKER, Spool, lookup, table};
use crate::model::Termination;

/// A running command.
pub(super) struct Child {
    handle: duct::Handle,
    pub(super) pid: i32,
    /// Readable once the process has exited; none on systems or limits that refuse one.
    pub(super) exit: Option<OwnedFd>,
    pub(super) status: Option<std::io::Result<ExitStatus>>,
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
        let typed = word.clone();
        let expression = duct::cmd(&file, arguments.iter().cloned()).before_spawn(move |child| {
            child.arg0(&typed).process_group(0);
            Ok(())
        });
        let started = leaders::start(Kind::Command, || {
            let (expression, readers) = plumb(surround(expression, command), command)?;
            let handle = expression.start()?;
            let pid = handle.pids()[0].cast_signed();
            Ok(((handle, pid, readers), pid))
        });
        match started {
            Ok((handle, pid, readers)) => {
                let exit =
                    table::as_pid(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
                return Ok((
                    Child {
                        handle,
                        pid,
                        exit,
                        status: None,
                    },
                    readers,
                ));
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

fn surround(mut expression: duct::Expression, command: &Command) -> duct::Expression {
    // Duct applies the outermost call first: removals, then what is set, and nothing overrides the marker.
    expression = expression.env(MARKER, &command.marker);
    for (name, value) in command.env.iter().rev() {
        expression = expression.env(name, value);
    }
    for name in &command.env_remove {
        expression = expression.env_remove(name);
    }
    expression.dir(&command.dir).stdin_null().unchecked()
}

/// Opens the pipes. The writing ends live in the expression only, so dropping it leaves them to the child.
fn plumb(
    expression: duct::Expression,
    command: &Command,
) -> std::io::Result<(duct::Expression, Vec<PipeReader>)> {
    let (out, out_end) = os_pipe::pipe()?;
    if command.spool == Spool::Merged {
        return Ok((
            expression.stderr_to_stdout().stdout_file(out_end),
            vec![out],
        ));
    }
    let (err, err_end) = os_pipe::pipe()?;
    Ok((
        expression.stdout_file(out_end).stderr_file(err_end),
        vec![out, err],
    ))
}

impl Child {
    /// Whether it has exited; reaps it.
    pub(super) fn has_exited(&mut self) -> bool {
        if self.status.is_none() {
            self.status = match self.handle.try_wait() {
                Ok(None) => None,
                Ok(Some(output)) => Some(Ok(output.status)),
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
