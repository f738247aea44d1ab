//! A keyset's end, and a campaign's.

use ronde_protocol::message::{
    class::Kind,
    order::{Purpose, SignedOrder},
    refusal::Refusal,
    wire::{RequestV1, VoteRequest},
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::{earn, points, redeem, spend},
        world::{CAMPAIGN, DAY, KEYSET, NOW, World, list},
    },
    play::{Expect, Play, refused},
    voting::race,
};

const REDEEM_UNTIL: u64 = NOW + 360 * DAY;
const EVALUATE_UNTIL: u64 = REDEEM_UNTIL + 7 * DAY;

/// Redeem-until, evaluations' end, a campaign's end.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    vec![redeem_until(world), conflict_first(world), evaluate_until(world), quorum_too_late(world), campaign(world)]
}

fn redeem_until(world: &World) -> Result<Test, String> {
    let mut play = Play::new("after-redeem-until", world);
    let (first, _) = race(world);
    play.now = REDEEM_UNTIL;
    play.votes(&first, 1);
    play.now += 1;
    let late = redeem(world, 2, &[(3, points(2))], &[]);
    play.vote(&late, refused(Refusal::Closed));
    play.vote(&first, Expect::SameAs(0));
    play.certifies(&first.order, 2);
    play.certifies(&late.order, 3);
    play.case("WITNESS-14", "The last second of spending; a second later only what was voted for or is certified.")
}

fn conflict_first(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-conflict-after-redeem-until", world);
    let (first, second) = race(world);
    play.certifies(&first.order, 1);
    play.now = REDEEM_UNTIL + 1;
    play.vote(&second, Expect::Conflict(first.order.digest(), true));
    play.case("WITNESS-10", "A conflict is told before the clock is asked.")
}

fn evaluate_until(world: &World) -> Result<Test, String> {
    let mut play = Play::new("after-the-last-evaluation", world);
    let (first, second) = race(world);
    let (voted, late) = (redeem(world, 1, &[(3, points(2))], &[]), redeem(world, 1, &[(4, points(2))], &[]));
    play.votes(&voted, 1);
    play.now = EVALUATE_UNTIL;
    play.certifies(&first.order, 2);
    play.vote(&voted, Expect::Voted(voted.order.digest(), 2));
    play.now += 1;
    let closed = || refused(Refusal::Closed);
    play.vote(&voted, closed());
    play.vote(&first, closed());
    play.vote(&second, closed());
    let stolen = SignedOrder { authorization: voted.authorization.clone(), ..late.clone() };
    play.ask(RequestV1::Vote(VoteRequest { signed: stolen, column: None, votes: list([]) }), closed());
    play.show(&first.order, play.certificate(&first.order), closed());
    play.show(&late.order, play.certificate(&voted.order), closed());
    play.query(&first.order, Expect::State(1));
    play.query(&voted.order, Expect::State(0));
    let comment = "Seven days after redeem-until a last certificate; a second later nothing is voted for, written down or \
                   evaluated, whatever else is wrong. What became of an order is still told.";
    play.case("WITNESS-34", comment)
}

fn quorum_too_late(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-quorum-after-the-last-evaluation", world);
    let (first, _) = race(world);
    let digest = first.order.digest();
    play.votes(&first, 1);
    play.now = EVALUATE_UNTIL + 1;
    let votes = [0, 1].map(|index| world.vote(KEYSET, index, &digest));
    let request = play.request(&first, &votes);
    play.ask(RequestV1::Vote(request), refused(Refusal::Closed));
    play.case("WITNESS-34", "Votes that would make a quorum with its own add nothing to the log any more.")
}

fn campaign(world: &World) -> Result<Test, String> {
    let mut play = Play::new("after-a-campaign", world);
    let cast = |number, choice| {
        let purpose = Purpose::Vote { campaign: CAMPAIGN, choice };
        spend(world, 0, purpose, &[(number, Kind::Ballot { campaign: CAMPAIGN })], &[])
    };
    play.now = NOW + 30 * DAY + 3600;
    play.votes(&cast(1, 0), 1);
    play.now += 1;
    play.vote(&cast(2, 0), refused(Refusal::Closed));
    play.vote(&cast(1, 1), Expect::Conflict(cast(1, 0).order.digest(), false));
    play.vote(&cast(1, 0), Expect::SameAs(0));
    play.certifies(&cast(2, 1).order, 2);
    let with_ballot = [(11, points(4)), (12, points(1)), (13, Kind::Ballot { campaign: CAMPAIGN })];
    play.votes(&earn(world, 1, "one", &with_ballot), 3);
    play.case(
        "WITNESS-15",
        "Ballots are counted for an hour after the end. Whether an Earn carries one is the store's affair.",
    )
}
