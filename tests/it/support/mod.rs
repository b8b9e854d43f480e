//! What every test here stands on: a project in a temporary folder and the real binary run in it.
//!
//! Nothing of the machine leaks in: the environment is built anew, git reads no configuration of anybody, and
//! no test needs the network.

mod given;
mod ledger;
mod phases;
mod project;
mod ran;
mod scenario;
mod started;

pub use given::{junit, lcov, sarif};
pub use ledger::{
    Key, TREE, appended, completion, independent, parents_are_there, record, sign_off,
};
pub use phases::People;
pub use project::{Project, set_mode};
pub use ran::Ran;
pub use scenario::{Scenario, Walk, fact, gate, steps};
pub use started::Started;

use std::time::{Duration, Instant};

/// A bound for what ought to be quick, generous because test machines are busy.
pub const SOON: Duration = Duration::from_secs(60);

/// Asks again and again until there is an answer.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + SOON;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < until, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
