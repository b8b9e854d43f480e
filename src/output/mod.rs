//! Outputs: the outcome of a run for a person, a machine or a forge. One file per output.
//!
//! An output draws what it is given. It judges nothing, changes no verdict, reads neither clock nor
//! environment, and opens no file: it writes to the writer it is handed and gives errors back. All text
//! that others wrote goes through `neutral.rs` first.

mod board;
mod detail;
mod explanation;
mod ids;
mod inspect;
mod json;
mod junit;
mod layout;
mod markdown;
pub mod neutral;
pub mod phase;
mod policy;
mod progress;
mod proof;
pub mod refs;
mod style;
mod terminal;
mod words;

use std::io;

use crate::model::Outcome;

pub use explanation::{explanation, explanation_json};
pub use inspect::{Inspected, inspect};
pub use json::{FORMAT as JSON_FORMAT, SCHEMA as JSON_SCHEMA};
pub(crate) use layout::wrap;
pub use policy::{POLICY_OUTPUTS, SCHEMA as POLICY_SCHEMA, policy_diff};
pub use progress::{Clock, live, plain};
pub use proof::{proof, proof_json};
pub use style::Style;

/// A way to show an outcome.
pub trait Output: Sync {
    /// Name in `--output`.
    fn name(&self) -> &'static str;
    /// One line for people: who reads it.
    fn about(&self) -> &'static str;
    /// Draws the outcome.
    fn render(&self, outcome: &Outcome, style: &Style, to: &mut dyn io::Write) -> io::Result<()>;
}

/// Every output, in the order that help shows them.
pub static OUTPUTS: &[&dyn Output] = &[
    &terminal::Terminal,
    &json::Json,
    &junit::Junit,
    &markdown::Markdown,
];

/// The output of that name.
pub fn find(name: &str) -> Option<&'static dyn Output> {
    OUTPUTS.iter().copied().find(|output| output.name() == name)
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
