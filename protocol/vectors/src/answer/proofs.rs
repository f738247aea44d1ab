//! Proofs of evaluation and of possession.

use ronde_protocol::crypto::{
    Entropy, EvaluationContext, EvaluationItem, EvaluationProof, KeySlot, PointBytes, PoprfPublicKey, PoprfSecretKey,
    PossessionProof, ScalarBytes, SecretScalar, Signature, Tweak, VerifiedProof, VerifyingKeyBytes, possession, proof,
};
use serde::{Deserialize, Serialize};

use super::{Hex, Nothing, Octets, Refused};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    info: Octets,
    blinded: Hex<32>,
    evaluated: Hex<32>,
}

fn items(items: &[Item]) -> Result<Vec<EvaluationItem>, Refused> {
    let item = |item: &Item| {
        Ok(EvaluationItem {
            tweak: Tweak::of_info(&item.info.0)?,
            blinded: PointBytes(item.blinded.0).decode()?,
            evaluated: PointBytes(item.evaluated.0).decode()?,
        })
    };
    items.iter().map(item).collect()
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proof {
    challenge: Hex<32>,
    response: Hex<32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proven {
    public_key: Hex<32>,
    federation: Hex<32>,
    keyset: u32,
    index: u8,
    digest: Hex<32>,
    items: Vec<Item>,
    proof: Proof,
}

pub(super) fn evaluation_proof(input: Proven) -> Result<Nothing, Refused> {
    let key = PoprfPublicKey::decode(&PointBytes(input.public_key.0))?;
    let items = items(&input.items)?;
    let context = EvaluationContext {
        federation: &input.federation.0,
        keyset: input.keyset,
        index: input.index,
        digest: &input.digest.0,
    };
    let given = EvaluationProof {
        challenge: ScalarBytes(input.proof.challenge.0),
        response: ScalarBytes(input.proof.response.0),
    };
    let _verified: VerifiedProof = proof::verify(&key, &context, &items, &given)?;
    Ok(Nothing {})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToProve {
    secret_key: Hex<32>,
    federation: Hex<32>,
    keyset: u32,
    index: u8,
    digest: Hex<32>,
    items: Vec<Item>,
    entropy: Hex<32>,
}

#[derive(Serialize)]
pub(super) struct Made {
    proof: Proof,
}

pub(super) fn evaluation_prove(input: ToProve) -> Result<Made, Refused> {
    let key = PoprfSecretKey::from_secret(SecretScalar::from_canonical(&input.secret_key.0)?);
    let items = items(&input.items)?;
    let context = EvaluationContext {
        federation: &input.federation.0,
        keyset: input.keyset,
        index: input.index,
        digest: &input.digest.0,
    };
    let made = proof::prove(&key, &context, &items, Entropy::new(input.entropy.0))?;
    Ok(Made { proof: Proof { challenge: Hex(made.challenge.0), response: Hex(made.response.0) } })
}

/// Which of a witness's keys.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum KeyType {
    Poprf,
    Vote,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Possessed {
    key_type: KeyType,
    key: Hex<32>,
    federation: Hex<32>,
    keyset: u32,
    index: u8,
    proof: Hex<64>,
}

pub(super) fn possession(input: Possessed) -> Result<Nothing, Refused> {
    let slot = KeySlot { federation: &input.federation.0, keyset: input.keyset, index: input.index };
    match input.key_type {
        KeyType::Poprf => {
            let key = PoprfPublicKey::decode(&PointBytes(input.key.0))?;
            let (mut r, mut s) = ([0; 32], [0; 32]);
            r.copy_from_slice(&input.proof.0[..32]);
            s.copy_from_slice(&input.proof.0[32..]);
            possession::verify_poprf(&key, &slot, &PossessionProof { r: PointBytes(r), s: ScalarBytes(s) })?;
        }
        KeyType::Vote => {
            let key = VerifyingKeyBytes(input.key.0).decode()?;
            possession::verify_vote(&key, &slot, &Signature(input.proof.0))?;
        }
    }
    Ok(Nothing {})
}
