//! A receipt on its way home: sealed by a till's node so that only whoever has the grant's secret reads it.

use alloc::{string::String, vec::Vec};

use zeroize::Zeroizing;

use crate::{
    crypto::{labels, sealed},
    limits::MAX_RECEIPT_BYTES,
};

/// A sealed text is a multiple of this long before its tag, so that its length says little of what was bought.
pub const RECEIPT_STEP: usize = 256;

/// Longest sealed receipt, in bytes.
pub const MAX_SEALED_BYTES: usize = MAX_RECEIPT_BYTES + RECEIPT_STEP + sealed::TAG_BYTES;

/// What is no receipt, or no sealed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// There is no text.
    #[error("a receipt has some text")]
    Empty,
    /// Longer than a node keeps.
    #[error("a receipt is at most {MAX_RECEIPT_BYTES} bytes of UTF-8")]
    TooLong,
    /// Zero bytes mark the end of the text.
    #[error("a receipt has no zero byte")]
    ZeroByte,
    /// Another secret, or changed.
    #[error("the receipt was not sealed for this secret, or it was changed")]
    Sealed,
    /// What is inside was not made by the rules.
    #[error("what was sealed is no text padded with zero bytes to a multiple of {RECEIPT_STEP}")]
    Inside,
}

/// Seals the text of a receipt for the holder of a grant's secret (RECEIPT-1).
///
/// # Errors
/// [`ReceiptError`] if there is no text, too much of it, or a zero byte in it.
pub fn seal(secret: &[u8; 32], text: &str) -> Result<Vec<u8>, ReceiptError> {
    if text.is_empty() {
        return Err(ReceiptError::Empty);
    }
    if text.len() > MAX_RECEIPT_BYTES {
        return Err(ReceiptError::TooLong);
    }
    if text.as_bytes().contains(&0) {
        return Err(ReceiptError::ZeroByte);
    }
    // Longer than the text by one byte at least.
    let length = (text.len() / RECEIPT_STEP + 1).saturating_mul(RECEIPT_STEP);
    let mut plain = Vec::with_capacity(length.saturating_add(sealed::TAG_BYTES));
    plain.extend_from_slice(text.as_bytes());
    plain.resize(length, 0);
    sealed::seal(labels::RECEIPT_KEY, secret, plain).map_err(|_| ReceiptError::TooLong)
}

/// Opens a sealed receipt (RECEIPT-2).
///
/// # Errors
/// [`ReceiptError::Sealed`] if the secret is another, or a byte is; [`ReceiptError::Inside`] if the node that sealed it
/// broke the rules.
pub fn open(secret: &[u8; 32], bytes: &[u8]) -> Result<Zeroizing<String>, ReceiptError> {
    let plain = sealed::open(labels::RECEIPT_KEY, secret, bytes).map_err(|_| ReceiptError::Sealed)?;
    let length = plain.iter().position(|byte| *byte == 0).ok_or(ReceiptError::Inside)?;
    let (text, padding) = plain.split_at_checked(length).ok_or(ReceiptError::Inside)?;
    let padded = (1..=RECEIPT_STEP).contains(&padding.len()) && plain.len().is_multiple_of(RECEIPT_STEP);
    if !padded || text.is_empty() || text.len() > MAX_RECEIPT_BYTES || padding.iter().any(|byte| *byte != 0) {
        return Err(ReceiptError::Inside);
    }
    let text = core::str::from_utf8(text).map_err(|_| ReceiptError::Inside)?;
    Ok(Zeroizing::new(text.into()))
}
