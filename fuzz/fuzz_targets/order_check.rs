//! The rules of the order table, on any order.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ronde_fuzz::order_check(data));
