//! Fuzzes the report format `lcov`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("lcov", bytes));
