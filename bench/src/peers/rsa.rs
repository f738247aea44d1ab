//! The crate `blind-rsa-signatures`: RFC 9474 with 2048 bits, RSABSSA-SHA384-PSS-Deterministic, as Privacy Pass uses it.

use std::rc::Rc;

use blind_rsa_signatures::{BlindMessage, Deterministic, KeyPair, PSS, Sha384, Signature};
use rand::rngs::StdRng;

use crate::{
    fail::{Failed, OrFail, ensure},
    pace::Side,
    stream::Stream,
};

type Keys = KeyPair<Sha384, PSS, Deterministic>;

/// Bits of the modulus.
const BITS: usize = 2048;

/// A fresh key. Takes a second or so.
///
/// # Errors
/// The peer's.
pub fn keys(stream: &mut Stream) -> Result<Keys, Failed> {
    Keys::generate(&mut stream.newer_generator(), BITS).or_fail("an RSA key")
}

fn issue(keys: &Keys, stream: &mut Stream) -> Result<([u8; 32], Signature), Failed> {
    let (message, mut generator): ([u8; 32], _) = (stream.bytes(), stream.newer_generator());
    let blinded = keys.pk.blind(&mut generator, message).or_fail("blinding")?;
    let signed = keys.sk.blind_sign_with_rng(&mut generator, &blinded.blind_message).or_fail("signing")?;
    Ok((message, keys.pk.finalize(&signed, &blinded, message).or_fail("finalizing")?))
}

/// Verifies a token that is a signature.
pub fn verifying(keys: &Rc<Keys>) -> Side {
    let (maker, worker) = (Rc::clone(keys), Rc::clone(keys));
    let prepare = move |stream: &mut Stream| issue(&maker, stream);
    let work = move |(message, signature): &mut ([u8; 32], Signature)| {
        worker.pk.verify(signature, None, *message).or_fail("a token")
    };
    Side::new("blind-rsa-signatures 0.18, verify", 1, prepare, work).at_most(6)
}

/// Signs a blinded message.
pub fn signing(keys: &Rc<Keys>) -> Side {
    let (maker, worker) = (Rc::clone(keys), Rc::clone(keys));
    let prepare = move |stream: &mut Stream| {
        let mut generator = stream.newer_generator();
        let blinded = maker.pk.blind(&mut generator, stream.bytes::<32>()).or_fail("blinding")?;
        Ok((blinded.blind_message, generator))
    };
    let work = move |(message, generator): &mut (BlindMessage, StdRng)| {
        worker.sk.blind_sign_with_rng(generator, message).or_fail("signing")
    };
    Side::new("blind-rsa-signatures 0.18, sign", 1, prepare, work)
}

/// A signature fits its message and no other.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(keys: &Keys, stream: &mut Stream) -> Result<(), Failed> {
    let (message, signature) = issue(keys, stream)?;
    keys.pk.verify(&signature, None, message).or_fail("a good signature")?;
    ensure(keys.pk.verify(&signature, None, stream.bytes::<32>()).is_err(), "a signature fits another message")
}
