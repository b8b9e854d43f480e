//! Events on their way from the threads that run gates to the one that draws.
//!
//! A thread that ends a gate does not wake the drawing one: it looks by itself every few hundredths of a
//! second, and a thousand short gates cost no thousand wake-ups. Streamed output wakes it at once, and waits
//! when it falls behind, so that a slow terminal slows the gates down instead of filling memory.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::model::Event;

/// Events that may wait before a thread that streams has to.
const FULL: usize = 24;
/// A streaming thread looks again after this, should the drawing one be gone.
const PATIENCE: Duration = Duration::from_millis(200);

/// Events that wait to be drawn.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: Mutex<Vec<Event>>,
    room: Condvar,
    wake: tokio::sync::Notify,
}

impl Outbox {
    /// Adds an event, to be seen at the next look.
    pub fn push(&self, event: Event) {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event);
    }

    /// Adds output: wakes the drawing thread, and waits while too much is on its way.
    pub fn stream(&self, event: Event) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= FULL {
            let timed = self
                .room
                .wait_timeout(waiting, PATIENCE)
                .unwrap_or_else(PoisonError::into_inner);
            waiting = timed.0;
        }
        waiting.push(event);
        drop(waiting);
        self.wake.notify_one();
    }

    /// Asks the drawing thread to look now.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits until somebody asks.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Takes everything that waits.
    pub fn take(&self) -> Vec<Event> {
        let taken =
            std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        self.room.notify_all();
        taken
    }
}
