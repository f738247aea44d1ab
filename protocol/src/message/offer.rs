//! What a store offers at its till: to take up to so many points.

use super::{
    amount::Points,
    codec::{Decode, Encode, encode},
    ids::{FederationId, Reference, StoreId},
    order::Seconds,
};
use crate::crypto::{
    hash, labels,
    sign::{Signature, SigningKey, VerifyingKey},
};

/// The terms of one checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Offer {
    /// Which federation.
    pub federation: FederationId,
    /// Which store takes the points.
    pub store: StoreId,
    /// Random, so that no two offers have one reference.
    #[serde(serialize_with = "super::json::bytes")]
    pub nonce: [u8; 32],
    /// The most that can be paid in points and vouchers together.
    pub max: Points,
    /// The points paid are a multiple of this.
    pub step: Points,
    /// Until when the store accepts; later the customer is refunded.
    pub expiry: Seconds,
    /// The store's time, copied into the order.
    pub time: Seconds,
}

/// An offer and the store's signature, unverified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct SignedOffer {
    /// The terms.
    pub offer: Offer,
    /// By the store's node key over (tag, canonical bytes of the offer).
    pub signature: Signature,
}

/// An offer that its store signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedOffer(Offer);

/// An offer that is not the store's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the offer is not signed by store {0}")]
pub struct OfferError(pub StoreId);

impl Offer {
    /// What a Redeem for this offer refers to (ORDER-3).
    pub fn reference(&self) -> Reference {
        Reference(hash::derive(labels::OFFER_REFERENCE, &[&encode(self)]))
    }

    /// Signs with the store's node key.
    pub fn sign(self, key: &SigningKey) -> SignedOffer {
        SignedOffer { offer: self, signature: key.sign(labels::OFFER_SIGNATURE, &[&encode(&self)]) }
    }
}

impl SignedOffer {
    /// Checks the signature against the store's node key in the charter (ORDER-4).
    pub fn verify(&self, node_key: &VerifyingKey) -> Result<VerifiedOffer, OfferError> {
        node_key
            .verify(labels::OFFER_SIGNATURE, &[&encode(&self.offer)], &self.signature)
            .map_err(|_| OfferError(self.offer.store))?;
        Ok(VerifiedOffer(self.offer))
    }
}

impl VerifiedOffer {
    /// The terms.
    pub fn get(&self) -> &Offer {
        &self.0
    }
}
