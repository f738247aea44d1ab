//! A witness that reads another's log, and one that starts.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ronde_fuzz::peer_sequence(data));
