//! Other engines behind the node's trait, to be measured beside the one that the node uses.
#![forbid(unsafe_code)]

pub mod engines;
