//! What was given away on each day, in the table of tills.
//!
//! A till's name has no control character, so keys that begin with one are no till's.

use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::{Decode, Encode, encode};
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
/// Before a grant's id: the day that it counts on, where that is another than the one on which it was made.
const MOVED: &[u8] = b"\0m";
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

fn day_key(time: Seconds, rest: &[&[u8]]) -> Vec<u8> {
    let day = (time / DAY).to_be_bytes();
    [&[DAYS, &day], rest].concat().concat()
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
    let moved_to = load::<Seconds>(tx, Table::Till, &moved_key(id))?;
    let made = moved_to.unwrap_or(made);
    let key = grant_key(made, id);
    let Some(Counted { till, worth }) = load(tx, Table::Till, &key)? else { return Ok(()) };
    tx.delete(Table::Till, &key)?;
    tx.delete(Table::Till, &moved_key(id))?;
    for sum in [till_key(made, till.as_str()), store_key(made)] {
        let left = points(tx, &sum)?.0.saturating_sub(worth.0);
        save(tx, Table::Till, &sum, &Points(left))?;
    }
    Ok(())
}

fn moved_key(id: RecordId) -> Vec<u8> {
    [MOVED, &id.bytes()].concat()
}

/// What was given away on days that are yet to come was given by a clock that was ahead: it counts today, and not once more
/// when its day comes (TILL-23).
fn take_back_later(tx: &mut dyn Transaction, now: Seconds) -> Result<(), ShopError> {
    let (from, to) = (day_key(now.saturating_add(DAY), &[]), [DAYS, &[0xff; 9]].concat());
    for (key, _) in tx.scan(Table::Till, &from, Some(&to), usize::MAX)? {
        let Some((kind, rest)) = key.get(DAYS.len() + 8..).and_then(<[u8]>::split_first) else { continue };
        let today = day_key(now, &[&[*kind], rest]);
        if *kind == b'i' {
            if let Some(counted) = load::<Counted>(tx, Table::Till, &key)? {
                save(tx, Table::Till, &today, &counted)?;
                tx.put(Table::Till, &[MOVED, rest].concat(), &encode(&now))?;
            }
        } else {
            let sum = points(tx, &today)?.0.saturating_add(points(tx, &key)?.0);
            save(tx, Table::Till, &today, &Points(sum))?;
        }
        tx.delete(Table::Till, &key)?;
    }
    Ok(())
}

/// Deletes some of the oldest day's counts, if younger ones are kept.
fn prune(tx: &mut dyn Transaction) -> Result<(), ShopError> {
    let end = [DAYS, &[0xff; 9]].concat();
    let (mut from, mut oldest) = (DAYS.to_vec(), None);
    for _ in 0..=KEPT_DAYS {
        let Some((key, _)) = tx.scan(Table::Till, &from, Some(&end), 1)?.pop() else { return Ok(()) };
        let Some(day) = key.get(DAYS.len()..DAYS.len() + 8).and_then(|day| day.try_into().ok()) else { return Ok(()) };
        from = [DAYS, &u64::from_be_bytes(day).saturating_add(1).to_be_bytes()].concat();
        oldest.get_or_insert_with(|| from.clone());
    }
    for (key, _) in tx.scan(Table::Till, DAYS, oldest.as_deref(), PRUNED_AT_ONCE)? {
        if let Some((b'i', id)) = key.get(DAYS.len() + 8..).and_then(<[u8]>::split_first) {
            tx.delete(Table::Till, &[MOVED, id].concat())?;
        }
        tx.delete(Table::Till, &key)?;
    }
    Ok(())
}
