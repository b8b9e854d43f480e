//! Fuzzes the report format `cobertura`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::report("cobertura", bytes));
