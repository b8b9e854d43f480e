//! The budget of jobs: how many commands run at once, over all engines that share it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::exec::Stop;

/// A waiting work tree looks again after this, whoever was to wake it.
const PATIENCE: Duration = Duration::from_millis(40);

/// A number of jobs; clones are the same budget.
#[derive(Clone, Debug)]
pub struct Jobs(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    taken: Mutex<usize>,
    /// Engines with a gate that could start and has no job.
    hungry: AtomicUsize,
    freed: tokio::sync::Notify,
}

/// A job that is held; dropping it frees it.
#[derive(Debug)]
pub(super) struct Job {
    of: Arc<Inner>,
    /// Whether others are told that it is free again.
    tells: bool,
}

impl Jobs {
    /// So many jobs.
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Inner {
            most,
            taken: Mutex::new(0),
            hungry: AtomicUsize::new(0),
            freed: tokio::sync::Notify::new(),
        }))
    }

    /// How many there are.
    pub fn most(&self) -> usize {
        self.0.most
    }

    /// Takes a free one.
    pub(super) fn take(&self) -> Option<Job> {
        let mut taken = self.0.taken();
        if *taken >= self.0.most {
            return None;
        }
        *taken += 1;
        Some(Job {
            of: Arc::clone(&self.0),
            tells: true,
        })
    }

    /// Whether one is free at this moment.
    pub(super) fn is_free(&self) -> bool {
        *self.0.taken() < self.0.most
    }

    /// Waits until one that was in use is freed.
    pub(super) async fn freed(&self) {
        self.0.freed.notified().await;
    }

    /// An engine has a gate that could start and has no job, or has none any more.
    pub(super) fn hungers(&self, now: bool) {
        if now {
            self.0.hungry.fetch_add(1, Ordering::AcqRel);
        } else {
            self.0.hungry.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Takes a job for something new, once there is one that no engine under way can use. `None` when stopped.
    pub(super) async fn admit(&self, stop: &Stop) -> Option<Job> {
        loop {
            if stop.asked() {
                return None;
            }
            if self.0.hungry.load(Ordering::Acquire) == 0
                && let Some(job) = self.take()
            {
                return Some(job);
            }
            let _ = tokio::time::timeout(PATIENCE, self.freed()).await;
        }
    }
}

impl Job {
    /// Gives it back unused: nobody is told, because nobody could have missed it for long.
    pub fn unused(mut self) {
        self.tells = false;
    }
}

impl Inner {
    fn taken(&self) -> MutexGuard<'_, usize> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        *self.of.taken() -= 1;
        if self.tells {
            self.of.freed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Jobs;

    #[test]
    fn a_budget_is_one_for_all_who_share_it() {
        let jobs = Jobs::new(2);
        let other = jobs.clone();
        let one = jobs.take().unwrap();
        let two = other.take().unwrap();
        assert!(jobs.take().is_none() && !other.is_free());
        drop(one);
        assert!(other.is_free());
        two.unused();
        assert!(jobs.take().is_some());
    }
}
