//! Receipts on their way home: sealed when they come, kept until the customer has them, then deleted (RECEIPT-6).
//!
//! | key in the table | value |
//! | --- | --- |
//! | `i`, the id of the grant or basket that carries it | [`Kept`] |
//! | `t`, when it is deleted, the same id | nothing |

use std::fmt;

use ronde_protocol::machine::till::grant::{Grant, GrantSecret, GrantState};
use ronde_protocol::message::codec::{Bounded, Decode, Encode, decode};
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::receipt::{self, MAX_SEALED_BYTES, ReceiptError};
use zeroize::Zeroizing;

use super::records::{RecordId, load, save};
use super::{Missing, Shop, ShopError, baskets};
use crate::store::{Read, Table, Transaction};

/// How long it is kept after it was made, whatever happens, in seconds.
const KEPT: Seconds = 7 * 86_400;
/// How long it is kept after its grant was claimed.
const KEPT_AFTER_CLAIM: Seconds = 3600;
/// Deleted in one transaction, at most.
const AT_ONCE: usize = 64;

/// The text of a receipt for as long as a call lasts (RECEIPT-3).
#[derive(Clone)]
pub struct ReceiptText(Zeroizing<String>);

impl ReceiptText {
    /// As a till sent it.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for ReceiptText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiptText(redacted)")
    }
}

/// As it is stored.
#[derive(Encode, Decode)]
enum Kept {
    V1(Sealed),
}

#[derive(Encode, Decode)]
struct Sealed {
    bytes: Bounded<u8, MAX_SEALED_BYTES>,
    until: Seconds,
}

fn own_key(id: RecordId) -> Vec<u8> {
    [b"i".as_slice(), &id.bytes()].concat()
}

fn time_key(until: Seconds, id: RecordId) -> Vec<u8> {
    [b"t".as_slice(), &until.to_be_bytes(), &id.bytes()].concat()
}

fn sealed(read: &dyn Read, id: RecordId) -> Result<Option<Sealed>, ShopError> {
    Ok(load::<Kept>(read, Table::Receipt, &own_key(id))?.map(|Kept::V1(sealed)| sealed))
}

fn put(tx: &mut dyn Transaction, id: RecordId, sealed: Sealed) -> Result<(), ShopError> {
    tx.put(Table::Receipt, &time_key(sealed.until, id), &[])?;
    Ok(save(tx, Table::Receipt, &own_key(id), &Kept::V1(sealed))?)
}

/// Seals a receipt with the secret of the link that carries it, and keeps that (RECEIPT-1).
pub(super) fn keep(
    tx: &mut dyn Transaction,
    id: RecordId,
    (secret, text): (&GrantSecret, &ReceiptText),
    now: Seconds,
) -> Result<(), ShopError> {
    let bytes = receipt::seal(secret.expose(), &text.0)?;
    let bytes = Bounded::new(bytes).map_err(|_| ReceiptError::TooLong)?;
    put(tx, id, Sealed { bytes, until: now.saturating_add(KEPT) })
}

/// The sealed receipt, as long as there is one.
pub(super) fn find(read: &dyn Read, id: RecordId) -> Result<Option<Vec<u8>>, ShopError> {
    Ok(sealed(read, id)?.map(|sealed| sealed.bytes.to_vec()))
}

/// Deletes it, if there is one.
pub(super) fn forget(tx: &mut dyn Transaction, id: RecordId) -> Result<(), ShopError> {
    let Some(Sealed { until, .. }) = sealed(tx, id)? else { return Ok(()) };
    tx.delete(Table::Receipt, &time_key(until, id))?;
    Ok(tx.delete(Table::Receipt, &own_key(id))?)
}

/// Takes in what became of a grant, in the transaction that writes it down.
pub(super) fn grant_changed(
    tx: &mut dyn Transaction,
    (now, id): (Seconds, RecordId),
    before: GrantState,
    grant: &Grant,
) -> Result<(), ShopError> {
    if before == grant.state() {
        return Ok(());
    }
    match grant.state() {
        GrantState::Claimed(_) => {
            let Some(Sealed { bytes, until }) = sealed(tx, id)? else { return Ok(()) };
            tx.delete(Table::Receipt, &time_key(until, id))?;
            put(tx, id, Sealed { bytes, until: until.min(now.saturating_add(KEPT_AFTER_CLAIM)) })
        }
        // What a basket carries stays: the customer has bought all the same.
        GrantState::Cancelled | GrantState::Expired if baskets::find(tx, id)?.is_none() => forget(tx, id),
        GrantState::Cancelled | GrantState::Expired | GrantState::Open | GrantState::Pending(_) => Ok(()),
    }
}

/// Deletes all: a restored copy may have some that the lost machine had handed over.
pub(super) fn forget_all(tx: &mut dyn Transaction) -> Result<(), ShopError> {
    let mut from = Vec::new();
    loop {
        let some = tx.scan(Table::Receipt, &from, None, AT_ONCE)?;
        let Some((last, _)) = some.last() else { return Ok(()) };
        from = [last.as_slice(), &[0]].concat();
        some.iter().try_for_each(|(key, _)| tx.delete(Table::Receipt, key))?;
    }
}

impl Shop {
    /// The sealed receipt of a grant, as long as there is one (RECEIPT-4).
    pub fn receipt(&self, id: RecordId) -> Result<Option<Vec<u8>>, ShopError> {
        self.0.readers.with(|read| find(read, id))
    }

    /// The wallet that holds the grant's link has its receipt (RECEIPT-6).
    pub async fn grant_received(&self, id: RecordId, secret: GrantSecret) -> Result<(), ShopError> {
        self.write(move |tx| {
            let grant: Grant = super::records::load_id(tx, Table::Grant, id, Missing::Grant)?;
            if !grant.is_opened_by(&secret) {
                return Err(Missing::Grant.into());
            }
            forget(tx, id)
        })
        .await
    }

    /// The wallet that holds the basket's link has its receipt (RECEIPT-6).
    pub async fn basket_received(&self, id: RecordId, secret: GrantSecret) -> Result<(), ShopError> {
        self.write(move |tx| {
            let known = baskets::find(tx, id)?.filter(|record| secret.is_of(&record.secret_hash));
            known.ok_or(Missing::Basket)?;
            forget(tx, id)
        })
        .await
    }

    /// Deletes the receipts whose time is over (RECEIPT-6).
    pub async fn drop_receipts(&self) -> Result<(), ShopError> {
        let until = [b"t".as_slice(), &self.now().saturating_add(1).to_be_bytes()].concat();
        loop {
            let over = self.0.readers.with(|read| read.scan(Table::Receipt, b"t", Some(&until), AT_ONCE))?;
            if over.is_empty() {
                return Ok(());
            }
            self.write(move |tx| {
                for (key, _) in over {
                    tx.delete(Table::Receipt, &key)?;
                    let id = key.get(9..).and_then(|id| decode::<RecordId>(id, 16).ok());
                    id.map_or(Ok(()), |id| tx.delete(Table::Receipt, &own_key(id)))?;
                }
                Ok(())
            })
            .await?;
        }
    }
}
