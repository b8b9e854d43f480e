//! Fuzzes the report format `clippy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("clippy", bytes));
