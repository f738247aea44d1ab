//! What certificates do.

use ronde_protocol::{
    crypto::group::PointBytes,
    message::{
        certificate::Certificate,
        charter::SignedCharter,
        class::Kind,
        ids::{OfferId, StoreId},
        order::{Order, Purpose, SignedOrder},
        refusal::Refusal,
        wire::{RequestV1, VoteRequest},
    },
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::{points, redeem, spend},
        world::{ASSOCIATION, CAMPAIGN, KEYSET, World, list, sign, text},
    },
    play::{Expect, Play, refused},
    voting::race,
};

/// Certificates early, late, wrong and repeated.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    vec![
        frees(world),
        late(world),
        stored(world),
        any_request(world),
        repeated_b(world),
        no_outputs(world),
        wrong(world),
        no_element(world),
        own_vote(world),
        ballot(world),
        behind(world),
        behind_with_a_voucher(world),
    ]
}

fn frees(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-certificate-frees", world);
    let (first, second) = race(world);
    play.votes(&second, 1);
    play.certifies(&first.order, 2);
    play.vote(&second, Expect::Conflict(first.order.digest(), true));
    play.query(&second.order, Expect::State(2));
    play.query(&first.order, Expect::State(1));
    play.votes(&redeem(world, 2, &[(2, points(4))], &[]), 3);
    play.vote(&redeem(world, 2, &[(1, points(8))], &[]), Expect::Conflict(first.order.digest(), true));
    let comment = "It voted for the second order; the certificate of the first kills that, and frees its other coin.";
    play.case("WITNESS-32", comment)
}

fn late(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-certificate-of-an-unknown-order", world);
    let (first, second) = race(world);
    play.certifies(&first.order, 1);
    play.vote(&first, Expect::SameAs(0));
    play.vote(&second, Expect::Conflict(first.order.digest(), true));
    play.votes(&redeem(world, 2, &[(2, points(4))], &[]), 2);
    play.case("WITNESS-28", "It never voted for it, and writes it down and evaluates all the same.")
}

fn stored(world: &World) -> Result<Test, String> {
    let mut play = Play::new("the-same-evaluation-again", world);
    let (first, _) = race(world);
    play.votes(&first, 1);
    play.certifies(&first.order, 2);
    play.certifies(&first.order, 2);
    let by_others = world.certificate(KEYSET, &[1, 2, 3], &first.order.digest());
    play.show(&first.order, by_others, Expect::SameAs(1));
    play.vote(&first, Expect::SameAs(1));
    play.query(&first.order, Expect::State(1));
    let comment = "Shown again, by other votes too, it answers with the certificate and the evaluation that it stored.";
    play.case("WITNESS-30", comment)
}

fn any_request(world: &World) -> Result<Test, String> {
    let mut play = Play::new("certified-before-anything-is-checked", world);
    let (first, second) = race(world);
    play.certifies(&first.order, 1);
    let bare = |signed: SignedOrder| RequestV1::Vote(VoteRequest { signed, column: None, votes: list([]) });
    play.ask(bare(first.clone()), Expect::SameAs(0));
    let stolen = SignedOrder { authorization: second.authorization, ..first.clone() };
    play.ask(bare(stolen), Expect::SameAs(0));
    let wrong = Certificate { votes: list([]), ..play.certificate(&first.order) };
    play.show(&first.order, wrong, Expect::SameAs(0));
    play.case("WITNESS-31", "Without a column, with another order's signature, with a certificate of no votes.")
}

fn repeated_b(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-repeated-b", world);
    let first = redeem(world, 1, &[(1, points(8))], &[(11, points(1))]);
    let copied = redeem(world, 2, &[(2, points(8))], &[(11, points(4))]);
    play.certifies(&copied.order, 1);
    play.votes(&first, 2);
    play.certifies(&first.order, 3);
    play.case(
        "WITNESS-29",
        "A thief has the owner's B certified first, as another class: the owner's is evaluated too.",
    )
}

fn no_outputs(world: &World) -> Result<Test, String> {
    let mut play = Play::new("nothing-to-evaluate", world);
    let paid = redeem(world, 1, &[(1, points(8))], &[]);
    play.votes(&paid, 1);
    play.certifies(&paid.order, 2);
    play.case("EVAL-6", "A payment without change: no elements, and zeros for the proof.")
}

fn wrong(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-wrong-certificate", world);
    let (first, second) = race(world);
    let good = play.certificate(&first.order);
    let bad = || refused(Refusal::BadCertificate);
    let short = Certificate { votes: list(good.votes.iter().take(2).copied()), ..good.clone() };
    let mut votes = good.votes.to_vec();
    votes[1].signature.0[0] ^= 1;
    play.show(&second.order, good.clone(), bad());
    play.show(&first.order, short, bad());
    play.show(&first.order, Certificate { votes: list(votes), ..good }, bad());
    play.query(&first.order, refused(Refusal::Unknown));
    play.votes(&second, 1);
    play.case("WITNESS-27", "Of another order, with too few votes, with a spoiled one: nothing is written.")
}

fn no_element(world: &World) -> Result<Test, String> {
    let mut play = Play::new("certified-but-no-element", world);
    let (first, _) = race(world);
    let mut outputs = first.order.outputs.to_vec();
    outputs[0].blinded = PointBytes([0; 32]);
    let order = Order { outputs: list(outputs), ..first.order };
    play.show(&order, play.certificate(&order), refused(Refusal::BadCertificate));
    play.case("WITNESS-27", "Three traitors certified an order with the identity for B: it can't be evaluated.")
}

fn own_vote(world: &World) -> Result<Test, String> {
    let mut play = Play::new("its-own-vote-in-a-certificate", world);
    let (first, _) = race(world);
    play.votes(&first, 1);
    let with_own = world.certificate(KEYSET, &[0, 1, 3], &first.order.digest());
    play.show(&first.order, with_own, Expect::Certified(first.order.digest(), 2));
    let other = redeem(world, 2, &[(2, points(4))], &[]);
    play.votes(&other, 3);
    play.case("ROLLBACK-8", "It voted, and knows it: its vote in a certificate is no surprise.")
}

fn ballot(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-ballot-for-two-choices", world);
    let cast = |choice| {
        let purpose = Purpose::Vote { campaign: CAMPAIGN, choice };
        spend(world, StoreId::NONE.0, purpose, &[(1, Kind::Ballot { campaign: CAMPAIGN })], &[])
    };
    play.votes(&cast(1), 1);
    play.vote(&cast(0), Expect::Conflict(cast(1).order.digest(), false));
    play.certifies(&cast(0).order, 2);
    play.vote(&cast(1), Expect::Conflict(cast(0).order.digest(), true));
    play.vote(&cast(2), refused(Refusal::CharterBehind));
    play.case("WITNESS-32", "One ballot is one vote: that which is certified. A third choice is not known yet.")
}

fn behind(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-name-that-comes-later", world);
    let mut next = world.next();
    let mut associations = next.associations.to_vec();
    associations.push(associations[0].clone());
    associations[1].id.0 = 2;
    next.associations = list(associations);
    let mut association = ASSOCIATION;
    association.0 = 2;
    let given = spend(world, 0, Purpose::Donate { association }, &[(1, points(8))], &[]);
    play.vote(&given, refused(Refusal::CharterBehind));
    play.charter(&sign(next, &[1, 2]));
    play.votes(&given, 1);
    play.case("ORDER-7", "A gift to an association that the witness's charter does not have, until the next version.")
}

/// The next charter, in which there is a second voucher.
pub fn with_tea(world: &World) -> SignedCharter {
    let mut next = world.next();
    let mut offers = next.offers.to_vec();
    offers.push(offers[0].clone());
    (offers[1].id, offers[1].name) = (OfferId(2), text("Tea"));
    next.offers = list(offers);
    sign(next, &[1, 2])
}

/// A payment with that voucher.
pub fn paid_with_tea(world: &World) -> SignedOrder {
    redeem(world, 2, &[(1, Kind::Voucher { offer: OfferId(2) })], &[])
}

fn behind_with_a_voucher(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-certified-voucher-that-comes-later", world);
    let paid = paid_with_tea(world);
    play.show(&paid.order, play.certificate(&paid.order), refused(Refusal::CharterBehind));
    play.query(&paid.order, refused(Refusal::Unknown));
    play.charter(&with_tea(world));
    play.certifies(&paid.order, 1);
    let comment = "Who pays for the voucher is not known yet: the certificate waits for the next charter.";
    play.case("WITNESS-28", comment)
}
