//! A witness checks its own column of MACs (design section 6, step 4).
//!
//! N = (k + m)^-1 · H(P) exactly if (k + m)·N = H(P). A batch takes fresh secret weights of 128 bits and asks whether
//! k·(sum w_i·N_i) = sum w_i·H_i - sum w_i·m_i·N_i: the key meets one element, in constant time.
//!
//! A class of many coins costs half of that: their components are summed with weights of 128 bits first, and m meets the
//! sum alone.

use alloc::collections::BTreeMap;

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use super::{
    entropy::Entropy,
    group::{Point, Terms},
    hash::{Transcript, Xof},
    labels,
    poprf::{CoinHash, PoprfSecretKey, Tweak},
};

/// Coins of one class from which on it pays to sum them apart.
const MANY_OF_A_CLASS: usize = 5;

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
    /// H(P).
    pub hash: CoinHash,
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
    accept(product.ct_eq(item.hash.element()).into())
}

/// Checks many components at once. The entropy must be drawn after the batch is closed: whoever knew the weights could
/// make errors that cancel (POPRF-6). An empty batch passes.
///
/// # Errors
/// [`MacError::Wrong`] if any is wrong (missed with probability 2^-128); the caller splits the batch to find it.
pub fn check_batch(key: &PoprfSecretKey, items: &[MacItem], entropy: Entropy) -> Result<(), MacError> {
    let mut terms = Terms::default();
    let folded = fold(items.iter(), &mut weights(items, &entropy), &mut terms);
    accept(key.times(&folded).ct_eq(&terms.sum()).into())
}

fn accept(equal: bool) -> Result<(), MacError> {
    if equal { Ok(()) } else { Err(MacError::Wrong) }
}

/// Adds w_i·H_i and -(w_i·m_i)·N_i of all items to the terms, and gives the sum of w_i·N_i, which the key meets.
pub(super) fn fold<'a>(
    items: impl Iterator<Item = &'a MacItem>,
    weights: &mut Xof,
    terms: &mut Terms,
) -> RistrettoPoint {
    let mut classes: BTreeMap<[u8; 32], (Tweak, Terms)> = BTreeMap::new();
    for item in items {
        let weight = Scalar::from(weights.next_u128());
        terms.push(weight, *item.hash.element());
        let class = classes.entry(item.tweak.encode().0).or_insert_with(|| (item.tweak, Terms::default()));
        class.1.push(weight, *item.component.inner());
    }
    let (mut rest, mut sum) = (Terms::default(), RistrettoPoint::default());
    for (tweak, of_class) in classes.into_values() {
        if of_class.len() < MANY_OF_A_CLASS {
            of_class.iter().for_each(|(weight, component)| terms.push(-(weight * tweak.inner()), *component));
            rest.append(of_class);
        } else {
            let of_class = of_class.sum();
            terms.push(-tweak.inner(), of_class);
            sum += of_class;
        }
    }
    sum + rest.sum()
}

/// Weights over the entropy and the items: should the entropy ever be poor, they are still no free choice.
fn weights(items: &[MacItem], entropy: &Entropy) -> Xof {
    let mut transcript = Transcript::new(labels::BATCH_WEIGHTS);
    transcript.part(entropy.as_bytes());
    for item in items {
        transcript
            .part(item.tweak.encode().as_bytes())
            .part(item.hash.coin().as_bytes())
            .part(item.component.as_bytes());
    }
    transcript.xof()
}
