//! Fuzzes the report format `openmetrics`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("openmetrics", bytes));
