//! A receipt comes out as it went in, and for nobody else.

use proptest::prelude::*;
use ronde_protocol::limits::MAX_RECEIPT_BYTES;
use ronde_protocol::message::receipt::{MAX_SEALED_BYTES, RECEIPT_STEP, ReceiptError, open, seal};

proptest! {
    /// RECEIPT-1, RECEIPT-2.
    #[test]
    fn what_was_sealed_opens_with_its_secret_alone(
        secret in any::<[u8; 32]>(),
        other in any::<[u8; 32]>(),
        text in "[^\\x00]{1,600}",
        at in any::<prop::sample::Index>(),
        bit in 0..8u8,
    ) {
        let sealed = seal(&secret, &text).unwrap();
        let opened = open(&secret, &sealed).unwrap();
        prop_assert_eq!(opened.as_str(), &text);
        // Shorter texts turn up among random bytes by chance.
        if text.len() >= 16 {
            prop_assert!(!sealed.windows(text.len()).any(|window| window == text.as_bytes()));
        }
        prop_assert_eq!(sealed.len() % RECEIPT_STEP, 16);
        if other != secret {
            prop_assert_eq!(open(&other, &sealed), Err(ReceiptError::Sealed));
        }
        let mut changed = sealed.clone();
        changed[at.index(sealed.len())] ^= 1 << bit;
        prop_assert_eq!(open(&secret, &changed), Err(ReceiptError::Sealed));
    }
}

#[test]
fn the_longest_receipt_has_the_greatest_sealed_size() {
    let sealed = seal(&[7; 32], &"x".repeat(MAX_RECEIPT_BYTES)).unwrap();
    assert_eq!(sealed.len(), MAX_SEALED_BYTES);
    assert_eq!(seal(&[7; 32], &"x".repeat(MAX_RECEIPT_BYTES + 1)), Err(ReceiptError::TooLong));
}
