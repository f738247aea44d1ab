//! Signatures by coin keys, and Ed25519.

use ronde_protocol::crypto::{
    CoinSecret, Entropy, Point, PointBytes, ScalarBytes, SecretScalar, Signature, SpendPurpose, SpendSignature,
    VerifyingKeyBytes, spend,
};
use serde::{Deserialize, Serialize};

use super::{Hex, Nothing, Octets, Refused, group};

/// What coin keys sign for.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Purpose {
    Order,
    Probe,
    RefundClaim,
}

impl From<Purpose> for SpendPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Order => Self::Order,
            Purpose::Probe => Self::Probe,
            Purpose::RefundClaim => Self::RefundClaim,
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByCoins {
    r: Hex<32>,
    s: Hex<32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spent {
    purpose: Purpose,
    keys: Vec<Hex<32>>,
    digest: Hex<32>,
    signature: ByCoins,
}

pub(super) fn spend_signature(input: Spent) -> Result<Nothing, Refused> {
    let keys: Result<Vec<Point>, _> = input.keys.iter().map(|key| PointBytes(key.0).decode()).collect();
    let keys = keys?;
    let signature = SpendSignature { r: PointBytes(input.signature.r.0), s: ScalarBytes(input.signature.s.0) };
    let purpose = input.purpose.into();
    let alone = spend::verify(purpose, &keys, &input.digest.0, &signature);
    let check = spend::SpendCheck { purpose, keys: &keys, digest: &input.digest.0, signature: &signature };
    // A batch of two says what one says; if not, this answer is nobody's.
    if alone != spend::verify_batch(&[check, check], Entropy::new([0x5a; 32])) {
        return Err(Refused::named("batch-and-single-differ"));
    }
    alone?;
    Ok(Nothing {})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToSpend {
    purpose: Purpose,
    secrets: Vec<Hex<32>>,
    digest: Hex<32>,
    entropy: Hex<32>,
}

#[derive(Serialize)]
pub(super) struct Signed {
    signature: ByCoins,
}

pub(super) fn spend_sign(input: ToSpend) -> Result<Signed, Refused> {
    let coin = |secret: &Hex<32>| SecretScalar::from_canonical(&secret.0).map(CoinSecret::from_secret);
    let coins: Result<Vec<CoinSecret>, _> = input.secrets.iter().map(coin).collect();
    let coins = coins?;
    let coins: Vec<&CoinSecret> = coins.iter().collect();
    let made = spend::sign(input.purpose.into(), &coins, &input.digest.0, Entropy::new(input.entropy.0))?;
    Ok(Signed { signature: ByCoins { r: Hex(made.r.0), s: Hex(made.s.0) } })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByKey {
    label: group::Label,
    parts: Vec<Octets>,
    key: Hex<32>,
    signature: Hex<64>,
}

pub(super) fn signature(input: ByKey) -> Result<Nothing, Refused> {
    let key = VerifyingKeyBytes(input.key.0).decode()?;
    key.verify(input.label.0, &group::parts(&input.parts), &Signature(input.signature.0))?;
    Ok(Nothing {})
}
