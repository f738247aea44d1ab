//! What tills, wallets and the shop need of the node's order desk: the part that talks to the quorum.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::message::bucket::{BucketLength, BucketPage, BucketQuery, LengthQuery};
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::evaluation::Evaluation;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, StoreId, WitnessIndex};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::{Order, Submission};
use ronde_protocol::message::probe::{Probe, ProbeAnswer};
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::statement::ClosingStatement;
use ronde_protocol::message::wire::LogPage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ShopError;
use super::books::KeysetBooks;
use super::in_hand::InHand;
use crate::forms;
use crate::store::{StorageError, Transaction};

/// A future that may be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where an order stands before the quorum.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Certified; with the evaluations that have come so far.
    Certified {
        /// The order.
        order: Box<Order>,
        /// q votes.
        certificate: Certificate,
        /// Of the order's outputs, by different witnesses.
        evaluations: Vec<Evaluation>,
    },
    /// Written down and before the witnesses; it goes on in the background.
    Pending {
        /// Votes gathered so far.
        votes: usize,
    },
    /// Not served, and why. If the refusal is not retryable the order can never be certified; but for `CoinUnknown`,
    /// which speaks of the columns that it came with, and of nothing else.
    Refused(Refusal),
}

/// Why the desk has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DeskError {
    /// What it was handed, or asked for, is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too few witnesses answer.
    #[error("{answered} of the {needed} witnesses needed answer")]
    QuorumUnreachable {
        /// How many answered.
        answered: usize,
        /// q.
        needed: usize,
    },
    /// The disk failed; nothing was done.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The shop does not take it.
    #[error(transparent)]
    Shop(Box<ShopError>),
}

impl From<ShopError> for DeskError {
    fn from(error: ShopError) -> Self {
        match error {
            ShopError::Storage(error) => Self::Storage(error),
            other => Self::Shop(Box::new(other)),
        }
    }
}

/// How one witness is seen from here.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WitnessStatus {
    /// Of which committee.
    #[schema(value_type = forms::Number)]
    pub keyset: KeysetId,
    /// Its place there.
    #[schema(value_type = forms::Number)]
    pub index: WitnessIndex,
    /// The store that runs it.
    #[schema(value_type = forms::Number)]
    pub store: StoreId,
    /// The store's name.
    pub name: String,
    /// Whether it answers.
    pub up: bool,
    /// Round trip of its last answer, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::U64, required = false)]
    pub rtt_us: Option<u64>,
}

/// How far this node's own witness log goes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LogStatus {
    /// Of which committee.
    #[schema(value_type = forms::Number)]
    pub keyset: KeysetId,
    /// Entries.
    #[schema(value_type = forms::U64)]
    pub size: u64,
    /// Merkle root, as hexadecimal digits.
    #[schema(value_type = forms::Hex32)]
    pub root: String,
    /// Whether it still waits for its peers before it votes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub starting: bool,
    /// Whether the keyset's time is over by this node's clock, and not by enough of the others'.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub waits_to_close: bool,
    /// Whether it no longer votes in this keyset.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub retired: bool,
    /// And why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RetiredBecause, required = false)]
    pub retired_because: Option<RetiredBecause>,
}

/// Why a witness never votes again in a keyset (ROLLBACK-13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RetiredBecause {
    /// Its log lacks what a head that it signed has.
    LogRolledBack,
    /// Its log lacks a vote of its own that a certificate holds.
    VoteForgotten,
    /// Its database is a restored backup.
    RestoredCopy,
    /// Two orders over one coin are certified.
    TwoCertificates,
    /// A reason that this program does not know yet.
    #[serde(other)]
    Other,
}

/// What kept a peer's log from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PeerLogTrouble {
    /// No answer came.
    Unreachable,
    /// It answered, but not with its log.
    NoLog,
    /// It has fewer entries than were read before.
    Shorter,
    /// What it showed breaks the rules of logs.
    Refused,
    /// What it showed could not be kept here.
    NotKept,
    /// A trouble that this program does not know yet.
    #[serde(other)]
    Other,
}

/// How far this node has read another witness's log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PeerLogStatus {
    /// Of which committee.
    #[schema(value_type = forms::Number)]
    pub keyset: KeysetId,
    /// Its place there.
    #[schema(value_type = forms::Number)]
    pub index: WitnessIndex,
    /// The store that runs it.
    #[schema(value_type = forms::Number)]
    pub store: StoreId,
    /// The store's name.
    pub name: String,
    /// Entries read.
    #[schema(value_type = forms::U64)]
    pub read: u64,
    /// Entries by the highest head that was seen of it.
    #[schema(value_type = forms::U64)]
    pub size: u64,
    /// Seconds since it was read to its end, if it was since this node started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::U64, required = false)]
    pub read_ago: Option<u64>,
    /// Why it could not be read last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = PeerLogTrouble, required = false)]
    pub trouble: Option<PeerLogTrouble>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub trouble_text: Option<String>,
}

/// How the node stands with the quorum.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct DeskStatus {
    /// Every witness of every open keyset.
    pub witnesses: Vec<WitnessStatus>,
    /// Orders accepted here and not yet completed.
    #[schema(value_type = forms::U64)]
    pub open_orders: u64,
    /// This node's own logs; none if it is no witness.
    pub log: Vec<LogStatus>,
    /// The other witnesses' logs as this witness reads them; none if it is no witness.
    pub peer_logs: Vec<PeerLogStatus>,
    /// Pieces of evidence kept here.
    #[schema(value_type = forms::U64)]
    pub evidence: u64,
    /// Seats on committees that the charter gives this node, and that it can't take.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub seats_not_taken: Vec<SeatNotTaken>,
    /// The room on the disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = DiskStatus, required = false)]
    pub disk: Option<DiskStatus>,
    /// What the database's writer has done since the node started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = StorageStatus, required = false)]
    pub storage: Option<StorageStatus>,
    /// How far the clock is off, if enough other stores say what theirs show.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ClockStatus, required = false)]
    pub clock: Option<ClockStatus>,
    /// What this node's clock shows, in milliseconds since 1970.
    #[schema(value_type = forms::U64)]
    pub now_ms: u64,
}

/// A seat that a node can't take.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeatNotTaken {
    /// On which committee.
    #[schema(value_type = forms::Number)]
    pub keyset: KeysetId,
    /// Why, with what to do.
    pub why: String,
}

/// The room on the disk of the database.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct DiskStatus {
    /// Mebibytes free.
    #[schema(value_type = forms::U64)]
    pub free_mib: u64,
    /// With less than so many the node promises nothing new.
    #[schema(value_type = forms::U64)]
    pub floor_mib: u64,
    /// Whether it does so now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub short: bool,
}

/// What the database's one writer has done since the node started. Each commit is synced to the disk.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct StorageStatus {
    /// Transactions that are durable.
    #[schema(value_type = forms::U64)]
    pub commits: u64,
    /// Jobs in them.
    #[schema(value_type = forms::U64)]
    pub jobs: u64,
    /// Most jobs in one of them.
    #[schema(value_type = forms::U64)]
    pub largest_batch: u64,
    /// Transactions that failed and were taken back.
    #[schema(value_type = forms::U64)]
    pub failures: u64,
}

/// How far this machine's clock is off.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ClockStatus {
    /// Milliseconds ahead of the others' median; below zero, behind.
    #[schema(value_type = forms::Milliseconds)]
    pub ahead_ms: i64,
    /// How many other stores were asked and answered.
    pub stores: usize,
}

/// Names a piece of evidence: the hash of its bytes (EVIDENCE-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceId(pub [u8; 32]);

/// The part of a node that takes orders to the quorum. It checks all that it is handed.
pub trait OrderDesk: Send + Sync + 'static {
    /// Writes the order down, then gathers votes and evaluations. Answers when that is decided, or after the node's
    /// patience with what it has; the rest goes on in the background. The same order again is the same order.
    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Outcome, DeskError>>;

    /// What became of an order, here or at the witnesses; `None` if nobody knows it.
    fn look_up(&self, keyset: KeysetId, digest: OrderDigest) -> BoxFuture<'_, Result<Option<Outcome>, DeskError>>;

    /// Takes a certificate that was got elsewhere, checks it, and passes it on to whoever lacks it.
    fn take_certificate(&self, certified: CertifiedOrder) -> BoxFuture<'_, Result<(), DeskError>>;

    /// The newest charter.
    fn charter(&self) -> Arc<Charter>;

    /// The signed charters from version 1 to the newest, as canonical bytes.
    fn charter_chain(&self) -> Result<Vec<Vec<u8>>, DeskError>;

    /// This store's number.
    fn store(&self) -> StoreId;

    /// This store's node key.
    fn node_key(&self) -> &SigningKey;

    /// How the node stands with the quorum.
    fn status(&self) -> BoxFuture<'_, Result<DeskStatus, DeskError>>;

    /// The oldest orders in hand, so many at most, and what the store issued today.
    fn in_hand(&self, most: usize) -> BoxFuture<'_, Result<InHand, DeskError>>;

    /// The books by this node's own log, or the best that it can have; none if it is no witness.
    fn books(&self) -> BoxFuture<'_, Result<Vec<KeysetBooks>, DeskError>>;

    /// Evidence that is kept here, by name: the bytes of an `Evidence` or `Exhibit`.
    fn evidence(&self) -> Result<Vec<(EvidenceId, Vec<u8>)>, DeskError>;

    /// One piece of it; `None` if none of this name is kept.
    fn piece(&self, id: &EvidenceId) -> Result<Option<Vec<u8>>, DeskError>;

    /// What the witnesses of a keyset say of the length of their prefixes, signed; n - f of them or more.
    fn bucket_lengths(&self, query: LengthQuery) -> BoxFuture<'_, Result<Vec<BucketLength>, DeskError>>;

    /// Pieces of a witness's bucket, signed, from where the question says; at least one, and no more than make a handy
    /// answer.
    fn bucket_pages(
        &self,
        index: WitnessIndex,
        query: BucketQuery,
    ) -> BoxFuture<'_, Result<Vec<BucketPage>, DeskError>>;

    /// What the witnesses say of a coin, signed; one of them or more. A probe that the coin's key did not sign is not passed
    /// on.
    fn probe(&self, probe: Probe) -> BoxFuture<'_, Result<Vec<ProbeAnswer>, DeskError>>;

    /// Entries of this node's own log from a position; `None` if it keeps none for the keyset.
    fn log_page(&self, keyset: KeysetId, from: u64) -> BoxFuture<'_, Result<Option<LogPage>, DeskError>>;

    /// This node's closing statement for the keyset; `None` if it keeps no log of it, or that is not frozen yet.
    fn statement(&self, keyset: KeysetId) -> BoxFuture<'_, Result<Option<ClosingStatement>, DeskError>>;
}

/// Who wants to know of orders and certificates.
pub trait Certified: Send + Sync {
    /// Called in the transaction that writes a submitted order down, whose signature was checked: what the order takes
    /// here (a checkout) is taken with it, or neither is written. The same order again changes nothing.
    fn take(&self, transaction: &mut dyn Transaction, order: &Order) -> Result<(), ShopError>;

    /// Called when that transaction is durable.
    fn taken(&self);

    /// Called at least once for every certified order that names this store, when its certificate, verified, is durable
    /// here: after an own submission, a certificate handed in, or a witness's feed. If it fails it must be called again
    /// later, or the till never hears of the payment.
    fn certified<'a>(&'a self, order: &'a Order, certificate: &'a Certificate) -> BoxFuture<'a, Result<(), ShopError>>;

    /// Called when an order that this node submitted is found never to be certified.
    fn refused<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<(), ShopError>>;

    /// Called when an order that this node submitted is forgotten because its columns were refused. It may come again.
    fn dropped<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<(), ShopError>>;
}
