//! Fuzzes the report format `libtest`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("libtest", bytes));
