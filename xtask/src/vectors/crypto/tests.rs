//! A forgery shows something only if somebody falls for it: each is accepted by the careless verifier that it is for.

use curve25519_dalek::{
    edwards::{CompressedEdwardsY, EdwardsPoint},
    ristretto::RistrettoPoint,
    scalar::Scalar,
    traits::IsIdentity,
};
use ronde_protocol::crypto::{PointBytes, SpendPurpose, coin_hash, derive, derive_wide, labels, xof};
use ronde_vectors::file::{Group, Test};
use serde_json::Value;
use sha2::{Digest, Sha512};

use super::prover::tweak;
use super::scalars::{base, canonical, element};

fn flagged(groups: Vec<Group>, kind: &str, flag: &str) -> Vec<Test> {
    let tests = groups.into_iter().filter(|group| group.kind == kind).flat_map(|group| group.tests);
    let found: Vec<Test> = tests.filter(|test| test.flags.iter().any(|other| other == flag)).collect();
    assert!(!found.is_empty(), "no {kind} with {flag}");
    found
}

fn one(groups: Vec<Group>, id: &str) -> Test {
    groups.into_iter().flat_map(|group| group.tests).find(|test| test.id == id).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex::decode(text(value)).unwrap().try_into().unwrap()
}

/// Takes every encoding of a point, any s, and multiplies by the cofactor.
fn lax_ed25519(test: &Test) -> bool {
    let (key, signature): ([u8; 32], [u8; 64]) = (bytes(&test.input["key"]), bytes(&test.input["signature"]));
    let (r, s) = signature.split_at(32);
    let parts: Vec<Vec<u8>> =
        test.input["parts"].as_array().unwrap().iter().map(|part| hex::decode(text(part)).unwrap()).collect();
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let label = labels::ALL.iter().find(|(_, label)| *label == text(&test.input["label"])).unwrap().1;
    let message = derive(label, &parts);
    let wide: [u8; 64] = Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize().into();
    let h = Scalar::from_bytes_mod_order_wide(&wide);
    let s = Scalar::from_bytes_mod_order(s.try_into().unwrap());
    let point = |bytes: &[u8]| CompressedEdwardsY::from_slice(bytes).unwrap().decompress();
    let (Some(r), Some(key)) = (point(r), point(&key)) else { return false };
    (EdwardsPoint::mul_base(&s) - r - h * key).mul_by_cofactor().is_identity()
}

#[test]
fn a_lax_verifier_of_ed25519_accepts_what_the_strict_one_must_refuse() {
    let suite = || super::ed25519::suite().unwrap();
    for flag in ["torsion", "identity", "malleable", "non-canonical"] {
        for test in flagged(suite(), "signature", flag) {
            // These are no points, so that nobody can accept them.
            let no_point = ["signature/no-r", "signature/no-key"].contains(&test.id.as_str());
            assert_eq!(lax_ed25519(&test), !no_point, "{}", test.id);
        }
    }
    assert!(!lax_ed25519(&one(suite(), "signature/other-part")), "it still looks at the message");
}

/// VerifyProof with every weight one.
fn unweighted(test: &Test) -> bool {
    let input = &test.input;
    let key = element(text(&input["public_key"])).unwrap();
    let items = input["items"].as_array().unwrap();
    let number = |name: &str| input[name].as_u64().unwrap();
    let mut parts = vec![
        bytes::<32>(&input["federation"]).to_vec(),
        (number("keyset") as u32).to_le_bytes().to_vec(),
        vec![number("index") as u8],
        key.compress().0.to_vec(),
        bytes::<32>(&input["digest"]).to_vec(),
        (items.len() as u64).to_le_bytes().to_vec(),
    ];
    let (mut m, mut d) = (RistrettoPoint::default(), RistrettoPoint::default());
    for item in items {
        let tweak = tweak(&hex::decode(text(&item["info"])).unwrap()).unwrap();
        let (b, z) = (element(text(&item["blinded"])).unwrap(), element(text(&item["evaluated"])).unwrap());
        m += z;
        d += b - tweak * z;
        parts.extend([tweak.to_bytes(), b.compress().0, z.compress().0].map(|part| part.to_vec()));
    }
    let statement = derive(labels::EVALUATION_STATEMENT, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let c = canonical(text(&input["proof"]["challenge"])).unwrap();
    let s = canonical(text(&input["proof"]["response"])).unwrap();
    let elements = [m, d, base(&s) + c * key, s * m + c * d].map(|element| element.compress().0);
    let parts: Vec<&[u8]> = [&statement].into_iter().chain(&elements).map(|part: &[u8; 32]| part.as_slice()).collect();
    Scalar::from_bytes_mod_order_wide(&derive_wide(labels::EVALUATION_CHALLENGE, &parts)) == c
}

#[test]
fn a_verifier_without_weights_accepts_errors_that_cancel() {
    let suite = || super::proofs::suite().unwrap();
    for test in flagged(suite(), "evaluation-proof", "cancelling") {
        assert!(unweighted(&test), "{}", test.id);
    }
    assert!(!unweighted(&one(suite(), "evaluation-proof/one-wrong")), "it still looks at the elements");
}

/// Whether the sum of (k + m)·N is that of H(P).
fn unweighted_macs(test: &Test) -> bool {
    let key = canonical(text(&test.input["secret_key"])).unwrap();
    let mut sum = RistrettoPoint::default();
    for coin in test.input["coins"].as_array().unwrap() {
        let hash = coin_hash(&PointBytes(bytes(&coin["point"])));
        let tweak = tweak(&hex::decode(text(&coin["info"])).unwrap()).unwrap();
        sum += (key + tweak) * element(text(&coin["component"])).unwrap()
            - element(&hex::encode(hash.as_bytes())).unwrap();
    }
    sum.is_identity()
}

#[test]
fn a_witness_without_weights_accepts_components_that_cancel() {
    let suite = || super::poprf::suite().unwrap();
    for test in flagged(suite(), "mac-check", "cancelling") {
        assert!(unweighted_macs(&test), "{}", test.id);
    }
    assert!(!unweighted_macs(&one(suite(), "mac-check/last-wrong")), "it still looks at the components");
}

/// s·G = R + sum e_i·P_i with challenges that somebody else chooses.
fn holds(test: &Test, challenges: impl Fn(&[u8], &[u8; 32], usize) -> Scalar) -> bool {
    let r: [u8; 32] = bytes(&test.input["signature"]["r"]);
    let s = canonical(text(&test.input["signature"]["s"])).unwrap();
    let digest = bytes(&test.input["digest"]);
    let keys = test.input["keys"].as_array().unwrap().iter().enumerate();
    let sum: RistrettoPoint =
        keys.map(|(place, key)| challenges(&r, &digest, place) * element(text(key)).unwrap()).sum();
    let commitment = if r == [0; 32] { RistrettoPoint::default() } else { element(&hex::encode(r)).unwrap() };
    base(&s) == commitment + sum
}

fn block(parts: &[&[u8]], place: usize) -> Scalar {
    let mut stream = xof(SpendPurpose::Order.label(), parts);
    (0..=place).map(|_| Scalar::from(stream.next_u128())).last().unwrap()
}

#[test]
fn careless_verifiers_accept_forged_signatures_by_coin_keys() {
    let test = |id: &str| one(super::spends::suite().unwrap(), id);
    let right = |r: &[u8], digest: &[u8; 32], place: usize| block(&[r, digest], place);
    let equal = |r: &[u8], digest: &[u8; 32], _: usize| block(&[r, digest], 0);
    let without_r = |_: &[u8], digest: &[u8; 32], place: usize| block(&[&[], digest], place);
    assert!(holds(&test("spend-signature/three-keys"), right), "the equation is the right one");
    assert!(holds(&test("spend-signature/keys-that-cancel"), equal));
    assert!(holds(&test("spend-signature/chosen-commitment"), without_r));
    assert!(holds(&test("spend-signature/identity-commitment"), right));
}
