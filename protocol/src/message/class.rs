//! What a coin is, without whose: its class.

use alloc::collections::BTreeMap;

use super::{
    amount::Points,
    codec::{Decode, Encode},
    ids::{CampaignId, FederationId, KeysetId, OfferId},
};
use crate::crypto::{labels, poprf::Tweak};

/// The kind of a coin.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// So many points.
    Points {
        /// Its worth in points; one of the keyset's denominations.
        denomination: u64,
    },
    /// One vote in a campaign.
    Ballot {
        /// Which.
        campaign: CampaignId,
    },
    /// One voucher of an offer.
    Voucher {
        /// Which.
        offer: OfferId,
    },
}

/// The public part of a coin, within its federation. Everyone's coins of one class look alike.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// The committee whose keys sign it.
    pub keyset: KeysetId,
    /// What it is.
    pub kind: Kind,
}

/// Length of a class's POPRF `info`: the tag, federation, keyset, kind and its number, of fixed widths.
pub const INFO_BYTES: usize = labels::CLASS_INFO.len() + 32 + 4 + 4 + 8;

/// The tweaks of one keyset's kinds of coins: those of its denominations are computed once.
#[derive(Clone, Debug)]
pub struct Tweaks {
    federation: FederationId,
    keyset: KeysetId,
    known: BTreeMap<Kind, Tweak>,
}

impl Tweaks {
    /// Of a keyset with these denominations.
    pub fn new(federation: FederationId, keyset: KeysetId, denominations: &[u64]) -> Self {
        let kinds = denominations.iter().map(|denomination| Kind::Points { denomination: *denomination });
        let known = kinds.map(|kind| (kind, Class { keyset, kind }.tweak(&federation))).collect();
        Self { federation, keyset, known }
    }

    /// m of the class of this kind (COIN-2).
    pub fn of(&self, kind: &Kind) -> Tweak {
        let class = Class { keyset: self.keyset, kind: *kind };
        self.known.get(kind).copied().unwrap_or_else(|| class.tweak(&self.federation))
    }
}

impl Kind {
    /// Its worth in points: the denomination, or nothing for what is no point coin.
    pub fn points(&self) -> Points {
        match self {
            Self::Points { denomination } => Points(*denomination),
            Self::Ballot { .. } | Self::Voucher { .. } => Points::ZERO,
        }
    }

    fn number(&self) -> (u32, u64) {
        match self {
            Self::Points { denomination } => (0, *denomination),
            Self::Ballot { campaign } => (1, u64::from(campaign.0)),
            Self::Voucher { offer } => (2, u64::from(offer.0)),
        }
    }
}

impl Class {
    /// The POPRF `info` of the class: tag, federation, keyset `u32`, kind `u32`, its number `u64` (COIN-1).
    pub fn info(&self, federation: &FederationId) -> [u8; INFO_BYTES] {
        let (kind, number) = self.kind.number();
        let parts = labels::CLASS_INFO
            .bytes()
            .chain(federation.0)
            .chain(self.keyset.0.to_le_bytes())
            .chain(kind.to_le_bytes())
            .chain(number.to_le_bytes());
        let mut info = [0; INFO_BYTES];
        info.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        info
    }

    /// m = HashToScalar(info) of RFC 9497, section 3.3.3 (COIN-2).
    pub fn tweak(&self, federation: &FederationId) -> Tweak {
        Tweak::of_fixed_info(&self.info(federation))
    }
}
