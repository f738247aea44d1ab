//! Logs as honest witnesses write them, of as many orders as one likes: every signature is real, and the whole follows from
//! a seed. What is not done is evaluating coins, which no log shows.
#![allow(dead_code, unused_imports, reason = "each binary uses a part of it")]

mod cheat;
mod weave;

use std::collections::BTreeMap;

use ronde_protocol::{
    crypto::{
        coin::{CoinSecret, Seed, derive_coin_secret},
        entropy::Entropy,
        sign::SigningKey,
        spend::{self, SpendPurpose},
    },
    message::{
        amount::Points,
        charter::Keyset,
        class::{Class, Kind},
        ids::{Reference, StoreId, WitnessIndex},
        order::{Authorization, Input, Order, Output, Purpose, SignedOrder, pledge_reference},
        vote::Vote,
    },
};

pub use cheat::Cheat;
pub use weave::Weaver;

use super::federation_support::{
    ASSOCIATION, BALLOT_MINIMUM, CAMPAIGN, DAY, Dice, Federation, KEYSET, NOW, Plan, VOUCHER, body, list, node_seed,
    with,
};

/// Stores; the first four are the witnesses.
pub const STORES: u32 = 24;
/// Witnesses.
pub const WITNESSES: u8 = 4;
/// Orders on one day.
const A_DAY: u64 = 5000;

/// A federation of four witnesses and 24 stores, whose limits nobody reaches.
pub fn town() -> Federation {
    let mut body = body(&Plan {
        stores: usize::try_from(STORES).unwrap(),
        witnesses: usize::from(WITNESSES),
        daily_limit: u64::MAX / 2,
        ..Plan::of(usize::from(WITNESSES))
    });
    let mut offers = body.offers.into_vec();
    offers.iter_mut().for_each(|offer| offer.per_store = u64::MAX / 2);
    body.offers = list(offers);
    let mut campaigns = body.campaigns.into_vec();
    campaigns.iter_mut().for_each(|campaign| campaign.ballots_per_store = u64::MAX / 2);
    body.campaigns = list(campaigns);
    with(body)
}

/// An order that is to be made.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// Its number, from which all its secrets follow.
    pub number: u64,
    purpose: Purpose,
    store: u32,
    reference: Reference,
    time: u64,
    spends: Vec<Kind>,
    makes: Vec<Kind>,
    /// Witnesses that do not vote, but see the certificate.
    absent: Option<u8>,
    /// Whether some witnesses see another certificate than the others.
    pub two_certificates: bool,
}

impl Sketch {
    /// The same with other coins.
    fn elsewhere(&self) -> Self {
        Self { number: self.number | 1 << 40, ..self.clone() }
    }
}

/// An order with every witness's vote.
#[derive(Clone, Debug)]
pub struct Made {
    /// From which it was made.
    pub sketch: Sketch,
    /// The order.
    pub signed: SignedOrder,
    /// Of those that vote, by index.
    pub votes: Vec<Vote>,
}

/// Draws orders one after the other: about 45 in 100 earn, 40 pay, 10 merge coins, the others give, pledge and vote.
pub struct Sketcher {
    dice: Dice,
    number: u64,
    purse: BTreeMap<Kind, u64>,
    pledged: u64,
}

impl Sketcher {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice(seed), number: 0, purse: BTreeMap::new(), pledged: 0 }
    }

    /// The next order. What it spends was made before.
    pub fn next(&mut self) -> Sketch {
        let number = self.number;
        self.number += 1;
        let time = NOW + number / A_DAY * DAY;
        let mut sketch = match self.dice.roll(1000) {
            0..400 => self.redeem(),
            400..500 => self.swap(),
            500..530 => self.donate(),
            530..540 => self.vote(),
            540 if self.pledged < number / A_DAY => {
                self.pledged = number / A_DAY;
                Some(self.pledge(time))
            }
            _ => None,
        };
        let mut sketch = sketch.take().unwrap_or_else(|| self.earn());
        (sketch.number, sketch.time) = (number, time);
        sketch.absent = (self.dice.roll(100) < 8).then(|| u8::try_from(self.dice.roll(4)).unwrap());
        sketch.two_certificates = self.dice.roll(100) < 10;
        sketch
    }

    fn sketch(purpose: Purpose, store: u32, reference: Reference, spends: Vec<Kind>, makes: Vec<Kind>) -> Sketch {
        Sketch { number: 0, purpose, store, reference, time: 0, spends, makes, absent: None, two_certificates: false }
    }

    fn store(&mut self) -> u32 {
        1 + u32::try_from(self.dice.roll(u64::from(STORES))).unwrap()
    }

    fn earn(&mut self) -> Sketch {
        let points = BALLOT_MINIMUM + self.dice.roll(200);
        let mut makes = split(points);
        match self.dice.roll(20) {
            0 => makes.push(Kind::Voucher { offer: VOUCHER }),
            1 => makes.push(Kind::Ballot { campaign: CAMPAIGN }),
            _ => {}
        }
        self.keep(&makes);
        let reference = Reference(self.dice.bytes());
        let store = self.store();
        Self::sketch(Purpose::Earn, store, reference, Vec::new(), makes)
    }

    fn redeem(&mut self) -> Option<Sketch> {
        let (mut spends, sum) = self.coins()?;
        let voucher = Kind::Voucher { offer: VOUCHER };
        if self.dice.roll(20) == 0 && self.spend(voucher) {
            spends.push(voucher);
        }
        let makes = split(sum - 1 - self.dice.roll(sum));
        self.keep(&makes);
        let reference = Reference(self.dice.bytes());
        let store = self.store();
        Some(Self::sketch(Purpose::Redeem, store, reference, spends, makes))
    }

    fn swap(&mut self) -> Option<Sketch> {
        let (spends, sum) = self.coins()?;
        let makes = split(sum);
        self.keep(&makes);
        Some(Self::sketch(Purpose::Swap, 0, Reference::NONE, spends, makes))
    }

    fn donate(&mut self) -> Option<Sketch> {
        let (spends, _) = self.coins()?;
        Some(Self::sketch(Purpose::Donate { association: ASSOCIATION }, 0, Reference::NONE, spends, Vec::new()))
    }

    fn vote(&mut self) -> Option<Sketch> {
        let ballot = Kind::Ballot { campaign: CAMPAIGN };
        let choice = u8::try_from(self.dice.roll(3)).unwrap();
        let purpose = Purpose::Vote { campaign: CAMPAIGN, choice };
        self.spend(ballot).then(|| Self::sketch(purpose, 0, Reference::NONE, vec![ballot], Vec::new()))
    }

    fn pledge(&mut self, time: u64) -> Sketch {
        let store = self.store();
        let purpose = Purpose::Pledge { association: ASSOCIATION, points: Points(1 + self.dice.roll(500)) };
        Self::sketch(purpose, store, pledge_reference(time), Vec::new(), Vec::new())
    }

    /// One to four coins that somebody has.
    fn coins(&mut self) -> Option<(Vec<Kind>, u64)> {
        let mut spends = Vec::new();
        for _ in 0..1 + self.dice.roll(4) {
            let kind = Kind::Points { denomination: 1 << self.dice.roll(8) };
            if self.spend(kind) {
                spends.push(kind);
            }
        }
        let sum = spends.iter().map(|kind| kind.points().0).sum();
        (!spends.is_empty()).then_some((spends, sum))
    }

    fn spend(&mut self, kind: Kind) -> bool {
        match self.purse.get_mut(&kind) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    fn keep(&mut self, makes: &[Kind]) {
        makes.iter().for_each(|kind| *self.purse.entry(*kind).or_default() += 1);
    }
}

fn split(points: u64) -> Vec<Kind> {
    (0..12)
        .map(|power| 1 << power)
        .filter(|bit| points & bit != 0)
        .map(|denomination| Kind::Points { denomination })
        .collect()
}

/// Makes what was sketched; any number of threads may.
pub struct Maker<'f> {
    /// Whose orders.
    pub federation: &'f Federation,
    votes: Vec<SigningKey>,
    nodes: Vec<SigningKey>,
    coins: Seed,
    blinds: Seed,
    secret: [u8; 32],
}

impl<'f> Maker<'f> {
    /// Secrets follow from the seed.
    pub fn new(federation: &'f Federation, seed: u64) -> Self {
        let mut dice = Dice(!seed);
        let indices = (0..WITNESSES).map(WitnessIndex);
        Self {
            votes: indices.map(|index| federation.witness(KEYSET, index).vote).collect(),
            nodes: (1..=STORES).map(|store| node_seed(StoreId(store)).node_key()).collect(),
            coins: Seed::new(dice.bytes()),
            blinds: Seed::new(dice.bytes()),
            secret: dice.bytes(),
            federation,
        }
    }

    /// The keyset.
    pub fn keyset(&self) -> &'f Keyset {
        self.federation.charter.keyset(KEYSET).unwrap()
    }

    /// Signs an order, and every vote for it.
    pub fn make(&self, sketch: &Sketch) -> Made {
        let (order, coins) = self.order(sketch);
        let signed = self.sign(order, sketch, &coins);
        let voters = (0..WITNESSES).filter(|index| sketch.absent != Some(*index));
        let votes = voters.map(|index| self.vote(&signed.order, index)).collect();
        Made { sketch: sketch.clone(), signed, votes }
    }

    /// Another order over the same coins, or under the same reference: it makes other coins of the same kinds.
    pub fn rival(&self, sketch: &Sketch) -> SignedOrder {
        let (order, coins) = self.order(sketch);
        let mut order = Order { outputs: self.order(&sketch.elsewhere()).0.outputs, ..order };
        if order.outputs.is_empty() {
            order.time += 1;
        }
        self.sign(order, sketch, &coins)
    }

    /// A witness's vote, whatever for.
    pub fn vote(&self, order: &Order, index: u8) -> Vote {
        Vote::sign(&self.votes[usize::from(index)], self.keyset(), WitnessIndex(index), &order.digest())
    }

    /// A witness's key.
    pub fn key(&self, index: u8) -> &SigningKey {
        &self.votes[usize::from(index)]
    }

    fn order(&self, sketch: &Sketch) -> (Order, Vec<CoinSecret>) {
        let secret = |seed, slot| derive_coin_secret(seed, KEYSET.0, 0, sketch.number, slot);
        let mut inputs: Vec<(Input, CoinSecret)> = (0..)
            .zip(&sketch.spends)
            .map(|(slot, kind)| {
                let coin = secret(&self.coins, slot);
                (Input { kind: *kind, point: coin.public().encode() }, coin)
            })
            .collect();
        inputs.sort_by_key(|(input, _)| input.point);
        // A blinded coin is any element: it tells nothing of what is in it.
        let blinded = |slot| secret(&self.blinds, slot).public().encode();
        let mut outputs: Vec<Output> = (0..)
            .zip(&sketch.makes)
            .map(|(slot, kind)| Output { class: Class { keyset: KEYSET, kind: *kind }, blinded: blinded(slot) })
            .collect();
        outputs.sort_by_key(|output| output.blinded);
        let (inputs, coins): (Vec<Input>, Vec<CoinSecret>) = inputs.into_iter().unzip();
        let order = Order {
            federation: self.federation.id(),
            keyset: KEYSET,
            store: StoreId(sketch.store),
            purpose: sketch.purpose,
            reference: sketch.reference,
            time: sketch.time,
            inputs: list(inputs),
            outputs: list(outputs),
        };
        (order, coins)
    }

    fn sign(&self, order: Order, sketch: &Sketch, coins: &[CoinSecret]) -> SignedOrder {
        if coins.is_empty() {
            let node = &self.nodes[usize::try_from(sketch.store - 1).unwrap()];
            let signature = order.sign_as_store(node);
            return SignedOrder { order, authorization: Authorization::Store(signature) };
        }
        let secrets: Vec<&CoinSecret> = coins.iter().collect();
        let signature =
            spend::sign(SpendPurpose::Order, &secrets, &order.digest().0, Entropy::new(self.secret)).unwrap();
        SignedOrder { order, authorization: Authorization::Spend(signature) }
    }
}
