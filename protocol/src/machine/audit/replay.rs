//! One witness's log, replayed as the witness itself lives it: votes bind, certificates spend and free.
//!
//! An honest witness's log passes: it never binds what another order holds, and writes every vote down before it is
//! given and every certificate before anything is freed by it.
//!
//! Only orders that share a lock with another order are replayed: what one order alone locks is never held against it, and
//! an order that shares nothing frees nothing.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{
    ledger::{Ledger, Log},
    locks::{Lock, locks},
    report::Offence,
};
use crate::message::{ids::OrderDigest, log::LogEntry, order::Order};

/// Two entries of one log that no honest witness writes in this order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clash {
    pub offence: Offence,
    pub first: OrderDigest,
    pub second: OrderDigest,
    /// Where in the log.
    pub positions: [u64; 2],
}

/// What a log says of its witness.
#[derive(Default)]
pub(super) struct Replayed {
    pub voted: BTreeSet<OrderDigest>,
    pub certified: BTreeSet<OrderDigest>,
    pub clashes: Vec<Clash>,
}

impl Replayed {
    /// Whether the log goes at least as far as the order.
    pub fn reaches(&self, digest: &OrderDigest) -> bool {
        self.voted.contains(digest) || self.certified.contains(digest)
    }
}

#[derive(Clone, Copy)]
struct Holder {
    digest: OrderDigest,
    position: u64,
    spent: bool,
}

#[derive(Default)]
struct State<'a> {
    held: BTreeMap<Lock, Holder>,
    orders: BTreeMap<OrderDigest, &'a Order>,
}

pub(super) fn replay(ledger: &Ledger, log: &Log) -> Replayed {
    let mut state = State::default();
    let mut replayed = Replayed::default();
    for kept in &log.entries {
        let (digest, position) = (kept.digest, kept.position);
        let Some(read) = ledger.entry(kept) else { continue };
        match read.entry() {
            LogEntry::Voted(signed) => {
                replayed.voted.insert(digest);
                replayed.clashes.extend(state.vote(&signed.order, digest, position));
            }
            LogEntry::Certified(certified) => {
                replayed.certified.insert(digest);
                state.certify(&certified.order, digest, position);
            }
        }
    }
    replayed
}

impl<'a> State<'a> {
    /// Binds, and says what was bound already.
    fn vote(&mut self, order: &'a Order, digest: OrderDigest, position: u64) -> Option<Clash> {
        let locks = locks(order);
        let other = locks.iter().filter_map(|lock| self.held.get(lock)).find(|holder| holder.digest != digest).copied();
        for lock in locks {
            let holder = self.held.entry(lock).or_insert(Holder { digest, position, spent: false });
            if !holder.spent {
                *holder = Holder { digest, position, spent: false };
            }
        }
        self.orders.insert(digest, order);
        other.map(|holder| Clash {
            offence: if holder.spent { Offence::VoteAgainstCertificate } else { Offence::DoubleVote },
            first: holder.digest,
            second: digest,
            positions: [holder.position, position],
        })
    }

    /// Spends, and frees what orders that die had locked. What another certificate has taken stays with that one.
    fn certify(&mut self, order: &'a Order, digest: OrderDigest, position: u64) {
        for lock in locks(order) {
            match self.held.get(&lock).copied() {
                Some(holder) if holder.digest != digest && holder.spent => continue,
                Some(holder) if holder.digest != digest => self.free(holder.digest),
                _ => {}
            }
            self.held.insert(lock, Holder { digest, position, spent: true });
        }
    }

    fn free(&mut self, dead: OrderDigest) {
        let Some(order) = self.orders.get(&dead) else { return };
        for lock in locks(order) {
            if self.held.get(&lock).is_some_and(|holder| holder.digest == dead && !holder.spent) {
                self.held.remove(&lock);
            }
        }
    }
}
