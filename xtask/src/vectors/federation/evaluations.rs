//! Evaluations: whose fault a bad one is.

use ronde_protocol::{
    crypto::group::{PointBytes, ScalarBytes},
    message::{
        class::Kind,
        evaluation::{Evaluation, NO_PROOF},
        ids::{KeysetId, StoreId, WitnessIndex},
        order::{Order, Purpose},
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    coins::{body, points},
    world::{CAMPAIGN, KEYSET, OFFER, World, list, node_seed, shown},
};
use crate::vectors::case::{Case, case};

fn of(
    world: &World,
    (slug, rule, comment): (&str, &'static str, &str),
    keyset: KeysetId,
    order: &Order,
    evaluation: &Evaluation,
) -> Case {
    let input = json!({
        "charters": world.shown(),
        "keyset": keyset.0,
        "order": shown(order),
        "evaluation": shown(evaluation),
    });
    case("evaluation", slug, rule, comment, input)
}

fn because(error: &str) -> Value {
    json!({"error": error, "index": 1})
}

/// Good evaluations, spoiled ones, and wrong ones that their witness signed.
pub fn tests(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let mixed = [
        (11, points(1)),
        (12, points(8)),
        (13, Kind::Ballot { campaign: CAMPAIGN }),
        (14, Kind::Voucher { offer: OFFER }),
    ];
    let order = body(world, 1, Purpose::Earn, &[], &mixed);
    let pair = body(world, 1, Purpose::Earn, &[], &[(11, points(1)), (12, points(8))]);
    let lone = body(world, 1, Purpose::Redeem, &[(1, points(8))], &[(11, points(1))]);
    let nothing = body(world, 1, Purpose::Redeem, &[(1, points(8))], &[]);
    let good = |order: &Order| world.evaluate(order, KEYSET, 1);
    let at = |about, evaluation: &Evaluation| of(world, about, KEYSET, &order, evaluation);
    let mut tests = vec![
        at(("four-classes", "EVAL-1", "Four outputs of four classes, one proof."), &good(&order)).valid(),
        of(world, ("two-outputs", "EVAL-1", "Two outputs of two denominations."), KEYSET, &pair, &good(&pair)).valid(),
        of(world, ("one-output", "EVAL-1", "A single output."), KEYSET, &lone, &good(&lone)).flag("boundary").valid(),
        of(
            world,
            ("no-outputs", "EVAL-6", "No outputs: no elements, and 64 zero bytes for the proof."),
            KEYSET,
            &nothing,
            &good(&nothing),
        )
        .flag("boundary")
        .valid(),
        of(world, ("of-another-order", "EVAL-7", "An evaluation of another order."), KEYSET, &lone, &good(&order))
            .refused(json!({"error": "misplaced"})),
        of(
            two,
            ("of-another-keyset", "EVAL-7", "An evaluation of keyset 1, where one of keyset 2 is due."),
            KeysetId(2),
            &order,
            &good(&order),
        )
        .refused(json!({"error": "misplaced"})),
    ];
    tests.extend(spoiled(world, &order));
    tests.extend(signed(world, &order, &nothing));
    tests
}

/// What a relay can do: the witness never signed the outcome.
fn spoiled(world: &World, order: &Order) -> Vec<Result<Test, String>> {
    let good = world.evaluate(order, KEYSET, 1);
    let at = |about, change: &dyn Fn(&mut Evaluation)| {
        let mut evaluation = good.clone();
        change(&mut evaluation);
        of(world, about, KEYSET, order, &evaluation)
    };
    let points = |evaluation: &mut Evaluation, change: &dyn Fn(&mut Vec<PointBytes>)| {
        let mut points = evaluation.evaluated.to_vec();
        change(&mut points);
        evaluation.evaluated = list(points);
    };
    vec![
        at(("signature-spoiled", "EVAL-4", "A bit of the signature."), &|e| e.signature.0[40] ^= 1)
            .refused(because("bad-signature")),
        at(("element-spoiled", "EVAL-2", "A bit of Z: nobody signed this."), &|e| points(e, &|z| z[0].0[0] ^= 2))
            .refused(because("bad-signature")),
        at(("elements-exchanged", "EVAL-2", "Two Z exchanged on the way."), &|e| points(e, &|z| z.swap(0, 1)))
            .refused(because("bad-signature")),
        at(("proof-spoiled", "EVAL-3", "A bit of the response, on the way."), &|e| e.proof.response.0[0] ^= 1)
            .refused(because("bad-signature")),
        at(("no-such-witness", "EVAL-4", "An index past the committee's end."), &|e| e.index = WitnessIndex(4))
            .flag("boundary")
            .refused(json!({"error": "no-such-witness", "index": 4})),
        at(("under-another-index", "EVAL-2", "Said to be of witness 2."), &|e| e.index = WitnessIndex(2))
            .refused(json!({"error": "bad-signature", "index": 2})),
    ]
}

/// What only the witness can do: it signed a wrong proof.
fn signed(world: &World, order: &Order, nothing: &Order) -> Vec<Result<Test, String>> {
    let good = world.evaluate(order, KEYSET, 1);
    let at = |about, order: &Order, change: &dyn Fn(&mut Evaluation)| {
        let mut evaluation = world.evaluate(order, KEYSET, 1);
        change(&mut evaluation);
        of(world, about, KEYSET, order, &world.resign(evaluation))
    };
    let points = |evaluation: &mut Evaluation, change: &dyn Fn(&mut Vec<PointBytes>)| {
        let mut points = evaluation.evaluated.to_vec();
        change(&mut points);
        evaluation.evaluated = list(points);
    };
    let marking = node_seed(StoreId(99)).witness_keys(&world.id(), KEYSET).unwrap();
    let marked = world.evaluate_with(order, KEYSET, 1, &marking);
    vec![
        of(
            world,
            ("with-another-key", "EVAL-5", "Evaluated and proven with a key that is not in the charter."),
            KEYSET,
            order,
            &marked,
        )
        .refused(because("bad-proof")),
        at(("signed-spoiled-response", "EVAL-5", "Signed with a wrong response."), order, &|e| {
            e.proof.response.0[0] ^= 1
        })
        .refused(because("bad-proof")),
        at(("signed-spoiled-challenge", "EVAL-5", "Signed with a wrong challenge."), order, &|e| {
            e.proof.challenge.0[0] ^= 1
        })
        .refused(because("bad-proof")),
        at(("signed-large-response", "PROOF-4", "Signed with a response that is no canonical scalar."), order, &|e| {
            e.proof.response = ScalarBytes([0xff; 32]);
        })
        .flag("non-canonical")
        .refused(because("bad-proof")),
        at(("signed-exchanged", "EVAL-5", "Signed with two Z exchanged."), order, &|e| points(e, &|z| z.swap(0, 1)))
            .refused(because("bad-proof")),
        at(("signed-too-few", "EVAL-5", "Signed with one Z missing."), order, &|e| points(e, &|z| z.truncate(3)))
            .flag("boundary")
            .refused(because("bad-proof")),
        at(("signed-too-many", "EVAL-5", "Signed with one Z more."), order, &|e| points(e, &|z| z.push(z[0])))
            .flag("boundary")
            .refused(because("bad-proof")),
        at(("signed-identity", "EVAL-5", "Signed with the identity for Z."), order, &|e| {
            points(e, &|z| z[1] = PointBytes([0; 32]));
        })
        .flag("identity")
        .refused(because("bad-proof")),
        at(("signed-no-element", "EVAL-5", "Signed with a Z that is no element."), order, &|e| {
            points(e, &|z| z[1] = PointBytes([0xff; 32]));
        })
        .flag("non-canonical")
        .refused(because("bad-proof")),
        at(("signed-nothing", "EVAL-5", "Signed as if there were no outputs."), order, &|e| {
            points(e, &|z| z.clear());
            e.proof = NO_PROOF;
        })
        .refused(because("bad-proof")),
        at(("no-outputs-with-a-proof", "EVAL-6", "No outputs, and a proof of others."), nothing, &|e| {
            e.proof = good.proof
        })
        .refused(because("bad-proof")),
    ]
}
