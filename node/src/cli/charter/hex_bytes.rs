//! Byte arrays as hexadecimal digits, in plans and cards.

use ronde_protocol::crypto::VerifyingKeyBytes;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cli::{Blame, Failure};

/// N bytes, written as 2N hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HexBytes<const N: usize>(pub [u8; N]);

impl<const N: usize> HexBytes<N> {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        hex::decode_to_slice(text, &mut bytes).ok().map(|()| Self(bytes))
    }
}

impl<const N: usize> std::fmt::Display for HexBytes<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl<const N: usize> Serialize for HexBytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for HexBytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format_args!("expected {} hexadecimal digits", 2 * N)))
    }
}

/// A public key that was typed.
pub(super) fn public_key(text: &str) -> Result<VerifyingKeyBytes, Failure> {
    let key = HexBytes::<32>::parse(text).map(|bytes| VerifyingKeyBytes(bytes.0));
    key.filter(|key| key.decode().is_ok()).ok_or_else(|| {
        Failure::new(
            format!("{text:?} is no public key"),
            Blame::You,
            "copy the 64 hexadecimal digits that `ronde charter steward` printed",
        )
    })
}

/// A public key as hexadecimal digits.
pub(super) fn show_key(key: &VerifyingKeyBytes) -> String {
    hex::encode(key.0)
}
