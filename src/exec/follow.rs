//! Follows one command on the caller's thread: reads its pipes, keeps its time, hears the stop switch.

use std::io::Read;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use os_pipe::PipeReader;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::capture::Capture;
use super::command::Live;
use super::start::{self, Child, Exit};
use super::tree::{Ending, Tree};
use super::{Captured, Command, Ended, Level, Stop};
use crate::model::Termination;

/// What a background process may still say, or take to leave by itself, after the command has exited.
const SETTLE: Duration = Duration::from_millis(200);
/// How late a log may be.
const FLUSH: Duration = Duration::from_millis(100);
/// A command that lives this long is worth a guard.
const GUARDED_AFTER: Duration = Duration::from_millis(250);
/// How often to look where nothing wakes us.
const TICK: Duration = Duration::from_millis(10);
/// A command whose output did not end by then gets a descriptor that tells of its exit.
const SHORT: Duration = Duration::from_millis(20);
// Below what makes the allocator tidy up; most commands print less.
const SMALL: usize = 1000;
const LARGE: usize = 64 * 1024;

/// See [`super::run`].
pub(super) fn run(command: &Command, stop: &Stop, live: Live<'_>) -> Ended {
    super::orphans::adopt();
    let began = Instant::now();
    let capture = Capture::new(command, live);
    let started = if stop.asked() {
        Err(Termination::Cancelled)
    } else {
        start::start(command)
    };
    let (child, pipes) = match started {
        Ok(started) => started,
        Err(how) => {
            let output = capture.finish();
            return Ended {
                how,
                duration: began.elapsed(),
                output,
                stopped: Vec::new(),
            };
        }
    };
    let follow = Follow {
        tree: Tree::new(child.pid, &command.marker),
        command,
        stop,
        child,
        pipes: pipes.into_iter().map(Some).collect(),
        buffer: vec![0; SMALL],
        capture,
        began,
        exited: None,
        guarded: false,
        dirty_since: None,
    };
    follow.conclude()
}

struct Follow<'c, 'l> {
    command: &'c Command,
    stop: &'c Stop,
    child: Child,
    tree: Tree,
    pipes: Vec<Option<PipeReader>>,
    buffer: Vec<u8>,
    capture: Capture<'c, 'l>,
    began: Instant,
    exited: Option<Instant>,
    guarded: bool,
    dirty_since: Option<Instant>,
}

impl Follow<'_, '_> {
    fn conclude(mut self) -> Ended {
        let early = self.watch();
        let ending = match early {
            Some(_) => Some(self.end(self.command.grace)),
            None => self.settle(),
        };
        self.drain();
        if self.guarded
            && let Some(guard) = &self.command.guard
        {
            guard.remove(self.child.pid);
        }
        if let Some(trouble) = ending.as_ref().and_then(Ending::trouble) {
            self.capture.trouble(trouble);
        }
        let how = early.unwrap_or_else(|| self.child.termination());
        let duration = self.exited.unwrap_or_else(Instant::now) - self.began;
        let output: Captured = self.capture.finish();
        Ended {
            how,
            duration,
            output,
            stopped: ending.map(Ending::stopped).unwrap_or_default(),
        }
    }

    /// Until the command exits by itself, or until it must be ended: then why.
    fn watch(&mut self) -> Option<Termination> {
        let deadline = self
            .command
            .timeout
            .and_then(|timeout| self.began.checked_add(timeout));
        loop {
            if self.exited.is_some() {
                return None;
            }
            if self.stop.asked() {
                return Some(Termination::Cancelled);
            }
            let now = Instant::now();
            if deadline.is_some_and(|deadline| now >= deadline) {
                return Some(Termination::TimedOut);
            }
            self.guard(now);
            let watch_out = (!self.guarded).then(|| self.began + GUARDED_AFTER);
            let next = deadline.into_iter().chain(watch_out).min();
            self.pump(next.map(|next| next.saturating_duration_since(now)), true);
        }
    }

    fn guard(&mut self, now: Instant) {
        if !self.guarded && now >= self.began + GUARDED_AFTER {
            self.guarded = true;
            if let Some(guard) = &self.command.guard {
                guard.add(self.child.pid, &self.command.marker);
            }
        }
    }

    /// After the exit: the last output, and an end for whatever stays.
    fn settle(&mut self) -> Option<Ending> {
        let until = self.exited.unwrap_or_else(Instant::now) + SETTLE;
        let mut pause = Duration::from_millis(1);
        loop {
            let open = self.pipes.iter().any(Option::is_some);
            if !open && (!self.tree.may_linger() || self.tree.members().is_empty()) {
                return None;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.stop.asked() {
                return Some(self.end(self.command.grace));
            }
            self.pump(Some(pause.min(left)), false);
            pause = (pause * 2).min(TICK * 2);
        }
    }

    fn end(&mut self, grace: Duration) -> Ending {
        let mut tree = std::mem::replace(&mut self.tree, Tree::new(-1, ""));
        let ending = tree.end(grace, &mut |pause| {
            let until = Instant::now() + pause;
            while self.stop.level() < Level::Kill {
                let left = until.saturating_duration_since(Instant::now());
                let silent = self.exited.is_some() && self.pipes.iter().all(Option::is_none);
                if left.is_zero() || silent {
                    std::thread::sleep(left);
                    return false;
                }
                self.pump(Some(left), false);
            }
            self.pump(Some(Duration::from_millis(1)), false);
            true
        });
        self.tree = tree;
        // Who ended its processes has nothing left to wait for but the notice of it.
        let until = Instant::now() + SETTLE;
        while self.exited.is_none() && Instant::now() < until {
            self.pump(Some(TICK), false);
        }
        ending
    }

    /// What is in the pipes at this moment, which was printed before the end; not what still flows.
    fn drain(&mut self) {
        for _ in 0..64 {
            if self.pipes.iter().all(Option::is_none) || !self.pump(Some(Duration::ZERO), false) {
                return;
            }
        }
    }

    /// Waits once for output, exit or the stop switch; says whether output came.
    fn pump(&mut self, wait: Option<Duration>, hear_stop: bool) -> bool {
        let (ready, told) = self.poll(wait, hear_stop);
        let mut came = false;
        for (which, _) in ready.iter().enumerate().filter(|(_, ready)| **ready) {
            came |= self.read(which);
        }
        if self.exited.is_none() {
            self.notice_exit(told);
        }
        self.flush_late();
        came
    }

    fn notice_exit(&mut self, told: bool) {
        let silent = self.pipes.iter().all(Option::is_none);
        let ask = match self.child.exit {
            Exit::Output => silent,
            Exit::Notice(_) => told,
            Exit::Asking => true,
        };
        // A process closes its output a few microseconds before it is gone: cheaper to let it run than to wait.
        let tries = if silent { 3 } else { 1 };
        let mut exits = (0..tries).map(|attempt| {
            if attempt > 0 {
                std::thread::yield_now();
            }
            self.child.has_exited()
        });
        if ask && exits.any(|exited| exited) {
            self.exited = Some(Instant::now());
        } else if matches!(self.child.exit, Exit::Output)
            && (silent || self.began.elapsed() >= SHORT)
        {
            self.child.watch();
        }
    }

    /// Which pipes have something, and whether the system told of the exit.
    fn poll(&mut self, wait: Option<Duration>, hear_stop: bool) -> ([bool; 2], bool) {
        let running = self.exited.is_none();
        let deaf = hear_stop && self.stop.wake().is_none();
        let tick = match self.child.exit {
            Exit::Output if running => Some(SHORT),
            Exit::Asking if running => Some(TICK),
            _ => deaf.then_some(TICK),
        };
        let late = self
            .dirty_since
            .map(|since| FLUSH.saturating_sub(since.elapsed()));
        let wait = [wait, tick, late].into_iter().flatten().min().map(timespec);
        let mut fds = Vec::with_capacity(4);
        for pipe in self.pipes.iter().flatten() {
            fds.push(PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::IN));
        }
        let pipes = fds.len();
        let notice = match &self.child.exit {
            Exit::Notice(notice) if running => Some(notice),
            _ => None,
        };
        let stop = self.stop.wake().filter(|_| hear_stop);
        fds.extend(notice.map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN)));
        fds.extend(stop.map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN)));
        // Interrupted, or out of memory for an instant: nothing is ready then, and the caller asks again.
        let _ = poll(&mut fds, wait.as_ref());
        let mut ready = [false; 2];
        let mut answers = fds[..pipes].iter().map(|fd| !fd.revents().is_empty());
        for (which, _) in self
            .pipes
            .iter()
            .enumerate()
            .filter(|(_, pipe)| pipe.is_some())
        {
            ready[which] = answers.next().unwrap_or(false);
        }
        (ready, notice.is_some() && !fds[pipes].revents().is_empty())
    }

    fn read(&mut self, which: usize) -> bool {
        let Some(pipe) = &mut self.pipes[which] else {
            return false;
        };
        match pipe.read(&mut self.buffer) {
            Ok(0) => {
                self.capture.close(which);
                self.pipes[which] = None;
                false
            }
            Ok(length) => {
                self.capture.take(which, &self.buffer[..length]);
                if length == self.buffer.len() && length < LARGE {
                    self.buffer.resize(LARGE, 0);
                }
                true
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => false,
            Err(error) => {
                self.capture
                    .trouble(format!("its output could not be read: {error}"));
                self.pipes[which] = None;
                false
            }
        }
    }

    fn flush_late(&mut self) {
        if !self.capture.is_dirty() {
            self.dirty_since = None;
            return;
        }
        let since = *self.dirty_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= FLUSH {
            self.capture.flush();
            self.dirty_since = None;
        }
    }
}

fn timespec(wait: Duration) -> Timespec {
    Timespec {
        // A wait of years may as well end earlier: the caller looks at the clock and waits on.
        tv_sec: wait.as_secs().min(1 << 30) as _,
        tv_nsec: wait.subsec_nanos().into(),
    }
}
