//! What a witness tells without changing anything.

use ronde_protocol::message::{
    codec::encode,
    ids::KeysetId,
    refusal::Refusal,
    wire::{CharterQuery, FromPosition, Request, RequestV1},
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::{Numbered, earn, points, redeem, swap},
        world::{KEYSET, World},
    },
    play::{Expect, Play, refused},
    voting::race,
};

/// Orders, logs, feeds, charters.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    vec![orders(world), log(world), long_log(world), feed(world), forbidden(world), charters(world)]
}

fn from(from: u64) -> FromPosition {
    FromPosition { keyset: KEYSET, from }
}

fn orders(world: &World) -> Result<Test, String> {
    let mut play = Play::new("what-became-of-an-order", world);
    let (first, second) = race(world);
    play.query(&first.order, refused(Refusal::Unknown));
    play.votes(&second, 1);
    play.query(&second.order, Expect::State(0));
    play.certifies(&first.order, 2);
    play.query(&first.order, Expect::State(1));
    play.query(&second.order, Expect::State(2));
    play.case("WITNESS-9", "Unknown, voted, certified, dead.")
}

fn log(world: &World) -> Result<Test, String> {
    let mut play = Play::new("the-log-by-position", world);
    let (first, _) = race(world);
    let ask = |play: &mut Play<'_>, position, expect| play.ask(RequestV1::Log(from(position)), expect);
    ask(&mut play, 0, Expect::Log(0, 0));
    play.votes(&first, 1);
    play.certifies(&first.order, 2);
    play.votes(&redeem(world, 2, &[(3, points(2))], &[]), 3);
    ask(&mut play, 0, Expect::Log(3, 3));
    ask(&mut play, 2, Expect::Log(3, 1));
    ask(&mut play, 3, Expect::Log(3, 0));
    ask(&mut play, u64::MAX, Expect::Log(3, 0));
    play.ask(RequestV1::Log(FromPosition { keyset: KeysetId(9), from: 0 }), refused(Refusal::CharterBehind));
    play.case("LOG-11", "From the beginning, from the middle, past the end.")
}

fn long_log(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-log-that-is-cut", world);
    for round in 0..4u64 {
        let coins: Vec<Numbered> = (0..200).map(|number| (2000 + 200 * round + number, points(1))).collect();
        play.certifies(&redeem(world, 1, &coins, &[]).order, round + 1);
    }
    play.ask(RequestV1::Log(from(0)), Expect::Log(4, 3));
    play.ask(RequestV1::Log(from(3)), Expect::Log(4, 1));
    play.case("LOG-11", "Entries of 9,100 bytes: after three there are more than 24,576, and the page ends.")
}

fn feed(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-stores-feed", world);
    let (first, second) = race(world);
    let ask = |play: &mut Play<'_>, store, position, expect| {
        play.raw(Some(store), &encode(&Request::V1(RequestV1::Feed(from(position)))), expect);
    };
    play.votes(&second, 1);
    play.certifies(&first.order, 2);
    play.certifies(&swap(world, &[(3, points(2))], &[(13, points(2))]).order, 3);
    play.certifies(&earn(world, 1, "one", &[(14, points(1))]).order, 4);
    play.certifies(&earn(world, 2, "one", &[(15, points(1))]).order, 5);
    ask(&mut play, 1, 0, Expect::Feed(vec![1, 3], 4, false));
    ask(&mut play, 1, 2, Expect::Feed(vec![3], 4, false));
    ask(&mut play, 1, 4, Expect::Feed(vec![], 4, false));
    ask(&mut play, 2, 0, Expect::Feed(vec![4], 5, false));
    ask(&mut play, 3, 0, Expect::Feed(vec![], 0, false));
    play.case(
        "TRANSPORT-8",
        "Certified orders that name the asking store, by their positions in the log; votes and Swaps are in nobody's.",
    )
}

fn forbidden(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-feed-for-a-stranger", world);
    play.raw(None, &encode(&Request::V1(RequestV1::Feed(from(0)))), refused(Refusal::Forbidden));
    play.case("TRANSPORT-8", "Whoever asks is no store of the charter (any more).")
}

fn charters(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-charter-in-pieces", world);
    let length = encode(&world.chain[0]).len();
    let ask = |play: &mut Play<'_>, version, offset, expect| {
        play.ask(RequestV1::Charter(CharterQuery { version, offset }), expect);
    };
    ask(&mut play, 0, 0, Expect::Charter(1, length));
    ask(&mut play, 1, 100, Expect::Charter(1, length - 100));
    ask(&mut play, 1, u64::MAX, Expect::Charter(1, 0));
    ask(&mut play, 2, 0, refused(Refusal::Unknown));
    play.charter(&super::super::world::sign(world.next(), &[1, 2]));
    ask(&mut play, 0, u64::MAX, Expect::Charter(2, 0));
    ask(&mut play, 2, u64::MAX, Expect::Charter(2, 0));
    play.case(
        "TRANSPORT-14",
        "The newest version is 0's; past its end there are no bytes; a version that is not held is unknown.",
    )
}
