//! Claims about honest customers: what they signed is completed, and nothing is lost.

use ronde_protocol::{
    limits::MAX_CLOCK_SKEW,
    machine::{
        wallet::{OpenOrder, PendingView, Stage},
        witness::record::View,
    },
    message::{
        ids::{KeysetId, OrderDigest},
        order::{Order, Purpose},
    },
};

use crate::{clock::Clock, federation::KEYSET, node::node_of, outcome::Invariant, world::World};

impl World<'_> {
    /// Honest witnesses of a keyset that still vote.
    pub fn voting(&self, keyset: KeysetId) -> usize {
        self.voting_nodes(keyset).count()
    }

    fn voting_nodes(&self, keyset: KeysetId) -> impl Iterator<Item = usize> {
        let votes = |node: &usize| {
            self.nodes[*node].is_honest_witness() && self.retired(*node).is_none() && !self.has_closed(*node)
        };
        self.federation.committee(keyset).filter(votes)
    }

    /// Whether a quorum of honest witnesses of each keyset votes: then everything honest can be completed.
    pub fn is_lively(&self) -> bool {
        self.federation.keysets().all(|keyset| self.voting(keyset.id()) >= keyset.quorum().votes())
    }

    /// What an honest wallet signed is certified, and its coins can be spent.
    pub fn check_liveness(&mut self) {
        if !self.is_lively() {
            return;
        }
        let everyone = self.nodes.iter().all(|node| node.index.is_none() || !node.fallen);
        for wallet in 0..self.people.len() {
            if !self.people[wallet].honest {
                continue;
            }
            if self.ledger.certified().any(|(digest, _)| self.ledger.signer(digest) == Some(wallet)) {
                self.stake(Invariant::HonestNeverKilled);
            }
            for view in self.people[wallet].wallet.pending() {
                let cheated = node_of(view.store).is_some_and(|store| !self.nodes[store].is_honest());
                // A store may promise points and never sign.
                if view.purpose == Purpose::Earn && view.stage == Stage::Sent && (cheated || self.is_stuck(&view)) {
                    continue;
                }
                if (view.stage == Stage::Completing && !everyone) || self.is_held_up(wallet, &view) {
                    continue;
                }
                let says = format!("wallet {wallet} still waits for {view:?}");
                self.fail(Invariant::HonestOrdersComplete, says);
            }
            self.stake(Invariant::HonestOrdersComplete);
        }
    }

    /// Whether no honest store takes an order: its own does not once the checkout is over, and there is no other.
    fn is_turned_away(&self, view: &PendingView) -> bool {
        let other = self.nodes.iter().any(|node| node.is_honest() && node.store != view.store);
        view.purpose == Purpose::Redeem && view.stage == Stage::Sent && !other
    }

    /// Whether fewer than q honest witnesses can ever vote for an order, for a reason that is nobody's fault here: it was
    /// signed by a clock that was far ahead, its store gave out more ballots or vouchers than it may, or the device that
    /// was lost had signed another order over the same coins, which some witnesses voted for and nobody certified.
    fn is_stuck(&self, view: &PendingView) -> bool {
        let Some(digest) = view.digest else { return false };
        let Some(known) = self.ledger.known(&digest) else { return false };
        let voting =
            self.voting_nodes(known.order.keyset).filter(|node| !self.is_bound_to_refuse(*node, &digest, &known.order));
        voting.count() < self.federation.committee_of(known.order.keyset).quorum().votes()
    }

    fn is_bound_to_refuse(&self, node: usize, digest: &OrderDigest, order: &Order) -> bool {
        let ledger = &self.nodes[node].disk.durable().ledger;
        if ledger.order(KEYSET, digest).ok().flatten().is_some() {
            // It voted for it. If a rival was certified since, that is shown, and the wallet has to take it.
            return false;
        }
        if !order.inputs.is_empty() {
            let bound = |point| ledger.coin(KEYSET, point).ok().flatten().is_some_and(|coin| !coin.spent);
            return order.inputs.iter().any(|input| bound(&input.point));
        }
        let ahead = order.time > Clock::default().seconds(self.now) + MAX_CLOCK_SKEW;
        ahead || self.is_beyond_caps(node, order)
    }

    /// Whether nobody carries an order on, or the device that was lost stands in its way: a wallet that kept its file never
    /// signs two.
    fn is_held_up(&self, wallet: usize, view: &PendingView) -> bool {
        let frozen = self.people[wallet].device > 0 && view.stage == Stage::Sent && self.is_stuck(view);
        frozen || self.is_turned_away(view)
    }

    /// Whether a cheat issued it, who may bring it whenever they like.
    fn is_at_cheats(&self, order: &Order) -> bool {
        order.purpose == Purpose::Earn && node_of(order.store).is_some_and(|store| !self.nodes[store].is_honest())
    }

    /// Whether a store signed a claim and forgot it before the customer heard which order it is: with a disk that was
    /// replaced by a copy, the only one who could say so is gone, or tells them that the grant is withdrawn.
    fn is_unheard(&self, wallet: usize, order: &Order) -> bool {
        let gone = self.is_at_cheats(order);
        let claimed = |open: &OpenOrder| {
            open.order().is_none()
                && open.outputs.iter().any(|own| order.outputs.iter().any(|out| out.blinded == own.blinded))
        };
        let given_up = order.outputs.iter().any(|output| self.ledger.given_up.contains(&output.blinded));
        // A lost device may have heard of it, or not. (LOG-20 would bring the certificate, and is not simulated.)
        let lost = self.people[wallet].device > 0 && !self.is_known_to_honest(&order.digest());
        gone && (given_up || lost || self.people[wallet].wallet.book().open.iter().any(claimed))
    }

    /// Every honest wallet holds what its certified orders left it.
    pub fn check_lost(&mut self) {
        for wallet in 0..self.people.len() {
            let person = &self.people[wallet];
            let held_up = person.wallet.pending().iter().any(|view| self.is_held_up(wallet, view));
            if !person.honest || !self.is_lively() {
                continue;
            }
            let mut orders = self.orders_of(wallet);
            let all: i128 = orders.iter().map(|(_, order)| gain(order)).sum();
            orders.retain(|(_, order)| !self.is_unheard(wallet, order));
            if orders.is_empty() {
                continue;
            }
            let expected: i128 = orders.iter().map(|(_, order)| gain(order)).sum();
            let mut found = 0;
            let mut balances = Vec::new();
            for keyset in self.federation.keysets() {
                let balance = self.balance(wallet, keyset.id());
                balances.push(balance);
                found += i128::from(balance.spendable.0);
                if held_up {
                    found += i128::from(balance.held.0);
                }
                if self.voting(keyset.id()) < keyset.quorum().honest() {
                    // Too few can say that a coin is free, and mean it: coins out of the seed stay as they are.
                    found += i128::from(balance.unproven.0);
                }
            }
            let person = &self.people[wallet];
            let searched = self.plan.words && person.device > 0;
            // What a store gave away for what it was shown is found too: nobody else can spend it.
            let given = if searched { self.given_to(wallet) } else { 0 };
            // And what it signs only after the search is not.
            let late: i128 = orders
                .iter()
                .filter(|(_, order)| searched && self.is_at_cheats(order))
                .map(|(_, order)| gain(order))
                .sum();
            let claim = if searched { Invariant::WordsAreEnough } else { Invariant::NothingLost };
            let ended = !person.wallet.is_searching();
            self.stake(claim);
            if found < expected - late || found > all + given || !ended {
                let says = format!("wallet {wallet} holds {balances:?} where its orders left it {expected}");
                self.fail(claim, says);
            }
        }
    }
}

/// Points that an order leaves its customer, more or less.
pub fn gain(order: &Order) -> i128 {
    let out: i128 = order.outputs.iter().map(|output| i128::from(output.class.kind.points().0)).sum();
    let spent: i128 = order.inputs.iter().map(|input| i128::from(input.kind.points().0)).sum();
    out - spent
}
