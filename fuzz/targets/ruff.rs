//! Fuzzes the report format `ruff`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("ruff", bytes));
