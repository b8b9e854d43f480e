//! Git: what content a verdict is about, which branch this is, and what changed since a base.
//!
//! Speaks to the `git` program in its plumbing forms only (`-z`, no colours, no user configuration that
//! changes output). Finding the repository starts no process. Writes nothing but detached work trees of its own: no
//! branch, index or work tree of anybody is ever touched.

mod anew;
mod attributes;
mod base;
mod changes;
mod event;
mod files;
mod history;
mod kept;
mod overlooked;
mod past;
mod patch;
mod repository;
mod revision;
mod settings;
mod since;
mod subject;
mod submodule;
mod tree;
mod worktree;

pub use base::{Base, BaseTrouble};
pub use event::{EventBase, JobRef};
pub use history::Versions;
pub use overlooked::{Overlooked, Tracked};
pub use past::{Hands, Named, Past};
pub use patch::Marks;
pub use repository::{GitTrouble, Repository};
pub use revision::{Blob, Revision, RevisionTrouble};
pub use subject::{Change, Content, State, text as path_text};
pub use worktree::{Ignored, Merged, Pointed, forget_work_trees, work_trees};
