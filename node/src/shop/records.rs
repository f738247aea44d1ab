//! Typed records in the key-value tables, and their keys.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::machine::till::code::OrderCode;
use ronde_protocol::message::codec::{Decode, Encode, decode, encode};
use ronde_protocol::message::ids::{OrderDigest, Reference};

use super::{Missing, ShopError};
use crate::store::{Read, StorageError, Table, Transaction};

/// Longest record of the shop, in bytes.
const MAX_RECORD: usize = 128 * 1024;

/// Name of a grant, checkout or basket: 128 random bits, so that it can't be guessed (HTTP-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct RecordId([u8; 16]);

impl RecordId {
    pub(super) fn fresh() -> Result<Self, ShopError> {
        let random = crate::entropy::fresh()?;
        let mut id = [0; 16];
        id.iter_mut().zip(random).for_each(|(to, from)| *to = from);
        Ok(Self(id))
    }

    /// What people call it.
    #[must_use]
    pub fn code(self) -> OrderCode {
        OrderCode::of(&self.0)
    }

    /// Its random bits.
    pub(super) fn bytes(self) -> [u8; 16] {
        self.0
    }

    fn key(self) -> Vec<u8> {
        [b"i".as_slice(), &self.0].concat()
    }
}

/// Between which keys the records of a code stand.
pub(super) fn ids_of_code(code: OrderCode) -> (Vec<u8>, Vec<u8>) {
    let from = [b"i".as_slice(), &code.bytes()].concat();
    // One byte longer than a key.
    let to = [from.as_slice(), &[0xff; 12]].concat();
    (from, to)
}

/// Whose record stands under a key.
pub(super) fn id_of(key: &[u8]) -> Option<RecordId> {
    key.strip_prefix(b"i")?.try_into().ok().map(RecordId)
}

/// The same of a key that is nothing but an id, as those of baskets are.
pub(super) fn id_of_bytes(key: &[u8]) -> Option<RecordId> {
    key.try_into().ok().map(RecordId)
}

/// Whose refund stands under a [`refund_key`].
pub(super) fn checkout_of_refund(key: &[u8]) -> Option<RecordId> {
    let (id, _) = key.strip_prefix(b"f")?.split_first_chunk()?;
    Some(RecordId(*id))
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// Text that names no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is 22 characters of URL-safe base64")]
pub struct NotAnId;

impl FromStr for RecordId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAnId)?;
        bytes.try_into().map(Self).map_err(|_| NotAnId)
    }
}

/// Reads a record.
pub(super) fn load<T: Decode<()> + Encode>(read: &dyn Read, table: Table, key: &[u8]) -> Result<Option<T>, ShopError> {
    read.get(table, key)?.map(|bytes| decode(&bytes, MAX_RECORD).map_err(|_| ShopError::Damaged(table))).transpose()
}

/// Writes a record.
pub(super) fn save<T: Encode>(
    transaction: &mut dyn Transaction,
    table: Table,
    key: &[u8],
    value: &T,
) -> Result<(), StorageError> {
    transaction.put(table, key, &encode(value))
}

/// The record of an id.
pub(super) fn load_id<T: Decode<()> + Encode>(
    read: &dyn Read,
    table: Table,
    id: RecordId,
    missing: Missing,
) -> Result<T, ShopError> {
    load(read, table, &id.key())?.ok_or_else(|| missing.into())
}

/// Writes the record of an id.
pub(super) fn save_id<T: Encode>(
    transaction: &mut dyn Transaction,
    table: Table,
    id: RecordId,
    value: &T,
) -> Result<(), StorageError> {
    save(transaction, table, &id.key(), value)
}

/// Which record a reference belongs to.
pub(super) fn find(read: &dyn Read, table: Table, reference: &Reference) -> Result<Option<RecordId>, ShopError> {
    load(read, table, &reference_key(reference))
}

/// Remembers which record a reference belongs to.
pub(super) fn index(
    transaction: &mut dyn Transaction,
    table: Table,
    reference: &Reference,
    id: RecordId,
) -> Result<(), StorageError> {
    save(transaction, table, &reference_key(reference), &id)
}

/// Where a refund stands that has no place in its checkout's record (STORE-24).
pub(super) fn refund_key(id: RecordId, digest: &OrderDigest) -> Vec<u8> {
    [b"f".as_slice(), &id.0, &digest.0].concat()
}

fn reference_key(reference: &Reference) -> Vec<u8> {
    [b"r".as_slice(), &reference.0].concat()
}
