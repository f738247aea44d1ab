//! What is laid down of the entries, and how it is read again.
//!
//! | part | record |
//! | --- | --- |
//! | `Orders` | digest, what it says (one byte), log (2 bytes) and position (8): where the order appears |
//! | `Orders` | digest, `GIST`, gist: what the order is |
//! | `Locks` | mark (8 bytes), digest: what the order locks |
//! | `Leaves` | a leaf |
//!
//! Numbers are big endian, so that they sort.

use alloc::vec::Vec;

use super::{
    facts::{Facts, Worth},
    intake::LogNumber,
    shelf::{Part, Shelf},
};
use crate::message::ids::OrderDigest;

/// What an appearance of an order says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Voted { store_signed: bool },
    Certified { breaks: Option<bool> },
    Behind,
}

const GIST: u8 = 6;

impl Says {
    const ALL: [Self; 6] = [
        Self::Voted { store_signed: false },
        Self::Voted { store_signed: true },
        Self::Certified { breaks: None },
        Self::Certified { breaks: Some(false) },
        Self::Certified { breaks: Some(true) },
        Self::Behind,
    ];

    fn of(worth: Worth) -> Option<Self> {
        match worth {
            Worth::Voted { store_signed } => Some(Self::Voted { store_signed }),
            Worth::Certified { breaks } => Some(Self::Certified { breaks }),
            Worth::Behind => Some(Self::Behind),
            Worth::Bad(_) => None,
        }
    }

    fn byte(self) -> Option<u8> {
        Self::ALL.iter().position(|known| *known == self).and_then(|place| u8::try_from(place).ok())
    }
}

/// Where an order appears, and what it says there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Appearance {
    pub log: LogNumber,
    pub position: u64,
    pub says: Says,
}

/// Lays down that an order appears.
pub(super) fn appearance<S: Shelf>(
    shelf: &mut S,
    facts: &Facts,
    log: LogNumber,
    position: u64,
) -> Result<(), S::Error> {
    let Some(says) = Says::of(facts.worth).and_then(Says::byte) else { return Ok(()) };
    let mut record = [0; 43];
    let parts: [&[u8]; 4] = [&facts.digest.0, &[says], &log.0.to_be_bytes(), &position.to_be_bytes()];
    record.iter_mut().zip(parts.into_iter().flatten()).for_each(|(to, from)| *to = *from);
    shelf.put(orders(&facts.digest), &record)
}

/// Lays down what an order is and locks.
pub(super) fn subject<S: Shelf>(shelf: &mut S, facts: &Facts) -> Result<(), S::Error> {
    let mut record = Vec::with_capacity(facts.gist.len().saturating_add(33));
    record.extend_from_slice(&facts.digest.0);
    record.push(GIST);
    record.extend_from_slice(&facts.gist);
    shelf.put(orders(&facts.digest), &record)?;
    for mark in &facts.marks {
        let mark = mark.to_be_bytes();
        let [first, ..] = mark;
        let mut record = [0; 40];
        record.iter_mut().zip(mark.iter().chain(&facts.digest.0)).for_each(|(to, from)| *to = *from);
        shelf.put(Part::Locks(first), &record)?;
    }
    Ok(())
}

fn orders(digest: &OrderDigest) -> Part {
    let [first, ..] = digest.0;
    Part::Orders(first)
}

/// All that was laid down of one order in logs that count.
pub(super) struct Found<'r> {
    pub digest: OrderDigest,
    pub gist: Option<&'r [u8]>,
    /// By log and position.
    pub appearances: Vec<Appearance>,
}

impl<'r> Found<'r> {
    /// Out of an order's records.
    pub fn read(group: &[&'r [u8]], counts: impl Fn(LogNumber) -> bool) -> Option<Self> {
        let digest = OrderDigest(group.first()?.first_chunk().copied()?);
        let mut found = Self { digest, gist: None, appearances: Vec::new() };
        for record in group {
            let (says, rest) = record.get(32..)?.split_first()?;
            if *says == GIST {
                found.gist = Some(rest);
                continue;
            }
            let (log, position) = rest.split_first_chunk::<2>()?;
            let log = LogNumber(u16::from_be_bytes(*log));
            let position = u64::from_be_bytes(position.try_into().ok()?);
            if counts(log) {
                let says = *Says::ALL.get(usize::from(*says))?;
                found.appearances.push(Appearance { log, position, says });
            }
        }
        found.appearances.sort_by_key(|appearance| (appearance.log, appearance.position));
        Some(found)
    }
}

/// The orders that share a mark, if they are several.
pub(super) fn sharers(group: &[&[u8]]) -> Vec<OrderDigest> {
    let mut digests: Vec<OrderDigest> =
        group.iter().filter_map(|record| record.last_chunk::<32>().copied().map(OrderDigest)).collect();
    digests.dedup();
    if digests.len() > 1 { digests } else { Vec::new() }
}
