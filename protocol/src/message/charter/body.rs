//! What a charter version says, as it travels: nothing here is checked.

use crate::{
    crypto::{
        group::PointBytes,
        hash, labels,
        possession::PossessionProof,
        sign::{Signature, SigningKey, VerifyingKeyBytes},
    },
    limits::{
        MAX_ADDRESSES, MAX_ASSOCIATIONS, MAX_CAMPAIGNS, MAX_CHOICES, MAX_DENOMINATIONS, MAX_ISSUERS, MAX_KEYSETS,
        MAX_OFFERS, MAX_STEWARD_SIGNATURES, MAX_STEWARDS, MAX_STORES, MAX_WITNESSES,
    },
    message::{
        amount::Points,
        codec::{Bounded, Decode, Encode, encode},
        ids::{AssociationId, CampaignId, CharterHash, FederationId, KeysetId, OfferId, StoreId},
        order::Seconds,
        text::Text,
    },
};

/// k of m people with offline keys.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Stewards {
    /// Their Ed25519 keys, each once.
    pub keys: Bounded<VerifyingKeyBytes, MAX_STEWARDS>,
    /// k: how many must sign.
    pub threshold: u8,
}

/// What a federation begins with; its hash is the federation's id.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Genesis {
    /// The cooperative's name.
    pub name: Text,
    /// The first stewards.
    pub stewards: Stewards,
    /// Random, so that two federations of one name differ.
    #[serde(serialize_with = "crate::message::json::bytes")]
    pub salt: [u8; 32],
}

impl Genesis {
    /// BLAKE3 `derive_key` over the canonical bytes (CHARTER-1).
    pub fn federation(&self) -> FederationId {
        FederationId(hash::derive(labels::FEDERATION_ID, &[&encode(self)]))
    }
}

/// A store of the federation.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Store {
    /// Its number, never 0, never given again.
    pub id: StoreId,
    /// What customers know it by.
    pub name: Text,
    /// Its Ed25519 node key: pinned on QUIC, signs offers and what debits the store.
    pub node_key: VerifyingKeyBytes,
    /// `host:port` for QUIC; none for a store that only dials out.
    pub quic: Bounded<Text, MAX_ADDRESSES>,
    /// Base URLs for tills and wallets.
    pub http: Bounded<Text, MAX_ADDRESSES>,
    /// Points that it may issue per UTC day, as each witness counts.
    pub daily_limit: Points,
}

/// One witness of a keyset.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct MemberEntry {
    /// The store that runs it.
    pub store: StoreId,
    /// K = k.G of its POPRF key for this keyset.
    pub poprf_key: PointBytes,
    /// Proof that it knows k, bound to federation, keyset and index.
    pub poprf_possession: PossessionProof,
    /// Its Ed25519 vote key for this keyset.
    pub vote_key: VerifyingKeyBytes,
    /// Proof of the vote key, bound likewise.
    pub vote_possession: Signature,
}

/// A committee, its keys and what they sign. Never changes once published.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct KeysetEntry {
    /// Its number, never given again.
    pub id: KeysetId,
    /// The witnesses; a witness's index is its place here.
    pub members: Bounded<MemberEntry, MAX_WITNESSES>,
    /// f: how many may lie.
    pub faults: u8,
    /// What point coins are worth, strictly increasing, the first being 1.
    pub denominations: Bounded<u64, MAX_DENOMINATIONS>,
    /// Until when stores issue its coins.
    pub issue_until: Seconds,
    /// Until when its coins can be spent.
    pub redeem_until: Seconds,
}

/// What a point is worth between stores: so many euro cents for so many points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct PointValue {
    /// Euro cents.
    pub cents: u64,
    /// For how many points; never 0.
    pub points: u64,
}

/// What becomes of points that were never spent when their keyset closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnspentFate {
    /// Back to the stores, by what each issued.
    ToIssuers,
    /// To an association.
    ToAssociation(AssociationId),
}

/// An association that can be given to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Association {
    /// Its number, never given again.
    pub id: AssociationId,
    /// Its name.
    pub name: Text,
    /// Whether gifts have ended (it can still be named by older orders).
    pub closed: bool,
}

/// A vote among customers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Campaign {
    /// Its number, never given again.
    pub id: CampaignId,
    /// What is asked.
    pub name: Text,
    /// What can be chosen.
    pub choices: Bounded<Text, MAX_CHOICES>,
    /// An Earn carries a ballot only with at least so many points.
    pub minimum: Points,
    /// The end.
    pub end: Seconds,
    /// Ballots that each store may issue in all, as each witness counts.
    pub ballots_per_store: u64,
}

/// A voucher that some stores issue and all take.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct VoucherOffer {
    /// Its number, never given again.
    pub id: OfferId,
    /// What it is for.
    pub name: Text,
    /// Its worth in points, fixed for ever.
    pub value: Points,
    /// The store that pays for it, fixed for ever.
    pub funder: StoreId,
    /// Which stores may issue it.
    pub issuers: Bounded<StoreId, MAX_ISSUERS>,
    /// How many each store may issue in all, as each witness counts.
    pub per_store: u64,
    /// Whether issuing has ended.
    pub closed: bool,
}

/// One version of the charter, without signatures.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct CharterBody {
    /// The genesis block in version 1, and only there.
    pub genesis: Option<Genesis>,
    /// Which federation.
    pub federation: FederationId,
    /// 1, 2, 3...
    pub version: u64,
    /// The predecessor's hash; zeros in version 1.
    pub previous: CharterHash,
    /// If the predecessor had a twin: the hash of the one that stands (which is `previous`).
    pub settles_fork: Option<CharterHash>,
    /// When it was written.
    pub issued: Seconds,
    /// When Earn and Pledge stop unless a later version has come.
    pub expires: Seconds,
    /// Who signs the next version (with this version's predecessor's stewards, if they differ).
    pub stewards: Stewards,
    /// For clearing.
    pub point_value: PointValue,
    /// Of points never spent.
    pub unspent: UnspentFate,
    /// The stores, by increasing id.
    pub stores: Bounded<Store, MAX_STORES>,
    /// The keysets, by increasing id.
    pub keysets: Bounded<KeysetEntry, MAX_KEYSETS>,
    /// By increasing id.
    pub associations: Bounded<Association, MAX_ASSOCIATIONS>,
    /// By increasing id.
    pub campaigns: Bounded<Campaign, MAX_CAMPAIGNS>,
    /// By increasing id.
    pub offers: Bounded<VoucherOffer, MAX_OFFERS>,
}

/// A steward's signature on a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct StewardSignature {
    /// Whose.
    pub key: VerifyingKeyBytes,
    /// Over (tag, federation, hash of the body).
    pub signature: Signature,
}

/// A version with signatures, unverified.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct SignedCharter {
    /// What it says.
    pub body: CharterBody,
    /// By the stewards of this version and, if they differ, of the one before. By increasing key, each once.
    pub signatures: Bounded<StewardSignature, MAX_STEWARD_SIGNATURES>,
}

impl CharterBody {
    /// The version's identity.
    pub fn hash(&self) -> CharterHash {
        CharterHash(hash::derive(labels::CHARTER_HASH, &[&encode(self)]))
    }

    /// A steward's signature (CHARTER-2).
    pub fn sign(&self, key: &SigningKey) -> StewardSignature {
        StewardSignature {
            key: key.verifying_key().encode(),
            signature: key.sign(labels::CHARTER_SIGNATURE, &[&self.federation.0, &self.hash().0]),
        }
    }
}
