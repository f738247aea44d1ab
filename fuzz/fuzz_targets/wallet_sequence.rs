//! A wallet, fed with answers of stores.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ronde_fuzz::wallet_sequence(data));
