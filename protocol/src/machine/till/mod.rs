//! What a store's tills start: grants, checkouts, and the store's own pledges (design section 7).
//!
//! Each record is kept by the node under its key; the machine decides what becomes of it. A `handle_*` method changes
//! the record only if it succeeds (apart from noticing that its time is over, which is always worth keeping), and a
//! repeated message changes nothing and gives the same answer.

pub mod basket;
pub mod cents;
pub mod checkout;
pub mod code;
pub mod grant;
pub mod pledge;
pub mod quote;
pub mod refund;
pub mod sale;
pub mod signing;
