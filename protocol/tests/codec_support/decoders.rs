//! Every decoder by the name that the specification's tables give its message. The fuzz targets use this file too.

use ronde_protocol::{
    crypto::{possession::PossessionProof, proof::EvaluationProof, spend::SpendSignature},
    limits::{MAX_CHARTER_BYTES, MAX_EVIDENCE_BYTES, MAX_MESSAGE_BYTES, MAX_SUBMISSION_BYTES},
    machine::{
        audit::{Exhibit, Logged, LoggedEntry, MAX_EXHIBIT_BYTES},
        gateway,
        till::{checkout::Checkout, grant::Grant},
        wallet::WalletBook,
        witness::{
            outstanding::{Outstanding, Seen},
            peers::Followed,
            record::{CoinRecord, Counter, OrderRecord, Retirement},
        },
    },
    message::{
        bucket::{BucketEntry, BucketLength, BucketPage, BucketPlace, BucketQuery, LengthQuery},
        certificate::Certificate,
        charter::{
            Association, Campaign, CharterBody, Genesis, KeysetEntry, MemberEntry, PointValue, SignedCharter,
            StewardSignature, Stewards, Store, UnspentFate, VoucherOffer,
        },
        class::{Class, Kind},
        codec::{BadEncoding, decode, encode},
        evaluation::Evaluation,
        evidence::Evidence,
        head::{Head, HeadAnswer},
        log::{CertifiedOrder, LogEntry},
        offer::{Offer, SignedOffer},
        order::{Authorization, Column, Input, Order, Output, Purpose, SignedOrder, Submission},
        probe::{CoinState, Probe, ProbeAnswer},
        refund::RefundClaim,
        refusal::{Conflict, ConflictingOrder, ExpectedCode, NotVoting, Refusal, Rule},
        statement::ClosingStatement,
        vote::Vote,
        wire::{
            Certified, CharterChunk, CharterQuery, FeedEntry, FeedPage, FromPosition, HeadQuery, LogPage, MoveRequest,
            OrderQuery, OrderState, Reply, ReplyV1, Request, RequestV1, StatementQuery, VoteRequest, Voted,
        },
    },
};

/// One decoder.
#[derive(Clone, Copy)]
pub struct Decoder {
    /// As the specification's table is called; a record of a node or wallet as its type.
    pub name: &'static str,
    /// Most bytes that are read.
    pub max: usize,
    /// Decodes and encodes again.
    pub again: fn(&[u8], usize) -> Result<Vec<u8>, BadEncoding>,
}

macro_rules! decoders {
    ($($type:ty, $max:expr;)+) => {
        &[$(Decoder {
            name: stringify!($type),
            max: $max,
            again: |bytes, max| decode::<$type>(bytes, max).map(|value| encode(&value)),
        }),+]
    };
}

/// Messages of the specification. A corpus names them by their place, so new ones go to the end.
pub const MESSAGES: &[Decoder] = decoders! {
    Order, MAX_MESSAGE_BYTES;
    SignedOrder, MAX_MESSAGE_BYTES;
    Submission, MAX_SUBMISSION_BYTES;
    Vote, MAX_MESSAGE_BYTES;
    Certificate, MAX_MESSAGE_BYTES;
    Evaluation, MAX_MESSAGE_BYTES;
    Head, MAX_MESSAGE_BYTES;
    HeadAnswer, MAX_MESSAGE_BYTES;
    SignedOffer, MAX_MESSAGE_BYTES;
    Refusal, MAX_MESSAGE_BYTES;
    Request, MAX_MESSAGE_BYTES;
    Reply, MAX_MESSAGE_BYTES;
    LogEntry, MAX_MESSAGE_BYTES;
    SignedCharter, MAX_CHARTER_BYTES;
    Evidence, MAX_EVIDENCE_BYTES;
    Exhibit, MAX_EXHIBIT_BYTES;
    Kind, MAX_MESSAGE_BYTES;
    Class, MAX_MESSAGE_BYTES;
    EvaluationProof, MAX_MESSAGE_BYTES;
    SpendSignature, MAX_MESSAGE_BYTES;
    Stewards, MAX_CHARTER_BYTES;
    Genesis, MAX_CHARTER_BYTES;
    Store, MAX_CHARTER_BYTES;
    PossessionProof, MAX_CHARTER_BYTES;
    MemberEntry, MAX_CHARTER_BYTES;
    KeysetEntry, MAX_CHARTER_BYTES;
    PointValue, MAX_CHARTER_BYTES;
    UnspentFate, MAX_CHARTER_BYTES;
    Association, MAX_CHARTER_BYTES;
    Campaign, MAX_CHARTER_BYTES;
    VoucherOffer, MAX_CHARTER_BYTES;
    CharterBody, MAX_CHARTER_BYTES;
    StewardSignature, MAX_CHARTER_BYTES;
    Input, MAX_MESSAGE_BYTES;
    Output, MAX_MESSAGE_BYTES;
    Purpose, MAX_MESSAGE_BYTES;
    Authorization, MAX_MESSAGE_BYTES;
    Column, MAX_SUBMISSION_BYTES;
    Offer, MAX_MESSAGE_BYTES;
    RequestV1, MAX_MESSAGE_BYTES;
    VoteRequest, MAX_MESSAGE_BYTES;
    OrderQuery, MAX_MESSAGE_BYTES;
    FromPosition, MAX_MESSAGE_BYTES;
    HeadQuery, MAX_MESSAGE_BYTES;
    CharterQuery, MAX_MESSAGE_BYTES;
    ReplyV1, MAX_MESSAGE_BYTES;
    Voted, MAX_MESSAGE_BYTES;
    Certified, MAX_MESSAGE_BYTES;
    OrderState, MAX_MESSAGE_BYTES;
    FeedEntry, MAX_MESSAGE_BYTES;
    FeedPage, MAX_MESSAGE_BYTES;
    LogPage, MAX_MESSAGE_BYTES;
    CharterChunk, MAX_MESSAGE_BYTES;
    CertifiedOrder, MAX_MESSAGE_BYTES;
    Logged, MAX_EXHIBIT_BYTES;
    LoggedEntry, MAX_EXHIBIT_BYTES;
    Rule, MAX_MESSAGE_BYTES;
    NotVoting, MAX_MESSAGE_BYTES;
    ExpectedCode, MAX_MESSAGE_BYTES;
    Conflict, MAX_MESSAGE_BYTES;
    ConflictingOrder, MAX_MESSAGE_BYTES;
    ClosingStatement, MAX_MESSAGE_BYTES;
    MoveRequest, MAX_MESSAGE_BYTES;
    StatementQuery, MAX_MESSAGE_BYTES;
    LengthQuery, MAX_MESSAGE_BYTES;
    BucketLength, MAX_MESSAGE_BYTES;
    BucketPlace, MAX_MESSAGE_BYTES;
    BucketQuery, MAX_MESSAGE_BYTES;
    BucketEntry, MAX_MESSAGE_BYTES;
    BucketPage, MAX_MESSAGE_BYTES;
    Probe, MAX_MESSAGE_BYTES;
    ProbeAnswer, MAX_MESSAGE_BYTES;
    CoinState, MAX_MESSAGE_BYTES;
    RefundClaim, MAX_MESSAGE_BYTES;
};

/// What nodes and wallets read back from their own disks, which are trusted no more than peers.
pub const RECORDS: &[Decoder] = decoders! {
    gateway::OpenOrder, MAX_EVIDENCE_BYTES;
    Grant, MAX_EVIDENCE_BYTES;
    Checkout, MAX_EVIDENCE_BYTES;
    CoinRecord, MAX_EVIDENCE_BYTES;
    OrderRecord, MAX_EVIDENCE_BYTES;
    Counter, MAX_EVIDENCE_BYTES;
    Retirement, MAX_EVIDENCE_BYTES;
    Followed, MAX_EVIDENCE_BYTES;
    WalletBook, MAX_EVIDENCE_BYTES;
    Outstanding, MAX_EVIDENCE_BYTES;
    Seen, MAX_EVIDENCE_BYTES;
};
