//! Layer 2: bytes and values. Unverified in, verified out; one canonical encoding each.

pub mod amount;
pub mod bucket;
pub mod certificate;
pub mod charter;
pub mod check;
pub mod class;
pub mod codec;
pub mod evaluation;
pub mod evidence;
pub mod head;
pub mod ids;
pub(crate) mod json;
pub mod log;
pub mod offer;
pub mod order;
pub mod presented;
pub mod probe;
pub mod receipt;
pub mod refund;
pub mod refusal;
pub mod statement;
pub mod text;
pub mod vote;
pub mod wire;
