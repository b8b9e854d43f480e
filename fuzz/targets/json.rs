//! Fuzzes the report format `json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("json", bytes));
