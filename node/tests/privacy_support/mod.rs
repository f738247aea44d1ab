//! A shop's node of which all bytes are recorded that leave it.
#![allow(dead_code, reason = "each test takes a part of it")]

pub mod census;
pub mod planted;
pub mod quic;
pub mod relay;
pub mod tape;
pub mod town;
