//! The children that this room started itself, apart from orphans that the system handed to us.
//!
//! An orphan may be ended and reaped by whoever finds it; a child started here belongs to the thread that waits
//! for it. The gate makes "started" and "written down" one step for those who look.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

/// Whose child it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A command or service, which may leave orphans.
    Command,
    /// One of our own helpers, which leaves none.
    Helper,
}

static GATE: RwLock<()> = RwLock::new(());
static LEADERS: Mutex<BTreeMap<i32, Kind>> = Mutex::new(BTreeMap::new());
/// Where the system cannot make a pipe close-on-exec in one step, a child started meanwhile would hold it open.
#[cfg(target_vendor = "apple")]
static PIPES: Mutex<()> = Mutex::new(());

fn leaders() -> MutexGuard<'static, BTreeMap<i32, Kind>> {
    LEADERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts and registers a child, whose pipes `start` opens.
pub(super) fn start<T>(
    kind: Kind,
    start: impl FnOnce() -> Result<(T, i32), StartError>,
) -> Result<T, StartError> {
    #[cfg(target_vendor = "apple")]
    let _pipes = PIPES.lock().unwrap_or_else(PoisonError::into_inner);
    let _started = GATE.read().unwrap_or_else(PoisonError::into_inner);
    let (child, pid) = start()?;
    leaders().insert(pid, kind);
    Ok(child)
}

/// What kept a child from starting.
pub(super) type StartError = std::io::Error;

/// A child that nobody here may end or reap.
#[cfg(target_os = "linux")]
pub(super) fn leave_alone(pid: i32) {
    leaders().insert(pid, Kind::Helper);
}

/// The child was reaped by its thread.
pub(super) fn ended(pid: i32) {
    leaders().remove(&pid);
}

/// Whether this room started it and did not reap it yet.
pub(super) fn contains(pid: i32) -> bool {
    leaders().contains_key(&pid)
}

/// Looks at the system while no child is between being started and being written down; says also whether no
/// command is left that an orphan could belong to.
pub(super) fn look<T>(look: impl FnOnce() -> T) -> (T, bool) {
    let _quiet = GATE.write().unwrap_or_else(PoisonError::into_inner);
    let seen = look();
    let alone = !leaders().values().any(|kind| *kind == Kind::Command);
    (seen, alone)
}
