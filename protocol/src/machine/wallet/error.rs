//! Why a wallet does not do something, and whose fault that is.

use crate::crypto::spend::SpendError;
use crate::message::{
    amount::{Points, PointsOverflow},
    certificate::CertificateError,
    ids::{AssociationId, CampaignId, KeysetId, OfferId, OrderDigest, StoreId},
    order::Seconds,
};

/// A step that was not taken. The wallet is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WalletError {
    /// The charter is of another federation than the wallet.
    #[error("the charter is of another federation than this wallet")]
    OtherFederation,
    /// The charter does not know this keyset.
    #[error("the charter knows no keyset {0}")]
    NoSuchKeyset(KeysetId),
    /// No keyset issues coins now.
    #[error("no keyset of the federation issues coins now")]
    NoOpenKeyset,
    /// Nothing, or nothing that could be split into coins.
    #[error("there is nothing to do")]
    Nothing,
    /// An order would carry more coins than it may.
    #[error("more than 256 coins at once: take a smaller amount, or merge coins by a swap first")]
    TooManyCoins,
    /// A sum beyond 64 bits.
    #[error(transparent)]
    Overflow(#[from] PointsOverflow),
    /// The wallet holds less than is asked for.
    #[error("{wanted} {} asked for, and {available} can be spent", if wanted.0 == 1 { "point is" } else { "points are" })]
    NotEnough {
        /// What was asked for.
        wanted: Points,
        /// What one keyset's coins can pay now.
        available: Points,
    },
    /// Not so many vouchers of this offer.
    #[error("the wallet holds no such voucher that can be spent: offer {0}")]
    NoVoucher(OfferId),
    /// A recovered voucher may have been spent before, so it is spent in an order of its own.
    #[error("a recovered voucher is paid with by itself: offer {0}")]
    VoucherAlone(OfferId),
    /// No ballot of this campaign.
    #[error("the wallet holds no ballot of campaign {0} that can be cast")]
    NoBallot(CampaignId),
    /// The charter does not know this voucher offer.
    #[error("the charter knows no voucher offer {0}")]
    NoSuchOffer(OfferId),
    /// The charter does not know this campaign, or it has no such choice, or has ended.
    #[error("campaign {0} is unknown, has ended, or has no such choice")]
    NoSuchChoice(CampaignId),
    /// The charter does not know this association, or it takes no gifts any more.
    #[error("association {0} is unknown or takes no gifts any more")]
    NoSuchAssociation(AssociationId),
    /// The store takes fewer points and vouchers.
    #[error("the store takes at most {max}")]
    OverMaximum {
        /// The offer's maximum, points and vouchers together.
        max: Points,
    },
    /// The store takes points in steps.
    #[error("the store takes points in steps of {step}")]
    OffStep {
        /// The offer's step.
        step: Points,
    },
    /// The store no longer accepts.
    #[error("the offer expired at {0}")]
    OfferExpired(Seconds),
    /// The offer was already answered with another order, which must be completed instead.
    #[error("this offer is already being paid by order {0}: complete that one")]
    AlreadyPaying(OrderDigest),
    /// The grant was claimed by this wallet before.
    #[error("this grant was already claimed with this wallet")]
    AlreadyClaimed,
    /// A claim of this grant is open, under other terms than the store promised then.
    #[error("the store changed what it promised for this grant")]
    TermsChanged,
    /// The order that the store shows is not the one the wallet asked for.
    #[error("store {0} answered with an order that is not what was claimed")]
    OtherOrder(StoreId),
    /// The store owes another sum than the wallet paid.
    #[error("store {store} says that it owes {owed} of the {paid} that were paid")]
    OtherRefund {
        /// Which.
        store: StoreId,
        /// What it says.
        owed: Points,
        /// What the payment says.
        paid: Points,
    },
    /// No open order or claim of this name.
    #[error("the wallet has no open order {0}")]
    NoSuchOrder(OrderDigest),
    /// No open claim of this name.
    #[error("the wallet has no open claim of this grant")]
    NoSuchClaim,
    /// The certificate proves nothing: whoever sent it is at fault.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The other order does not stand in the way of ours.
    #[error("the certified order does not conflict with this one")]
    NoConflict,
    /// The store made an order of this claim, so it can be completed through any store.
    #[error("the claim has an order that can still be completed: {0}")]
    StillOpen(OrderDigest),
    /// The offer was paid before.
    #[error("this offer was already paid with this wallet")]
    AlreadyPaid,
    /// Evaluations before the certificate.
    #[error("order {0} is not certified yet")]
    NotCertified(OrderDigest),
    /// None of the order's coins is of this wallet's seed, as far as was searched.
    #[error("no coin of order {0} is of this wallet's seed, on this device or one before it")]
    NotOurs(OrderDigest),
    /// Nothing is signed before it is known which numbers were used.
    #[error("this wallet is searching for what was done with its seed: let it finish first")]
    Searching,
    /// The coins picked have no keys to sign with: there were none.
    #[error(transparent)]
    Spend(#[from] SpendError),
    /// A coin of the wallet is not derived from its seed: the file does not belong to the seed.
    #[error("a coin in the wallet file does not belong to its seed")]
    ForeignCoin,
}
