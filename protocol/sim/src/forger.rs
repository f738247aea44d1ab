//! Customers who make points of nothing: coins that nobody evaluated, payments and swaps that give more than they take.

use ronde_protocol::{
    crypto::{
        coin::{CoinSecret, Seed, derive_coin_secret},
        group::{Point, PointBytes, SecretScalar},
        spend::{SpendPurpose, sign},
    },
    message::{
        class::{Class, Kind},
        codec::Bounded,
        ids::{Reference, StoreId, WitnessIndex},
        order::{Authorization, Column, Input, Order, Output, Outputs, Purpose, SignedOrder, Submission},
    },
};

use crate::{
    coverage::Group,
    federation::{ASSOCIATION, KEYSET},
    luck::Luck,
    ops::Forgery,
    world::World,
};

impl World<'_> {
    /// A customer signs what no wallet signs, and brings it to a store; one that cheats shows it to the witnesses.
    pub fn forge(&mut self, crook: usize, via: usize, what: Forgery, mut luck: Luck) {
        let via = via % self.nodes.len();
        let (secret, kind, columns) = match what {
            Forgery::Coin => self.invented(&mut luck),
            Forgery::Payment | Forgery::Swap => match self.owned(crook) {
                Some(owned) => owned,
                None => return,
            },
        };
        let input = Input { kind, point: secret.public().encode() };
        let order = Order {
            federation: *self.federation.charter.federation(),
            keyset: KEYSET,
            store: StoreId::NONE,
            purpose: if what == Forgery::Swap { Purpose::Swap } else { Purpose::Donate { association: ASSOCIATION } },
            reference: Reference::NONE,
            time: self.wallet_time(crook),
            inputs: Bounded::new(vec![input]).unwrap_or_default(),
            outputs: if what == Forgery::Coin { Outputs::default() } else { two_for_one(kind, &mut luck) },
        };
        let digest = self.ledger.meet(&order);
        let Ok(signature) = sign(SpendPurpose::Order, &[&secret], &digest.0, luck.entropy()) else { return };
        let authorization = Authorization::Spend(signature);
        let columns = Bounded::new(columns).unwrap_or_default();
        let submission = Submission { signed: SignedOrder { order, authorization }, columns };
        self.coverage.hit(
            Group::Cheat,
            match what {
                Forgery::Coin => "customer invents a coin",
                Forgery::Payment => "customer takes out more than they put in",
                Forgery::Swap => "customer swaps one coin for two",
            },
        );
        self.say(format_args!("crook {crook} forges {what:?} {digest}"));
        self.bring_past(crook, via, submission, &mut luck);
    }

    /// A coin of one point that no witness ever evaluated.
    fn invented(&self, luck: &mut Luck) -> (CoinSecret, Kind, Vec<Column>) {
        let secret = loop {
            let mut bytes = luck.bytes();
            bytes[31] &= 0x0f;
            if let Ok(scalar) = SecretScalar::from_canonical(&bytes) {
                break CoinSecret::from_secret(scalar);
            }
        };
        let columns = (0..self.federation.witnesses.len()).filter_map(|index| {
            let index = WitnessIndex(u8::try_from(index).ok()?);
            Some(Column { index, components: Bounded::new(vec![anything(luck).encode()]).ok()? })
        });
        (secret, Kind::Points { denomination: 1 }, columns.collect())
    }

    /// A free coin of the customer's own, which need not be whole.
    fn owned(&self, crook: usize) -> Option<(CoinSecret, Kind, Vec<Column>)> {
        let person = &self.people[crook];
        let quorum = self.federation.keyset().quorum().votes();
        let free =
            |coin: &&ronde_protocol::machine::wallet::Coin| coin.held_by.is_none() && coin.components.len() >= quorum;
        let here = |coin: &&ronde_protocol::machine::wallet::Coin| coin.place.keyset == KEYSET;
        let mut coins = person.wallet.book().coins.iter().filter(free).filter(here);
        let coin = coins.find(|coin| matches!(coin.kind, Kind::Points { .. }))?;
        let seed = Seed::new(person.seed).for_federation(&self.federation.charter.federation().0);
        let place = &coin.place;
        let secret = derive_coin_secret(&seed, place.keyset.0, place.device, place.order, place.slot);
        let column = |(index, component): (&WitnessIndex, &PointBytes)| {
            Some(Column { index: *index, components: Bounded::new(vec![*component]).ok()? })
        };
        Some((secret, coin.kind, coin.components.iter().filter_map(column).collect()))
    }
}

/// Two coins of a kind, blinded by nobody.
fn two_for_one(kind: Kind, luck: &mut Luck) -> Outputs {
    let class = Class { keyset: KEYSET, kind };
    let mut outputs = [anything(luck), anything(luck)].map(|point| Output { class, blinded: point.encode() });
    outputs.sort_by_key(|output| output.blinded);
    Bounded::new(outputs.to_vec()).unwrap_or_default()
}

/// Some element of the group.
pub fn anything(luck: &mut Luck) -> Point {
    let mut uniform = [0; 64];
    uniform[..32].copy_from_slice(&luck.bytes());
    Point::from_uniform_bytes(&uniform)
}
