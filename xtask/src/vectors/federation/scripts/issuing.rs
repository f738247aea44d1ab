//! What stops Earn and Pledge.

use ronde_protocol::message::{
    amount::Points,
    charter::CharterBody,
    class::Kind,
    order::{Order, Purpose, SignedOrder, pledge_reference},
    refusal::{Refusal, Rule},
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::{Numbered, body, by_store, earn, points, redeem},
        world::{ASSOCIATION, CAMPAIGN, DAY, FOUR, NOW, OFFER, World, first, list, sign},
    },
    play::{Expect, Play, invalid, refused},
};

const BALLOT: Kind = Kind::Ballot { campaign: CAMPAIGN };
const COFFEE: Kind = Kind::Voucher { offer: OFFER };

/// Limits, caps, clocks and charters.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    vec![
        limit(world),
        pledges_count(world),
        nothing_given_back(world),
        not_counted(world),
        ballots(world),
        vouchers(world),
        issuer(world),
        closed_offer(),
        clock(world),
        expired(),
        forked(world),
        issue_until(world),
    ]
}

fn left(points: u64) -> Expect {
    refused(Refusal::LimitExceeded { left: Points(points) })
}

fn pledge(world: &World, store: u32, points: u64, time: u64) -> SignedOrder {
    let purpose = Purpose::Pledge { association: ASSOCIATION, points: Points(points) };
    by_store(Order { time, reference: pledge_reference(time), ..body(world, store, purpose, &[], &[]) })
}

fn limit(world: &World) -> Result<Test, String> {
    let mut play = Play::new("the-daily-limit", world);
    let one = earn(world, 1, "one", &[(11, points(64))]);
    let two = earn(world, 1, "two", &[(12, points(64))]);
    play.votes(&one, 1);
    play.vote(&two, left(36));
    play.vote(&one, Expect::SameAs(0));
    play.votes(&earn(world, 1, "three", &[(13, points(32)), (14, points(4))]), 2);
    play.vote(&earn(world, 1, "four", &[(15, points(1))]), left(0));
    play.votes(&earn(world, 2, "five", &[(16, points(64))]), 3);
    play.now = NOW + DAY - 1;
    play.vote(&two, left(0));
    play.now = NOW + DAY;
    play.votes(&two, 4);
    let comment = "100 points a day: 64, then 64 too many, 36 just enough; another store has its own; tomorrow the same \
                   order is voted for.";
    play.case("WITNESS-22", comment)
}

fn pledges_count(world: &World) -> Result<Test, String> {
    let mut play = Play::new("pledges-count-towards-the-limit", world);
    play.votes(&pledge(world, 1, 99, NOW), 1);
    play.vote(&earn(world, 1, "one", &[(11, points(2))]), left(1));
    play.votes(&earn(world, 1, "two", &[(12, points(1))]), 2);
    play.vote(&pledge(world, 2, 101, NOW), left(100));
    play.case("WITNESS-22", "99 points are pledged; one may be issued. A Pledge of 101 is too much by itself.")
}

fn nothing_given_back(world: &World) -> Result<Test, String> {
    let mut play = Play::new("nothing-is-given-back", world);
    let dead = earn(world, 1, "one", &[(11, points(64))]);
    let stands = earn(world, 1, "one", &[(12, points(64))]);
    play.votes(&dead, 1);
    play.certifies(&stands.order, 2);
    play.vote(&earn(world, 1, "two", &[(13, points(64))]), left(36));
    play.case(
        "WITNESS-25",
        "The order that it counted was killed by another under the same grant: the points stay counted.",
    )
}

fn not_counted(world: &World) -> Result<Test, String> {
    let mut play = Play::new("certified-without-its-vote", world);
    for (size, grant) in (1..=2).zip(["one", "two"]) {
        play.certifies(&earn(world, 1, grant, &[(10 + size, points(64))]).order, size);
    }
    play.votes(&earn(world, 1, "three", &[(13, points(64))]), 3);
    play.vote(&earn(world, 1, "four", &[(14, points(64))]), left(36));
    play.case("WITNESS-25", "128 points were certified by others: it evaluates them and counts only what it votes for.")
}

fn ballots(world: &World) -> Result<Test, String> {
    let mut play = Play::new("the-cap-of-ballots", world);
    let with_ballot = |store, grant, number: u64| {
        earn(world, store, grant, &[(number, points(4)), (number + 1, points(1)), (number + 2, BALLOT)])
    };
    play.votes(&with_ballot(1, "one", 10), 1);
    play.votes(&with_ballot(1, "two", 20), 2);
    play.vote(&with_ballot(1, "three", 30), left(0));
    play.votes(&with_ballot(2, "four", 40), 3);
    play.now = NOW + DAY;
    play.vote(&with_ballot(1, "three", 30), left(0));
    play.votes(&earn(world, 1, "five", &[(50, points(8))]), 4);
    play.case("WITNESS-23", "Two ballots for each store in all: not tomorrow either.")
}

fn vouchers(world: &World) -> Result<Test, String> {
    let mut play = Play::new("the-cap-of-vouchers", world);
    let coffees = |grant, numbers: &[u64]| {
        let to: Vec<Numbered> = numbers.iter().map(|number| (*number, COFFEE)).collect();
        earn(world, 1, grant, &to)
    };
    play.vote(&coffees("one", &[11, 12, 13]), left(2));
    play.votes(&coffees("two", &[11, 12]), 1);
    play.vote(&coffees("three", &[14]), left(0));
    play.case("WITNESS-23", "Two vouchers for each store: three in one order are too many.")
}

fn issuer(world: &World) -> Result<Test, String> {
    let mut play = Play::new("an-issuer-who-may-not", world);
    play.vote(&earn(world, 3, "one", &[(11, COFFEE)]), invalid(Rule::Issuer));
    play.votes(&earn(world, 2, "one", &[(11, COFFEE)]), 1);
    play.votes(&redeem(world, 3, &[(12, COFFEE)], &[]), 2);
    play.case("WITNESS-24", "Store 3 may not issue the voucher; it may take one.")
}

fn closed_offer() -> Result<Test, String> {
    let mut body = first(&FOUR);
    let mut offers = body.offers.to_vec();
    offers[0].closed = true;
    body.offers = list(offers);
    let world = World::of(body);
    let mut play = Play::new("a-closed-offer", &world);
    play.vote(&earn(&world, 1, "one", &[(11, COFFEE)]), refused(Refusal::Closed));
    play.vote(&earn(&world, 3, "one", &[(11, COFFEE)]), invalid(Rule::Issuer));
    play.votes(&redeem(&world, 1, &[(12, COFFEE)], &[]), 1);
    play.case("WITNESS-24", "No more are issued; those that are out are taken.")
}

fn clock(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-clock-ahead", world);
    let at = |grant, number, time| {
        let order = earn(world, 1, grant, &[(number, points(1))]).order;
        by_store(Order { time, ..order })
    };
    play.votes(&at("one", 11, NOW + 600), 1);
    play.vote(&at("two", 12, NOW + 601), refused(Refusal::ClockSkew { ahead: 601 }));
    play.votes(&at("three", 13, 0), 2);
    play.vote(&pledge(world, 1, 1, NOW + DAY), refused(Refusal::ClockSkew { ahead: DAY }));
    play.votes(&pledge(world, 1, 1, NOW - 40 * DAY), 3);
    let order = redeem(world, 1, &[(1, points(1))], &[]).order;
    let tomorrow = super::super::coins::by_coins(Order { time: NOW + DAY, ..order }, &[1]);
    play.votes(&tomorrow, 4);
    play.now = NOW + 1;
    play.votes(&at("two", 12, NOW + 601), 5);
    play.case("WITNESS-21", "600 seconds ahead pass, 601 do not; the past and payments are not looked at.")
}

fn expired() -> Result<Test, String> {
    let world = World::of(CharterBody { expires: NOW + DAY, ..first(&FOUR) });
    let mut play = Play::new("an-expired-charter", &world);
    let (one, two) = (earn(&world, 1, "one", &[(11, points(1))]), earn(&world, 1, "two", &[(12, points(1))]));
    play.now = NOW + DAY - 1;
    play.votes(&one, 1);
    play.now = NOW + DAY;
    play.vote(&two, refused(Refusal::CharterExpired));
    play.vote(&pledge(&world, 1, 1, NOW), refused(Refusal::CharterExpired));
    play.vote(&one, Expect::Voted(one.order.digest(), 1));
    play.votes(&redeem(&world, 1, &[(1, points(1))], &[]), 2);
    play.certifies(&two.order, 3);
    play.charter(&sign(CharterBody { expires: NOW + 2 * DAY, ..world.next() }, &[1, 2]));
    play.votes(&earn(&world, 1, "three", &[(13, points(1))]), 4);
    let comment = "Earn and Pledge stop until the next version; votes already given, payments and certificates go on.";
    play.case("WITNESS-19", comment)
}

fn forked(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-forked-charter", world);
    let mut twin = world.chain[0].body.clone();
    twin.expires += 1;
    let one = earn(world, 1, "one", &[(11, points(1))]);
    play.twin(&sign(twin.clone(), &[1]));
    play.votes(&one, 1);
    play.twin(&sign(twin, &[2, 3]));
    let two = earn(world, 1, "two", &[(12, points(1))]);
    play.vote(&two, refused(Refusal::CharterExpired));
    play.votes(&redeem(world, 1, &[(1, points(1))], &[]), 2);
    play.charter(&sign(world.next(), &[1, 2]));
    play.vote(&two, refused(Refusal::CharterExpired));
    let settling = CharterBody { settles_fork: Some(world.charter.hash()), ..world.next() };
    play.charter(&sign(settling, &[1, 2]));
    play.votes(&two, 3);
    let comment =
        "A twin that one steward signed is none; one that two signed stops issuing until a version settles it.";
    play.case("CHARTER-13", comment)
}

fn issue_until(world: &World) -> Result<Test, String> {
    let mut play = Play::new("after-issue-until", world);
    play.now = NOW + 180 * DAY;
    play.votes(&earn(world, 1, "one", &[(11, points(1))]), 1);
    play.now += 1;
    play.vote(&earn(world, 1, "two", &[(12, points(1))]), refused(Refusal::Closed));
    play.vote(&pledge(world, 1, 1, NOW), refused(Refusal::Closed));
    play.vote(&earn(world, 1, "one", &[(11, points(1))]), Expect::SameAs(0));
    play.votes(&redeem(world, 1, &[(1, points(2))], &[(13, points(1))]), 2);
    play.certifies(&earn(world, 2, "three", &[(14, points(1))]).order, 3);
    play.case("WITNESS-20", "The last second issues; from then on coins are spent, and change is made.")
}
