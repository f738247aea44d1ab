//! Every message at its widest fits its bound, so that no honest answer is ever too long to be read (LIMIT-1).

use crate::codec_support;

use codec_support::{list, points};
use ronde_protocol::{
    crypto::{
        group::{PointBytes, ScalarBytes},
        sign::Signature,
        spend::SpendSignature,
    },
    limits::*,
    message::{
        amount::Points,
        bucket::{BucketEntry, BucketPage},
        certificate::Certificate,
        class::Class,
        codec::{Bounded, Encode, encode},
        evaluation::{Evaluation, NO_PROOF},
        evidence::Evidence,
        head::{Head, HeadAnswer},
        ids::{AssociationId, FederationId, KeysetId, OrderDigest, Reference, StoreId, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::{Authorization, Column, Input, Order, Output, Purpose, SignedOrder, Submission},
        probe::{CoinState, ProbeAnswer},
        refusal::{Conflict, ConflictingOrder, Refusal},
        vote::Vote,
        wire::*,
    },
};

const POINT: PointBytes = PointBytes([0xff; 32]);
const SIGNATURE: Signature = Signature([0xff; 64]);
const INDEX: WitnessIndex = WitnessIndex(30);
const KEYSET: KeysetId = KeysetId(1);
const DIGEST: OrderDigest = OrderDigest([0xff; 32]);

fn full<T: Clone + core::fmt::Debug, const MAX: usize>(item: T) -> Bounded<T, MAX> {
    list(vec![item; MAX])
}

fn order() -> Order {
    let class = Class { keyset: KEYSET, kind: points(1) };
    Order {
        federation: FederationId([0xff; 32]),
        keyset: KEYSET,
        store: StoreId(1),
        // The longest purpose.
        purpose: Purpose::Pledge { association: AssociationId(1), points: Points(1) },
        reference: Reference([0xff; 32]),
        time: u64::MAX,
        inputs: full(Input { kind: points(1), point: POINT }),
        outputs: full(Output { class, blinded: POINT }),
    }
}

fn signed() -> SignedOrder {
    SignedOrder {
        order: order(),
        authorization: Authorization::Spend(SpendSignature { r: POINT, s: ScalarBytes([0xff; 32]) }),
    }
}

fn vote() -> Vote {
    Vote { index: INDEX, signature: SIGNATURE }
}

fn certificate() -> Certificate {
    Certificate { keyset: KEYSET, digest: DIGEST, votes: full(vote()) }
}

fn certified() -> CertifiedOrder {
    CertifiedOrder { order: order(), certificate: certificate() }
}

fn evaluation() -> Evaluation {
    Evaluation {
        keyset: KEYSET,
        index: INDEX,
        digest: DIGEST,
        evaluated: full(POINT),
        proof: NO_PROOF,
        signature: SIGNATURE,
    }
}

fn head() -> Head {
    Head { index: INDEX, size: u64::MAX, root: [0xff; 32], signature: SIGNATURE }
}

#[track_caller]
fn fits<T: Encode>(value: &T, bound: usize) {
    let length = encode(value).len();
    assert!(length <= bound, "{length} bytes, at most {bound}");
}

#[test]
fn every_request_fits_a_message() {
    let vote = VoteRequest { signed: signed(), column: Some(full(POINT)), votes: full(vote()) };
    fits(&Request::V1(RequestV1::Vote(vote)), MAX_MESSAGE_BYTES);
    fits(&Request::V1(RequestV1::Certify(certified())), MAX_MESSAGE_BYTES);
}

#[test]
fn every_reply_fits_a_message() {
    let conflict = |other| Conflict { other, certificate: Some(certificate()) };
    let refused = |other| ReplyV1::Refused(Refusal::Conflict(Box::new(conflict(other))));
    let state = OrderState::Certified { order: order(), certificate: certificate(), evaluation: evaluation() };
    for reply in [
        ReplyV1::Voted(Voted { vote: vote(), head: head() }),
        ReplyV1::Certified(Certified { certificate: certificate(), evaluation: evaluation(), head: head() }),
        ReplyV1::Order(OrderState::Voted { signed: signed(), vote: vote() }),
        ReplyV1::Order(state),
        ReplyV1::Order(OrderState::Dead { order: certified().order, by: certified() }),
        ReplyV1::NewestHead(HeadAnswer { index: INDEX, newest: Some(head()), signature: SIGNATURE }),
        ReplyV1::Probe(ProbeAnswer { index: INDEX, state: CoinState::Bound(signed()), signature: SIGNATURE }),
        ReplyV1::Probe(ProbeAnswer { index: INDEX, state: CoinState::Spent(certified()), signature: SIGNATURE }),
        ReplyV1::Charter(CharterChunk { version: 1, total: 1, bytes: full(0xff) }),
        refused(ConflictingOrder::Signed(signed())),
        refused(ConflictingOrder::Certified(order())),
    ] {
        fits(&Reply::V1(reply), MAX_MESSAGE_BYTES);
    }
}

#[test]
fn a_page_cut_where_it_must_be_still_fits_with_one_more_entry() {
    let room = MAX_MESSAGE_BYTES - LOG_ANSWER_BYTES;
    for entry in [LogEntry::Voted(signed()), LogEntry::Certified(certified())] {
        fits(&Reply::V1(ReplyV1::Log(LogPage { entries: list(vec![entry]), head: head() })), room);
    }
    let entries = list(vec![FeedEntry { position: u64::MAX, certified: certified() }]);
    fits(&Reply::V1(ReplyV1::Feed(FeedPage { entries, next: 1, more: true })), room);
    let entry = BucketEntry { blinded: POINT, certified: certified(), evaluation: evaluation() };
    let page = BucketPage { index: INDEX, entries: list(vec![entry]), more: true, signature: SIGNATURE };
    fits(&Reply::V1(ReplyV1::Bucket(page)), room);
}

#[test]
fn a_submission_with_every_column_fits() {
    let columns = full(Column { index: INDEX, components: full(POINT) });
    fits(&Submission { signed: signed(), columns }, MAX_SUBMISSION_BYTES);
}

#[test]
fn evidence_fits() {
    let (first, second) = (order(), order());
    let double = Evidence::DoubleVote { first, first_vote: vote(), second, second_vote: vote() };
    // Small enough to travel as a message, too.
    fits(&double, MAX_MESSAGE_BYTES);
    fits(&Evidence::BadEvaluation { order: order(), evaluation: evaluation() }, MAX_MESSAGE_BYTES);
    let fork = Evidence::Fork { keyset: KEYSET, shorter: head(), longer: head(), subtrees: full([0xff; 32]) };
    fits(&fork, MAX_EVIDENCE_BYTES);
}
