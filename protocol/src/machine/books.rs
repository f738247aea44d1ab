//! The books: who owes what to whom, from certified orders alone (design section 8).
//!
//! Every order is posted twice over, so that all positions sum to zero with the pool of points not yet spent:
//!
//! | purpose | debit | credit |
//! | --- | --- | --- |
//! | Earn | store: issued | pool |
//! | Redeem | pool, each voucher's funder | store: redeemed, vouchers honoured |
//! | Donate | pool | association |
//! | Pledge | store: pledged | association |
//! | Swap, Vote | | |

use alloc::vec::Vec;

use crate::message::{
    amount::{Points, PointsOverflow},
    charter::Charter,
    class::Kind,
    codec::{Decode, Encode},
    ids::{AssociationId, StoreId},
    order::{Order, Purpose},
};

/// Whose position it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// A store's.
    Store(StoreId),
    /// An association's.
    Association(AssociationId),
    /// The float: points in customers' wallets.
    Pool,
}

/// Why points moved. Each flow has one sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// A store issued points: it owes them.
    Issued,
    /// A store took points: it is owed them.
    Redeemed,
    /// A store took vouchers: it is owed their value.
    VouchersHonoured,
    /// A store's vouchers were taken: it owes their value.
    VouchersFunded,
    /// A store gave points to an association: it owes them.
    Pledged,
    /// An association was given points, by customers or stores: it is owed them.
    Given,
    /// Points came into customers' wallets.
    Floated,
    /// Points left them.
    Returned,
}

impl Flow {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Issued,
        Self::Redeemed,
        Self::VouchersHonoured,
        Self::VouchersFunded,
        Self::Pledged,
        Self::Given,
        Self::Floated,
        Self::Returned,
    ];

    /// Whether the account is owed what flows (or owes it).
    pub fn is_credit(self) -> bool {
        match self {
            Self::Redeemed | Self::VouchersHonoured | Self::Given | Self::Floated => true,
            Self::Issued | Self::VouchersFunded | Self::Pledged | Self::Returned => false,
        }
    }
}

/// One line of an order in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Whose.
    pub account: Account,
    /// Why.
    pub flow: Flow,
    /// How many.
    pub points: Points,
}

/// Why an order can't be posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BooksError {
    /// The charter does not know the voucher's offer yet.
    #[error("the charter does not know a voucher that the order spends")]
    UnknownOffer,
    /// Sums beyond 64 bits, or more out than in.
    #[error(transparent)]
    Overflow(#[from] PointsOverflow),
}

/// What a certified order does to the books (BOOKS-2 to BOOKS-7); its lines sum to zero (BOOKS-8).
pub fn postings(order: &Order, charter: &Charter) -> Result<Vec<Posting>, BooksError> {
    let mut lines = Lines::default();
    let store = Account::Store(order.store);
    match order.purpose {
        Purpose::Earn => {
            let points = order.points_out()?;
            lines.add(store, Flow::Issued, points);
            lines.add(Account::Pool, Flow::Floated, points);
        }
        // BOOKS-3, and BOOKS-4 for vouchers.
        Purpose::Redeem => {
            let points = order.points_in()?.minus(order.points_out()?)?;
            lines.add(Account::Pool, Flow::Returned, points);
            lines.add(store, Flow::Redeemed, points);
            for input in &order.inputs {
                if let Kind::Voucher { offer } = input.kind {
                    let offer = charter.offer(offer).ok_or(BooksError::UnknownOffer)?;
                    lines.add(Account::Store(offer.funder), Flow::VouchersFunded, offer.value);
                    lines.add(store, Flow::VouchersHonoured, offer.value);
                }
            }
        }
        // BOOKS-5.
        Purpose::Donate { association } => {
            let points = order.points_in()?.minus(order.points_out()?)?;
            lines.add(Account::Pool, Flow::Returned, points);
            lines.add(Account::Association(association), Flow::Given, points);
        }
        // BOOKS-6.
        Purpose::Pledge { association, points } => {
            lines.add(store, Flow::Pledged, points);
            lines.add(Account::Association(association), Flow::Given, points);
        }
        Purpose::Swap | Purpose::Vote { .. } => {}
    }
    Ok(lines.0)
}

#[derive(Default)]
struct Lines(Vec<Posting>);

impl Lines {
    fn add(&mut self, account: Account, flow: Flow, points: Points) {
        if points > Points::ZERO {
            self.0.push(Posting { account, flow, points });
        }
    }
}

/// An account's flows since the keyset began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    flows: [Points; Flow::ALL.len()],
}

impl Statement {
    /// What has flowed.
    pub fn flow(&self, flow: Flow) -> Points {
        Flow::ALL.iter().zip(self.flows).find(|(of, _)| **of == flow).map_or(Points::ZERO, |(_, points)| points)
    }

    /// Adds to a flow, never past 64 bits (BOOKS-10).
    pub fn add(&mut self, flow: Flow, points: Points) -> Result<(), PointsOverflow> {
        for (of, sum) in Flow::ALL.iter().zip(&mut self.flows) {
            if *of == flow {
                *sum = sum.plus(points)?;
            }
        }
        Ok(())
    }

    /// What the account is owed (positive) or owes (negative).
    pub fn position(&self) -> i128 {
        Flow::ALL.iter().zip(self.flows).fold(0i128, |sum, (flow, points)| {
            let points = i128::from(points.0);
            if flow.is_credit() { sum.saturating_add(points) } else { sum.saturating_sub(points) }
        })
    }
}
