//! Fuzzes the report format `junit`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("junit", bytes));
