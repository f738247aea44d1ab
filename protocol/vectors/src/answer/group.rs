//! The group and hashing to it.

use ronde_protocol::crypto::{
    CoinSecret, Point, PointBytes, SecretScalar, labels,
    suite::{self, Mode},
    xof,
};
use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::{Hex, Octets, Refused};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Encoded {
    element: Hex<32>,
}

#[derive(Serialize)]
pub(super) struct Element {
    element: Hex<32>,
}

impl From<Point> for Element {
    fn from(point: Point) -> Self {
        Self { element: Hex(*point.as_bytes()) }
    }
}

pub(super) fn element_decode(input: Encoded) -> Result<Element, Refused> {
    Ok(PointBytes(input.element.0).decode()?.into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Multiple {
    scalar: Hex<32>,
}

pub(super) fn generator_multiple(input: Multiple) -> Result<Element, Refused> {
    Ok(CoinSecret::from_secret(SecretScalar::from_canonical(&input.scalar.0)?).public().into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Uniform {
    uniform: Hex<64>,
}

pub(super) fn element_from_uniform(input: Uniform) -> Result<Element, Refused> {
    Ok(Point::from_uniform_bytes(&input.uniform.0).into())
}

/// A mode of RFC 9497 by its number.
#[derive(Clone, Copy)]
pub(super) struct ModeNumber(pub Mode);

impl<'de> Deserialize<'de> for ModeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u8::deserialize(deserializer)? {
            0 => Ok(Self(Mode::Oprf)),
            1 => Ok(Self(Mode::Voprf)),
            2 => Ok(Self(Mode::Poprf)),
            other => Err(D::Error::custom(format!("no mode {other}"))),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hashed {
    message: Octets,
}

pub(super) fn hash_to_group(input: Hashed) -> Result<Element, Refused> {
    Ok(suite::hash_to_group(Mode::Poprf, &input.message.0).into())
}

#[derive(Serialize)]
pub(super) struct Scalar {
    scalar: Hex<32>,
}

pub(super) fn hash_to_scalar(input: Hashed) -> Result<Scalar, Refused> {
    let scalar = suite::hash_to_scalar(Mode::Poprf, &[&input.message.0]);
    Ok(Scalar { scalar: Hex(scalar.encode().0) })
}

/// The text of one of the protocol's labels.
pub(super) struct Label(pub &'static str);

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = labels::ALL.iter().find(|(_, known)| *known == text);
        known.map(|(_, label)| Self(label)).ok_or_else(|| D::Error::custom("no label of the protocol"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Labelled {
    label: Label,
    parts: Vec<Octets>,
    length: u16,
}

#[derive(Serialize)]
pub(super) struct Hash {
    hash: Octets,
}

pub(super) fn labelled_hash(input: Labelled) -> Result<Hash, Refused> {
    let mut hash = vec![0; usize::from(input.length)];
    xof(input.label.0, &parts(&input.parts)).fill(&mut hash);
    Ok(Hash { hash: Octets(hash) })
}

/// As the library takes them.
pub(super) fn parts(parts: &[Octets]) -> Vec<&[u8]> {
    parts.iter().map(|part| part.0.as_slice()).collect()
}
