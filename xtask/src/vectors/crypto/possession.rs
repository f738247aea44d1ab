//! Proofs that whoever publishes a key holds its secret.

use curve25519_dalek::scalar::Scalar;
use ronde_protocol::crypto::{SigningKey, derive_wide, labels};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::super::case::case;
use super::super::draw;
use super::Denied;
use super::coins::federation;
use super::scalars::{IDENTITY, NEGATIVE, base, canonical, hex_of, hex_of_point, plus_order, scalar, torsion_key};

const KIND: &str = "possession";

/// A Schnorr proof: commitment and response by the specification's words, with R as it is given.
fn schnorr(key: &Scalar, nonce: &Scalar, r: &str) -> Result<String, String> {
    let commitment = hex::decode(r).map_err(|why| why.to_string())?;
    let parts: [&[u8]; 5] = [&federation(), &1u32.to_le_bytes(), &[2], &base(key).compress().0, &commitment];
    let e = Scalar::from_bytes_mod_order_wide(&derive_wide(labels::PROOF_OF_POSSESSION_POPRF, &parts));
    Ok(format!("{r}{}", hex_of(&(nonce + e * key))))
}

fn question(key_type: &str, key: &str, proof: &str) -> Value {
    json!({
        "key_type": key_type, "key": key, "federation": hex::encode(federation()), "keyset": 1, "index": 2,
        "proof": proof,
    })
}

fn with(question: &Value, field: &str, value: Value) -> Value {
    let mut question = question.clone();
    question[field] = value;
    question
}

/// What is bound to its place, whatever the type of key.
fn elsewhere(key_type: &str, good: &Value, other_key: &str) -> Vec<Result<Test, String>> {
    let of = |what: &str, comment: &str, field: &str, value: Value| {
        let slug = format!("{key_type}-other-{what}");
        case(KIND, &slug, "PROOF-9", comment, with(good, field, value)).denied("", "wrong")
    };
    vec![
        of("federation", "another federation", "federation", json!(hex::encode(draw::bytes::<32>("another hash")))),
        of("keyset", "another keyset", "keyset", json!(2)),
        of("index", "another index", "index", json!(1)),
        of("key", "another key", "key", json!(other_key)),
    ]
}

/// All of them.
pub fn tests() -> Vec<Result<Test, String>> {
    let tests = || -> Result<Vec<Result<Test, String>>, String> {
        let mut tests = poprf()?;
        tests.extend(vote());
        Ok(tests)
    };
    tests().unwrap_or_else(|why| vec![Err(why)])
}

fn poprf() -> Result<Vec<Result<Test, String>>, String> {
    let (key, nonce) = (scalar("a witness's key"), scalar("a nonce"));
    let public = hex_of_point(&base(&key));
    let r = hex_of_point(&base(&nonce));
    let proof = schnorr(&key, &nonce, &r)?;
    let good = question("poprf", &public, &proof);
    let of = |slug: &str, rule, comment: &str, proof: String| {
        case(KIND, slug, rule, comment, with(&good, "proof", json!(proof)))
    };
    let s = &proof[64..];
    let response = canonical(s)?;
    let lifted = plus_order(&response);
    let mut tests = vec![
        case(KIND, "poprf-key", "PROOF-9", "s·G = R + e·K", good.clone()).valid(),
        of("poprf-response", "PROOF-9", "the response plus one", format!("{r}{}", hex_of(&(response + Scalar::ONE))))
            .denied("", "wrong"),
        of("poprf-commitment", "PROOF-9", "another commitment R", format!("{public}{s}")).denied("", "wrong"),
        of("poprf-response-plus-order", "PROOF-10", "the right s plus L", format!("{r}{}", hex::encode(lifted)))
            .denied("malleable", "response"),
        of(
            "poprf-identity-commitment",
            "PROOF-10",
            "R is the identity, and the equation holds",
            schnorr(&key, &Scalar::ZERO, IDENTITY)?,
        )
        .denied("identity", "commitment"),
        of("poprf-no-commitment", "PROOF-10", "R is no element", format!("{NEGATIVE}{s}"))
            .denied("non-canonical", "commitment"),
        case(KIND, "poprf-identity-key", "GROUP-2", "K is the identity", with(&good, "key", json!(IDENTITY)))
            .denied("identity", "identity"),
    ];
    tests.extend(elsewhere("poprf", &good, &hex_of_point(&base(&scalar("another key")))));
    Ok(tests)
}

fn vote() -> Vec<Result<Test, String>> {
    let key = SigningKey::from_seed(&draw::bytes("a vote key"));
    let public = key.verifying_key().encode().0;
    let parts: [&[u8]; 4] = [&federation(), &1u32.to_le_bytes(), &[2], &public];
    let signature = key.sign(labels::PROOF_OF_POSSESSION_VOTE, &parts).0;
    let as_vote = key.sign(labels::VOTE_SIGNATURE, &parts).0;
    let good = question("vote", &hex::encode(public), &hex::encode(signature));
    let other = SigningKey::from_seed(&draw::bytes("another vote key")).verifying_key().encode().0;
    let mut response = [0; 32];
    response.copy_from_slice(&signature[32..]);
    let lifted = plus_order(&Scalar::from_bytes_mod_order(response));
    let malleable = hex::encode([&signature[..32], &lifted].concat());
    let mut tests = vec![
        case(KIND, "vote-key", "PROOF-9", "a signature by the vote key on its place and itself", good.clone()).valid(),
        case(KIND, "vote-other-label", "HASH-3", "signed as a vote", with(&good, "proof", json!(hex::encode(as_vote))))
            .denied("", "wrong"),
        case(KIND, "vote-malleable", "GROUP-10", "the right s plus L", with(&good, "proof", json!(malleable)))
            .denied("malleable", "wrong"),
        case(
            KIND,
            "vote-torsion-key",
            "GROUP-9",
            "a key with a torsion component",
            with(&good, "key", json!(torsion_key(&public))),
        )
        .denied("torsion", "torsion-key"),
    ];
    tests.extend(elsewhere("vote", &good, &hex::encode(other)));
    tests
}
