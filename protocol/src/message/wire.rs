//! What nodes say to each other: one request per QUIC stream, one reply.

use super::{
    bucket::{BucketLength, BucketPage, BucketQuery, LengthQuery},
    certificate::Certificate,
    codec::{Bounded, Decode, Encode},
    evaluation::Evaluation,
    head::{Head, HeadAnswer},
    ids::{KeysetId, OrderDigest, WitnessIndex},
    log::{CertifiedOrder, LogEntry},
    order::{Order, SignedOrder},
    probe::{Probe, ProbeAnswer},
    refusal::Refusal,
    statement::ClosingStatement,
    vote::Vote,
};
use crate::{
    crypto::group::PointBytes,
    limits::{MAX_FEED_ENTRIES, MAX_INPUTS, MAX_LOG_ENTRIES, MAX_WITNESSES},
};

/// Most bytes of a charter in one reply.
pub const CHARTER_CHUNK: usize = 32 * 1024;

/// A request, by version of the protocol.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// ALPN `ronde/1`.
    V1(RequestV1),
}

/// A reply, in the version of its request.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// ALPN `ronde/1`.
    V1(ReplyV1),
}

/// What can be asked.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestV1 {
    /// Vote for this order.
    Vote(VoteRequest),
    /// Here is an order's certificate: write it down, and evaluate the outputs.
    Certify(CertifiedOrder),
    /// What became of this order?
    Order(OrderQuery),
    /// Certified orders that name the asking store, from a position of the log.
    Feed(FromPosition),
    /// Log entries from a position.
    Log(FromPosition),
    /// A witness that starts asks for its newest head.
    NewestHead(HeadQuery),
    /// A piece of a charter version.
    Charter(CharterQuery),
    /// How long are the prefixes of buckets?
    Length(LengthQuery),
    /// A piece of a bucket.
    Bucket(BucketQuery),
    /// Is this coin free?
    Probe(Probe),
    /// Here is the certificate of a Swap of an earlier keyset: write it down, and evaluate what moves into this one.
    Move(MoveRequest),
    /// The closing statement of the witness of a keyset.
    Statement(StatementQuery),
}

/// An order for a vote, with what this witness alone needs.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct VoteRequest {
    /// The order.
    pub signed: SignedOrder,
    /// This witness's components, one per input; none if the relay has none.
    pub column: Option<Bounded<PointBytes, MAX_INPUTS>>,
    /// Votes of other witnesses that the relay already holds.
    pub votes: Bounded<Vote, MAX_WITNESSES>,
}

/// Which order of which committee.
#[derive(Clone, Copy, Debug, Encode, Decode, serde::Serialize)]
pub struct OrderQuery {
    /// The committee.
    pub keyset: KeysetId,
    /// The order.
    pub digest: OrderDigest,
}

/// Where to begin reading a log.
#[derive(Clone, Copy, Debug, Encode, Decode, serde::Serialize)]
pub struct FromPosition {
    /// The committee.
    pub keyset: KeysetId,
    /// The first position wanted, from 0.
    pub from: u64,
}

/// A starting witness's question.
#[derive(Clone, Copy, Debug, Encode, Decode, serde::Serialize)]
pub struct HeadQuery {
    /// The committee.
    pub keyset: KeysetId,
    /// Who asks, about itself.
    pub asker: WitnessIndex,
    /// Fresh, so that an old answer can't be replayed.
    #[serde(serialize_with = "super::json::bytes")]
    pub nonce: [u8; 32],
}

/// A piece of a charter version's bytes.
#[derive(Clone, Copy, Debug, Encode, Decode, serde::Serialize)]
pub struct CharterQuery {
    /// Which version; 0 for the newest.
    pub version: u64,
    /// From which byte of the signed charter.
    pub offset: u64,
}

/// A certified Swap, for a witness of the later keyset that it moves points into.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct MoveRequest {
    /// The later committee, which is asked; the order names its own.
    pub keyset: KeysetId,
    /// The order and its certificate.
    pub certified: CertifiedOrder,
}

/// Whose closing statement is wanted.
#[derive(Clone, Copy, Debug, Encode, Decode, serde::Serialize)]
pub struct StatementQuery {
    /// The committee.
    pub keyset: KeysetId,
}

/// What can be answered.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // Replies are made one at a time and encoded at once.
pub enum ReplyV1 {
    /// A vote, and how far the log goes with it.
    Voted(Voted),
    /// The order is certified.
    Certified(Certified),
    /// What became of the order.
    Order(OrderState),
    /// A piece of the feed.
    Feed(FeedPage),
    /// A piece of the log.
    Log(LogPage),
    /// The asker's newest head, signed.
    NewestHead(HeadAnswer),
    /// A piece of a charter.
    Charter(CharterChunk),
    /// Not done, and why.
    Refused(Refusal),
    /// How long prefixes are.
    Length(BucketLength),
    /// A piece of a bucket.
    Bucket(BucketPage),
    /// A coin's state.
    Probe(ProbeAnswer),
    /// The witness's closing statement.
    Statement(ClosingStatement),
}

/// A vote on its way to a gateway.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct Voted {
    /// The vote.
    pub vote: Vote,
    /// The witness's log head, which holds it.
    pub head: Head,
}

/// A certified order's state at one witness.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct Certified {
    /// q votes.
    pub certificate: Certificate,
    /// This witness's evaluation of the outputs.
    pub evaluation: Evaluation,
    /// The witness's log head, which holds the certificate.
    pub head: Head,
}

/// What a witness knows of an order.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)]
pub enum OrderState {
    /// It voted for it.
    Voted {
        /// The body.
        signed: SignedOrder,
        /// Its vote.
        vote: Vote,
    },
    /// It saw its certificate.
    Certified {
        /// The body.
        order: Order,
        /// q votes.
        certificate: Certificate,
        /// Its evaluation.
        evaluation: Evaluation,
    },
    /// It voted for it, and then a conflicting order was certified.
    Dead {
        /// The body, so that anyone sees that the two conflict.
        order: Order,
        /// The order that was certified.
        by: CertifiedOrder,
    },
}

/// A certified order that names a store.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct FeedEntry {
    /// Its position in the witness's log.
    pub position: u64,
    /// The order and its certificate.
    pub certified: CertifiedOrder,
}

/// A piece of a store's feed.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct FeedPage {
    /// By increasing position.
    pub entries: Bounded<FeedEntry, MAX_FEED_ENTRIES>,
    /// Where to go on.
    pub next: u64,
    /// Whether there is more at once.
    pub more: bool,
}

/// A piece of a log.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct LogPage {
    /// In the log's order, without gaps.
    pub entries: Bounded<LogEntry, MAX_LOG_ENTRIES>,
    /// The whole log's head.
    pub head: Head,
}

/// A piece of a charter.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct CharterChunk {
    /// Which version it is.
    pub version: u64,
    /// Length of the whole signed charter, in bytes.
    pub total: u64,
    /// The piece.
    #[serde(serialize_with = "super::json::bytes")]
    pub bytes: Bounded<u8, CHARTER_CHUNK>,
}
