//! Suite `arithmetic`: quorums, splits, and the hashes that name orders.

use ronde_protocol::{
    crypto::{SigningKey, derive, labels},
    message::codec::encode,
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::case::{case, group};
use super::draw;
use super::encodings::samples::{TIME, earn, offer, redeem, signed_offer, vote_order};

type Tests = Vec<Result<Test, String>>;

/// All groups.
pub fn suite() -> Result<Vec<Group>, String> {
    Ok(vec![
        group("quorum", quorum())?,
        group("canonical-split", canonical_split())?,
        group("order-digest", order_digest())?,
        group("offer", offers())?,
        group("pledge-reference", pledge_reference())?,
    ])
}

fn quorum() -> Tests {
    let of = |slug: &str, rule, comment: &str, witnesses: u64, faults: u64| {
        case("quorum", slug, rule, comment, json!({"witnesses": witnesses, "faults": faults}))
    };
    let gives = |slug: &str, comment: &str, witnesses: u64, faults: u64, quorum: u64| {
        of(slug, "VOTE-3", comment, witnesses, faults).gives(json!({"quorum": quorum}))
    };
    let size = || json!({"error": "size"});
    let faults = || json!({"error": "too-many-faults"});
    vec![
        gives("one", "alone: the embedded default", 1, 0, 1),
        gives("two", "both must vote", 2, 0, 2),
        gives("three", "one may crash, none may lie", 3, 0, 2),
        gives("four", "the smallest that bears a traitor", 4, 1, 3),
        gives("four-without-faults", "four that all are honest", 4, 0, 3),
        gives("five", "rounded down before one is added", 5, 1, 4),
        gives("six", "half of seven, rounded down", 6, 1, 4),
        gives("seven", "two traitors", 7, 2, 5),
        gives("ten", "three traitors", 10, 3, 7),
        gives("thirty-one", "the largest committee", 31, 10, 21),
        gives("thirty-one-without-faults", "the largest, all honest", 31, 0, 16),
        of("none", "VOTE-1", "a committee of nobody", 0, 0).refused(size()),
        of("thirty-two", "VOTE-1", "one too many", 32, 0).flag("boundary").refused(size()),
        of("two-hundred-and-fifty-seven", "VOTE-1", "1 if a byte is kept", 257, 0).flag("boundary").refused(size()),
        of("three-with-a-traitor", "VOTE-2", "3f is not enough", 3, 1).flag("boundary").refused(faults()),
        of("thirty-with-ten", "VOTE-2", "3f is not enough", 30, 10).flag("boundary").refused(faults()),
        of("one-with-itself", "VOTE-2", "a traitor alone", 1, 1).refused(faults()),
        of("eighty-five-faults", "VOTE-2", "3f + 1 is 0 if a byte is kept", 4, 85).flag("boundary").refused(faults()),
    ]
}

fn canonical_split() -> Tests {
    let of = |slug: &str, comment: &str, points: u64, denominations: &[u64]| {
        case("canonical-split", slug, "COIN-9", comment, json!({"points": points, "denominations": denominations}))
    };
    let gives = |slug: &str, comment: &str, points: u64, denominations: &[u64], coins: &[u64]| {
        of(slug, comment, points, denominations).gives(json!({"coins": coins}))
    };
    let powers: Vec<u64> = (0..8).map(|power| 1 << power).collect();
    let many = || json!({"error": "too-many-coins"});
    vec![
        gives("mixed", "each power of two at most once", 150, &powers, &[128, 16, 4, 2]),
        gives("nothing", "no points, no coins", 0, &powers, &[]),
        gives("one", "the smallest coin", 1, &powers, &[1]),
        gives("one-coin", "exactly a denomination", 128, &powers, &[128]),
        gives("largest-often", "the largest more than once", 300, &powers, &[128, 128, 32, 8, 4]),
        gives("not-the-fewest", "from the largest, although 3 and 3 would be fewer", 6, &[1, 3, 4], &[4, 1, 1]),
        gives("largest-denomination", "2^32 and one", (1 << 32) + 1, &[1, 1 << 32], &[1 << 32, 1]),
        gives("two-hundred-and-fifty-six", "as many coins as an order may have", 256, &[1], &[1; 256]),
        of("one-coin-too-many", "a coin more than an order may have", 257, &[1]).flag("boundary").refused(many()),
        of("far-too-many", "2^53 - 1 points in single ones", (1 << 53) - 1, &[1]).refused(many()),
        of("too-many-at-the-end", "255 large coins and two small ones", 255 * 8 + 2, &[1, 8])
            .flag("boundary")
            .refused(many()),
        of("no-single-points", "a list without 1 can't make every sum", 3, &[2]).refused(many()),
        of("no-denominations", "no coin at all", 3, &[]).refused(many()),
    ]
}

fn order_digest() -> Tests {
    let of = |slug: &str, comment: &str, order: &[u8]| {
        let digest = hex::encode(derive(labels::ORDER_DIGEST, &[order]));
        case("order-digest", slug, "ORDER-1", comment, json!({"order": hex::encode(order)}))
            .gives(json!({"digest": digest}))
    };
    let bad = |slug: &str, rule, comment: &str, order: &[u8], at: usize, expected: &str| {
        let case = case("order-digest", slug, rule, comment, json!({"order": hex::encode(order)}));
        case.refused(json!({"error": "bad-encoding", "offset": at, "expected": expected}))
    };
    let vote = encode(&vote_order());
    let mut largest = encode(&redeem());
    // The denomination of the first input.
    largest[96..104].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut later = vote.clone();
    later[81] ^= 1;
    vec![
        of("vote", "an order that casts a ballot", &vote),
        of("redeem", "a payment with a voucher and change", &encode(&redeem())),
        of("earn", "an order without inputs", &encode(&earn())),
        of("later", "the first a second later: another order", &later),
        of("largest-number", "a denomination of 2^64 - 1, which no floating point number holds", &largest),
        bad("trailing", "ENC-10", "a byte after the end has no digest", &[vote.as_slice(), &[0]].concat(), 145, "end"),
        bad("cut", "ENC-5", "the last byte is missing", &vote[..144], 137, "more-bytes"),
    ]
}

fn offers() -> Tests {
    let key = SigningKey::from_seed(&draw::bytes("a node key"));
    let other = SigningKey::from_seed(&draw::bytes("another node key"));
    let hex_key = |key: &SigningKey| hex::encode(key.verifying_key().encode().0);
    let good = encode(&offer().sign(&key));
    let of = |slug: &str, rule, comment: &str, node_key: String, offer: &[u8]| {
        case("offer", slug, rule, comment, json!({"node_key": node_key, "offer": hex::encode(offer)}))
    };
    let bad = |at: usize, expected: &str| json!({"error": "bad-encoding", "offset": at, "expected": expected});
    let wrong = || json!({"error": "bad-signature"});
    let reference = json!({"reference": hex::encode(derive(labels::OFFER_REFERENCE, &[&good[..100]]))});
    let spoiled = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let changed = |slug: &str, comment: &str, at: usize| {
        of(slug, "ORDER-4", comment, hex_key(&key), &spoiled(at)).refused(wrong())
    };
    vec![
        of("reference", "ORDER-3", "the hash of the offer without its signature", hex_key(&key), &good)
            .gives(reference),
        of("other-key", "ORDER-4", "another store's key", hex_key(&other), &good).refused(wrong()),
        of("unsigned", "ORDER-4", "signed by nobody", hex_key(&key), &encode(&signed_offer())).refused(wrong()),
        changed("other-store", "another store's number", 32),
        changed("other-max", "another largest sum", 68),
        changed("other-expiry", "another end", 84),
        changed("other-time", "another time", 92),
        changed("other-signature", "a bit of the signature", 163),
        of("trailing", "ENC-10", "a byte after the end", hex_key(&key), &[good.as_slice(), &[0]].concat())
            .flag("trailing")
            .refused(bad(164, "end")),
        of("cut", "ENC-5", "the offer without a signature", hex_key(&key), &good[..100])
            .flag("truncated")
            .refused(bad(100, "more-bytes")),
        of("identity-key", "GROUP-8", "the identity is no key", format!("01{}", "00".repeat(31)), &good)
            .flag("identity")
            .refused(json!({"error": "identity-key"})),
    ]
}

fn pledge_reference() -> Tests {
    let of = |slug: &str, comment: &str, time: u64| -> Result<Test, String> {
        let day = time / 86_400;
        let reference: Value =
            json!({"reference": hex::encode(derive(labels::PLEDGE_REFERENCE, &[&day.to_le_bytes()]))});
        case("pledge-reference", slug, "ORDER-5", comment, json!({"time": time})).gives(reference)
    };
    vec![
        of("first-second", "the first second of 2026", TIME),
        of("last-second", "the last second of the same day: the same reference", TIME + 86_399),
        of("next-day", "the next second: another one", TIME + 86_400),
        of("day-zero", "the last second of 1970-01-01", 86_399),
        of("far-future", "the last second that JSON carries exactly", (1 << 53) - 1),
    ]
}
