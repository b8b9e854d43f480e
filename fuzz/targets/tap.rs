//! Fuzzes the report format `tap`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("tap", bytes));
