//! Bytes that only the holder of a secret reads: ChaCha20-Poly1305 (RFC 8439) under a key that seals once.

use alloc::vec::Vec;

use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit, Nonce};
use zeroize::Zeroizing;

use super::hash;

/// Bytes that sealing adds: the tag.
pub const TAG_BYTES: usize = 16;

/// What was sealed was sealed under another secret, or somebody changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this was not sealed for the holder of this secret, or it was changed")]
pub struct SealError;

/// The cipher of a secret. Its nonce is always zero: a key seals one text, ever.
fn cipher(label: &'static str, secret: &[u8; 32]) -> ChaCha20Poly1305 {
    let key = Zeroizing::new(hash::derive_secret(label, &[secret]));
    ChaCha20Poly1305::new(key.as_slice().into())
}

/// Seals `plain`, a whole text, in place, and appends the tag ([`TAG_BYTES`]). A secret seals one text under a label.
///
/// # Errors
/// [`SealError`] beyond 256 GiB, which the cipher can't seal.
pub fn seal(label: &'static str, secret: &[u8; 32], mut plain: Vec<u8>) -> Result<Vec<u8>, SealError> {
    cipher(label, secret).encrypt_in_place(&Nonce::default(), &[], &mut plain).map_err(|_| SealError)?;
    Ok(plain)
}

/// Opens what [`seal`] gave.
///
/// # Errors
/// [`SealError`] if it is anything else.
pub fn open(label: &'static str, secret: &[u8; 32], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let mut bytes = Zeroizing::new(sealed.to_vec());
    cipher(label, secret).decrypt_in_place(&Nonce::default(), &[], &mut *bytes).map_err(|_| SealError)?;
    Ok(bytes)
}
