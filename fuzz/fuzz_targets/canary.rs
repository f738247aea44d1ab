//! Must crash. If it does not, the other targets' silence means nothing.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ronde_fuzz::canary(data));
