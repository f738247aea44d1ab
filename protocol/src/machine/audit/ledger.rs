//! The orders that share a coin or a reference with another, with every vote for them that any certificate shows; and in
//! which logs they stand. They are few, or somebody cheats, so they are held in memory.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{
    exhibit::Exhibit,
    facts::Leafed,
    intake::LogNumber,
    records::{Appearance, Says},
    report::{Finding, Offence, Standing},
};
use crate::message::{
    charter::Charter,
    head::Head,
    ids::{OrderDigest, Reference, StoreId, WitnessIndex},
    log::{CertifiedOrder, LogEntry},
    order::{Order, SignedOrder},
    vote::Vote,
};

/// A log that counts: its witness stands for every entry.
pub(super) struct Log {
    pub number: LogNumber,
    pub head: Head,
    /// The first entry that no honest witness writes.
    pub bad: Option<(u64, Offence)>,
    /// Those of orders that share something, by position.
    pub entries: Vec<Kept>,
}

/// An entry of a log that was kept.
pub(super) struct Kept {
    pub position: u64,
    pub digest: OrderDigest,
    /// Which entry of the ledger; the same bytes in two logs are kept once.
    entry: usize,
}

/// A certified order.
pub(super) struct Certified {
    pub certified: CertifiedOrder,
    /// By every certificate seen.
    pub votes: BTreeMap<WitnessIndex, Vote>,
}

impl Certified {
    pub fn order(&self) -> &Order {
        &self.certified.order
    }
}

#[derive(Default)]
pub(super) struct Ledger {
    entries: Vec<Leafed>,
    by_leaf: BTreeMap<[u8; 32], usize>,
    certified: BTreeMap<OrderDigest, Certified>,
    /// Signed by the store whose it is; of several signatures one that holds.
    signed: BTreeMap<OrderDigest, SignedOrder>,
}

impl Ledger {
    /// Takes an entry that counts, log by log and by increasing position; what is of no witness's log stands in none.
    pub fn take(&mut self, log: Option<&mut Log>, digest: OrderDigest, at: &Appearance, read: Leafed) {
        let next = self.entries.len();
        let entry = *self.by_leaf.entry(*read.leaf()).or_insert(next);
        if let Some(log) = log {
            log.entries.push(Kept { position: at.position, digest, entry });
        }
        if entry != next {
            return;
        }
        match (read.entry(), at.says) {
            (LogEntry::Voted(signed), Says::Voted { store_signed: true }) => {
                self.signed.insert(digest, signed.clone());
            }
            (LogEntry::Certified(certified), _) => {
                let new = || Certified { certified: certified.clone(), votes: BTreeMap::new() };
                let known = self.certified.entry(digest).or_insert_with(new);
                known.votes.extend(certified.certificate.votes.iter().map(|vote| (vote.index, *vote)));
            }
            _ => {}
        }
        self.entries.push(read);
    }

    pub fn entry(&self, kept: &Kept) -> Option<&Leafed> {
        self.entries.get(kept.entry)
    }

    pub fn certified(&self) -> &BTreeMap<OrderDigest, Certified> {
        &self.certified
    }

    /// Stores that signed two orders under one reference.
    pub fn two_bodies(&self, charter: &Charter) -> Vec<Finding> {
        let mut bodies: BTreeMap<(StoreId, Reference), Vec<&SignedOrder>> = BTreeMap::new();
        for signed in self.signed.values() {
            bodies.entry((signed.order.store, signed.order.reference)).or_default().push(signed);
        }
        let pairs = bodies.into_values().filter_map(|same| match same.as_slice() {
            [first, second, ..] => Some(Exhibit::Store { first: (*first).clone(), second: (*second).clone() }),
            _ => None,
        });
        pairs.filter_map(|exhibit| proven(charter, exhibit)).collect()
    }
}

/// A finding out of an exhibit that convicts (BOOKS-20).
pub(super) fn proven(charter: &Charter, exhibit: Exhibit) -> Option<Finding> {
    let conviction = exhibit.verify(charter).ok()?;
    Some(Finding { culprits: conviction.culprits, offence: conviction.offence, standing: Standing::Proven, exhibit })
}
