//! What was given away on each day, in the table of tills.
//!
//! A till's name has no control character, so keys that begin with one are no till's.

use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::{Decode, Encode};
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;

use super::super::ShopError;
use super::super::records::{RecordId, load, save};
use super::{Cap, Caps, Given, NearCap, TillCaps, is_near};
use crate::date::DAY;
use crate::store::{Read, Table, Transaction};

/// Before a till's name: the caps of its own.
const OWN: &[u8] = b"\0c";
/// Before a day: what was given away on it.
const DAYS: &[u8] = b"\0g";
/// Before a grant's id: where it counts and where it was made, if these are two days.
const MOVED: &[u8] = b"\0m";
/// Before the day on which a grant was made that counts on another, and its id: nothing.
const AWAY: &[u8] = b"\0a";
/// Old counts that are deleted with each new one: more than one grant adds.
const PRUNED_AT_ONCE: usize = 8;
/// The days with counts that are kept, counted by what there is and not by the clock: one that jumps ahead deletes nothing
/// that it comes back to.
const KEPT_DAYS: usize = 4;

/// A grant that is counted, so that it can be given back.
#[derive(Encode, Decode)]
struct Counted {
    till: Text,
    worth: Points,
}

/// A grant that counts on another day than the one on which it was made.
#[derive(Encode, Decode)]
struct Moved {
    counts: Seconds,
    made: Seconds,
}

fn day_key(time: Seconds, rest: &[&[u8]]) -> Vec<u8> {
    let day = (time / DAY).to_be_bytes();
    [&[DAYS, &day], rest].concat().concat()
}

/// The day of such a key.
fn day_of(key: &[u8]) -> Option<u64> {
    key.get(DAYS.len()..)?.first_chunk().copied().map(u64::from_be_bytes)
}

fn store_key(time: Seconds) -> Vec<u8> {
    day_key(time, &[b"s"])
}

fn till_key(time: Seconds, till: &str) -> Vec<u8> {
    day_key(time, &[b"t", till.as_bytes()])
}

fn grant_key(time: Seconds, id: RecordId) -> Vec<u8> {
    day_key(time, &[b"i", &id.bytes()])
}

fn own_key(till: &str) -> Vec<u8> {
    [OWN, till.as_bytes()].concat()
}

fn points(read: &dyn Read, key: &[u8]) -> Result<Points, ShopError> {
    Ok(load(read, Table::Till, key)?.unwrap_or_default())
}

/// What one till gave away on the day of `now`.
pub(in crate::shop) fn given_by(read: &dyn Read, now: Seconds, till: &str) -> Result<Points, ShopError> {
    points(read, &till_key(now, till))
}

/// What all of them did.
pub(super) fn given_by_store(read: &dyn Read, now: Seconds) -> Result<Points, ShopError> {
    points(read, &store_key(now))
}

/// The names of the tills that gave something away on the day of `now`, and how much.
pub(super) fn by_till(read: &dyn Read, now: Seconds) -> Result<Vec<(String, Points)>, ShopError> {
    let (from, to) = (day_key(now, &[b"t"]), day_key(now, &[b"u"]));
    let rows = read.scan(Table::Till, &from, Some(&to), usize::MAX)?;
    let names = rows.iter().filter_map(|(key, _)| String::from_utf8(key.get(from.len()..)?.to_vec()).ok());
    names.map(|name| given_by(read, now, &name).map(|given| (name, given))).collect()
}

/// The caps of one till's own.
pub(in crate::shop) fn own(read: &dyn Read, till: &str) -> Result<TillCaps, ShopError> {
    Ok(load(read, Table::Till, &own_key(till))?.unwrap_or_default())
}

/// Gives a till caps of its own, or takes those away that one of its name had.
pub(in crate::shop) fn set_own(tx: &mut dyn Transaction, till: &str, own: TillCaps) -> Result<(), ShopError> {
    match own == TillCaps::default() {
        true => tx.delete(Table::Till, &own_key(till))?,
        false => save(tx, Table::Till, &own_key(till), &own)?,
    }
    Ok(())
}

/// Counts a grant that is made now, if every cap allows it (TILL-2, TILL-3); which caps come near by it.
pub(in crate::shop) fn count(
    tx: &mut dyn Transaction,
    caps: Caps,
    now: Seconds,
    (id, till, worth): (RecordId, &Text, Points),
) -> Result<Vec<NearCap>, ShopError> {
    let name = till.as_str();
    take_back_later(tx, now)?;
    bring_home(tx, now)?;
    let caps = caps.with(own(tx, name)?);
    let before = Given { till: given_by(tx, now, name)?, store: given_by_store(tx, now)? };
    let after = caps.allow(before, worth)?;
    write_down(tx, now, (id, till, worth), after)?;
    let crossed = |cap, till, before, given, most: Option<Points>| {
        let of = most.filter(|_| is_near(given, most) && !is_near(before, most))?;
        Some(NearCap { cap, till, given, of })
    };
    let till = crossed(Cap::Till, Some(name.to_owned()), before.till, after.till, caps.till);
    let store = crossed(Cap::Store, None, before.store, after.store, caps.store);
    Ok(till.into_iter().chain(store).collect())
}

/// Counts a grant whatever the caps say: they allowed it before (BASKET-11).
pub(in crate::shop) fn count_anyway(
    tx: &mut dyn Transaction,
    now: Seconds,
    (id, till, worth): (RecordId, &Text, Points),
) -> Result<(), ShopError> {
    take_back_later(tx, now)?;
    bring_home(tx, now)?;
    let with = |before: Points| Points(before.0.saturating_add(worth.0));
    let after = Given { till: with(given_by(tx, now, till.as_str())?), store: with(given_by_store(tx, now)?) };
    write_down(tx, now, (id, till, worth), after)
}

fn write_down(
    tx: &mut dyn Transaction,
    now: Seconds,
    (id, till, worth): (RecordId, &Text, Points),
    after: Given,
) -> Result<(), ShopError> {
    prune(tx)?;
    save(tx, Table::Till, &till_key(now, till.as_str()), &after.till)?;
    save(tx, Table::Till, &store_key(now), &after.store)?;
    Ok(save(tx, Table::Till, &grant_key(now, id), &Counted { till: till.clone(), worth })?)
}

/// Takes a grant of that time out of its day's counts, once (TILL-3).
pub(in crate::shop) fn give_back(tx: &mut dyn Transaction, made: Seconds, id: RecordId) -> Result<(), ShopError> {
    take_out(tx, made, &id.bytes())?;
    Ok(())
}

/// Takes a grant out of the counts of whatever day it counts on; what it was.
fn take_out(tx: &mut dyn Transaction, made: Seconds, id: &[u8]) -> Result<Option<Counted>, ShopError> {
    let moved = load::<Moved>(tx, Table::Till, &[MOVED, id].concat())?;
    let counts = moved.as_ref().map_or(made, |moved| moved.counts);
    let key = day_key(counts, &[b"i", id]);
    let Some(counted) = load::<Counted>(tx, Table::Till, &key)? else { return Ok(None) };
    tx.delete(Table::Till, &key)?;
    forget_move(tx, id)?;
    for sum in [till_key(counts, counted.till.as_str()), store_key(counts)] {
        let left = points(tx, &sum)?.0.saturating_sub(counted.worth.0);
        save(tx, Table::Till, &sum, &Points(left))?;
    }
    Ok(Some(counted))
}

fn away_key(made: Seconds, id: &[u8]) -> Vec<u8> {
    [AWAY, &(made / DAY).to_be_bytes(), id].concat()
}

fn forget_move(tx: &mut dyn Transaction, id: &[u8]) -> Result<(), ShopError> {
    let key = [MOVED, id].concat();
    if let Some(moved) = load::<Moved>(tx, Table::Till, &key)? {
        tx.delete(Table::Till, &key)?;
        tx.delete(Table::Till, &away_key(moved.made, id))?;
    }
    Ok(())
}

/// What was made on this day and counted on an earlier one, because the clock was behind meanwhile, counts on this day
/// again (TILL-23).
fn bring_home(tx: &mut dyn Transaction, now: Seconds) -> Result<(), ShopError> {
    let (from, to) = (away_key(now, &[]), away_key(now.saturating_add(DAY), &[]));
    for (key, _) in tx.scan(Table::Till, &from, Some(&to), usize::MAX)? {
        let Some(id) = key.get(from.len()..) else { continue };
        let Some(counted) = take_out(tx, now, id)? else {
            tx.delete(Table::Till, &key)?;
            continue;
        };
        for sum in [till_key(now, counted.till.as_str()), store_key(now)] {
            let all = points(tx, &sum)?.0.saturating_add(counted.worth.0);
            save(tx, Table::Till, &sum, &Points(all))?;
        }
        save(tx, Table::Till, &day_key(now, &[b"i", id]), &counted)?;
    }
    Ok(())
}

/// What was given away on days that are yet to come was given by a clock that was ahead then, or is behind now: it counts
/// today, and on its own day should that come (TILL-23).
fn take_back_later(tx: &mut dyn Transaction, now: Seconds) -> Result<(), ShopError> {
    let (from, to) = (day_key(now.saturating_add(DAY), &[]), [DAYS, &[0xff; 9]].concat());
    for (key, _) in tx.scan(Table::Till, &from, Some(&to), usize::MAX)? {
        let Some((kind, rest)) = key.get(DAYS.len() + 8..).and_then(<[u8]>::split_first) else { continue };
        let today = day_key(now, &[&[*kind], rest]);
        if *kind == b'i' {
            if let Some(counted) = load::<Counted>(tx, Table::Till, &key)? {
                save(tx, Table::Till, &today, &counted)?;
                note_move(tx, rest, &key, now)?;
            }
        } else {
            let sum = points(tx, &today)?.0.saturating_add(points(tx, &key)?.0);
            save(tx, Table::Till, &today, &Points(sum))?;
        }
        tx.delete(Table::Till, &key)?;
    }
    Ok(())
}

/// Notes that a grant, which counted under `key`, counts today.
fn note_move(tx: &mut dyn Transaction, id: &[u8], key: &[u8], now: Seconds) -> Result<(), ShopError> {
    let day = day_of(key).unwrap_or(0);
    let before = load::<Moved>(tx, Table::Till, &[MOVED, id].concat())?;
    let made = before.map_or(day.saturating_mul(DAY), |before| before.made);
    save(tx, Table::Till, &[MOVED, id].concat(), &Moved { counts: now, made })?;
    Ok(tx.put(Table::Till, &away_key(made, id), &[])?)
}

/// Deletes some of the oldest day's counts, if younger ones are kept.
fn prune(tx: &mut dyn Transaction) -> Result<(), ShopError> {
    let end = [DAYS, &[0xff; 9]].concat();
    let (mut from, mut oldest) = (DAYS.to_vec(), None);
    for _ in 0..=KEPT_DAYS {
        let Some((key, _)) = tx.scan(Table::Till, &from, Some(&end), 1)?.pop() else { return Ok(()) };
        let Some(day) = day_of(&key) else { return Ok(()) };
        from = [DAYS, &day.saturating_add(1).to_be_bytes()].concat();
        oldest.get_or_insert_with(|| from.clone());
    }
    for (key, _) in tx.scan(Table::Till, DAYS, oldest.as_deref(), PRUNED_AT_ONCE)? {
        if let Some((b'i', id)) = key.get(DAYS.len() + 8..).and_then(<[u8]>::split_first) {
            forget_move(tx, id)?;
        }
        tx.delete(Table::Till, &key)?;
    }
    Ok(())
}
