use alloc::vec;

use super::*;
use crate::crypto::{entropy::Entropy, poprf::PoprfSecretKey};

/// PROOF-5. No hash gives such weights, so they are given here.
#[test]
fn a_composite_that_vanishes_is_refused() {
    let generator = Point::generator();
    let item = EvaluationItem { tweak: Tweak::of_fixed_info(b"class"), blinded: generator, evaluated: generator };
    let weighed = |weights: [Scalar; 2]| weigh([0; 32], &weights, &[item, item]).map(|_| ());
    assert_eq!(weighed([Scalar::ONE, -Scalar::ONE]), Err(ProofError::Degenerate));
    assert_eq!(weighed([Scalar::ZERO, Scalar::ZERO]), Err(ProofError::Degenerate));
    assert_eq!(weighed([Scalar::ONE, Scalar::ONE]), Ok(()));
}

/// Whoever remembers a good proof takes no other for it.
#[test]
fn a_proof_that_is_remembered_vouches_for_its_own_key_context_and_items_alone() {
    let secret = |byte| PoprfSecretKey::from_seed(&[byte; 32]).unwrap();
    let (key, other) = (secret(1), secret(2));
    let tweak = Tweak::of_fixed_info(b"class");
    let item = |byte: u8| {
        let blinded = Point::from_uniform_bytes(&[byte; 64]);
        EvaluationItem { tweak, blinded, evaluated: key.evaluate(&tweak, &blinded).unwrap() }
    };
    let items = [item(1), item(2)];
    let context = EvaluationContext { federation: &[3; 32], keyset: 4, index: 5, digest: &[6; 32] };
    let proof = prove(&key, &context, &items, Entropy::new([7; 32])).unwrap();
    let judged = |key: &PoprfSecretKey, context, items: &[EvaluationItem], proof| {
        verify(&key.public(), &context, items, &proof).map(|_| ())
    };
    ronde_remember::during(|| {
        assert_eq!([judged(&key, context, &items, proof), judged(&key, context, &items, proof)], [Ok(()); 2]);
        let foreign = [
            EvaluationContext { federation: &[4; 32], ..context },
            EvaluationContext { keyset: 5, ..context },
            EvaluationContext { index: 6, ..context },
            EvaluationContext { digest: &[7; 32], ..context },
        ];
        let [first, second] = items;
        let changed = [
            vec![first],
            vec![second, first],
            vec![first, second, second],
            vec![EvaluationItem { tweak: Tweak::of_fixed_info(b"other"), ..first }, second],
            vec![EvaluationItem { blinded: second.blinded, ..first }, second],
            vec![EvaluationItem { evaluated: second.evaluated, ..first }, second],
        ];
        let proofs = [
            EvaluationProof { challenge: proof.response, ..proof },
            EvaluationProof { response: proof.challenge, ..proof },
        ];
        assert_eq!(judged(&other, context, &items, proof), Err(ProofError::Wrong));
        foreign.iter().for_each(|context| assert_eq!(judged(&key, *context, &items, proof), Err(ProofError::Wrong)));
        changed.iter().for_each(|items| assert_eq!(judged(&key, context, items, proof), Err(ProofError::Wrong)));
        proofs.iter().for_each(|proof| assert_eq!(judged(&key, context, &items, *proof), Err(ProofError::Wrong)));
    });
}
