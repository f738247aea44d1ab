//! Why an order is not served: whose fault it is, and whether to try again.

use alloc::boxed::Box;

use super::{
    amount::Points,
    certificate::Certificate,
    codec::{BadEncoding, Decode, Encode, Expected},
    order::SignedOrder,
};

/// A rule of the order table (design section 6) that an order breaks. Its author's fault; no retry helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Earn and Pledge have none; all others have at least one.
    #[error("the purpose does not go with these inputs")]
    Inputs,
    /// Pledge and Vote have none; Earn and Swap have at least one.
    #[error("the purpose does not go with these outputs")]
    Outputs,
    /// A coin of a kind that the purpose does not take or make.
    #[error("a coin of this kind does not go with the purpose")]
    Kind,
    /// A denomination that the keyset does not have.
    #[error("the keyset has no such denomination")]
    Denomination,
    /// An output of another keyset; in a Swap, of a second one or of none that closes later.
    #[error("an output is of another keyset than the order's, and of none that its points may move into")]
    OutputKeyset,
    /// Points out exceed points in, or in a Swap differ from them; or a pledge of nothing.
    #[error("points in and points out do not balance")]
    Balance,
    /// A sum beyond 64 bits.
    #[error("a sum of points overflows")]
    Overflow,
    /// A store where there is none, or none where one is debited or credited.
    #[error("the order names a store where none belongs, or none where one does")]
    Store,
    /// A reference where there is none.
    #[error("the order refers to something where nothing belongs")]
    Reference,
    /// A pledge of another day than its reference, or whose reference is no day.
    #[error("the pledge's reference is not the hash of its day")]
    PledgeDay,
    /// A ballot with too few points, or a second one.
    #[error("a ballot comes alone, with at least its campaign's minimum of points")]
    Ballot,
    /// A ballot of another campaign, or none. (A choice that is not known may be known after a pull.)
    #[error("the ballot does not fit the campaign")]
    Choice,
    /// A voucher that this store may not issue.
    #[error("the store may not issue this voucher")]
    Issuer,
    /// A spend signature where the store signs, or the reverse.
    #[error("orders with inputs are signed by the coins, Earn and Pledge by the store")]
    Authorization,
    /// Columns out of order, of no witness, or not one component per input.
    #[error("columns stand by increasing index and have one component per input")]
    Columns,
}

/// Why a witness does not vote now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NotVoting {
    /// It has started and not yet heard from enough peers how far its log went.
    #[error("the witness has just started and is asking its peers for its newest head")]
    Starting,
    /// It proved to itself that it lost state, is a restored copy, or saw two certificates over one coin.
    #[error("the witness lost state and never votes again in this keyset (rejoin with the next)")]
    Retired,
}

/// Another order over the same coin or reference, with what proves it.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct Conflict {
    /// The order that holds the coin or reference, with its spend or store signature if the witness has it.
    pub other: ConflictingOrder,
    /// Its certificate, if there is one: then the refused order is dead.
    pub certificate: Option<Certificate>,
}

/// The order in the way.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictingOrder {
    /// Voted: with the signature that shows who stands behind it.
    Signed(SignedOrder),
    /// Certified: the certificate speaks for it.
    Certified(super::order::Order),
}

impl ConflictingOrder {
    /// The order.
    pub fn order(&self) -> &super::order::Order {
        match self {
            Self::Signed(signed) => &signed.order,
            Self::Certified(order) => order,
        }
    }
}

/// What a witness answers when it does not do as asked.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Bytes that are no message.
    #[error("bad encoding at byte {offset}")]
    BadEncoding {
        /// Where.
        offset: u64,
        /// What should have stood there.
        expected: ExpectedCode,
    },
    /// An order of another federation.
    #[error("the order is of another federation")]
    OtherFederation,
    /// It names something that the witness's charter does not know yet: retry after a pull.
    #[error("the order names something that this charter version does not know yet")]
    CharterBehind,
    /// Earn and Pledge have stopped until a new charter comes.
    #[error("the charter has expired or has a twin: no points are issued until the stewards publish the next")]
    CharterExpired,
    /// After issue-until, redeem-until or a campaign's end.
    #[error("the keyset or campaign is closed for this purpose")]
    Closed,
    /// It breaks a rule.
    #[error(transparent)]
    Invalid(Rule),
    /// The spend or store signature is wrong.
    #[error("the spend or store signature is wrong")]
    BadSignature,
    /// A component of the column is wrong: not a coin of this witness.
    #[error("a coin is unknown: its component for this witness is wrong")]
    CoinUnknown,
    /// No column for this witness: it does not vote, but others may.
    #[error("no column for this witness")]
    NoColumn,
    /// The order's time is ahead of the witness's clock (Earn, Pledge).
    #[error("the order's time is {ahead} s ahead of the witness's clock")]
    ClockSkew {
        /// Seconds.
        ahead: u64,
    },
    /// The store's limit of today, or its cap of ballots or vouchers, is reached. Retry the same order tomorrow.
    #[error("the store's limit is reached: {left} left")]
    LimitExceeded {
        /// What could still be issued.
        left: Points,
    },
    /// Another order is in the way.
    #[error("another order holds the coin or reference")]
    Conflict(Box<Conflict>),
    /// The witness does not vote now.
    #[error(transparent)]
    NotVoting(NotVoting),
    /// The certificate does not verify.
    #[error("the certificate is wrong")]
    BadCertificate,
    /// The witness has no such order, or no such position.
    #[error("nothing is known about it")]
    Unknown,
    /// The asker is no store of the charter.
    #[error("only a store of the charter may ask this")]
    Forbidden,
    /// Too much at once: try again later.
    #[error("the witness is busy")]
    Busy,
    /// The witness could not write to its disk. Nothing was done.
    #[error("the witness could not store the order; nothing was done")]
    StorageFailed,
    /// The witness has not yet read that so many points are left in the keyset they come from (ROLLOVER-4).
    #[error("the witness has not yet read that so many points are left to move: retry after it has pulled the logs")]
    RolloverBehind,
}

/// [`Expected`] as it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedCode {
    /// The message ended too early.
    MoreBytes,
    /// Something follows its end.
    End,
    /// It or a list in it is too long.
    Shorter,
    /// An unknown variant.
    Variant,
    /// Neither 0 nor 1.
    Flag,
    /// No UTF-8, or text that can't be shown.
    Text,
    /// Not the canonical encoding.
    Canonical,
    /// No canonical, non-identity element.
    Element,
    /// Not strictly increasing.
    Sorted,
}

impl From<Expected> for ExpectedCode {
    fn from(expected: Expected) -> Self {
        match expected {
            Expected::MoreBytes => Self::MoreBytes,
            Expected::End => Self::End,
            Expected::AtMostBytes(_) | Expected::AtMostItems(_) => Self::Shorter,
            Expected::Variant => Self::Variant,
            Expected::Flag => Self::Flag,
            Expected::Text => Self::Text,
            Expected::Canonical => Self::Canonical,
            Expected::Element => Self::Element,
            Expected::Sorted => Self::Sorted,
        }
    }
}

impl From<BadEncoding> for Refusal {
    fn from(error: BadEncoding) -> Self {
        Self::BadEncoding { offset: u64::try_from(error.offset).unwrap_or(u64::MAX), expected: error.expected.into() }
    }
}

impl From<Rule> for Refusal {
    fn from(rule: Rule) -> Self {
        Self::Invalid(rule)
    }
}

impl Refusal {
    /// Whether the same order, sent again later, may be served (ERROR-1).
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::CharterBehind
            | Self::CharterExpired
            | Self::NoColumn
            | Self::ClockSkew { .. }
            | Self::LimitExceeded { .. }
            | Self::NotVoting(_)
            | Self::Unknown
            | Self::Busy
            | Self::StorageFailed
            | Self::RolloverBehind => true,
            // Another order's certificate kills this one; without it, the coin may yet be freed.
            Self::Conflict(conflict) => conflict.certificate.is_none(),
            Self::BadEncoding { .. }
            | Self::OtherFederation
            | Self::Closed
            | Self::Invalid(_)
            | Self::BadSignature
            | Self::CoinUnknown
            | Self::BadCertificate
            | Self::Forbidden => false,
        }
    }
}
