//! What to start, and what became of it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Guard, Mask, Stop};
use crate::model::Termination;

/// How the words of a command become a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// Started as it stands: program and arguments.
    Direct(Vec<OsString>),
    /// Handed to a shell.
    Shell {
        /// The shell and its options, without `-c`.
        shell: Vec<OsString>,
        /// What comes after `-c`.
        script: String,
    },
}

impl Program {
    /// Program and arguments as the system gets them; never empty for what [`super::parse`] made.
    pub fn argv(&self) -> Vec<OsString> {
        match self {
            Program::Direct(words) => words.clone(),
            Program::Shell { shell, script } => {
                let mut words = shell.clone();
                words.extend(["-c".into(), script.into()]);
                words
            }
        }
    }
}

/// Where output goes besides the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Spool {
    /// One pipe: stdout and stderr in the order they were written.
    #[default]
    Merged,
    /// Two pipes, each masked and written to its file (made even when it stays empty); the log holds both in
    /// order of arrival.
    Split {
        /// Where stdout goes.
        stdout: Option<PathBuf>,
        /// Where stderr goes.
        stderr: Option<PathBuf>,
    },
    /// Two pipes, the first bytes of each kept in memory; who listens live hears stdout only.
    Memory {
        /// How many bytes of each are kept.
        limit: usize,
    },
}

/// What to start.
#[derive(Clone, Debug)]
pub struct Command {
    /// The program.
    pub program: Program,
    /// Where it runs; absolute.
    pub dir: PathBuf,
    /// A file that it reads as its standard input; nothing where there is none.
    pub input: Option<PathBuf>,
    /// Variables to set on top of our own environment.
    pub env: Vec<(OsString, OsString)>,
    /// Variables that it must not see.
    pub env_remove: Vec<OsString>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// How long its processes have between TERM and KILL.
    pub grace: Duration,
    /// The log, made at the first byte of output; a silent command leaves none.
    pub log: Option<PathBuf>,
    /// Where output goes besides the log.
    pub spool: Spool,
    /// The secrets.
    pub mask: Arc<Mask>,
    /// Text that no other command of any run has; it becomes `TOLLGATE_RUN`. No line break.
    pub marker: String,
    /// Ends the command should we be killed.
    pub guard: Option<Arc<Guard>>,
}

impl Command {
    /// A command with nothing but a program, a place and a marker: no time-out, no log, 5 s of grace.
    pub fn new(program: Program, dir: impl Into<PathBuf>, marker: impl Into<String>) -> Command {
        Command {
            program,
            dir: dir.into(),
            input: None,
            env: Vec::new(),
            env_remove: Vec::new(),
            timeout: None,
            grace: Duration::from_secs(5),
            log: None,
            spool: Spool::Merged,
            mask: Arc::new(Mask::none()),
            marker: marker.into(),
            guard: None,
        }
    }
}

/// A process that was still there and was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Its number.
    pub pid: i32,
    /// Its name as the system has it.
    pub name: String,
    /// The last signal it got: `TERM` or `KILL`.
    pub signal: &'static str,
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} (pid {}, {})", self.name, self.pid, self.signal)
    }
}

/// What was kept of the output; everything but `bytes` is masked.
#[derive(Clone, Debug, Default)]
pub struct Captured {
    /// Bytes that the command printed.
    pub bytes: u64,
    /// The first 16 KiB.
    pub head: Vec<u8>,
    /// The last 48 KiB of what follows the head.
    pub tail: Vec<u8>,
    /// Bytes left out between head and tail.
    pub cut: u64,
    /// What stdout began with, with [`Spool::Memory`].
    pub stdout: Vec<u8>,
    /// What stderr began with, with [`Spool::Memory`].
    pub stderr: Vec<u8>,
    /// The log, if there was output.
    pub log: Option<PathBuf>,
    /// Why log or spool are incomplete, or which process could not be ended.
    pub trouble: Option<String>,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How it ended.
    pub how: Termination,
    /// From its start to the exit of its first process.
    pub duration: Duration,
    /// What it printed.
    pub output: Captured,
    /// Processes of it that had to be ended, sorted by number.
    pub stopped: Vec<Stopped>,
}

/// Somebody who gets masked output as it comes.
pub type Live<'l> = Option<&'l mut (dyn FnMut(&[u8]) + 'l)>;

/// Runs a command to its end, and ends whatever it leaves behind; `live` gets masked output as it comes.
///
/// Blocks, but never for longer than the command, its grace and about three seconds.
#[cfg(unix)]
pub fn run(command: &Command, stop: &Stop, live: Live<'_>) -> Ended {
    super::follow::run(command, stop, live)
}

/// Refuses: this system has no process groups.
#[cfg(not(unix))]
pub fn run(_: &Command, _: &Stop, _: Live<'_>) -> Ended {
    let why = "tollgate cannot run commands on this system yet; run it on Linux, macOS or in WSL";
    Ended {
        how: Termination::Trouble(why.to_owned()),
        duration: Duration::ZERO,
        output: Captured::default(),
        stopped: Vec::new(),
    }
}

/// Ends what commands of this process left behind and no command could be blamed for; call once, after all.
///
/// Services must be stopped before: whatever is our child and was not started as a command is ended.
pub fn sweep(grace: Duration) -> Vec<Stopped> {
    #[cfg(unix)]
    return super::tree::sweep(grace);
    #[cfg(not(unix))]
    {
        let _ = grace;
        Vec::new()
    }
}
