//! Claims about value. Coins are counted here from the orders that were certified, class by class; beside that are held the
//! machines' own books and tallies, what an audit says, and what is in the wallets.

use std::collections::{BTreeMap, BTreeSet};

use ronde_protocol::{
    machine::{
        audit::{Report, WitnessLog},
        books::Flow,
        wallet::Wallet,
        witness::record::{Counter, View},
    },
    message::{
        class::Kind,
        ids::{CampaignId, KeysetId, OrderDigest},
        log::LogEntry,
        order::{Order, Purpose},
    },
};

use crate::{
    federation::{CAMPAIGN, KEYSET, VOUCHER_VALUE},
    liveness::gain,
    moving::moved,
    outcome::Invariant,
    world::World,
};

/// Coins of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Certified outputs.
    pub made: i128,
    /// Certified inputs.
    pub spent: i128,
}

/// What certified orders did in a keyset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Done {
    /// Coins, by kind.
    classes: BTreeMap<Kind, Count>,
    issued: i128,
    redeemed: i128,
    donated: i128,
    pledged: i128,
    moved_in: i128,
    moved_out: i128,
    /// Ballots that were cast, by choice.
    tallies: BTreeMap<(CampaignId, u8), u64>,
}

impl Done {
    /// By these orders, those included that move points in.
    fn by<'o>(keyset: KeysetId, orders: impl Iterator<Item = &'o Order>) -> Self {
        let mut done = Self::default();
        for order in orders {
            done.take(keyset, order);
        }
        done
    }

    fn take(&mut self, keyset: KeysetId, order: &Order) {
        for output in order.outputs.iter().filter(|output| output.class.keyset == keyset) {
            self.classes.entry(output.class.kind).or_default().made += 1;
        }
        if order.keyset != keyset {
            let came = order.outputs.iter().filter(|output| output.class.keyset == keyset);
            self.moved_in += came.map(|output| i128::from(output.class.kind.points().0)).sum::<i128>();
            return;
        }
        for input in &order.inputs {
            self.classes.entry(input.kind).or_default().spent += 1;
        }
        match order.purpose {
            Purpose::Earn => self.issued += gain(order),
            Purpose::Redeem => self.redeemed -= gain(order),
            Purpose::Donate { .. } => self.donated -= gain(order),
            Purpose::Pledge { points, .. } => self.pledged += i128::from(points.0),
            Purpose::Swap => self.moved_out += i128::from(moved(order)),
            Purpose::Vote { campaign, choice } => *self.tallies.entry((campaign, choice)).or_default() += 1,
        }
    }

    /// What the coins that are left are worth, counted coin by coin.
    fn float(&self) -> i128 {
        self.classes.iter().map(|(kind, count)| i128::from(kind.points().0) * (count.made - count.spent)).sum()
    }

    fn left(&self, kind: &Kind) -> i128 {
        self.classes.get(kind).map_or(0, |count| count.made - count.spent)
    }

    fn vouchers_spent(&self) -> i128 {
        let spent = self.classes.iter().filter(|(kind, _)| matches!(kind, Kind::Voucher { .. }));
        spent.map(|(_, count)| count.spent).sum()
    }
}

impl World<'_> {
    /// Certified outputs and inputs by keyset and kind.
    pub fn classes(&self) -> BTreeMap<(KeysetId, Kind), Count> {
        let mut classes: BTreeMap<(KeysetId, Kind), Count> = BTreeMap::new();
        for (_, order) in self.ledger.certified() {
            for output in &order.outputs {
                classes.entry((output.class.keyset, output.class.kind)).or_default().made += 1;
            }
            for input in &order.inputs {
                classes.entry((order.keyset, input.kind)).or_default().spent += 1;
            }
        }
        classes
    }

    /// No kind of coin was spent more often than it was made.
    pub fn check_classes(&mut self) {
        for (kind, count) in self.classes() {
            self.stake(Invariant::NoNegativeClass);
            if count.spent > count.made {
                self.fail(Invariant::NoNegativeClass, format!("{kind:?}: {count:?}"));
            }
        }
    }

    /// Certified orders that spend or make coins of a keyset, and that an honest witness of it has in its log.
    fn concerning(&self, keyset: KeysetId) -> BTreeMap<OrderDigest, &Order> {
        let honest = self.federation.committee(keyset).filter(|node| self.nodes[*node].is_honest_witness());
        let logs = honest.map(|node| self.nodes[node].disk.durable().ledger.log());
        self.certified_in(logs.flatten())
    }

    fn certified_in<'l>(&self, entries: impl Iterator<Item = &'l LogEntry>) -> BTreeMap<OrderDigest, &Order> {
        let digests = entries.filter_map(|entry| match entry {
            LogEntry::Certified(certified) => Some(certified.certificate.digest),
            LogEntry::Voted(_) => None,
        });
        let known = digests.filter_map(|digest| Some((digest, self.ledger.known(&digest)?)));
        known.filter(|(_, known)| known.certified).map(|(digest, known)| (digest, &known.order)).collect()
    }

    /// Value adds up, keyset by keyset: coins, books and wallets.
    pub fn check_value(&mut self) {
        for keyset in self.federation.keysets() {
            let id = keyset.id();
            let done = Done::by(id, self.concerning(id).into_values());
            if done == Done::default() {
                continue;
            }
            self.stake(Invariant::ValueAddsUp);
            for node in self.federation.committee(id) {
                if self.nodes[node].is_honest_witness() {
                    self.check_flows(node, &done);
                    self.check_tallies(node, &done);
                }
            }
            self.check_wallets(id, &done);
        }
    }

    /// The books of an honest witness, flow by flow, are what was done; and what they leave in circulation is what the
    /// coins are worth that are left, counted coin by coin.
    fn check_flows(&mut self, node: usize, done: &Done) {
        let statements = self.nodes[node].disk.durable().ledger.statements();
        let sum = |flow| statements.values().map(|of| i128::from(of.flow(flow).0)).sum::<i128>();
        let honoured = done.vouchers_spent() * i128::from(VOUCHER_VALUE);
        let flows = [
            (Flow::Issued, done.issued),
            (Flow::Floated, done.issued),
            (Flow::Redeemed, done.redeemed),
            (Flow::Returned, done.redeemed + done.donated),
            (Flow::Given, done.donated + done.pledged),
            (Flow::Pledged, done.pledged),
            (Flow::VouchersHonoured, honoured),
            (Flow::VouchersFunded, honoured),
        ];
        for (flow, expected) in flows {
            if sum(flow) != expected {
                let says = format!("witness {node} has {} points {flow:?}, the orders say {expected}", sum(flow));
                return self.fail(Invariant::ValueAddsUp, says);
            }
        }
        let circulating = sum(Flow::Floated) - sum(Flow::Returned) + done.moved_in - done.moved_out;
        if circulating != done.float() || circulating < 0 {
            let says = format!("{circulating} points are left by the books of {node}, {} in coins", done.float());
            self.fail(Invariant::ValueAddsUp, says);
        }
    }

    /// An honest witness counts each ballot that was cast, once.
    fn check_tallies(&mut self, node: usize, done: &Done) {
        let ledger = &self.nodes[node].disk.durable().ledger;
        let mut counted = BTreeMap::new();
        for choice in 0..=u8::MAX {
            let tally = Counter::Tally { campaign: CAMPAIGN, choice };
            counted.insert((CAMPAIGN, choice), ledger.counter(KEYSET, &tally).unwrap_or_default());
        }
        counted.retain(|_, count| *count > 0);
        if !done.tallies.is_empty() {
            self.stake(Invariant::TalliesAgree);
        }
        if counted != done.tallies {
            let says = format!("witness {node} counts {counted:?}, and {:?} were cast", done.tallies);
            self.fail(Invariant::TalliesAgree, says);
        }
    }

    /// No more coins are unspent in all wallets, lost ones and cheats' too, than are left; and where nobody cheats, loses
    /// anything or waits, all that are left are there.
    fn check_wallets(&mut self, keyset: KeysetId, done: &Done) {
        let spent: BTreeSet<_> =
            self.ledger.certified().flat_map(|(_, order)| &order.inputs).map(|of| of.point).collect();
        let votes = self.federation.committee_of(keyset).quorum().votes();
        let whole = self.is_nothing_lost_or_open();
        let mut held: BTreeMap<Kind, BTreeSet<_>> = BTreeMap::new();
        for book in self.people.iter().flat_map(|person| person.lost.iter().chain([&person.wallet]).map(Wallet::book)) {
            for coin in book.coins.iter().filter(|coin| coin.place.keyset == keyset && !spent.contains(&coin.point)) {
                if whole || coin.components.len() >= votes {
                    held.entry(coin.kind).or_default().insert(coin.point);
                }
            }
        }
        let given_up: Vec<Kind> = self.given_up_in(keyset);
        let kinds: BTreeSet<Kind> = done.classes.keys().chain(held.keys()).copied().collect();
        for kind in kinds {
            let found = held.get(&kind).map_or(0, |coins| i128::try_from(coins.len()).unwrap_or(i128::MAX));
            let left = done.left(&kind);
            let lost = given_up.iter().filter(|of| **of == kind).count() as i128;
            let says = format!("{found} coins of {kind:?} of keyset {} are in wallets, {left} are left", keyset.0);
            if found > left {
                self.fail(Invariant::ValueAddsUp, says);
            } else if whole && found + lost < left {
                self.fail(Invariant::EveryCoinIsFound, says);
            }
        }
        if whole {
            self.stake(Invariant::EveryCoinIsFound);
        }
    }

    /// Certified coins of a keyset that their customers gave up, as a store had withdrawn the grant.
    fn given_up_in(&self, keyset: KeysetId) -> Vec<Kind> {
        let outputs = self.ledger.certified().flat_map(|(_, order)| &order.outputs);
        let given_up = outputs.filter(|of| of.class.keyset == keyset && self.ledger.given_up.contains(&of.blinded));
        given_up.map(|output| output.class.kind).collect()
    }

    /// Whether all customers and stores are honest, no wallet was lost, and nobody waits for anything.
    fn is_nothing_lost_or_open(&self) -> bool {
        let swarm = &self.plan.swarm;
        let settled = |person: &crate::wallet::Person| person.device == 0 && person.wallet.pending().is_empty();
        swarm.crooks == 0 && swarm.cheats.is_empty() && self.people.iter().all(settled)
    }

    /// An audit says what the orders did that are in the logs which it was given; and they have all that concern the
    /// keyset, as an honest witness is among any n - f.
    pub fn check_audited_value(&mut self, keyset: KeysetId, report: &Report, logs: &[WitnessLog]) {
        let orders = self.certified_in(logs.iter().flat_map(|log| &log.entries));
        let missing = self.concerning(keyset).into_keys().find(|digest| !orders.contains_key(digest));
        let done = Done::by(keyset, orders.values().copied());
        self.stake(Invariant::ValueAddsUp);
        if let Some(digest) = missing {
            return self.fail(Invariant::ValueAddsUp, format!("{digest} is in none of n - f logs"));
        }
        let value = &report.value;
        let says = [value.issued, value.redeemed, value.donated, value.moved_in, value.moved_out, value.float];
        let expected = [done.issued, done.redeemed, done.donated, done.moved_in, done.moved_out, done.float()];
        let classes = report.classes.iter();
        let classes = classes.map(|(kind, of)| (*kind, Count { made: of.made.into(), spent: of.spent.into() }));
        if says != expected || classes.collect::<BTreeMap<_, _>>() != done.classes {
            let says = format!("an audit says {value:?} {:?} where {done:?}", report.classes);
            self.fail(Invariant::ValueAddsUp, says);
        }
        if report.tallies != done.tallies {
            let says = format!("an audit counts {:?}, and {:?} were cast", report.tallies, done.tallies);
            self.fail(Invariant::TalliesAgree, says);
        }
    }
}
