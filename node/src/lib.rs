//! The reference store node of Ronde.
pub mod clock;
pub mod entropy;
pub mod fault;
pub mod store;
pub mod transport;
