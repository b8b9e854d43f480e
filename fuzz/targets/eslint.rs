//! Fuzzes the report format `eslint`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("eslint", bytes));
