use super::*;

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
