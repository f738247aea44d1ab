//! Shared by the tests of the message layer.
#![allow(dead_code, unused_imports, reason = "each test binary uses a part of it")]

pub mod any;
pub mod charter;
pub mod every;

pub use charter::*;
