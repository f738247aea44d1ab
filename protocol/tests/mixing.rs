//! The attack for which evaluations wait for the certificate: four orders over one 3-point coin, one sent to each of
//! four honest witnesses. A component does not say which order it came from, so those of different orders can be mixed.

use crate::federation_support;
use crate::witness_support;

use std::collections::BTreeMap;

use federation_support::{Federation, KEYSET, Plan, body, list, with};
use proptest::prelude::*;
use ronde_protocol::{
    crypto::{
        Seed,
        coin::derive_blind,
        group::PointBytes,
        mac::{MacItem, check_one},
        poprf::{CoinHash, unblind},
    },
    message::{
        certificate::Certificate,
        class::Class,
        codec::Bounded,
        evaluation::Evaluation,
        ids::WitnessIndex,
        order::{Order, SignedOrder},
        vote::Vote,
        wire::{ReplyV1, VoteRequest},
    },
};
use witness_support::*;

/// The number of the coin that is spent four times.
const PAID: u64 = 100;
/// The 1-point coins that the forger wants, by number.
const WANTED: [u64; 4] = [1, 2, 3, 4];

/// Four witnesses whose keyset has a coin of 3 points.
fn federation_with_threes() -> Federation {
    let mut body = body(&Plan::of(4));
    let mut keysets = body.keysets.to_vec();
    keysets[0].denominations = list([1, 3]);
    body.keysets = list(keysets);
    with(body)
}

/// Order number i swaps the coin for three of the four wanted ones: all but number i.
fn orders(federation: &Federation) -> Vec<SignedOrder> {
    let all_but = |left_out: usize| {
        let kept = WANTED.iter().enumerate().filter(move |(at, _)| *at != left_out);
        kept.map(|(_, number)| (*number, points(1))).collect::<Vec<_>>()
    };
    (0..4).map(|left_out| swap(federation, &[(PAID, points(3))], &all_but(left_out))).collect()
}

/// What the forger has gathered: components by coin and witness.
#[derive(Default)]
struct Loot(BTreeMap<u64, BTreeMap<WitnessIndex, PointBytes>>);

impl Loot {
    /// Unblinds whatever was evaluated, and keeps what is a component of that witness.
    fn take(&mut self, federation: &Federation, order: &Order, evaluation: &Evaluation) {
        for (asked, evaluated) in order.outputs.iter().zip(&evaluation.evaluated) {
            let mine = WANTED.into_iter().find(|number| output((*number, points(1))) == *asked);
            let number = mine.expect("an output of the forger");
            let factor = derive_blind(&Seed::new([0xc0; 32]), KEYSET.0, 0, number, 0);
            let component = unblind(&evaluated.decode().unwrap(), &factor);
            let item = MacItem {
                tweak: Class { keyset: KEYSET, kind: points(1) }.tweak(&federation.id()),
                hash: CoinHash::of(&coin(number).public().encode()),
                component,
            };
            check_one(&federation.witness(KEYSET, evaluation.index).poprf, &item).unwrap();
            self.0.entry(number).or_default().insert(evaluation.index, component.encode());
        }
    }

    /// The coins that a quorum takes.
    fn spendable(&self, federation: &Federation) -> Vec<u64> {
        let needed = federation.charter.keyset(KEYSET).unwrap().quorum().votes();
        self.0.iter().filter(|(_, components)| components.len() >= needed).map(|(number, _)| *number).collect()
    }

    /// What one witness is shown of these coins, if it evaluated all of them.
    fn column<const MAX: usize>(&self, order: &Order, index: WitnessIndex) -> Option<Bounded<PointBytes, MAX>> {
        let number = |point: PointBytes| WANTED.into_iter().find(|number| coin(*number).public().encode() == point);
        let component = |point| self.0.get(&number(point)?)?.get(&index).copied();
        let column: Option<Vec<PointBytes>> = order.inputs.iter().map(|input| component(input.point)).collect();
        column.map(list)
    }
}

/// Spends coins one by one at the witnesses, with nothing but what the forger holds. Gives the points paid.
fn paid_with(committee: &mut Committee, loot: &Loot) -> u64 {
    let mut paid = 0;
    for number in WANTED {
        let payment = redeem(&committee.federation, 1, &[(number, points(1))], &[]);
        let mut votes: Vec<Vote> = Vec::new();
        for at in 0..4 {
            let column = loot.column(&payment.order, index(at));
            let request = VoteRequest { signed: payment.clone(), column, votes: list(votes.clone()) };
            match committee.send(at, request) {
                ReplyV1::Voted(voted) => votes.push(voted.vote),
                ReplyV1::Certified(_) => {
                    paid += 1;
                    break;
                }
                _ => {}
            }
        }
    }
    paid
}

/// WITNESS-10, WITNESS-26
#[test]
fn four_orders_over_one_coin_of_3_points_make_nothing_spendable_while_none_is_certified() {
    let mut committee = Committee::of(federation_with_threes());
    let orders = orders(&committee.federation);
    for (at, order) in orders.iter().enumerate() {
        voted(committee.ask(at, order));
    }
    for (at, order) in orders.iter().enumerate() {
        for (other, holds) in orders.iter().enumerate().filter(|(other, _)| *other != at) {
            assert_eq!(conflict(committee.ask(other, order)).other.order(), &holds.order);
        }
    }
    assert_eq!(paid_with(&mut committee, &Loot::default()), 0);
}

/// WITNESS-26
#[test]
fn control_evaluations_handed_out_with_the_vote_forge_4_points_from_3() {
    let mut committee = Committee::of(federation_with_threes());
    let orders = orders(&committee.federation);
    let mut loot = Loot::default();
    for (at, signed) in orders.iter().enumerate() {
        voted(committee.ask(at, signed));
        // What a witness without the rule would send along.
        let evaluation = committee.federation.evaluate(&signed.order, index(at)).unwrap();
        loot.take(&committee.federation, &signed.order, &evaluation);
    }
    assert_eq!(loot.spendable(&committee.federation), WANTED, "each of the four has q components");
    assert_eq!(paid_with(&mut committee, &loot), 4, "the books pay 4 points for 3");
}

/// One thing the forger does: sends an order to a witness, with or without the votes it holds.
fn moves() -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    prop::collection::vec((0..4usize, 0..4usize, any::<bool>()), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_sent_to_whom_at_most_3_points_can_ever_be_spent(moves in moves()) {
        let mut committee = Committee::of(federation_with_threes());
        let orders = orders(&committee.federation);
        let mut votes: BTreeMap<usize, Vec<Vote>> = BTreeMap::new();
        let mut certificates: BTreeMap<usize, Certificate> = BTreeMap::new();
        let mut loot = Loot::default();
        for (order, at, with_votes) in moves {
            let held = votes.get(&order).filter(|_| with_votes).cloned().unwrap_or_default();
            let request = committee.request(at, &orders[order], &held);
            let mut replies = vec![(order, committee.send(at, request))];
            for (certified, certificate) in &certificates {
                replies.push((*certified, committee.show(at, &orders[*certified].order, certificate)));
            }
            for (about, reply) in replies {
                match reply {
                    ReplyV1::Voted(voted) => votes.entry(about).or_default().push(voted.vote),
                    ReplyV1::Certified(certified) => {
                        loot.take(&committee.federation, &orders[about].order, &certified.evaluation);
                        certificates.insert(about, certified.certificate);
                    }
                    _ => {}
                }
            }
        }
        prop_assert!(certificates.len() <= 1, "two certificates over one coin");
        prop_assert!(loot.spendable(&committee.federation).len() <= 3);
        prop_assert!(paid_with(&mut committee, &loot) <= 3);
    }
}
