//! The evaluation proof by the specification's words, over the curve library: a second maker of proofs, which can also
//! make wrong ones that a careless verifier accepts.

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use ronde_protocol::crypto::{Tweak, derive, derive_wide, labels, xof};
use serde_json::{Value, json};

use super::scalars::{base, canonical, hex_of, hex_of_point};

/// One output.
#[derive(Clone)]
pub struct Item {
    /// The class.
    pub info: Vec<u8>,
    /// B.
    pub blinded: RistrettoPoint,
    /// Z.
    pub evaluated: RistrettoPoint,
}

/// What a proof is about.
#[derive(Clone)]
pub struct Claim {
    /// k.
    pub key: Scalar,
    /// Federation id.
    pub federation: [u8; 32],
    /// Keyset.
    pub keyset: u32,
    /// Witness.
    pub index: u8,
    /// Order.
    pub digest: [u8; 32],
    /// Outputs.
    pub items: Vec<Item>,
}

/// How the items are folded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// As the specification says.
    Drawn,
    /// All one: a fold in which errors cancel.
    Equal,
}

/// The tweak of an info.
pub fn tweak(info: &[u8]) -> Result<Scalar, String> {
    let tweak = Tweak::of_info(info).map_err(|why| why.to_string())?;
    canonical(&hex::encode(tweak.encode().0))
}

/// Z as a key makes it.
pub fn evaluate(key: &Scalar, info: &[u8], blinded: &RistrettoPoint) -> Result<RistrettoPoint, String> {
    Ok((key + tweak(info)?).invert() * blinded)
}

impl Item {
    /// As it stands in a test.
    pub fn json(&self) -> Value {
        json!({
            "info": hex::encode(&self.info),
            "blinded": hex_of_point(&self.blinded),
            "evaluated": hex_of_point(&self.evaluated),
        })
    }
}

impl Claim {
    fn statement(&self) -> Result<[u8; 32], String> {
        let mut parts = vec![
            self.federation.to_vec(),
            self.keyset.to_le_bytes().to_vec(),
            vec![self.index],
            base(&self.key).compress().0.to_vec(),
            self.digest.to_vec(),
            (self.items.len() as u64).to_le_bytes().to_vec(),
        ];
        for item in &self.items {
            parts.push(tweak(&item.info)?.to_bytes().to_vec());
            parts.push(item.blinded.compress().0.to_vec());
            parts.push(item.evaluated.compress().0.to_vec());
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        Ok(derive(labels::EVALUATION_STATEMENT, &parts))
    }

    /// The nonce that the specification derives of key, statement and entropy.
    pub fn nonce(&self, entropy: &[u8; 32]) -> Result<Scalar, String> {
        let parts: [&[u8]; 3] = [&self.key.to_bytes(), &self.statement()?, entropy];
        Ok(Scalar::from_bytes_mod_order_wide(&derive_wide(labels::HEDGED_NONCE, &parts)))
    }

    /// Challenge and response, whether the items are right or not.
    pub fn prove(&self, weights: Weights, nonce: &Scalar) -> Result<Value, String> {
        let statement = self.statement()?;
        let mut stream = xof(labels::EVALUATION_WEIGHTS, &[&statement]);
        let (mut m, mut d) = (RistrettoPoint::default(), RistrettoPoint::default());
        for item in &self.items {
            let drawn = Scalar::from(stream.next_u128());
            let weight = if weights == Weights::Drawn { drawn } else { Scalar::ONE };
            m += weight * item.evaluated;
            d += weight * (item.blinded - tweak(&item.info)? * item.evaluated);
        }
        let elements = [m, d, base(nonce), nonce * m].map(|element| element.compress().0);
        let parts: [&[u8]; 5] = [&statement, &elements[0], &elements[1], &elements[2], &elements[3]];
        let challenge = Scalar::from_bytes_mod_order_wide(&derive_wide(labels::EVALUATION_CHALLENGE, &parts));
        let response = nonce - challenge * self.key;
        Ok(json!({"challenge": hex_of(&challenge), "response": hex_of(&response)}))
    }

    /// The question of `evaluation-prove`, without entropy.
    pub fn json(&self) -> Value {
        json!({
            "federation": hex::encode(self.federation), "keyset": self.keyset, "index": self.index,
            "digest": hex::encode(self.digest),
            "items": self.items.iter().map(Item::json).collect::<Vec<_>>(),
        })
    }
}
