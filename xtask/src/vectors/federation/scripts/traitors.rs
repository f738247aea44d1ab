//! More than f traitors, and a witness that forgot.

use ronde_protocol::message::{
    codec::encode,
    refusal::{NotVoting, Refusal},
    wire::{FromPosition, Request, RequestV1},
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::{earn, points, redeem},
        world::{KEYSET, World},
    },
    certificates::{paid_with_tea, with_tea},
    play::{Expect, Play, not_voting, refused},
    voting::race,
};

/// Two certificates over one coin, and a vote that was forgotten.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    vec![
        two_certificates(world),
        third(world),
        of_a_dead_order(world),
        under_one_reference(world),
        forgotten(world),
        forgotten_and_behind(world),
    ]
}

fn two_certificates(world: &World) -> Result<Test, String> {
    let mut play = Play::new("two-certificates-over-one-coin", world);
    let (first, second) = race(world);
    let (a, b) = (first.order.digest(), second.order.digest());
    let other = redeem(world, 1, &[(3, points(2))], &[]);
    play.certifies(&first.order, 1);
    play.show(&second.order, play.certificate(&second.order), Expect::Conflict(a, true));
    play.retires("two-certificates");
    play.show(&first.order, play.certificate(&first.order), Expect::Conflict(b, true));
    play.show(&second.order, play.certificate(&second.order), Expect::Conflict(a, true));
    play.vote(&first, Expect::Conflict(b, true));
    play.query(&first.order, Expect::State(2));
    play.query(&second.order, Expect::State(2));
    play.vote(&other, not_voting(NotVoting::Retired));
    play.certifies(&other.order, 3);
    let log = RequestV1::Log(FromPosition { keyset: KEYSET, from: 0 });
    play.ask(log, Expect::Log(3, 3));
    let feed = RequestV1::Feed(FromPosition { keyset: KEYSET, from: 0 });
    play.raw(Some(2), &encode(&Request::V1(feed)), Expect::Feed(vec![], 0, false));
    let comment = "Both are kept, neither is evaluated any further, the second is not booked nor told its store; the \
                   witness stops voting.";
    play.case("WITNESS-33", comment)
}

fn third(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-third-certificate", world);
    let (first, second) = race(world);
    let third = redeem(world, 3, &[(2, points(4)), (3, points(1))], &[]);
    play.certifies(&first.order, 1);
    play.show(&second.order, play.certificate(&second.order), Expect::Conflict(first.order.digest(), true));
    play.retires("two-certificates");
    play.show(&third.order, play.certificate(&third.order), Expect::Conflict(second.order.digest(), true));
    let both = redeem(world, 4, &[(1, points(8)), (3, points(1))], &[]);
    let holder = if both.order.inputs[0].point == first.order.inputs[0].point { &first } else { &third };
    play.show(&both.order, play.certificate(&both.order), Expect::Conflict(holder.order.digest(), true));
    let comment =
        "The third contradicts the second alone, the fourth the first and the third: the first rival is shown.";
    play.case("WITNESS-33", comment)
}

fn of_a_dead_order(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-certificate-of-a-dead-order", world);
    let (first, second) = race(world);
    play.votes(&second, 1);
    play.certifies(&first.order, 2);
    let with_own = world.certificate(KEYSET, &[0, 1, 3], &second.order.digest());
    play.show(&second.order, with_own, Expect::Conflict(first.order.digest(), true));
    play.retires("two-certificates");
    play.query(&second.order, Expect::State(2));
    play.case("WITNESS-33", "It voted for the second, which the first killed; now the second is certified as well.")
}

fn under_one_reference(world: &World) -> Result<Test, String> {
    let mut play = Play::new("two-certificates-under-one-grant", world);
    let (one, other) = (earn(world, 1, "one", &[(11, points(1))]), earn(world, 1, "one", &[(12, points(1))]));
    play.certifies(&one.order, 1);
    play.show(&other.order, play.certificate(&other.order), Expect::Conflict(one.order.digest(), true));
    play.retires("two-certificates");
    play.case("WITNESS-33", "The store signed two bodies under one reference, and three traitors certified both.")
}

fn forgotten(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-forgotten-vote", world);
    let (first, _) = race(world);
    let with_own = world.certificate(KEYSET, &[0, 1, 3], &first.order.digest());
    play.show(&first.order, with_own, Expect::Certified(first.order.digest(), 1));
    play.retires("vote-forgotten");
    play.vote(&redeem(world, 1, &[(3, points(2))], &[]), not_voting(NotVoting::Retired));
    play.vote(&first, Expect::SameAs(0));
    let comment =
        "A certificate with its own vote, of which its log knows nothing: the order stands, the witness retires.";
    play.case("ROLLBACK-7", comment)
}

fn forgotten_and_behind(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-forgotten-vote-and-a-charter-behind", world);
    let paid = paid_with_tea(world);
    let with_own = world.certificate(KEYSET, &[0, 1, 3], &paid.order.digest());
    play.show(&paid.order, with_own.clone(), refused(Refusal::CharterBehind));
    play.retires("vote-forgotten");
    play.query(&paid.order, refused(Refusal::Unknown));
    play.vote(&redeem(world, 1, &[(3, points(2))], &[]), not_voting(NotVoting::Retired));
    play.charter(&with_tea(world));
    play.show(&paid.order, with_own, Expect::Certified(paid.order.digest(), 1));
    let comment = "The certificate can't be written down before the next charter; its own forgotten vote in it is proof at \
                   once, and the witness retires.";
    play.case("ROLLBACK-7", comment)
}
