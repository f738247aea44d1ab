//! A customer's wallet on this machine: its files, and how it talks to stores.
//!
//! The decisions are [`ronde_protocol::machine::wallet`]'s. Here is what it takes to carry them out: [`folder`] writes
//! the wallet to disk before anything is sent, [`client`] speaks to one store, [`session`] carries an order through
//! whichever store answers, and [`charter`] keeps the charter that two stores show.

mod api;
pub mod charter;
pub mod client;
pub mod error;
pub mod folder;
pub mod identity;
pub mod link;
pub mod session;
pub mod words;

pub use client::Client;
pub use error::{BadAnswer, Problem, SpentBy, Trouble};
pub use folder::WalletFolder;
pub use session::{Brought, Claimed, Done, Session};
