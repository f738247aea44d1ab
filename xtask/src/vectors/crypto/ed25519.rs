//! Suite `signatures`: strict Ed25519, and what laxer verifiers accept.

use curve25519_dalek::{
    constants::EIGHT_TORSION,
    edwards::{CompressedEdwardsY, EdwardsPoint},
    scalar::Scalar,
};
use ronde_protocol::crypto::{derive, labels};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use super::super::case::{case, group};
use super::super::draw;
use super::Denied;
use super::coins::federation;
use super::scalars::{plus_order_of, scalar};

type Tests = Vec<Result<Test, String>>;

/// All groups.
pub fn suite() -> Result<Vec<Group>, String> {
    let mut tests = accepted();
    tests.extend(spoiled());
    tests.extend(lax_commitments());
    tests.extend(lax_keys()?);
    Ok(vec![group("signature", tests)?])
}

const KIND: &str = "signature";
/// y = p + 1: the identity, not reduced.
const IDENTITY_PLUS_P: [u8; 32] = {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xee;
    bytes[31] = 0x7f;
    bytes
};
/// y = 1 with the sign of x = 0 set: the identity, negated.
const NEGATIVE_IDENTITY: [u8; 32] = {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    bytes[31] = 0x80;
    bytes
};
/// y = p: a point of order 4, not reduced.
const ZERO_PLUS_P: [u8; 32] = {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed;
    bytes[31] = 0x7f;
    bytes
};

/// The private key as a scalar: any will do for what is made by hand.
fn secret() -> Scalar {
    scalar("a vote key by hand")
}

/// The parts of a vote.
fn parts() -> Vec<Vec<u8>> {
    vec![federation().to_vec(), 1u32.to_le_bytes().to_vec(), vec![2], draw::bytes::<32>("an order's digest").to_vec()]
}

fn message(label: &'static str, parts: &[Vec<u8>]) -> [u8; 32] {
    derive(label, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn hash(r: &[u8; 32], key: &[u8; 32], message: &[u8]) -> Scalar {
    let wide: [u8; 64] = Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize().into();
    Scalar::from_bytes_mod_order_wide(&wide)
}

/// R and s over a message, with s = nonce + h·secret, whatever R is.
fn sign(r: [u8; 32], nonce: Scalar, key: [u8; 32], secret: Scalar, message: &[u8]) -> [u8; 64] {
    let s = nonce + hash(&r, &key, message) * secret;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    signature[32..].copy_from_slice(&s.to_bytes());
    signature
}

fn compressed(point: EdwardsPoint) -> [u8; 32] {
    point.compress().0
}

fn public() -> [u8; 32] {
    compressed(EdwardsPoint::mul_base(&secret()))
}

fn honest(label: &'static str, parts: &[Vec<u8>]) -> [u8; 64] {
    let nonce = scalar("a nonce by hand");
    sign(compressed(EdwardsPoint::mul_base(&nonce)), nonce, public(), secret(), &message(label, parts))
}

fn question(label: &str, parts: &[Vec<u8>], key: [u8; 32], signature: [u8; 64]) -> Value {
    json!({
        "label": label, "parts": parts.iter().map(hex::encode).collect::<Vec<_>>(), "key": hex::encode(key),
        "signature": hex::encode(signature),
    })
}

fn accepted() -> Tests {
    let (vote, store, offer) = (labels::VOTE_SIGNATURE, labels::STORE_ORDER_SIGNATURE, labels::OFFER_SIGNATURE);
    let of = |slug: &str, comment: &str, label: &'static str, parts: &[Vec<u8>]| {
        case(KIND, slug, "HASH-5", comment, question(label, parts, public(), honest(label, parts))).valid()
    };
    vec![
        of("vote", "a vote's label and parts", vote, &parts()),
        of("store-order", "a store's order", store, &[federation().to_vec(), vec![7; 32]]),
        of("offer", "one part of 100 bytes", offer, &[vec![3; 100]]),
        of("no-parts", "a label alone", vote, &[]),
        of("empty-part", "a part of no bytes", vote, &[vec![]]),
    ]
}

fn spoiled() -> Tests {
    let (vote, head) = (labels::VOTE_SIGNATURE, labels::HEAD_SIGNATURE);
    let (parts, good) = (parts(), honest(vote, &parts()));
    let of = |slug: &str, rule, comment: &str, input: Value| case(KIND, slug, rule, comment, input);
    let with = |signature: [u8; 64]| question(vote, &parts, public(), signature);
    let flipped = |place: usize| {
        let mut spoiled = good;
        spoiled[place] ^= 1;
        spoiled
    };
    let mut other_part = parts.clone();
    other_part[3][31] ^= 0x80;
    let split = vec![parts[..2].concat(), parts[2..].concat()];
    let other_key = compressed(EdwardsPoint::mul_base(&scalar("another vote key")));
    let plain = parts.concat();
    let nonce = scalar("a nonce by hand");
    let unhashed = sign(compressed(EdwardsPoint::mul_base(&nonce)), nonce, public(), secret(), &plain);
    vec![
        of("other-label", "HASH-5", "a vote shown as a head", question(head, &parts, public(), good))
            .denied("", "wrong"),
        of("other-part", "HASH-5", "one bit of the digest", question(vote, &other_part, public(), good))
            .denied("", "wrong"),
        of("missing-part", "HASH-5", "the last part is missing", question(vote, &parts[..3], public(), good))
            .denied("", "wrong"),
        of("split-otherwise", "HASH-2", "the same bytes in two parts", question(vote, &split, public(), good))
            .denied("", "wrong"),
        of("unhashed", "HASH-5", "signed over the parts themselves", with(unhashed)).denied("", "wrong"),
        of("other-key", "GROUP-12", "another key", question(vote, &parts, other_key, good)).denied("", "wrong"),
        of("other-r", "GROUP-12", "one bit of R", with(flipped(0))).denied("", "wrong"),
        of("other-s", "GROUP-12", "one bit of s", with(flipped(32))).denied("", "wrong"),
        of("all-zero", "GROUP-11", "64 zero bytes", with([0; 64])).denied("", "wrong"),
        of("s-plus-order", "GROUP-10", "s + L: the same equation", with(lift(good, 1))).denied("malleable", "wrong"),
        of("s-plus-seven-orders", "GROUP-10", "s + 7·L: one of the top three bits is set", with(lift(good, 7)))
            .denied("malleable", "wrong"),
    ]
}

/// The signature with so many times L on its s.
fn lift(signature: [u8; 64], times: u8) -> [u8; 64] {
    let mut s = [0; 32];
    s.copy_from_slice(&signature[32..]);
    let mut lifted = signature;
    for _ in 0..times {
        s = plus_order_of(s);
    }
    lifted[32..].copy_from_slice(&s);
    lifted
}

/// R that is of small order, not canonical, or has torsion.
fn lax_commitments() -> Tests {
    let vote = labels::VOTE_SIGNATURE;
    let said = message(vote, &parts());
    let nonce = scalar("a nonce by hand");
    let of = |slug: &str, rule, comment: &str, flag: &str, r: [u8; 32], nonce: Scalar| {
        let signature = sign(r, nonce, public(), secret(), &said);
        case(KIND, slug, rule, comment, question(vote, &parts(), public(), signature)).denied(flag, "wrong")
    };
    let moved = |torsion: usize| compressed(EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[torsion]);
    let small = |torsion: usize| compressed(EIGHT_TORSION[torsion]);
    let zero = Scalar::ZERO;
    let holds = "R is the identity: s·B = R + h·A holds as it stands";
    vec![
        of("identity-r", "GROUP-11", holds, "identity", small(0), zero),
        of("identity-r-plus-p", "GROUP-11", "the same with y = p + 1", "non-canonical", IDENTITY_PLUS_P, zero),
        of(
            "identity-r-negative",
            "GROUP-11",
            "the same with the sign of x = 0 set",
            "non-canonical",
            NEGATIVE_IDENTITY,
            zero,
        ),
        of("r-of-order-4-plus-p", "GROUP-11", "y = p: order 4, not reduced", "non-canonical", ZERO_PLUS_P, zero),
        of("r-of-order-8", "GROUP-11", "accepted with the cofactor", "torsion", small(1), zero),
        of("r-of-order-4", "GROUP-11", "accepted with the cofactor", "torsion", small(2), zero),
        of("r-of-order-2", "GROUP-11", "accepted with the cofactor", "torsion", small(4), zero),
        of(
            "torsion-in-r",
            "GROUP-12",
            "R plus a point of order 8: accepted with the cofactor",
            "torsion",
            moved(1),
            nonce,
        ),
        of(
            "torsion-in-r-order-2",
            "GROUP-12",
            "R plus the point of order 2: accepted with the cofactor",
            "torsion",
            moved(4),
            nonce,
        ),
        of("no-r", "GROUP-11", "R is no point", "non-canonical", off_curve(), nonce),
    ]
}

/// The smallest y that no point has.
fn off_curve() -> [u8; 32] {
    let candidate = |y: u8| {
        let mut bytes = [0; 32];
        bytes[0] = y;
        bytes
    };
    (2..u8::MAX).map(candidate).find(|bytes| CompressedEdwardsY(*bytes).decompress().is_none()).unwrap_or([0xff; 32])
}

/// A signature with a nonce for which h is a multiple of 8, so that the torsion of A vanishes and the equation holds as
/// it stands.
fn fitting(key: [u8; 32], secret: Scalar, said: &[u8]) -> Result<[u8; 64], String> {
    (0..10_000)
        .map(|count| scalar(&format!("nonce {count}")))
        .map(|nonce| sign(compressed(EdwardsPoint::mul_base(&nonce)), nonce, key, secret, said))
        .find(|signature| {
            let mut r = [0; 32];
            r.copy_from_slice(&signature[..32]);
            hash(&r, &key, said).to_bytes()[0].is_multiple_of(8)
        })
        .ok_or_else(|| "no fitting nonce".to_owned())
}

/// Keys that are of small order, not canonical, or have torsion, with signatures that fit them.
fn lax_keys() -> Result<Tests, String> {
    let vote = labels::VOTE_SIGNATURE;
    let said = message(vote, &parts());
    let of = |slug: &str, rule, comment: &str, flag: &str, error: &str, key: [u8; 32], secret: Scalar| {
        let input = question(vote, &parts(), key, fitting(key, secret, &said)?);
        case(KIND, slug, rule, comment, input).denied(flag, error)
    };
    let small = |torsion: usize| compressed(EIGHT_TORSION[torsion]);
    let moved = compressed(EdwardsPoint::mul_base(&secret()) + EIGHT_TORSION[1]);
    let zero = Scalar::ZERO;
    let (canonical, torsion) = ("non-canonical-key", "torsion-key");
    let fits = "the equation holds for every message";
    Ok(vec![
        of(
            "torsion-in-key",
            "GROUP-9",
            "A plus a point of order 8, and the equation holds",
            "torsion",
            torsion,
            moved,
            secret(),
        ),
        of("key-of-order-8", "GROUP-9", "A of order 8, and the equation holds", "torsion", torsion, small(1), zero),
        of("key-of-order-4", "GROUP-9", "A of order 4, and the equation holds", "torsion", torsion, small(2), zero),
        of("key-of-order-2", "GROUP-9", "A of order 2, and the equation holds", "torsion", torsion, small(4), zero),
        of("identity-key", "GROUP-8", fits, "identity", "identity-key", small(0), zero),
        of(
            "identity-key-plus-p",
            "GROUP-7",
            "the identity with y = p + 1",
            "non-canonical",
            canonical,
            IDENTITY_PLUS_P,
            zero,
        ),
        of(
            "identity-key-negative",
            "GROUP-7",
            "the identity with the sign of x = 0 set",
            "non-canonical",
            canonical,
            NEGATIVE_IDENTITY,
            zero,
        ),
        of(
            "key-of-order-4-plus-p",
            "GROUP-7",
            "y = p: order 4, not reduced",
            "non-canonical",
            canonical,
            ZERO_PLUS_P,
            zero,
        ),
        of("no-key", "GROUP-7", "A is no point", "non-canonical", canonical, off_curve(), secret()),
    ])
}
