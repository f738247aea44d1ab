//! Claims about what nodes keep, once everything is quiet: locks, certificates, open orders, feeds.

use std::collections::BTreeSet;

use ronde_protocol::{
    crypto::group::PointBytes,
    machine::{
        gateway::{Gathering, OpenOrder},
        witness::record::{CoinRecord, OrderRecord, View},
    },
    message::ids::{KeysetId, OrderDigest},
};

use crate::{disk::Key, federation::KEYSET, outcome::Invariant, world::World};

impl World<'_> {
    /// Every claim of these.
    pub fn check_kept(&mut self) {
        self.check_locks();
        self.check_retired();
        self.check_forgotten();
        self.check_reached();
        self.check_feeds();
        self.check_passing();
    }

    /// A coin is bound by an order that its witness voted for, and spent by one that is certified: what is dead holds
    /// nothing.
    fn check_locks(&mut self) {
        let inputs = self.ledger.orders().flat_map(|(_, known)| known.order.inputs.iter().map(|input| input.point));
        let coins: BTreeSet<PointBytes> = inputs.collect();
        for node in self.federation.seats() {
            if !self.nodes[node].is_honest_witness() {
                continue;
            }
            for coin in &coins {
                let ledger = &self.nodes[node].disk.durable().ledger;
                let Some(CoinRecord { digest, spent }) = ledger.coin(KEYSET, coin).ok().flatten() else { continue };
                let lives = match ledger.order(KEYSET, &digest).ok().flatten() {
                    Some(OrderRecord::Voted(_)) => !spent,
                    Some(OrderRecord::Certified { .. } | OrderRecord::Contested { .. }) => spent,
                    Some(OrderRecord::Dead { .. }) | None => false,
                };
                self.stake(Invariant::LocksOfTheLiving);
                if !lives {
                    let says =
                        format!("witness {node} holds {coin:?} for {digest}, spent: {spent}, which does not live");
                    self.fail(Invariant::LocksOfTheLiving, says);
                }
            }
        }
    }

    /// A witness that went on from an old copy has every certificate that an honest one has.
    fn check_retired(&mut self) {
        let certified: Vec<(OrderDigest, KeysetId)> =
            self.ledger.certified().map(|(digest, order)| (*digest, order.keyset)).collect();
        for node in self.federation.seats() {
            if self.nodes[node].lie.is_some() || self.retired(node).is_none() {
                continue;
            }
            self.stake(Invariant::RetiredServes);
            let own = self.nodes[node].keyset;
            for (digest, _) in certified.iter().filter(|(_, keyset)| *keyset == own) {
                let record = self.nodes[node].disk.durable().ledger.order(KEYSET, digest).ok().flatten();
                let has = matches!(record, Some(OrderRecord::Certified { .. } | OrderRecord::Contested { .. }));
                if !has && self.is_known_to_honest(digest) {
                    self.fail(Invariant::RetiredServes, format!("witness {node} retired, and does not hold {digest}"));
                }
            }
        }
    }

    /// Whoever holds a certificate with a vote of its own that it forgot has retired.
    fn check_forgotten(&mut self) {
        for node in self.federation.seats() {
            let Some(index) = self.nodes[node].index.filter(|_| self.nodes[node].lie.is_none()) else { continue };
            // Nobody else forgets.
            if !self.nodes[node].fallen || !self.has_forgotten(node, index) {
                continue;
            }
            self.stake(Invariant::LostStateVotesNoMore);
            if self.retired(node).is_none() {
                let says = format!("witness {node} holds a certificate with a vote that it forgot, and did not retire");
                self.fail(Invariant::LostStateVotesNoMore, says);
            }
        }
    }

    /// Where every witness answers, no honest store has a certificate left that one of them has not seen.
    fn check_reached(&mut self) {
        if self.nodes.iter().any(|node| node.index.is_some() && node.fallen) {
            return;
        }
        for node in 0..self.nodes.len() {
            if !self.nodes[node].is_honest() {
                continue;
            }
            self.stake(Invariant::CertificatesReachAll);
            let seen = self.nodes[node].disk.seen();
            let open = seen.opened().into_iter().filter_map(|digest| seen.load::<OpenOrder>(Key::Opened(digest)));
            let open = open.filter_map(|record| Gathering::resume(record, &self.federation.charter).ok());
            let left = open.filter(|gathering| gathering.certificate().is_some()).map(|gathering| gathering.digest());
            if let Some(digest) = left.min() {
                let says = format!("store {node} still carries the certificate of {digest}");
                self.fail(Invariant::CertificatesReachAll, says);
            }
        }
    }

    /// Everything in an honest witness's feed, up to where an honest store has read, was read by it.
    fn check_feeds(&mut self) {
        for witness in self.federation.seats() {
            if !self.nodes[witness].is_honest_witness() {
                continue;
            }
            for node in 0..self.nodes.len() {
                if self.nodes[node].is_honest() {
                    self.check_feed(node, witness);
                }
            }
        }
    }

    fn check_feed(&mut self, node: usize, witness: usize) {
        let (store, place) = (self.nodes[node].store, self.feed_place(node, witness));
        let feed = self.nodes[witness].disk.durable().ledger.feed().iter();
        let names = feed.filter(|(named, position)| *named == store && *position < place);
        let missed = names.map(|(_, position)| *position).find(|at| !self.ledger.fed.contains(&(node, witness, *at)));
        if place > 0 {
            self.stake(Invariant::FeedsAreWhole);
        }
        if let Some(position) = missed {
            let says = format!("store {node} read the feed of {witness} up to {place}, and missed {position}");
            self.fail(Invariant::FeedsAreWhole, says);
        }
    }
}
