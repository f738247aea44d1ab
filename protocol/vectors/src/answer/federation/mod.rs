//! What goes on between the members of a federation: charters, votes, orders, witnesses, books and wallets.

pub mod books;
pub mod charters;
pub mod closing;
pub mod evidence;
pub mod given;
pub mod logs;
pub mod moved;
pub mod orders;
pub mod refunds;
pub mod restore;
pub mod scripts;
pub mod turns;
pub mod votes;
pub mod wallet_scripts;
pub mod wallets;
