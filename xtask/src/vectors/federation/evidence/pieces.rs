//! `Evidence` by itself.

use ronde_protocol::{
    crypto::group::PointBytes,
    message::{
        evaluation::Evaluation,
        evidence::Evidence,
        ids::{KeysetId, StoreId, WitnessIndex},
        order::{Order, Purpose},
        vote::Vote,
    },
};
use ronde_vectors::file::Test;
use serde_json::json;

use super::{
    super::{
        coins::{body, earn, points},
        world::{KEYSET, World, list, node_seed, shown},
    },
    ACCUSED, forks, refused,
};
use crate::vectors::case::{Case, case};

/// Double votes, bad evaluations, forks.
pub fn tests(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let mut tests = double_votes(world);
    tests.extend(single_votes(world, two));
    tests.extend(votes_not_given(world));
    tests.extend(bad_evaluations(world));
    tests.extend(good_evaluations(world, two));
    tests.extend(forks::tests(world, two));
    tests.extend(messages(world));
    tests
}

/// Evidence before a charter.
pub fn of(world: &World, slug: &str, rule: &'static str, comment: &str, evidence: &Evidence) -> Case {
    case("evidence", slug, rule, comment, json!({"charters": world.shown(), "evidence": shown(evidence)}))
}

/// It convicts the accused.
pub fn convicts(case: Case) -> Result<Test, String> {
    let test = case.valid()?;
    let found = (test.expected.get("keyset").cloned(), test.expected.get("index").cloned());
    if found == (Some(json!(KEYSET.0)), Some(json!(ACCUSED.0))) {
        Ok(test)
    } else {
        Err(format!("{}: convicts {found:?}", test.id))
    }
}

fn spending(world: &World, numbers: &[u64]) -> Order {
    let from: Vec<_> = numbers.iter().map(|number| (*number, points(2))).collect();
    body(world, 1, Purpose::Redeem, &from, &[])
}

fn pair(world: &World, first: &Order, second: &Order) -> Evidence {
    let vote = |order: &Order| world.vote(KEYSET, ACCUSED.0, &order.digest());
    with(first, vote(first), second, vote(second))
}

fn with(first: &Order, first_vote: Vote, second: &Order, second_vote: Vote) -> Evidence {
    Evidence::DoubleVote { first: first.clone(), first_vote, second: second.clone(), second_vote }
}

fn by(world: &World, index: u8, order: &Order) -> Vote {
    world.vote(KEYSET, index, &order.digest())
}

fn granted(world: &World, grant: &str, to: u64) -> Order {
    earn(world, 1, grant, &[(to, points(1))]).order
}

fn double_votes(world: &World) -> Vec<Result<Test, String>> {
    let (one, other) = (spending(world, &[1, 2]), spending(world, &[2, 3]));
    let as_four = body(world, 1, Purpose::Redeem, &[(1, points(4))], &[]);
    let broken = body(world, 0, Purpose::Redeem, &[(2, points(3))], &[(11, points(64))]);
    let guilty = |slug, comment, first: &Order, second: &Order| {
        convicts(of(world, slug, "EVIDENCE-3", comment, &pair(world, first, second)))
    };
    let grants = [11, 12].map(|to| granted(world, "one", to));
    let two_kinds = "One coin said to be a 2 and a 4.";
    let rules = "The second order breaks every rule: it voted for it all the same.";
    vec![
        guilty("double-vote", "Two votes over coin 2.", &one, &other),
        guilty("double-vote-one-grant", "Two votes under one grant.", &grants[0], &grants[1]),
        guilty("double-vote-two-kinds", two_kinds, &spending(world, &[1]), &as_four),
        guilty("double-vote-broken-rules", rules, &one, &broken),
    ]
}

fn single_votes(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let (one, other, apart) = (spending(world, &[1, 2]), spending(world, &[2, 3]), spending(world, &[4]));
    let [grant, again] = [11, 12].map(|to| granted(world, "one", to));
    let elsewhere = Order { store: StoreId(2), ..again };
    let same_offer = Order { reference: one.reference, ..apart.clone() };
    let next = Order { keyset: KeysetId(2), ..other.clone() };
    let in_two = with(&one, by(world, 2, &one), &next, two.vote(KeysetId(2), 2, &next.digest()));
    let race = with(&one, by(world, 1, &one), &other, by(world, 2, &other));
    let innocent = |world, slug, comment, evidence: &Evidence| {
        of(world, slug, "EVIDENCE-4", comment, evidence).refused(refused("in-order"))
    };
    let both =
        |slug, comment, first: &Order, second: &Order| innocent(world, slug, comment, &pair(world, first, second));
    let offers = "Two payments for one offer share their reference, and may.";
    vec![
        both("votes-for-different-coins", "The two orders share nothing.", &one, &apart),
        both("one-vote-twice", "The same order twice.", &one, &one),
        both("votes-for-two-grants", "Two grants.", &grant, &granted(world, "two", 12)),
        both("votes-for-two-stores", "The same reference of two stores.", &grant, &elsewhere),
        both("votes-for-one-offer", offers, &one, &same_offer),
        innocent(world, "two-witnesses", "One vote each of two witnesses: what a race looks like.", &race),
        innocent(two, "votes-in-two-keysets", "The same coin key in two keysets is two coins.", &in_two),
    ]
}

fn votes_not_given(world: &World) -> Vec<Result<Test, String>> {
    let (one, other, apart) = (spending(world, &[1, 2]), spending(world, &[2, 3]), spending(world, &[4]));
    let first = by(world, 2, &one);
    let mut spoiled = by(world, 2, &other);
    spoiled.signature.0[40] ^= 1;
    let nobody = |order: &Order| Vote { index: WitnessIndex(4), ..by(world, 2, order) };
    let unknown = |order: &Order| Order { keyset: KeysetId(9), ..order.clone() };
    let stolen = with(&one, first, &other, Vote { index: ACCUSED, ..by(world, 1, &other) });
    let nowhere = with(&unknown(&one), first, &unknown(&other), by(world, 2, &other));
    let unsigned = |slug, comment, evidence: &Evidence| {
        of(world, slug, "EVIDENCE-8", comment, evidence).refused(refused("not-signed"))
    };
    let order = "No conflict, and a spoiled vote: the conflict is asked for first.";
    let twice = "The vote for the first order, said to be for the second.";
    vec![
        unsigned("vote-of-another", "Witness 1's vote under the accused's index.", &stolen),
        unsigned("vote-for-the-first-twice", twice, &with(&one, first, &other, first)),
        unsigned("second-vote-spoiled", "A bit of the second vote.", &with(&one, first, &other, spoiled)),
        unsigned("first-vote-spoiled", "A bit of the first vote.", &with(&other, spoiled, &one, first)),
        unsigned("votes-of-nobody", "An index past the end.", &with(&one, nobody(&one), &other, nobody(&other))),
        of(world, "double-vote-unknown-keyset", "EVIDENCE-2", "A keyset that the charter does not have.", &nowhere)
            .refused(refused("unknown")),
        of(world, "in-order-before-signatures", "EVIDENCE-2", order, &with(&one, first, &apart, spoiled))
            .refused(refused("in-order")),
    ]
}

/// An Earn of two coins, and the accused's evaluation of it.
fn evaluated(world: &World) -> (Order, Evaluation) {
    let order = body(world, 1, Purpose::Earn, &[], &[(11, points(1)), (12, points(8))]);
    let evaluation = world.evaluate(&order, KEYSET, ACCUSED.0);
    (order, evaluation)
}

/// An evaluation with a key that is not in the charter, signed by the accused.
fn marked(world: &World, order: &Order) -> Evaluation {
    let keys = node_seed(StoreId(99)).witness_keys(&world.id(), KEYSET).unwrap();
    world.evaluate_with(order, KEYSET, ACCUSED.0, &keys)
}

fn about(order: &Order, evaluation: &Evaluation) -> Evidence {
    Evidence::BadEvaluation { order: order.clone(), evaluation: evaluation.clone() }
}

/// A payment without change, and the accused's evaluation of nothing.
fn nothing(world: &World) -> (Order, Evaluation) {
    let order = body(world, 1, Purpose::Redeem, &[(1, points(2))], &[]);
    let evaluation = world.evaluate(&order, KEYSET, ACCUSED.0);
    (order, evaluation)
}

fn bad_evaluations(world: &World) -> Vec<Result<Test, String>> {
    let (order, good) = evaluated(world);
    let signed = |change: fn(&mut Vec<PointBytes>)| {
        let mut points = good.evaluated.to_vec();
        change(&mut points);
        world.resign(Evaluation { evaluated: list(points), ..good.clone() })
    };
    let mut spoiled = good.clone();
    spoiled.proof.response.0[0] ^= 1;
    let instead = world.resign(Evaluation { digest: order.digest(), ..nothing(world).1 });
    let guilty = |slug, comment, evaluation: &Evaluation| {
        convicts(of(world, slug, "EVIDENCE-5", comment, &about(&order, evaluation)))
    };
    vec![
        guilty("bad-evaluation", "Evaluated with a key that is not in the charter.", &marked(world, &order)),
        guilty("bad-evaluation-response", "Signed with a wrong response.", &world.resign(spoiled)),
        guilty("bad-evaluation-exchanged", "Signed with two elements exchanged.", &signed(|z| z.swap(0, 1))),
        guilty("bad-evaluation-missing", "Signed with an element missing.", &signed(|z| z.truncate(1))),
        guilty("bad-evaluation-nothing", "Signed as if the order had no outputs.", &instead),
    ]
}

fn good_evaluations(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let (order, good) = evaluated(world);
    let (empty, none) = nothing(world);
    let marked = marked(world, &order);
    let mut spoiled = good.clone();
    spoiled.proof.response.0[0] ^= 1;
    let later = Order { time: order.time + 1, ..order.clone() };
    let at = |index| Evaluation { index: WitnessIndex(index), ..marked.clone() };
    let elsewhere = Evaluation { keyset: KeysetId(2), ..good.clone() };
    let nowhere = Evaluation { keyset: KeysetId(9), ..marked.clone() };
    let spares = |world, rule, slug, comment, evidence: &Evidence, error: &str| {
        of(world, slug, rule, comment, evidence).refused(refused(error))
    };
    let fine = |rule, slug, comment, evidence: &Evidence| spares(world, rule, slug, comment, evidence, "in-order");
    let unsigned =
        |rule, slug, comment, evidence: &Evidence| spares(world, rule, slug, comment, evidence, "not-signed");
    let unknown = |slug, comment, evidence: &Evidence| spares(world, "EVIDENCE-2", slug, comment, evidence, "unknown");
    let beside = about(&later, &marked);
    let of_two = about(&order, &elsewhere);
    vec![
        fine("EVIDENCE-5", "good-evaluation", "The proof is right.", &about(&order, &good)),
        fine(
            "EVIDENCE-5",
            "good-evaluation-of-nothing",
            "No elements, and zeros for the proof.",
            &about(&empty, &none),
        ),
        fine("EVIDENCE-8", "evaluation-of-another-order", "A bad evaluation beside another order.", &beside),
        unsigned("EVIDENCE-6", "evaluation-spoiled", "A relay spoiled the proof.", &about(&order, &spoiled)),
        unsigned("EVIDENCE-8", "evaluation-of-another-witness", "Said to be of witness 1.", &about(&order, &at(1))),
        spares(two, "EVIDENCE-8", "evaluation-of-another-keyset", "Said to be of keyset 2.", &of_two, "not-signed"),
        unknown("evaluation-of-nobody", "An index past the committee's end.", &about(&order, &at(9))),
        unknown("evaluation-of-no-keyset", "A keyset that the charter does not have.", &about(&order, &nowhere)),
    ]
}

fn messages(world: &World) -> Vec<Result<Test, String>> {
    let bytes = |slug, rule, comment, bytes: &[u8]| {
        case("evidence", slug, rule, comment, json!({"charters": world.shown(), "evidence": hex::encode(bytes)}))
    };
    vec![
        bytes("unknown-kind", "ENC-6", "A fourth kind of evidence.", &[3, 0, 0, 0])
            .flag("unknown-variant")
            .refused(json!({"error": "bad-encoding", "offset": 0, "expected": "variant"})),
        bytes("empty", "ENC-5", "No bytes.", &[])
            .flag("truncated")
            .refused(json!({"error": "bad-encoding", "offset": 0, "expected": "more-bytes"})),
    ]
}
