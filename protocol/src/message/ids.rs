//! Names of things: small numbers that the charter gives out, and 32-byte hashes.

use super::codec::{Decode, Encode};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

macro_rules! hash {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        pub struct $name(pub [u8; 32]);

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl core::str::FromStr for $name {
            type Err = NotHex;
            fn from_str(text: &str) -> Result<Self, NotHex> {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| NotHex)?;
                Ok(Self(bytes))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&hex::encode(self.0))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = alloc::string::String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Text that is not exactly 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits")]
pub struct NotHex;

number!(
    /// A store of the federation; 0 is no store (orders that concern none).
    StoreId, u32
);
number!(
    /// A keyset: one committee with its keys.
    KeysetId, u32
);
number!(
    /// An association that gifts and pledges go to.
    AssociationId, u32
);
number!(
    /// A campaign that ballots belong to.
    CampaignId, u32
);
number!(
    /// A voucher offer.
    OfferId, u32
);
number!(
    /// A witness's place in its committee, counted from 0.
    WitnessIndex, u8
);

impl StoreId {
    /// What an order carries that concerns no store.
    pub const NONE: Self = Self(0);
}

impl WitnessIndex {
    /// As a position in a list.
    pub fn position(self) -> usize {
        usize::from(self.0)
    }

    /// As a bit of a set of witnesses.
    pub(crate) fn bit(self) -> u32 {
        1_u32.checked_shl(u32::from(self.0)).unwrap_or(0)
    }
}

hash!(
    /// The federation: a hash of its genesis block.
    FederationId
);
hash!(
    /// An order's identity: a hash of the canonical bytes of its body.
    OrderDigest
);
hash!(
    /// A charter version's identity: a hash of its body.
    CharterHash
);
hash!(
    /// What an order was made for: a grant's random bytes, an offer's hash, a pledge's day, or zeros.
    Reference
);

impl Reference {
    /// What an order carries that refers to nothing.
    pub const NONE: Self = Self([0; 32]);
}

impl CharterHash {
    /// The predecessor of version 1.
    pub const NONE: Self = Self([0; 32]);
}
