//! The file `tollgate.yaml`: from text to a valid plan, with every complaint on the way.
//!
//! [`load`] reads the file and what it extends, `file.rs` says what can be written, `check.rs` turns that
//! into a [`Plan`]. Gate kinds and formats are reached through their tables only. Nothing is run here.

mod adopt;
mod append;
mod beside;
mod calendar;
mod check;
mod compare;
mod extends;
mod facts;
mod file;
mod load;
mod merge;
mod names;
mod now;
mod origin;
mod people;
mod phases;
mod plan;
mod preset;
mod relations;
mod schema;
mod show;
mod text;
mod unmatched;
mod waivers;
mod worktree;
mod yaml;

pub use crate::phase::PlannedPhase;
pub use adopt::{Adopted, Party, adopt};
pub use append::append_waiver;
pub use beside::{BASELINE, PEOPLE, compare_waivers, names_somebody, protected};
pub use calendar::{Change, changes};
pub use compare::{Normal, compare, told};
pub use load::{Loaded, load, load_from};
pub use now::gates_now;
pub use origin::{Origin, Unread};
pub use people::{parse_people, people_schema, read_people};
pub use phases::{tight, unmeetable};
pub use plan::{Absent, Plan, PlannedCommand, PlannedGate, PlannedService, Ready, When, Worktree};
pub use preset::{PRESETS, Preset, parameters};
pub(crate) use relations::{reach, red_gates};
pub use schema::{schema, waiver_schema};
pub use show::{show, show_gate};
pub use waivers::{WAIVERS, parse_waivers, read_waivers};

/// Name of the file that is looked for.
pub const FILE_NAME: &str = "tollgate.yaml";
