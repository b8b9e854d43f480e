//! Shared arithmetic of judgement: what a condition says and whether a measured value keeps it.
//!
//! Everything is exact: whole numbers and decimals. The clock is passed in. This room reads no report and
//! knows no gate kind.

mod condition;
mod interval;
mod pragmas;
mod readiness;
mod units;

pub use condition::{Bound, Bytes, Condition, Keeps, Percent, Pieces, Plain, Seconds, UnitOf};
pub use pragmas::is_pragma;
pub use readiness::readiness;
pub use units::{Date, Span, Unit, parse_duration};
