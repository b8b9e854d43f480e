//! No bytes may make the `lcov` reader panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = tollgate::report::read_bytes(bytes, "fuzz", tollgate::report::find("lcov"));
});
