//! Probes and their answers.

use ronde_protocol::{
    crypto::{
        group::PointBytes,
        spend::{SpendPurpose, sign},
    },
    message::{
        ids::{FederationId, KeysetId, WitnessIndex},
        log::CertifiedOrder,
        order::{Authorization, Order, SignedOrder},
        probe::{CoinState, Probe, ProbeAnswer},
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::{
        coins::{by_store, coin, earn, points, redeem},
        world::{KEYSET, World, bytes, entropy, shown},
    },
    Tests,
};
use crate::vectors::{
    case::{Case, case},
    draw,
};

/// A probe of a numbered coin.
pub fn probe(world: &World, number: u64) -> Probe {
    let nonce = draw::bytes(&format!("nonce of probe {number}"));
    Probe::sign(&coin(number), &world.id(), KEYSET, nonce, entropy(&format!("probe {number}"))).unwrap()
}

/// Questions as they come to a witness or store.
pub fn questions(world: &World) -> Tests {
    let good = probe(world, 1);
    let of = |slug, rule, comment, federation: FederationId, probe: &Probe| -> Case {
        case("probe", slug, rule, comment, json!({"federation": bytes(&federation.0), "probe": shown(probe)}))
    };
    let here = world.id();
    let wrong = |slug, rule, comment, probe: Probe| {
        of(slug, rule, comment, here, &probe).refused(json!({"error": "bad-signature"}))
    };
    let element = |slug, comment, point: [u8; 32]| {
        let error = json!({"error": "bad-encoding", "offset": 4, "expected": "element"});
        of(slug, "RESTORE-31", comment, here, &Probe { point: PointBytes(point), ..good }).refused(error)
    };
    // What a probe signs, signed as an order would be.
    let digest = ronde_protocol::crypto::hash::derive(
        ronde_protocol::crypto::labels::PROBE_DIGEST,
        &[&here.0, &KEYSET.0.to_le_bytes(), &good.point.0, &good.nonce],
    );
    let as_order = sign(SpendPurpose::Order, &[&coin(1)], &digest, entropy("as an order")).unwrap();
    let mut abroad = here;
    abroad.0[0] ^= 1;
    let mut long = [0xff; 32];
    long[31] = 0x7f;
    vec![
        of("good", "RESTORE-31", "Signed by the coin's key.", here, &good).gives(json!({})),
        of("another-federation", "RESTORE-31", "The federation is covered.", abroad, &good)
            .flag("replay")
            .refused(json!({"error": "bad-signature"})),
        wrong("another-keyset", "RESTORE-31", "The keyset is covered.", Probe { keyset: KeysetId(2), ..good }),
        wrong("another-nonce", "RESTORE-31", "The nonce is covered.", Probe { nonce: [7; 32], ..good }),
        wrong(
            "another-coin",
            "RESTORE-31",
            "Signed by another coin.",
            Probe { point: coin(2).public().encode(), ..good },
        ),
        wrong("as-an-order", "SPEND-3", "Signed for the purpose order.", Probe { signature: as_order, ..good }),
        element("identity", "P is the identity.", [0; 32]),
        element("no-element", "P is not canonical.", long),
    ]
}

/// Probes of a seed's coins.
pub fn signed(world: &World) -> Tests {
    let of = |slug, comment, (device, order, slot): (u32, u64, u16)| {
        let (seed, nonce): ([u8; 32], [u8; 32]) = (draw::bytes("a wallet's seed"), draw::bytes(slug));
        let input = json!({
            "seed": bytes(&seed),
            "federation": bytes(&world.id().0),
            "keyset": KEYSET.0,
            "device": device,
            "order": order,
            "slot": slot,
            "nonce": bytes(&nonce),
            "entropy": bytes(&draw::bytes::<32>(&format!("entropy {slug}"))),
        });
        case("probe-sign", slug, "SPEND-4", comment, input).valid()
    };
    vec![
        of("first-coin", "Slot 0 of order 0 of device 0.", (0, 0, 0)),
        of("later-coin", "Slot 3 of order 17 of device 2.", (2, 17, 3)),
    ]
}

fn answer(world: &World, index: u8, probe: &Probe, state: CoinState) -> ProbeAnswer {
    let checked = probe.check(&world.id()).unwrap();
    let key = world.keys(KEYSET, index).vote;
    ProbeAnswer::sign(&key, world.keyset(KEYSET), WitnessIndex(index), &checked, state)
}

fn certified(world: &World, order: Order) -> CoinState {
    let certificate = world.certificate(KEYSET, &[0, 1, 3], &order.digest());
    CoinState::Spent(CertifiedOrder { order, certificate })
}

/// A payment of coin 1, and another.
fn payments(world: &World) -> [SignedOrder; 3] {
    let pay = |store, change| redeem(world, store, &[(1, points(8)), (2, points(4))], &[(change, points(1))]);
    [pay(1, 11), pay(2, 12), pay(2, 13)]
}

/// What witnesses say.
pub fn answers(world: &World) -> Tests {
    let asked = probe(world, 1);
    let [first, ..] = payments(world);
    let digest = bytes(&first.order.digest().0);
    let of = |slug, comment, answer: &ProbeAnswer| -> Case {
        let input = json!({"charters": world.shown(), "probe": shown(&asked), "answer": shown(answer)});
        case("probe-answer", slug, "RESTORE-28", comment, input)
    };
    let say = |state: CoinState| answer(world, 2, &asked, state);
    let says = |state: &str, order: Value| json!({"index": 2, "state": state, "order": order});
    let error = |name: &str| json!({"error": name, "index": 2});
    let liar = |slug, comment, state: CoinState| of(slug, comment, &say(state)).flag("liar").refused(error("no-proof"));
    let relay = |slug, comment, answer: &ProbeAnswer| of(slug, comment, answer).refused(error("not-signed"));
    let free = say(CoinState::Unbound);
    let other = redeem(world, 1, &[(2, points(4))], &[(11, points(1))]);
    let mut spoiled = first.clone();
    if let Authorization::Spend(signature) = &mut spoiled.authorization {
        signature.s.0[3] ^= 1;
    }
    let unsigned = SignedOrder { authorization: by_store(first.order.clone()).authorization, ..first.clone() };
    let issued = earn(world, 1, "one", &[(11, points(1))]);
    let abroad = Order { keyset: KeysetId(2), ..first.order.clone() };
    let two_votes = world.certificate(KEYSET, &[0, 1], &first.order.digest());
    let short = CoinState::Spent(CertifiedOrder { order: first.order.clone(), certificate: two_votes });
    vec![
        of("unbound", "Nothing holds the coin.", &free).gives(says("unbound", Value::Null)),
        of("bound", "It voted for this payment.", &say(CoinState::Bound(first.clone())))
            .gives(says("bound", digest.clone())),
        of("spent", "This payment is certified.", &say(certified(world, first.order.clone())))
            .gives(says("spent", digest)),
        relay(
            "state-replaced",
            "Somebody put another state in.",
            &ProbeAnswer { state: CoinState::Bound(first.clone()), ..free.clone() },
        ),
        relay(
            "another-probe",
            "An answer to a probe of another coin.",
            &answer(world, 2, &probe(world, 2), CoinState::Unbound),
        ),
        relay(
            "another-nonce",
            "An answer to an older probe of this coin.",
            &answer(
                world,
                2,
                &Probe::sign(&coin(1), &world.id(), KEYSET, [7; 32], entropy("an older probe")).unwrap(),
                CoinState::Unbound,
            ),
        ),
        of("in-another-name", "Said to be of witness 1.", &ProbeAnswer { index: WitnessIndex(1), ..free.clone() })
            .refused(json!({"error": "not-signed", "index": 1})),
        of("no-such-witness", "Nobody of that index.", &ProbeAnswer { index: WitnessIndex(4), ..free })
            .flag("boundary")
            .refused(json!({"error": "not-signed", "index": 4})),
        liar("bound-by-nobody", "The payment is not signed by the coins.", CoinState::Bound(spoiled)),
        liar("bound-by-a-store", "The payment is signed by a store.", CoinState::Bound(unsigned)),
        liar("bound-elsewhere", "A payment of another coin.", CoinState::Bound(other.clone())),
        liar("no-inputs", "An Earn.", CoinState::Bound(issued)),
        liar("spent-elsewhere", "A certified payment of another coin.", certified(world, other.order)),
        liar("two-votes", "A certificate of two votes.", short),
        liar("another-keyset", "An order of another keyset.", certified(world, abroad)),
    ]
}

/// What a wallet makes of the answers.
pub fn verdicts(world: &World) -> Tests {
    let mut tests = unbound(world);
    tests.extend(bound_or_spent(world));
    tests
}

fn verdict(
    world: &World,
    about: (&str, &'static str, &str),
    states: &[(u8, CoinState)],
    state: &str,
    order: Option<&SignedOrder>,
) -> Result<Test, String> {
    let asked = probe(world, 1);
    let answers: Vec<Value> =
        states.iter().map(|(index, state)| shown(&answer(world, *index, &asked, state.clone()))).collect();
    let input = json!({"charters": world.shown(), "probe": shown(&asked), "answers": answers});
    let order = order.map(|signed| bytes(&signed.order.digest().0));
    case("probe-verdict", about.0, about.1, about.2, input).gives(json!({"state": state, "order": order}))
}

fn unbound(world: &World) -> Tests {
    let free = CoinState::Unbound;
    vec![
        verdict(
            world,
            ("all-unbound", "RESTORE-21", "All four."),
            &[(0, free.clone()), (1, free.clone()), (2, free.clone()), (3, free.clone())],
            "unbound",
            None,
        ),
        verdict(
            world,
            ("three-unbound", "RESTORE-21", "n - f."),
            &[(0, free.clone()), (1, free.clone()), (3, free.clone())],
            "unbound",
            None,
        ),
        verdict(
            world,
            ("two-unbound", "RESTORE-21", "One too few."),
            &[(0, free.clone()), (1, free.clone())],
            "unclear",
            None,
        ),
        verdict(
            world,
            ("one-twice", "RESTORE-28", "A witness counts once."),
            &[(0, free.clone()), (1, free.clone()), (1, free.clone())],
            "unclear",
            None,
        ),
        verdict(world, ("silence", "RESTORE-21", "Nobody answers."), &[], "unclear", None),
    ]
}

fn bound_or_spent(world: &World) -> Tests {
    let [first, second, third] = payments(world);
    let free = CoinState::Unbound;
    let bound = |signed: &SignedOrder| CoinState::Bound(signed.clone());
    let least = if first.order.digest() < second.order.digest() { &first } else { &second };
    let mut spoiled = first.clone();
    if let Authorization::Spend(signature) = &mut spoiled.authorization {
        signature.s.0[3] ^= 1;
    }
    vec![
        verdict(
            world,
            ("one-bound", "RESTORE-22", "One has voted; three have not."),
            &[(0, free.clone()), (1, free.clone()), (2, free.clone()), (3, bound(&first))],
            "bound",
            Some(&first),
        ),
        verdict(
            world,
            ("bound-without-proof", "RESTORE-28", "A liar shows a payment that nobody signed."),
            &[(0, free.clone()), (1, free.clone()), (2, free.clone()), (3, bound(&spoiled))],
            "unbound",
            None,
        ),
        verdict(
            world,
            ("spent-and-bound", "RESTORE-22", "One has the certificate, another only voted for it."),
            &[(0, bound(&first)), (1, certified(world, first.order.clone()))],
            "spent",
            Some(&first),
        ),
        verdict(
            world,
            ("one-spent", "RESTORE-21", "The others have not heard of it."),
            &[(0, free.clone()), (1, free.clone()), (2, free.clone()), (3, certified(world, first.order.clone()))],
            "spent",
            Some(&first),
        ),
        verdict(
            world,
            ("two-orders", "RESTORE-29", "That which most show."),
            &[(0, bound(&first)), (1, bound(&third)), (2, bound(&third)), (3, free)],
            "bound",
            Some(&third),
        ),
        verdict(
            world,
            ("two-alike", "RESTORE-29", "Both shown by two: the least digest."),
            &[(0, bound(&first)), (1, bound(&second)), (2, bound(&second)), (3, bound(&first))],
            "bound",
            Some(least),
        ),
    ]
}
