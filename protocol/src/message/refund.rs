//! Claims of refunds: whoever holds the coin keys of a refunded order's inputs asks for its points back.

use alloc::vec::Vec;

use super::{
    codec::{Decode, Encode, encode},
    ids::{FederationId, KeysetId, OrderDigest, StoreId},
    order::{Order, Outputs},
    refusal::Refusal,
};
use crate::crypto::{
    coin::CoinSecret,
    entropy::Entropy,
    group::Point,
    hash, labels,
    spend::{self, SpendError, SpendPurpose, SpendSignature},
};

/// What is signed to claim a refund. It covers the coin keys by the order's digest (SPEND-1), and the outputs, so that
/// nobody on the way can put coins of their own in their place (STORE-38).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct RefundClaim {
    /// The federation.
    pub federation: FederationId,
    /// The store that owes.
    pub store: StoreId,
    /// The refunded order.
    pub order: OrderDigest,
    /// Of the outputs, chosen by the wallet.
    pub keyset: KeysetId,
    /// The blinded coins that the points come back as.
    pub outputs: Outputs,
}

/// A claim that all coin keys of the refunded order's inputs signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRefundClaim(RefundClaim);

impl RefundClaim {
    /// The 32 bytes that are signed.
    pub fn digest(&self) -> [u8; 32] {
        hash::derive(labels::REFUND_CLAIM_DIGEST, &[&encode(self)])
    }

    /// Signs with the secrets of the refunded order's inputs, in their order (SPEND-2).
    ///
    /// # Errors
    /// [`SpendError::NoKeys`].
    pub fn sign(&self, coins: &[&CoinSecret], entropy: Entropy) -> Result<SpendSignature, SpendError> {
        spend::sign(SpendPurpose::RefundClaim, coins, &self.digest(), entropy)
    }

    /// Checks the signature by the keys of the refunded order, whose body says which they are (SPEND-11).
    ///
    /// # Errors
    /// [`Refusal::Unknown`] if the body is another order's; [`Refusal::BadSignature`].
    pub fn verify(self, refunded: &Order, signature: &SpendSignature) -> Result<VerifiedRefundClaim, Refusal> {
        if refunded.digest() != self.order {
            return Err(Refusal::Unknown);
        }
        let keys: Result<Vec<Point>, _> = refunded.inputs.iter().map(|input| input.point.decode()).collect();
        let keys = keys.map_err(|_| Refusal::BadSignature)?;
        spend::verify(SpendPurpose::RefundClaim, &keys, &self.digest(), signature)
            .map_err(|_| Refusal::BadSignature)?;
        Ok(VerifiedRefundClaim(self))
    }
}

impl VerifiedRefundClaim {
    /// What was claimed.
    pub fn claim(&self) -> &RefundClaim {
        &self.0
    }
}
