//! Every decoder, on any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ronde_fuzz::decode_messages(data));
