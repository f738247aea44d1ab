//! The Ronde token protocol, pure: no clock, no randomness of its own, no input or output.
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;

pub mod crypto;
