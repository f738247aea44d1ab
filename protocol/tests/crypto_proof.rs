//! The batched evaluation proof: complete, and wrong as soon as anything is.

use crate::crypto_support;

use crypto_support::{context, element, entropy, evaluated, plus_order, point, tweak, witness_key};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use proptest::prelude::*;
use ronde_protocol::crypto::{
    Entropy, EvaluationContext, EvaluationItem, EvaluationProof, Point, PoprfPublicKey, ProofError, ScalarBytes,
    derive, derive_wide,
    proof::{prove, verify},
    xof,
};

const FEDERATION: [u8; 32] = [1; 32];
const DIGEST: [u8; 32] = [2; 32];

/// One way to spoil an item.
type Spoil = fn(&mut EvaluationItem);

/// A proof, what it is about, and whose it is.
struct Case {
    key: PoprfPublicKey,
    items: Vec<EvaluationItem>,
    proof: EvaluationProof,
}

fn case(count: u8) -> Case {
    let key = witness_key(1);
    let items = evaluated(&key, count);
    let proof = prove(&key, &context(&FEDERATION, &DIGEST), &items, entropy(1)).unwrap();
    Case { key: key.public(), items, proof }
}

impl Case {
    fn outcome(&self, context: &EvaluationContext<'_>) -> Result<(), ProofError> {
        verify(&self.key, context, &self.items, &self.proof).map(|_verified| ())
    }

    fn refused(&self, what: &str) {
        let outcome = self.outcome(&context(&FEDERATION, &DIGEST));
        assert_eq!(outcome, Err(ProofError::Wrong), "{what}");
    }
}

#[test]
fn outputs_of_mixed_classes_verify_together() {
    for count in [1, 2, 5, 20, 200] {
        assert_eq!(case(count).outcome(&context(&FEDERATION, &DIGEST)), Ok(()));
    }
}

/// PROOF-1, PROOF-2 and PROOF-3, computed here once more from the words of the specification.
#[test]
fn the_transcript_is_the_written_one() {
    let Case { key, items, proof } = case(3);
    let mut parts: Vec<Vec<u8>> = vec![
        FEDERATION.to_vec(),
        vec![7, 0, 0, 0],
        vec![2],
        key.encode().0.to_vec(),
        DIGEST.to_vec(),
        3u64.to_le_bytes().to_vec(),
    ];
    for item in &items {
        parts.extend([item.tweak.encode().0, item.blinded.encode().0, item.evaluated.encode().0].map(Vec::from));
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let statement = derive("ronde/1 evaluation proof: statement", &parts);
    let mut weights = vec![0u8; 48];
    xof("ronde/1 evaluation proof: weights", &[&statement]).fill(&mut weights);
    let (mut base, mut image) = (RistrettoPoint::default(), RistrettoPoint::default());
    for (item, weight) in items.iter().zip(weights.chunks(16)) {
        let weight = Scalar::from(u128::from_le_bytes(weight.try_into().unwrap()));
        let tweak = Scalar::from_canonical_bytes(item.tweak.encode().0).unwrap();
        base += weight * element(&item.evaluated);
        image += weight * (element(&item.blinded) - tweak * element(&item.evaluated));
    }
    let scalar = |bytes: ScalarBytes| Scalar::from_canonical_bytes(bytes.0).unwrap();
    let (c, s) = (scalar(proof.challenge), scalar(proof.response));
    let on_generator = RistrettoPoint::mul_base(&s) + c * element(key.point());
    let on_base = s * base + c * image;
    let [m, d, first, second] = [base, image, on_generator, on_base].map(|point| point.compress().0);
    let wide = derive_wide("ronde/1 evaluation proof: challenge", &[&statement, &m, &d, &first, &second]);
    assert_eq!(Scalar::from_bytes_mod_order_wide(&wide), c);
}

#[test]
fn a_spoiled_bit_of_the_proof_is_refused() {
    let good = case(3);
    for at in 0..256 {
        let mut spoiled = EvaluationProof { ..good.proof };
        spoiled.challenge.0[at / 8] ^= 1 << (at % 8);
        let mut other = EvaluationProof { ..good.proof };
        other.response.0[at / 8] ^= 1 << (at % 8);
        for proof in [spoiled, other] {
            let outcome = verify(&good.key, &context(&FEDERATION, &DIGEST), &good.items, &proof);
            assert!(matches!(outcome, Err(ProofError::Wrong | ProofError::NonCanonicalScalar)));
        }
    }
}

/// PROOF-4.
#[test]
fn non_canonical_proof_scalars_are_refused() {
    let mut case = case(2);
    let good = case.proof;
    let alias = |bytes: &ScalarBytes| {
        let scalar = Scalar::from_canonical_bytes(bytes.0).unwrap();
        ScalarBytes(plus_order(&scalar).unwrap())
    };
    case.proof.challenge = alias(&good.challenge);
    let here = context(&FEDERATION, &DIGEST);
    assert_eq!(case.outcome(&here), Err(ProofError::NonCanonicalScalar));
    case.proof = good;
    case.proof.response = alias(&good.response);
    assert_eq!(case.outcome(&here), Err(ProofError::NonCanonicalScalar));
}

#[test]
fn a_proof_belongs_to_its_context() {
    let case = case(2);
    let good = context(&FEDERATION, &DIGEST);
    let others = [
        EvaluationContext { federation: &[9; 32], ..good },
        EvaluationContext { keyset: 8, ..good },
        EvaluationContext { index: 3, ..good },
        EvaluationContext { digest: &[9; 32], ..good },
    ];
    for other in others {
        assert_eq!(case.outcome(&other), Err(ProofError::Wrong), "{other:?}");
    }
}

/// PROOF-7, as far as the prover is concerned.
#[test]
fn a_spoiled_item_is_refused_wherever_it_stands() {
    let key = witness_key(1);
    for at in 0..4 {
        let spoils: [(&str, Spoil); 3] = [
            ("tweak", |item| item.tweak = tweak(77)),
            ("blinded", |item| item.blinded = Point::generator()),
            ("evaluated", |item| item.evaluated = Point::generator()),
        ];
        for (what, spoil) in spoils {
            let mut case = case(4);
            spoil(&mut case.items[at]);
            case.refused(what);
            let here = context(&FEDERATION, &DIGEST);
            let proved = prove(&key, &here, &case.items, entropy(1));
            assert_eq!(proved, Err(ProofError::NotEvaluated), "{what}");
        }
    }
}

#[test]
fn items_added_left_out_or_moved_are_refused() {
    let mut shorter = case(3);
    shorter.items.pop();
    shorter.refused("left out");
    let mut longer = case(3);
    let again = longer.items[0];
    longer.items.push(again);
    longer.refused("added");
    let mut moved = case(3);
    moved.items.swap(0, 1);
    moved.refused("moved");
    let mut swapped = case(3);
    let z = swapped.items[0].evaluated;
    swapped.items[0].evaluated = swapped.items[1].evaluated;
    swapped.items[1].evaluated = z;
    swapped.refused("evaluations swapped");
}

/// A witness that marks a customer with a key of its own can prove it only for that key.
#[test]
fn another_key_is_caught() {
    let special = witness_key(2);
    let mut case = case(3);
    case.items = evaluated(&special, 3);
    let here = context(&FEDERATION, &DIGEST);
    case.proof = prove(&special, &here, &case.items, entropy(1)).unwrap();
    case.refused("special key");
    case.key = special.public();
    assert_eq!(case.outcome(&here), Ok(()), "control: it is a proof for the special key");
}

/// One output marked among many honest ones.
#[test]
fn another_key_for_one_output_is_caught_and_cannot_be_proved() {
    let mut case = case(3);
    case.items[1] = evaluated(&witness_key(2), 3)[1];
    case.refused("one special output");
    let here = context(&FEDERATION, &DIGEST);
    for byte in [1, 2] {
        let proved = prove(&witness_key(byte), &here, &case.items, entropy(1));
        assert_eq!(proved, Err(ProofError::NotEvaluated));
    }
}

/// Errors that cancel when the items are added up; the weights are what finds them.
#[test]
fn errors_that_cancel_are_found() {
    let mut case = case(4);
    let g = element(&Point::generator());
    let sum = |items: &[EvaluationItem]| element(&items[0].evaluated) + element(&items[3].evaluated);
    assert_eq!(case.items[0].tweak, case.items[3].tweak);
    let before = sum(&case.items);
    case.items[0].evaluated = point(element(&case.items[0].evaluated) + g);
    case.items[3].evaluated = point(element(&case.items[3].evaluated) - g);
    assert_eq!(before, sum(&case.items), "without weights nothing would be seen");
    case.refused("cancelling");
    let proved = prove(&witness_key(1), &context(&FEDERATION, &DIGEST), &case.items, entropy(1));
    assert_eq!(proved, Err(ProofError::NotEvaluated));
}

/// PROOF-6.
#[test]
fn no_outputs_no_proof() {
    let mut case = case(1);
    case.items.clear();
    let here = context(&FEDERATION, &DIGEST);
    assert_eq!(case.outcome(&here), Err(ProofError::Empty));
    let proved = prove(&witness_key(1), &here, &[], entropy(1));
    assert_eq!(proved, Err(ProofError::Empty));
}

/// PROOF-8. The nonce depends on the statement as well as on the randomness: a generator that repeats itself gives no key away.
#[test]
fn repeated_randomness_repeats_no_nonce() {
    let key = witness_key(1);
    let items = evaluated(&key, 1);
    let proofs =
        [DIGEST, [3; 32]].map(|digest| prove(&key, &context(&FEDERATION, &digest), &items, entropy(1)).unwrap());
    let [(c1, s1), (c2, s2)] = proofs.map(|proof| {
        let scalar = |bytes: ScalarBytes| Scalar::from_canonical_bytes(bytes.0).unwrap();
        (scalar(proof.challenge), scalar(proof.response))
    });
    // With one nonce for both, s1 - s2 = (c2 - c1)·k would give k.
    let guess = (s1 - s2) * (c2 - c1).invert();
    let public = point(curve25519_dalek::ristretto::RistrettoPoint::mul_base(&guess));
    assert_ne!(&public, key.public().point());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn proofs_verify_whatever_the_randomness(seed in any::<[u8; 32]>(), count in 1u8..12) {
        let key = witness_key(1);
        let items = evaluated(&key, count);
        let here = context(&FEDERATION, &DIGEST);
        let proof = prove(&key, &here, &items, Entropy::new(seed)).unwrap();
        prop_assert!(verify(&key.public(), &here, &items, &proof).is_ok());
        prop_assert!(verify(&witness_key(2).public(), &here, &items, &proof).is_err());
        prop_assert!(verify(&key.public(), &here, &evaluated(&key, count + 1), &proof).is_err());
    }
}
