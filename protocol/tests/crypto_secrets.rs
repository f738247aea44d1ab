//! Secrets print nothing, cannot be copied, and leave nothing behind.

use crate::crypto_support;

use core::mem::ManuallyDrop;

use crypto_support::{coin, secret, witness_key};
use curve25519_dalek::scalar::Scalar;
use ronde_protocol::crypto::{
    BlindFactor, CoinSecret, Entropy, PoprfSecretKey, SecretScalar, Seed, SigningKey, derive_blind,
};
use subtle::ConstantTimeEq;
use zeroize::ZeroizeOnDrop;

/// OPS-3
#[test]
fn debug_shows_the_type_and_nothing_else() {
    let shown = [
        format!("{:?}", Seed::new([0xab; 32])),
        format!("{:?}", Entropy::new([0xab; 32])),
        format!("{:?}", secret(Scalar::from(171u8))),
        format!("{:?}", coin(171)),
        format!("{:?}", derive_blind(&Seed::new([0xab; 32]), 0, 0, 0, 0)),
        format!("{:?}", witness_key(0xab)),
        format!("{:#?}", SigningKey::from_seed(&[0xab; 32])),
    ];
    let names = ["Seed", "Entropy", "SecretScalar", "CoinSecret", "BlindFactor", "PoprfSecretKey", "SigningKey"];
    for (shown, name) in shown.iter().zip(names) {
        assert_eq!(*shown, format!("{name}(redacted)"));
    }
}

/// Fails to compile if the type is `Clone`: then both impls fit and the call is ambiguous.
macro_rules! assert_not_clone {
    ($($type:ty),+ $(,)?) => {$({
        trait Ambiguous<A> {
            fn holds() {}
        }
        impl<T: ?Sized> Ambiguous<()> for T {}
        impl<T: ?Sized + Clone> Ambiguous<u8> for T {}
        <$type as Ambiguous<_>>::holds();
    })+};
}

fn assert_wiped_on_drop<T: ZeroizeOnDrop>() {}

#[test]
fn secrets_are_not_cloned_and_are_wiped() {
    assert_not_clone!(Seed, Entropy, SecretScalar, CoinSecret, BlindFactor, PoprfSecretKey, SigningKey,);
    assert_wiped_on_drop::<Seed>();
    assert_wiped_on_drop::<Entropy>();
    assert_wiped_on_drop::<SecretScalar>();
    assert_wiped_on_drop::<CoinSecret>();
    assert_wiped_on_drop::<BlindFactor>();
    assert_wiped_on_drop::<PoprfSecretKey>();
    assert_wiped_on_drop::<SigningKey>();
    assert_wiped_on_drop::<ed25519_dalek::SigningKey>();
}

/// The bytes of a value's memory after it was dropped in place.
fn after_drop<T>(value: T) -> Vec<u8> {
    let mut slot = ManuallyDrop::new(value);
    // SAFETY: the value is dropped once; its storage lives until the end of this function, and the types tested
    // here are plain byte arrays without padding.
    unsafe {
        ManuallyDrop::drop(&mut slot);
        let start = core::ptr::from_ref(&slot).cast::<u8>();
        core::slice::from_raw_parts(start, size_of::<T>()).to_vec()
    }
}

#[test]
fn dropped_secrets_leave_zeros() {
    assert_eq!(after_drop([0xabu8; 32]), [0xab; 32], "control: plain bytes stay");
    assert_eq!(after_drop(Seed::new([0xab; 32])), [0; 32]);
    assert_eq!(after_drop(Entropy::new([0xab; 32])), [0; 32]);
    assert_eq!(after_drop(secret(-Scalar::ONE)), [0; 32]);
    assert_eq!(after_drop(BlindFactor::from_secret(secret(-Scalar::ONE))), [0; 32]);
}

#[test]
fn secrets_compare_in_constant_time_only() {
    let one = || secret(Scalar::from(1u8));
    assert!(bool::from(one().ct_eq(&one())));
    assert!(!bool::from(one().ct_eq(&secret(Scalar::from(2u8)))));
    assert!(bool::from(Seed::new([1; 32]).ct_eq(&Seed::new([1; 32]))));
    assert!(!bool::from(Seed::new([1; 32]).ct_eq(&Seed::new([2; 32]))));
    assert_eq!(*Seed::new([1; 32]).expose_bytes(), [1; 32]);
}
