//! A store's checkout and grant, fed with events.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ronde_fuzz::till_sequence(data));
