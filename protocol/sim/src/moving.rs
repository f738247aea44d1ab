//! Moves between keysets: how customers make them, and what is checked of the witnesses that take them.

use std::collections::BTreeMap;

use ronde_protocol::{
    machine::witness::record::Write,
    message::{
        ids::OrderDigest,
        log::LogEntry,
        order::{Order, Purpose},
    },
};

use crate::{federation::KEYSET, liveness::gain, luck::Luck, ops::Manner, outcome::Invariant, plan::Lie, world::World};

/// Points that an order takes out of its keyset into another.
pub fn moved(order: &Order) -> u64 {
    let other = order.outputs.iter().filter(|output| output.class.keyset != order.keyset);
    other.map(|output| output.class.kind.points().0).sum()
}

impl World<'_> {
    /// A customer moves coins of some denomination. When that is due is the wallet's own affair; here it is now.
    pub fn move_on(&mut self, wallet: usize, via: usize, luck: &mut Luck) {
        let (charter, now) = (&self.federation.charter, self.wallet_time(wallet));
        let mut planned = self.people[wallet].wallet.planned_moves(charter, now);
        planned.retain(|planned| planned.keyset == KEYSET);
        if planned.is_empty() {
            return;
        }
        let denomination = planned[luck.place(planned.len())].denomination;
        let signed = self.people[wallet].wallet.move_on(charter, KEYSET, denomination, now, luck.entropy());
        self.set_out(wallet, signed, via, Manner::Patient, luck);
    }

    /// A witness of the later keyset is about to write a move down: once, certified, and no more than the logs leave.
    pub fn watch_move(&mut self, node: usize, writes: &[Write]) {
        let entry = writes.iter().find_map(|write| match write {
            Write::LogEntry(_, entry) => Some(entry.as_ref()),
            _ => None,
        });
        let Some(LogEntry::Certified(certified)) = entry else { return };
        if !self.nodes[node].is_honest_witness() {
            return;
        }
        let digest = certified.order.digest();
        self.stake(Invariant::MovedOnce);
        let mut moves = self.moves_in(node);
        if moves.insert(digest, moved(&certified.order)).is_some() {
            self.fail(Invariant::MovedOnce, format!("witness {node} writes the move {digest} down twice"));
        }
        if !self.is_backed(&certified.certificate, &digest) {
            self.fail(Invariant::MovedOnce, format!("witness {node} takes the move {digest}, which is not certified"));
        }
        self.check_bound(node, moves.values().sum());
    }

    /// Moves in the log of a witness of the later keyset, with their points.
    fn moves_in(&self, node: usize) -> BTreeMap<OrderDigest, u64> {
        let log = self.nodes[node].disk.seen().ledger.log().iter();
        let moves = log.filter_map(|entry| match entry {
            LogEntry::Certified(certified) if certified.order.keyset == KEYSET => Some(&certified.order),
            _ => None,
        });
        moves.map(|order| (order.digest(), moved(order))).collect()
    }

    /// What a witness has let in is no more than the logs that it has read leave in the earlier keyset: counted here from
    /// those logs, as far as it has read them.
    fn check_bound(&mut self, node: usize, total: u64) {
        // A log that was thrown away can't be looked at again.
        let lost = |peer: &usize| self.nodes[*peer].lie == Some(Lie::Forgets) || self.nodes[*peer].copy.is_some();
        if self.federation.committee(KEYSET).any(|peer| lost(&peer)) {
            return;
        }
        let mut orders: BTreeMap<OrderDigest, &Order> = BTreeMap::new();
        for peer in self.federation.committee(KEYSET) {
            // Of a log that is refused later what was certified stays counted.
            let read = self.ledger.earlier_read.get(&(node, peer)).copied().unwrap_or_default();
            let read = usize::try_from(read).unwrap_or(usize::MAX);
            for entry in self.nodes[peer].disk.seen().ledger.log().iter().take(read) {
                if let LogEntry::Certified(certified) = entry {
                    orders.insert(certified.order.digest(), &certified.order);
                }
            }
        }
        let left: i128 = orders.values().map(|order| left_of(order)).sum();
        self.stake(Invariant::MovesAreBounded);
        if i128::from(total) > left {
            let says = format!("witness {node} lets {total} points in, and the logs that it read leave {left}");
            self.fail(Invariant::MovesAreBounded, says);
        }
    }
}

/// What an order leaves in its keyset, or takes out of it otherwise than by moving on.
fn left_of(order: &Order) -> i128 {
    if order.purpose == Purpose::Swap { 0 } else { gain(order) }
}
