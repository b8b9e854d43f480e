//! Fuzzes the report format `mypy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("mypy", bytes));
