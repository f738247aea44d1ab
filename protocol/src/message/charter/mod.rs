//! The charter: the federation's only shared configuration (design section 3).
//!
//! [`SignedCharter`] is what travels; [`Charter`] is a version whose chain, signatures and keys were checked.

mod body;
mod chain;
mod error;
mod keyset;

pub use body::{
    Association, Campaign, CharterBody, Genesis, KeysetEntry, MemberEntry, PointValue, SignedCharter, StewardSignature,
    Stewards, Store, UnspentFate, VoucherOffer,
};
pub use chain::{Charter, CharterChain};
pub use error::CharterError;
pub use keyset::{Keyset, Member};
