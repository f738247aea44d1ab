//! What a wallet remembers, and its bytes.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use zeroize::Zeroizing;

use crate::{
    crypto::{
        coin::{BlindFactor, CoinSecret, Seed, derive_blind, derive_coin_secret},
        group::PointBytes,
        spend::SpendSignature,
    },
    message::{
        amount::Points,
        certificate::Certificate,
        class::Kind,
        codec::{self, BadEncoding, Decode, Encode},
        evidence::Evidence,
        ids::{FederationId, KeysetId, OfferId, OrderDigest, Reference, StoreId, WitnessIndex},
        order::{Order, Outputs, Purpose, Seconds, Submission},
        text::Text,
    },
};

use super::{GrantTerms, UnansweredPayment, stored::Stored};

/// Longest wallet, in bytes.
const MAX_WALLET_BYTES: usize = 12 << 20;
/// Records kept; older ones are forgotten.
const MAX_HISTORY: usize = 10_000;
const SEED_BYTES: usize = 32;

/// Where in the seed a coin lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Place {
    /// The coin's keyset.
    pub keyset: KeysetId,
    /// Which device of the seed's owner.
    pub device: u32,
    /// Counted per keyset and device.
    pub order: u64,
    /// Place in the canonical split, before sorting by B.
    pub slot: u16,
}

/// A coin: its secret is derived from the seed when it is spent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Coin {
    /// Where its secret and blind come from.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
    /// P.
    pub point: PointBytes,
    /// N_j by witness, each from a verified evaluation.
    pub components: BTreeMap<WitnessIndex, PointBytes>,
    /// The order that made it.
    pub origin: OrderDigest,
    /// The open order that spends it, if any.
    pub held_by: Option<OrderDigest>,
    /// Recovered from the seed, so that it may have been spent before: no order spends it together with another coin
    /// (RESTORE-12).
    pub unproven: bool,
}

/// Something of a store: a grant or a checkout.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Link {
    /// Base URL of the store, from the charter.
    pub base: Text,
    /// Its name there.
    pub id: Text,
}

/// What an open order is about.
#[derive(Clone, Debug, Encode, Decode)]
#[allow(clippy::large_enum_variant)] // Few are open at a time.
pub enum Task {
    /// Points that a store granted; the store makes the order.
    Claim {
        /// Where.
        link: Link,
        /// The one-time secret from the link's fragment.
        secret: Text,
        /// What was promised.
        terms: GrantTerms,
        /// The order, once the store has shown it.
        order: Option<Order>,
    },
    /// An order that spends coins, kept to be sent again in the same bytes.
    Spend {
        /// What is sent.
        submission: Submission,
        /// The checkout that it pays, if it pays one.
        link: Option<Link>,
    },
    /// Its coins can be spent; components are still missing.
    Complete {
        /// The order.
        order: Order,
    },
    /// It was recovered from the seed; components are still missing.
    Recovered {
        /// The order.
        order: Order,
        /// Where the secret of each output lives, in the outputs' order; none where it is not this wallet's.
        places: Vec<Option<Place>>,
        /// Whether a quorum has evaluated its coins.
        usable: bool,
    },
    /// Points that a store owes back for a payment; the store makes the order.
    Refund {
        /// The payment, with the keys that sign for it.
        refunded: Order,
        /// By those keys, once: it is sent again in the same bytes.
        signature: SpendSignature,
        /// The order, once the store has shown it.
        order: Option<Order>,
    },
}

/// An order that is not done.
#[derive(Clone, Debug, Encode, Decode)]
pub struct OpenOrder {
    /// Keyset of the outputs: of the order too, unless it moves points into this one.
    pub keyset: KeysetId,
    /// Device index of its outputs' secrets.
    pub device: u32,
    /// Order number of its outputs' secrets.
    pub number: u64,
    /// By increasing B.
    pub outputs: Outputs,
    /// The slot of each output, in the outputs' order.
    pub slots: Vec<u16>,
    /// What it is about.
    pub task: Task,
    /// Its certificate, once verified.
    pub certificate: Option<Certificate>,
    /// When the wallet made it, by the wallet's clock.
    pub since: Seconds,
}

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Outcome {
    /// Certified.
    Certified,
    /// A conflicting order was certified instead.
    Lost,
    /// The store withdrew the grant before an order was certified.
    Withdrawn,
    /// Certified before, and its coins found again from the seed.
    Recovered,
    /// Certified: the points of a payment that bought nothing came back.
    Refunded,
}

/// Vouchers of one offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct VoucherCount {
    /// Which.
    pub offer: OfferId,
    /// How many.
    pub count: u32,
}

/// A line of the wallet's own history.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Record {
    /// When it ended, by the wallet's clock.
    pub at: Seconds,
    /// What it was for.
    pub purpose: Purpose,
    /// The store, or 0.
    pub store: StoreId,
    /// Points gained (Earn) or given away; of a Swap those exchanged; of a recovered order those that came back.
    pub points: Points,
    /// Vouchers gained or given away; of a recovered order those that came back.
    pub vouchers: Vec<VoucherCount>,
    /// Whose committee decided; none in what an older version wrote down.
    pub keyset: Option<KeysetId>,
    /// The order, if it was known.
    pub digest: Option<OrderDigest>,
    /// What the order referred to, if it was known.
    pub reference: Option<Reference>,
    /// The grant or checkout, if any.
    pub link: Option<Link>,
    /// How it ended.
    pub outcome: Outcome,
}

/// Everything but the seed.
#[derive(Clone, Debug, Encode, Decode)]
pub struct WalletBook {
    /// Which federation the coins are of.
    pub federation: FederationId,
    /// Which device of the seed's owner this is.
    pub device: u32,
    /// The next order number by keyset; a number is never used twice (WALLET-2).
    pub next_order: BTreeMap<KeysetId, u64>,
    /// Coins, spent ones left out. Unproven ones of different kinds may have one key: one of them can be spent.
    pub coins: Vec<Coin>,
    /// Keys that certified orders spent, as far as this wallet knows, until nobody evaluates in their keyset any more:
    /// whoever copies their B makes no coins of them (RESTORE-8).
    pub spent: BTreeMap<KeysetId, BTreeSet<PointBytes>>,
    /// Orders that are not done, oldest first.
    pub open: Vec<OpenOrder>,
    /// What was done, oldest first.
    pub history: Vec<Record>,
    /// Proof against witnesses that cheated.
    pub evidence: Vec<Evidence>,
    /// Whether a search of the seed's orders was begun and has not ended: nothing is signed then (RESTORE-30).
    pub searching: bool,
    /// Keys of unproven coins of which a probe has said that nothing binds them: they are shown again only to exchange
    /// them (RESTORE-34).
    pub asked: BTreeMap<KeysetId, BTreeSet<PointBytes>>,
    /// When to ask for what an order lacks whose coins can be spent already (WALLET-32).
    pub ask_at: BTreeMap<OrderDigest, Seconds>,
    /// Certified payments of which no store has said yet that they bought what they were for (WALLET-43).
    pub payments: Vec<UnansweredPayment>,
}

/// Bytes that are no wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WalletFileError {
    /// Too short to hold a seed.
    #[error("the wallet file is cut off")]
    Short,
    /// Not a wallet's encoding, or of a newer version.
    #[error(transparent)]
    Encoding(#[from] BadEncoding),
}

/// A customer's wallet: a seed, and what was done with it.
pub struct Wallet {
    pub(super) seed: Seed,
    pub(super) book: WalletBook,
}

impl core::fmt::Debug for Wallet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Wallet(redacted)")
    }
}

impl Wallet {
    /// An empty wallet of one federation.
    pub fn new(seed: Seed, federation: FederationId, device: u32) -> Self {
        let book = WalletBook {
            federation,
            device,
            next_order: BTreeMap::new(),
            coins: Vec::new(),
            spent: BTreeMap::new(),
            open: Vec::new(),
            history: Vec::new(),
            evidence: Vec::new(),
            searching: false,
            asked: BTreeMap::new(),
            ask_at: BTreeMap::new(),
            payments: Vec::new(),
        };
        Self { seed, book }
    }

    /// What is to be written down, encrypted: the seed's 32 bytes, then the canonical bytes of the rest.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let book = Zeroizing::new(codec::encode(&Stored::V6(self.book.clone())));
        let mut bytes = Zeroizing::new(Vec::with_capacity(SEED_BYTES.saturating_add(book.len())));
        bytes.extend_from_slice(self.seed.expose_bytes().as_slice());
        bytes.extend_from_slice(&book);
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WalletFileError> {
        let (seed, book) = bytes.split_first_chunk::<SEED_BYTES>().ok_or(WalletFileError::Short)?;
        let book: Stored = codec::decode(book, MAX_WALLET_BYTES)?;
        Ok(Self { seed: Seed::new(*seed), book: book.into() })
    }

    /// Everything but the seed, to look at.
    pub fn book(&self) -> &WalletBook {
        &self.book
    }

    /// The seed, to be shown as words. The name is a warning.
    pub fn expose_seed(&self) -> Zeroizing<[u8; 32]> {
        self.seed.expose_bytes()
    }

    pub(super) fn coin_secret(&self, place: &Place) -> CoinSecret {
        let seed = self.seed.for_federation(&self.book.federation.0);
        derive_coin_secret(&seed, place.keyset.0, place.device, place.order, place.slot)
    }

    pub(super) fn blind_factor(&self, place: &Place) -> BlindFactor {
        let seed = self.seed.for_federation(&self.book.federation.0);
        derive_blind(&seed, place.keyset.0, place.device, place.order, place.slot)
    }

    pub(super) fn next_number(&self, keyset: KeysetId) -> u64 {
        self.book.next_order.get(&keyset).copied().unwrap_or(0)
    }

    pub(super) fn use_number(&mut self, keyset: KeysetId, number: u64) {
        self.book.next_order.insert(keyset, number.saturating_add(1));
    }

    pub(super) fn remember(&mut self, record: Record) {
        self.book.history.push(record);
        let over = self.book.history.len().saturating_sub(MAX_HISTORY);
        self.book.history.drain(..over);
    }

    pub(super) fn position_of(&self, digest: &OrderDigest) -> Option<usize> {
        self.book.open.iter().position(|open| open.order().is_some_and(|order| order.digest() == *digest))
    }
}

impl OpenOrder {
    /// The order, unless it is a claim whose order the store has not shown yet.
    pub fn order(&self) -> Option<&Order> {
        match &self.task {
            Task::Claim { order, .. } | Task::Refund { order, .. } => order.as_ref(),
            Task::Spend { submission, .. } => Some(&submission.signed.order),
            Task::Complete { order } | Task::Recovered { order, .. } => Some(order),
        }
    }

    /// The grant or checkout, if any.
    pub fn link(&self) -> Option<&Link> {
        match &self.task {
            Task::Claim { link, .. } => Some(link),
            Task::Spend { link, .. } => link.as_ref(),
            Task::Complete { .. } | Task::Recovered { .. } | Task::Refund { .. } => None,
        }
    }

    /// Where the secret of the output at a position lives, in the output's own keyset (WALLET-36); none if it is not this
    /// wallet's.
    pub fn place(&self, position: usize) -> Option<Place> {
        if let Task::Recovered { places, .. } = &self.task {
            return places.get(position).copied().flatten();
        }
        let slot = *self.slots.get(position)?;
        Some(Place { keyset: self.keyset, device: self.device, order: self.number, slot })
    }
}
