//! What an earlier program noted as owed, and made no grant of: it gets one on the first start (STORE-39).

use ronde_protocol::machine::till::checkout::{Checkout, CheckoutState, Refund};
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::order::Seconds;

use super::records::{checkout_of_refund, id_of, load};
use super::{Missing, Shop, ShopError, refunds};
use crate::store::{Table, Transaction};

/// Where it is noted that this was done.
const DONE: &[u8] = b"refunds-made-up";
/// Where it stands how many records could not be read.
const UNREAD: &[u8] = b"refunds-unread";
/// What a checkout's own key begins with, and a refund's that stands apart.
pub(super) const OWN: (&[u8], &[u8]) = (b"i", b"j");
const APART: (&[u8], &[u8]) = (b"f", b"g");
/// Records that are read at a time.
const PAGE: usize = 256;

/// Makes the grants that are missing, once. Gives how many were made. A record that can't be read keeps nobody else's from
/// being looked at, nor the shop from starting: it is said, and looked at again at each start until it can be.
pub fn make_up_refunds(tx: &mut dyn Transaction, now: Seconds) -> Result<usize, ShopError> {
    if tx.get(Table::Meta, DONE)?.is_some() {
        return Ok(0);
    }
    let (mut owed, mut unread) = (0_usize, 0_u64);
    for (keys, note) in [(OWN, note_own as Note), (APART, note_apart)] {
        each(tx, keys, |tx, key| {
            match note(tx, key, now) {
                Ok(made) => owed = owed.saturating_add(made),
                Err(error @ (ShopError::Damaged(_) | ShopError::Missing(_))) => {
                    unread = unread.saturating_add(1);
                    let code = id_of(key).or_else(|| checkout_of_refund(key)).map(|id| id.code().to_string());
                    tracing::error!(
                        checkout = code.unwrap_or_default(), %error,
                        "a checkout can't be read, so what it may owe back can't be claimed: put a backup back, or settle it \
                         by hand"
                    );
                }
                Err(error) => return Err(error),
            }
            Ok(())
        })?;
    }
    if unread > 0 {
        tx.put(Table::Meta, UNREAD, &encode(&unread))?;
    } else {
        tx.delete(Table::Meta, UNREAD)?;
        tx.put(Table::Meta, DONE, &[])?;
    }
    Ok(owed)
}

/// Notes what a record says; how many grants were made.
type Note = fn(&mut dyn Transaction, &[u8], Seconds) -> Result<usize, ShopError>;

fn note_own(tx: &mut dyn Transaction, key: &[u8], now: Seconds) -> Result<usize, ShopError> {
    let (Some(checkout), Some(id)) = (load::<Checkout>(&*tx, Table::Checkout, key)?, id_of(key)) else { return Ok(0) };
    if let CheckoutState::Accepted(digest) = checkout.state() {
        refunds::note(tx, (id, &checkout), &digest, None, now)?;
    }
    let mut made = 0_usize;
    for refund in checkout.refunds() {
        let grant = refunds::note(tx, (id, &checkout), &refund.digest, None, now)?;
        made = made.saturating_add(usize::from(grant.is_some()));
    }
    Ok(made)
}

fn note_apart(tx: &mut dyn Transaction, key: &[u8], now: Seconds) -> Result<usize, ShopError> {
    let refund = load::<Refund>(&*tx, Table::Checkout, key)?;
    let (Some(refund), Some(id)) = (refund, checkout_of_refund(key)) else { return Ok(0) };
    let checkout: Checkout = super::records::load_id(&*tx, Table::Checkout, id, Missing::Checkout)?;
    let grant = refunds::note(tx, (id, &checkout), &refund.digest, Some(refund), now)?;
    Ok(usize::from(grant.is_some()))
}

impl Shop {
    /// Checkouts that could not be read when this node started, of which it is not known whether they owe something back.
    pub fn unread_checkouts(&self) -> Result<u64, ShopError> {
        self.0.readers.with(|read| Ok(load(read, Table::Meta, UNREAD)?.unwrap_or_default()))
    }
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
