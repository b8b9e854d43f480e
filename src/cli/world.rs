//! The world as it is: clock, environment, processors. Read here and nowhere else.

#![expect(
    clippy::disallowed_methods,
    reason = "the one file that reads the clock and the environment, so that no other has to"
)]

use std::path::PathBuf;

/// The environment: names and values that are text.
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// A variable, if it is set and not empty.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The moment.
pub fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// The day, in UTC: the same everywhere.
pub fn today() -> jiff::civil::Date {
    now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Processors that may be used.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Whether this is a job of a CI engine. `--ci NAME` overrides what the environment says.
pub fn is_ci(named: Option<&str>) -> bool {
    match named {
        Some("none") => false,
        Some(_) => true,
        None => variable("CI").is_some_and(|value| value != "false" && value != "0"),
    }
}

/// Where temporary folders go.
pub fn temporary() -> PathBuf {
    std::env::temp_dir()
}

/// This program's own file, for the guard.
pub fn own_program() -> Option<PathBuf> {
    std::env::current_exe().ok()
}
