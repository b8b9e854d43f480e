//! Fuzzes the report format `gotest`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("gotest", bytes));
