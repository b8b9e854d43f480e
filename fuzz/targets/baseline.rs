//! Fuzzes the reading of the files of baselines.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::baseline(bytes));
