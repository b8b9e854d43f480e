//! Shared arithmetic of judgement: what a condition says and whether a measured value keeps it.
//!
//! Everything is exact: whole numbers and decimals. The clock is passed in. This room reads no report and
//! knows no gate kind.

mod compare;
mod condition;
mod glob;
mod interval;
mod pragmas;
mod readiness;
mod sample;
#[cfg(test)]
mod tests;
mod turn;
mod units;
mod waiver;

pub use compare::{Adopt, Change, Changes, Side, Weight, same};
pub use condition::{
    Answers, Bound, Bytes, Condition, Keeps, Percent, Pieces, Plain, Seconds, step_words,
};
pub use glob::{Glob, NoGlob, literal};
pub use pragmas::is_pragma;
pub use readiness::readiness;
pub use sample::median_and_spread;
pub use units::{Date, Days, Span, Unit, parse_duration};
pub use waiver::{Covers, Standing, WaiverRules, days, is_fact, renewals, standings};
