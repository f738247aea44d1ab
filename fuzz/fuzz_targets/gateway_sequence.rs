//! A store's gateway, fed with answers of witnesses.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ronde_fuzz::gateway_sequence(data));
