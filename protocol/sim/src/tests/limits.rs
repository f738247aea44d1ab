//! Claims about what stores may give out.

use ronde_protocol::message::{
    class::{Class, Kind},
    codec::Bounded,
    order::Output,
};

use super::*;
use crate::federation::{BALLOT_CAP, CAMPAIGN, VOUCHER, VOUCHER_CAP};

/// That order, with so many coins of a kind and nothing else.
fn giving(order: &Order, kind: Kind, count: u64) -> Order {
    let output = |_| Output { class: Class { keyset: KEYSET, kind }, ..order.outputs[0] };
    Order { outputs: Bounded::new((0..count).map(output).collect()).unwrap(), ..order.clone() }
}

const BALLOT: Kind = Kind::Ballot { campaign: CAMPAIGN };
const COFFEE: Kind = Kind::Voucher { offer: VOUCHER };

#[test]
fn a_vote_beyond_a_cap_is_noticed() {
    for (kind, cap) in [(BALLOT, BALLOT_CAP), (COFFEE, VOUCHER_CAP)] {
        let mut world = ended(1);
        let (_, order) = certified(&world, Purpose::Earn);
        world.check_limit(0, &giving(&order, kind, cap), 1);
        assert_eq!(world.failure, None, "that many it may");
        world.check_limit(0, &giving(&order, kind, cap + 1), 1);
        assert_fails(&world, Invariant::Limits);
    }
}

#[test]
fn a_refusal_within_a_cap_is_noticed() {
    for (kind, cap) in [(BALLOT, BALLOT_CAP), (COFFEE, VOUCHER_CAP)] {
        let mut world = ended(1);
        let (digest, order) = certified(&world, Purpose::Earn);
        let refused = ReplyV1::Refused(Refusal::LimitExceeded { left: Points(0) });
        let beyond = giving(&order, kind, cap + 1);
        world.ledger.alter(&digest, |order| *order = beyond);
        world.watch_answer(0, &digest, &refused);
        assert_eq!(world.failure, None, "that is too much");
        let within = giving(&order, kind, cap);
        world.ledger.alter(&digest, |order| *order = within);
        world.watch_answer(0, &digest, &refused);
        assert_fails(&world, Invariant::NoEarlyLimit);
    }
}

/// n = 4, f = 1, q = 3: at most 3/2 of a limit.
#[test]
fn more_certified_than_all_witnesses_together_may_vote_is_noticed() {
    for (kind, most) in [(BALLOT, BALLOT_CAP * 3 / 2), (COFFEE, VOUCHER_CAP * 3 / 2)] {
        let mut world = ended(1);
        let (digest, order) = certified(&world, Purpose::Earn);
        let soft = giving(&order, kind, most);
        world.ledger.alter(&digest, |order| *order = soft);
        world.check_totals();
        assert_eq!(world.failure, None, "limits are soft");
        let beyond = giving(&order, kind, most + 1);
        world.ledger.alter(&digest, |order| *order = beyond);
        world.check_totals();
        assert_fails(&world, Invariant::Limits);
    }
}
