//! The orders that share a coin or a reference with another, with every vote for them that any certificate shows; and in
//! which logs they stand. Somebody who cheats may make many: of a vote its locks are held in memory, and no more.

use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};

use super::{
    exhibit::Exhibit,
    facts::{Leafed, order_of},
    intake::LogNumber,
    locks::{Lock, locks},
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
    /// Those of orders of its keyset that share something, by position.
    pub entries: Vec<Kept>,
}

/// As much of an entry of a log as its replay asks.
pub(super) struct Kept {
    pub position: u64,
    pub digest: OrderDigest,
    pub is_vote: bool,
    pub locks: Box<[Lock]>,
}

/// A certified order.
pub(super) struct Certified {
    pub certified: CertifiedOrder,
    /// By every certificate seen.
    pub votes: BTreeMap<WitnessIndex, Vote>,
}

impl Certified {
    fn vote(&mut self, votes: Vec<(WitnessIndex, Vote)>) {
        self.votes.extend(votes);
    }

    pub fn order(&self) -> &Order {
        &self.certified.order
    }
}

#[derive(Default)]
pub(super) struct Ledger {
    certified: BTreeMap<OrderDigest, Certified>,
    /// Signed by the store whose it is, under each of its references: of the two lowest digests.
    signed: BTreeMap<(StoreId, Reference), BTreeMap<OrderDigest, SignedOrder>>,
}

impl Ledger {
    /// Takes an entry that counts, log by log and by increasing position; without a log what its witness has no part in.
    pub fn take(&mut self, log: Option<&mut Log>, digest: OrderDigest, at: &Appearance, read: Leafed) {
        let entry = read.into_entry();
        if let Some(log) = log {
            let is_vote = matches!(entry, LogEntry::Voted(_));
            let locks = locks(order_of(&entry)).into_boxed_slice();
            log.entries.push(Kept { position: at.position, digest, is_vote, locks });
        }
        match (entry, at.says) {
            (LogEntry::Voted(signed), Says::Voted { store_signed: true }) => {
                let bodies = self.signed.entry((signed.order.store, signed.order.reference)).or_default();
                bodies.entry(digest).or_insert(signed);
                if bodies.len() > 2 {
                    bodies.pop_last();
                }
            }
            (LogEntry::Certified(certified), _) => {
                let votes = certified.certificate.votes.iter().map(|vote| (vote.index, *vote)).collect();
                let new = Certified { certified, votes: BTreeMap::new() };
                self.certified.entry(digest).or_insert(new).vote(votes);
            }
            _ => {}
        }
    }

    pub fn certified(&self) -> &BTreeMap<OrderDigest, Certified> {
        &self.certified
    }

    /// Stores that signed two orders under one reference.
    pub fn two_bodies(&self, charter: &Charter) -> Vec<Finding> {
        let pairs = self.signed.values().filter_map(|bodies| {
            let mut bodies = bodies.values().cloned();
            Some(Exhibit::Store { first: bodies.next()?, second: bodies.next()? })
        });
        pairs.filter_map(|exhibit| proven(charter, exhibit)).collect()
    }
}

/// A finding out of an exhibit that convicts (BOOKS-20).
pub(super) fn proven(charter: &Charter, exhibit: Exhibit) -> Option<Finding> {
    let conviction = exhibit.verify(charter).ok()?;
    Some(Finding { culprits: conviction.culprits, offence: conviction.offence, standing: Standing::Proven, exhibit })
}
