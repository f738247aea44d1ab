//! A lost wallet of the seed had signed an order, and a probe shows it.

use ronde_protocol::{
    crypto::spend::{SpendPurpose, sign},
    message::{
        class::Kind,
        ids::{KeysetId, WitnessIndex},
        order::{Authorization, Order, Purpose, SignedOrder},
        probe::{CoinState, Probe, ProbeAnswer},
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::super::{
        coins::points,
        world::{KEYSET, LATER, NOW, World, entropy, shown},
    },
    super::earned,
    At, Plays, all, answer, came, coin, listed, number, open, play, secret, spending, stands,
};
use crate::vectors::draw;

const ALL: [u8; 4] = [0, 1, 2, 3];
/// The coins that device 0 earned with its first order, and that device 1 recovers.
const EIGHT: At = (KEYSET, 0, 0, 0);
const FOUR: At = (KEYSET, 0, 0, 1);

fn earned_twelve(world: &World) -> Order {
    earned(world, 0, &[8, 4].map(points))
}

/// The order of the lost wallet, signed by its coins.
fn signed(world: &World, order: &Order, by: &[At]) -> SignedOrder {
    let mut secrets: Vec<_> = by.iter().map(|at| secret(world, *at)).collect();
    secrets.sort_by_key(|secret| secret.public().encode());
    let keys: Vec<_> = secrets.iter().collect();
    let digest = order.digest();
    let signature = sign(SpendPurpose::Order, &keys, &digest.0, entropy(&format!("lost {digest}"))).unwrap();
    SignedOrder { order: order.clone(), authorization: Authorization::Spend(signature) }
}

/// The step in which device 1 recovers the earned coins, with these witnesses' components.
fn recover(world: &World, by: &[(KeysetId, u8)]) -> Value {
    let order = earned_twelve(world);
    let (certificate, evaluations) = came(world, &order, by);
    json!({"recover": {
        "order": shown(&order), "certificate": shown(&certificate), "evaluations": listed(&evaluations), "now": NOW,
    }})
}

fn recovered(world: &World, usable: bool, complete: bool) -> Value {
    let mut said = stands(&earned_twelve(world), usable, complete);
    said["behind"] = json!(false);
    said
}

/// The step in which the coin of 8 is asked about: witness 3 says this, the others that nothing binds it.
fn probe(world: &World, state: CoinState) -> Value {
    let nonce = draw::bytes("nonce of the restored wallet's probe");
    let probe = Probe::sign(&secret(world, EIGHT), &world.id(), KEYSET, nonce, entropy("restored probe")).unwrap();
    let checked = probe.check(&world.id()).unwrap();
    let say = |index: u8, state: CoinState| {
        let key = world.keys(KEYSET, index).vote;
        shown(&ProbeAnswer::sign(&key, world.keyset(KEYSET), WitnessIndex(index), &checked, state))
    };
    let answers: Vec<Value> = (0..3).map(|index| say(index, CoinState::Unbound)).chain([say(3, state)]).collect();
    json!({"probed": {"probe": shown(&probe), "answers": answers, "now": NOW}})
}

fn found(state: &str, order: Option<&Order>, adopted: bool) -> Value {
    json!({"state": state, "order": order.map(Order::digest), "adopted": adopted})
}

/// Recover, and a probe that shows the order; then what follows.
fn adopt(
    world: &World,
    about: (&str, &'static str, &str),
    lost: &SignedOrder,
    more: &[Value],
    came: &[Value],
    (coins, open): (Vec<Value>, Vec<Value>),
) -> Result<Test, String> {
    let begun = [recover(world, &all(KEYSET)), probe(world, CoinState::Bound(lost.clone()))];
    let steps = [&begun[..], more].concat();
    let said = [recovered(world, true, true), found("bound", Some(&lost.order), true)];
    let plays = Plays { steps: [&said[..], came].concat(), coins, open, numbers: Vec::new() };
    play(world, about, 1, &steps, &plays)
}

/// What becomes of the lost wallet's order.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = completed(world);
    tests.extend(moved(world));
    tests.extend(own_number(world));
    tests.extend(left_alone(world));
    tests.extend(not_bound(world));
    tests
}

fn held(world: &World, at: At, kind: Kind, order: Option<&Order>) -> Value {
    coin(world, (at, kind), &ALL, true, order.map(Order::digest))
}

/// 5 of 8 points were paid; the change is the lost wallet's second order.
fn completed(world: &World) -> Vec<Result<Test, String>> {
    let (eight, four) = (points(8), points(4));
    let change = [2, 1].map(points);
    let order = spending(world, Purpose::Redeem, &[(EIGHT, eight)], (KEYSET, 0, 1), &change);
    let lost = signed(world, &order, &[EIGHT]);
    let both = [(EIGHT, eight), (FOUR, four)];
    let rival = spending(world, Purpose::Redeem, &both, (KEYSET, 0, 2), &[]);
    let by_rival = world.certificate(KEYSET, &[0, 1, 2], &rival.digest());
    let dead = json!({"conflict": {
        "digest": order.digest(), "order": shown(&rival), "certificate": shown(&by_rival), "now": NOW,
    }});
    let elsewhere = spending(world, Purpose::Redeem, &[(FOUR, four)], (KEYSET, 0, 2), &[]);
    let no_rival = json!({"conflict": {
        "digest": order.digest(), "order": shown(&elsewhere),
        "certificate": shown(&world.certificate(KEYSET, &[0, 1, 2], &elsewhere.digest())), "now": NOW,
    }});
    let whole = answer(&order.digest(), &came(world, &order, &all(KEYSET)));
    let made: Vec<Value> = [(0, change[0]), (1, change[1])]
        .into_iter()
        .map(|(slot, kind)| held(world, (KEYSET, 0, 1, slot), kind, None))
        .collect();
    let four_free = held(world, FOUR, four, None);
    let eight_bound = held(world, EIGHT, eight, Some(&order));
    let pending = || (vec![eight_bound.clone(), four_free.clone()], vec![open(&order, "signed", &ALL)]);
    let bound = "It is open here, binds its coin, and is shown to all four. The other coin is free.";
    let paid = "Certified: the change is at the lost wallet's places, so it is unproven.";
    let gone = "A conflicting order over both coins is certified: both are spent, also the one that was free.";
    let nothing = "The certificate of an order over another coin changes nothing.";
    let again = "Shown once more: there is nothing to do.";
    let second = probe(world, CoinState::Bound(lost.clone()));
    vec![
        adopt(world, ("adopted", "RESTORE-22", bound), &lost, &[], &[], pending()),
        adopt(
            world,
            ("adopted-and-paid", "RESTORE-22", paid),
            &lost,
            &[whole],
            &[stands(&order, true, true)],
            ([&[four_free.clone()][..], &made].concat(), Vec::new()),
        ),
        adopt(world, ("adopted-and-dead", "RESTORE-8", gone), &lost, &[dead], &[json!({})], (Vec::new(), Vec::new())),
        adopt(
            world,
            ("adopted-no-conflict", "WALLET-8", nothing),
            &lost,
            &[no_rival],
            &[json!({"error": "no-conflict"})],
            pending(),
        ),
        adopt(
            world,
            ("adopted-twice", "RESTORE-22", again),
            &lost,
            &[second],
            &[found("bound", Some(&order), true)],
            pending(),
        ),
    ]
}

/// The lost wallet moved its coin into the later keyset.
fn moved(world: &World) -> Vec<Result<Test, String>> {
    let (eight, four) = (points(8), points(4));
    let order = spending(world, Purpose::Swap, &[(EIGHT, eight)], (LATER, 0, 0), &[eight]);
    let lost = signed(world, &order, &[EIGHT]);
    let both = [all(KEYSET), all(LATER)].concat();
    let whole = answer(&order.digest(), &came(world, &order, &both));
    let later = held(world, (LATER, 0, 0, 0), eight, None);
    let comment =
        "A move: the coin is of the later keyset, at the lost wallet's place, with that committee's components.";
    vec![adopt(
        world,
        ("adopted-move", "WALLET-36", comment),
        &lost,
        &[whole],
        &[stands(&order, true, true)],
        (vec![held(world, FOUR, four, None), later], Vec::new()),
    )]
}

/// A copy of this very wallet signed it.
fn own_number(world: &World) -> Vec<Result<Test, String>> {
    let (eight, four) = (points(8), points(4));
    let order = spending(world, Purpose::Swap, &[(EIGHT, eight)], (KEYSET, 1, 3), &[4, 4].map(points));
    let lost = signed(world, &order, &[EIGHT]);
    let comment = "Its outputs are of this device's number 3: that is used up.";
    let plays = Plays {
        steps: vec![recovered(world, true, true), found("bound", Some(&order), true)],
        coins: vec![held(world, EIGHT, eight, Some(&order)), held(world, FOUR, four, None)],
        open: vec![open(&order, "signed", &ALL)],
        numbers: vec![number(KEYSET, 4)],
    };
    let steps = [recover(world, &all(KEYSET)), probe(world, CoinState::Bound(lost))];
    vec![play(world, ("adopted-of-this-device", "RESTORE-9", comment), 1, &steps, &plays)]
}

/// Orders that can't be adopted: the coin is left as it is.
fn left_alone(world: &World) -> Vec<Result<Test, String>> {
    let (eight, four) = (points(8), points(4));
    let lacking: At = (KEYSET, 0, 7, 0);
    let of = |from: &[(At, Kind)]| {
        let order = spending(world, Purpose::Redeem, from, (KEYSET, 0, 1), &[]);
        signed(world, &order, &from.iter().map(|(at, _)| *at).collect::<Vec<_>>())
    };
    let coins = |components: &[u8]| {
        vec![coin(world, (EIGHT, eight), components, true, None), coin(world, (FOUR, four), components, true, None)]
    };
    let case = |about, by: &[(KeysetId, u8)], lost: &SignedOrder| {
        let (usable, complete) = (by.len() >= 3, by.len() == 4);
        let indices: Vec<u8> = by.iter().map(|(_, index)| *index).collect();
        let state = if complete { Vec::new() } else { vec![open(&earned_twelve(world), "certified", &[])] };
        let plays = Plays {
            steps: vec![recovered(world, usable, complete), found("bound", Some(&lost.order), false)],
            coins: coins(&indices),
            open: state,
            numbers: Vec::new(),
        };
        play(world, about, 1, &[recover(world, by), probe(world, CoinState::Bound(lost.clone()))], &plays)
    };
    let other = "It spends a coin that the wallet does not have: it can't be shown to anybody.";
    let kind = "It spends the coin as one of 4 points.";
    let few = "Two components of each coin: no quorum knows it.";
    vec![
        case(("not-all-coins", "RESTORE-22", other), &all(KEYSET), &of(&[(EIGHT, eight), (lacking, points(2))])),
        case(("of-another-kind", "RESTORE-22", kind), &all(KEYSET), &of(&[(EIGHT, four)])),
        case(("too-few-components", "RESTORE-22", few), &all(KEYSET)[..2], &of(&[(EIGHT, eight)])),
    ]
}

fn not_bound(world: &World) -> Vec<Result<Test, String>> {
    let (eight, four) = (points(8), points(4));
    let order = spending(world, Purpose::Redeem, &[(EIGHT, eight)], (KEYSET, 0, 1), &[]);
    let spent = CoinState::Spent(world.certified(&order));
    let mut forged = signed(world, &order, &[EIGHT]);
    if let Authorization::Spend(signature) = &mut forged.authorization {
        signature.s.0[3] ^= 1;
    }
    let both = [(EIGHT, eight), (FOUR, four)].map(|(at, kind)| held(world, at, kind, None));
    let case = |about, state: CoinState, said: Value, coins: Vec<Value>| {
        let plays =
            Plays { steps: vec![recovered(world, true, true), said], coins, open: Vec::new(), numbers: Vec::new() };
        play(world, about, 1, &[recover(world, &all(KEYSET)), probe(world, state)], &plays)
    };
    let free = "Nothing binds it; the wallet signs nothing yet.";
    let gone = "A certified order spent it: it leaves the wallet.";
    let liar = "A liar shows an order that the coin did not sign: three say unbound.";
    vec![
        case(("found-unbound", "RESTORE-21", free), CoinState::Unbound, found("unbound", None, false), both.to_vec()),
        case(("found-spent", "RESTORE-8", gone), spent, found("spent", Some(&order), false), both[1..].to_vec()),
        case(
            ("bound-without-proof", "RESTORE-28", liar),
            CoinState::Bound(forged),
            found("unbound", None, false),
            both.to_vec(),
        ),
    ]
}
