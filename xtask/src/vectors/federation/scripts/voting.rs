//! What a witness votes for.

use ronde_protocol::{
    crypto::group::PointBytes,
    message::{
        codec::encode,
        ids::{KeysetId, OrderDigest, StoreId},
        order::{Authorization, Order, SignedOrder},
        refusal::{ExpectedCode, Refusal, Rule},
        vote::Vote,
        wire::{Request, RequestV1, VoteRequest},
    },
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::{column, earn, points, redeem, swap},
        world::{FOUR, KEYSET, ONE, Plan, World, list},
    },
    play::{Expect, OTHER_KEYSET, Play, invalid, refused},
};

/// Votes, repeats, conflicts, columns.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    vec![
        again(world),
        two_orders(world),
        first_holder(world),
        spent_first(world),
        reference(world),
        quorum(world),
        wrong_votes(world),
        alone(),
        without_column(world),
        wrong_columns(world),
        column_of_an_earn(world),
        bad_signature(world),
        broken_rule(world),
        elsewhere(),
        no_message(world),
    ]
}

/// Two payments of coin 1 at two stores; the second pays coin 2 as well.
pub fn race(world: &World) -> (SignedOrder, SignedOrder) {
    let first = redeem(world, 1, &[(1, points(8))], &[(11, points(1))]);
    let second = redeem(world, 2, &[(1, points(8)), (2, points(4))], &[(12, points(1))]);
    (first, second)
}

fn again(world: &World) -> Result<Test, String> {
    let mut play = Play::new("the-same-vote-again", world);
    let (first, _) = race(world);
    play.votes(&first, 1);
    play.vote(&first, Expect::SameAs(0));
    play.vote(&first, Expect::SameAs(0));
    play.case("WITNESS-9", "Asked three times, it gives one vote and logs it once.")
}

fn two_orders(world: &World) -> Result<Test, String> {
    let mut play = Play::new("one-coin-two-orders", world);
    let (first, second) = race(world);
    play.votes(&first, 1);
    play.vote(&second, Expect::Conflict(first.order.digest(), false));
    play.votes(&redeem(world, 2, &[(2, points(4))], &[]), 2);
    play.case("WITNESS-10", "The second order over coin 1 is shown the first; its other coin was not bound.")
}

fn first_holder(world: &World) -> Result<Test, String> {
    let mut play = Play::new("the-first-coin-held", world);
    let both = redeem(world, 1, &[(1, points(8)), (2, points(4))], &[]);
    let firsts: Vec<u64> = vec![1, 2];
    let lone = |number: u64| redeem(world, 2, &[(number, if number == 1 { points(8) } else { points(4) })], &[]);
    for (size, number) in (1u64..).zip(&firsts) {
        play.votes(&lone(*number), size);
    }
    let first = firsts.into_iter().find(|number| lone(*number).order.inputs[0].point == both.order.inputs[0].point);
    let holder = lone(first.unwrap_or(1)).order.digest();
    play.vote(&both, Expect::Conflict(holder, false));
    play.case("WITNESS-10", "Each of two coins is held by another order: that of the smaller P is shown.")
}

fn spent_first(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-spent-coin-before-one-that-is-held", world);
    let both = redeem(world, 1, &[(1, points(8)), (2, points(4))], &[]);
    let lone = |number: u64| redeem(world, 2, &[(number, if number == 1 { points(8) } else { points(4) })], &[]);
    // The coin of the larger P is the one that is spent.
    let (held, spent) = match [lone(1), lone(2)] {
        [one, two] if one.order.inputs[0].point == both.order.inputs[0].point => (one, two),
        [one, two] => (two, one),
    };
    play.votes(&held, 1);
    play.certifies(&spent.order, 2);
    play.vote(&both, Expect::Conflict(spent.order.digest(), true));
    play.case("WITNESS-10", "The order with a certificate is shown, though another holds the coin of the smaller P.")
}

fn reference(world: &World) -> Result<Test, String> {
    let mut play = Play::new("one-grant-two-orders", world);
    let first = earn(world, 1, "one", &[(11, points(8))]);
    let other_coins = earn(world, 1, "one", &[(12, points(8))]);
    let other_store = earn(world, 2, "one", &[(13, points(8))]);
    play.votes(&first, 1);
    play.vote(&other_coins, Expect::Conflict(first.order.digest(), false));
    play.votes(&other_store, 2);
    play.certifies(&other_coins.order, 3);
    play.vote(&first, Expect::Conflict(other_coins.order.digest(), true));
    play.case("WITNESS-11", "A store's reference is a lock like a coin, for that store alone.")
}

fn others(world: &World, digest: &OrderDigest) -> Vec<Vote> {
    [0, 1].map(|index| world.vote(KEYSET, index, digest)).to_vec()
}

fn quorum(world: &World) -> Result<Test, String> {
    let mut play = Play::new("votes-that-make-a-quorum", world);
    let (first, second) = race(world);
    let digest = first.order.digest();
    let request = play.request(&first, &others(world, &digest));
    play.ask(RequestV1::Vote(request), Expect::Certified(digest, 2));
    play.vote(&second, Expect::Conflict(digest, true));
    let late = swap(world, &[(3, points(2))], &[(13, points(1)), (14, points(1))]);
    play.votes(&late, 3);
    let request = play.request(&late, &others(world, &late.order.digest()));
    play.ask(RequestV1::Vote(request), Expect::Certified(late.order.digest(), 4));
    play.case("WITNESS-17", "With two votes of others its own makes three: certificate and evaluation at once.")
}

fn wrong_votes(world: &World) -> Result<Test, String> {
    let mut play = Play::new("votes-that-do-not-count", world);
    let (first, second) = race(world);
    let digest = first.order.digest();
    let good = others(world, &digest);
    let mut spoiled = good[1];
    spoiled.signature.0[9] ^= 1;
    let voted = Expect::Voted(digest, 1);
    let sets: [&[Vote]; 4] = [
        &good[..1],
        &[good[0], good[0]],
        &[good[0], spoiled],
        &[good[0], world.vote(KEYSET, 1, &second.order.digest())],
    ];
    for votes in sets {
        let request = play.request(&first, votes);
        play.ask(RequestV1::Vote(request), voted.clone());
    }
    let own = world.vote(KEYSET, 3, &digest);
    let request = play.request(&first, &[good[0], own]);
    play.ask(RequestV1::Vote(request), voted);
    let request = play.request(&first, &[spoiled, good[0], good[1]]);
    play.ask(RequestV1::Vote(request), Expect::Certified(digest, 2));
    let comment =
        "One vote, one twice, a spoiled one, one for another order, its own: none makes a quorum; two good ones do.";
    play.case("WITNESS-18", comment)
}

fn alone() -> Result<Test, String> {
    let world = World::new(&ONE);
    let mut play = Play::new("a-committee-of-one", &world);
    let (first, second) = race(&world);
    play.vote(&first, Expect::Certified(first.order.digest(), 2));
    play.vote(&second, Expect::Conflict(first.order.digest(), true));
    play.vote(
        &earn(&world, 2, "one", &[(12, points(4))]),
        Expect::Certified(earn(&world, 2, "one", &[(12, points(4))]).order.digest(), 4),
    );
    play.case("WITNESS-17", "n = 1: one round trip certifies.")
}

fn without_column(world: &World) -> Result<Test, String> {
    let mut play = Play::new("without-its-column", world);
    let (first, second) = race(world);
    let without =
        |signed: &SignedOrder| RequestV1::Vote(VoteRequest { signed: signed.clone(), column: None, votes: list([]) });
    play.ask(without(&first), refused(Refusal::NoColumn));
    let nameless = SignedOrder { order: Order { store: StoreId::NONE, ..first.order.clone() }, ..first.clone() };
    play.ask(without(&nameless), invalid(Rule::Store));
    let unsigned = SignedOrder { order: Order { time: 1, ..first.order.clone() }, ..first.clone() };
    play.ask(without(&unsigned), refused(Refusal::NoColumn));
    play.votes(&second, 1);
    let comment = "Without a column: rules are looked at, the signature is not, and nothing is bound.";
    play.case("WITNESS-7", comment)
}

fn wrong_columns(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-wrong-column", world);
    let (_, second) = race(world);
    let good: Vec<PointBytes> = column::<256>(world, &second.order, 3).to_vec();
    let of_another = column::<256>(world, &second.order, 2).to_vec();
    let mut ask = |components: Vec<PointBytes>, expect| {
        let request = VoteRequest { signed: second.clone(), column: Some(list(components)), votes: list([]) };
        play.ask(RequestV1::Vote(request), expect);
    };
    let unknown = || refused(Refusal::CoinUnknown);
    ask(of_another.clone(), unknown());
    ask(vec![good[0], of_another[1]], unknown());
    ask(vec![good[1], good[0]], unknown());
    ask(vec![good[0]], unknown());
    ask(vec![good[0], good[1], good[1]], unknown());
    ask(vec![good[0], PointBytes([0; 32])], unknown());
    ask(vec![good[0], PointBytes([0xff; 32])], unknown());
    let dearer = redeem(world, 2, &[(1, points(64)), (2, points(4))], &[]);
    let request = VoteRequest { signed: dearer, column: Some(list(good)), votes: list([]) };
    play.ask(RequestV1::Vote(request), unknown());
    play.votes(&second, 1);
    let comment = "Another's column, one wrong component, exchanged ones, too few, too many, the identity, no element, \
                   and a coin said to be worth more.";
    play.case("WITNESS-8", comment)
}

fn column_of_an_earn(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-column-for-no-inputs", world);
    let earned = earn(world, 1, "one", &[(11, points(8))]);
    let with = |components: Vec<PointBytes>| {
        RequestV1::Vote(VoteRequest { signed: earned.clone(), column: Some(list(components)), votes: list([]) })
    };
    play.ask(with(vec![PointBytes([0; 32])]), refused(Refusal::CoinUnknown));
    play.ask(with(vec![]), Expect::Voted(earned.order.digest(), 1));
    play.case("WITNESS-8", "An Earn with a component is refused; an empty column is as good as none.")
}

fn bad_signature(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-bad-signature", world);
    let (first, _) = race(world);
    let later = SignedOrder { order: Order { time: first.order.time + 1, ..first.order.clone() }, ..first.clone() };
    play.vote(&later, refused(Refusal::BadSignature));
    let earned = earn(world, 1, "one", &[(11, points(8))]);
    let by_store_2 =
        Authorization::Store(earned.order.sign_as_store(&super::super::world::node_seed(StoreId(2)).node_key()));
    let stolen = SignedOrder { authorization: by_store_2, ..earned };
    play.vote(&stolen, refused(Refusal::BadSignature));
    play.votes(&first, 1);
    play.case("ORDER-27", "An order that was changed after it was signed, and one signed by another store.")
}

fn broken_rule(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-broken-rule", world);
    play.vote(&redeem(world, 1, &[(1, points(1))], &[(11, points(2))]), invalid(Rule::Balance));
    play.vote(&redeem(world, 1, &[(1, points(3))], &[]), invalid(Rule::Denomination));
    play.votes(&redeem(world, 1, &[(1, points(2))], &[]), 1);
    play.case("ORDER-13", "What breaks a rule binds nothing.")
}

fn elsewhere() -> Result<Test, String> {
    let world = World::new(&Plan { keysets: 2, ..FOUR });
    let mut play = Play::new("not-its-affair", &world);
    let (first, _) = race(&world);
    let at = |change: fn(&mut Order)| {
        let mut order = first.order.clone();
        change(&mut order);
        SignedOrder { order, ..first.clone() }
    };
    let elsewhere = at(|order| order.keyset = OTHER_KEYSET);
    let unknown = at(|order| order.keyset = KeysetId(9));
    let abroad = at(|order| order.federation.0[0] ^= 1);
    let ask = |signed: &SignedOrder| {
        RequestV1::Vote(VoteRequest { signed: signed.clone(), column: Some(list([])), votes: list([]) })
    };
    play.ask(ask(&elsewhere), refused(Refusal::Unknown));
    play.ask(ask(&unknown), refused(Refusal::CharterBehind));
    play.ask(ask(&abroad), refused(Refusal::OtherFederation));
    play.show(&elsewhere.order, play.certificate(&elsewhere.order), refused(Refusal::Unknown));
    play.show(&abroad.order, play.certificate(&abroad.order), refused(Refusal::Unknown));
    play.now = world.keyset(KEYSET).evaluate_until() + 1;
    play.ask(ask(&elsewhere), refused(Refusal::Unknown));
    play.ask(ask(&abroad), refused(Refusal::Closed));
    let comment = "Orders of another keyset, of one that nobody knows yet, and of another federation; and after the last \
                   evaluation: the keyset comes first.";
    play.case("WITNESS-6", comment)
}

fn no_message(world: &World) -> Result<Test, String> {
    let mut play = Play::new("no-message", world);
    let (first, _) = race(world);
    let good = encode(&Request::V1(RequestV1::Vote(play.request(&first, &[]))));
    let bad =
        |offset: usize, expected| refused(Refusal::BadEncoding { offset: u64::try_from(offset).unwrap(), expected });
    play.raw(Some(1), &[&good[..], &[0]].concat(), bad(good.len(), ExpectedCode::End));
    play.raw(Some(1), &good[..good.len() - 1], bad(good.len() - 8, ExpectedCode::MoreBytes));
    play.raw(Some(1), &[], bad(0, ExpectedCode::MoreBytes));
    play.raw(Some(1), &[1, 0, 0, 0], bad(0, ExpectedCode::Variant));
    play.raw(Some(1), &[0, 0, 0, 0, 77, 0, 0, 0], bad(4, ExpectedCode::Variant));
    let mut lying = good.clone();
    lying[8 + 84..8 + 92].copy_from_slice(&257u64.to_le_bytes());
    play.raw(Some(1), &lying, bad(92, ExpectedCode::Shorter));
    play.raw(Some(1), &good, Expect::Voted(first.order.digest(), 1));
    play.case("TRANSPORT-11", "Bytes that are no request, and then the good ones.")
}
