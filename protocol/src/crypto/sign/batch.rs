//! Many Ed25519 signatures at once, with the verdict that strict verification gives for each.
//!
//! Let D_i = R_i - (s_i·G - h_i·A_i). Strict, cofactorless verification accepts if D_i = 0, R_i is canonical and not of
//! small order, and s_i is below the group order. The last three are looked at one by one. For the first, fresh secret
//! weights z_i of 128 bits are taken, and U_k = sum over all i of (bit k of z_i)·R_i, for each of the 128 bits. A batch is
//! accepted if every U_k is free of torsion, and sum 2^k·U_k = (sum z_i·s_i)·G - sum (z_i·h_i)·A_i.
//!
//! **A batch with a D_i other than 0 is accepted with a probability of at most 2^-127.** If some D_i has a part in the
//! group of prime order, the equation holds for at most one value of its z_i modulo that order, whatever the other weights
//! are: 2^-128. Otherwise every D_i is of small order; s_i·G - h_i·A_i has no torsion, since A_i has none, so D_i is the
//! torsion of R_i, and some R_i has torsion. Whatever the other bits are, of the two values of bit k of its z_i at most one
//! leaves U_k without torsion; the 128 bits are independent: 2^-128. A batch of good signatures is always accepted.
//! So batching changes no verdict, unlike batches that multiply by the cofactor or trust their weights with torsion.

use alloc::{collections::BTreeMap, vec, vec::Vec};

use curve25519_dalek::{
    EdwardsPoint,
    constants::ED25519_BASEPOINT_POINT,
    edwards::CompressedEdwardsY,
    scalar::Scalar,
    traits::{Identity, IsIdentity, VartimeMultiscalarMul},
};
use sha2::{Digest, Sha512};

use super::{SignError, SignatureCheck};
use crate::crypto::entropy::Entropy;

/// Bits of a weight that one row of buckets takes.
const BUCKET_BITS: usize = 8;
/// Rows of buckets.
const ROWS: usize = 128 / BUCKET_BITS;

/// Verifies many signatures at once, with fresh entropy drawn after the batch is closed. An empty batch passes.
///
/// # Errors
/// [`SignError::Wrong`] if any is wrong; the caller splits the batch to find it.
pub fn verify_batch(checks: &[SignatureCheck], entropy: Entropy) -> Result<(), SignError> {
    let mut buckets = vec![EdwardsPoint::identity(); ROWS << BUCKET_BITS];
    let mut on_generator = Scalar::ZERO;
    let mut on_keys: BTreeMap<[u8; 32], (EdwardsPoint, Scalar)> = BTreeMap::new();
    for (check, weight) in checks.iter().zip(entropy.split(checks.len())) {
        let (r, s, h) = parts(check)?;
        let bytes = weight.into_bytes();
        let weight: [u8; 16] = bytes.first_chunk().copied().ok_or(SignError::Wrong)?;
        for (row, bits) in weight.iter().enumerate().filter(|(_, bits)| **bits != 0) {
            let bucket = buckets.get_mut((row << BUCKET_BITS) | usize::from(*bits)).ok_or(SignError::Wrong)?;
            *bucket += r;
        }
        let z = Scalar::from(u128::from_le_bytes(weight));
        on_generator += z * s;
        let key = on_keys.entry(check.key.0.to_bytes()).or_insert((check.key.0.to_edwards(), Scalar::ZERO));
        key.1 -= z * h;
    }
    let sums = bit_sums(&buckets);
    if !sums.iter().all(EdwardsPoint::is_torsion_free) {
        return Err(SignError::Wrong);
    }
    let weighted = sums.iter().rev().fold(EdwardsPoint::identity(), |sum, bit| sum + sum + bit);
    let scalars = on_keys.values().map(|(_, scalar)| *scalar).chain([on_generator]);
    let points = on_keys.values().map(|(point, _)| *point).chain([ED25519_BASEPOINT_POINT]);
    let expected = EdwardsPoint::vartime_multiscalar_mul(scalars, points);
    if (weighted - expected).is_identity() { Ok(()) } else { Err(SignError::Wrong) }
}

/// U_k for every bit k, the lowest first: of a row of buckets the sum of those whose number has the bit.
fn bit_sums(buckets: &[EdwardsPoint]) -> Vec<EdwardsPoint> {
    let mut sums = Vec::with_capacity(ROWS.saturating_mul(BUCKET_BITS));
    for row in buckets.chunks(1 << BUCKET_BITS) {
        for bit in 0..BUCKET_BITS {
            let with_bit = row.iter().enumerate().filter(|(number, _)| (number >> bit) & 1 == 1);
            sums.push(with_bit.fold(EdwardsPoint::identity(), |sum, (_, point)| sum + point));
        }
    }
    sums
}

/// R, s and h of a signature, if it is in strict form (GROUP-10, GROUP-11).
fn parts(check: &SignatureCheck) -> Result<(EdwardsPoint, Scalar, Scalar), SignError> {
    let (r, s) = check.signature.0.split_first_chunk::<32>().ok_or(SignError::Wrong)?;
    let s: [u8; 32] = s.try_into().map_err(|_| SignError::Wrong)?;
    let s: Option<Scalar> = Scalar::from_canonical_bytes(s).into();
    let point = CompressedEdwardsY(*r).decompress().ok_or(SignError::Wrong)?;
    if !is_reduced(r) || point.is_small_order() {
        return Err(SignError::Wrong);
    }
    let hash = Sha512::new().chain_update(r).chain_update(check.key.0.as_bytes()).chain_update(check.message);
    let h = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    Ok((point, s.ok_or(SignError::Wrong)?, h))
}

/// Whether the y of an encoding is below 2^255 - 19. (The only other second spelling, a sign with x = 0, is of small
/// order.)
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    high & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff) || *low < 0xed
}
