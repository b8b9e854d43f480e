//! Short questions to other programs, whose answer is kept in memory: what git, ssh-keygen and the like say.

use super::{Command, Ended, Live, Spool, Stop, run};
use crate::model::Termination;

/// What a program answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How it ended.
    pub how: Termination,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it complained.
    pub stderr: Vec<u8>,
    /// Whether it printed more than the limit.
    pub cut: bool,
}

impl Answer {
    /// Whether it exited with 0.
    pub fn is_ok(&self) -> bool {
        self.how == Termination::Exit(0)
    }
}

/// Runs a command and hands on what it prints as it comes, however much that is; the answer holds up to `limit`
/// bytes of it, and of what it complains.
pub fn listen(
    command: &Command,
    limit: usize,
    stop: &Stop,
    heard: &mut dyn FnMut(&[u8]),
) -> Answer {
    answer(command, limit, stop, Some(heard))
}

/// Runs a command and keeps up to `limit` bytes each of what it prints and complains.
pub fn query(command: &Command, limit: usize, stop: &Stop) -> Answer {
    answer(command, limit, stop, None)
}

fn answer(command: &Command, limit: usize, stop: &Stop, live: Live<'_>) -> Answer {
    let command = Command {
        spool: Spool::Memory { limit },
        ..command.clone()
    };
    let Ended { how, output, .. } = run(&command, stop, live);
    let kept = (output.stdout.len() + output.stderr.len()) as u64;
    let cut = kept < output.head.len() as u64 + output.cut + output.tail.len() as u64;
    Answer {
        how,
        stdout: output.stdout,
        stderr: output.stderr,
        cut,
    }
}
