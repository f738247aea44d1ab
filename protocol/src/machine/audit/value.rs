//! The claims about value, out of the certified orders alone.

use alloc::{collections::BTreeMap, vec::Vec};

use super::report::{Breach, Coverage, Note, Report, Value};
use crate::{
    machine::books::{self, Account, BooksError, Statement},
    message::{
        amount::Points,
        charter::{Charter, Keyset},
        class::Kind,
        ids::{CampaignId, KeysetId, OfferId, OrderDigest, StoreId},
        order::{Order, Purpose, Seconds},
    },
};

const DAY: Seconds = 86_400;

/// Counts every coin and posts every order, one after the other by increasing digest.
pub(super) struct Scales<'c> {
    charter: &'c Charter,
    keyset: &'c Keyset,
    issued: Issued,
    posted_all: bool,
    overflows: Vec<Breach>,
    behind: Vec<Note>,
}

impl<'c> Scales<'c> {
    pub fn new(charter: &'c Charter, keyset: &'c Keyset) -> Self {
        let (overflows, behind) = (Vec::new(), Vec::new());
        Self { charter, keyset, issued: Issued::default(), posted_all: true, overflows, behind }
    }

    /// Takes a certified order, as far as its gist tells.
    pub fn weigh(&mut self, digest: OrderDigest, order: &Order, report: &mut Report) {
        if order.keyset != self.keyset.id() {
            count_made(order, self.keyset.id(), report);
            let came = points_of(order, self.keyset.id());
            report.value.moved_in = report.value.moved_in.saturating_add(came);
            let from = report.moved_from.entry(order.keyset).or_default();
            *from = from.saturating_add(came);
            return;
        }
        count_coins(order, report);
        for output in order.outputs.iter().filter(|output| output.class.keyset != order.keyset) {
            let to = report.moved_to.entry(output.class.keyset).or_default();
            *to = to.saturating_add(i128::from(output.class.kind.points().0));
        }
        flow(order, &mut report.value);
        self.issued.count(order);
        if let Purpose::Vote { campaign, choice } = order.purpose {
            let tally = report.tallies.entry((campaign, choice)).or_default();
            *tally = tally.saturating_add(1);
        }
        match post(order, self.charter, &mut report.accounts) {
            Ok(()) => {}
            Err(Unposted::Behind) => {
                self.posted_all = false;
                self.behind.push(Note::CharterBehind(digest));
            }
            Err(Unposted::Overflow) => self.overflows.push(Breach::Overflow),
        }
    }

    /// Says what does not agree.
    pub fn settle(self, report: &mut Report) {
        report.notes.extend(self.behind);
        report.breaches.extend(self.overflows);
        report.value.float = float(report);
        check(report, self.posted_all);
        report.notes.extend(self.issued.beyond(self.charter, self.keyset));
    }
}

fn count_coins(order: &Order, report: &mut Report) {
    for input in &order.inputs {
        let balance = report.classes.entry(input.kind).or_default();
        balance.spent = balance.spent.saturating_add(1);
    }
    count_made(order, order.keyset, report);
}

fn count_made(order: &Order, keyset: KeysetId, report: &mut Report) {
    for output in order.outputs.iter().filter(|output| output.class.keyset == keyset) {
        let balance = report.classes.entry(output.class.kind).or_default();
        balance.made = balance.made.saturating_add(1);
    }
}

/// Points of an order's outputs that are of this keyset.
fn points_of(order: &Order, keyset: KeysetId) -> i128 {
    let outputs = order.outputs.iter().filter(|output| output.class.keyset == keyset);
    outputs.fold(0, |sum, output| sum.saturating_add(i128::from(output.class.kind.points().0)))
}

fn flow(order: &Order, value: &mut Value) {
    let points_in = order.inputs.iter().fold(0i128, |sum, input| sum.saturating_add(i128::from(input.kind.points().0)));
    let own = points_of(order, order.keyset);
    let to = match order.purpose {
        Purpose::Earn => {
            value.issued = value.issued.saturating_add(own);
            return;
        }
        Purpose::Redeem => &mut value.redeemed,
        Purpose::Donate { .. } => &mut value.donated,
        Purpose::Swap => {
            let others = order.outputs.iter().filter(|output| output.class.keyset != order.keyset);
            let moved = others.fold(0i128, |sum, output| sum.saturating_add(i128::from(output.class.kind.points().0)));
            value.moved_out = value.moved_out.saturating_add(moved);
            return;
        }
        Purpose::Pledge { .. } | Purpose::Vote { .. } => return,
    };
    *to = to.saturating_add(points_in.saturating_sub(own));
}

enum Unposted {
    Behind,
    Overflow,
}

fn post(order: &Order, charter: &Charter, accounts: &mut BTreeMap<Account, Statement>) -> Result<(), Unposted> {
    let postings = match books::postings(order, charter) {
        Ok(postings) => postings,
        Err(BooksError::UnknownOffer) => return Err(Unposted::Behind),
        // It takes out more than it puts in: whoever voted for it is named for that.
        Err(BooksError::Overflow(_)) => return Ok(()),
    };
    for posting in postings {
        let statement = accounts.entry(posting.account).or_default();
        statement.add(posting.flow, posting.points).map_err(|_| Unposted::Overflow)?;
    }
    Ok(())
}

fn float(report: &Report) -> i128 {
    report.classes.iter().fold(0i128, |sum, (kind, balance)| {
        let left = i128::from(balance.made).saturating_sub(i128::from(balance.spent));
        sum.saturating_add(left.saturating_mul(i128::from(kind.points().0)))
    })
}

fn check(report: &mut Report, posted_all: bool) {
    // With too few logs, where a coin was made may be in one that was not read (BOOKS-15). BOOKS-17, BOOKS-18:
    let enough = report.coverage != Coverage::TooFew;
    for (kind, balance) in report.classes.iter().filter(|(_, balance)| enough && balance.spent > balance.made) {
        report.breaches.push(Breach::Forged { kind: *kind, balance: *balance });
    }
    let moved = report.value.moved_in.saturating_sub(report.value.moved_out);
    let pool = report.accounts.get(&Account::Pool).map_or(0, Statement::position).saturating_add(moved);
    let (coins, expected) = (report.value.float, report.value.expected());
    if coins != expected {
        report.breaches.push(Breach::Float { coins, books: expected });
    } else if posted_all && coins != pool {
        report.breaches.push(Breach::Float { coins, books: pool });
    }
    let sum = report.accounts.values().fold(0i128, |sum, statement| sum.saturating_add(statement.position()));
    if sum != 0 {
        report.breaches.push(Breach::Positions { sum });
    }
}

/// What stores issued, for limits and caps.
#[derive(Default)]
struct Issued {
    points: BTreeMap<(StoreId, u64), u64>,
    ballots: BTreeMap<(StoreId, CampaignId), u64>,
    vouchers: BTreeMap<(StoreId, OfferId), u64>,
}

impl Issued {
    fn count(&mut self, order: &Order) {
        let points = match order.purpose {
            Purpose::Earn => order.points_out().unwrap_or(Points(u64::MAX)),
            Purpose::Pledge { points, .. } => points,
            _ => return,
        };
        add(&mut self.points, (order.store, order.time / DAY), points.0);
        for output in &order.outputs {
            match output.class.kind {
                Kind::Points { .. } => {}
                Kind::Ballot { campaign } => add(&mut self.ballots, (order.store, campaign), 1),
                Kind::Voucher { offer } => add(&mut self.vouchers, (order.store, offer), 1),
            }
        }
    }

    /// Each witness counts for itself, so q honest and lying ones let at most (n-f)/(q-f) limits pass (BOOKS-22).
    fn beyond(&self, charter: &Charter, keyset: &Keyset) -> Vec<Note> {
        let quorum = keyset.quorum();
        let honest_voters = quorum.votes().saturating_sub(quorum.faults());
        let wide = |count: usize| u128::try_from(count).unwrap_or(u128::MAX);
        let beyond = |count: u64, limit: u64| {
            u128::from(count).saturating_mul(wide(honest_voters))
                > u128::from(limit).saturating_mul(wide(quorum.honest()))
        };
        let points = self.points.iter().filter_map(|((store, day), points)| {
            let limit = charter.store(*store)?.daily_limit;
            let note = Note::DailyLimit { store: *store, day: *day, points: Points(*points), limit };
            beyond(*points, limit.0).then_some(note)
        });
        let ballots = self.ballots.iter().filter_map(|((store, campaign), count)| {
            let cap = charter.campaign(*campaign)?.ballots_per_store;
            let note = Note::Ballots { store: *store, campaign: *campaign, count: *count, cap };
            beyond(*count, cap).then_some(note)
        });
        let vouchers = self.vouchers.iter().filter_map(|((store, offer), count)| {
            let cap = charter.offer(*offer)?.per_store;
            let note = Note::Vouchers { store: *store, offer: *offer, count: *count, cap };
            beyond(*count, cap).then_some(note)
        });
        points.chain(ballots).chain(vouchers).collect()
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, more: u64) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(more);
}
