//! A record of the ledger from any bytes: no panic, and what is accepted is written again as the same bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    tollgate_fuzz::record(bytes);
});
