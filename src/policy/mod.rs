//! Shared arithmetic of judgement: what a condition says and whether a measured value keeps it.
//!
//! Everything is exact: whole numbers and decimals. The clock is passed in. This room reads no report and
//! knows no gate kind.

mod condition;
mod interval;
#[cfg(test)]
mod tests;
mod turn;
mod units;

pub use condition::{Bound, Bytes, Condition, Keeps, Percent, Pieces, Plain, Seconds, UnitOf};
pub use turn::Turn;
pub use units::{Date, Span, Unit, parse_duration};
