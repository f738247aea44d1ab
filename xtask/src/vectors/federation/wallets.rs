//! What a wallet asks for, and the coins that it gets.

use ronde_protocol::{
    crypto::{
        Seed,
        coin::{derive_blind, derive_coin_secret},
        poprf::{blind, coin_hash},
    },
    message::{
        certificate::Certificate,
        class::{Class, Kind},
        evaluation::Evaluation,
        ids::{KeysetId, Reference, StoreId, WitnessIndex},
        order::{Order, Output, Purpose},
    },
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::{
    coins::{input, points},
    world::{CAMPAIGN, DAY, FOUR, KEYSET, NOW, OFFER, ONE, World, bytes, list, node_seed, shown},
};
use crate::vectors::{
    case::{Case, case, group},
    draw,
};

/// Claims and coins.
pub fn suite() -> Result<Vec<Group>, String> {
    Ok(vec![group("wallet-claim", claims())?, group("wallet-answer", coins())?, group("wallet-coins", recovered())?])
}

fn seed() -> [u8; 32] {
    draw::bytes("a wallet's seed")
}

/// A claim as it stands in a vector.
fn claim(world: &World, device: u32, number: u64, terms: &Value) -> Value {
    json!({
        "charters": world.shown(),
        "seed": bytes(&seed()),
        "device": device,
        "number": number,
        "terms": terms,
        "now": NOW,
    })
}

fn terms(points: u64) -> Value {
    json!({"store": 1, "points": points, "ballot": null, "vouchers": []})
}

fn everything() -> Value {
    json!({"store": 1, "points": 13, "ballot": 1, "vouchers": [{"offer": 1, "count": 2}]})
}

/// The coins of those terms, in the order of their slots.
const EVERYTHING: [Kind; 6] = [
    Kind::Points { denomination: 8 },
    Kind::Points { denomination: 4 },
    Kind::Points { denomination: 1 },
    Kind::Voucher { offer: OFFER },
    Kind::Voucher { offer: OFFER },
    Kind::Ballot { campaign: CAMPAIGN },
];

/// Outputs of these kinds, made here from the seed, with their slots: by increasing B.
fn outputs(world: &World, device: u32, number: u64, kinds: &[Kind]) -> Vec<(Output, u16)> {
    let seed = Seed::new(seed()).for_federation(&world.id().0);
    let mut outputs: Vec<(Output, u16)> = (0u16..)
        .zip(kinds)
        .map(|(slot, kind)| {
            let secret = derive_coin_secret(&seed, KEYSET.0, device, number, slot);
            let factor = derive_blind(&seed, KEYSET.0, device, number, slot);
            let blinded = blind(&coin_hash(&secret.public().encode()), &factor).encode();
            (Output { class: Class { keyset: KEYSET, kind: *kind }, blinded }, slot)
        })
        .collect();
    outputs.sort_by_key(|(output, _)| output.blinded);
    outputs
}

fn claims() -> Vec<Result<Test, String>> {
    let world = World::new(&ONE);
    let of = |slug, rule, comment, (device, number): (u32, u64), terms: &Value| {
        case("wallet-claim", slug, rule, comment, claim(&world, device, number, terms))
    };
    let gives = |case: Case, place: (u32, u64), kinds: &[Kind]| {
        let outputs: Vec<Value> = outputs(&world, place.0, place.1, kinds)
            .into_iter()
            .map(|(output, slot)| json!({"kind": output.class.kind, "slot": slot, "blinded": bytes(&output.blinded.0)}))
            .collect();
        case.gives(json!({"keyset": KEYSET.0, "outputs": outputs}))
    };
    let late = |slug, comment, now: u64| {
        let mut input = claim(&world, 0, 0, &terms(1));
        input["now"] = json!(now);
        case("wallet-claim", slug, "WALLET-11", comment, input)
    };
    let coffees =
        |count: u64| json!({"store": 1, "points": 0, "ballot": null, "vouchers": [{"offer": 1, "count": count}]});
    let thirteen = [8, 4, 1].map(points);
    vec![
        gives(
            of("thirteen-points", "WALLET-12", "8, 4 and 1, then sorted by B.", (0, 0), &terms(13)),
            (0, 0),
            &thirteen,
        ),
        gives(
            of("second-order", "WALLET-2", "The next order number: other coins.", (0, 1), &terms(13)),
            (0, 1),
            &thirteen,
        ),
        gives(of("another-device", "COIN-7", "Another device: other coins.", (1, 0), &terms(13)), (1, 0), &thirteen),
        gives(
            of("everything", "WALLET-13", "Points from the largest, vouchers, the ballot.", (0, 2), &everything()),
            (0, 2),
            &EVERYTHING,
        ),
        gives(
            of("largest-coins", "WALLET-12", "130 points: two coins of 64 and one of 2.", (0, 0), &terms(130)),
            (0, 0),
            &[64, 64, 2].map(points),
        ),
        gives(
            of("voucher-alone", "WALLET-13", "No points.", (0, 0), &coffees(1)),
            (0, 0),
            &[Kind::Voucher { offer: OFFER }],
        ),
        of("256-coins", "LIMIT-1", "256 coins of 64 are as many as one order has.", (0, 0), &terms(256 * 64))
            .flag("boundary")
            .valid(),
        of("257-coins", "LIMIT-1", "A point more.", (0, 0), &terms(256 * 64 + 1))
            .flag("boundary")
            .refused(json!({"error": "too-many-coins"})),
        of("too-many-vouchers", "LIMIT-1", "257 vouchers.", (0, 0), &coffees(257))
            .flag("boundary")
            .refused(json!({"error": "too-many-coins"})),
        of("nothing", "WALLET-12", "A grant of nothing.", (0, 0), &terms(0))
            .flag("boundary")
            .refused(json!({"error": "nothing"})),
        late("last-second", "The last second of issuing.", NOW + 180 * DAY - 1).flag("boundary").valid(),
        late("no-open-keyset", "From issue-until on no wallet asks for coins of the keyset.", NOW + 180 * DAY)
            .flag("boundary")
            .refused(json!({"error": "no-open-keyset"})),
    ]
}

/// The order that a store makes of a claim.
fn earned(world: &World, number: u64, kinds: &[Kind]) -> Order {
    Order {
        federation: world.id(),
        keyset: KEYSET,
        store: StoreId(1),
        purpose: Purpose::Earn,
        reference: Reference(draw::bytes("the wallet's grant")),
        time: NOW,
        inputs: list([]),
        outputs: list(outputs(world, 0, number, kinds).into_iter().map(|(output, _)| output)),
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

/// So many components has each coin; and what else came of it.
fn check(
    case: Case,
    components: usize,
    (usable, complete, spoiled, evidence): (bool, bool, u64, usize),
) -> Result<Test, String> {
    let test = case.valid()?;
    let get = |key: &str| test.expected.get(key).cloned().unwrap_or_default();
    let counts: Vec<usize> = get("coins")
        .as_array()
        .into_iter()
        .flatten()
        .map(|coin| coin["components"].as_array().map_or(0, Vec::len))
        .collect();
    let good = counts.iter().all(|count| *count == components)
        && get("usable") == json!(usable)
        && get("complete") == json!(complete)
        && get("spoiled") == json!(spoiled)
        && get("evidence").as_array().map(Vec::len) == Some(evidence);
    if good { Ok(test) } else { Err(format!("{}: {:?}", test.id, test.expected)) }
}

fn coins() -> Vec<Result<Test, String>> {
    let world = World::new(&FOUR);
    let kinds = [8, 4, 1].map(points);
    let order = earned(&world, 0, &kinds);
    let certificate = world.certificate(KEYSET, &[0, 1, 2], &order.digest());
    let all: Vec<Evaluation> = (0..4).map(|index| world.evaluate(&order, KEYSET, index)).collect();
    let of = |slug, rule, comment, evaluations: &[Evaluation]| {
        question(&world, (slug, rule, comment), (0, &terms(13)), (&order, &certificate, evaluations))
    };
    let with = |at: usize, evaluation: Evaluation| {
        let mut evaluations = all.clone();
        evaluations[at] = evaluation;
        evaluations
    };
    let spoiled = |change: fn(&mut Evaluation)| {
        let mut evaluation = all[2].clone();
        change(&mut evaluation);
        with(2, evaluation)
    };
    let marking = node_seed(StoreId(99)).witness_keys(&world.id(), KEYSET).unwrap();
    let marked = with(2, world.evaluate_with(&order, KEYSET, 2, &marking));
    let many = earned(&world, 3, &EVERYTHING);
    let many_certificate = world.certificate(KEYSET, &[1, 2, 3], &many.digest());
    let many_evaluations: Vec<Evaluation> = (0..4).map(|index| world.evaluate(&many, KEYSET, index)).collect();
    let mut tests = vec![
        check(of("four-evaluations", "WALLET-28", "Every witness has evaluated.", &all), 4, (true, true, 0, 0)),
        check(of("three-evaluations", "WALLET-30", "A quorum has.", &all[1..]), 3, (true, false, 0, 0)),
        check(of("two-evaluations", "WALLET-30", "Fewer than a quorum.", &all[..2]), 2, (false, false, 0, 0)),
        check(of("no-evaluations", "WALLET-30", "None yet.", &[]), 0, (false, false, 0, 0)),
        check(
            question(
                &world,
                ("everything", "WALLET-28", "Points, vouchers and a ballot, at the fourth order number."),
                (3, &everything()),
                (&many, &many_certificate, &many_evaluations),
            ),
            4,
            (true, true, 0, 0),
        ),
        check(
            of(
                "one-twice",
                "WALLET-28",
                "One evaluation twice is one.",
                &[all[0].clone(), all[0].clone(), all[1].clone()],
            ),
            2,
            (false, false, 0, 0),
        ),
        check(
            of(
                "one-spoiled",
                "EVAL-4",
                "A relay spoiled a signature: it is left out.",
                &spoiled(|e| e.signature.0[5] ^= 1),
            ),
            3,
            (true, false, 1, 0),
        ),
        check(
            of("one-of-another-order", "EVAL-7", "Said to be of another order.", &spoiled(|e| e.digest.0[0] ^= 1)),
            3,
            (true, false, 1, 0),
        ),
        check(
            of(
                "one-under-another-index",
                "EVAL-2",
                "Said to be of witness 3.",
                &spoiled(|e| e.index = WitnessIndex(3)),
            ),
            3,
            (true, false, 1, 0),
        ),
        check(
            of(
                "one-proof-spoiled",
                "EVAL-3",
                "A relay spoiled the proof: nobody is accused.",
                &spoiled(|e| e.proof.challenge.0[0] ^= 1),
            ),
            3,
            (true, false, 1, 0),
        ),
        check(
            of(
                "one-marked",
                "WALLET-29",
                "Witness 2 evaluated with another key and signed that: left out, and kept as evidence.",
                &marked,
            ),
            3,
            (true, false, 0, 1),
        ),
        check(
            of("a-quorum-spoiled", "WALLET-28", "Two of four are good.", &{
                let mut evaluations = spoiled(|e| e.signature.0[5] ^= 1);
                evaluations[3].signature.0[6] ^= 1;
                evaluations
            }),
            2,
            (false, false, 2, 0),
        ),
    ];
    tests.extend(refused(&world, &order, &certificate, &all));
    tests
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
            0,
            (false, false, 4, 0),
        ),
    ]
}

/// An order with outputs of this seed, certified by all, and what the witnesses made of it.
fn made(world: &World, order: &Order) -> (Certificate, Vec<Evaluation>) {
    let evaluations = (0..4).map(|index| world.evaluate(order, KEYSET, index)).collect();
    (world.certificate(KEYSET, &[0, 1, 2], &order.digest()), evaluations)
}

fn recover(
    world: &World,
    (slug, rule, comment): (&str, &'static str, &str),
    device: u32,
    (order, certificate, evaluations): (&Order, &Certificate, &[Evaluation]),
) -> Case {
    let evaluations: Vec<Value> = evaluations.iter().map(shown).collect();
    let input = json!({
        "charters": world.shown(),
        "seed": bytes(&seed()),
        "device": device,
        "order": shown(order),
        "certificate": shown(certificate),
        "evaluations": evaluations,
    });
    case("wallet-coins", slug, rule, comment, input)
}

/// A payment whose change is of a place of this seed.
fn payment(world: &World, device: u32, number: u64, kinds: &[Kind]) -> Order {
    let change = outputs(world, device, number, kinds).into_iter().map(|(output, _)| output);
    Order {
        purpose: Purpose::Redeem,
        inputs: list([input((1, points(64)))]),
        outputs: list(change),
        ..earned(world, 0, &[])
    }
}

fn recovered() -> Vec<Result<Test, String>> {
    let world = World::new(&FOUR);
    let change = payment(&world, 0, 2, &[8, 4, 1].map(points));
    let (certificate, all) = made(&world, &change);
    let of = |slug, rule, comment, evaluations: &[Evaluation]| {
        recover(&world, (slug, rule, comment), 1, (&change, &certificate, evaluations))
    };
    let marking = node_seed(StoreId(99)).witness_keys(&world.id(), KEYSET).unwrap();
    let mut marked = all.clone();
    marked[1] = world.evaluate_with(&change, KEYSET, 1, &marking);
    let mut spoiled = all.clone();
    spoiled[3].signature.0[9] ^= 1;
    let everything = Order {
        outputs: list(outputs(&world, 0, 0, &EVERYTHING).into_iter().map(|(output, _)| output)),
        ..earned(&world, 0, &[])
    };
    let (by, evaluated) = made(&world, &everything);
    let own = payment(&world, 1, 0, &[points(2)]);
    let (own_by, own_evaluated) = made(&world, &own);
    let two = Certificate { votes: list(certificate.votes.iter().take(2).copied()), ..certificate.clone() };
    let mut abroad = change.clone();
    abroad.federation.0[0] ^= 1;
    vec![
        check(
            of(
                "change-of-a-payment",
                "RESTORE-3",
                "Change of 13 points, of the third order of device 0, found by device 1.",
                &all,
            ),
            4,
            (true, true, 0, 0),
        ),
        check(
            recover(
                &world,
                ("everything", "RESTORE-3", "An Earn of points, vouchers and a ballot."),
                1,
                (&everything, &by, &evaluated),
            ),
            4,
            (true, true, 0, 0),
        ),
        check(
            recover(
                &world,
                ("of-this-device", "RESTORE-11", "Found at this device's own index: another wallet had it."),
                1,
                (&own, &own_by, &own_evaluated),
            ),
            4,
            (true, true, 0, 0),
        ),
        check(of("three-evaluations", "RESTORE-5", "A quorum.", &all[..3]), 3, (true, false, 0, 0)),
        check(of("one-spoiled", "RESTORE-5", "A relay spoiled one.", &spoiled), 3, (true, false, 1, 0)),
        check(of("one-marked", "RESTORE-5", "Witness 1 evaluated with another key.", &marked), 3, (true, false, 0, 1)),
        check(of("none", "RESTORE-5", "No evaluations yet.", &[]), 0, (false, false, 0, 0)),
        recover(&world, ("two-votes", "RESTORE-2", "A certificate of two votes."), 1, (&change, &two, &all))
            .refused(json!({"error": "vote-count"})),
        recover(
            &world,
            ("another-certificate", "RESTORE-2", "A certificate of another order."),
            1,
            (&change, &by, &all),
        )
        .refused(json!({"error": "other-order"})),
        recover(
            &world,
            ("another-federation", "RESTORE-6", "An order of another federation."),
            1,
            (&abroad, &certificate, &all),
        )
        .refused(json!({"error": "other-federation"})),
        {
            let order = Order { keyset: KeysetId(9), ..change.clone() };
            recover(
                &world,
                ("unknown-keyset", "RESTORE-6", "An order of a keyset that the charter does not have."),
                1,
                (&order, &certificate, &all),
            )
            .refused(json!({"error": "no-such-keyset"}))
        },
    ]
}
