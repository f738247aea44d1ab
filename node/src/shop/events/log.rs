//! The log of events in the database: positions, what is kept of it, and marks of what was told.

use ronde_protocol::message::codec::{Bounded, Decode, Encode};
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;
use serde_json::Value;

use super::{Event, Kind};
use crate::shop::records::{load, save};
use crate::shop::{Shop, ShopError};
use crate::store::{Read, Table, Transaction};

/// How long an event is kept, in seconds (EVENT-4).
pub(super) const KEPT: Seconds = 7 * 86_400;
/// Longest data of one event, in bytes.
const MAX_DATA: usize = 4096;
/// Old events that are deleted with each new one.
const PRUNED_AT_ONCE: usize = 4;
/// So many events a lost machine has not told since a copy of its database was made.
const LEAP: u64 = 1 << 32;

/// What keys of events begin with, and what follows the last.
const EVENTS: (&[u8], &[u8]) = (b"e", b"f");
/// Where the position of the next event stands.
const NEXT: &[u8] = b"n";
/// Where the highest position stands that was pruned.
const PRUNED: &[u8] = b"p";
/// What keys of witnesses begin with that are told to be down.
const WITNESSES: (&[u8], &[u8]) = (b"w", b"x");

#[derive(Encode, Decode)]
struct Kept {
    time: Seconds,
    kind: Text,
    data: Bounded<u8, MAX_DATA>,
}

/// Where the log begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnds {
    /// Whoever has read up to here has missed nothing.
    pub from: u64,
    /// The position of the newest event, 0 if there was none yet.
    pub newest: u64,
}

fn key(position: u64) -> Vec<u8> {
    [EVENTS.0, &position.to_be_bytes()].concat()
}

fn position(key: &[u8]) -> Option<u64> {
    key.strip_prefix(EVENTS.0)?.try_into().ok().map(u64::from_be_bytes)
}

/// Appends an event to the log, in the transaction of what it tells, and forgets some that are too old.
pub(super) fn append(tx: &mut dyn Transaction, now: Seconds, kind: Kind, data: &Value) -> Result<(), ShopError> {
    let damaged = ShopError::Damaged(Table::Event);
    let position = next(tx)?;
    let text = Text::new(kind.name()).map_err(|_| damaged.clone())?;
    let data = Bounded::new(data.to_string().into_bytes()).map_err(|_| damaged)?;
    save(tx, Table::Event, &key(position), &Kept { time: now, kind: text, data })?;
    save(tx, Table::Event, NEXT, &position.saturating_add(1))?;
    prune(tx, now, PRUNED_AT_ONCE)?;
    Ok(())
}

/// Positions begin with 1, so that whoever has read nothing has read up to 0.
fn next(read: &dyn Read) -> Result<u64, ShopError> {
    Ok(load(read, Table::Event, NEXT)?.unwrap_or(1))
}

/// Where the log begins and ends.
pub(in crate::shop) fn ends(read: &dyn Read) -> Result<LogEnds, ShopError> {
    let from = load(read, Table::Event, PRUNED)?.unwrap_or(0);
    Ok(LogEnds { from, newest: next(read)?.saturating_sub(1) })
}

/// On a restored copy: whatever the lost machine told since the copy was made, no position is used again (EVENT-2).
pub(in crate::shop) fn leap(tx: &mut dyn Transaction) -> Result<(), ShopError> {
    let next = next(tx)?.saturating_add(LEAP);
    Ok(save(tx, Table::Event, NEXT, &next)?)
}

/// Forgets at most so many events that are too old; how many it were.
fn prune(tx: &mut dyn Transaction, now: Seconds, limit: usize) -> Result<usize, ShopError> {
    let mut gone = 0;
    for (key, _) in tx.scan(Table::Event, EVENTS.0, Some(EVENTS.1), limit)? {
        // One that can't be read is of no use to anybody.
        let kept = load::<Kept>(&*tx, Table::Event, &key).ok().flatten();
        if kept.is_some_and(|kept| kept.time.saturating_add(KEPT) > now) {
            break;
        }
        tx.delete(Table::Event, &key)?;
        if let Some(position) = position(&key) {
            save(tx, Table::Event, PRUNED, &position)?;
        }
        gone += 1;
    }
    Ok(gone)
}

pub(super) fn witness_key(keyset: KeysetId, index: WitnessIndex) -> Vec<u8> {
    [WITNESSES.0, &keyset.0.to_be_bytes(), &[index.0]].concat()
}

/// Whether something is marked as told.
pub(super) fn is_marked(read: &dyn Read, key: &[u8]) -> Result<bool, ShopError> {
    Ok(read.get(Table::Event, key)?.is_some())
}

/// Marks it so, or no longer.
pub(super) fn mark(tx: &mut dyn Transaction, key: &[u8], told: bool) -> Result<(), ShopError> {
    if told {
        tx.put(Table::Event, key, &[])?;
    } else {
        tx.delete(Table::Event, key)?;
    }
    Ok(())
}

pub(super) fn marked_witnesses(read: &dyn Read) -> Result<Vec<(KeysetId, WitnessIndex)>, ShopError> {
    let marks = read.scan(Table::Event, WITNESSES.0, Some(WITNESSES.1), usize::MAX)?;
    let peer = |key: &[u8]| match key.strip_prefix(WITNESSES.0)?.split_first_chunk::<4>()? {
        (keyset, [index]) => Some((KeysetId(u32::from_be_bytes(*keyset)), WitnessIndex(*index))),
        _ => None,
    };
    Ok(marks.iter().filter_map(|(key, _)| peer(key)).collect())
}

impl Shop {
    /// The next events after a position, in their order; and up to which position these are all. Events of kinds that this
    /// program does not know (a newer one has written them) are passed over.
    pub fn events_after(&self, after: u64, limit: usize) -> Result<(Vec<Event>, u64), ShopError> {
        let from = key(after.saturating_add(1));
        self.0.readers.with(|read| {
            let (mut events, mut looked) = (Vec::new(), after);
            for (key, _) in read.scan(Table::Event, &from, Some(EVENTS.1), limit)? {
                let Some(position) = position(&key) else { continue };
                looked = position;
                // It may have been pruned meanwhile.
                let Some(kept) = load::<Kept>(read, Table::Event, &key)? else { continue };
                let damaged = ShopError::Damaged(Table::Event);
                let Some(kind) = Kind::named(kept.kind.as_str()) else { continue };
                let data = String::from_utf8(kept.data.into_vec()).map_err(|_| damaged)?;
                events.push(Event { position, kind, time: kept.time, data });
            }
            Ok((events, looked))
        })
    }

    /// Where the log begins and ends.
    pub fn event_log(&self) -> Result<LogEnds, ShopError> {
        self.0.readers.with(ends)
    }

    /// Whoever reads the log waits here for more of it.
    pub fn event_news(&self) -> tokio::sync::watch::Receiver<u64> {
        self.0.told.subscribe()
    }

    /// Wakes whoever reads the log, if there is more of it. Called after each commit of the shop's.
    pub(in crate::shop) fn tell(&self) {
        if self.0.told.receiver_count() == 0 {
            return;
        }
        // Who waits looks again by itself now and then.
        let Ok(next) = self.0.readers.with(|read| next(read)) else { return };
        self.0.told.send_if_modified(|told| std::mem::replace(told, next) != next);
    }

    /// Forgets events that are too old; whether there may be more of them.
    pub async fn prune_events(&self) -> Result<bool, ShopError> {
        const LIMIT: usize = 256;
        let now = self.now();
        let old = self.0.readers.with(|read| -> Result<bool, ShopError> {
            let oldest = read.scan(Table::Event, EVENTS.0, Some(EVENTS.1), 1)?;
            let Some((key, _)) = oldest.first() else { return Ok(false) };
            Ok(load::<Kept>(read, Table::Event, key)?.is_some_and(|kept| kept.time.saturating_add(KEPT) <= now))
        })?;
        if !old {
            return Ok(false);
        }
        Ok(self.write(move |tx| prune(tx, now, LIMIT)).await? == LIMIT)
    }
}
