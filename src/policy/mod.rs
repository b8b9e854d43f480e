//! Shared arithmetic of judgement: what a condition says and whether a measured value keeps it.
//!
//! Everything is exact: whole numbers and decimals. The clock is passed in. This room reads no report and
//! knows no gate kind.

mod condition;
mod interval;
mod sample;
mod units;

pub use condition::{
    Bound, Bytes, Condition, Keeps, Percent, Pieces, Plain, Seconds, UnitOf, answer, step_words,
};
pub use sample::median_and_spread;
pub use units::{Date, Span, Unit, parse_duration};
