//! The one message that moves value: the order (design section 6).

use super::{
    amount::Points,
    class::{Class, Kind},
    codec::{Bounded, Decode, Encode, encode},
    ids::{AssociationId, CampaignId, FederationId, KeysetId, OrderDigest, Reference, StoreId, WitnessIndex},
};
use crate::{
    crypto::{group::PointBytes, hash, labels, sign::Signature, spend::SpendSignature},
    limits::{MAX_INPUTS, MAX_OUTPUTS, MAX_WITNESSES},
};

/// Seconds since 1970 in UTC, whole.
pub type Seconds = u64;

/// What an order is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Purpose {
    /// A store issues points, vouchers and at most one ballot.
    Earn,
    /// A store takes points and vouchers.
    Redeem,
    /// Points change their coins, or their keyset.
    Swap,
    /// A customer gives points to an association.
    Donate {
        /// Who gets them.
        association: AssociationId,
    },
    /// A store gives points to an association.
    Pledge {
        /// Who gets them.
        association: AssociationId,
        /// How many.
        points: Points,
    },
    /// A ballot is cast.
    Vote {
        /// In which campaign.
        campaign: CampaignId,
        /// For which of its choices, counted from 0.
        choice: u8,
    },
}

/// A coin that an order spends. Its keyset is the order's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Input {
    /// What it is.
    pub kind: Kind,
    /// P, the coin key.
    pub point: PointBytes,
}

/// A blinded coin that an order asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Output {
    /// What it will be; another keyset than the order's only in a Swap.
    pub class: Class,
    /// B, the blinded element.
    pub blinded: PointBytes,
}

/// Inputs of one order, strictly increasing by P.
pub type Inputs = Bounded<Input, MAX_INPUTS>;
/// Outputs of one order, strictly increasing by B.
pub type Outputs = Bounded<Output, MAX_OUTPUTS>;

/// The body of an order, as anyone may have sent it: nothing in it is checked.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Order {
    /// Which federation.
    pub federation: FederationId,
    /// Whose committee votes, and whose coins the inputs are.
    pub keyset: KeysetId,
    /// The store debited (Earn, Pledge) or credited (Redeem), else 0.
    pub store: StoreId,
    /// What for.
    pub purpose: Purpose,
    /// A grant, an offer, a day, or zeros.
    pub reference: Reference,
    /// Copied from the offer or grant, else rounded to the hour.
    pub time: Seconds,
    /// The coins it spends.
    pub inputs: Inputs,
    /// The coins it asks for.
    pub outputs: Outputs,
}

impl Order {
    /// BLAKE3 `derive_key` over the canonical bytes: the order's identity (ORDER-1).
    pub fn digest(&self) -> OrderDigest {
        OrderDigest(hash::derive(labels::ORDER_DIGEST, &[&encode(self)]))
    }
}

/// Who stands behind an order: the coins' keys, or the store that is debited.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Authorization {
    /// One proof by all coin keys of the inputs.
    Spend(SpendSignature),
    /// The debited store's Ed25519 signature over (tag, federation, digest).
    Store(Signature),
}

/// An order and who stands behind it, unverified.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct SignedOrder {
    /// The body.
    pub order: Order,
    /// Spend or store signature.
    pub authorization: Authorization,
}

/// One witness's MAC components, one per input in their order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Column {
    /// Whose.
    pub index: WitnessIndex,
    /// N_index of every input.
    pub components: Bounded<PointBytes, MAX_INPUTS>,
}

/// Columns of one submission, by increasing index (ORDER-29).
pub type Columns = Bounded<Column, MAX_WITNESSES>;

/// What a wallet hands to any store: an order and the columns it chose to show.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Submission {
    /// The order.
    pub signed: SignedOrder,
    /// MAC columns, outside the digest; none for orders without inputs.
    pub columns: Columns,
}

/// The reference of a Pledge, so that a store makes one a day: a hash of the UTC date as days since 1970 (ORDER-5).
pub fn pledge_reference(time: Seconds) -> Reference {
    Reference(hash::derive(labels::PLEDGE_REFERENCE, &[&(time / 86_400).to_le_bytes()]))
}
