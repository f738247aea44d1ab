//! A witness checks its own column of MACs (design section 6, step 4).
//!
//! N = (k + m)^-1 · H(P) exactly if (k + m)·N = H(P). A batch takes fresh secret weights of 128 bits and asks whether
//! k·(sum w_i·N_i) = sum w_i·H_i - sum w_i·m_i·N_i: the key meets one element, in constant time.

use alloc::vec::Vec;

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar, traits::VartimeMultiscalarMul};
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use super::{
    entropy::Entropy,
    group::Point,
    hash::Transcript,
    labels,
    poprf::{PoprfSecretKey, Tweak},
};

/// Why a MAC check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MacError {
    /// At least one component is not this witness's MAC. A batch does not say which.
    #[error("a component is not this witness's MAC")]
    Wrong,
}

/// One component to check.
#[derive(Debug, Clone, Copy)]
pub struct MacItem {
    /// m of the coin's class.
    pub tweak: Tweak,
    /// H(P), see [`super::coin_hash`].
    pub point_hash: Point,
    /// N, as the wallet showed it.
    pub component: Point,
}

/// Checks one component: (k + m)·N = H(P) (POPRF-5).
///
/// # Errors
/// [`MacError::Wrong`].
pub fn check_one(key: &PoprfSecretKey, item: &MacItem) -> Result<(), MacError> {
    let sum = Zeroizing::new(key.scalar() + item.tweak.inner());
    let product = *sum * item.component.inner();
    accept(product.ct_eq(item.point_hash.inner()).into())
}

/// Checks many components at once. The entropy must be drawn after the batch is closed: whoever knew the weights could
/// make errors that cancel (POPRF-6). An empty batch passes.
///
/// # Errors
/// [`MacError::Wrong`] if any is wrong (missed with probability 2^-128); the caller splits the batch to find it.
pub fn check_batch(key: &PoprfSecretKey, items: &[MacItem], entropy: Entropy) -> Result<(), MacError> {
    let weights = weights(items, &entropy);
    let components = || items.iter().map(|item| item.component.inner());
    let hashes = items.iter().map(|item| item.point_hash.inner());
    let pulled_back = weights.iter().zip(items).map(|(w, item)| -(w * item.tweak.inner()));
    let base = RistrettoPoint::vartime_multiscalar_mul(weights.iter(), components());
    let image =
        RistrettoPoint::vartime_multiscalar_mul(weights.iter().copied().chain(pulled_back), hashes.chain(components()));
    accept(key.times(&base).ct_eq(&image).into())
}

fn accept(equal: bool) -> Result<(), MacError> {
    if equal { Ok(()) } else { Err(MacError::Wrong) }
}

/// Weights over the entropy and the items: should the entropy ever be poor, they are still no free choice.
fn weights(items: &[MacItem], entropy: &Entropy) -> Zeroizing<Vec<Scalar>> {
    let mut transcript = Transcript::new(labels::BATCH_WEIGHTS);
    transcript.part(entropy.as_bytes());
    for item in items {
        transcript
            .part(item.tweak.encode().as_bytes())
            .part(item.point_hash.as_bytes())
            .part(item.component.as_bytes());
    }
    let mut stream = transcript.xof();
    Zeroizing::new(
        items
            .iter()
            .map(|_| {
                let mut weight = stream.next_u128();
                let scalar = Scalar::from(weight);
                weight.zeroize();
                scalar
            })
            .collect(),
    )
}
