//! Fuzzes the report format `tsc`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("tsc", bytes));
