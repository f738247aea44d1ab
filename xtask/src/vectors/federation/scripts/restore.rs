//! What a witness tells wallets that restore: probes and buckets.

use ronde_protocol::message::{
    bucket::{BucketPlace, BucketQuery, LengthQuery, bucket_number},
    codec::encode,
    ids::KeysetId,
    order::Order,
    probe::Probe,
    refusal::{ExpectedCode, NotVoting, Refusal},
    wire::{Request, RequestV1},
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::{earn, points, redeem, swap},
        restore::probes,
        world::{DAY, KEYSET, NOW, World},
    },
    play::{Expect, Play, not_voting, refused},
};
use crate::vectors::draw;

/// Probes, buckets, lengths.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    vec![
        states(world),
        freed(world),
        no_word(world),
        retired(world),
        bad_probes(world),
        buckets(world),
        pieces(world),
        contested(world),
        no_bucket(world),
        closed(world),
    ]
}

fn probe(world: &World, number: u64) -> RequestV1 {
    RequestV1::Probe(probes::probe(world, number))
}

fn states(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-coin-probed", world);
    let first = redeem(world, 1, &[(1, points(8))], &[(11, points(1))]);
    play.ask(probe(world, 1), Expect::Coin(0));
    play.votes(&first, 1);
    play.ask(probe(world, 1), Expect::Coin(1));
    play.certifies(&first.order, 2);
    play.ask(probe(world, 1), Expect::Coin(2));
    play.ask(probe(world, 1), Expect::SameAs(4));
    play.ask(probe(world, 2), Expect::Coin(0));
    play.case("RESTORE-20", "A coin is free, then bound, then spent. Probes bind nothing: the vote comes after one.")
}

fn freed(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-freed-coin-probed", world);
    let both = redeem(world, 1, &[(1, points(8)), (2, points(4))], &[]);
    let rival = redeem(world, 2, &[(1, points(8))], &[(11, points(1))]);
    play.votes(&both, 1);
    play.ask(probe(world, 2), Expect::Coin(1));
    play.certifies(&rival.order, 2);
    play.ask(probe(world, 2), Expect::Coin(0));
    play.ask(probe(world, 1), Expect::Coin(2));
    play.case("RESTORE-20", "The order that bound coin 2 is dead, so the coin is free.")
}

fn no_word(world: &World) -> Result<Test, String> {
    let mut play = Play::new("probed-while-starting", world);
    play.votes(&redeem(world, 1, &[(1, points(8))], &[]), 1);
    play.restart();
    play.ask(probe(world, 1), Expect::Coin(1));
    play.ask(probe(world, 2), not_voting(NotVoting::Starting));
    play.case("RESTORE-27", "It does not say that a coin is free before it knows that it forgot nothing.")
}

fn retired(world: &World) -> Result<Test, String> {
    let mut play = Play::new("probed-when-retired", world);
    play.votes(&redeem(world, 1, &[(1, points(8))], &[]), 1);
    play.restored();
    play.ask(probe(world, 1), Expect::Coin(1));
    play.ask(probe(world, 2), not_voting(NotVoting::Retired));
    play.retires("restored-copy");
    play.case("RESTORE-27", "A restored copy shows what it knows, and vouches for nothing.")
}

fn bad_probes(world: &World) -> Result<Test, String> {
    let mut play = Play::new("bad-probes", world);
    let good = probes::probe(world, 1);
    let ask = |probe: Probe| RequestV1::Probe(probe);
    play.ask(ask(Probe { nonce: [1; 32], ..good }), refused(Refusal::BadSignature));
    let nothing = Probe { point: ronde_protocol::crypto::group::PointBytes([0; 32]), ..good };
    play.ask(ask(nothing), refused(Refusal::BadEncoding { offset: 4, expected: ExpectedCode::Element }));
    play.ask(ask(Probe { keyset: KeysetId(9), ..good }), refused(Refusal::CharterBehind));
    play.raw(None, &encode(&Request::V1(ask(good))), Expect::Coin(0));
    play.case("RESTORE-31", "Not signed by the coin; no element; of an unknown keyset. Who asks does not matter.")
}

fn query(bits: u8, number: u32, after: Option<BucketPlace>) -> RequestV1 {
    RequestV1::Bucket(BucketQuery { keyset: KEYSET, bits, number, after, nonce: draw::bytes("nonce of a bucket") })
}

/// Places of orders with one output that counts.
fn sorted(orders: &[Order], which: &[usize]) -> Vec<BucketPlace> {
    let places = orders.iter().zip(which).map(|(order, at)| {
        let mut outputs: Vec<_> = order.outputs.iter().collect();
        outputs.sort_by_key(|output| core::cmp::Reverse(output.class.kind.points()));
        BucketPlace { blinded: outputs[*at].blinded, digest: order.digest() }
    });
    let mut places: Vec<BucketPlace> = places.collect();
    places.sort_by_key(BucketPlace::key);
    places
}

fn orders(world: &World) -> Vec<Order> {
    vec![
        earn(world, 1, "one", &[(11, points(8)), (12, points(2))]).order,
        redeem(world, 2, &[(1, points(8))], &[(13, points(4))]).order,
        swap(world, &[(2, points(4))], &[(14, points(4))]).order,
    ]
}

fn buckets(world: &World) -> Result<Test, String> {
    let mut play = Play::new("buckets", world);
    let orders = orders(world);
    play.ask(query(0, 0, None), Expect::Bucket(Vec::new(), false));
    let voted = redeem(world, 1, &[(3, points(8))], &[(15, points(4))]);
    play.votes(&voted, 1);
    for (order, size) in orders.iter().zip(2..) {
        play.certifies(order, size);
    }
    let places = sorted(&orders, &[0, 0, 0]);
    play.ask(query(0, 0, None), Expect::Bucket(places.clone(), false));
    for place in &places {
        let number = bucket_number(&place.blinded, 16);
        let in_it: Vec<BucketPlace> =
            places.iter().filter(|of| bucket_number(&of.blinded, 16) == number).copied().collect();
        play.ask(query(16, number, None), Expect::Bucket(in_it, false));
    }
    let length = LengthQuery { keyset: KEYSET, nonce: draw::bytes("nonce of lengths") };
    play.ask(RequestV1::Length(length), Expect::Length(0));
    play.case(
        "RESTORE-15",
        "Three certified orders, each under its largest output; what is not certified is not there.",
    )
}

fn pieces(world: &World) -> Result<Test, String> {
    let mut play = Play::new("buckets-in-pieces", world);
    let orders = orders(world);
    for (order, size) in orders.iter().zip(1..) {
        play.certifies(order, size);
    }
    let places = sorted(&orders, &[0, 0, 0]);
    play.ask(query(0, 0, Some(places[0])), Expect::Bucket(places[1..].to_vec(), false));
    play.ask(query(0, 0, Some(places[2])), Expect::Bucket(Vec::new(), false));
    let between = BucketPlace { digest: ronde_protocol::message::ids::OrderDigest([0; 32]), ..places[1] };
    play.ask(query(0, 0, Some(between)), Expect::Bucket(places[1..].to_vec(), false));
    play.case("RESTORE-15", "From a place on, whether or not something stands there.")
}

fn contested(world: &World) -> Result<Test, String> {
    let mut play = Play::new("buckets-without-contested-orders", world);
    let first = redeem(world, 1, &[(1, points(8))], &[(11, points(4))]).order;
    let second = redeem(world, 2, &[(1, points(8))], &[(12, points(4))]).order;
    let third = redeem(world, 2, &[(2, points(8))], &[(13, points(4))]).order;
    play.certifies(&first, 1);
    play.certifies(&third, 2);
    play.show(&second, play.certificate(&second), Expect::Conflict(first.digest(), true));
    play.ask(query(0, 0, None), Expect::Bucket(sorted(&[third], &[0]), false));
    play.ask(probe(world, 1), Expect::Coin(2));
    play.retires("two-certificates");
    play.case("RESTORE-15", "An order that another certificate contradicts has no evaluation any more.")
}

fn no_bucket(world: &World) -> Result<Test, String> {
    let mut play = Play::new("no-such-bucket", world);
    play.ask(query(17, 0, None), refused(Refusal::Unknown));
    play.ask(query(3, 8, None), refused(Refusal::Unknown));
    play.ask(query(3, 7, None), Expect::Bucket(Vec::new(), false));
    play.case("RESTORE-15", "17 bits, and a number of 2^3 at 3 bits.")
}

fn closed(world: &World) -> Result<Test, String> {
    let mut play = Play::new("restore-closed", world);
    let order = redeem(world, 1, &[(1, points(8))], &[(11, points(4))]).order;
    play.certifies(&order, 1);
    play.now = NOW + 367 * DAY;
    play.ask(query(0, 0, None), Expect::Bucket(sorted(&[order], &[0]), false));
    play.ask(probe(world, 2), Expect::Coin(0));
    play.now += 1;
    let length = LengthQuery { keyset: KEYSET, nonce: [1; 32] };
    for request in [query(0, 0, None), probe(world, 1), RequestV1::Length(length)] {
        play.ask(request, refused(Refusal::Closed));
    }
    play.case("RESTORE-20", "Seven days after redeem-until nothing is told any more.")
}
