//! Claims about what stores may give out: the points of a day, and ballots and vouchers in all.

use std::collections::BTreeMap;

use ronde_protocol::message::{
    class::Kind,
    ids::{KeysetId, OrderDigest, StoreId},
    log::LogEntry,
    order::{Order, Purpose},
};

use crate::{
    coverage::Group,
    federation::{BALLOT_CAP, DAILY_LIMIT, VOUCHER_CAP},
    outcome::Invariant,
    world::World,
};

const DAY: u64 = 86_400;
/// Milliseconds that an answer waits at most for its commit.
pub const LONGEST_COMMIT: u64 = 100;

/// What counts towards a store's limit and caps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Issued {
    points: u64,
    ballots: u64,
    vouchers: u64,
}

impl Issued {
    /// By one order.
    fn by(order: &Order) -> Self {
        if !order.inputs.is_empty() {
            return Self::default();
        }
        let of = |wanted: fn(&Kind) -> bool| order.outputs.iter().filter(|output| wanted(&output.class.kind)).count();
        let points = match order.purpose {
            Purpose::Earn => order.outputs.iter().map(|output| output.class.kind.points().0).sum(),
            Purpose::Pledge { points, .. } => points.0,
            _ => 0,
        };
        let ballots = of(|kind| matches!(kind, Kind::Ballot { .. })) as u64;
        let vouchers = of(|kind| matches!(kind, Kind::Voucher { .. })) as u64;
        Self { points, ballots, vouchers }
    }

    fn with(self, other: Self) -> Self {
        Self {
            points: self.points + other.points,
            ballots: self.ballots + other.ballots,
            vouchers: self.vouchers + other.vouchers,
        }
    }

    /// Ballots or vouchers beyond the cap: no day gives them back.
    fn beyond_caps(self) -> bool {
        self.ballots > BALLOT_CAP || self.vouchers > VOUCHER_CAP
    }

    fn beyond(self) -> bool {
        self.points > DAILY_LIMIT || self.beyond_caps()
    }

    /// Which limits or caps are exceeded.
    fn names(self) -> impl Iterator<Item = &'static str> {
        let of = [
            (self.points > DAILY_LIMIT, "limit exceeded: points"),
            (self.ballots > BALLOT_CAP, "limit exceeded: ballots"),
            (self.vouchers > VOUCHER_CAP, "limit exceeded: vouchers"),
        ];
        of.into_iter().filter(|(exceeded, _)| *exceeded).map(|(_, name)| name)
    }
}

impl World<'_> {
    /// What a witness has voted a store, by its own log: points on one day of its clock, ballots and vouchers ever.
    fn counted(&self, node: usize, order: &Order, day: u64) -> Issued {
        let Some(index) = self.nodes[node].index else { return Issued::default() };
        let log = self.nodes[node].disk.seen().ledger.log().iter();
        let same = log.filter_map(|entry| match entry {
            LogEntry::Voted(signed) if signed.order.store == order.store => Some(&signed.order),
            _ => None,
        });
        same.fold(Issued::default(), |sum, other| {
            let issued = Issued::by(other);
            let today = self.ledger.day(index, &other.digest()) == Some(day);
            sum.with(if today { issued } else { Issued { points: 0, ..issued } })
        })
    }

    /// Whether an order has more ballots or vouchers than a witness may still vote its store.
    pub fn is_beyond_caps(&self, node: usize, order: &Order) -> bool {
        self.counted(node, order, 0).with(Issued::by(order)).beyond_caps()
    }

    /// A witness is about to write a vote down that counts.
    pub fn check_limit(&mut self, node: usize, order: &Order, day: u64) {
        if !self.nodes[node].is_honest_witness() || !order.inputs.is_empty() {
            return;
        }
        // The log does not hold this vote yet.
        let before = self.counted(node, order, day);
        self.stake(Invariant::Limits);
        if before.with(Issued::by(order)).beyond() {
            let says = format!("witness {node} votes store {} {:?} after {before:?}", order.store, Issued::by(order));
            self.fail(Invariant::Limits, says);
        }
    }

    /// A witness refuses what would be too much.
    pub fn watch_limit_refusal(&mut self, node: usize, digest: &OrderDigest) {
        if !self.nodes[node].is_honest_witness() {
            return;
        }
        let Some(order) = self.ledger.known(digest).map(|known| known.order.clone()) else { return };
        let set = self.nodes[node].clock.set;
        if set > 0 && self.now < set + LONGEST_COMMIT {
            // The answer may be of another day's clock.
            return;
        }
        let day = self.time(node) / DAY;
        let today = self.counted(node, &order, day);
        // At midnight the answer may be of yesterday.
        let before = self.counted(node, &order, day.saturating_sub(1));
        self.stake(Invariant::NoEarlyLimit);
        let most = Issued { points: today.points.max(before.points), ..today }.with(Issued::by(&order));
        for name in most.names() {
            self.coverage.hit(Group::Refusal, name);
        }
        if !most.beyond() {
            let says = format!("witness {node} refuses store {} {:?} after {today:?}", order.store, Issued::by(&order));
            self.fail(Invariant::NoEarlyLimit, says);
        }
    }

    /// What a store was certified is at most (n - f) / (q - f) times what each witness may vote it, which is less than
    /// twice as much: points on one day of everybody's clock, ballots and vouchers in all.
    pub fn check_totals(&mut self) {
        let mut days: BTreeMap<(KeysetId, StoreId, u64), u64> = BTreeMap::new();
        let mut ever: BTreeMap<(KeysetId, StoreId), Issued> = BTreeMap::new();
        for (digest, known) in
            self.ledger.orders().filter(|(_, known)| known.certified && known.order.inputs.is_empty())
        {
            let (of, issued) = (known.order.keyset, Issued::by(&known.order));
            let all = ever.entry((of, known.order.store)).or_default();
            *all = all.with(issued);
            let honest = |node: &crate::node::Node| node.index.filter(|_| !node.fallen && node.keyset == of);
            let voters = self.nodes.iter().filter_map(honest).filter(|index| known.votes.contains_key(index));
            let voted: Vec<Option<u64>> = voters.map(|index| self.ledger.day(index, digest)).collect();
            // Only if all honest votes are of one day is it clear which day it counts for.
            if let Some(Some(day)) = voted.first()
                && voted.iter().all(|other| *other == Some(*day))
            {
                *days.entry((of, known.order.store, *day)).or_default() += issued.points;
            }
        }
        for ((keyset, store, day), points) in days {
            self.check_total(keyset, points, DAILY_LIMIT, format_args!("store {store}: points on day {day}"));
        }
        for ((keyset, store), issued) in ever {
            self.check_total(keyset, issued.ballots, BALLOT_CAP, format_args!("store {store}: ballots"));
            self.check_total(keyset, issued.vouchers, VOUCHER_CAP, format_args!("store {store}: vouchers"));
        }
    }

    fn check_total(&mut self, keyset: KeysetId, count: u64, limit: u64, what: core::fmt::Arguments<'_>) {
        let quorum = self.federation.committee_of(keyset).quorum();
        let honest = (quorum.witnesses() - quorum.faults()) as u64;
        let share = (quorum.votes() - quorum.faults()) as u64;
        if count > 0 {
            self.stake(Invariant::Limits);
        }
        if count * share > honest * limit {
            self.fail(Invariant::Limits, format!("{what}: {count} were certified, and {limit} is a witness's limit"));
        }
    }
}
