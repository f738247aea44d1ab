//! What goes on between the members of a federation: charters, votes, orders, witnesses, books and wallets.

pub mod charters;
pub mod given;
pub mod orders;
pub mod scripts;
pub mod votes;
