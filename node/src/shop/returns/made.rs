//! What a return does to grants: the points that go back, the grant of what the sale earned, and what gathered of it.

use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::grant::{Grant, GrantTerms, TermsError};
use ronde_protocol::machine::till::sale::{Return, Settled};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::order::Seconds;

use super::{Circumstances, Sold};
use crate::shop::details::{self, Detail, Of, Share};
use crate::shop::grants::add_grant;
use crate::shop::records::{RecordId, save_id};
use crate::shop::{MadeGrant, ShopError, caps, events, gathered, receipts, refunds};
use crate::store::{Table, Transaction};

/// Makes the grant of the points that go back: no more than are left of what was paid (RETURN-4).
pub(super) fn points_back(
    transaction: &mut dyn Transaction,
    sold: &Sold,
    answer: &Return,
    fresh: (RecordId, Entropy),
    with: &Circumstances<'_>,
) -> Result<(Settled, Option<MadeGrant>), ShopError> {
    let value = sold.sale.value();
    let Some(checkout) = sold.checkout else { return Ok((answer.settled(Points::ZERO, value), None)) };
    let paid = refunds::paid(transaction, checkout)?;
    let returned = refunds::returned(transaction, checkout)?.points();
    let settled = answer.settled(Points(paid.0.saturating_sub(returned.0)), value);
    if settled.points == Points::ZERO {
        return Ok((settled, None));
    }
    let put = (checkout, settled.points, paid);
    let made = refunds::put_back(transaction, put, (with.reference, with.expires_in), fresh, with.now)?;
    made.grant.terms().check(with.store, with.now, with.charter)?;
    Ok((settled, Some(made)))
}

/// Withdraws a grant that nobody has claimed. It stays counted under the caps: what takes its place is not (RETURN-7).
pub(super) fn withdraw(
    transaction: &mut dyn Transaction,
    id: RecordId,
    before: Grant,
    now: Seconds,
) -> Result<(Option<Grant>, Grant), ShopError> {
    let mut grant = before.clone();
    grant.handle_cancel(now)?;
    save_id(transaction, Table::Grant, id, &grant)?;
    details::moved(transaction, id, before.state(), &grant, now)?;
    receipts::grant_changed(transaction, (now, id), before.state(), &grant)?;
    events::grant_changed(transaction, (now, id), before.state(), &grant)?;
    Ok((Some(before), grant))
}

/// Makes the grant of what is still earned, if the charter lets the store give any of it. What it is worth beyond `before`,
/// which the other was, counts whatever the caps say: the goods have come back (RETURN-7).
pub(super) fn replace(
    transaction: &mut dyn Transaction,
    sold: &mut Sold,
    (wanted, before): (GrantTerms, Points),
    (id, entropy): (RecordId, Entropy),
    with: &Circumstances<'_>,
) -> Result<Option<MadeGrant>, ShopError> {
    let terms = allowed(wanted, with)?;
    sold.sale.handle_less_granted(terms.clone());
    if terms.is_empty() {
        return Ok(None);
    }
    let withdrawn = sold.grant.map(|id| details::find(transaction, Of::Grant(id))).transpose()?.flatten();
    let made = add_grant(transaction, terms, (with.reference, with.expires_in), (id, entropy), with.now)?;
    let detail = Detail {
        eligible_cents: Some(sold.sale.earning().0),
        bonus: withdrawn.and_then(|detail| detail.bonus),
        share: sold.share.filter(|share| share.thousandths > 0),
        ..Detail::new(with.till.clone(), made.grant.terms().points, with.now)
    };
    details::made(transaction, id, &made.grant, &detail)?;
    let more = caps::worth(made.grant.terms(), with.charter).0.saturating_sub(before.0);
    if more > 0 {
        caps::count_anyway(transaction, with.now, (id, with.till, Points(more)))?;
    }
    sold.grant = Some(id);
    Ok(Some(MadeGrant { detail: Some(detail), ..made }))
}

/// What the charter still lets the store give of these terms: a ballot of a campaign that is over, and vouchers of an offer
/// that is closed, nobody could claim (EARN-6).
fn allowed(mut terms: GrantTerms, with: &Circumstances<'_>) -> Result<GrantTerms, TermsError> {
    loop {
        match terms.check(with.store, with.now, with.charter) {
            Err(TermsError::Campaign(_) | TermsError::Minimum(_)) => terms.ballot = None,
            Err(TermsError::Offer(closed)) => {
                let kept = terms.vouchers.iter().filter(|voucher| voucher.offer != closed).copied();
                terms.vouchers = Bounded::new(kept.collect()).unwrap_or_default();
            }
            Err(TermsError::Empty) => return Ok(GrantTerms::default()),
            Ok(()) => return Ok(terms),
            Err(error @ (TermsError::Limit(_) | TermsError::Vouchers)) => return Err(error),
        }
    }
}

/// The share of what is left of a basket, rounded down.
pub(super) fn in_share(share: Share, left: Cents, of: Cents) -> Share {
    let parts = u128::from(share.thousandths).saturating_mul(u128::from(left.0)) / u128::from(of.0.max(1));
    Share { thousandths: u64::try_from(parts).unwrap_or(share.thousandths).min(share.thousandths), ..share }
}

/// Takes back what gathered for goods that came back.
pub(super) fn unshare(
    transaction: &mut dyn Transaction,
    before: Option<Share>,
    after: Option<Share>,
) -> Result<(), ShopError> {
    let Some((before, after)) = before.zip(after) else { return Ok(()) };
    let thousandths = before.thousandths.saturating_sub(after.thousandths);
    match thousandths {
        0 => Ok(()),
        _ => gathered::take_back(transaction, Share { thousandths, ..before }),
    }
}
