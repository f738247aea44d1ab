//! What has gathered for associations and is not pledged yet, and the pledge that is under way.

use ronde_protocol::message::codec::{Decode, Encode};
use ronde_protocol::message::ids::{AssociationId, Reference};
use ronde_protocol::message::order::Seconds;

use super::details::Share;
use super::records::{load, save};
use super::{Shop, ShopError, records};
use crate::store::{Read, Table, Transaction};

/// First bytes of the keys of sums, and of those behind them.
const SUMS: (&[u8], &[u8]) = (b"p", b"q");
/// Where the pledge under way stands.
const UNDER_WAY: &[u8] = b"d";
/// More associations than a charter has.
const MAX_SUMS: usize = 4096;

/// What gathered for one association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct Sum {
    thousandths: u64,
    /// When the first of it came.
    since: Seconds,
}

/// A pledge that was signed and is not certified yet, as far as this store knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct UnderWay {
    /// Under which its order is written down.
    pub(super) reference: Reference,
    /// What was taken from the sums for it.
    pub(super) taken: Share,
    /// When it was signed.
    pub(super) time: Seconds,
}

fn key(association: AssociationId) -> Vec<u8> {
    [SUMS.0, &association.0.to_be_bytes()].concat()
}

/// Adds a share.
pub(super) fn add(transaction: &mut dyn Transaction, share: Share, now: Seconds) -> Result<(), ShopError> {
    let key = key(share.association);
    let mut sum: Sum = load(transaction, Table::Hourly, &key)?.unwrap_or(Sum { thousandths: 0, since: now });
    sum.thousandths = sum.thousandths.saturating_add(share.thousandths);
    Ok(save(transaction, Table::Hourly, &key, &sum)?)
}

/// Takes a share back, or as much of it as is there: what was pledged is given.
pub(super) fn take_back(transaction: &mut dyn Transaction, share: Share) -> Result<(), ShopError> {
    let key = key(share.association);
    let Some(mut sum) = load::<Sum>(transaction, Table::Hourly, &key)? else { return Ok(()) };
    sum.thousandths = sum.thousandths.saturating_sub(share.thousandths);
    if sum.thousandths == 0 {
        return Ok(transaction.delete(Table::Hourly, &key)?);
    }
    Ok(save(transaction, Table::Hourly, &key, &sum)?)
}

/// All sums, the one that began first in front.
pub(super) fn all(read: &dyn Read) -> Result<Vec<(AssociationId, u64)>, ShopError> {
    let mut sums = Vec::new();
    for (key, _) in read.scan(Table::Hourly, SUMS.0, Some(SUMS.1), MAX_SUMS)? {
        let id = key.last_chunk::<4>().map(|bytes| AssociationId(u32::from_be_bytes(*bytes)));
        if let (Some(id), Some(sum)) = (id, load::<Sum>(read, Table::Hourly, &key)?) {
            sums.push((sum.since, id, sum.thousandths));
        }
    }
    sums.sort_unstable();
    Ok(sums.into_iter().map(|(_, id, thousandths)| (id, thousandths)).collect())
}

/// The pledge under way.
pub(super) fn under_way(read: &dyn Read) -> Result<Option<UnderWay>, ShopError> {
    records::load(read, Table::Hourly, UNDER_WAY)
}

/// Notes it.
pub(super) fn begin(transaction: &mut dyn Transaction, pledge: &UnderWay) -> Result<(), ShopError> {
    Ok(save(transaction, Table::Hourly, UNDER_WAY, pledge)?)
}

/// Forgets it.
pub(super) fn end(transaction: &mut dyn Transaction) -> Result<(), ShopError> {
    Ok(transaction.delete(Table::Hourly, UNDER_WAY)?)
}

/// On a restored copy: what it says to have gathered may have been pledged since the copy was made, so nobody may pledge
/// it again. The pledge under way is the same order for ever, and stays. Says how much was dropped.
pub(super) fn drop_all(transaction: &mut dyn Transaction) -> Result<u64, ShopError> {
    let mut dropped = 0_u64;
    for (association, thousandths) in all(transaction)? {
        dropped = dropped.saturating_add(thousandths);
        transaction.delete(Table::Hourly, &key(association))?;
    }
    Ok(dropped)
}

impl Shop {
    /// What has gathered for associations and is not pledged yet, in thousandths of a cent.
    pub fn gathered(&self) -> Result<Vec<(AssociationId, u64)>, ShopError> {
        self.0.readers.with(all)
    }
}
