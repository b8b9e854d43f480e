//! Finds a program the way `execvp` does, and says in words why one could not be started.
//!
//! Doing it here keeps `posix_spawn` (the standard library forks when it must search a changed `PATH`) and tells
//! "not there" from "not executable" and from "its interpreter is not there".

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, FileType, Mode, access};
use rustix::io::Errno;

use super::Command;
use crate::model::Termination;

/// The file to execute for `word`.
pub(super) fn find(word: &OsStr, command: &Command) -> Result<PathBuf, Termination> {
    let shown = || word.to_string_lossy().into_owned();
    if word.is_empty() {
        return Err(Termination::NotFound(String::new()));
    }
    if word.as_bytes().contains(&b'/') {
        let file = command.dir.join(word);
        return match executable(&file) {
            Ok(()) => Ok(file),
            Err(Errno::ACCESS) => Err(Termination::NotExecutable(shown())),
            Err(Errno::NOENT | Errno::NOTDIR) => Err(Termination::NotFound(shown())),
            Err(error) => Err(Termination::Trouble(format!("`{}`: {error}", shown()))),
        };
    }
    let mut denied = false;
    for dir in std::env::split_paths(&search_path(command)) {
        let file = command.dir.join(dir).join(word);
        match executable(&file) {
            Ok(()) => return Ok(file),
            // A folder that may not be searched is no answer about a file in it.
            Err(error) => denied |= error == Errno::ACCESS && file.symlink_metadata().is_ok(),
        }
    }
    Err(if denied {
        Termination::NotExecutable(shown())
    } else {
        Termination::NotFound(shown())
    })
}

/// The `PATH` that the command itself will see.
fn search_path(command: &Command) -> OsString {
    let set = command.env.iter().rev().find(|(name, _)| name == "PATH");
    if let Some((_, value)) = set {
        return value.clone();
    }
    let removed = command.env_remove.iter().any(|name| name == "PATH");
    #[expect(
        clippy::disallowed_methods,
        reason = "what a child inherits is read where it is inherited: here, not in `cli`"
    )]
    let inherited = || std::env::var_os("PATH");
    let ours = if removed { None } else { inherited() };
    ours.unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into())
}

/// One look decides for nearly all files; only odd permissions need a second.
fn executable(file: &Path) -> Result<(), Errno> {
    let mode = rustix::fs::stat(file)?.st_mode;
    if FileType::from_raw_mode(mode) != FileType::RegularFile {
        return Err(Errno::ACCESS);
    }
    if Mode::from_raw_mode(mode).contains(Mode::XUSR | Mode::XGRP | Mode::XOTH) {
        Ok(())
    } else {
        access(file, Access::EXEC_OK)
    }
}

/// Why a file that was found would not start.
pub(super) fn explain(
    error: &std::io::Error,
    file: &Path,
    word: &OsStr,
    command: &Command,
) -> Termination {
    let shown = word.to_string_lossy().into_owned();
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    if !command.dir.is_dir() {
        let dir = command.dir.display();
        return Termination::Trouble(format!(
            "`{shown}` cannot start: there is no directory `{dir}`"
        ));
    }
    match errno {
        Some(Errno::NOENT | Errno::ACCESS) => match interpreter(file) {
            Some(program) => Termination::Trouble(format!(
                "`{shown}` cannot start: its first line names `{program}`, which cannot be executed; correct that line"
            )),
            None if errno == Some(Errno::NOENT) => Termination::NotFound(shown),
            None => Termination::NotExecutable(shown),
        },
        Some(Errno::NOEXEC) => Termination::Trouble(format!(
            "`{shown}` is neither a program for this machine nor does it begin with a `#!` line; add one, or write \
             `sh {shown}`"
        )),
        Some(Errno::TOOBIG) => Termination::Trouble(format!(
            "`{shown}` cannot start: its arguments and environment are too long; hand them over in a file"
        )),
        _ => Termination::Trouble(format!("`{shown}` cannot start: {error}")),
    }
}

/// What the `#!` line of a script names, with a carriage return made visible.
fn interpreter(file: &Path) -> Option<String> {
    let mut start = Vec::new();
    std::fs::File::open(file)
        .ok()?
        .take(256)
        .read_to_end(&mut start)
        .ok()?;
    let line = start
        .strip_prefix(b"#!")?
        .split(|byte| *byte == b'\n')
        .next()?;
    let line = String::from_utf8_lossy(line).replace('\r', "\\r");
    line.split_whitespace().next().map(str::to_owned)
}
