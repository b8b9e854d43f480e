//! tollgate: runs a project's declared quality gates, judges the reports they leave, and refuses to go on
//! until every gate passes.
//!
//! Data flows downhill, and imports go down the same way: report → evidence → policy → verdict → decision → ledger →
//! output. The rooms, from the ground up:
//!
//! - `source`: text that a person wrote, and places in it; `problem`: mistakes in it.
//! - `model`: plain data that flows from room to room.
//! - `report`: one file per report format, bytes in, observations out.
//! - `exec`: starts processes, and ends them whole; `vcs`: git; `store`: what outlives a run beside the repository.
//! - `policy`: whether a measured value keeps what a condition says.
//! - `gate`: one file per gate kind; `config`: the file `tollgate.yaml`, from text to a plan.
//! - `phase`: one file per rule of a phase; `ledger`: baselines, and signed records with their checks.
//! - `run`: schedules gates and draws their verdicts together, for a run or for a phase.
//! - `output`: one file per output; `init`: a first file for a project; `cli`: the command line, and every exit code.

// Tests may unwrap, and look at the clock and the environment; what is shipped may not.
#![cfg_attr(
    not(test),
    warn(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::unwrap_used
    )
)]

pub mod cli;
pub mod config;
pub mod exec;
pub mod gate;
mod init;
pub mod ledger;
pub mod model;
pub mod output;
mod phase;
mod policy;
pub mod problem;
pub mod report;
mod run;
pub mod source;
mod store;
pub mod vcs;
