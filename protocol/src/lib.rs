//! The Ronde token protocol, pure: no clock, no randomness of its own, no input or output.
//!
//! Layers, each of which imports only those before it:
//!
//! 1. [`crypto`]: the group, blind evaluation, proofs, signatures. Knows no message and no role.
//! 2. [`message`]: what is sent, its one canonical encoding, and how an unverified value becomes a verified one.
//! 3. [`machine`]: what a witness, a store's gateway, a wallet and the books do. `handle_*` takes an input; what comes
//!    back says what to persist and what may leave once it is on disk. Time and randomness are arguments.
//!
//! [`limits`] holds every bound, [`quorum`] the arithmetic of n, f and q.
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;

pub mod crypto;
pub mod limits;
pub mod machine;
pub mod message;
pub mod quorum;
