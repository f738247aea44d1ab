//! One batched proof that a witness evaluated all of an order's outputs with its published key (design section 6).
//!
//! With D_i = B_i - m_i·Z_i the claim is log_G K = log_{Z_i} D_i for every i. Weights w_i of 128 bits fold all of them
//! into one pair M = sum w_i·Z_i, D = sum w_i·D_i, and a Chaum-Pedersen proof shows log_G K = log_M D:
//!
//! * statement = derive(EVALUATION_STATEMENT; federation, keyset, index, K, digest, count, m_1, B_1, Z_1, m_2, ...)
//! * w_i = successive 16-byte blocks of xof(EVALUATION_WEIGHTS; statement)
//! * c = derive_wide(EVALUATION_CHALLENGE; statement, M, D, t·G, t·M) reduced, s = t - c·k; the proof is (c, s)
//!
//! keyset is u32, index u8, count u64, all little endian; points and scalars are their 32-byte encodings. These are
//! PROOF-1, PROOF-2 and PROOF-3.

use alloc::vec::Vec;

use bincode::{Decode, Encode};
use curve25519_dalek::{
    ristretto::RistrettoPoint,
    scalar::Scalar,
    traits::{IsIdentity, VartimeMultiscalarMul},
};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{
    entropy::Entropy,
    group::{Point, ScalarBytes, Terms},
    hash::{Transcript, derive_secret_scalar, derive_wide, xof},
    labels,
    once::once,
    poprf::{PoprfPublicKey, PoprfSecretKey, Tweak},
};

/// Why an evaluation proof is refused, or not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofError {
    /// There is nothing to prove: an order without outputs has no evaluation (PROOF-6).
    #[error("no outputs to prove")]
    Empty,
    /// Challenge or response is not below the group order (PROOF-4).
    #[error("proof scalar not below the group order")]
    NonCanonicalScalar,
    /// The folded elements vanish: not every Z_i is what it should be.
    #[error("degenerate composite")]
    Degenerate,
    /// The proof does not fit the elements, the key or the context.
    #[error("evaluation proof does not verify")]
    Wrong,
    /// The prover's own elements were not evaluated with this key: nothing was signed that would accuse it.
    #[error("elements were not evaluated with this key")]
    NotEvaluated,
}

/// What an evaluation belongs to; part of every weight and challenge.
#[derive(Debug, Clone, Copy)]
pub struct EvaluationContext<'a> {
    /// Federation id.
    pub federation: &'a [u8; 32],
    /// Keyset number.
    pub keyset: u32,
    /// The witness's index in the keyset.
    pub index: u8,
    /// The order's digest.
    pub digest: &'a [u8; 32],
}

/// One output: its class's tweak, what was to be evaluated and what came of it. Neither can be the identity, by type.
#[derive(Debug, Clone, Copy)]
pub struct EvaluationItem {
    /// m_i of the output's class.
    pub tweak: Tweak,
    /// B_i.
    pub blinded: Point,
    /// Z_i = (k + m_i)^-1 · B_i.
    pub evaluated: Point,
}

/// The proof as it travels, 64 bytes: challenge and response, two scalars not yet looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize)]
pub struct EvaluationProof {
    /// c.
    pub challenge: ScalarBytes,
    /// s = t - c·k.
    pub response: ScalarBytes,
}

/// That a proof was verified. Only [`verify`] makes one.
#[derive(Debug)]
#[must_use]
pub struct VerifiedProof(());

/// What both sides compute from the statement.
struct Folded {
    statement: [u8; 32],
    /// M = sum w_i·Z_i.
    base: RistrettoPoint,
    /// D = sum w_i·(B_i - m_i·Z_i).
    image: RistrettoPoint,
}

/// Proves that every item was evaluated with `key`.
///
/// The prover checks its own elements first: a witness answers for what it signs, so a fault of memory or of a program
/// must not become a signed wrong proof (PROOF-7). The nonce is hedged (PROOF-8).
///
/// # Errors
/// [`ProofError::Empty`], [`ProofError::NotEvaluated`], [`ProofError::Degenerate`] (2^-128).
pub fn prove(
    key: &PoprfSecretKey,
    context: &EvaluationContext<'_>,
    items: &[EvaluationItem],
    entropy: Entropy,
) -> Result<EvaluationProof, ProofError> {
    let folded = fold(statement(&key.public(), context, items)?, items)?;
    if key.times(&folded.base) != folded.image {
        return Err(ProofError::NotEvaluated);
    }
    let secret = Zeroizing::new(key.scalar().to_bytes());
    let nonce = derive_secret_scalar(labels::HEDGED_NONCE, &[&*secret, &folded.statement, entropy.as_bytes()]);
    let on_generator = RistrettoPoint::mul_base(nonce.inner());
    let on_base = nonce.inner() * folded.base;
    let challenge = challenge(&folded, &on_generator, &on_base);
    let response = nonce.inner() - challenge * key.scalar();
    Ok(EvaluationProof { challenge: ScalarBytes(challenge.to_bytes()), response: ScalarBytes(response.to_bytes()) })
}

/// Verifies that every item was evaluated with the secret of `key`.
///
/// # Errors
/// [`ProofError::Empty`], [`ProofError::NonCanonicalScalar`], [`ProofError::Degenerate`], [`ProofError::Wrong`].
pub fn verify(
    key: &PoprfPublicKey,
    context: &EvaluationContext<'_>,
    items: &[EvaluationItem],
    proof: &EvaluationProof,
) -> Result<VerifiedProof, ProofError> {
    let given = scalar(&proof.challenge)?;
    let response = scalar(&proof.response)?;
    let statement = statement(key, context, items)?;
    once("evaluation", &[&statement, &proof.challenge.0, &proof.response.0], || {
        let folded = fold(statement, items)?;
        let on_generator = RistrettoPoint::vartime_double_scalar_mul_basepoint(&given, key.point().inner(), &response);
        let on_base = RistrettoPoint::vartime_multiscalar_mul([&response, &given], [&folded.base, &folded.image]);
        if challenge(&folded, &on_generator, &on_base) == given { Ok(()) } else { Err(ProofError::Wrong) }
    })?;
    Ok(VerifiedProof(()))
}

fn scalar(bytes: &ScalarBytes) -> Result<Scalar, ProofError> {
    let decoded = bytes.decode().map_err(|_| ProofError::NonCanonicalScalar)?;
    Ok(decoded.0)
}

fn fold(statement: [u8; 32], items: &[EvaluationItem]) -> Result<Folded, ProofError> {
    let mut stream = xof(labels::EVALUATION_WEIGHTS, &[&statement]);
    let weights: Vec<Scalar> = items.iter().map(|_| Scalar::from(stream.next_u128())).collect();
    weigh(statement, &weights, items)
}

fn weigh(statement: [u8; 32], weights: &[Scalar], items: &[EvaluationItem]) -> Result<Folded, ProofError> {
    let (mut base, mut image) = (Terms::default(), Terms::default());
    for (weight, item) in weights.iter().zip(items) {
        let evaluated = *item.evaluated.inner();
        base.push(*weight, evaluated);
        image.push(*weight, *item.blinded.inner());
        image.push(-(weight * item.tweak.inner()), evaluated);
    }
    let (base, image) = (base.sum(), image.sum());
    // With M = 0 the second equation would say nothing about k (PROOF-5).
    if base.is_identity() {
        return Err(ProofError::Degenerate);
    }
    Ok(Folded { statement, base, image })
}

/// What the proof is about: it covers the key, the context and every item.
fn statement(
    key: &PoprfPublicKey,
    context: &EvaluationContext<'_>,
    items: &[EvaluationItem],
) -> Result<[u8; 32], ProofError> {
    if items.is_empty() {
        return Err(ProofError::Empty);
    }
    let mut transcript = Transcript::new(labels::EVALUATION_STATEMENT);
    transcript
        .part(context.federation)
        .part(&context.keyset.to_le_bytes())
        .part(&[context.index])
        .part(key.point().as_bytes())
        .part(context.digest)
        .part(&(items.len() as u64).to_le_bytes());
    for item in items {
        transcript.part(item.tweak.encode().as_bytes()).part(item.blinded.as_bytes()).part(item.evaluated.as_bytes());
    }
    Ok(transcript.finish())
}

fn challenge(folded: &Folded, on_generator: &RistrettoPoint, on_base: &RistrettoPoint) -> Scalar {
    let wide = derive_wide(
        labels::EVALUATION_CHALLENGE,
        &[
            &folded.statement,
            folded.base.compress().as_bytes(),
            folded.image.compress().as_bytes(),
            on_generator.compress().as_bytes(),
            on_base.compress().as_bytes(),
        ],
    );
    Scalar::from_bytes_mod_order_wide(&wide)
}

#[cfg(test)]
mod tests;
