//! What a wallet asks for, and the coins that it gets.

mod answers;
mod moves;
mod recovered;
mod scripts;

use ronde_protocol::{
    crypto::{
        Seed,
        coin::{derive_blind, derive_coin_secret},
        poprf::{blind, coin_hash},
    },
    message::{
        class::{Class, Kind},
        ids::{KeysetId, Reference, StoreId},
        order::{Order, Output, Purpose},
    },
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::{
    coins::points,
    world::{CAMPAIGN, DAY, KEYSET, NOW, OFFER, ONE, World, bytes, list},
};
use crate::vectors::{
    case::{Case, case, group},
    draw,
};

/// Claims and coins.
pub fn suite() -> Result<Vec<Group>, String> {
    Ok(vec![
        group("wallet-claim", claims())?,
        group("wallet-answer", answers::tests())?,
        group("wallet-coins", recovered::tests())?,
        group("move-time", moves::times())?,
        group("wallet-script", scripts::tests())?,
    ])
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
    outputs_of(world, KEYSET, device, number, kinds)
}

/// The same of any keyset.
fn outputs_of(world: &World, keyset: KeysetId, device: u32, number: u64, kinds: &[Kind]) -> Vec<(Output, u16)> {
    let seed = Seed::new(seed()).for_federation(&world.id().0);
    let mut outputs: Vec<(Output, u16)> = (0u16..)
        .zip(kinds)
        .map(|(slot, kind)| {
            let secret = derive_coin_secret(&seed, keyset.0, device, number, slot);
            let factor = derive_blind(&seed, keyset.0, device, number, slot);
            let blinded = blind(&coin_hash(&secret.public().encode()), &factor).encode();
            (Output { class: Class { keyset, kind: *kind }, blinded }, slot)
        })
        .collect();
    outputs.sort_by_key(|(output, _)| output.blinded);
    outputs
}

fn claims() -> Vec<Result<Test, String>> {
    let world = World::new(&ONE);
    let mut tests = granted(&world);
    tests.extend(limits(&world));
    tests
}

fn claim_of(world: &World, about: (&str, &'static str, &str), (device, number): (u32, u64), terms: &Value) -> Case {
    let (slug, rule, comment) = about;
    case("wallet-claim", slug, rule, comment, claim(world, device, number, terms))
}

/// Exactly the outputs of these kinds, made here from the seed.
fn gives(world: &World, case: Case, (device, number): (u32, u64), kinds: &[Kind]) -> Result<Test, String> {
    let outputs: Vec<Value> = outputs(world, device, number, kinds)
        .into_iter()
        .map(|(output, slot)| json!({"kind": output.class.kind, "slot": slot, "blinded": bytes(&output.blinded.0)}))
        .collect();
    case.gives(json!({"keyset": KEYSET.0, "outputs": outputs}))
}

/// Vouchers for coffee and nothing else.
fn coffees(count: u64) -> Value {
    json!({"store": 1, "points": 0, "ballot": null, "vouchers": [{"offer": 1, "count": count}]})
}

fn granted(world: &World) -> Vec<Result<Test, String>> {
    let of = |slug, rule, comment, place, terms: &Value, kinds: &[Kind]| {
        gives(world, claim_of(world, (slug, rule, comment), place, terms), place, kinds)
    };
    let (thirteen, coffee) = ([8, 4, 1].map(points), [Kind::Voucher { offer: OFFER }]);
    let all = "Points from the largest, vouchers, the ballot.";
    let large = "130 points: two coins of 64 and one of 2.";
    vec![
        of("thirteen-points", "WALLET-12", "8, 4 and 1, then sorted by B.", (0, 0), &terms(13), &thirteen),
        of("second-order", "WALLET-2", "The next order number: other coins.", (0, 1), &terms(13), &thirteen),
        of("another-device", "COIN-7", "Another device: other coins.", (1, 0), &terms(13), &thirteen),
        of("everything", "WALLET-13", all, (0, 2), &everything(), &EVERYTHING),
        of("largest-coins", "WALLET-12", large, (0, 0), &terms(130), &[64, 64, 2].map(points)),
        of("voucher-alone", "WALLET-13", "No points.", (0, 0), &coffees(1), &coffee),
    ]
}

fn limits(world: &World) -> Vec<Result<Test, String>> {
    let of =
        |slug, rule, comment, terms: &Value| claim_of(world, (slug, rule, comment), (0, 0), terms).flag("boundary");
    let late = |slug, comment, now: u64| {
        let mut input = claim(world, 0, 0, &terms(1));
        input["now"] = json!(now);
        case("wallet-claim", slug, "WALLET-11", comment, input).flag("boundary")
    };
    let most = of("256-coins", "LIMIT-1", "256 coins of 64 are as many as one order has.", &terms(256 * 64));
    let last = late("last-second", "The last second of issuing.", NOW + 180 * DAY - 1);
    let too_late = "From issue-until on no wallet asks for coins of the keyset.";
    let too_many = || json!({"error": "too-many-coins"});
    vec![
        gives(world, most, (0, 0), &[points(64); 256]),
        of("257-coins", "LIMIT-1", "A point more.", &terms(256 * 64 + 1)).refused(too_many()),
        of("too-many-vouchers", "LIMIT-1", "257 vouchers.", &coffees(257)).refused(too_many()),
        of("nothing", "WALLET-12", "A grant of nothing.", &terms(0)).refused(json!({"error": "nothing"})),
        gives(world, last, (0, 0), &[points(1)]),
        late("no-open-keyset", too_late, NOW + 180 * DAY).refused(json!({"error": "no-open-keyset"})),
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

/// So many coins there are, each with so many components; and what else came of it.
fn check(
    case: Case,
    (coins, components): (usize, usize),
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
    let good = counts == vec![components; coins]
        && get("usable") == json!(usable)
        && get("complete") == json!(complete)
        && get("spoiled") == json!(spoiled)
        && get("evidence").as_array().map(Vec::len) == Some(evidence);
    if good { Ok(test) } else { Err(format!("{}: {:?}", test.id, test.expected)) }
}
