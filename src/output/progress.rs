//! Stub.
use super::Style;
use crate::model::{Event, Progress};
use std::io;
use std::time::Duration;

/// Tells how long the run has lasted, by a clock that only goes forward.
pub type Clock = Box<dyn Fn() -> Duration + Send>;

struct Stub;
impl Progress for Stub {
    fn event(&mut self, _event: &Event) {}
}

/// Live progress for a terminal, drawn on standard error.
pub fn live(_style: Style, _clock: Clock) -> Box<dyn Progress> {
    Box::new(Stub)
}

/// Lines for a pipe or a log.
pub fn plain(_style: Style, _clock: Clock, _to: Box<dyn io::Write + Send>) -> Box<dyn Progress> {
    Box::new(Stub)
}
