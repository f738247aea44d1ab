//! What a wallet asks for, and the coins that it gets.

mod answers;
mod recovered;

use ronde_protocol::{
    crypto::{
        Seed,
        coin::{derive_blind, derive_coin_secret},
        poprf::{blind, coin_hash},
    },
    message::{
        class::{Class, Kind},
        ids::{Reference, StoreId},
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
