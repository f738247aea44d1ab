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
    ledger::{Kept, Ledger, Log},
    locks::Lock,
    report::Offence,
};
use crate::message::ids::OrderDigest;

/// Two entries of one log that no honest witness writes in this order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clash {
    pub offence: Offence,
    pub first: OrderDigest,
    pub second: OrderDigest,
    /// Where in the log.
    pub positions: [u64; 2],
}

/// What a log says of its witness, as far as certified orders are concerned.
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
    locks: BTreeMap<OrderDigest, &'a [Lock]>,
}

/// Replays a log. A liar may fill it with clashes: the first is kept, and those of two certified orders.
pub(super) fn replay(ledger: &Ledger, log: &Log) -> Replayed {
    let is_certified = |digest: &OrderDigest| ledger.certified().contains_key(digest);
    let mut state = State::default();
    let mut replayed = Replayed::default();
    for kept in &log.entries {
        if is_certified(&kept.digest) {
            let said = if kept.is_vote { &mut replayed.voted } else { &mut replayed.certified };
            said.insert(kept.digest);
        }
        if !kept.is_vote {
            state.certify(kept);
        } else if let Some(clash) = state.vote(kept)
            && (replayed.clashes.is_empty() || (is_certified(&clash.first) && is_certified(&clash.second)))
        {
            replayed.clashes.push(clash);
        }
    }
    replayed
}

impl<'a> State<'a> {
    /// Binds, and says what was bound already.
    fn vote(&mut self, kept: &'a Kept) -> Option<Clash> {
        let Kept { position, digest, ref locks, .. } = *kept;
        let other = locks.iter().filter_map(|lock| self.held.get(lock)).find(|holder| holder.digest != digest).copied();
        for lock in locks {
            let holder = self.held.entry(*lock).or_insert(Holder { digest, position, spent: false });
            if !holder.spent {
                *holder = Holder { digest, position, spent: false };
            }
        }
        self.locks.insert(digest, locks);
        other.map(|holder| Clash {
            offence: if holder.spent { Offence::VoteAgainstCertificate } else { Offence::DoubleVote },
            first: holder.digest,
            second: digest,
            positions: [holder.position, position],
        })
    }

    /// Spends, and frees what orders that die had locked. What another certificate has taken stays with that one.
    fn certify(&mut self, kept: &'a Kept) {
        let Kept { position, digest, ref locks, .. } = *kept;
        for lock in locks {
            match self.held.get(lock).copied() {
                Some(holder) if holder.digest != digest && holder.spent => continue,
                Some(holder) if holder.digest != digest => self.free(holder.digest),
                _ => {}
            }
            self.held.insert(*lock, Holder { digest, position, spent: true });
        }
    }

    fn free(&mut self, dead: OrderDigest) {
        for lock in self.locks.get(&dead).copied().unwrap_or_default() {
            if self.held.get(lock).is_some_and(|holder| holder.digest == dead && !holder.spent) {
                self.held.remove(lock);
            }
        }
    }
}
