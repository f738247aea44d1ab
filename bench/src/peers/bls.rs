//! Blind BLS signatures over BLS12-381 in G1: the arithmetic of `blst`, multiplied through the safe calls of `blstrs`, and
//! verified by `blst`'s own.

use std::rc::Rc;

use blst::{
    BLST_ERROR,
    min_sig::{PublicKey, Signature},
};
use blstrs::{G1Affine, G1Projective, G2Projective, Scalar};
use group::{Curve as _, Group as _, ff::Field as _};

use crate::{
    fail::{Failed, OrFail, ensure},
    pace::Side,
    stream::Stream,
};

/// Separates these hashes to the curve from any others.
const DOMAIN: &[u8] = b"RONDE-BENCH-BLIND-BLS-BLS12381G1_XMD:SHA-256_SSWU_RO_";

/// A signer.
pub struct Signer {
    secret: Scalar,
    public: PublicKey,
}

type Element = [u8; 48];

impl Signer {
    /// With a fresh key.
    ///
    /// # Errors
    /// The peer's.
    pub fn new(stream: &mut Stream) -> Result<Self, Failed> {
        let secret = Scalar::random(stream.generator());
        let public = (G2Projective::generator() * secret).to_affine().to_compressed();
        Ok(Self { secret, public: PublicKey::key_validate(&public).or_fail("a BLS key")? })
    }

    fn sign(&self, blinded: &Element) -> Result<Element, Failed> {
        let blinded: Option<G1Affine> = G1Affine::from_compressed(blinded).into();
        Ok((blinded.or_fail("a blinded element")? * self.secret).to_affine().to_compressed())
    }

    fn issue(&self, stream: &mut Stream) -> Result<([u8; 32], Element), Failed> {
        let message = stream.bytes();
        let (factor, blinded) = blind(&message, stream);
        let signed: Option<G1Affine> = G1Affine::from_compressed(&self.sign(&blinded)?).into();
        let back: Option<Scalar> = factor.invert().into();
        let signature = signed.or_fail("a signature")? * back.or_fail("a factor that is not zero")?;
        Ok((message, signature.to_affine().to_compressed()))
    }

    fn verify(&self, message: &[u8; 32], signature: &Element) -> Result<(), Failed> {
        let signature = Signature::from_bytes(signature).or_fail("a signature")?;
        let found = signature.verify(true, message, DOMAIN, &[], &self.public, false);
        ensure(found == BLST_ERROR::BLST_SUCCESS, "a BLS signature does not fit")
    }
}

fn blind(message: &[u8; 32], stream: &mut Stream) -> (Scalar, Element) {
    let factor = Scalar::random(stream.generator());
    let blinded = G1Projective::hash_to_curve(message, DOMAIN, &[]) * factor;
    (factor, blinded.to_affine().to_compressed())
}

/// Verifies a token that is a signature: its subgroup, and two pairings.
pub fn verifying(signer: &Rc<Signer>) -> Side {
    let (maker, worker) = (Rc::clone(signer), Rc::clone(signer));
    let prepare = move |stream: &mut Stream| maker.issue(stream);
    let work = move |(message, signature): &mut ([u8; 32], Element)| worker.verify(message, signature);
    Side::new("blst 0.3, verify by pairing", 1, prepare, work)
}

/// Signs a blinded element, from bytes to bytes.
pub fn signing(signer: &Rc<Signer>) -> Side {
    let signer = Rc::clone(signer);
    let prepare = |stream: &mut Stream| Ok(blind(&stream.bytes(), stream).1);
    Side::new("blst 0.3, sign blindly", 1, prepare, move |blinded: &mut Element| signer.sign(blinded))
}

/// A signature fits its message and no other.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(signer: &Signer, stream: &mut Stream) -> Result<(), Failed> {
    let (message, signature) = signer.issue(stream)?;
    signer.verify(&message, &signature)?;
    ensure(signer.verify(&stream.bytes(), &signature).is_err(), "a signature fits another message")
}
