//! What outlives a run in the repository and is committed: the files of baselines.
//!
//! Reads and writes them, says what is wrong with one, and compares an old state with a new one. It runs no gate
//! and judges no condition; of git it asks only whether a file was ever there.

mod baseline;
mod compare;
mod escape;
mod history;
mod record;
mod text;

pub use baseline::{
    FOLDER, LIMIT, files, is_tidy, parse, path_of, read, read_file, state, state_at, write,
};
pub use compare::{Change, Way, changes, tighten};
pub use history::History;
pub use record::{Loosening, record, unusable};
pub use text::{Loosened, Recorded, render};
