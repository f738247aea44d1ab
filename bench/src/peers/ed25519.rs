//! The crate `ed25519-dalek`, which our votes are made with: what a bare signature costs.

use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};

use crate::{
    fail::{Failed, OrFail, ensure},
    ours::vote::QUORUM,
    pace::Side,
    stream::Stream,
};

/// Signs 32 bytes.
pub fn signing(stream: &mut Stream) -> Side {
    let key = SigningKey::from_bytes(&stream.bytes());
    let prepare = |stream: &mut Stream| Ok(stream.bytes::<32>());
    Side::new("ed25519-dalek 3, sign", 1, prepare, move |message: &mut [u8; 32]| Ok(key.sign(&message[..])))
}

type Signed = ([u8; 32], Vec<(VerifyingKey, Signature)>);

fn signed(stream: &mut Stream) -> Result<Signed, Failed> {
    let keys = (0..QUORUM).map(|_| SigningKey::from_bytes(&stream.bytes())).collect::<Vec<_>>();
    let message = stream.bytes();
    Ok((message, keys.iter().map(|key| (key.verifying_key(), key.sign(&message))).collect()))
}

/// Verifies as many signatures as a certificate has, one by one, as strictly as we do.
pub fn verifying_strictly() -> Side {
    let work = |(message, signed): &mut Signed| {
        signed.iter().try_for_each(|(key, signature)| key.verify_strict(&message[..], signature).or_fail("a signature"))
    };
    Side::new("ed25519-dalek 3, 3 x verify_strict", 1, signed, work)
}

/// The same by the looser rule that is this crate's usual one.
pub fn verifying() -> Side {
    let work = |(message, signed): &mut Signed| {
        signed.iter().try_for_each(|(key, signature)| key.verify(&message[..], signature).or_fail("a signature"))
    };
    Side::new("ed25519-dalek 3, 3 x verify", 1, signed, work)
}

/// A signature fits its message and no other.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(stream: &mut Stream) -> Result<(), Failed> {
    let (message, signed) = signed(stream)?;
    let (key, signature) = signed.first().or_fail("a signature")?;
    key.verify_strict(&message, signature).or_fail("a good signature")?;
    ensure(key.verify_strict(&stream.bytes::<32>(), signature).is_err(), "a signature fits another message")
}
