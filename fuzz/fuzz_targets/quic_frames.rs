//! The frame layer over real QUIC.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ronde_fuzz::quic_frames(data));
