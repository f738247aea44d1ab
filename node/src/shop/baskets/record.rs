//! A basket as it is kept.

use ronde_protocol::machine::till::basket::{Basket, BasketState};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::{Decode, Encode};
use ronde_protocol::message::ids::AssociationId;
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;

use super::ReturnUrl;
use crate::shop::records::{RecordId, id_of_bytes, load, save};
use crate::shop::{Missing, ShopError};
use crate::store::{Read, Table, Transaction};

/// How long after it was rung up a till can say that the sale is complete, in seconds (BASKET-13).
const COMPLETABLE: Seconds = 30 * 86_400;

/// What the keys of settled baskets in [`Table::Meta`] begin with.
const WAITS: &[u8] = b"basket-waits";

/// A basket, and what its till said of it.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Record {
    /// What it costs, earns, and where it stands.
    pub basket: Basket,
    /// The hash of its link's secret.
    pub(in crate::shop) secret_hash: [u8; 32],
    /// A hash of what the till calls it.
    pub(super) till_reference: [u8; 32],
    /// The till, by its name.
    pub till: Text,
    /// When it was rung up.
    pub time: Seconds,
    /// From when it can't be paid with points.
    pub expiry: Seconds,
    /// The most that its offer asks for; nothing if there is no offer.
    pub most: Points,
    /// Whether it is complete as soon as the customer has paid or declined.
    pub at_once: bool,
    /// Where the customer's wallet leads when it is done.
    pub return_url: Option<ReturnUrl>,
    /// The bonus that counts.
    pub bonus: Option<Text>,
    /// To whom the store gives so many thousandths of what money pays.
    pub(super) pledge: Option<(AssociationId, u64)>,
    /// The grant of what is earned.
    pub(in crate::shop) grant: Option<RecordId>,
}

impl Record {
    /// Whether it has a checkout.
    #[must_use]
    pub fn has_offer(&self) -> bool {
        self.most > Points::ZERO
    }

    /// Whether it is too late for it to become complete. By the clock of each call: it is written down nowhere, so a clock
    /// that was ahead ends nothing.
    pub(super) fn is_too_old(&self, now: Seconds) -> bool {
        let is_over = matches!(self.basket.state(), BasketState::Complete | BasketState::Cancelled);
        !is_over && now >= self.time.saturating_add(COMPLETABLE)
    }
}

/// As it is stored.
#[derive(Encode, Decode)]
enum Kept {
    V1(Record),
}

/// The basket of an id, if there is one.
pub(in crate::shop) fn find(read: &dyn Read, id: RecordId) -> Result<Option<Record>, ShopError> {
    Ok(load::<Kept>(read, Table::Basket, &id.bytes())?.map(|Kept::V1(record)| record))
}

/// The same where there must be one.
pub(super) fn get(read: &dyn Read, id: RecordId) -> Result<Record, ShopError> {
    find(read, id)?.ok_or_else(|| Missing::Basket.into())
}

/// Where a settled basket is found that waits for its till: by when it was rung up, and its id.
fn waits_key(time: Seconds, id: &[u8]) -> Vec<u8> {
    [WAITS, &time.to_be_bytes(), id].concat()
}

/// Settled baskets that were rung up before `until` and can still become complete, the first of them; at most so many.
pub(super) fn waiting(
    read: &dyn Read,
    (now, until): (Seconds, Seconds),
    most: usize,
) -> Result<Vec<RecordId>, ShopError> {
    // One that was rung up so long ago can't become complete any more.
    let first = now.saturating_sub(COMPLETABLE).saturating_add(1);
    let found = read.scan(Table::Meta, &waits_key(first, &[]), Some(&waits_key(until, &[])), most)?;
    let id = |key: &[u8]| key.get(WAITS.len().saturating_add(8)..).and_then(id_of_bytes);
    Ok(found.iter().filter_map(|(key, _)| id(key)).collect())
}

pub(super) fn put(tx: &mut dyn Transaction, id: RecordId, record: &Record) -> Result<(), ShopError> {
    let waits = waits_key(record.time, &id.bytes());
    match record.basket.state() {
        BasketState::Settled => tx.put(Table::Meta, &waits, &[])?,
        _ => tx.delete(Table::Meta, &waits)?,
    }
    Ok(save(tx, Table::Basket, &id.bytes(), &Kept::V1(record.clone()))?)
}
