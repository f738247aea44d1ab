//! What really happened, counted apart from the machines: every order, vote and certificate that anybody saw.

use std::collections::{BTreeMap, BTreeSet};

use ronde_protocol::{
    crypto::group::PointBytes,
    message::{
        certificate::Certificate,
        codec::encode,
        head::Head,
        ids::{KeysetId, OrderDigest, Reference, StoreId, WitnessIndex},
        order::Order,
        vote::Vote,
    },
};

use crate::{clock::Millis, federation::Federation, histories::Met, network::End};

/// What one order takes for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// A coin.
    Coin(PointBytes),
    /// A store's reference, in a keyset.
    Reference(KeysetId, StoreId, Reference),
}

/// An order that somebody saw.
#[derive(Clone, Debug)]
pub struct Known {
    /// The body.
    pub order: Order,
    /// Votes that were out, by witness.
    pub votes: BTreeMap<WitnessIndex, Vote>,
    /// Whether there is a certificate.
    pub certified: bool,
}

/// A signed evaluation with a bad proof that somebody honest has met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadEvaluation {
    /// The node of the witness that signed it.
    pub culprit: usize,
    /// Who met it.
    pub by: End,
    /// When.
    pub at: Millis,
    /// Whether their disk was full.
    pub full: bool,
}

/// The omniscient ledger.
pub struct Ledger {
    federation: &'static Federation,
    orders: BTreeMap<OrderDigest, Known>,
    holders: BTreeMap<Lock, Vec<OrderDigest>>,
    legit: BTreeSet<OrderDigest>,
    makers: BTreeMap<PointBytes, usize>,
    signers: BTreeMap<OrderDigest, usize>,
    bound: BTreeMap<(WitnessIndex, Lock), OrderDigest>,
    days: BTreeMap<(WitnessIndex, OrderDigest), u64>,
    checked: BTreeSet<(OrderDigest, Vec<u8>)>,
    met: BTreeMap<(usize, OrderDigest), Vote>,
    /// Bad evaluations that reached an honest store or wallet.
    pub bad_evaluations: Vec<BadEvaluation>,
    /// Entries of honest witnesses' feeds that came to a store: store and witness from 0, position.
    pub fed: BTreeSet<(usize, usize, u64)>,
    /// Orders by which a cheat certified what a customer blinded.
    pub copied: BTreeSet<OrderDigest>,
    /// Elements of claims that a store withdrew, so that its customer gave them up.
    pub given_up: BTreeSet<PointBytes>,
    /// How far a later witness, by node, has ever read an earlier one's log.
    pub earlier_read: BTreeMap<(usize, usize), u64>,
    /// The highest heads that a node was shown in a life of its: node, life, of which node.
    pub heads: BTreeMap<(usize, u32, usize), Head>,
    /// Heads of a liar with two histories that a witness was shown: by whom, of whom.
    pub histories: BTreeMap<(usize, usize), Met>,
    /// Nodes that showed two heads of one size to one node, with nothing in the way of keeping them.
    pub forks: BTreeMap<usize, usize>,
    bodies: BTreeMap<(StoreId, Reference), OrderDigest>,
}

/// What an order locks.
fn locks(order: &Order) -> Vec<Lock> {
    if order.inputs.is_empty() {
        vec![Lock::Reference(order.keyset, order.store, order.reference)]
    } else {
        order.inputs.iter().map(|input| Lock::Coin(input.point)).collect()
    }
}

/// Whether two orders, which may be the same, lock something in common.
pub fn share_lock(first: &Order, second: &Order) -> bool {
    let held = locks(first);
    locks(second).iter().any(|lock| held.contains(lock))
}

impl Ledger {
    /// Empty.
    pub fn new(federation: &'static Federation) -> Self {
        Self {
            federation,
            orders: BTreeMap::new(),
            holders: BTreeMap::new(),
            legit: BTreeSet::new(),
            makers: BTreeMap::new(),
            signers: BTreeMap::new(),
            bound: BTreeMap::new(),
            days: BTreeMap::new(),
            checked: BTreeSet::new(),
            met: BTreeMap::new(),
            bad_evaluations: Vec::new(),
            fed: BTreeSet::new(),
            copied: BTreeSet::new(),
            heads: BTreeMap::new(),
            histories: BTreeMap::new(),
            given_up: BTreeSet::new(),
            earlier_read: BTreeMap::new(),
            forks: BTreeMap::new(),
            bodies: BTreeMap::new(),
        }
    }

    /// Somebody saw an order.
    pub fn meet(&mut self, order: &Order) -> OrderDigest {
        let digest = order.digest();
        self.orders.entry(digest).or_insert_with(|| Known {
            order: order.clone(),
            votes: BTreeMap::new(),
            certified: false,
        });
        digest
    }

    /// Whoever may sign this order signed it.
    pub fn signed(&mut self, order: &Order) {
        self.legit.insert(order.digest());
        self.meet(order);
    }

    /// A customer signed this order.
    pub fn signed_by(&mut self, order: &Order, wallet: usize) {
        self.signers.insert(order.digest(), wallet);
        self.signed(order);
    }

    /// A customer blinded these.
    pub fn made_by<'o>(&mut self, blinded: impl Iterator<Item = &'o PointBytes>, wallet: usize) {
        for element in blinded {
            self.makers.entry(*element).or_insert(wallet);
        }
    }

    /// Who signed an order's coins.
    pub fn signer(&self, digest: &OrderDigest) -> Option<usize> {
        self.signers.get(digest).copied()
    }

    /// Who blinded an element first.
    pub fn maker(&self, blinded: &PointBytes) -> Option<usize> {
        self.makers.get(blinded).copied()
    }

    /// Whether whoever may sign it signed it.
    pub fn is_legit(&self, digest: &OrderDigest) -> bool {
        self.legit.contains(digest)
    }

    /// An order that somebody saw.
    pub fn known(&self, digest: &OrderDigest) -> Option<&Known> {
        self.orders.get(digest)
    }

    /// All orders.
    pub fn orders(&self) -> impl Iterator<Item = (&OrderDigest, &Known)> {
        self.orders.iter()
    }

    /// Takes a certificate out, so that what lacks it can be noticed.
    #[cfg(test)]
    pub fn strike(&mut self, digest: &OrderDigest) {
        if let Some(known) = self.orders.get_mut(digest) {
            known.certified = false;
        }
    }

    /// Changes an order, so that what does not fit can be noticed.
    #[cfg(test)]
    pub fn alter(&mut self, digest: &OrderDigest, change: impl FnOnce(&mut Order)) {
        if let Some(known) = self.orders.get_mut(digest) {
            change(&mut known.order);
        }
    }

    /// All certified ones.
    pub fn certified(&self) -> impl Iterator<Item = (&OrderDigest, &Order)> {
        self.orders.iter().filter(|(_, known)| known.certified).map(|(digest, known)| (digest, &known.order))
    }

    /// A vote is out. True if its order is certified by it.
    pub fn voted(&mut self, digest: &OrderDigest, vote: Vote) -> bool {
        let Some(known) = self.orders.get_mut(digest) else { return false };
        known.votes.insert(vote.index, vote);
        let enough = known.votes.len() >= self.federation.committee_of(known.order.keyset).quorum().votes();
        enough && self.certify(digest)
    }

    /// Whether this very certificate was checked before, byte for byte.
    pub fn was_checked(&self, digest: &OrderDigest, certificate: &Certificate) -> bool {
        self.checked.contains(&(*digest, encode(certificate)))
    }

    /// A liar's vote reached an honest store, which checked it.
    pub fn meet_vote(&mut self, node: usize, digest: &OrderDigest, vote: Vote) {
        self.met.insert((node, *digest), vote);
    }

    /// Votes of liars that honest stores hold, by the witness's node.
    pub fn votes_met(&self) -> impl Iterator<Item = (usize, OrderDigest, Vote)> {
        self.met.iter().map(|((node, digest), vote)| (*node, *digest, *vote))
    }

    /// A certificate was seen, and its votes were checked. True if the order was not known to be certified.
    pub fn saw_certificate(&mut self, digest: &OrderDigest, certificate: &Certificate) -> bool {
        let Some(known) = self.orders.get_mut(digest) else { return false };
        self.checked.insert((*digest, encode(certificate)));
        for vote in &certificate.votes {
            known.votes.insert(vote.index, *vote);
        }
        self.certify(digest)
    }

    /// An honest store signs a body. Another that it signed under the same reference.
    pub fn body(&mut self, order: &Order) -> Option<OrderDigest> {
        let digest = order.digest();
        let first = *self.bodies.entry((order.store, order.reference)).or_insert(digest);
        (first != digest).then_some(first)
    }

    fn certify(&mut self, digest: &OrderDigest) -> bool {
        let Some(known) = self.orders.get_mut(digest) else { return false };
        if known.certified {
            return false;
        }
        known.certified = true;
        for lock in locks(&known.order) {
            self.holders.entry(lock).or_default().push(*digest);
        }
        true
    }

    /// Another certified order over something that this one takes.
    pub fn rival(&self, order: &Order, digest: &OrderDigest) -> Option<OrderDigest> {
        let holders = locks(order).into_iter().filter_map(|lock| self.holders.get(&lock));
        holders.flatten().copied().find(|other| other != digest)
    }

    /// A witness voted: notes what that binds, and gives what it had bound the same to before.
    pub fn bind(&mut self, index: WitnessIndex, order: &Order, digest: OrderDigest) -> Vec<OrderDigest> {
        let before = locks(order).into_iter().filter_map(|lock| self.bound.insert((index, lock), digest));
        let mut before: Vec<OrderDigest> = before.filter(|other| *other != digest).collect();
        before.dedup();
        before
    }

    /// A witness wrote a vote down on a day of its clock.
    pub fn voted_on(&mut self, index: WitnessIndex, digest: OrderDigest, day: u64) {
        self.days.insert((index, digest), day);
    }

    /// On which day of its clock a witness wrote its vote down.
    pub fn day(&self, index: WitnessIndex, digest: &OrderDigest) -> Option<u64> {
        self.days.get(&(index, *digest)).copied()
    }
}
