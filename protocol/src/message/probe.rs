//! Probes: whether a coin is free, asked by whoever holds its key. A probe binds nothing.

use alloc::vec::Vec;

use super::{
    certificate::VerifiedCertificate,
    charter::Keyset,
    codec::{BadEncoding, Decode, Encode, Expected, encode},
    ids::{FederationId, KeysetId, WitnessIndex},
    log::CertifiedOrder,
    order::{Authorization, Order, SignedOrder},
    refusal::Refusal,
};
use crate::crypto::{
    coin::CoinSecret,
    entropy::Entropy,
    group::{Point, PointBytes},
    hash, labels,
    sign::{Signature, SigningKey},
    spend::{self, SpendError, SpendPurpose, SpendSignature},
};

/// A question about one coin, unverified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Probe {
    /// The coin's.
    pub keyset: KeysetId,
    /// P.
    pub point: PointBytes,
    /// Fresh, so that an old answer can't be replayed.
    #[serde(serialize_with = "super::json::bytes")]
    pub nonce: [u8; 32],
    /// By the coin's key over the probe's digest, as a probe and nothing else (SPEND-3).
    pub signature: SpendSignature,
}

/// A probe that the coin's key signed.
#[derive(Clone, Copy, Debug)]
pub struct CheckedProbe {
    keyset: KeysetId,
    point: PointBytes,
    digest: [u8; 32],
}

/// What a witness knows of a coin.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // Encoded as soon as made.
pub enum CoinState {
    /// No order holds it.
    Unbound,
    /// It has voted for this order, which is signed by the coin's key.
    Bound(SignedOrder),
    /// This order is certified.
    Spent(CertifiedOrder),
}

/// A witness's answer, unverified.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct ProbeAnswer {
    /// Whose.
    pub index: WitnessIndex,
    /// The coin's state there.
    pub state: CoinState,
    /// By the vote key over (tag, federation, keyset, index, the probe's digest, state).
    pub signature: Signature,
}

/// An answer that its witness signed, and whose proof is good.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // Few at a time.
pub enum VerifiedState {
    /// The witness says that it has bound the coin to no order.
    Unbound,
    /// The coin's key signed this order.
    Bound(SignedOrder),
    /// This order is certified, and spends the coin.
    Spent(Order, VerifiedCertificate),
}

/// An answer that can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The relay's fault: no witness signed this as an answer to this probe (RESTORE-28).
    #[error("witness {0} did not sign this answer to the probe")]
    NotSigned(WitnessIndex),
    /// The witness's fault: what it shows does not bind or spend the coin.
    #[error("witness {0} signed an answer to the probe that proves nothing")]
    NoProof(WitnessIndex),
}

impl Probe {
    /// Asks about a coin.
    ///
    /// # Errors
    /// Those of signing.
    pub fn sign(
        secret: &CoinSecret,
        federation: &FederationId,
        keyset: KeysetId,
        nonce: [u8; 32],
        entropy: Entropy,
    ) -> Result<Self, SpendError> {
        let point = secret.public().encode();
        let digest = probe_digest(federation, keyset, &point, &nonce);
        let signature = spend::sign(SpendPurpose::Probe, &[secret], &digest, entropy)?;
        Ok(Self { keyset, point, nonce, signature })
    }

    /// Checks that P is an element, and that its key signed this (RESTORE-31). Whether there is such a coin is not
    /// asked.
    pub fn check(&self, federation: &FederationId) -> Result<CheckedProbe, Refusal> {
        let point = self.point.decode().map_err(|_| BadEncoding { offset: 4, expected: Expected::Element })?;
        let digest = probe_digest(federation, self.keyset, &self.point, &self.nonce);
        spend::verify(SpendPurpose::Probe, &[point], &digest, &self.signature).map_err(|_| Refusal::BadSignature)?;
        Ok(CheckedProbe { keyset: self.keyset, point: self.point, digest })
    }
}

fn probe_digest(federation: &FederationId, keyset: KeysetId, point: &PointBytes, nonce: &[u8; 32]) -> [u8; 32] {
    hash::derive(labels::PROBE_DIGEST, &[&federation.0, &keyset.0.to_le_bytes(), &point.0, nonce])
}

impl CheckedProbe {
    /// The coin's keyset.
    pub fn keyset(&self) -> KeysetId {
        self.keyset
    }

    /// P.
    pub fn point(&self) -> &PointBytes {
        &self.point
    }

    /// What the probe signs, and its answers too.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

impl ProbeAnswer {
    /// Signs what a witness knows.
    pub fn sign(
        key: &SigningKey,
        keyset: &Keyset,
        index: WitnessIndex,
        probe: &CheckedProbe,
        state: CoinState,
    ) -> Self {
        let unsigned = Self { index, state, signature: Signature([0; 64]) };
        let signature = unsigned.with_parts(keyset, probe, |parts| key.sign(labels::PROBE_ANSWER_SIGNATURE, parts));
        Self { signature, ..unsigned }
    }

    /// Checks the signature first (a bad one is the relay's fault), then what is shown (which is the witness's)
    /// (RESTORE-28).
    pub fn verify(self, keyset: &Keyset, probe: &CheckedProbe) -> Result<VerifiedState, ProbeError> {
        let index = self.index;
        let member = keyset.member(index).ok_or(ProbeError::NotSigned(index))?;
        self.with_parts(keyset, probe, |parts| {
            member.vote_key().verify(labels::PROBE_ANSWER_SIGNATURE, parts, &self.signature)
        })
        .map_err(|_| ProbeError::NotSigned(index))?;
        match self.state {
            CoinState::Unbound => Ok(VerifiedState::Unbound),
            CoinState::Bound(signed) => {
                let good = spends(&signed.order, keyset, probe.point()) && is_signed_by_coins(&signed);
                if good { Ok(VerifiedState::Bound(signed)) } else { Err(ProbeError::NoProof(index)) }
            }
            CoinState::Spent(CertifiedOrder { order, certificate }) => {
                let proof = certificate.verify(keyset, &order.digest()).map_err(|_| ProbeError::NoProof(index))?;
                let good = spends(&order, keyset, probe.point());
                if good { Ok(VerifiedState::Spent(order, proof)) } else { Err(ProbeError::NoProof(index)) }
            }
        }
    }

    fn with_parts<T>(&self, keyset: &Keyset, probe: &CheckedProbe, then: impl FnOnce(&[&[u8]]) -> T) -> T {
        then(&[
            &keyset.federation().0,
            &keyset.id().0.to_le_bytes(),
            &[self.index.0],
            &probe.digest,
            &encode(&self.state),
        ])
    }
}

fn spends(order: &Order, keyset: &Keyset, point: &PointBytes) -> bool {
    order.federation == *keyset.federation()
        && order.keyset == keyset.id()
        && order.inputs.iter().any(|input| input.point == *point)
}

fn is_signed_by_coins(signed: &SignedOrder) -> bool {
    let Authorization::Spend(signature) = &signed.authorization else { return false };
    let decoded: Result<Vec<Point>, _> = signed.order.inputs.iter().map(|input| input.point.decode()).collect();
    decoded.is_ok_and(|keys| spend::verify(SpendPurpose::Order, &keys, &signed.order.digest().0, signature).is_ok())
}
