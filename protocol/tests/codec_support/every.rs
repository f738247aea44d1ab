//! Every message by name, so that a test can say something about all of them.

use ronde_protocol::{
    limits::{MAX_CHARTER_BYTES, MAX_EVIDENCE_BYTES, MAX_MESSAGE_BYTES, MAX_SUBMISSION_BYTES},
    message::{
        codec::{BadEncoding, decode, encode},
        refusal::{ExpectedCode, Refusal, Rule},
    },
};

pub const RULES: [Rule; 15] = [
    Rule::Inputs,
    Rule::Outputs,
    Rule::Kind,
    Rule::Denomination,
    Rule::OutputKeyset,
    Rule::Balance,
    Rule::Overflow,
    Rule::Store,
    Rule::Reference,
    Rule::PledgeDay,
    Rule::Ballot,
    Rule::Choice,
    Rule::Issuer,
    Rule::Authorization,
    Rule::Columns,
];

pub const EXPECTED: [ExpectedCode; 9] = [
    ExpectedCode::MoreBytes,
    ExpectedCode::End,
    ExpectedCode::Shorter,
    ExpectedCode::Variant,
    ExpectedCode::Flag,
    ExpectedCode::Text,
    ExpectedCode::Canonical,
    ExpectedCode::Element,
    ExpectedCode::Sorted,
];

/// Refusals that carry nothing.
pub fn plain_refusals() -> Vec<Refusal> {
    vec![
        Refusal::OtherFederation,
        Refusal::CharterBehind,
        Refusal::CharterExpired,
        Refusal::Closed,
        Refusal::BadSignature,
        Refusal::CoinUnknown,
        Refusal::NoColumn,
        Refusal::BadCertificate,
        Refusal::Unknown,
        Refusal::Forbidden,
        Refusal::Busy,
        Refusal::StorageFailed,
        Refusal::RolloverBehind,
    ]
}

/// Decodes and encodes again.
pub type Again = fn(&[u8], usize) -> Result<Vec<u8>, BadEncoding>;

/// One message: its bytes, its bound, and how it is read.
#[derive(Clone)]
pub struct Sample {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub max: usize,
    pub again: Again,
}

impl std::fmt::Debug for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, hex::encode(&self.bytes))
    }
}

macro_rules! every {
    ($($name:ident: $type:ty, $max:expr;)+) => {
        /// Any message, with what reads it.
        pub fn sample() -> proptest::prelude::BoxedStrategy<Sample> {
            use proptest::prelude::*;
            let each: Vec<BoxedStrategy<Sample>> = vec![$(
                super::any::$name()
                    .prop_map(|value| Sample {
                        name: stringify!($name),
                        bytes: encode(&value),
                        max: $max,
                        again: |bytes, max| decode::<$type>(bytes, max).map(|value| encode(&value)),
                    })
                    .boxed()
            ),+];
            prop::strategy::Union::new(each).boxed()
        }
    };
}

every! {
    order: ronde_protocol::message::order::Order, MAX_MESSAGE_BYTES;
    signed_order: ronde_protocol::message::order::SignedOrder, MAX_MESSAGE_BYTES;
    submission: ronde_protocol::message::order::Submission, MAX_SUBMISSION_BYTES;
    vote: ronde_protocol::message::vote::Vote, MAX_MESSAGE_BYTES;
    certificate: ronde_protocol::message::certificate::Certificate, MAX_MESSAGE_BYTES;
    evaluation: ronde_protocol::message::evaluation::Evaluation, MAX_MESSAGE_BYTES;
    head: ronde_protocol::message::head::Head, MAX_MESSAGE_BYTES;
    head_answer: ronde_protocol::message::head::HeadAnswer, MAX_MESSAGE_BYTES;
    signed_offer: ronde_protocol::message::offer::SignedOffer, MAX_MESSAGE_BYTES;
    closing_statement: ronde_protocol::message::statement::ClosingStatement, MAX_MESSAGE_BYTES;
    refusal: ronde_protocol::message::refusal::Refusal, MAX_MESSAGE_BYTES;
    request: ronde_protocol::message::wire::Request, MAX_MESSAGE_BYTES;
    reply: ronde_protocol::message::wire::Reply, MAX_MESSAGE_BYTES;
    bucket_query: ronde_protocol::message::bucket::BucketQuery, MAX_MESSAGE_BYTES;
    bucket_page: ronde_protocol::message::bucket::BucketPage, MAX_MESSAGE_BYTES;
    probe: ronde_protocol::message::probe::Probe, MAX_MESSAGE_BYTES;
    probe_answer: ronde_protocol::message::probe::ProbeAnswer, MAX_MESSAGE_BYTES;
    refund_claim: ronde_protocol::message::refund::RefundClaim, MAX_MESSAGE_BYTES;
    log_entry: ronde_protocol::message::log::LogEntry, MAX_MESSAGE_BYTES;
    signed_charter: ronde_protocol::message::charter::SignedCharter, MAX_CHARTER_BYTES;
    evidence: ronde_protocol::message::evidence::Evidence, MAX_EVIDENCE_BYTES;
}
