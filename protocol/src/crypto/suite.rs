//! The ciphersuite ristretto255-SHA512 of RFC 9497 section 4.1.
//!
//! The product uses mode 2 only (HASH-1). The mode is an argument all the same, because the context string is all that tells
//! the modes apart and the published vectors of all three then judge the same code.

use alloc::vec::Vec;

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::{
    group::{Point, PublicScalar, SecretScalar, element_from_uniform_bytes},
    poprf::PoprfError,
};

/// The protocol variants of RFC 9497 section 3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// 0x00, OPRF.
    Oprf,
    /// 0x01, VOPRF.
    Voprf,
    /// 0x02, POPRF: the one the product uses.
    Poprf,
}

impl Mode {
    fn byte(self) -> u8 {
        match self {
            Self::Oprf => 0,
            Self::Voprf => 1,
            Self::Poprf => 2,
        }
    }

    /// `CreateContextString`: "OPRFV1-" || mode || "-ristretto255-SHA512".
    pub fn context_string(self) -> [u8; 28] {
        let mut context = *b"OPRFV1-\0-ristretto255-SHA512";
        context[7] = self.byte();
        context
    }
}

/// What a hash is for: the prefix of its domain separation tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// "HashToGroup-"
    HashToGroup,
    /// "HashToScalar-"
    HashToScalar,
    /// "DeriveKeyPair"
    DeriveKeyPair,
}

impl Tag {
    fn prefix(self) -> &'static [u8] {
        match self {
            Self::HashToGroup => b"HashToGroup-",
            Self::HashToScalar => b"HashToScalar-",
            Self::DeriveKeyPair => b"DeriveKeyPair",
        }
    }

    /// The whole domain separation tag: prefix and context string, at most 41 bytes.
    pub fn domain(self, mode: Mode) -> Vec<u8> {
        [self.prefix(), &mode.context_string()].concat()
    }
}

/// `expand_message_xmd` with SHA-512 and an output of 64 bytes (RFC 9380 section 5.3.1). The message comes in parts.
pub fn expand_message_xmd(message: &[&[u8]], tag: Tag, mode: Mode) -> [u8; 64] {
    let mut domain = tag.domain(mode);
    // At most 41, as said above.
    domain.push(domain.len() as u8);
    let mut first = Sha512::new();
    first.update([0u8; 128]);
    for part in message {
        first.update(part);
    }
    first.update(64u16.to_be_bytes());
    first.update([0]);
    first.update(&domain);
    let mut second = Sha512::new();
    second.update(first.finalize());
    second.update([1]);
    second.update(&domain);
    second.finalize().into()
}

/// `HashToGroup` (RFC 9497 section 4.1). Never the identity, see [`Point::from_uniform_bytes`].
pub fn hash_to_group(mode: Mode, input: &[u8]) -> Point {
    Point::from_nonidentity(hash_to_element(mode, input))
}

/// The same without its encoding.
pub(super) fn hash_to_element(mode: Mode, input: &[u8]) -> RistrettoPoint {
    element_from_uniform_bytes(&expand_message_xmd(&[input], Tag::HashToGroup, mode))
}

/// `HashToScalar` (RFC 9497 section 4.1) of a message that comes in parts.
pub fn hash_to_scalar(mode: Mode, message: &[&[u8]]) -> PublicScalar {
    let uniform = expand_message_xmd(message, Tag::HashToScalar, mode);
    PublicScalar(Scalar::from_bytes_mod_order_wide(&uniform))
}

/// `DeriveKeyPair` (RFC 9497 section 3.2.1): the secret key of a seed.
///
/// # Errors
/// [`PoprfError::InputTooLong`] for an info of more than 65,535 bytes; [`PoprfError::KeyDerivation`] if 256 hashes
/// were zero, which does not happen.
pub fn derive_key(mode: Mode, seed: &[u8; 32], info: &[u8]) -> Result<SecretScalar, PoprfError> {
    let info_length = length_prefix(info)?;
    for counter in 0..=u8::MAX {
        let message: [&[u8]; 4] = [seed, &info_length, info, &[counter]];
        let uniform = Zeroizing::new(expand_message_xmd(&message, Tag::DeriveKeyPair, mode));
        let bytes = Zeroizing::new(Scalar::from_bytes_mod_order_wide(&uniform).to_bytes());
        if let Ok(secret) = SecretScalar::from_canonical(&bytes) {
            return Ok(secret);
        }
    }
    Err(PoprfError::KeyDerivation)
}

/// The hash that ends `Finalize` and `Evaluate` (RFC 9497 section 3.3); `info` is part of it in mode 2 only.
///
/// # Errors
/// [`PoprfError::InputTooLong`] for an input or info of more than 65,535 bytes.
pub fn finalize(mode: Mode, input: &[u8], info: &[u8], unblinded: &Point) -> Result<[u8; 64], PoprfError> {
    let mut hash = Sha512::new();
    hash.update(length_prefix(input)?);
    hash.update(input);
    if mode == Mode::Poprf {
        hash.update(length_prefix(info)?);
        hash.update(info);
    }
    hash.update(32u16.to_be_bytes());
    hash.update(unblinded.as_bytes());
    hash.update(b"Finalize");
    Ok(hash.finalize().into())
}

/// `I2OSP(len(bytes), 2)`.
pub(crate) fn length_prefix(bytes: &[u8]) -> Result<[u8; 2], PoprfError> {
    u16::try_from(bytes.len()).map(u16::to_be_bytes).map_err(|_| PoprfError::InputTooLong)
}
