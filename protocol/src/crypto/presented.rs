//! All that orders present to a witness, checked in one equation: spend signatures, and its own MAC columns.
//!
//! Each order j states s_j·G = R_j + sum e_ji·P_ji, and each of its coins i states (k + m_i)·N_i = H(P_i). Fresh secret
//! weights of 128 bits, w_j for an order and v_i for a coin, fold all of them into
//!
//! k·(sum v_i·N_i) = sum v_i·H_i - sum (v_i·m_i)·N_i + sum w_j·(R_j + sum e_ji·P_ji - s_j·G)
//!
//! so that the key meets one element, in constant time, and all else is one multi-scalar multiplication (SPEND-10).

use curve25519_dalek::scalar::Scalar;
use subtle::ConstantTimeEq;
use thiserror::Error;

use super::{
    entropy::Entropy,
    hash::{Transcript, Xof},
    labels,
    mac::{self, MacError, MacItem},
    poprf::PoprfSecretKey,
    spend::{SpendCheck, SpendError, SpendTerms},
};

/// Why what was presented is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PresentedError {
    /// The spend signature.
    #[error(transparent)]
    Spend(#[from] SpendError),
    /// A component.
    #[error(transparent)]
    Mac(#[from] MacError),
    /// Something in a batch. It does not say what: the caller splits the batch to find it.
    #[error("a signature or a component of the batch is wrong")]
    Batch,
}

/// A spend signature among what is presented.
#[derive(Debug, Clone, Copy)]
pub enum PresentedSpend<'a> {
    /// With what it must fit.
    Unverified(SpendCheck<'a>),
    /// It was found good before: what is left to check are the coins.
    Verified(VerifiedSpend<'a>),
}

/// What was signed, by a signature that was found good.
#[derive(Debug, Clone, Copy)]
pub struct VerifiedSpend<'a>(&'a [u8; 32]);

impl<'a> VerifiedSpend<'a> {
    /// Of an order that was authorized.
    pub(crate) fn of(digest: &'a [u8; 32]) -> Self {
        Self(digest)
    }
}

/// What one order presents: the signature by its coins' keys, and the coins.
#[derive(Debug, Clone, Copy)]
pub struct PresentedOrder<'a> {
    /// The spend signature.
    pub spend: PresentedSpend<'a>,
    /// The coins, with this witness's components.
    pub coins: &'a [MacItem],
}

/// Checks one order alone, and says what is wrong: its signature first, as a relay could see that too.
///
/// # Errors
/// [`PresentedError::Spend`], [`PresentedError::Mac`].
pub fn check_one(key: &PoprfSecretKey, order: &PresentedOrder<'_>, entropy: Entropy) -> Result<(), PresentedError> {
    if check_batch(key, core::slice::from_ref(order), entropy).is_ok() {
        return Ok(());
    }
    if let PresentedSpend::Unverified(spend) = &order.spend {
        spend.verify()?;
    }
    // The equation is linear: had every component been good too, all together would have passed.
    Err(MacError::Wrong.into())
}

/// Checks what many orders present at once. The entropy must be drawn after the batch is closed: whoever knew the weights
/// could make errors that cancel (SPEND-10). An empty batch passes.
///
/// # Errors
/// [`PresentedError::Spend`] for what is no signature by its form; [`PresentedError::Batch`] if anything is wrong (missed with
/// probability 2^-128).
pub fn check_batch(
    key: &PoprfSecretKey,
    orders: &[PresentedOrder<'_>],
    entropy: Entropy,
) -> Result<(), PresentedError> {
    let mut weights = weights(orders, &entropy);
    let mut spends = SpendTerms::default();
    for order in orders {
        if let PresentedSpend::Unverified(spend) = &order.spend {
            spends.add(spend, Scalar::from(weights.next_u128()))?;
        }
    }
    let mut terms = spends.into_terms();
    let folded = mac::fold(orders.iter().flat_map(|order| order.coins), &mut weights, &mut terms);
    if bool::from(key.times(&folded).ct_eq(&terms.sum())) { Ok(()) } else { Err(PresentedError::Batch) }
}

/// Weights over the entropy and all that was presented: should the entropy ever be poor, they are still no free choice. An
/// order's digest covers its coins' keys and classes.
fn weights(orders: &[PresentedOrder<'_>], entropy: &Entropy) -> Xof {
    let mut transcript = Transcript::new(labels::PRESENTED_WEIGHTS);
    transcript.part(entropy.as_bytes());
    for order in orders {
        match &order.spend {
            PresentedSpend::Unverified(SpendCheck { digest, signature, .. }) => {
                transcript.part(*digest).part(&signature.r.0).part(&signature.s.0)
            }
            PresentedSpend::Verified(VerifiedSpend(digest)) => transcript.part(*digest).part(&[]).part(&[]),
        };
        transcript.part(&(order.coins.len() as u64).to_le_bytes());
        for coin in order.coins {
            transcript.part(coin.component.as_bytes());
        }
    }
    transcript.xof()
}
