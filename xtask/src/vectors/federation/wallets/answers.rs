//! What comes back to a claim.

use ronde_protocol::message::{
    certificate::Certificate,
    evaluation::Evaluation,
    ids::{StoreId, WitnessIndex},
    order::Order,
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::{
        coins::points,
        world::{FOUR, KEYSET, World, list, node_seed, shown},
    },
    EVERYTHING, check, claim, earned, everything, terms,
};
use crate::vectors::case::{Case, case};

/// Evaluations of all, of some, spoiled and wrong ones; and orders that are not the claim's.
pub fn tests() -> Vec<Result<Test, String>> {
    let world = World::new(&FOUR);
    let claimed = Claimed::new(&world);
    let mut tests = counted(&world, &claimed);
    tests.extend(left_out(&world, &claimed));
    tests.extend(refused(&world, &claimed.order, &claimed.certificate, &claimed.all));
    tests
}

/// A claim of 13 points, certified, and evaluated by all four.
struct Claimed {
    order: Order,
    certificate: Certificate,
    all: Vec<Evaluation>,
}

impl Claimed {
    fn new(world: &World) -> Self {
        let order = earned(world, 0, &[8, 4, 1].map(points));
        let certificate = world.certificate(KEYSET, &[0, 1, 2], &order.digest());
        let all = (0..4).map(|index| world.evaluate(&order, KEYSET, index)).collect();
        Self { order, certificate, all }
    }

    fn with(&self, world: &World, about: (&str, &'static str, &str), evaluations: &[Evaluation]) -> Case {
        question(world, about, (0, &terms(13)), (&self.order, &self.certificate, evaluations))
    }
}

fn question(
    world: &World,
    (slug, rule, comment): (&str, &'static str, &str),
    (number, terms): (u64, &Value),
    (order, certificate, evaluations): (&Order, &Certificate, &[Evaluation]),
) -> Case {
    let evaluations: Vec<Value> = evaluations.iter().map(shown).collect();
    let input = json!({
        "claim": claim(world, 0, number, terms),
        "order": shown(order),
        "certificate": shown(certificate),
        "evaluations": evaluations,
    });
    case("wallet-answer", slug, rule, comment, input)
}

fn counted(world: &World, claimed: &Claimed) -> Vec<Result<Test, String>> {
    let all = &claimed.all;
    let of = |slug, rule, comment, evaluations: &[Evaluation]| claimed.with(world, (slug, rule, comment), evaluations);
    let many = earned(world, 3, &EVERYTHING);
    let by = world.certificate(KEYSET, &[1, 2, 3], &many.digest());
    let evaluated: Vec<Evaluation> = (0..4).map(|index| world.evaluate(&many, KEYSET, index)).collect();
    let fourth = ("everything", "WALLET-28", "Points, vouchers and a ballot, at the fourth order number.");
    let fourth = question(world, fourth, (3, &everything()), (&many, &by, &evaluated));
    let twice = [all[0].clone(), all[0].clone(), all[1].clone()];
    vec![
        check(of("four-evaluations", "WALLET-28", "Every witness has evaluated.", all), (3, 4), (true, true, 0, 0)),
        check(of("three-evaluations", "WALLET-30", "A quorum has.", &all[1..]), (3, 3), (true, false, 0, 0)),
        check(of("two-evaluations", "WALLET-30", "Fewer than a quorum.", &all[..2]), (3, 2), (false, false, 0, 0)),
        check(of("no-evaluations", "WALLET-30", "None yet.", &[]), (3, 0), (false, false, 0, 0)),
        check(of("one-twice", "WALLET-28", "One evaluation twice is one.", &twice), (3, 2), (false, false, 0, 0)),
        check(fourth, (6, 4), (true, true, 0, 0)),
    ]
}

fn left_out(world: &World, claimed: &Claimed) -> Vec<Result<Test, String>> {
    let with = |at: usize, evaluation: Evaluation| {
        let mut evaluations = claimed.all.clone();
        evaluations[at] = evaluation;
        evaluations
    };
    let spoiled = |change: fn(&mut Evaluation)| {
        let mut evaluation = claimed.all[2].clone();
        change(&mut evaluation);
        with(2, evaluation)
    };
    let one = |slug, rule, comment, change: fn(&mut Evaluation)| {
        check(claimed.with(world, (slug, rule, comment), &spoiled(change)), (3, 3), (true, false, 1, 0))
    };
    let marking = node_seed(StoreId(99)).witness_keys(&world.id(), KEYSET).unwrap();
    let marked = with(2, world.evaluate_with(&claimed.order, KEYSET, 2, &marking));
    let mut two = spoiled(|e| e.signature.0[5] ^= 1);
    two[3].signature.0[6] ^= 1;
    let named = ("one-marked", "WALLET-29", "Witness 2 evaluated with another key and signed that: kept as evidence.");
    let lacking = ("a-quorum-spoiled", "WALLET-28", "Two of four are good.");
    vec![
        one("one-spoiled", "EVAL-4", "A relay spoiled a signature: left out.", |e| e.signature.0[5] ^= 1),
        one("one-of-another-order", "EVAL-7", "Said to be of another order.", |e| e.digest.0[0] ^= 1),
        one("one-under-another-index", "EVAL-2", "Said to be of witness 3.", |e| e.index = WitnessIndex(3)),
        one("one-proof-spoiled", "EVAL-3", "A relay spoiled the proof: nobody is accused.", |e| {
            e.proof.challenge.0[0] ^= 1;
        }),
        check(claimed.with(world, named, &marked), (3, 3), (true, false, 0, 1)),
        check(claimed.with(world, lacking, &two), (3, 2), (false, false, 2, 0)),
    ]
}

fn refused(world: &World, order: &Order, certificate: &Certificate, all: &[Evaluation]) -> Vec<Result<Test, String>> {
    let of = |slug, rule, comment, order: &Order, certificate: &Certificate| {
        question(world, (slug, rule, comment), (0, &terms(13)), (order, certificate, all))
    };
    let changed = |change: fn(&mut Order)| {
        let mut order = order.clone();
        change(&mut order);
        let certificate = world.certificate(KEYSET, &[0, 1, 2], &order.digest());
        (order, certificate)
    };
    let other = || json!({"error": "other-order"});
    let two = Certificate { votes: list(certificate.votes.iter().take(2).copied()), ..certificate.clone() };
    let (at_another, by_another) = changed(|order| order.store = StoreId(2));
    let (fewer, by_fewer) = changed(|order| order.outputs = list(order.outputs.iter().skip(1).copied()));
    let (later, by_later) = changed(|order| order.time += 1);
    vec![
        of("two-votes", "WALLET-27", "A certificate of two votes.", order, &two)
            .refused(json!({"error": "vote-count"})),
        of("certificate-of-another-order", "WALLET-27", "A certificate of another order.", order, &by_later)
            .refused(json!({"error": "other-order"})),
        of("order-of-another-store", "WALLET-20", "The order debits another store.", &at_another, &by_another)
            .refused(other()),
        of("order-with-fewer-outputs", "WALLET-20", "An output was left out.", &fewer, &by_fewer).refused(other()),
        check(
            of(
                "evaluations-of-another-order",
                "EVAL-7",
                "Another order of the same outputs, and evaluations of the first.",
                &later,
                &by_later,
            ),
            (3, 0),
            (false, false, 4, 0),
        ),
    ]
}
