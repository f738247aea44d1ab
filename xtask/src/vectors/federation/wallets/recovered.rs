//! Coins made again from the seed, out of an order that some wallet of it made.

use ronde_protocol::{
    crypto::{Seed, coin::derive_coin_secret, group::PointBytes},
    message::{
        certificate::Certificate,
        class::Kind,
        evaluation::Evaluation,
        ids::{KeysetId, Reference, StoreId},
        order::{Input, Order, Output, Purpose},
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::{
        coins::{input, output, points},
        world::{FOUR, KEYSET, LATER, World, bytes, list, node_seed, shown},
    },
    EVERYTHING, check, earned,
    moves::MOVED,
    outputs, outputs_of, seed,
};
use crate::vectors::case::{Case, case};

/// An order with outputs of this seed, certified by all, and what the witnesses made of it.
fn made(world: &World, order: &Order) -> (Certificate, Vec<Evaluation>) {
    let evaluating = if order.outputs.is_empty() { 0..0 } else { 0..4 };
    let evaluations = evaluating.map(|index| world.evaluate(order, KEYSET, index)).collect();
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

/// So many coins come back, each with so many components; whether this device is behind; and what else came of it.
fn came(case: Case, of: (usize, usize), behind: bool, outcome: (bool, bool, u64, usize)) -> Result<Test, String> {
    let test = check(case, of, outcome)?;
    if test.expected.get("behind") == Some(&json!(behind)) { Ok(test) } else { Err(format!("{}: behind?", test.id)) }
}

/// Payments and Earns of this seed, made again.
pub fn tests() -> Vec<Result<Test, String>> {
    let world = World::new(&FOUR);
    let mut tests = own(&world);
    tests.extend(searched(&world));
    tests.extend(not_found(&world));
    tests.extend(refused(&world));
    tests.extend(moved());
    tests
}

/// 13 points of the first keyset became coins of the later one: places and evaluations are of that.
fn moved() -> Vec<Result<Test, String>> {
    let world = World::of_years();
    let of = |own: &[Output]| Order {
        store: StoreId(0),
        purpose: Purpose::Swap,
        reference: Reference::NONE,
        outputs: list(own.iter().copied()),
        inputs: list([input((1, points(8))), input((2, points(4))), input((3, points(1)))]),
        ..earned(&world, 0, &[])
    };
    let later: Vec<Output> = outputs_of(&world, LATER, 0, 5, &MOVED).into_iter().map(|(output, _)| output).collect();
    let mut both = just(outputs_of(&world, LATER, 0, 5, &MOVED), &[0, 1]);
    both.extend(just(outputs(&world, 0, 7, &[points(1)]), &[0]));
    both.sort_by_key(|output| output.blinded);
    let case = |slug, comment, order: &Order, by: &[(KeysetId, u8)]| {
        let certificate = world.certificate(KEYSET, &[0, 1, 2], &order.digest());
        let evaluations: Vec<Evaluation> =
            by.iter().map(|(keyset, index)| world.evaluate(order, *keyset, *index)).collect();
        recover(&world, (slug, "WALLET-36", comment), 1, (order, &certificate, &evaluations))
    };
    let (moved, mixed) = (of(&later), of(&both));
    let all: Vec<(KeysetId, u8)> = (0..4).flat_map(|index| [(KEYSET, index), (LATER, index)]).collect();
    let whole = (true, true, 0, 0);
    let first = "Evaluations of both committees: the earlier one's are of nothing.";
    let split = "8 and 4 points moved and one stayed: each coin has the components of its own committee.";
    let early = "The earlier committee's alone: no coin can be spent yet.";
    let earlier: Vec<(KeysetId, u8)> = all.iter().copied().filter(|(keyset, _)| *keyset == KEYSET).collect();
    vec![
        came(case("moved", first, &moved, &all), (3, 4), false, whole),
        came(case("moved-and-change", split, &mixed, &all), (3, 4), false, whole),
        came(case("moved-not-evaluated", early, &moved, &earlier), (3, 0), false, (false, false, 0, 0)),
    ]
}

fn own(world: &World) -> Vec<Result<Test, String>> {
    let change = payment(world, 0, 2, &[8, 4, 1].map(points));
    let (certificate, all) = made(world, &change);
    let of = |slug, rule, comment, evaluations: &[Evaluation]| {
        recover(world, (slug, rule, comment), 1, (&change, &certificate, evaluations))
    };
    let marking = node_seed(StoreId(99)).witness_keys(&world.id(), KEYSET).unwrap();
    let (mut marked, mut spoiled) = (all.clone(), all.clone());
    marked[1] = world.evaluate_with(&change, KEYSET, 1, &marking);
    spoiled[3].signature.0[9] ^= 1;
    let many = earned(world, 0, &EVERYTHING);
    let (many_by, many_evaluated) = made(world, &many);
    let same = payment(world, 1, 0, &[points(2)]);
    let (same_by, same_evaluated) = made(world, &same);
    let found = "Change of 13 points, of the third order of device 0, found by device 1.";
    let everything = ("everything", "RESTORE-3", "An Earn of points, vouchers and a ballot.");
    let device = ("of-this-device", "RESTORE-11", "Found at this device's own index: another wallet had it.");
    let whole = (true, true, 0, 0);
    vec![
        came(of("change-of-a-payment", "RESTORE-3", found, &all), (3, 4), false, whole),
        came(recover(world, everything, 1, (&many, &many_by, &many_evaluated)), (6, 4), false, whole),
        came(recover(world, device, 1, (&same, &same_by, &same_evaluated)), (1, 4), true, whole),
        came(of("three-evaluations", "RESTORE-5", "A quorum.", &all[..3]), (3, 3), false, (true, false, 0, 0)),
        came(of("one-spoiled", "RESTORE-5", "A relay spoiled one.", &spoiled), (3, 3), false, (true, false, 1, 0)),
        came(
            of("one-marked", "RESTORE-5", "Witness 1 evaluated with another key.", &marked),
            (3, 3),
            false,
            (true, false, 0, 1),
        ),
        came(of("none", "RESTORE-5", "No evaluations yet.", &[]), (3, 0), false, (false, false, 0, 0)),
    ]
}

/// Outputs of several makers, by increasing B.
fn joined(of: &[&[Output]]) -> Vec<Output> {
    let mut outputs = of.concat();
    outputs.sort_by_key(|output| output.blinded);
    outputs
}

fn just(outputs: Vec<(Output, u16)>, slots: &[u16]) -> Vec<Output> {
    outputs.into_iter().filter(|(_, slot)| slots.contains(slot)).map(|(output, _)| output).collect()
}

/// P of slot 0 of an order of this seed.
fn key(world: &World, device: u32, number: u64) -> PointBytes {
    let seed = Seed::new(seed()).for_federation(&world.id().0);
    derive_coin_secret(&seed, KEYSET.0, device, number, 0).public().encode()
}

fn searched(world: &World) -> Vec<Result<Test, String>> {
    let whole = (true, true, 0, 0);
    let found = |slug, rule, comment, device, order: &Order| {
        let (certificate, all) = made(world, order);
        recover(world, (slug, rule, comment), device, (order, &certificate, &all))
    };
    let with = |outputs: Vec<Output>| Order { outputs: list(outputs), ..payment(world, 0, 0, &[]) };
    let mine = just(outputs(world, 0, 2, &[8, 4, 1].map(points)), &[0, 1, 2]);
    let joint = with(joined(&[&mine, &[output((7, points(2)))]]));
    let last = payment(world, 0, 4095, &[points(2)]);
    let oldest = payment(world, 3, 0, &[points(2)]);
    let far = with(just(outputs(world, 0, 0, &[points(1); 256]), &[0, 255]));
    let spends = Order {
        inputs: list([Input { kind: points(2), point: key(world, 0, 1) }]),
        outputs: list([]),
        ..payment(world, 0, 0, &[])
    };
    let again = Order { outputs: list(just(outputs(world, 0, 1, &[points(2)]), &[0])), ..spends.clone() };
    let of_others = "One output of four is somebody else's: all places are tried for it.";
    let number = "The last order number that is searched.";
    let device = "The oldest device that is searched, 15 before this one.";
    let slot = "Slots 0 and 255 of one order: the second is looked for beside the first.";
    let input = "No change: it is known by its input, which is of order 1. Nothing comes back.";
    let of_input = "An output with the B of the coin that the order spends: its key is spent.";
    vec![
        came(found("foreign-output", "RESTORE-3", of_others, 0, &joint), (3, 4), true, whole),
        came(found("last-number", "RESTORE-4", number, 0, &last).flag("boundary"), (1, 4), true, whole),
        came(found("oldest-device", "RESTORE-4", device, 18, &oldest).flag("boundary"), (1, 4), false, whole),
        came(found("far-slot", "RESTORE-4", slot, 0, &far).flag("boundary"), (2, 4), true, whole),
        came(found("no-change", "RESTORE-8", input, 1, &spends), (0, 0), false, whole),
        came(found("output-of-a-spent-key", "RESTORE-8", of_input, 1, &again), (0, 0), false, whole),
    ]
}

fn not_found(world: &World) -> Vec<Result<Test, String>> {
    let of = |slug, rule, comment, outputs: Vec<Output>, error: &str| {
        let order = Order { outputs: list(outputs), ..payment(world, 0, 0, &[]) };
        let (certificate, all) = made(world, &order);
        recover(world, (slug, rule, comment), 0, (&order, &certificate, &all)).refused(json!({"error": error}))
    };
    let beyond = just(outputs(world, 0, 4096, &[points(2)]), &[0]);
    let headless = just(outputs(world, 0, 2, &[8, 4, 1].map(points)), &[1, 2]);
    let later = just(outputs(world, 1, 0, &[points(2)]), &[0]);
    let nowhere = joined(&[&beyond, &headless, &later, &[output((7, points(2)))]]);
    let mut abroad = just(outputs(world, 0, 0, &[8, 4, 1].map(points)), &[0, 1, 2]);
    abroad[1].class.keyset = KeysetId(9);
    let no_place = "One number after the last, slots without slot 0, a later device, somebody else's.";
    let no_keyset = "An output of a keyset that the charter does not have.";
    vec![
        of("nowhere", "RESTORE-4", no_place, nowhere, "not-ours"),
        of("output-of-an-unknown-keyset", "RESTORE-6", no_keyset, abroad, "no-such-keyset"),
    ]
}

fn refused(world: &World) -> Vec<Result<Test, String>> {
    let change = payment(world, 0, 2, &[8, 4, 1].map(points));
    let (certificate, all) = made(world, &change);
    let other = made(world, &payment(world, 1, 0, &[points(2)])).0;
    let two = Certificate { votes: list(certificate.votes.iter().take(2).copied()), ..certificate.clone() };
    let mut abroad = change.clone();
    abroad.federation.0[0] ^= 1;
    let nowhere = Order { keyset: KeysetId(9), ..change.clone() };
    let of = |rule, slug, comment, order: &Order, certificate: &Certificate, error: &str| {
        recover(world, (slug, rule, comment), 1, (order, certificate, &all)).refused(json!({"error": error}))
    };
    let foreign = "An order of another federation.";
    let keyset = "An order of a keyset that the charter does not have.";
    vec![
        of("RESTORE-2", "two-votes", "A certificate of two votes.", &change, &two, "vote-count"),
        of("RESTORE-2", "another-certificate", "One of another order.", &change, &other, "other-order"),
        of("RESTORE-6", "another-federation", foreign, &abroad, &certificate, "other-federation"),
        of("RESTORE-6", "unknown-keyset", keyset, &nowhere, &certificate, "no-such-keyset"),
    ]
}
