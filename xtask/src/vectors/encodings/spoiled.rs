//! Bytes that are no message, with the item that is to blame. The places are counted by hand, from the tables.

use ronde_protocol::message::{
    codec::{Encode, encode},
    log::LogEntry,
    refusal::{Conflict, ConflictingOrder, ExpectedCode, NotVoting, Refusal, Rule},
    wire::{LogPage, Reply, ReplyV1, Request, RequestV1},
};
use ronde_vectors::file::Test;
use serde_json::json;

use super::samples::*;
use super::{Tests, bytes_of};

/// What is said of each test: slug, rule, comment, flag.
type Said<'a> = (&'a str, &'static str, &'a str, &'a str);

/// Refused at this byte.
fn bad(said: Said, message: &str, bytes: &[u8], at: usize, expected: &str) -> Result<Test, String> {
    let (slug, rule, comment, flag) = said;
    let case = bytes_of(slug, rule, comment, message, bytes).flag(flag);
    case.refused(json!({"error": "bad-encoding", "offset": at, "expected": expected}))
}

/// The bytes of a message with others in place of some.
fn put<T: Encode>(message: &T, at: usize, with: &[u8]) -> Vec<u8> {
    let mut spoiled = encode(message);
    spoiled[at..at + with.len()].copy_from_slice(with);
    spoiled
}

/// Every message with its name in kebab case and in its table, and how many bytes its last item has.
fn each() -> Vec<(&'static str, &'static str, Vec<u8>, usize)> {
    let reply = Reply::V1(ReplyV1::Log(LogPage { entries: list([]), head: head(0) }));
    vec![
        ("order", "Order", encode(&vote_order()), 8),
        ("signed-order", "SignedOrder", encode(&by_store(earn())), 64),
        ("submission", "Submission", encode(&submission()), 32),
        ("offer", "Offer", encode(&offer()), 8),
        ("signed-offer", "SignedOffer", encode(&signed_offer()), 64),
        ("vote", "Vote", encode(&vote(2)), 64),
        ("certificate", "Certificate", encode(&certificate()), 64),
        ("evaluation", "Evaluation", encode(&evaluation()), 64),
        ("head", "Head", encode(&head(3)), 64),
        ("head-answer", "HeadAnswer", encode(&head_answer(None)), 64),
        ("certified-order", "CertifiedOrder", encode(&certified()), 64),
        ("log-entry", "LogEntry", encode(&LogEntry::Voted(by_coins(redeem()))), 32),
        ("request", "Request", encode(&Request::V1(RequestV1::Certify(certified()))), 64),
        ("reply", "Reply", encode(&reply), 64),
        ("refusal", "Refusal", encode(&Refusal::ClockSkew { ahead: 1 }), 8),
        ("conflict", "Conflict", encode(&conflict()), 1),
        ("genesis", "Genesis", encode(&genesis()), 32),
        ("store", "Store", encode(&store("Épicerie")), 8),
        ("voucher-offer", "VoucherOffer", encode(&voucher_offer()), 1),
        ("charter-body", "CharterBody", encode(&later_version()), 8),
        ("signed-charter", "SignedCharter", encode(&signed_charter()), 64),
        ("evidence", "Evidence", encode(&fork(&["leaf 0", "leaf 1", "leaf 2"])), 32),
        ("exhibit", "Exhibit", encode(&logged()), 64),
    ]
}

fn conflict() -> Conflict {
    Conflict { other: ConflictingOrder::Certified(redeem()), certificate: None }
}

/// One byte too many, and one too few.
pub fn ends() -> Tests {
    let mut tests = Vec::new();
    for (slug, message, bytes, last) in each() {
        let more = [bytes.as_slice(), &[0]].concat();
        let said = (&*format!("{slug}-trailing"), "ENC-10", "a zero byte after the end", "trailing");
        tests.push(bad(said, message, &more, bytes.len(), "end"));
        let said = (&*format!("{slug}-cut"), "ENC-5", "the last byte is missing", "truncated");
        tests.push(bad(said, message, &bytes[..bytes.len() - 1], bytes.len() - last, "more-bytes"));
    }
    let twice = [encode(&vote(0)), encode(&vote(1))].concat();
    let order = encode(&vote_order());
    let cut = |slug: &str, comment: &str, length: usize, at: usize| {
        let slug = format!("order-cut-{slug}");
        bad((&slug, "ENC-5", comment, "truncated"), "Order", &order[..length], at, "more-bytes")
    };
    tests.extend([
        bad(("vote-twice", "ENC-10", "two votes in a row", "trailing"), "Vote", &twice, 65, "end"),
        cut("to-nothing", "no byte at all", 0, 0),
        cut("in-federation", "the first item has 32 bytes, and is blamed as a whole", 31, 0),
        cut("in-store", "cut in the store", 38, 36),
        cut("before-choice", "cut before the last field of the purpose", 48, 48),
        cut("in-count", "cut in the count of inputs", 92, 89),
        cut("in-point", "cut in the bytes of P", 120, 105),
        cut("before-outputs", "cut before the count of outputs", 137, 137),
        bad(
            ("request-above-bound", "ENC-2", "65,537 bytes: nothing is read", "boundary"),
            "Request",
            &vec![0xff; 65_537],
            65_536,
            "shorter",
        ),
    ]);
    tests
}

fn reply(refusal: Refusal) -> Reply {
    Reply::V1(ReplyV1::Refused(refusal))
}

/// Numbers that no variant has.
pub fn choices() -> Tests {
    let of = |slug: &str, comment: &str, message: &str, bytes: &[u8], at: usize| {
        bad((slug, "ENC-6", comment, "unknown-variant"), message, bytes, at, "variant")
    };
    let next = |number: u32| number.to_le_bytes();
    let charter = Request::V1(RequestV1::Log(from()));
    let invalid = reply(Refusal::Invalid(Rule::Inputs));
    let starting = reply(Refusal::NotVoting(NotVoting::Starting));
    let encoding = reply(Refusal::BadEncoding { offset: 0, expected: ExpectedCode::End });
    let state = Reply::V1(ReplyV1::Order(dead()));
    vec![
        of("order-unknown-purpose", "a seventh purpose", "Order", &put(&vote_order(), 40, &next(6)), 40),
        of(
            "order-big-endian-purpose",
            "5 with its bytes the other way round",
            "Order",
            &put(&vote_order(), 40, &5u32.to_be_bytes()),
            40,
        ),
        of("order-unknown-kind", "a fourth kind of input", "Order", &put(&vote_order(), 97, &next(3)), 97),
        of("order-unknown-kind-of-output", "a fourth kind of output", "Order", &put(&redeem(), 188, &next(3)), 188),
        of(
            "signed-order-unknown-authorization",
            "a third sort",
            "SignedOrder",
            &put(&by_coins(redeem()), 232, &next(2)),
            232,
        ),
        of("log-entry-unknown", "a third entry", "LogEntry", &put(&LogEntry::Certified(certified()), 0, &next(2)), 0),
        of("evidence-unknown", "a fourth sort", "Evidence", &put(&fork(&[]), 0, &next(3)), 0),
        of("exhibit-unknown", "a seventh sort", "Exhibit", &put(&logged(), 0, &next(6)), 0),
        of("request-unknown-version", "a second version", "Request", &put(&charter, 0, &next(1)), 0),
        of("request-unknown", "a question that nobody knows", "Request", &put(&charter, 4, &next(77)), 4),
        of("reply-unknown", "an answer that nobody knows", "Reply", &put(&invalid, 4, &next(77)), 4),
        of("reply-unknown-version", "a second version", "Reply", &put(&invalid, 0, &next(1)), 0),
        of("reply-unknown-state", "a fourth state of an order", "Reply", &put(&state, 8, &next(3)), 8),
        of("reply-unknown-refusal", "a twentieth refusal", "Reply", &put(&invalid, 8, &next(19)), 8),
        of("reply-unknown-rule", "a sixteenth rule", "Reply", &put(&invalid, 12, &next(15)), 12),
        of("reply-unknown-not-voting", "a third reason", "Reply", &put(&starting, 12, &next(2)), 12),
        of("reply-unknown-expected", "a tenth expectation", "Reply", &put(&encoding, 20, &next(9)), 20),
        of("conflict-unknown", "a third sort of order", "Conflict", &put(&conflict(), 0, &next(2)), 0),
        of("charter-body-unknown-fate", "a third fate", "CharterBody", &put(&later_version(), 243, &next(2)), 243),
        of("refusal-largest", "the largest number, 2^32 - 1", "Refusal", &[0xff; 4], 0),
    ]
}

/// Flags that are neither 0 nor 1.
pub fn flags() -> Tests {
    let of = |slug: &str, comment: &str, message: &str, bytes: &[u8], at: usize| {
        bad((slug, "ENC-7", comment, "non-canonical"), message, bytes, at, "flag")
    };
    let with_head = head_answer(Some(head(3)));
    vec![
        of("head-answer-flag", "2 for a head", "HeadAnswer", &put(&with_head, 1, &[2]), 1),
        of("head-answer-flag-255", "255 for no head", "HeadAnswer", &put(&head_answer(None), 1, &[255]), 1),
        of(
            "request-column-flag",
            "2 for a column",
            "Request",
            &put(&Request::V1(RequestV1::Vote(vote_request())), 308, &[2]),
            308,
        ),
        of("reply-more-flag", "2 where more is said", "Reply", &put(&feed(), 24, &[2]), 24),
        of("conflict-certificate-flag", "2 for a certificate", "Conflict", &put(&conflict(), 236, &[2]), 236),
        of("charter-body-genesis-flag", "2 for a genesis block", "CharterBody", &put(&later_version(), 0, &[2]), 0),
        of("charter-body-fork-flag", "128 for a settled fork", "CharterBody", &put(&later_version(), 73, &[128]), 73),
        of(
            "charter-body-closed-flag",
            "2 for a closed association",
            "CharterBody",
            &put(&first_version(), 824, &[2]),
            824,
        ),
        of("voucher-offer-closed-flag", "2 for closed", "VoucherOffer", &put(&voucher_offer(), 56, &[2]), 56),
    ]
}

/// Texts that can't be shown.
pub fn texts() -> Tests {
    let of = |slug: &str, comment: &str, name: &[u8]| {
        // A name of as many bytes, and then these instead.
        let bytes = put(&store(&"x".repeat(name.len())), 12, name);
        bad((&format!("store-name-{slug}"), "ENC-9", comment, "text"), "Store", &bytes, 12, "text")
    };
    let bytes = encode(&store(&"x".repeat(200)));
    let longer = [&bytes[..4], &201u64.to_le_bytes(), b"x", &bytes[12..]].concat();
    let count = |slug: &str, rule: &'static str, comment: &str, count: u64, at: usize, expected: &str| {
        let slug = format!("store-name-{slug}");
        bad(
            (&slug, rule, comment, "lying-length"),
            "Store",
            &put(&store("Épicerie"), 4, &count.to_le_bytes()),
            at,
            expected,
        )
    };
    vec![
        of("not-utf8", "0xff is no UTF-8", b"caf\xff"),
        of("latin-1", "é as one byte", b"caf\xe9s"),
        of("overlong", "an overlong form of /", b"a\xc0\xafb"),
        of("surrogate", "half of a surrogate pair", b"a\xed\xa0\x80"),
        of("above-unicode", "beyond U+10FFFF", b"\xf4\x90\x80\x80"),
        of("cut-character", "the last character is cut", b"caf\xc3"),
        of("bell", "U+0007, the bell", b"a\x07b"),
        of("line-feed", "U+000A, a line feed", b"a\nb"),
        of("null", "U+0000 alone", b"\0"),
        of("delete", "U+007F, delete", b"a\x7f"),
        of("next-line", "U+0085, a control character of two bytes", b"a\xc2\x85"),
        bad(("store-name-201", "ENC-8", "a text of 201 bytes", "boundary"), "Store", &longer, 4, "shorter"),
        count("largest-count", "ENC-8", "a count of 2^64 - 1", u64::MAX, 4, "shorter"),
        count(
            "truncated-count",
            "ENC-8",
            "a count that is 9 if only four bytes of it are read",
            (1 << 32) + 9,
            4,
            "shorter",
        ),
        count("lying-count", "ENC-5", "a count of 200 where fewer bytes are left", 200, 12, "more-bytes"),
    ]
}

/// Lists that are longer than they may be.
pub fn lists() -> Tests {
    let of = |slug: &str, message: &str, bytes: Vec<u8>, at: usize, bound: u64| {
        let mut bytes = bytes;
        bytes[at..at + 8].copy_from_slice(&(bound + 1).to_le_bytes());
        let comment = format!("a count of {}, one above the bound", bound + 1);
        bad((&format!("{slug}-too-many"), "ENC-3", &comment, "boundary"), message, &bytes, at, "shorter")
    };
    let (first, later) = (encode(&first_version()), encode(&later_version()));
    let huge = |slug: &str, comment: &str, count: u64| {
        bad(
            (slug, "ENC-3", comment, "lying-length"),
            "Order",
            &put(&vote_order(), 89, &count.to_le_bytes()),
            89,
            "shorter",
        )
    };
    let log = Reply::V1(ReplyV1::Log(LogPage { entries: list([]), head: head(0) }));
    let subtrees = encode(&fork(&[]));
    vec![
        of("order-inputs", "Order", encode(&vote_order()), 89, 256),
        of("order-outputs", "Order", encode(&vote_order()), 137, 256),
        huge("order-inputs-largest", "a count of 2^64 - 1", u64::MAX),
        huge("order-inputs-truncated", "a count that is 1 if only four bytes of it are read", (1 << 32) + 1),
        of("submission-columns", "Submission", encode(&submission()), 300, 31),
        of("submission-components", "Submission", encode(&submission()), 309, 256),
        of("certificate-votes", "Certificate", encode(&certificate()), 36, 31),
        of("evaluation-evaluated", "Evaluation", encode(&evaluation()), 37, 256),
        of("request-column", "Request", encode(&Request::V1(RequestV1::Vote(vote_request()))), 309, 256),
        of("request-votes", "Request", encode(&Request::V1(RequestV1::Vote(vote_request()))), 381, 31),
        of("reply-log", "Reply", encode(&log), 8, 64),
        of("reply-feed", "Reply", encode(&feed()), 8, 64),
        of("reply-charter", "Reply", encode(&chunk()), 24, 32_768),
        of("evidence-subtrees", "Evidence", subtrees.clone(), subtrees.len() - 8, 316),
        of("exhibit-subtrees", "Exhibit", encode(&logged()), 113, 316),
        of("exhibit-entries", "Exhibit", encode(&logged()), 185, 2),
        of("genesis-stewards", "Genesis", encode(&genesis()), 24, 32),
        of("store-quic", "Store", encode(&store("Épicerie")), 53, 4),
        of("store-http", "Store", encode(&store("Épicerie")), 87, 4),
        of("voucher-offer-issuers", "VoucherOffer", encode(&voucher_offer()), 32, 4096),
        of("charter-body-stores", "CharterBody", later.clone(), 251, 4096),
        of("charter-body-keysets", "CharterBody", later.clone(), 259, 256),
        of("charter-body-associations", "CharterBody", later.clone(), 267, 1024),
        of("charter-body-campaigns", "CharterBody", later.clone(), 275, 1024),
        of("charter-body-offers", "CharterBody", later, 283, 4096),
        of("charter-body-members", "CharterBody", first.clone(), 536, 31),
        of("charter-body-denominations", "CharterBody", first.clone(), 741, 24),
        of("charter-body-choices", "CharterBody", first.clone(), 858, 64),
        of("signed-charter-signatures", "SignedCharter", encode(&signed_charter()), first.len(), 64),
    ]
}

/// Counts within the bound, and fewer elements than they say.
pub fn lies() -> Tests {
    let lying = |slug: &str, comment: &str, message: &str, (bytes, at, count): (Vec<u8>, usize, u64), blamed: usize| {
        let mut bytes = bytes;
        bytes[at..at + 8].copy_from_slice(&count.to_le_bytes());
        let said = (&*format!("{slug}-lying-count"), "ENC-5", comment, "lying-length");
        bad(said, message, &bytes, blamed, "more-bytes")
    };
    let subtrees = encode(&fork(&[]));
    vec![
        lying(
            "order-inputs",
            "256 inputs where one is: what follows is read as a kind and cut",
            "Order",
            (encode(&vote_order()), 89, 256),
            141,
        ),
        lying("certificate-votes", "31 votes where three are", "Certificate", (encode(&certificate()), 36, 31), 239),
        lying(
            "evidence-subtrees",
            "316 hashes where none is",
            "Evidence",
            (subtrees.clone(), subtrees.len() - 8, 316),
            subtrees.len(),
        ),
        lying("reply-charter", "32,768 bytes where five are", "Reply", (encode(&chunk()), 24, 32_768), 37),
    ]
}
