//! Every published vector of RFC 9496 (appendix A) and RFC 9497 (appendix A.1) is reproduced.

use crate::crypto_support;

use crypto_support::{
    element, point,
    rfc9497::{Statement, generate_proof, verify_proof},
};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use ronde_protocol::crypto::{
    BlindFactor, GroupError, Point, PointBytes, PoprfPublicKey, PoprfSecretKey, Tweak, blind,
    suite::{self, Mode, Tag},
    unblind,
};
use serde::Deserialize;
use sha2::{Digest, Sha512};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    source: String,
    generator_multiples: Vec<String>,
    invalid_encodings: Vec<String>,
    one_way_map: Vec<OneWay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneWay {
    label: String,
    hash: String,
    encoding: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    #[serde(rename = "groupDST")]
    group_dst: String,
    hash: String,
    identifier: String,
    #[serde(rename = "keyInfo")]
    key_info: String,
    mode: u8,
    #[serde(rename = "pkSm")]
    pk: Option<String>,
    seed: String,
    #[serde(rename = "skSm")]
    sk: String,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Vector {
    batch: usize,
    blind: String,
    blinded_element: String,
    evaluation_element: String,
    info: Option<String>,
    input: String,
    output: String,
    proof: Option<Proof>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    proof: String,
    r: String,
}

const GROUP: &str = include_str!("../../test-vectors/upstream/rfc9496-ristretto255.json");
const OPRF: &str = include_str!("../../test-vectors/upstream/rfc9497-ristretto255-sha512.json");

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn scalar(text: &str) -> Scalar {
    Scalar::from_canonical_bytes(bytes(text)).unwrap()
}

/// The vectors join the items of a batch by commas.
fn list(text: &str, count: usize) -> Vec<String> {
    let items: Vec<String> = text.split(',').map(str::to_owned).collect();
    assert_eq!(items.len(), count);
    items
}

/// GROUP-2, for one.
#[test]
fn rfc9496_multiples_of_the_generator() {
    let file: GroupFile = serde_json::from_str(GROUP).unwrap();
    assert_eq!(file.source, "RFC 9496 Appendix A");
    assert_eq!(file.generator_multiples.len(), 16);
    for (i, text) in file.generator_multiples.iter().enumerate() {
        let encoded = PointBytes(bytes(text));
        if i == 0 {
            assert_eq!(encoded.decode(), Err(GroupError::Identity));
            continue;
        }
        let multiple = RistrettoPoint::mul_base(&Scalar::from(i as u64));
        assert_eq!(encoded.decode().unwrap().encode(), encoded);
        assert_eq!(point(multiple).encode(), encoded);
    }
    assert_eq!(hex::encode(Point::generator().as_bytes()), file.generator_multiples[1]);
}

/// GROUP-1.
#[test]
fn rfc9496_invalid_encodings_are_refused() {
    let file: GroupFile = serde_json::from_str(GROUP).unwrap();
    assert_eq!(file.invalid_encodings.len(), 29);
    for text in &file.invalid_encodings {
        assert_eq!(PointBytes(bytes(text)).decode(), Err(GroupError::NonCanonical), "{text}");
    }
}

#[test]
fn rfc9496_one_way_map() {
    let file: GroupFile = serde_json::from_str(GROUP).unwrap();
    assert_eq!(file.one_way_map.len(), 7);
    for vector in &file.one_way_map {
        assert_eq!(vector.hash, "SHA-512");
        let uniform: [u8; 64] = Sha512::digest(&vector.label).into();
        let mapped = Point::from_uniform_bytes(&uniform);
        assert_eq!(hex::encode(mapped.as_bytes()), vector.encoding);
    }
}

/// HASH-1 and POPRF-1.
#[test]
fn rfc9497_every_vector_of_every_mode() {
    let suites: Vec<Suite> = serde_json::from_str(OPRF).unwrap();
    let shape: Vec<(u8, usize)> = suites.iter().map(|s| (s.mode, s.vectors.len())).collect();
    assert_eq!(shape, [(0, 2), (1, 3), (2, 3)]);
    for (suite, mode) in suites.iter().zip([Mode::Oprf, Mode::Voprf, Mode::Poprf]) {
        check_suite(suite, mode);
        for vector in &suite.vectors {
            check_vector(suite, mode, vector);
        }
    }
}

fn check_suite(suite: &Suite, mode: Mode) {
    assert_eq!((suite.identifier.as_str(), suite.hash.as_str()), ("ristretto255-SHA512", "SHA512"));
    assert_eq!(hex::encode(Tag::HashToGroup.domain(mode)), suite.group_dst);
    let info = hex::decode(&suite.key_info).unwrap();
    let secret = suite::derive_key(mode, &bytes(&suite.seed), &info).unwrap();
    assert_eq!(hex::encode(*secret.expose_bytes()), suite.sk);
    let public = PoprfSecretKey::from_secret(secret).public();
    assert_eq!(suite.pk.is_some(), mode != Mode::Oprf);
    if let Some(pk) = &suite.pk {
        assert_eq!(public, PoprfPublicKey::decode(&PointBytes(bytes(pk))).unwrap());
    }
}

fn check_vector(suite: &Suite, mode: Mode, vector: &Vector) {
    let n = vector.batch;
    assert_eq!(vector.info.is_some(), mode == Mode::Poprf);
    let info = hex::decode(vector.info.as_deref().unwrap_or("")).unwrap();
    let inputs = list(&vector.input, n);
    let blinds = list(&vector.blind, n);
    let blinded = list(&vector.blinded_element, n);
    let evaluated = list(&vector.evaluation_element, n);
    let outputs = list(&vector.output, n);
    for i in 0..n {
        let input = hex::decode(&inputs[i]).unwrap();
        let hashed = suite::hash_to_group(mode, &input);
        let factor = BlindFactor::from_canonical(&bytes(&blinds[i])).unwrap();
        let b = blind(&hashed, &factor);
        assert_eq!(hex::encode(b.as_bytes()), blinded[i]);
        let z = evaluate(suite, mode, &info, &b);
        assert_eq!(hex::encode(z.as_bytes()), evaluated[i]);
        let unblinded = unblind(&z, &factor);
        assert_eq!(unblinded, evaluate(suite, mode, &info, &hashed), "Evaluate equals Finalize");
        let output = suite::finalize(mode, &input, &info, &unblinded).unwrap();
        assert_eq!(hex::encode(output), outputs[i]);
    }
    assert_eq!(vector.proof.is_some(), mode != Mode::Oprf);
    if let Some(proof) = &vector.proof {
        check_proof(suite, mode, &info, (&blinded, &evaluated), proof);
    }
}

/// Modes 0 and 1 multiply by k; mode 2 by the inverse of k + m, which is the product's own code.
fn evaluate(suite: &Suite, mode: Mode, info: &[u8], b: &Point) -> Point {
    if mode != Mode::Poprf {
        return point(scalar(&suite.sk) * element(b));
    }
    let secret = suite::derive_key(mode, &bytes(&suite.seed), &hex::decode(&suite.key_info).unwrap());
    let key = PoprfSecretKey::from_secret(secret.unwrap());
    let tweak = Tweak::of_info(info).unwrap();
    let alone = key.evaluate(&tweak, b).unwrap();
    assert_eq!(key.evaluate_batch(&[(tweak, *b), (tweak, *b)]).unwrap(), [alone, alone]);
    alone
}

fn check_proof(suite: &Suite, mode: Mode, info: &[u8], (blinded, evaluated): (&[String], &[String]), proof: &Proof) {
    let decode = |texts: &[String]| -> Vec<RistrettoPoint> {
        texts.iter().map(|text| element(&PointBytes(bytes(text)).decode().unwrap())).collect()
    };
    let (b, z) = (decode(blinded), decode(evaluated));
    let tweak = Tweak::of_info(info).unwrap().encode().0;
    // In mode 2 the key that is proved is k + m, and the elements change sides.
    let (key, c, d) = match mode {
        Mode::Poprf => (scalar(&suite.sk) + Scalar::from_canonical_bytes(tweak).unwrap(), &z, &b),
        Mode::Oprf | Mode::Voprf => (scalar(&suite.sk), &b, &z),
    };
    let statement =
        Statement { mode, a: RistrettoPoint::mul_base(&Scalar::ONE), b: RistrettoPoint::mul_base(&key), c, d };
    let made = generate_proof(&statement, &key, &scalar(&proof.r));
    assert_eq!(hex::encode(made), proof.proof);
    assert!(verify_proof(&statement, &made));
    for at in 0..64 {
        let mut spoiled = made;
        spoiled[at] ^= 1;
        assert!(!verify_proof(&statement, &spoiled), "byte {at}");
    }
}
