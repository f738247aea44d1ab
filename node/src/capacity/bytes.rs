//! How long an order's messages and records are, by the codec itself.

use ronde_protocol::crypto::group::{PointBytes, ScalarBytes};
use ronde_protocol::crypto::sign::Signature;
use ronde_protocol::crypto::spend::SpendSignature;
use ronde_protocol::limits::{MAX_INPUTS, MAX_OUTPUTS, MAX_WITNESSES};
use ronde_protocol::machine::witness::record::{CoinRecord, OrderRecord};
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::class::{Class, Kind};
use ronde_protocol::message::codec::{Bounded, Encode, encode};
use ronde_protocol::message::evaluation::{Evaluation, NO_PROOF};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{FederationId, KeysetId, OrderDigest, Reference, StoreId, WitnessIndex};
use ronde_protocol::message::log::{CertifiedOrder, LogEntry};
use ronde_protocol::message::order::{Authorization, Column, Input, Order, Output, Purpose, SignedOrder, Submission};
use ronde_protocol::message::vote::Vote;
use ronde_protocol::message::wire::{Certified, Reply, ReplyV1, Request, RequestV1, VoteRequest, Voted};

/// What an order looks like: all that its lengths depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Coins that it spends.
    pub inputs: usize,
    /// Coins that it makes.
    pub outputs: usize,
    /// What for.
    pub purpose: Purpose,
}

/// Lengths in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lengths {
    /// A request for a vote and the answer, then the certificate and the evaluation: all between the store and a witness.
    pub call: f64,
    /// Both entries of a log.
    pub log: f64,
    /// What a wallet hands in, and what it gets.
    pub submission: f64,
    /// A row of the spent set, without its key.
    pub coin: usize,
    /// The order's record of a witness, without its key.
    pub record: usize,
    /// The entry `Voted`.
    pub voted_entry: usize,
    /// The entry `Certified`.
    pub certified_entry: usize,
}

/// In a committee of n with quorum q.
#[must_use]
pub fn lengths(shape: Shape, witnesses: usize, quorum: usize) -> Lengths {
    let signed = signed(shape);
    let order = signed.order.clone();
    let certificate = certificate(quorum);
    let evaluation = evaluation(shape.outputs);
    let certified = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
    let column = (shape.inputs > 0).then(|| list(POINT, shape.inputs));
    let head = Head { index: WitnessIndex(0), size: 0, root: [0; 32], signature: SIGNATURE };
    let vote_request = VoteRequest { signed: signed.clone(), column, votes: Bounded::default() };
    let request = |request| length(&Request::V1(request));
    let reply = |reply| length(&Reply::V1(reply));
    let answer = Certified { certificate: certificate.clone(), evaluation: evaluation.clone(), head };
    let call = request(RequestV1::Vote(vote_request))
        + reply(ReplyV1::Voted(Voted { vote: VOTE, head }))
        + request(RequestV1::Certify(certified.clone()))
        + reply(ReplyV1::Certified(answer));
    let columns = if shape.inputs > 0 { witnesses } else { 0 };
    let column = Column { index: WitnessIndex(0), components: list(POINT, shape.inputs) };
    let handed_in = Submission { signed: signed.clone(), columns: list_of::<_, MAX_WITNESSES>(&column, columns) };
    let got = length(&certificate) + witnesses.saturating_mul(length(&evaluation));
    let voted_entry = length(&LogEntry::Voted(signed));
    let certified_entry = length(&LogEntry::Certified(certified));
    Lengths {
        call: call as f64,
        log: voted_entry.saturating_add(certified_entry) as f64,
        submission: length(&handed_in).saturating_add(got) as f64,
        coin: length(&CoinRecord { digest: DIGEST, spent: true }),
        record: length(&OrderRecord::Certified { order, certificate, evaluation }),
        voted_entry,
        certified_entry,
    }
}

const POINT: PointBytes = PointBytes([0; 32]);
const SIGNATURE: Signature = Signature([0; 64]);
const VOTE: Vote = Vote { index: WitnessIndex(0), signature: SIGNATURE };
const DIGEST: OrderDigest = OrderDigest([0; 32]);
const KIND: Kind = Kind::Points { denomination: 1 };

fn length<T: Encode>(message: &T) -> usize {
    encode(message).len()
}

/// So many of one; not more than the list takes.
fn list_of<T: Clone, const MAX: usize>(one: &T, count: usize) -> Bounded<T, MAX> {
    Bounded::new(vec![one.clone(); count.min(MAX)]).unwrap_or_default()
}

fn list(point: PointBytes, count: usize) -> Bounded<PointBytes, MAX_INPUTS> {
    list_of(&point, count)
}

fn signed(shape: Shape) -> SignedOrder {
    let input = Input { kind: KIND, point: POINT };
    let output = Output { class: Class { keyset: KeysetId(1), kind: KIND }, blinded: POINT };
    let order = Order {
        federation: FederationId([0; 32]),
        keyset: KeysetId(1),
        store: StoreId(1),
        purpose: shape.purpose,
        reference: Reference([0; 32]),
        time: 0,
        inputs: list_of(&input, shape.inputs),
        outputs: list_of::<_, MAX_OUTPUTS>(&output, shape.outputs),
    };
    let authorization = if shape.inputs > 0 {
        Authorization::Spend(SpendSignature { r: POINT, s: ScalarBytes([0; 32]) })
    } else {
        Authorization::Store(SIGNATURE)
    };
    SignedOrder { order, authorization }
}

fn certificate(quorum: usize) -> Certificate {
    Certificate { keyset: KeysetId(1), digest: DIGEST, votes: list_of(&VOTE, quorum) }
}

fn evaluation(outputs: usize) -> Evaluation {
    let evaluated = list_of(&POINT, outputs);
    let (keyset, index, digest) = (KeysetId(1), WitnessIndex(0), DIGEST);
    Evaluation { keyset, index, digest, evaluated, proof: NO_PROOF, signature: SIGNATURE }
}
