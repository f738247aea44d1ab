use curve25519_dalek::scalar::Scalar;

use super::SecretScalar;

/// GROUP-5.
#[test]
fn a_secret_scalar_that_would_be_zero_is_one() {
    let mut order = [0; 64];
    // L is one more than the canonical encoding of -1.
    order[..32].copy_from_slice((-Scalar::ONE).as_bytes());
    order[0] += 1;
    for wide in [[0; 64], order] {
        assert_eq!(Scalar::from_bytes_mod_order_wide(&wide), Scalar::ZERO, "control");
        assert_eq!(*SecretScalar::from_wide(&wide).inner(), Scalar::ONE);
    }
    order[0] += 1;
    assert_eq!(*SecretScalar::from_wide(&order).inner(), Scalar::ONE);
}
