//! The relay between nodes that `cargo xtask chaos` uses, in one mood here: everything takes longer.

#[path = "../../../xtask/src/chaos/chance.rs"]
pub mod chance;
#[path = "../../../xtask/src/chaos/relay/mod.rs"]
pub mod relay;
