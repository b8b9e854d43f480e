//! Fuzzes the reading of `tollgate.yaml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::config(bytes));
