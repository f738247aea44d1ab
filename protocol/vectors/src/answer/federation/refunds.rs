//! `refund-claim`, `refund-claim-sign`: claims of refunds.

use ronde_protocol::{
    crypto::{Entropy, Seed, SpendSignature, coin::derive_coin_secret},
    message::{
        ids::{FederationId, KeysetId, OrderDigest, StoreId},
        order::Order,
        refund::RefundClaim,
    },
};
use serde::{Deserialize, Serialize};

use crate::answer::{Hex, Octets, Refused};

/// A claim as it comes to a store.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimInput {
    federation: Hex<32>,
    store: u32,
    order: Hex<32>,
    refunded: Octets,
    keyset: u32,
    outputs: Octets,
    signature: Octets,
}

/// What was signed.
#[derive(Serialize)]
pub struct Verified {
    digest: Hex<32>,
}

/// Whether the keys of the refunded order signed it.
pub fn claim(input: ClaimInput) -> Result<Verified, Refused> {
    let refunded: Order = input.refunded.read()?;
    let signature: SpendSignature = input.signature.read()?;
    let claim = RefundClaim {
        federation: FederationId(input.federation.0),
        store: StoreId(input.store),
        order: OrderDigest(input.order.0),
        keyset: KeysetId(input.keyset),
        outputs: input.outputs.read()?,
    };
    let digest = claim.digest();
    claim.verify(&refunded, &signature)?;
    Ok(Verified { digest: Hex(digest) })
}

/// A place of a seed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct At {
    keyset: u32,
    device: u32,
    order: u64,
    slot: u16,
}

/// A wallet's claim, where its coins were, and randomness.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInput {
    seed: Hex<32>,
    federation: Hex<32>,
    store: u32,
    order: Hex<32>,
    keyset: u32,
    outputs: Octets,
    places: Vec<At>,
    entropy: Hex<32>,
}

/// What is signed, and the signature.
#[derive(Serialize)]
pub struct Signed {
    digest: Hex<32>,
    signature: Octets,
}

/// Signs a claim.
pub fn sign(input: SignInput) -> Result<Signed, Refused> {
    let seed = Seed::new(input.seed.0).for_federation(&input.federation.0);
    let secret = |at: &At| derive_coin_secret(&seed, at.keyset, at.device, at.order, at.slot);
    let secrets: Vec<_> = input.places.iter().map(secret).collect();
    let claim = RefundClaim {
        federation: FederationId(input.federation.0),
        store: StoreId(input.store),
        order: OrderDigest(input.order.0),
        keyset: KeysetId(input.keyset),
        outputs: input.outputs.read()?,
    };
    let signature = claim.sign(&secrets.iter().collect::<Vec<_>>(), Entropy::new(input.entropy.0))?;
    Ok(Signed { digest: Hex(claim.digest()), signature: Octets::of(&signature) })
}
