//! Suite `group-and-hashing`.

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use ronde_protocol::crypto::labels;
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use super::super::case::{case, group};
use super::super::draw;
use super::coins::first_coin;
use super::scalars::{base, element, hex_of, hex_of_point, order, plus_order, scalar};
use super::upstream;

const RFC9496: &str = "rfc9496-ristretto255.json";
const RFC9497: &str = "rfc9497-ristretto255-sha512.json";

/// All groups.
pub fn suite() -> Result<Vec<Group>, String> {
    let published = upstream::read(RFC9496)?;
    Ok(vec![
        group("element-decode", element_decode(&published)?)?,
        group("generator-multiple", generator_multiple(&published)?)?,
        group("element-from-uniform", element_from_uniform(&published)?)?,
        group("hash-to-group", hash_to_group()?)?,
        group("hash-to-scalar", hash_to_scalar())?,
        group("labelled-hash", labelled_hash())?,
    ])
}

type Tests = Vec<Result<Test, String>>;

fn element_decode(published: &Value) -> Result<Tests, String> {
    let kind = "element-decode";
    let mut tests = Vec::new();
    for (count, text) in upstream::texts(&published["generator_multiples"])?.into_iter().enumerate() {
        let input = json!({"element": text});
        tests.push(if count == 0 {
            let comment = "RFC 9496 A.1: the identity is an element, and yet no message may carry it";
            case(kind, "identity", "GROUP-2", comment, input).flag("identity").refused(json!({"error": "identity"}))
        } else {
            let comment = format!("RFC 9496 A.1: {count} times the generator");
            case(kind, &format!("multiple-{count}"), "GROUP-1", &comment, input).gives(json!({"element": text}))
        });
    }
    for (count, text) in upstream::texts(&published["invalid_encodings"])?.into_iter().enumerate() {
        let what = match count {
            0..4 => "not below the field's order",
            4..12 => "negative",
            12..20 => "no square root",
            20..28 => "negative product",
            _ => "zero in the product",
        };
        let comment = format!("RFC 9496 A.2, entry {count}: {what}");
        let test = case(kind, &format!("invalid-{count}"), "GROUP-1", &comment, json!({"element": text}));
        tests.push(test.flag("non-canonical").refused(json!({"error": "non-canonical"})));
    }
    Ok(tests)
}

fn generator_multiple(published: &Value) -> Result<Tests, String> {
    let kind = "generator-multiple";
    let mut tests = Vec::new();
    for (count, text) in upstream::texts(&published["generator_multiples"])?.into_iter().enumerate().skip(1) {
        let comment = format!("RFC 9496 A.1: {count} times the generator");
        let input = json!({"scalar": hex_of(&Scalar::from(count as u64))});
        let slug = if count == 2 { "two".to_owned() } else { format!("times-{count}") };
        tests.push(case(kind, &slug, "GROUP-1", &comment, input).gives(json!({"element": text})));
    }
    for (slug, comment, scalar) in [
        ("order-minus-one", "L - 1, the largest scalar", -Scalar::ONE),
        ("drawn", "a scalar of full length", scalar("generator-multiple")),
    ] {
        let test = case(kind, slug, "GROUP-3", comment, json!({"scalar": hex_of(&scalar)}));
        tests.push(test.flag("boundary").gives(json!({"element": hex_of_point(&base(&scalar))})));
    }
    let refused = [
        ("zero", "GROUP-4", "no secret and no blind is zero", [0; 32], "zero-scalar"),
        ("order", "GROUP-3", "L is zero in another encoding", order(), "non-canonical-scalar"),
        (
            "order-plus-one",
            "GROUP-3",
            "L + 1 is one otherwise encoded",
            plus_order(&Scalar::ONE),
            "non-canonical-scalar",
        ),
        ("all-ones", "GROUP-3", "2^256 - 1, all bits set", [0xff; 32], "non-canonical-scalar"),
    ];
    for (slug, rule, comment, bytes, error) in refused {
        let test = case(kind, slug, rule, comment, json!({"scalar": hex::encode(bytes)}));
        let flag = if error == "zero-scalar" { "identity" } else { "non-canonical" };
        tests.push(test.flag(flag).refused(json!({"error": error})));
    }
    Ok(tests)
}

fn element_from_uniform(published: &Value) -> Result<Tests, String> {
    let kind = "element-from-uniform";
    let mut tests = Vec::new();
    for (count, entry) in published["one_way_map"].as_array().ok_or("no one_way_map")?.iter().enumerate() {
        let label = upstream::text(entry, "label")?;
        let comment = format!("RFC 9496 A.3: SHA-512 of \"{label}\"");
        let input = json!({"uniform": hex::encode(Sha512::digest(label))});
        let output = json!({"element": upstream::text(entry, "encoding")?});
        tests.push(case(kind, &format!("one-way-map-{count}"), "GROUP-6", &comment, input).gives(output));
    }
    let uniform: [u8; 64] = draw::bytes("element-from-uniform");
    let mapped = RistrettoPoint::from_uniform_bytes(&uniform);
    let test = case(kind, "drawn", "GROUP-6", "drawn bytes", json!({"uniform": hex::encode(uniform)}));
    tests.push(test.gives(json!({"element": hex_of_point(&mapped)})));
    let comment = "64 zeros map to the identity, which no hash will ever do: the generator stands in";
    let test = case(kind, "identity", "GROUP-6", comment, json!({"uniform": "00".repeat(64)})).flag("identity");
    tests.push(test.gives(json!({"element": hex_of_point(&base(&Scalar::ONE))})));
    Ok(tests)
}

fn hash_to_group() -> Result<Tests, String> {
    let kind = "hash-to-group";
    let published = upstream::read(RFC9497)?;
    let mut tests = Vec::new();
    for (count, run) in published[2]["vectors"].as_array().ok_or("no vectors of mode 2")?.iter().enumerate().take(2) {
        let message = upstream::text(run, "Input")?;
        let blind = hex::decode(upstream::text(run, "Blind")?).map_err(|why| why.to_string())?;
        let blind = Scalar::from_bytes_mod_order(blind.try_into().map_err(|_| "a blind has 32 bytes")?);
        let hashed = blind.invert() * element(upstream::text(run, "BlindedElement")?)?;
        let comment = format!("RFC 9497 A.1.3, input {count}: the published element unblinded");
        let test = case(kind, &format!("rfc9497-{count}"), "HASH-1", &comment, json!({"message": message}));
        tests.push(test.gives(json!({"element": hex_of_point(&hashed)})));
    }
    let of = |slug: &str, comment: &str, message: &[u8]| {
        case(kind, slug, "HASH-1", comment, json!({"message": hex::encode(message)})).valid()
    };
    tests.push(of("empty", "no byte at all", b""));
    let key = first_coin().point;
    tests.push(of("coin-key", "the 32 bytes of a coin's key, coin-derivation/first-coin", &key.compress().0));
    tests.push(of("long", "more than one block of SHA-512", &[0xa5; 300]));
    Ok(tests)
}

fn hash_to_scalar() -> Tests {
    let kind = "hash-to-scalar";
    let of = |slug: &str, comment: &str, message: &[u8]| {
        case(kind, slug, "HASH-1", comment, json!({"message": hex::encode(message)})).valid()
    };
    let framed = "the frame of RFC 9497's info: \"Info\", its length of two bytes big endian, itself";
    vec![
        of("empty", "no byte at all", b""),
        of("info", framed, b"Info\0\x04test"),
        of("long", "more than one block of SHA-512", &[0xa5; 300]),
    ]
}

/// As the specification says it, over the hash library alone.
fn by_hand(label: &str, parts: &[Vec<u8>], length: usize) -> String {
    let mut hasher = blake3::Hasher::new_derive_key(label);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut output = vec![0; length];
    hasher.finalize_xof().fill(&mut output);
    hex::encode(output)
}

fn labelled_hash() -> Tests {
    let of = |slug: &str, rule, comment: &str, label: &str, parts: &[Vec<u8>], length: usize| {
        let input =
            json!({"label": label, "parts": parts.iter().map(hex::encode).collect::<Vec<_>>(), "length": length});
        case("labelled-hash", slug, rule, comment, input).gives(json!({"hash": by_hand(label, parts, length)}))
    };
    let text = |text: &str| text.as_bytes().to_vec();
    let digest = labels::ORDER_DIGEST;
    vec![
        of("no-parts", "HASH-2", "no part at all: the root of an empty log", labels::LOG_EMPTY, &[], 32),
        of("an-empty-part", "HASH-2", "one part without a byte is not no part", labels::LOG_EMPTY, &[vec![]], 32),
        of("two-parts", "HASH-2", "each part with its length before it", digest, &[text("ab"), text("c")], 32),
        of("split-otherwise", "HASH-2", "the same bytes split otherwise", digest, &[text("a"), text("bc")], 32),
        of("one-part", "HASH-2", "the same bytes in one part", digest, &[text("abc")], 32),
        of("other-label", "HASH-3", "the same part under another label", labels::CHARTER_HASH, &[text("abc")], 32),
        of("wide", "HASH-2", "64 bytes begin with the 32", digest, &[text("abc")], 64),
        of(
            "xof",
            "HASH-2",
            "an output that is no multiple of a block",
            labels::EVALUATION_WEIGHTS,
            &[vec![7; 32]],
            200,
        ),
        of("one-chunk", "HASH-2", "with its length exactly one chunk of BLAKE3", digest, &[vec![1; 1016]], 32),
        of("two-chunks", "HASH-2", "a byte more than one chunk", digest, &[vec![1; 1017]], 32),
        of(
            "inner-node",
            "HASH-2",
            "two hashes: an inner node of a log's tree",
            labels::LOG_NODE,
            &[vec![1; 32], vec![2; 32]],
            32,
        ),
    ]
}
