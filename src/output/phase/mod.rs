//! What there is to see of phases: a decision with everything that blocks, the board of all phases, the records of
//! the ledger, and the document that hands a phase over.
//!
//! Each is drawn for people on a terminal and as JSON for machines; what is read on a forge also as Markdown.

mod board;
mod cells;
mod decision;
mod decision_markdown;
mod handoff;
mod history;
mod json;
mod tasks;
mod values;

pub use board::board;
pub use decision::{Decided, decision};
pub use decision_markdown::decision_markdown;
pub use handoff::{Handoff, handoff};
pub use history::{gates, history, recorded};
pub use json::{
    BOARD_FORMAT, DECISION_FORMAT, HANDOFF_FORMAT, RECORDS_FORMAT, SCHEMA, board_json,
    decision_json, handoff_json, records_json,
};
