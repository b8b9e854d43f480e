//! The only room that starts processes: commands of gates, services, and the guard that outlives us.
//!
//! A command gets `/dev/null` or a file as input, a process group of its own and a `TOLLGATE_RUN` marker; its output is
//! masked once, here, and drained whatever happens, so memory does not grow with it. Time-out, interrupt and
//! the end of the command all end the *whole* tree: TERM, a grace, KILL. Everything blocks: callers bring a
//! thread. This room never judges an exit status, never prints, and waits without a bound for one thing only: a command for
//! which nobody set a time-out, until it ends or the run is stopped.

#![allow(
    clippy::disallowed_types,
    reason = "time-outs and graces are measured here"
)]

#[cfg(unix)]
mod capture;
mod command;
mod dialogue;
mod env;
#[cfg(unix)]
mod follow;
mod guard;
mod http;
#[cfg(unix)]
mod leaders;
#[cfg(unix)]
mod lookup;
#[cfg_attr(
    not(unix),
    allow(dead_code, reason = "output is masked where commands run")
)]
mod mask;
#[cfg(unix)]
mod orphans;
mod parse;
mod query;
mod service;
#[cfg(target_os = "linux")]
mod spawn;
#[cfg(unix)]
mod start;
mod stop;
#[cfg(unix)]
mod table;
#[cfg(unix)]
mod tree;

pub use command::{Captured, Command, Ended, Live, Program, Spool, Stopped, run, sweep};
pub use dialogue::Dialogue;
pub use env::{is_withheld, secret_values, withheld};
pub use guard::{Guard, main as guard_main};
pub use http::ask;
pub use mask::Mask;
pub use parse::{OWN, ParseTrouble, parse};
pub use query::{Answer, listen, query};
pub use service::{Ready, Running, Service, ServiceTrouble};
pub use stop::{Level, Stop};

/// The environment variable by which processes that left their group are still recognised.
pub const MARKER: &str = "TOLLGATE_RUN";
