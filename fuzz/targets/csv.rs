//! Fuzzes the report format `csv`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("csv", bytes));
