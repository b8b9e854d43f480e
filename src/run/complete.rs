//! Commands on phases, but for their words: gathers what the rules ask for, has them judged, and records what follows.
//!
//! Nothing is decided here. The rules decide from plain data; this room fetches the data, and when a completion may be
//! written it writes one record, last of all, so that nothing is ever complete without its record.

mod aimed;
mod astray;
mod began;
mod completion;
mod ground;
mod hands;
mod newest;
mod promises;
mod skipped;
mod sound;
mod then;
mod unsigned;
mod view;
mod write;

pub use aimed::Aimed;
pub use completion::{completion, observation};
pub use ground::{By, Ground, NoGround};
pub use newest::Known;
pub(super) use newest::values as values_of;
pub use promises::{hold_to_promises, promises_ahead};
pub use skipped::told as told_skips;
pub use sound::Owed;
pub use view::{Judged, View};
pub use write::{About, Keys};
