//! Charters, votes, orders, witnesses, books and wallets of one small federation.
//!
//! Everything here is made of constants: what can't be made is a fault of the generator, which stops there.

pub mod books;
mod certificates;
pub mod charters;
mod coins;
mod evaluations;
pub mod evidence;
mod heads;
pub mod logs;
pub mod orders;
pub mod refunds;
pub mod restore;
pub mod scripts;
pub mod votes;
pub mod wallets;
mod world;
