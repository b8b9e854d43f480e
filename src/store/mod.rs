//! What outlives a run beside the repository: run records, logs, durations, evidence of records, locks,
//! notes of runs under way, and a note of each temporary folder with work trees.
//!
//! Lies in the git common directory under `tollgate/`, so that all work trees share it and nothing needs
//! ignoring; without git in `.tollgate/local/`. Nothing here decides anything: losing it all costs only
//! speed. Nothing is synced to disk on the way of a run.

mod company;
mod completion;
mod durations;
mod evidence;
mod locks;
mod lodging;
mod quarantine;
mod runs;
mod skips;

pub use company::{Companion, Company, Gone};
pub use completion::CompletionLock;
pub use durations::Durations;
pub use evidence::{BUDGET, Bundles, Pruned};
pub use locks::{Held, Slots};
pub use lodging::Lodging;
pub use quarantine::Quarantine;
pub use runs::{Record, RunFolder, prune, run_records};
pub use skips::Skipped;

use std::path::{Path, PathBuf};

/// Where things are kept, for a project in a repository (its common git directory) or outside one.
pub fn place(root: &Path, common: Option<&Path>) -> PathBuf {
    match common {
        Some(common) => common.join("tollgate"),
        None => root.join(".tollgate").join("local"),
    }
}
