//! Why the shop does not do as asked.

use ronde_protocol::machine::till::basket::BasketError;
use ronde_protocol::machine::till::checkout::CheckoutError;
use ronde_protocol::machine::till::grant::{GrantError, TermsError};
use ronde_protocol::machine::till::pledge::PledgeError;
use ronde_protocol::machine::till::refund::TooMuchBack;
use ronde_protocol::message::receipt::ReceiptError;

use super::{OverCap, RepeatError, ReturnError, TillError, WebhookError};
use crate::driver::LedgerError;
use crate::earning::MAX_BASKET_CENTS;
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
    /// No basket of this id, or the secret is not its.
    #[error("there is no such basket here, or its link is not complete")]
    Basket,
    /// No payment of this digest was heard of, or it is not owed back.
    #[error("this store has not heard of such a payment, or does not owe it back")]
    Payment,
    /// No till of this name.
    #[error("there is no such till")]
    Till,
    /// No webhook of this id.
    #[error("there is no such webhook")]
    Webhook,
}

/// Why no points are made of a basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EarningError {
    /// The store has no rules.
    #[error("this store has no rules for baskets: add a section [earn] to its configuration, or send `points`")]
    NoRules,
    /// A slip of the till.
    #[error("a basket comes to at most {MAX_BASKET_CENTS} cents")]
    TooLarge,
    /// The rules give it neither points nor vouchers.
    #[error("by the store's rules this basket earns nothing: there is no grant to make")]
    Nothing,
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
    /// The grant is worth more than may be given away.
    #[error(transparent)]
    Cap(#[from] OverCap),
    /// The grant can't be claimed or withdrawn.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// The checkout can't be taken, shown or cancelled.
    #[error(transparent)]
    Checkout(#[from] CheckoutError),
    /// The basket can't be rung up, completed, cancelled or declined.
    #[error(transparent)]
    Basket(#[from] BasketError),
    /// The receipt can't be kept.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// There is nothing to give back.
    #[error("only what an accepted checkout was paid can be given back; what a late payment paid goes back by itself")]
    NotAccepted,
    /// This database is a copy that was put back since.
    #[error(
        "what was given back of this payment before the copy was put back on which this node runs is not known: settle \
         it by hand"
    )]
    ReturnsUnknown,
    /// More than is left.
    #[error(transparent)]
    TooMuchBack(#[from] TooMuchBack),
    /// The goods are not taken back.
    #[error(transparent)]
    Return(#[from] ReturnError),
    /// The pledge is not made.
    #[error(transparent)]
    Pledge(#[from] PledgeError),
    /// This database is a copy that was put back today.
    #[error("a pledge of today may have been made before the copy was put back on which this node runs: try tomorrow")]
    Restored,
    /// No points can be made of the basket.
    #[error(transparent)]
    Earning(#[from] EarningError),
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
