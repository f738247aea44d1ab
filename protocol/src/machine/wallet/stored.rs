//! A wallet's bytes on disk, by version of the format. Older ones are read, the newest is written.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use crate::crypto::group::PointBytes;
use crate::message::{
    amount::Points,
    class::Kind,
    codec::{Decode, Encode},
    evidence::Evidence,
    ids::{FederationId, KeysetId, OrderDigest, Reference, StoreId, WitnessIndex},
    order::{Purpose, Seconds},
};

use super::{Coin, Link, OpenOrder, Outcome, Place, Record, VoucherCount, WalletBook};

/// [`WalletBook`] on disk.
#[derive(Encode, Decode)]
pub(super) enum Stored {
    V1(BookV1),
    V2(BookV2),
    V3(BookV3),
    V4(BookV4),
    V5(BookV5),
    V6(WalletBook),
}

/// Records named no keyset, spent keys were not kept, and no coin was recovered from a seed.
#[derive(Encode, Decode)]
pub(super) struct BookV1 {
    federation: FederationId,
    device: u32,
    next_order: BTreeMap<KeysetId, u64>,
    coins: Vec<CoinV1>,
    open: Vec<OpenOrder>,
    history: Vec<RecordV1>,
    evidence: Vec<Evidence>,
}

/// No search was known.
#[derive(Encode, Decode)]
pub(super) struct BookV2 {
    federation: FederationId,
    device: u32,
    next_order: BTreeMap<KeysetId, u64>,
    coins: Vec<Coin>,
    spent: BTreeMap<KeysetId, BTreeSet<PointBytes>>,
    open: Vec<OpenOrder>,
    history: Vec<Record>,
    evidence: Vec<Evidence>,
}

/// What probes had said was not kept.
#[derive(Encode, Decode)]
pub(super) struct BookV3 {
    federation: FederationId,
    device: u32,
    next_order: BTreeMap<KeysetId, u64>,
    coins: Vec<Coin>,
    spent: BTreeMap<KeysetId, BTreeSet<PointBytes>>,
    open: Vec<OpenOrder>,
    history: Vec<Record>,
    evidence: Vec<Evidence>,
    searching: bool,
}

/// What orders lack was asked for whenever its owner said so.
#[derive(Encode, Decode)]
pub(super) struct BookV4 {
    federation: FederationId,
    device: u32,
    next_order: BTreeMap<KeysetId, u64>,
    coins: Vec<Coin>,
    spent: BTreeMap<KeysetId, BTreeSet<PointBytes>>,
    open: Vec<OpenOrder>,
    history: Vec<Record>,
    evidence: Vec<Evidence>,
    searching: bool,
    asked: BTreeMap<KeysetId, BTreeSet<PointBytes>>,
}

/// What became of payments was not asked.
#[derive(Encode, Decode)]
pub(super) struct BookV5 {
    federation: FederationId,
    device: u32,
    next_order: BTreeMap<KeysetId, u64>,
    coins: Vec<Coin>,
    spent: BTreeMap<KeysetId, BTreeSet<PointBytes>>,
    open: Vec<OpenOrder>,
    history: Vec<Record>,
    evidence: Vec<Evidence>,
    searching: bool,
    asked: BTreeMap<KeysetId, BTreeSet<PointBytes>>,
    ask_at: BTreeMap<OrderDigest, Seconds>,
}

#[derive(Encode, Decode)]
struct CoinV1 {
    place: Place,
    kind: Kind,
    point: PointBytes,
    components: BTreeMap<WitnessIndex, PointBytes>,
    origin: OrderDigest,
    held_by: Option<OrderDigest>,
}

#[derive(Encode, Decode)]
struct RecordV1 {
    at: Seconds,
    purpose: Purpose,
    store: StoreId,
    points: Points,
    vouchers: Vec<VoucherCount>,
    digest: Option<OrderDigest>,
    reference: Option<Reference>,
    link: Option<Link>,
    outcome: Outcome,
}

impl From<Stored> for WalletBook {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::V1(old) => Self {
                federation: old.federation,
                device: old.device,
                next_order: old.next_order,
                coins: old.coins.into_iter().map(Coin::from).collect(),
                spent: BTreeMap::new(),
                open: old.open,
                history: old.history.into_iter().map(Record::from).collect(),
                evidence: old.evidence,
                searching: false,
                asked: BTreeMap::new(),
                ask_at: BTreeMap::new(),
                payments: Vec::new(),
            },
            Stored::V2(old) => Self {
                federation: old.federation,
                device: old.device,
                next_order: old.next_order,
                coins: old.coins,
                spent: old.spent,
                open: old.open,
                history: old.history,
                evidence: old.evidence,
                searching: false,
                asked: BTreeMap::new(),
                ask_at: BTreeMap::new(),
                payments: Vec::new(),
            },
            Stored::V3(old) => Self {
                federation: old.federation,
                device: old.device,
                next_order: old.next_order,
                coins: old.coins,
                spent: old.spent,
                open: old.open,
                history: old.history,
                evidence: old.evidence,
                searching: old.searching,
                asked: BTreeMap::new(),
                ask_at: BTreeMap::new(),
                payments: Vec::new(),
            },
            Stored::V4(old) => Self {
                federation: old.federation,
                device: old.device,
                next_order: old.next_order,
                coins: old.coins,
                spent: old.spent,
                open: old.open,
                history: old.history,
                evidence: old.evidence,
                searching: old.searching,
                asked: old.asked,
                ask_at: BTreeMap::new(),
                payments: Vec::new(),
            },
            Stored::V5(old) => old.into(),
            Stored::V6(book) => book,
        }
    }
}

impl From<BookV5> for WalletBook {
    fn from(old: BookV5) -> Self {
        Self {
            federation: old.federation,
            device: old.device,
            next_order: old.next_order,
            coins: old.coins,
            spent: old.spent,
            open: old.open,
            history: old.history,
            evidence: old.evidence,
            searching: old.searching,
            asked: old.asked,
            ask_at: old.ask_at,
            payments: Vec::new(),
        }
    }
}

impl From<CoinV1> for Coin {
    fn from(old: CoinV1) -> Self {
        Self {
            place: old.place,
            kind: old.kind,
            point: old.point,
            components: old.components,
            origin: old.origin,
            held_by: old.held_by,
            unproven: false,
        }
    }
}

impl From<RecordV1> for Record {
    fn from(old: RecordV1) -> Self {
        Self {
            at: old.at,
            purpose: old.purpose,
            store: old.store,
            points: old.points,
            vouchers: old.vouchers,
            keyset: None,
            digest: old.digest,
            reference: old.reference,
            link: old.link,
            outcome: old.outcome,
        }
    }
}
