//! The reference store node of Ronde.
pub mod charter_store;
pub mod cli;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod date;
pub mod driver;
pub mod entropy;
pub mod fault;
pub mod http;
pub mod logging;
pub mod qr;
pub mod secret_file;
pub mod shop;
pub mod store;
pub mod transport;
pub mod wallet;
