//! Fuzzes the report format `bandit`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("bandit", bytes));
