//! A node on a restored copy of its database: in which keysets the lost machine may have voted is kept for good.

use ronde_protocol::machine::witness::peers::{Restored, handle_restored};
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::ids::KeysetId;
use ronde_protocol::message::order::Seconds;

use super::ledger::{self, Ledger, LedgerError};
use crate::store::{BACKUP_MARK, Read, Table, Transaction, copied_at};

/// Where it is kept since when the database is a restored copy.
const RESTORED: &[u8] = b"restored-by";

/// Ends the mark of a restored copy, and keeps for good what every later seat is judged by (ROLLBACK-14), by this node's
/// clock and what each charter version at hand says it was issued at. Says whether the database is such a copy.
pub fn take_mark(tx: &mut dyn Transaction, clock: Seconds, issued: &[Seconds]) -> Result<bool, LedgerError> {
    let Some(mark) = tx.get(Table::Meta, BACKUP_MARK)? else { return Ok(false) };
    let restored = Restored::new(clock, issued.iter().copied(), copied_at(&mark), kept(&*tx)?);
    tx.put(Table::Meta, RESTORED, &encode(&restored))?;
    tx.delete(Table::Meta, BACKUP_MARK)?;
    Ok(true)
}

/// What is kept since the mark ended; nothing on a database that never was a restored copy.
pub fn kept(read: &dyn Read) -> Result<Option<Restored>, LedgerError> {
    ledger::load(read, Table::Meta, RESTORED)
}

/// Retires the witness of a seat that is taken, if the lost machine may have voted in its keyset (ROLLBACK-11,
/// ROLLBACK-14). Says whether that is so and was not written down before.
pub fn retire(tx: &mut dyn Transaction, keyset: KeysetId, first_issued: Seconds) -> Result<bool, LedgerError> {
    let Some(restored) = kept(&*tx)? else { return Ok(false) };
    let write = handle_restored(keyset, first_issued, &restored, &Ledger::new(&*tx))?;
    ledger::apply(tx, keyset, write.as_slice())?;
    Ok(write.is_some())
}
