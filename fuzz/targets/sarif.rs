//! Fuzzes the report format `sarif`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("sarif", bytes));
