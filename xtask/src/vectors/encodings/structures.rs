//! Messages that are right, but for replies that refuse.

use ronde_protocol::{
    crypto::PointBytes,
    machine::audit::Exhibit,
    message::{
        amount::Points,
        bucket::LengthQuery,
        certificate::Certificate,
        codec::encode,
        evidence::Evidence,
        head::Head,
        ids::{AssociationId, KeysetId, OrderDigest, StoreId, WitnessIndex},
        log::LogEntry,
        order::{Order, Purpose},
        probe::CoinState,
        statement::ClosingStatement,
        wire::{
            Certified, CharterQuery, FeedEntry, FeedPage, HeadQuery, LogPage, MoveRequest, OrderQuery, OrderState,
            Reply, ReplyV1, Request, RequestV1, StatementQuery, VoteRequest, Voted,
        },
    },
};

use super::samples::*;
use super::{Tests, bytes_of, good};

/// All of them.
pub fn tests() -> Tests {
    let mut tests = orders();
    tests.extend(proofs());
    tests.extend(charters());
    tests.extend(requests());
    tests.extend(answers());
    tests
}

fn orders() -> Tests {
    let one = AssociationId(5);
    let later = {
        let mut order = order(Purpose::Swap, &[points(8)], &[points(4), points(4)]);
        order.store = StoreId::NONE;
        let mut outputs = order.outputs.into_vec();
        outputs[1].class.keyset = KeysetId(2);
        Order { outputs: list(outputs), ..order }
    };
    let no_element = {
        let mut order = vote_order();
        let mut inputs = order.inputs.into_vec();
        inputs[0].point = PointBytes([0xff; 32]);
        order.inputs = list(inputs);
        order
    };
    let pledge = Purpose::Pledge { association: one, points: Points(1000) };
    let unsorted = order(Purpose::Donate { association: one }, &[points(1), points(1)], &[]);
    let swapped = Order { inputs: list(unsorted.inputs.iter().rev().copied()), ..unsorted.clone() };
    vec![
        good("order", "an order that casts a ballot", "Order", &vote_order()),
        good("order-earn", "an order without inputs, with a ballot", "Order", &earn()),
        good("order-redeem", "a payment with a voucher and change", "Order", &redeem()),
        good("order-swap", "a swap into a later keyset", "Order", &later),
        good("order-donate", "an order that gives points away", "Order", &unsorted),
        good("order-pledge", "a store's gift", "Order", &order(pledge, &[], &[])),
        bytes_of(
            "order-swapped-inputs",
            "ENC-11",
            "the same gift's inputs in the other order: not the decoder's concern",
            "Order",
            &encode(&swapped),
        )
        .valid(),
        bytes_of(
            "order-no-element",
            "ENC-11",
            "P is no element: not the decoder's concern",
            "Order",
            &encode(&no_element),
        )
        .valid(),
        good("signed-order-by-coins", "with a spend signature", "SignedOrder", &by_coins(redeem())),
        good("signed-order-by-store", "with a store's signature", "SignedOrder", &by_store(earn())),
        good("submission", "with the columns of two witnesses", "Submission", &submission()),
        good("offer", "a store's offer", "Offer", &offer()),
        good("signed-offer", "a store's offer, signed", "SignedOffer", &signed_offer()),
    ]
}

/// Keyset 1's, by the witness with index 2.
fn closing_statement() -> ClosingStatement {
    let Head { index, size, root, signature } = head(3);
    ClosingStatement { keyset: KeysetId(1), index, size, root, signature }
}

fn proofs() -> Tests {
    let none = Certificate { votes: list([]), ..certificate() };
    let bad = Evidence::BadEvaluation { order: redeem(), evaluation: evaluation() };
    vec![
        good("vote", "a vote of a witness", "Vote", &vote(2)),
        good("certificate", "three votes", "Certificate", &certificate()),
        good(
            "certificate-without-votes",
            "no vote: how many there must be is not the decoder's concern",
            "Certificate",
            &none,
        ),
        good("evaluation", "of two outputs", "Evaluation", &evaluation()),
        good(
            "evaluation-of-nothing",
            "of an order without outputs: the proof is 64 zero bytes",
            "Evaluation",
            &no_evaluation(),
        ),
        good("head", "a head of 3 entries", "Head", &head(3)),
        good("head-answer", "with a head", "HeadAnswer", &head_answer(Some(head(3)))),
        good("head-answer-without-head", "without one", "HeadAnswer", &head_answer(None)),
        good("closing-statement", "a closing statement of 3 entries", "ClosingStatement", &closing_statement()),
        good("certified-order", "an order and its certificate", "CertifiedOrder", &certified()),
        good("log-entry-voted", "an entry of a vote", "LogEntry", &LogEntry::Voted(by_coins(redeem()))),
        good("log-entry-certified", "an entry of a certificate", "LogEntry", &LogEntry::Certified(certified())),
        good("evidence-double-vote", "two votes, each with its order", "Evidence", &double_vote()),
        good("evidence-bad-evaluation", "an evaluation", "Evidence", &bad),
        good("evidence-fork", "two heads and three hashes", "Evidence", &fork(&["leaf 0", "leaf 1", "leaf 2"])),
        good("evidence-fork-without-subtrees", "two heads alone", "Evidence", &fork(&[])),
        good("exhibit-witness", "evidence against a witness as an exhibit", "Exhibit", &Exhibit::Witness(fork(&[]))),
        good("exhibit-logged", "an entry under a head", "Exhibit", &logged()),
        good("exhibit-order", "a certified order", "Exhibit", &Exhibit::Order(certified())),
        good(
            "exhibit-store",
            "two orders of one store",
            "Exhibit",
            &Exhibit::Store { first: by_store(earn()), second: by_store(redeem()) },
        ),
        good(
            "exhibit-closed",
            "a closing statement and a head",
            "Exhibit",
            &Exhibit::Closed { statement: closing_statement(), head: head(3) },
        ),
        good(
            "exhibit-closed-twice",
            "two closing statements",
            "Exhibit",
            &Exhibit::ClosedTwice { first: closing_statement(), second: closing_statement() },
        ),
    ]
}

fn charters() -> Tests {
    let longest = "é".repeat(100);
    vec![
        good("genesis", "a genesis block", "Genesis", &genesis()),
        good("store", "a store of a charter", "Store", &store("Épicerie du coin")),
        good("store-without-name", "a text of no byte", "Store", &store("")),
        bytes_of("store-longest-name", "ENC-8", "a text of exactly 200 bytes", "Store", &encode(&store(&longest)))
            .flag("boundary")
            .valid(),
        bytes_of(
            "store-soft-hyphen",
            "ENC-9",
            "a character of category Cf is no control character",
            "Store",
            &encode(&store("a\u{ad}b\u{200b}")),
        )
        .flag("boundary")
        .valid(),
        good("store-beyond-the-plane", "a character of four bytes", "Store", &store("\u{1f33b}\u{10ffff}")),
        good("voucher-offer", "a voucher offer", "VoucherOffer", &voucher_offer()),
        good("charter-body", "version 1 with something in each list", "CharterBody", &first_version()),
        good("charter-body-later", "a later version that settles a fork", "CharterBody", &later_version()),
        good("signed-charter", "version 1 under two signatures", "SignedCharter", &signed_charter()),
    ]
}

fn requests() -> Tests {
    let request = |slug: &str, comment: &str, request: RequestV1| good(slug, comment, "Request", &Request::V1(request));
    let without = VoteRequest { column: None, votes: list([]), ..vote_request() };
    let empty = VoteRequest { column: Some(list([])), votes: list([]), ..vote_request() };
    let (keyset, digest) = (KeysetId(1), OrderDigest(hash("digest")));
    let query = HeadQuery { keyset, asker: WitnessIndex(2), nonce: hash("nonce") };
    vec![
        request("request-vote", "with a column and the votes of two others", RequestV1::Vote(vote_request())),
        request("request-vote-without-column", "no column is not an empty one", RequestV1::Vote(without)),
        request("request-vote-empty-column", "an empty column is not none", RequestV1::Vote(empty)),
        request("request-certify", "a certified order", RequestV1::Certify(certified())),
        request("request-order", "what became of it", RequestV1::Order(OrderQuery { keyset, digest })),
        request("request-feed", "a feed from position 5", RequestV1::Feed(from())),
        request("request-log", "a log from position 5", RequestV1::Log(from())),
        request("request-newest-head", "a witness that starts", RequestV1::NewestHead(query)),
        request(
            "request-length",
            "how long prefixes are",
            RequestV1::Length(LengthQuery { keyset, nonce: hash("nonce") }),
        ),
        request("request-bucket", "a bucket from its beginning", RequestV1::Bucket(bucket_query(None))),
        request("request-bucket-after", "from an entry on", RequestV1::Bucket(bucket_query(Some(bucket_place())))),
        request("request-probe", "a coin's state", RequestV1::Probe(probe())),
        request(
            "request-charter",
            "the newest charter from its beginning",
            RequestV1::Charter(CharterQuery { version: 0, offset: 0 }),
        ),
        request(
            "request-move",
            "a certified order for a witness of keyset 2",
            RequestV1::Move(MoveRequest { keyset: KeysetId(2), certified: certified() }),
        ),
        request("request-statement", "a closing statement", RequestV1::Statement(StatementQuery { keyset })),
    ]
}

fn answers() -> Tests {
    let reply = |slug: &str, comment: &str, reply: ReplyV1| good(slug, comment, "Reply", &Reply::V1(reply));
    let order = |slug: &str, comment: &str, state: OrderState| reply(slug, comment, ReplyV1::Order(state));
    let entries = list([FeedEntry { position: 4, certified: certified() }]);
    let page = list([LogEntry::Voted(by_store(earn())), LogEntry::Certified(certified())]);
    let whole = Certified { certificate: certificate(), evaluation: evaluation(), head: head(3) };
    let seen = OrderState::Certified { order: redeem(), certificate: certificate(), evaluation: evaluation() };
    vec![
        reply(
            "reply-voted",
            "a vote and the head that covers it",
            ReplyV1::Voted(Voted { vote: vote(2), head: head(3) }),
        ),
        reply("reply-certified", "certificate, evaluation and head", ReplyV1::Certified(whole)),
        order("reply-order-voted", "it was voted for", OrderState::Voted { signed: by_coins(redeem()), vote: vote(2) }),
        order("reply-order-certified", "it was certified", seen),
        order("reply-order-dead", "another was certified instead", dead()),
        reply("reply-feed", "one entry, and there is more", ReplyV1::Feed(FeedPage { entries, next: 6, more: true })),
        good("reply-feed-empty", "no entry, and no more", "Reply", &feed()),
        reply("reply-log", "an entry of each variant", ReplyV1::Log(LogPage { entries: page, head: head(3) })),
        reply("reply-newest-head", "a signed answer", ReplyV1::NewestHead(head_answer(Some(head(3))))),
        reply("reply-length", "6 bits", ReplyV1::Length(length())),
        reply("reply-bucket", "one entry, and there is more", ReplyV1::Bucket(bucket_page(1, true))),
        reply("reply-bucket-empty", "no entry", ReplyV1::Bucket(bucket_page(0, false))),
        reply("reply-probe-unbound", "no order holds it", ReplyV1::Probe(probe_answer(CoinState::Unbound))),
        reply(
            "reply-probe-bound",
            "an order was voted for",
            ReplyV1::Probe(probe_answer(CoinState::Bound(by_coins(redeem())))),
        ),
        reply(
            "reply-probe-spent",
            "an order is certified",
            ReplyV1::Probe(probe_answer(CoinState::Spent(certified()))),
        ),
        good("bucket-place", "where an entry stands", "BucketPlace", &bucket_place()),
        good("probe", "a probe", "Probe", &probe()),
        good("reply-charter", "a piece of a charter: bytes, whatever they are", "Reply", &chunk()),
        reply("reply-statement", "a closing statement", ReplyV1::Statement(closing_statement())),
    ]
}
