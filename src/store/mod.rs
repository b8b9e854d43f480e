//! What outlives a run beside the repository: run records, logs, durations, locks.
//!
//! Lies in the git common directory under `tollgate/`, so that all work trees share it and nothing needs
//! ignoring; without git in `.tollgate/local/`. Nothing here decides anything: losing it all costs only
//! speed. Nothing is synced to disk on the way of a run.

mod durations;
mod locks;
mod quarantine;
mod runs;

pub use durations::Durations;
pub use locks::{Held, Slots};
pub use quarantine::Quarantine;
pub use runs::{Record, RunFolder, prune};

use std::path::{Path, PathBuf};

/// Where things are kept, for a project in a repository (its common git directory) or outside one.
pub fn place(root: &Path, common: Option<&Path>) -> PathBuf {
    match common {
        Some(common) => common.join("tollgate"),
        None => root.join(".tollgate").join("local"),
    }
}
