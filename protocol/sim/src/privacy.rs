//! Claims about privacy, as far as what travels shows it: whatever an honest wallet sends looks like every wallet's, and
//! tells nothing twice; and a witness sees its own column alone.

use std::collections::{BTreeMap, BTreeSet};

use ronde_protocol::{
    crypto::group::PointBytes,
    message::{
        class::Kind,
        codec::encode,
        ids::{KeysetId, OrderDigest, Reference, StoreId, WitnessIndex},
        order::{Order, Output, Purpose, Seconds, Submission},
        wire::RequestV1,
    },
};

use crate::{coverage::Group, message::Body, network::End, outcome::Invariant, world::World};

const HOUR: Seconds = 3_600;

/// What was sent so far, by whomever.
#[derive(Default)]
pub struct Shown {
    /// Honest wallets' orders with their authorization, in bytes, by the device: of what a lost one signed the next may
    /// know nothing, and sign it anew.
    signed: BTreeMap<(OrderDigest, u32), Vec<u8>>,
    /// Honest wallets' claims, by wallet, device and grant: what is asked for, in bytes.
    claims: BTreeMap<(usize, u32, u64), Vec<u8>>,
    /// For which of these an honest wallet blinded an element.
    elements: BTreeMap<PointBytes, Use>,
    /// The newest order in which an honest wallet spends a coin, and which of its owner's devices that was.
    coins: BTreeMap<PointBytes, (OrderDigest, u32)>,
    /// Orders of which a wallet has heard that they are dead.
    dead: BTreeSet<OrderDigest>,
    /// Columns that wallets brought, by order and witness.
    columns: BTreeMap<(OrderDigest, WitnessIndex), BTreeSet<Vec<PointBytes>>>,
    /// When offers were made, by their reference.
    offers: BTreeMap<Reference, (StoreId, Seconds)>,
    /// Components that anybody showed, and secrets of grants: nobody keeps them.
    pub passing: BTreeSet<[u8; 32]>,
}

/// What an element was blinded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// An order.
    Order(OrderDigest),
    /// A wallet's claim of a grant.
    Claim(usize, u64),
}

impl World<'_> {
    /// A message leaves.
    pub fn watch_sent(&mut self, from: End, to: End, body: &Body) {
        match (from, body) {
            (End::Wallet(wallet), Body::Bring(submission)) => self.watch_brought(wallet, submission),
            (End::Wallet(wallet), Body::Claim(grant, secret, request)) => {
                self.shown.passing.insert(*secret);
                if self.people[wallet].honest {
                    self.watch_claim(wallet, *grant, request.keyset, &request.outputs);
                }
            }
            (End::Wallet(wallet), Body::Relay(_, _, request)) => {
                if let RequestV1::Bucket(query) = request.as_ref() {
                    self.watch_bucket(wallet, query.bits);
                }
            }
            (End::Node(node), Body::Ask(_, request)) => {
                if let RequestV1::Vote(request) = request.as_ref() {
                    let digest = request.signed.order.digest();
                    request.column.iter().for_each(|column| self.watch_column(node, to, digest, column));
                }
            }
            (End::Node(_), Body::Offer(signed, _)) => {
                let offer = &signed.offer;
                self.shown.offers.insert(offer.reference(), (offer.store, offer.time));
            }
            _ => {}
        }
    }

    /// A wallet brings an order to a store.
    pub fn watch_brought(&mut self, wallet: usize, submission: &Submission) {
        let order = &submission.signed.order;
        let digest = self.note_columns(submission);
        if !self.people[wallet].honest {
            return;
        }
        self.watch_looks(wallet, order);
        self.watch_witnesses(wallet, digest, submission);
        self.stake(Invariant::NothingToldTwice);
        let (bytes, device) = (encode(&submission.signed), self.people[wallet].device);
        if *self.shown.signed.entry((digest, device)).or_insert_with(|| bytes.clone()) != bytes {
            self.fail(Invariant::NothingToldTwice, format!("wallet {wallet} sends {digest} in other bytes"));
        }
        self.watch_elements(&order.outputs, Use::Order(digest));
        for input in &order.inputs {
            let before = self.shown.coins.insert(input.point, (digest, device));
            // Of what a lost device signed the next may know nothing: that the coin is free it has from a probe.
            let Some((other, _)) = before.filter(|(other, of)| *other != digest && *of == device) else { continue };
            if !self.shown.dead.contains(&other) {
                let says = format!("wallet {wallet} spends {:?} in {digest}, and {other} is not dead", input.point);
                self.fail(Invariant::NothingToldTwice, says);
            }
        }
    }

    /// Somebody shows an order's columns.
    pub fn note_columns(&mut self, submission: &Submission) -> OrderDigest {
        let digest = submission.signed.order.digest();
        for column in &submission.columns {
            let components = column.components.to_vec();
            self.shown.passing.extend(components.iter().map(|component| component.0));
            self.shown.columns.entry((digest, column.index)).or_default().insert(components);
        }
        digest
    }

    /// A wallet has heard that an order is dead: its coins may be shown again.
    pub fn note_dead(&mut self, digest: OrderDigest) {
        self.shown.dead.insert(digest);
    }

    /// A wallet has given up a claim: what it asks for if it tries the same grant again is another order.
    pub fn note_withdrawn(&mut self, keyset: KeysetId, outputs: &[Output]) {
        let given_up = asked_for(keyset, outputs);
        self.shown.claims.retain(|_, bytes| *bytes != given_up);
    }

    fn watch_claim(&mut self, wallet: usize, grant: u64, keyset: KeysetId, outputs: &[Output]) {
        self.stake(Invariant::OrdersLookAlike);
        if let Some(why) = self.oddity(keyset, outputs) {
            self.fail(Invariant::OrdersLookAlike, format!("wallet {wallet} claims grant {grant}: {why}"));
        }
        self.stake(Invariant::NothingToldTwice);
        let bytes = asked_for(keyset, outputs);
        if *self.shown.claims.entry((wallet, self.people[wallet].device, grant)).or_insert_with(|| bytes.clone())
            != bytes
        {
            self.fail(Invariant::NothingToldTwice, format!("wallet {wallet} claims grant {grant} in other bytes"));
        }
        self.watch_elements(outputs, Use::Claim(wallet, grant));
    }

    /// No element is blinded for two things.
    fn watch_elements(&mut self, outputs: &[Output], used: Use) {
        for output in outputs {
            let before = *self.shown.elements.entry(output.blinded).or_insert(used);
            if before != used {
                let says = format!("{:?} is blinded for {before:?} and for {used:?}", output.blinded);
                self.fail(Invariant::NothingToldTwice, says);
            }
        }
    }

    /// Time and change of an order are what every wallet's are.
    fn watch_looks(&mut self, wallet: usize, order: &Order) {
        self.stake(Invariant::OrdersLookAlike);
        let own = order.store == StoreId::NONE;
        let offer = self.shown.offers.get(&order.reference);
        let why = if own && (!order.time.is_multiple_of(HOUR) || order.time > self.wallet_time(wallet)) {
            Some(format!("its time is {}, not an hour that has begun", order.time))
        } else if !own && order.purpose == Purpose::Redeem && offer != Some(&(order.store, order.time)) {
            Some(format!("its time is {}, and the offer was {offer:?}", order.time))
        } else {
            let into = order.outputs.first().map_or(order.keyset, |output| output.class.keyset);
            self.oddity(into, &order.outputs)
        };
        if let Some(why) = why {
            self.fail(Invariant::OrdersLookAlike, format!("wallet {wallet} sends {}: {why}", order.digest()));
        }
    }

    /// What no other wallet would ask for: other coins than the fewest, largest first; in other places than by their
    /// element's bytes; of two keysets.
    fn oddity(&self, keyset: KeysetId, outputs: &[Output]) -> Option<String> {
        if outputs.iter().any(|output| output.class.keyset != keyset) {
            return Some("its coins are of two keysets".to_owned());
        }
        if !outputs.is_sorted_by(|a, b| a.blinded < b.blinded) {
            return Some("its coins do not stand by their bytes".to_owned());
        }
        let mut coins: Vec<u64> = outputs.iter().filter_map(denomination).collect();
        coins.sort_unstable();
        let mut left: u64 = coins.iter().sum();
        for worth in self.federation.committee_of(keyset).denominations().iter().rev() {
            while left >= *worth {
                if coins.pop() != Some(*worth) {
                    return Some("its coins are not the fewest that make their sum".to_owned());
                }
                left -= worth;
            }
        }
        None
    }

    /// All coins of an order are shown to the same witnesses: to all that know each of them, and at least q.
    fn watch_witnesses(&mut self, wallet: usize, digest: OrderDigest, submission: &Submission) {
        let order = &submission.signed.order;
        self.stake(Invariant::OneSetOfWitnesses);
        let shown: Vec<WitnessIndex> = submission.columns.iter().map(|column| column.index).collect();
        let votes = self.federation.committee_of(order.keyset).quorum().votes();
        let whole = submission.columns.iter().all(|column| column.components.len() == order.inputs.len());
        if !whole || shown.len() < votes || !shown.is_sorted_by(|a, b| a < b) {
            let says = format!("wallet {wallet} shows the coins of {digest} to {shown:?}, each to others: {}", !whole);
            return self.fail(Invariant::OneSetOfWitnesses, says);
        }
        let coins = &self.people[wallet].wallet.book().coins;
        let known = |index: &WitnessIndex| {
            order.inputs.iter().all(|input| {
                let mut own = coins.iter().filter(|coin| coin.point == input.point && coin.kind == input.kind);
                own.any(|coin| coin.components.contains_key(index))
            })
        };
        let here = order.inputs.iter().all(|input| coins.iter().any(|coin| coin.point == input.point));
        let members = self.federation.committee_of(order.keyset).members().iter().map(|member| member.index());
        let expected: Vec<WitnessIndex> = members.filter(known).collect();
        if here && expected != shown {
            let says = format!("wallet {wallet} shows the coins of {digest} to {shown:?}, known to {expected:?}");
            self.fail(Invariant::OneSetOfWitnesses, says);
        }
    }

    /// An honest store asks a witness for a vote, with the column that was brought for this very witness.
    pub fn watch_column(&mut self, node: usize, to: End, digest: OrderDigest, components: &[PointBytes]) {
        self.shown.passing.extend(components.iter().map(|component| component.0));
        let End::Node(witness) = to else { return };
        let Some(index) = self.nodes[witness].index.filter(|_| self.nodes[node].is_honest()) else { return };
        self.stake(Invariant::OneSetOfWitnesses);
        let brought = self.shown.columns.get(&(digest, index));
        if !brought.is_some_and(|columns| columns.contains(&components.to_vec())) {
            let says = format!("store {node} shows witness {witness} a column of {digest} that is not its own");
            self.fail(Invariant::OneSetOfWitnesses, says);
        }
    }

    /// A search asks for a bucket: as there are fewer than 1,000 orders in a run, for everything, whatever liars say.
    pub fn watch_bucket(&mut self, wallet: usize, bits: u8) {
        if self.coverage.count(Group::Cheat, "witness overstates prefixes") > 0 {
            self.stake(Invariant::NoLongPrefix);
        }
        if self.people[wallet].honest && bits > 0 {
            self.fail(Invariant::NoLongPrefix, format!("wallet {wallet} asks by {bits} bits, and is alone with them"));
        }
    }
}

fn asked_for(keyset: KeysetId, outputs: &[Output]) -> Vec<u8> {
    let mut bytes = keyset.0.to_le_bytes().to_vec();
    outputs.iter().for_each(|output| bytes.extend(encode(output)));
    bytes
}

fn denomination(output: &Output) -> Option<u64> {
    match output.class.kind {
        Kind::Points { denomination } => Some(denomination),
        _ => None,
    }
}
