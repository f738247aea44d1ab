//! The layer's error: one enum that gathers what each part can refuse.

use thiserror::Error;

use super::{GroupError, MacError, PoprfError, PossessionError, ProofError, SignError, SpendError};

/// Everything layer 1 can refuse, for callers that do not care which part refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CryptoError {
    /// An encoding of a point or a scalar.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// A POPRF operation.
    #[error(transparent)]
    Poprf(#[from] PoprfError),
    /// A batched evaluation proof.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// A MAC column.
    #[error(transparent)]
    Mac(#[from] MacError),
    /// A spend signature.
    #[error(transparent)]
    Spend(#[from] SpendError),
    /// An Ed25519 key or signature.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A proof of possession.
    #[error(transparent)]
    Possession(#[from] PossessionError),
}
