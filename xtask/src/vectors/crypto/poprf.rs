//! Suite `poprf`.

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use ronde_protocol::{
    crypto::{PointBytes, coin_hash},
    message::{
        class::Kind,
        ids::{CampaignId, OfferId},
    },
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::super::case::{Case, case, group};
use super::Denied;
use super::coins::{FirstCoin, first_coin};
use super::proofs::info;
use super::prover::tweak;
use super::scalars::{IDENTITY, NEGATIVE, base, canonical, element, hex_of, hex_of_point, order, plus_order, scalar};
use super::upstream;

type Tests = Vec<Result<Test, String>>;

/// All groups.
pub fn suite() -> Result<Vec<Group>, String> {
    Ok(vec![
        group("rfc9497-poprf", rfc9497_poprf()?)?,
        group("blind", blind()?)?,
        group("evaluate", evaluate()?)?,
        group("unblind", unblind()?)?,
        group("mac-check", mac_check()?)?,
    ])
}

fn rfc9497_poprf() -> Result<Tests, String> {
    let kind = "rfc9497-poprf";
    let mut tests = Vec::new();
    for suite in upstream::read("rfc9497-ristretto255-sha512.json")?.as_array().ok_or("no list of modes")? {
        for (count, run) in suite["vectors"].as_array().ok_or("no vectors")?.iter().enumerate() {
            let inputs = upstream::each(run, "Input")?;
            for (item, message) in inputs.iter().enumerate() {
                let number = if inputs.len() > 1 { format!("{count}-{item}") } else { count.to_string() };
                let comment = format!("RFC 9497 A.1, mode {}, run {number}", suite["mode"]);
                let slug = format!("mode-{}-{number}", suite["mode"]);
                let info = run["Info"].as_str().unwrap_or_default();
                let (blind, blinded) =
                    (upstream::each(run, "Blind")?[item], upstream::each(run, "BlindedElement")?[item]);
                let evaluated = upstream::each(run, "EvaluationElement")?[item];
                let question = json!({
                    "mode": suite["mode"], "seed": suite["seed"], "key_info": suite["keyInfo"],
                    "input": message, "info": info, "blind": blind,
                });
                let secret = upstream::text(suite, "skSm")?;
                let answer = json!({
                    "secret_key": secret,
                    // Mode 0 publishes none.
                    "public_key": suite["pkSm"].as_str().map_or(hex_of_point(&base(&canonical(secret)?)), str::to_owned),
                    "blinded": blinded, "evaluated": evaluated,
                    "unblinded": hex_of_point(&(canonical(blind)?.invert() * element(evaluated)?)),
                    "output": upstream::each(run, "Output")?[item],
                });
                tests.push(case(kind, &slug, "POPRF-1", &comment, question).gives(answer));
            }
        }
    }
    let spoiled = |slug: &str, comment: &str, blind: String, error: &str| {
        let seed = "a3".repeat(32);
        let input = json!({"mode": 2, "seed": seed, "key_info": "00", "input": "00", "info": "00", "blind": blind});
        case(kind, slug, "GROUP-4", comment, input).denied("", error)
    };
    tests.push(spoiled("zero-blind", "a blind of zero hides nothing", "00".repeat(32), "zero-scalar"));
    tests.push(spoiled("blind-not-reduced", "a blind of L", hex::encode(order()), "non-canonical-scalar"));
    Ok(tests)
}

fn h(point: &RistrettoPoint) -> Result<RistrettoPoint, String> {
    element(&hex::encode(coin_hash(&PointBytes(point.compress().0)).as_bytes()))
}

fn blind() -> Result<Tests, String> {
    let kind = "blind";
    let FirstCoin { point, blind: factor } = first_coin();
    let of = |slug: &str, rule, comment: &str, point: &str, blind: &str| {
        case(kind, slug, rule, comment, json!({"point": point, "blind": blind}))
    };
    let (p, r) = (hex_of_point(&point), hex_of(&factor));
    let by_hand = |point: &RistrettoPoint, factor: &Scalar| -> Result<Value, String> {
        let hash = h(point)?;
        Ok(json!({"hash": hex_of_point(&hash), "blinded": hex_of_point(&(factor * hash))}))
    };
    let one = hex_of(&Scalar::ONE);
    let largest = hex_of(&-Scalar::ONE);
    Ok(vec![
        of("first-coin", "POPRF-1", "B = r·H(P) for coin-derivation/first-coin", &p, &r)
            .gives(by_hand(&point, &factor)?),
        of("one", "POPRF-1", "a blind of one leaves H(P) as it is", &p, &one).gives(by_hand(&point, &Scalar::ONE)?),
        of("largest", "POPRF-1", "the largest blind, L - 1", &p, &largest)
            .flag("boundary")
            .gives(by_hand(&point, &-Scalar::ONE)?),
        of("zero", "GROUP-4", "a blind of zero", &p, IDENTITY).denied("identity", "zero-scalar"),
        of("not-reduced", "GROUP-3", "one, as L + 1", &p, &hex::encode(plus_order(&Scalar::ONE)))
            .denied("non-canonical", "non-canonical-scalar"),
        of("identity", "GROUP-2", "the identity is no coin key", IDENTITY, &r).denied("identity", "identity"),
        of("no-element", "GROUP-1", "a negative field element", NEGATIVE, &r).denied("non-canonical", "non-canonical"),
    ])
}

fn points(denomination: u64) -> Vec<u8> {
    info(Kind::Points { denomination })
}

fn evaluate() -> Result<Tests, String> {
    let kind = "evaluate";
    let key = scalar("a witness's key");
    let blinded = base(&scalar("a blinded element"));
    let b = hex_of_point(&blinded);
    let of = |slug: &str, rule, comment: &str, key: &str, info: &[u8], blinded: &str| {
        case(kind, slug, rule, comment, json!({"secret_key": key, "info": hex::encode(info), "blinded": blinded}))
    };
    let by_hand = |key: &Scalar, info: &[u8]| -> Result<Value, String> {
        Ok(json!({"evaluated": hex_of_point(&((key + tweak(info)?).invert() * blinded))}))
    };
    let (eight, ballot, voucher) =
        (points(8), info(Kind::Ballot { campaign: CampaignId(8) }), info(Kind::Voucher { offer: OfferId(8) }));
    let k = hex_of(&key);
    let cancelled = hex_of(&-tweak(&eight)?);
    Ok(vec![
        of("points", "POPRF-1", "Z = (k + m)^-1·B for 8 points", &k, &eight, &b).gives(by_hand(&key, &eight)?),
        of("ballot", "POPRF-1", "the same element as a ballot", &k, &ballot, &b).gives(by_hand(&key, &ballot)?),
        of("voucher", "POPRF-1", "the same element as a voucher", &k, &voucher, &b).gives(by_hand(&key, &voucher)?),
        of("empty-info", "POPRF-1", "an info of no byte: RFC 9497 has no shortest", &k, b"", &b)
            .gives(by_hand(&key, b"")?),
        of("cancelled", "POPRF-3", "k = -m: the class was made for this key", &cancelled, &eight, &b)
            .denied("cancelling", "inverse"),
        of("nearly-cancelled", "POPRF-1", "k = -m for another class does no harm", &cancelled, &ballot, &b)
            .gives(by_hand(&-tweak(&eight)?, &ballot)?),
        of("identity", "GROUP-2", "the identity is not evaluated", &k, &eight, IDENTITY).denied("identity", "identity"),
        of("no-element", "GROUP-1", "a negative field element", &k, &eight, NEGATIVE)
            .denied("non-canonical", "non-canonical"),
        of("zero-key", "GROUP-4", "a key of zero", IDENTITY, &eight, &b).denied("identity", "zero-scalar"),
        of("key-not-reduced", "GROUP-3", "the key plus L", &hex::encode(plus_order(&key)), &eight, &b)
            .denied("non-canonical", "non-canonical-scalar"),
    ])
}

fn unblind() -> Result<Tests, String> {
    let FirstCoin { point, blind: factor } = first_coin();
    let evaluated = (scalar("a witness's key") + tweak(&points(8))?).invert() * factor * h(&point)?;
    let (z, r) = (hex_of_point(&evaluated), hex_of(&factor));
    let of = |slug: &str, rule, comment: &str, evaluated: &str, blind: &str| {
        case("unblind", slug, rule, comment, json!({"evaluated": evaluated, "blind": blind}))
    };
    let by_hand = |factor: &Scalar| json!({"component": hex_of_point(&(factor.invert() * evaluated))});
    Ok(vec![
        of("first-coin", "POPRF-1", "N = r^-1·Z for blind/first-coin, as 8 points", &z, &r).gives(by_hand(&factor)),
        of("largest", "POPRF-1", "the largest blind is its own inverse", &z, &hex_of(&-Scalar::ONE))
            .flag("boundary")
            .gives(by_hand(&-Scalar::ONE)),
        of("zero", "GROUP-4", "a blind of zero has no inverse", &z, IDENTITY).denied("identity", "zero-scalar"),
        of("not-reduced", "GROUP-3", "the blind plus L", &z, &hex::encode(plus_order(&factor)))
            .denied("non-canonical", "non-canonical-scalar"),
        of("identity", "GROUP-2", "a component that is the identity", IDENTITY, &r).denied("identity", "identity"),
        of("no-element", "GROUP-1", "a negative field element", NEGATIVE, &r).denied("non-canonical", "non-canonical"),
    ])
}

/// A coin with the component that a key makes for it, moved by an error.
fn coin(name: &str, info: &[u8], key: &Scalar, error: RistrettoPoint) -> Result<Value, String> {
    let point = base(&scalar(name));
    let component = (key + tweak(info)?).invert() * h(&point)? + error;
    Ok(json!({"info": hex::encode(info), "point": hex_of_point(&point), "component": hex_of_point(&component)}))
}

/// The same coin with another field.
fn with(coin: &Value, field: &str, value: &str) -> Value {
    let mut coin = coin.clone();
    coin[field] = json!(value);
    coin
}

/// Coins shown to the witness of [`good`].
fn shown(slug: &str, rule: &'static str, comment: &str, coins: &[Value]) -> Case {
    let key = hex_of(&scalar("a witness's key"));
    case("mac-check", slug, rule, comment, json!({"secret_key": key, "coins": coins}))
}

/// A coin of the witness.
fn good(name: &str, info: &[u8]) -> Result<Value, String> {
    coin(name, info, &scalar("a witness's key"), RistrettoPoint::default())
}

fn mac_check() -> Result<Tests, String> {
    let (eight, four, ballot) = (points(8), points(4), info(Kind::Ballot { campaign: CampaignId(8) }));
    let one = good("one", &eight)?;
    let mixed = [one.clone(), good("two", &four)?, good("three", &ballot)?, good("four", &eight)?];
    let none = RistrettoPoint::default();
    let of_another = coin("one", &eight, &scalar("another key"), none)?;
    let other_class = with(&one, "info", &hex::encode(&ballot));
    let other_coin = with(&one, "point", &hex_of_point(&base(&scalar("two"))));
    let negated = with(&one, "component", &hex_of_point(&-element(upstream::text(&one, "component")?)?));
    let refused = |slug: &str, comment: &str, coin: &Value| {
        shown(slug, "POPRF-5", comment, std::slice::from_ref(coin)).denied("", "wrong")
    };
    let malformed = |slug: &str, rule, comment: &str, field: &str, bytes: &str| {
        let error = if bytes == IDENTITY { "identity" } else { "non-canonical" };
        shown(slug, rule, comment, &[with(&one, field, bytes)]).denied(error, error)
    };
    let mut tests = vec![
        shown("one", "POPRF-5", "(k + m)·N = H(P)", std::slice::from_ref(&one)).valid(),
        shown("batch", "POPRF-5", "four coins of three classes", &mixed).valid(),
        shown("none", "POPRF-6", "no coin: nothing is wrong", &[]).valid(),
        refused("other-key", "a component of another witness", &of_another),
        refused("other-class", "8 points said to be a ballot", &other_class),
        refused("other-coin", "another coin's key", &other_coin),
        refused("negated", "the negative of N", &negated),
        malformed("identity-component", "GROUP-2", "the identity as component", "component", IDENTITY),
        malformed("identity-coin", "GROUP-2", "the identity as coin key", "point", IDENTITY),
        malformed("no-element", "GROUP-1", "a negative field element", "component", NEGATIVE),
    ];
    tests.extend(wrong_batches(&mixed)?);
    Ok(tests)
}

fn wrong_batches(mixed: &[Value; 4]) -> Result<Tests, String> {
    let (key, error, eight) = (scalar("a witness's key"), base(&scalar("an error")), points(8));
    let last = [&mixed[..3], &[coin("four", &eight, &key, error)?]].concat();
    let cancelling = [coin("one", &eight, &key, error)?, coin("two", &eight, &key, -error)?];
    let (one, two) = (good("one", &eight)?, good("two", &eight)?);
    let component = |coin: &Value| coin["component"].as_str().unwrap_or_default().to_owned();
    let swapped = [with(&one, "component", &component(&two)), with(&two, "component", &component(&one))];
    let of = |slug: &str, rule, comment: &str, coins: &[Value]| shown(slug, rule, comment, coins);
    Ok(vec![
        of("last-wrong", "POPRF-5", "the last of four is wrong", &last).denied("", "wrong"),
        of("errors-that-cancel", "POPRF-6", "two errors that cancel if all weights are equal", &cancelling)
            .denied("cancelling", "wrong"),
        of("swapped", "POPRF-6", "the components of two coins of one class, swapped", &swapped)
            .denied("cancelling", "wrong"),
    ])
}
