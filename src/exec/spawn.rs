//! Starts a child in our own directory by `posix_spawn` itself, with an environment that is laid out once.
//!
//! The standard library copies the whole environment for each start that sets a variable, and every command gets
//! its marker: a fortieth of all that a short command costs. It cannot change the directory, and decides nothing:
//! [`super::start`] uses it where it can.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::io::{Error, Result};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::Pid;

use super::{Command, MARKER};

/// Whether a command runs where we are.
pub(super) fn is_here(command: &Command) -> bool {
    static HERE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let here = HERE.get_or_init(|| std::env::current_dir().ok());
    here.as_deref() == Some(&command.dir)
}

/// Starts it with these three descriptors and nothing else of ours; gives its number.
pub(super) fn spawn(
    file: &Path,
    argv: &[OsString],
    command: &Command,
    ends: [BorrowedFd<'_>; 3],
) -> Result<i32> {
    let file = text(file.as_os_str())?;
    let argv: Vec<CString> = argv.iter().map(|word| text(word)).collect::<Result<_>>()?;
    let own = own_variables(command)?;
    let env: Vec<&CStr> = inherited()
        .iter()
        .filter(|(name, _)| !is_changed(name, command))
        .map(|(_, entry)| entry.as_c_str())
        .chain(own.iter().map(CString::as_c_str))
        .collect();
    let mut actions = PosixSpawnFileActions::init()?;
    for (end, place) in ends.iter().zip(0..) {
        actions.add_dup2(end.as_raw_fd(), place)?;
    }
    let pid = posix_spawn(file.as_c_str(), &actions, &attributes()?, &argv, &env)?;
    Ok(pid.as_raw())
}

/// A group of its own, no signal blocked, and the signal back that Rust programs ignore.
fn attributes() -> Result<PosixSpawnAttr> {
    let mut attributes = PosixSpawnAttr::init()?;
    let mut ignored = SigSet::empty();
    ignored.add(Signal::SIGPIPE);
    attributes.set_pgroup(Pid::from_raw(0))?;
    attributes.set_sigmask(&SigSet::empty())?;
    attributes.set_sigdefault(&ignored)?;
    attributes.set_flags(
        PosixSpawnFlags::POSIX_SPAWN_SETPGROUP
            | PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK
            | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF,
    )?;
    Ok(attributes)
}

/// Our own environment, which nothing changes while we run.
fn inherited() -> &'static [(OsString, CString)] {
    static INHERITED: OnceLock<Vec<(OsString, CString)>> = OnceLock::new();
    INHERITED.get_or_init(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "what a child inherits is read where it is inherited: here, not in `cli`"
        )]
        let variables = std::env::vars_os();
        variables
            .filter_map(|(name, value)| {
                let entry = entry(&name, &value).ok()?;
                Some((name, entry))
            })
            .collect()
    })
}

fn is_changed(name: &OsStr, command: &Command) -> bool {
    name == MARKER
        || command.env.iter().any(|(set, _)| set == name)
        || command.env_remove.iter().any(|removed| removed == name)
}

/// What the command sets, the last of the same name; and its marker.
fn own_variables(command: &Command) -> Result<Vec<CString>> {
    let set = &command.env;
    let is_last = |at: usize| set[at + 1..].iter().all(|(name, _)| *name != set[at].0);
    let set = (0..set.len()).filter(|at| is_last(*at) && set[*at].0 != MARKER);
    let set = set.map(|at| entry(&command.env[at].0, &command.env[at].1));
    set.chain([entry(MARKER.as_ref(), command.marker.as_ref())])
        .collect()
}

fn entry(name: &OsStr, value: &OsStr) -> Result<CString> {
    let mut entry = Vec::with_capacity(name.len() + value.len() + 2);
    entry.extend_from_slice(name.as_bytes());
    entry.push(b'=');
    entry.extend_from_slice(value.as_bytes());
    CString::new(entry).map_err(Error::from)
}

fn text(text: &OsStr) -> Result<CString> {
    CString::new(text.as_bytes()).map_err(Error::from)
}
