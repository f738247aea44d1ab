//! Runs the machines of `ronde_protocol`: takes an input, persists what the machine says, then sends.
//!
//! ```text
//! QUIC  -> core ----> witness -> (lane: prepare a batch) -> (writer: decide, apply, commit) -> sign -> reply
//! HTTP  -> shop, desk -> orders -> core::ask -> every witness, this node's own among them
//! clock -> sync: newest heads at the start, feeds, charters; pulls: peers' logs
//! ```

mod asked;
pub mod closing;
mod completing;
pub mod copied;
mod core;
mod counted;
mod desk;
pub mod drift;
pub mod earlier;
pub mod evidence;
pub mod follow;
mod found;
pub mod heads;
mod lane;
mod latest;
mod ledger;
mod orders;
mod pool;
mod pulls;
mod restore;
mod retiring;
pub mod sampled;
pub mod seats;
mod status;
pub mod sync;
pub mod watched;
mod witness;

pub use self::core::{AskError, Core, Service};
pub use desk::Desk;
#[cfg(feature = "foreign-engines")]
pub use ledger::apply;
pub use ledger::{Ledger, LedgerError, load};
pub use orders::{OpenLimits, Orders};
pub use pool::Pool;
pub use witness::WitnessService;
