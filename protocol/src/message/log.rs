//! What a witness's log holds.

use super::{
    certificate::Certificate,
    codec::{Decode, Encode, encode},
    order::{Order, SignedOrder},
};
use crate::crypto::{hash, labels};

/// One entry of a witness's append-only log.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogEntry {
    /// The witness bound the order's coins or reference to it, and then voted.
    Voted(SignedOrder),
    /// The witness saw the order's certificate.
    Certified(CertifiedOrder),
}

/// An order and the certificate that is said to be its.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct CertifiedOrder {
    /// The body.
    pub order: Order,
    /// q votes on its digest.
    pub certificate: Certificate,
}

impl LogEntry {
    /// Its leaf in the Merkle tree (LOG-5).
    pub fn leaf(&self) -> [u8; 32] {
        Self::leaf_of(&encode(self))
    }

    /// The leaf of an entry's bytes. Equal bytes have equal leaves, so nothing is to be decoded twice.
    pub fn leaf_of(bytes: &[u8]) -> [u8; 32] {
        hash::derive(labels::LOG_LEAF, &[bytes])
    }
}
