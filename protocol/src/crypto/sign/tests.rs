use super::*;
use crate::crypto::labels;

/// Whoever remembers a good signature takes no other for it.
#[test]
fn a_signature_that_is_remembered_vouches_for_its_own_key_message_and_bytes_alone() {
    let (key, other) = (SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[2; 32]));
    let signature = key.sign(labels::VOTE_SIGNATURE, &[b"order"]);
    let good = key.verifying_key().check(labels::VOTE_SIGNATURE, &[b"order"], &signature);
    ronde_remember::during(|| {
        assert_eq!([good.verify(), good.verify()], [Ok(()); 2]);
        assert_eq!(SignatureCheck { key: other.verifying_key(), ..good }.verify(), Err(SignError::Wrong));
        for at in 0..32 {
            let mut message = good.message;
            message[at] ^= 1;
            assert_eq!(SignatureCheck { message, ..good }.verify(), Err(SignError::Wrong), "byte {at} of the message");
        }
        for at in 0..64 {
            let mut signature = good.signature;
            signature.0[at] ^= 1;
            assert_eq!(SignatureCheck { signature, ..good }.verify(), Err(SignError::Wrong), "byte {at}");
        }
    });
}
