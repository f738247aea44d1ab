//! What a grant was made for, and by which till; by which till a checkout was opened. Beside their own records, whose form
//! was released before.

use ronde_protocol::machine::till::grant::{Grant, GrantState};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::{Decode, Encode};
use ronde_protocol::message::ids::AssociationId;
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;

use super::records::{load, save};
use super::{RecordId, ShopError, gathered, given, refunds, totals};
use crate::store::{Read, Table, Transaction};

/// What a grant was made for (EARN-8). Nothing in it is about a customer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Detail {
    /// The till, by its name.
    pub till: Text,
    /// What the basket came to, if the store's rules made points of it.
    pub eligible_cents: Option<u64>,
    /// What was given.
    pub points: Points,
    /// Why, where it is no basket.
    pub reason: Option<Text>,
    /// The bonus that counted.
    pub bonus: Option<Text>,
    /// When.
    pub time: Seconds,
    /// What the store gives of it, and to whom.
    pub share: Option<Share>,
}

/// A basket's share for an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Share {
    /// To whom.
    pub association: AssociationId,
    /// Thousandths of a cent.
    pub thousandths: u64,
}

/// As it is stored.
#[derive(Encode, Decode)]
enum Kept {
    V1(Detail),
}

/// Whose detail it is.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Grant(RecordId),
    Checkout(RecordId),
}

impl Of {
    fn key(self) -> Vec<u8> {
        match self {
            Self::Grant(id) => [b"g".as_slice(), &id.bytes()].concat(),
            Self::Checkout(id) => [b"c".as_slice(), &id.bytes()].concat(),
        }
    }
}

impl Detail {
    /// Of what a till made at a time.
    pub(super) fn new(till: Text, points: Points, time: Seconds) -> Self {
        Self { till, eligible_cents: None, points, reason: None, bonus: None, time, share: None }
    }

    /// Whether points came of a basket: it is none if the till said a reason.
    #[must_use]
    pub fn is_basket(&self) -> bool {
        self.reason.is_none()
    }
}

/// The detail, if there is one: none of what was made before there were any, or by the node itself.
pub(super) fn find(read: &dyn Read, of: Of) -> Result<Option<Detail>, ShopError> {
    Ok(load::<Kept>(read, Table::Detail, &of.key())?.map(|Kept::V1(detail)| detail))
}

pub(super) fn keep(transaction: &mut dyn Transaction, of: Of, detail: &Detail) -> Result<(), ShopError> {
    Ok(save(transaction, Table::Detail, &of.key(), &Kept::V1(detail.clone()))?)
}

/// Counts a grant that was just made, in its transaction.
pub(super) fn made(
    transaction: &mut dyn Transaction,
    id: RecordId,
    grant: &Grant,
    detail: &Detail,
) -> Result<(), ShopError> {
    keep(transaction, Of::Grant(id), detail)?;
    given::add(transaction, grant.terms())?;
    if let Some(share) = detail.share {
        gathered::add(transaction, share, detail.time)?;
    }
    totals::count(transaction, Some(detail.till.as_str()), detail.time, |totals| {
        totals.granted = totals.granted.saturating_add(detail.points.0);
        totals.cents = totals.cents.saturating_add(detail.eligible_cents.unwrap_or(0));
        totals.baskets = totals.baskets.saturating_add(u64::from(detail.is_basket()));
    })
}

/// Counts what has become of a grant, in the transaction that writes it down: that its till withdrew it, in the hour in
/// which it was made; that it was claimed, in this one.
pub(super) fn moved(
    transaction: &mut dyn Transaction,
    id: RecordId,
    before: GrantState,
    grant: &Grant,
    now: Seconds,
) -> Result<(), ShopError> {
    let is_withdrawn = before == GrantState::Open && grant.state() == GrantState::Cancelled;
    let is_claimed = !matches!(before, GrantState::Claimed(_)) && matches!(grant.state(), GrantState::Claimed(_));
    if !is_withdrawn && !is_claimed {
        return Ok(());
    }
    let Some(detail) = find(transaction, Of::Grant(id))? else {
        if !is_claimed {
            return Ok(());
        }
        // No till gave it for something: points went back by it, of a payment that counts as taken or of one that does not.
        let is_late = refunds::paid_back_by(transaction, id)?.is_some();
        return totals::count(transaction, None, now, |totals| {
            let back = if is_late { &mut totals.late_back } else { &mut totals.went_back };
            *back = back.saturating_add(grant.terms().points.0);
        });
    };
    let till = Some(detail.till.as_str());
    if is_claimed {
        return totals::count(transaction, till, now, |totals| {
            totals.claims = totals.claims.saturating_add(1);
            totals.claimed = totals.claimed.saturating_add(detail.points.0);
        });
    }
    given::take_back(transaction, grant.terms())?;
    if let Some(share) = detail.share {
        gathered::take_back(transaction, share)?;
    }
    count_withdrawn(transaction, &detail)
}

/// Counts a grant that a restored copy withdraws. What it gives stays given: it may have been claimed since the copy was
/// made.
pub(super) fn withdrawn_by_copy(transaction: &mut dyn Transaction, id: RecordId) -> Result<(), ShopError> {
    find(transaction, Of::Grant(id))?.map_or(Ok(()), |detail| count_withdrawn(transaction, &detail))
}

fn count_withdrawn(transaction: &mut dyn Transaction, detail: &Detail) -> Result<(), ShopError> {
    totals::count(transaction, Some(detail.till.as_str()), detail.time, |totals| {
        totals.withdrawn = totals.withdrawn.saturating_add(detail.points.0);
        totals.cents_withdrawn = totals.cents_withdrawn.saturating_add(detail.eligible_cents.unwrap_or(0));
        totals.baskets_withdrawn = totals.baskets_withdrawn.saturating_add(u64::from(detail.is_basket()));
    })
}
