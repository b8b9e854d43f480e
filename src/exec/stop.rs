//! The switch that ends a run early: cancel, then kill. Waiting threads notice at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// How far stopping has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nobody asked.
    Go,
    /// TERM, grace, KILL.
    Cancel,
    /// KILL without grace.
    Kill,
}

/// A shared switch; clones are the same switch, and it never goes back.
#[derive(Clone, Debug)]
pub struct Stop(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    level: AtomicU8,
    /// A byte is written once and never read, so the reading end stays ready for every thread that polls it.
    #[cfg(unix)]
    wake: Option<(os_pipe::PipeReader, os_pipe::PipeWriter)>,
}

impl Default for Stop {
    fn default() -> Stop {
        Stop::new()
    }
}

impl Stop {
    /// A switch at [`Level::Go`].
    pub fn new() -> Stop {
        Stop(Arc::new(Inner {
            level: AtomicU8::new(0),
            #[cfg(unix)]
            wake: os_pipe::pipe().ok(),
        }))
    }

    /// Where the switch stands.
    pub fn level(&self) -> Level {
        match self.0.level.load(Ordering::Acquire) {
            0 => Level::Go,
            1 => Level::Cancel,
            _ => Level::Kill,
        }
    }

    /// Whether somebody asked to stop.
    pub fn asked(&self) -> bool {
        self.level() > Level::Go
    }

    /// Asks all commands to end: TERM, grace, KILL.
    pub fn cancel(&self) {
        self.raise(1);
    }

    /// Ends all commands without grace.
    pub fn kill(&self) {
        self.raise(2);
    }

    /// One step further: the first call cancels, the second kills, as Ctrl-C does.
    pub fn escalate(&self) {
        if self.asked() {
            self.kill()
        } else {
            self.cancel()
        }
    }

    fn raise(&self, to: u8) {
        let before = self.0.level.fetch_max(to, Ordering::AcqRel);
        #[cfg(unix)]
        if before == 0
            && let Some((_, writer)) = &self.0.wake
        {
            use std::io::Write;
            // The pipe is empty and both ends are ours: the write cannot fail or block.
            let _ = (&*writer).write(&[1]);
        }
        let _ = before;
    }

    /// Becomes readable when somebody asks to stop; none when the system had no descriptor left.
    #[cfg(unix)]
    pub(super) fn wake(&self) -> Option<&os_pipe::PipeReader> {
        self.0.wake.as_ref().map(|(reader, _)| reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_only_goes_forward_and_clones_share_it() {
        let stop = Stop::new();
        let other = stop.clone();
        assert_eq!(stop.level(), Level::Go);
        other.escalate();
        assert_eq!(stop.level(), Level::Cancel);
        other.escalate();
        other.cancel();
        assert_eq!(stop.level(), Level::Kill);
    }
}
