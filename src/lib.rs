//! tollgate: runs a project's declared quality gates, judges the reports they leave, and refuses to go on
//! until every gate passes.
//!
//! Data flows downhill, and so do imports: report → evidence → policy → verdict → decision → output.

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
pub mod init;
pub mod ledger;
pub mod model;
pub mod output;
pub mod phase;
pub mod policy;
pub mod problem;
pub mod report;
pub mod run;
pub mod source;
pub mod store;
pub mod vcs;
