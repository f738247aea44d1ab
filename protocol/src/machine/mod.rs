//! Layer 3: what each role does.
//!
//! Every machine takes inputs by `handle_*` or `prepare_*`/`decide_*` and gives back what to persist and what to send
//! after it. None reads a clock or rolls dice: time is a number of seconds, randomness an [`crate::crypto::Entropy`].

pub mod audit;
pub mod books;
pub mod closing;
pub mod drift;
pub mod durable;
pub mod gateway;
pub mod own;
pub mod till;
pub mod wallet;
pub mod witness;
