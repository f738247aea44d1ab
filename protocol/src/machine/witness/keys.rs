//! All keys of a node come from one seed in one file (COIN-10).

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    crypto::{
        Entropy, PoprfError,
        hash::derive_secret,
        labels,
        poprf::PoprfSecretKey,
        possession::{KeySlot, prove_poprf, prove_vote},
        sign::SigningKey,
    },
    message::{
        charter::MemberEntry,
        ids::{FederationId, KeysetId, StoreId, WitnessIndex},
    },
};

/// A store node's 32-byte secret seed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct NodeSeed([u8; 32]);

impl NodeSeed {
    /// From the bytes of the seed file.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The seed of the node key, which QUIC needs as bytes and [`NodeSeed::node_key`] signs with.
    pub fn node_key_seed(&self) -> zeroize::Zeroizing<[u8; 32]> {
        derive_secret(labels::KEY_DERIVATION_NODE, &[&self.0])
    }

    /// The store's Ed25519 node key.
    pub fn node_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.node_key_seed())
    }

    /// The witness keys for one keyset of one federation, and for no other (POPRF-2).
    pub fn witness_keys(&self, federation: &FederationId, keyset: KeysetId) -> Result<WitnessKeys, PoprfError> {
        let context: [&[u8]; 3] = [&self.0, &federation.0, &keyset.0.to_le_bytes()];
        let poprf = derive_secret(labels::KEYSET_SEED, &context);
        let vote = derive_secret(labels::KEY_DERIVATION_VOTE, &context);
        Ok(WitnessKeys { poprf: PoprfSecretKey::from_seed(&poprf)?, vote: SigningKey::from_seed(&vote) })
    }
}

impl core::fmt::Debug for NodeSeed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("NodeSeed(..)")
    }
}

/// A witness's secrets for one keyset.
#[derive(Debug)]
pub struct WitnessKeys {
    /// k.
    pub poprf: PoprfSecretKey,
    /// Signs votes, heads and evaluations.
    pub vote: SigningKey,
}

impl WitnessKeys {
    /// The charter entry of this witness: its public keys, with proofs that it holds the secrets.
    pub fn entry(
        &self,
        store: StoreId,
        federation: &FederationId,
        keyset: KeysetId,
        index: WitnessIndex,
        entropy: Entropy,
    ) -> MemberEntry {
        let slot = KeySlot { federation: &federation.0, keyset: keyset.0, index: index.0 };
        MemberEntry {
            store,
            poprf_key: self.poprf.public().encode(),
            poprf_possession: prove_poprf(&self.poprf, &slot, entropy),
            vote_key: self.vote.verifying_key().encode(),
            vote_possession: prove_vote(&self.vote, &slot),
        }
    }
}
