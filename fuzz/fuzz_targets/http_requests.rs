//! The HTTP API by sequences of requests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ronde_fuzz::http_requests(data));
