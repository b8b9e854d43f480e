//! Shared arithmetic of judgement: what a condition says and whether a measured value keeps it.
//!
//! Everything is exact: whole numbers and decimals. The clock is passed in. This room reads no report and
//! knows no gate kind.

mod compare;
mod condition;
mod interval;
mod units;

pub use compare::{Adopt, Change, Changes, Side, Weight, same};
pub use condition::{
    Bound, Bytes, Condition, Keeps, Percent, Pieces, Plain, Relation, Seconds, UnitOf,
};
pub use units::{Date, Span, Unit, parse_duration};
