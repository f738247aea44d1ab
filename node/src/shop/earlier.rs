//! What an earlier program noted as owed, and made no grant of: it gets one on the first start (STORE-39).

use ronde_protocol::machine::till::checkout::{Checkout, CheckoutState, Refund};
use ronde_protocol::message::order::Seconds;

use super::records::{checkout_of_refund, id_of, load};
use super::{Missing, ShopError, refunds};
use crate::store::{Table, Transaction};

/// Where it is noted that this was done.
const DONE: &[u8] = b"refunds-made-up";
/// What a checkout's own key begins with, and a refund's that stands apart.
pub(super) const OWN: (&[u8], &[u8]) = (b"i", b"j");
const APART: (&[u8], &[u8]) = (b"f", b"g");
/// Records that are read at a time.
const PAGE: usize = 256;

/// Makes the grants that are missing, once. Gives how many refunds there were.
pub fn make_up_refunds(tx: &mut dyn Transaction, now: Seconds) -> Result<usize, ShopError> {
    if tx.get(Table::Meta, DONE)?.is_some() {
        return Ok(0);
    }
    let mut owed = 0_usize;
    each(tx, OWN, |tx, key| {
        // One that can't be read is no worse off than before.
        let Ok(Some(checkout)) = load::<Checkout>(&*tx, Table::Checkout, key) else { return Ok(()) };
        let Some(id) = id_of(key) else { return Ok(()) };
        if let CheckoutState::Accepted(digest) = checkout.state() {
            refunds::note(tx, (id, &checkout), &digest, None, now)?;
        }
        for refund in checkout.refunds() {
            refunds::note(tx, (id, &checkout), &refund.digest, None, now)?;
            owed = owed.saturating_add(1);
        }
        Ok(())
    })?;
    each(tx, APART, |tx, key| {
        let Ok(Some(refund)) = load::<Refund>(&*tx, Table::Checkout, key) else { return Ok(()) };
        let Some(id) = checkout_of_refund(key) else { return Ok(()) };
        let checkout: Checkout = super::records::load_id(&*tx, Table::Checkout, id, Missing::Checkout)?;
        refunds::note(tx, (id, &checkout), &refund.digest, Some(refund), now)?;
        owed = owed.saturating_add(1);
        Ok(())
    })?;
    tx.put(Table::Meta, DONE, &[])?;
    Ok(owed)
}

/// Walks the checkouts' records between two keys, some at a time.
pub(super) fn each(
    tx: &mut dyn Transaction,
    (from, to): (&[u8], &[u8]),
    mut work: impl FnMut(&mut dyn Transaction, &[u8]) -> Result<(), ShopError>,
) -> Result<(), ShopError> {
    let mut from = from.to_vec();
    loop {
        let page = tx.scan(Table::Checkout, &from, Some(to), PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        from = [last.as_slice(), &[0]].concat();
        for (key, _) in &page {
            work(tx, key)?;
        }
    }
}
