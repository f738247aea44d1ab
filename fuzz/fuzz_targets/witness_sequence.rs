//! One witness, fed with sequences of messages.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ronde_fuzz::witness_sequence(data));
