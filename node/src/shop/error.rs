//! Why the shop does not do as asked.

use ronde_protocol::machine::till::checkout::CheckoutError;
use ronde_protocol::machine::till::grant::{GrantError, TermsError};
use ronde_protocol::machine::till::pledge::PledgeError;

use super::{RepeatError, TillError, WebhookError};
use crate::driver::LedgerError;
use crate::entropy::EntropyError;
use crate::store::{StorageError, Table};

/// What is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// No grant of this id, or the secret is not its.
    #[error("there is no such grant here, or its link is not complete")]
    Grant,
    /// No checkout of this id, or for this order.
    #[error("there is no such checkout here")]
    Checkout,
    /// No till of this name.
    #[error("there is no such till")]
    Till,
    /// No webhook of this id.
    #[error("there is no such webhook")]
    Webhook,
}

/// Why the shop does not do as asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ShopError {
    /// The disk.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The operating system's randomness.
    #[error("this machine gave no randomness")]
    Entropy,
    /// A record can't be read back.
    #[error("a record of table {0:?} is damaged: keep the database file, restore a backup")]
    Damaged(Table),
    /// Nothing of this name.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The grant can't be made.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// The grant can't be claimed or withdrawn.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// The checkout can't be taken, shown or cancelled.
    #[error(transparent)]
    Checkout(#[from] CheckoutError),
    /// The pledge is not made.
    #[error(transparent)]
    Pledge(#[from] PledgeError),
    /// This database is a copy that was put back today.
    #[error("a pledge of today may have been made before the copy was put back on which this node runs: try tomorrow")]
    Restored,
    /// The till can't be added.
    #[error(transparent)]
    Till(#[from] TillError),
    /// The webhook can't be added or set back.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// The idempotency key is taken.
    #[error(transparent)]
    Repeat(#[from] RepeatError),
}

impl From<LedgerError> for ShopError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Storage(error) => Self::Storage(error),
            LedgerError::Inconsistent(_) | LedgerError::Record(_) => Self::Damaged(Table::Meta),
        }
    }
}

impl From<EntropyError> for ShopError {
    fn from(_: EntropyError) -> Self {
        Self::Entropy
    }
}
