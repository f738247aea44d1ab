//! Suite `derivations`.

use ronde_vectors::file::{Group, Test};
use serde_json::json;

use super::super::case::{case, group};
use super::super::draw;
use super::coins::{federation, wallet_seed};

/// All groups.
pub fn suite() -> Result<Vec<Group>, String> {
    Ok(vec![
        group("seed-words", seed_words())?,
        group("key-derivation", key_derivation())?,
        group("coin-derivation", coin_derivation())?,
        group("class-info", class_info())?,
        group("receipt-seal", super::receipts::receipt_seal())?,
        group("receipt-open", super::receipts::receipt_open())?,
    ])
}

type Tests = Vec<Result<Test, String>>;

const LEGAL: &str = "legal winner thank year wave sausage worth useful";
const HAMSTER: &str = "hamster diagram private dutch cause delay private meat slide toddler razor book \
    happy fancy gospel tennis maple dilemma loan word shrug inflict delay length";
const HAMSTER_SEED: &str = "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c";
const LETTER: &str = "letter advice cage absurd amount doctor acoustic";

fn seed_words() -> Tests {
    let mut tests = words();
    tests.extend(no_words());
    tests
}

fn zeros() -> String {
    format!("{} art", ["abandon"; 23].join(" "))
}

fn words() -> Tests {
    let kind = "seed-words";
    let known = |slug: &str, words: &str, byte: u8| {
        let comment = format!("published with BIP-39: 32 bytes 0x{byte:02x}");
        let input = json!({"language": "english", "words": words});
        case(kind, slug, "COIN-4", &comment, input).gives(json!({"seed": hex::encode([byte; 32]), "words": words}))
    };
    let zeros = zeros();
    vec![
        known("zeros", &zeros, 0),
        known("legal", &format!("{LEGAL} {LEGAL} legal winner thank year wave sausage worth title"), 0x7f),
        known("letter", &format!("{LETTER} avoid {LETTER} avoid {LETTER} bless"), 0x80),
        case(
            kind,
            "english",
            "COIN-4",
            "published with BIP-39: a seed without a pattern",
            json!({"language": "english", "words": HAMSTER}),
        )
        .gives(json!({"seed": HAMSTER_SEED, "words": HAMSTER})),
        known("ones", &format!("{} vote", ["zoo"; 23].join(" ")), 0xff),
        french("french", "accents as characters of their own (NFD), as the word list has them", FRENCH),
        french(
            "french-composed",
            "accents composed (NFC), as keyboards type them",
            &FRENCH.replace("e\u{301}", "\u{e9}"),
        ),
        case(
            kind,
            "spaces",
            "COIN-3",
            "more than one space between words, and around them",
            json!({"language": "english", "words": format!("  {} ", zeros.replace(' ', "  "))}),
        )
        .gives(json!({"seed": hex::encode([0; 32]), "words": zeros})),
    ]
}

fn no_words() -> Tests {
    let zeros = zeros();
    let refused = |slug: &str, comment: &str, language: &str, words: &str, error: &str| {
        let input = json!({"language": language, "words": words});
        case("seed-words", slug, "COIN-5", comment, input).refused(json!({"error": error}))
    };
    vec![
        refused(
            "wrong-checksum",
            "the last word's checksum is wrong",
            "english",
            &["abandon"; 24].join(" "),
            "invalid-checksum",
        ),
        refused("unknown-word", "`artt` is no word", "english", &format!("{zeros}t"), "unknown-word"),
        refused("other-list", "English words, said to be French", "french", &zeros, "unknown-word"),
        refused(
            "twelve-words",
            "half a seed",
            "english",
            &format!("{} about", ["abandon"; 11].join(" ")),
            "bad-word-count",
        ),
        refused("twenty-three-words", "a word is missing", "english", &["abandon"; 23].join(" "), "bad-word-count"),
        refused(
            "twelve-words-wrong-checksum",
            "half a seed, with a wrong checksum: words are counted first",
            "english",
            &["abandon"; 12].join(" "),
            "bad-word-count",
        ),
        refused("capitals", "case counts", "english", &zeros.to_uppercase(), "unknown-word"),
        refused(
            "abbreviated",
            "the beginning of a word is no word",
            "english",
            &zeros.replace("abandon", "aban"),
            "unknown-word",
        ),
        refused("no-words", "nothing at all", "english", "", "bad-word-count"),
    ]
}

/// A seed in French, with each accent as a character of its own (NFD), as the list of BIP-39 has it.
const FRENCH: &str = "\
    ambigu inonder exact de\u{301}chirer effacer jeudi requin appareil nature de\u{301}cembre acronyme fre\u{301}mir \
    pharaon enclave caverne stimulus courage urbain terrible milieu boueux monotone jambe riposter";

fn french(slug: &str, comment: &str, words: &str) -> Result<Test, String> {
    let seed: [u8; 32] = std::array::from_fn(|place| (place * 37 + 11) as u8);
    let output = json!({"seed": hex::encode(seed), "words": FRENCH});
    case("seed-words", slug, "COIN-3", comment, json!({"language": "french", "words": words})).gives(output)
}

fn key_derivation() -> Tests {
    let seed = hex::encode(draw::bytes::<32>("node seed"));
    let federation = hex::encode(federation());
    let of = |slug: &str, rule, comment: &str, federation: &str, keyset: u32, index: u8, entropy: &str| {
        let input = json!({
            "node_seed": seed, "federation": federation, "keyset": keyset, "index": index,
            "entropy": hex::encode(draw::bytes::<32>(entropy)),
        });
        case("key-derivation", slug, rule, comment, input).valid()
    };
    let other = hex::encode(draw::bytes::<32>("other federation"));
    vec![
        of("one-node", "COIN-10", "all keys of a witness, with proofs that it holds them", &federation, 1, 0, "one"),
        of(
            "other-entropy",
            "PROOF-11",
            "other entropy, other nonce: another proof for the POPRF key",
            &federation,
            1,
            0,
            "two",
        ),
        of("other-index", "PROOF-11", "the same entropy at another index: another nonce", &federation, 1, 1, "one"),
        of("other-keyset", "POPRF-2", "new keys for each keyset; the node key stays", &federation, 2, 0, "one"),
        of("other-federation", "COIN-10", "new keys for each federation; the node key stays", &other, 1, 0, "one"),
        of("largest-numbers", "COIN-10", "the largest keyset and index", &federation, u32::MAX, 30, "one"),
    ]
}

fn coin_derivation() -> Tests {
    let seed = hex::encode(wallet_seed());
    let federation = hex::encode(federation());
    let of = |slug: &str, comment: &str, of: &str, (keyset, device, order, slot): (u32, u32, u64, u16)| {
        let rule = if of == federation { "COIN-7" } else { "COIN-6" };
        let input = json!({
            "seed": seed, "federation": of, "keyset": keyset, "device": device, "order": order, "slot": slot,
        });
        case("coin-derivation", slug, rule, comment, input)
    };
    let other = hex::encode(draw::bytes::<32>("other federation"));
    vec![
        of("first-coin", "the first coin of a wallet", &federation, (1, 0, 0, 0)).valid(),
        of("slot", "another slot", &federation, (1, 0, 0, 1)).valid(),
        of("order", "another order", &federation, (1, 0, 1, 0)).valid(),
        of("device", "another device", &federation, (1, 1, 0, 0)).valid(),
        of("keyset", "another keyset", &federation, (2, 0, 0, 0)).valid(),
        of("federation", "another federation", &other, (1, 0, 0, 0)).valid(),
        of(
            "bytes",
            "no two bytes alike, so that the order of bytes shows",
            &federation,
            (0x0102_0304, 0x0506_0708, 0x0009_0a0b_0c0d_0e0f, 0x1011),
        )
        .valid(),
        of(
            "largest",
            "the largest keyset, device and slot; the largest order that JSON carries exactly",
            &federation,
            (u32::MAX, u32::MAX, (1 << 53) - 1, u16::MAX),
        )
        .flag("boundary")
        .valid(),
    ]
}

fn class_info() -> Tests {
    let federation = hex::encode(federation());
    let of = |slug: &str, comment: &str, of: &str, keyset: u32, kind: serde_json::Value| {
        // Who shares a tweak between two keysets or federations has one class where there are two.
        let rule = if of == federation && keyset == 1 { "COIN-1" } else { "COIN-2" };
        let input = json!({"federation": of, "class": {"keyset": keyset, "kind": kind}});
        case("class-info", slug, rule, comment, input)
    };
    let points = |denomination: u64| json!({"points": {"denomination": denomination}});
    let other = hex::encode(draw::bytes::<32>("other federation"));
    vec![
        of("points-8", "a coin of 8 points", &federation, 1, points(8)).valid(),
        of("points-1", "the smallest denomination", &federation, 1, points(1)).valid(),
        of(
            "points-largest",
            "the largest denomination, 2^32: it needs more than four bytes",
            &federation,
            1,
            points(1 << 32),
        )
        .flag("boundary")
        .valid(),
        of("ballot", "a ballot of campaign 8", &federation, 1, json!({"ballot": {"campaign": 8}})).valid(),
        of("voucher", "a voucher of offer 8", &federation, 1, json!({"voucher": {"offer": 8}})).valid(),
        of("largest-ids", "the largest ids", &federation, u32::MAX, json!({"voucher": {"offer": u32::MAX}}))
            .flag("boundary")
            .valid(),
        of("other-keyset", "8 points of another keyset", &federation, 2, points(8)).valid(),
        of("other-federation", "8 points of another federation", &other, 1, points(8)).valid(),
    ]
}
