//! A shop on a restored copy: what may have been signed since the copy was made is signed no other way (STORE-30).

use ronde_protocol::machine::till::checkout::Checkout;
use ronde_protocol::machine::till::grant::{Grant, GrantState};
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::order::{Seconds, pledge_reference};

use super::records::load;
use super::{ShopError, details, earlier, gathered, receipts, records};
use crate::store::{Read, Table, Transaction};

/// Where the reference of the pledge stands that is not made.
const NO_PLEDGE: &[u8] = b"restored-pledge";
/// Where it stands how late checkouts were opened whose refunds may have been paid before the copy was put back.
const NO_REFUND: &[u8] = b"restored-refunds";
/// What a grant's own key begins with; others are references.
const GRANT_KEYS: (&[u8], &[u8]) = (b"i", b"j");

/// Withdraws every grant that nobody has claimed by this copy, deletes receipts (RECEIPT-6), rules out a second pledge of today, and drops what had
/// gathered for the next ones.
pub fn take_mark(tx: &mut dyn Transaction, now: Seconds) -> Result<(), ShopError> {
    for (key, _) in tx.scan(Table::Grant, GRANT_KEYS.0, Some(GRANT_KEYS.1), usize::MAX)? {
        // A record that can't be read can't be claimed either.
        let Ok(Some(mut grant)) = load::<Grant>(&*tx, Table::Grant, &key) else { continue };
        let was_open = grant.state() == GrantState::Open;
        if grant.handle_cancel(now).is_ok() {
            tx.put(Table::Grant, &key, &encode(&grant))?;
            if let Some(id) = records::id_of(&key).filter(|_| was_open) {
                details::withdrawn_by_copy(tx, id)?;
            }
        }
    }
    receipts::forget_all(tx)?;
    let dropped = gathered::drop_all(tx)?;
    if dropped > 0 {
        tracing::error!(
            cents = dropped / 1000,
            "what baskets had gathered for associations by this copy may have been pledged since it was made: it is \
             dropped; look into the books, and pledge by hand what is missing (`ronde till pledge`)"
        );
    }
    super::events::leap(tx)?;
    tx.put(Table::Meta, NO_PLEDGE, &pledge_reference(now).0)?;
    // A clock that was ahead has opened checkouts later than it is now.
    let mut latest = now;
    earlier::each(tx, earlier::OWN, |tx, key| {
        if let Ok(Some(checkout)) = load::<Checkout>(&*tx, Table::Checkout, key) {
            latest = latest.max(checkout.offer().time);
        }
        Ok(())
    })?;
    tx.put(Table::Meta, NO_REFUND, &encode(&latest))?;
    Ok(())
}

/// Whether a payment for a checkout of this time may have been noted as owed, and have gone back, before the copy was put
/// back (STORE-42). Of what the copy knew its own records tell.
pub(super) fn may_be_paid_back(read: &dyn Read, offered: Seconds) -> Result<bool, ShopError> {
    let Some(latest) = read.get(Table::Meta, NO_REFUND)? else { return Ok(false) };
    // What can't be read is no leave to pay twice.
    Ok(decode::<Seconds>(&latest, latest.len()).map_or(true, |latest| offered <= latest))
}

/// Whether a pledge under this reference may have been signed before the copy was put back.
pub(super) fn may_be_pledged(read: &dyn Read, reference: &[u8; 32]) -> Result<bool, ShopError> {
    Ok(read.get(Table::Meta, NO_PLEDGE)?.is_some_and(|known| known == reference))
}
