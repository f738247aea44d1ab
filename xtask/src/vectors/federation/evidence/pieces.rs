//! `Evidence` by itself.

use ronde_protocol::{
    crypto::{group::PointBytes, merkle, sign::Signature},
    message::{
        evaluation::Evaluation,
        evidence::Evidence,
        head::Head,
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
    ACCUSED, refused,
};
use crate::vectors::{
    case::{Case, case},
    draw,
};

/// Double votes, bad evaluations, forks.
pub fn tests(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let mut tests = double_votes(world, two);
    tests.extend(evaluations(world, two));
    tests.extend(forks(world, two));
    tests.extend(messages(world));
    tests
}

fn of(world: &World, slug: &str, rule: &'static str, comment: &str, evidence: &Evidence) -> Case {
    case("evidence", slug, rule, comment, json!({"charters": world.shown(), "evidence": shown(evidence)}))
}

/// It convicts the accused, whatever its name.
fn convicts(case: Case) -> Result<Test, String> {
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

fn double_votes(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let (one, other, apart) = (spending(world, &[1, 2]), spending(world, &[2, 3]), spending(world, &[4]));
    let granted = |grant, to| earn(world, 1, grant, &[(to, points(1))]).order;
    let as_four = body(world, 1, Purpose::Redeem, &[(1, points(4))], &[]);
    let broken = body(world, 0, Purpose::Redeem, &[(2, points(3))], &[(11, points(64))]);
    let by = |index: u8, order: &Order| world.vote(KEYSET, index, &order.digest());
    let mut spoiled = by(2, &other);
    spoiled.signature.0[40] ^= 1;
    let nobody = |vote: Vote| Vote { index: WitnessIndex(4), ..vote };
    let unknown = |order: &Order| Order { keyset: KeysetId(9), ..order.clone() };
    let elsewhere = Order { keyset: KeysetId(2), ..other.clone() };
    let in_two = with(&one, by(2, &one), &elsewhere, two.vote(KeysetId(2), 2, &elsewhere.digest()));
    let innocent = |slug, comment, evidence: &Evidence| {
        of(world, slug, "EVIDENCE-4", comment, evidence).refused(refused("in-order"))
    };
    let unsigned = |slug, comment, evidence: &Evidence| {
        of(world, slug, "EVIDENCE-8", comment, evidence).refused(refused("not-signed"))
    };
    let guilty = |slug, comment, evidence: &Evidence| convicts(of(world, slug, "EVIDENCE-3", comment, evidence));
    vec![
        guilty("double-vote", "Two votes over coin 2.", &pair(world, &one, &other)),
        guilty(
            "double-vote-one-grant",
            "Two votes under one grant.",
            &pair(world, &granted("one", 11), &granted("one", 12)),
        ),
        guilty(
            "double-vote-two-kinds",
            "One coin said to be a 2 and a 4.",
            &pair(world, &spending(world, &[1]), &as_four),
        ),
        guilty(
            "double-vote-broken-rules",
            "The second order breaks every rule: it voted for it all the same.",
            &pair(world, &one, &broken),
        ),
        innocent("votes-for-different-coins", "The two orders share nothing.", &pair(world, &one, &apart)),
        innocent("one-vote-twice", "The same order twice.", &pair(world, &one, &one)),
        innocent("votes-for-two-grants", "Two grants.", &pair(world, &granted("one", 11), &granted("two", 12))),
        innocent(
            "votes-for-two-stores",
            "The same reference of two stores.",
            &pair(world, &granted("one", 11), &Order { store: StoreId(2), ..granted("one", 12) }),
        ),
        innocent(
            "votes-for-one-offer",
            "Two payments for one offer share their reference, and may.",
            &pair(world, &one, &Order { reference: one.reference, ..apart.clone() }),
        ),
        innocent(
            "two-witnesses",
            "One vote each of two witnesses: what a race looks like.",
            &with(&one, by(1, &one), &other, by(2, &other)),
        ),
        of(two, "votes-in-two-keysets", "EVIDENCE-4", "The same coin key in two keysets is two coins.", &in_two)
            .refused(refused("in-order")),
        unsigned(
            "vote-of-another",
            "Witness 1's vote under the accused's index.",
            &with(&one, by(2, &one), &other, Vote { index: ACCUSED, ..by(1, &other) }),
        ),
        unsigned(
            "vote-for-the-first-twice",
            "The vote for the first order, said to be for the second.",
            &with(&one, by(2, &one), &other, by(2, &one)),
        ),
        unsigned("second-vote-spoiled", "A bit of the second vote.", &with(&one, by(2, &one), &other, spoiled)),
        unsigned(
            "first-vote-spoiled",
            "A spoiled vote for the first order.",
            &with(&other, spoiled, &one, by(2, &one)),
        ),
        unsigned(
            "votes-of-nobody",
            "An index past the committee's end.",
            &with(&one, nobody(by(2, &one)), &other, nobody(by(2, &other))),
        ),
        of(
            world,
            "double-vote-unknown-keyset",
            "EVIDENCE-2",
            "A keyset that the charter does not have.",
            &with(&unknown(&one), by(2, &one), &unknown(&other), by(2, &other)),
        )
        .refused(refused("unknown")),
        of(
            world,
            "in-order-before-signatures",
            "EVIDENCE-2",
            "No conflict, and a spoiled vote: the conflict is asked for first.",
            &with(&one, by(2, &one), &apart, spoiled),
        )
        .refused(refused("in-order")),
    ]
}

fn evaluations(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let order = body(world, 1, Purpose::Earn, &[], &[(11, points(1)), (12, points(8))]);
    let nothing = body(world, 1, Purpose::Redeem, &[(1, points(2))], &[]);
    let good = world.evaluate(&order, KEYSET, ACCUSED.0);
    let none = world.evaluate(&nothing, KEYSET, ACCUSED.0);
    let marking = node_seed(StoreId(99)).witness_keys(&world.id(), KEYSET).unwrap();
    let marked = world.evaluate_with(&order, KEYSET, ACCUSED.0, &marking);
    let about = |order: &Order, evaluation: &Evaluation| Evidence::BadEvaluation {
        order: order.clone(),
        evaluation: evaluation.clone(),
    };
    let signed = |change: fn(&mut Evaluation)| {
        let mut changed = good.clone();
        change(&mut changed);
        world.resign(changed)
    };
    let points = |evaluation: &mut Evaluation, change: fn(&mut Vec<PointBytes>)| {
        let mut points = evaluation.evaluated.to_vec();
        change(&mut points);
        evaluation.evaluated = list(points);
    };
    let mut swapped = good.clone();
    points(&mut swapped, |z| z.swap(0, 1));
    let mut missing = good.clone();
    points(&mut missing, |z| z.truncate(1));
    let mut spoiled = good.clone();
    spoiled.proof.response.0[0] ^= 1;
    let guilty = |slug, comment, evaluation: &Evaluation| {
        convicts(of(world, slug, "EVIDENCE-5", comment, &about(&order, evaluation)))
    };
    let instead = Evaluation { digest: order.digest(), ..none.clone() };
    let elsewhere = Evaluation { keyset: KeysetId(2), ..good.clone() };
    let later = Order { time: order.time + 1, ..order.clone() };
    vec![
        guilty("bad-evaluation", "Evaluated with a key that is not in the charter.", &marked),
        guilty("bad-evaluation-response", "Signed with a wrong response.", &signed(|e| e.proof.response.0[0] ^= 1)),
        guilty("bad-evaluation-exchanged", "Signed with two elements exchanged.", &world.resign(swapped)),
        guilty("bad-evaluation-missing", "Signed with an element missing.", &world.resign(missing)),
        guilty("bad-evaluation-nothing", "Signed as if the order had no outputs.", &world.resign(instead)),
        of(world, "good-evaluation", "EVIDENCE-5", "The proof is right.", &about(&order, &good))
            .refused(refused("in-order")),
        of(
            world,
            "good-evaluation-of-nothing",
            "EVIDENCE-5",
            "No outputs, no elements, zeros for the proof.",
            &about(&nothing, &none),
        )
        .refused(refused("in-order")),
        of(
            world,
            "evaluation-of-another-order",
            "EVIDENCE-8",
            "A bad evaluation beside another order than its own.",
            &about(&later, &marked),
        )
        .refused(refused("in-order")),
        of(
            world,
            "evaluation-spoiled",
            "EVIDENCE-6",
            "A good evaluation whose proof a relay spoiled.",
            &about(&order, &spoiled),
        )
        .refused(refused("not-signed")),
        of(
            world,
            "evaluation-of-another-witness",
            "EVIDENCE-8",
            "Said to be of witness 1.",
            &about(&order, &Evaluation { index: WitnessIndex(1), ..marked.clone() }),
        )
        .refused(refused("not-signed")),
        of(two, "evaluation-of-another-keyset", "EVIDENCE-8", "Said to be of keyset 2.", &about(&order, &elsewhere))
            .refused(refused("not-signed")),
        of(
            world,
            "evaluation-of-nobody",
            "EVIDENCE-2",
            "An index past the committee's end.",
            &about(&order, &Evaluation { index: WitnessIndex(9), ..marked.clone() }),
        )
        .refused(refused("unknown")),
        of(
            world,
            "evaluation-of-no-keyset",
            "EVIDENCE-2",
            "A keyset that the charter does not have.",
            &about(&order, &Evaluation { keyset: KeysetId(9), ..marked }),
        )
        .refused(refused("unknown")),
    ]
}

fn leaves(count: usize) -> Vec<[u8; 32]> {
    (0..count).map(|number| draw::bytes(&format!("leaf {number}"))).collect()
}

fn head(world: &World, keyset: KeysetId, index: u8, leaves: &[[u8; 32]]) -> Head {
    let size = u64::try_from(leaves.len()).unwrap();
    Head::sign(
        &world.keys(keyset, index).vote,
        world.keyset(keyset),
        WitnessIndex(index),
        size,
        merkle::root_of(leaves),
    )
}

fn fork(shorter: Head, longer: Head, leaves: &[[u8; 32]]) -> Evidence {
    Evidence::Fork { keyset: KEYSET, shorter, longer, leaves: list(leaves.to_vec()) }
}

fn forks(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let (long, own) = (leaves(5), |leaves: &[[u8; 32]]| head(world, KEYSET, ACCUSED.0, leaves));
    let mut other = leaves(3);
    other[0] = draw::bytes("another leaf");
    let mut twin = long.clone();
    twin[4] = draw::bytes("another leaf");
    let (shorter, longer) = (own(&other), own(&long));
    let innocent = |slug, comment, evidence: &Evidence| {
        of(world, slug, "EVIDENCE-7", comment, evidence).refused(refused("in-order"))
    };
    let unsigned = |slug, comment, evidence: &Evidence| {
        of(world, slug, "EVIDENCE-8", comment, evidence).refused(refused("not-signed"))
    };
    let guilty =
        |slug, comment, evidence: &Evidence| convicts(of(world, slug, "EVIDENCE-7", comment, evidence).flag("fork"));
    let elsewhere = head(two, KeysetId(2), ACCUSED.0, &other);
    let mut nowhere = fork(shorter, longer, &long);
    if let Evidence::Fork { keyset, .. } = &mut nowhere {
        *keyset = KeysetId(9);
    }
    vec![
        guilty("fork", "Three entries that the five do not begin with.", &fork(shorter, longer, &long)),
        guilty("fork-of-one-size", "Two roots for five entries.", &fork(own(&twin), longer, &[])),
        guilty(
            "fork-of-one-size-with-leaves",
            "The same, with leaves that nobody looks at.",
            &fork(own(&twin), longer, &other),
        ),
        innocent("extended-head", "The five entries begin with the three.", &fork(own(&long[..3]), longer, &long)),
        innocent("extended-empty-head", "Every log extends an empty one.", &fork(own(&[]), longer, &long)),
        innocent("one-head-twice", "The same head.", &fork(longer, longer, &[])),
        innocent("heads-exchanged", "The longer head stands first.", &fork(longer, shorter, &long)),
        innocent(
            "leaves-of-another-log",
            "Leaves that do not hash to the longer head.",
            &fork(own(&long[..3]), longer, &twin),
        ),
        innocent("leaves-missing", "Two roots and sizes, and no leaves.", &fork(shorter, longer, &[])),
        innocent("leaves-too-few", "Four leaves under a head of five.", &fork(shorter, longer, &long[..4])),
        innocent(
            "heads-of-two-witnesses",
            "Two witnesses' logs are two logs.",
            &fork(head(world, KEYSET, 1, &other), longer, &long),
        ),
        unsigned(
            "head-spoiled",
            "64 bytes that are no signature.",
            &fork(Head { signature: Signature([1; 64]), ..shorter }, longer, &long),
        ),
        unsigned(
            "head-with-another-root",
            "A root that nobody signed.",
            &fork(Head { root: [1; 32], ..shorter }, longer, &long),
        ),
        unsigned(
            "head-with-another-size",
            "A size that nobody signed.",
            &fork(shorter, Head { size: 6, ..longer }, &leaves(6)),
        ),
        of(
            two,
            "head-of-another-keyset",
            "EVIDENCE-8",
            "A head of its log of keyset 2.",
            &fork(elsewhere, longer, &long),
        )
        .refused(refused("not-signed")),
        of(world, "fork-in-no-keyset", "EVIDENCE-2", "A keyset that the charter does not have.", &nowhere)
            .refused(refused("unknown")),
    ]
}

fn messages(world: &World) -> Vec<Result<Test, String>> {
    let bytes = |slug, rule, comment, bytes: &[u8]| {
        case("evidence", slug, rule, comment, json!({"charters": world.shown(), "evidence": hex::encode(bytes)}))
    };
    vec![
        bytes("unknown-kind", "ENC-6", "A fourth kind of evidence.", &[3, 0, 0, 0])
            .refused(json!({"error": "bad-encoding", "offset": 0, "expected": "variant"})),
        bytes("empty", "ENC-5", "No bytes.", &[])
            .flag("truncated")
            .refused(json!({"error": "bad-encoding", "offset": 0, "expected": "more-bytes"})),
    ]
}
