//! Suite `spend-signatures`.

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use ronde_protocol::crypto::{SpendPurpose, Transcript, labels, xof};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::super::case::{case, group};
use super::super::draw;
use super::Denied;
use super::scalars::{IDENTITY, NEGATIVE, base, canonical, element, hex_of, hex_of_point, order, plus_order, scalar};

type Tests = Vec<Result<Test, String>>;

/// All groups.
pub fn suite() -> Result<Vec<Group>, String> {
    let mut signatures = accepted()?;
    signatures.extend(spoiled()?);
    signatures.extend(malformed()?);
    signatures.extend(forged()?);
    Ok(vec![group("spend-signature", signatures)?, group("spend-sign", signing()?)?])
}

fn coins(count: usize) -> Vec<Scalar> {
    (0..count).map(|number| scalar(&format!("coin {number}"))).collect()
}

fn digest() -> [u8; 32] {
    draw::bytes("an order's digest")
}

fn challenges(purpose: SpendPurpose, r: &[u8], digest: &[u8; 32], count: usize) -> Vec<Scalar> {
    let mut stream = xof(purpose.label(), &[r, digest]);
    (0..count).map(|_| Scalar::from(stream.next_u128())).collect()
}

fn bytes(r: &str) -> Result<Vec<u8>, String> {
    hex::decode(r).map_err(|why| why.to_string())
}

/// R and s by the specification's words, with R as it is given.
fn sign(purpose: SpendPurpose, coins: &[Scalar], digest: &[u8; 32], nonce: &Scalar, r: &str) -> Result<Value, String> {
    let e = challenges(purpose, &bytes(r)?, digest, coins.len());
    let s = coins.iter().zip(e).fold(*nonce, |sum, (coin, challenge)| sum + challenge * coin);
    Ok(json!({"r": r, "s": hex_of(&s)}))
}

fn keys(coins: &[Scalar]) -> Vec<String> {
    coins.iter().map(|coin| hex_of_point(&base(coin))).collect()
}

fn name(purpose: SpendPurpose) -> &'static str {
    match purpose {
        SpendPurpose::Order => "order",
        SpendPurpose::Probe => "probe",
        SpendPurpose::RefundClaim => "refund_claim",
    }
}

fn question(purpose: SpendPurpose, coins: &[Scalar]) -> Result<Value, String> {
    let nonce = scalar("a nonce of coins");
    let signature = sign(purpose, coins, &digest(), &nonce, &hex_of_point(&base(&nonce)))?;
    Ok(json!({
        "purpose": name(purpose), "keys": keys(coins), "digest": hex::encode(digest()), "signature": signature,
    }))
}

const KIND: &str = "spend-signature";

fn accepted() -> Result<Tests, String> {
    let of = |slug: &str, rule, comment: &str, input: Value| case(KIND, slug, rule, comment, input).valid();
    let order = |count| question(SpendPurpose::Order, &coins(count));
    let (one, repeated) = (coins(1), [coins(2), coins(1)].concat());
    Ok(vec![
        of("one-key", "SPEND-5", "the key of one coin", order(1)?),
        of("three-keys", "SPEND-5", "three coins, each with its own challenge", order(3)?),
        of("sixteen-keys", "SPEND-5", "as many keys as a purse has coins", order(16)?),
        of("all-keys", "SPEND-5", "as many coins as an order may have", order(256)?),
        of(
            "repeated-key",
            "SPEND-5",
            "a key that stands twice signs twice: orders forbid it, not this check",
            question(SpendPurpose::Order, &repeated)?,
        ),
        of("probe", "SPEND-3", "a probe has a label of its own", question(SpendPurpose::Probe, &one)?),
        of("refund-claim", "SPEND-3", "so has the claim of a refund", question(SpendPurpose::RefundClaim, &one)?),
    ])
}

fn with(question: &Value, field: &str, value: Value) -> Value {
    let mut question = question.clone();
    question[field] = value;
    question
}

fn spoiled() -> Result<Tests, String> {
    let coins = coins(3);
    let good = question(SpendPurpose::Order, &coins)?;
    let keys = keys(&coins);
    let of = |slug: &str, rule, comment: &str, field: &str, value: Value| {
        case(KIND, slug, rule, comment, with(&good, field, value)).denied("", "wrong")
    };
    let other = hex_of_point(&base(&scalar("another coin")));
    let signature = |r: &str, s: &str| json!({"r": r, "s": s});
    let r = good["signature"]["r"].as_str().ok_or("no R")?;
    let s = good["signature"]["s"].as_str().ok_or("no s")?;
    let negated = hex_of_point(&-element(r)?);
    let one_more = hex_of(&(canonical(s)? + Scalar::ONE));
    let as_probe = question(SpendPurpose::Probe, &coins)?;
    Ok(vec![
        of("other-digest", "SPEND-5", "another order", "digest", json!(hex::encode(draw::bytes::<32>("another hash")))),
        of("order-as-probe", "SPEND-3", "an order's signature shown as a probe's", "purpose", json!("probe")),
        of("order-as-claim", "SPEND-3", "an order's signature shown as a claim's", "purpose", json!("refund_claim")),
        of(
            "probe-as-order",
            "SPEND-3",
            "a probe's signature shown as an order's",
            "signature",
            as_probe["signature"].clone(),
        ),
        of("other-key", "SPEND-5", "one of three keys is another", "keys", json!([keys[0], other, keys[2]])),
        of("swapped-keys", "SPEND-2", "two keys exchanged", "keys", json!([keys[1], keys[0], keys[2]])),
        of("duplicate-key", "SPEND-5", "a key twice in place of two", "keys", json!([keys[0], keys[0], keys[2]])),
        of("missing-key", "SPEND-5", "the last key is missing", "keys", json!([keys[0], keys[1]])),
        of("one-key-more", "SPEND-5", "a key that did not sign", "keys", json!([keys[0], keys[1], keys[2], other])),
        of("negated-commitment", "SPEND-5", "the negative of R", "signature", signature(&negated, s)),
        of("other-response", "SPEND-5", "the response plus one", "signature", signature(r, &one_more)),
    ])
}

fn malformed() -> Result<Tests, String> {
    let good = question(SpendPurpose::Order, &coins(2))?;
    let (r, s) = (good["signature"]["r"].clone(), good["signature"]["s"].clone());
    let response = canonical(s.as_str().unwrap_or_default())?;
    let of = |slug: &str, rule, comment: &str, field: &str, value: Value| {
        case(KIND, slug, rule, comment, with(&good, field, value))
    };
    let key = good["keys"][0].clone();
    let holds = sign(SpendPurpose::Order, &coins(2), &digest(), &Scalar::ZERO, IDENTITY)?;
    Ok(vec![
        of("no-keys", "SPEND-6", "nobody signs", "keys", json!([])).denied("", "no-keys"),
        of(
            "response-plus-order",
            "SPEND-7",
            "the right s plus L",
            "signature",
            json!({"r": r, "s": hex::encode(plus_order(&response))}),
        )
        .denied("malleable", "response"),
        of("response-order", "SPEND-7", "L in place of zero", "signature", json!({"r": r, "s": hex::encode(order())}))
            .denied("non-canonical", "response"),
        of("identity-commitment", "SPEND-8", "R is the identity, and the equation holds", "signature", holds)
            .denied("identity", "commitment"),
        of("no-commitment", "SPEND-8", "R is no element", "signature", json!({"r": NEGATIVE, "s": s}))
            .denied("non-canonical", "commitment"),
        of(
            "both-malformed",
            "SPEND-7",
            "neither R nor s is one: s is looked at first",
            "signature",
            json!({"r": NEGATIVE, "s": "ff".repeat(32)}),
        )
        .denied("non-canonical", "response"),
        of("identity-key", "GROUP-2", "a key is the identity", "keys", json!([key, IDENTITY]))
            .denied("identity", "identity"),
        of("no-key", "GROUP-1", "a key is no element", "keys", json!([key, NEGATIVE]))
            .denied("non-canonical", "non-canonical"),
    ])
}

/// Signatures that a careless verifier accepts.
fn forged() -> Result<Tests, String> {
    let purpose = SpendPurpose::Order;
    let (own, victim, nonce) = (scalar("a forger's coin"), base(&scalar("coin 0")), scalar("a nonce of coins"));
    // own·G = victim + rogue: whoever made the second key knows the sum's secret, but not its own.
    let rogue = base(&own) - victim;
    let r = hex_of_point(&base(&nonce));
    let e = challenges(purpose, &bytes(&r)?, &digest(), 1);
    let equal = json!({"r": r, "s": hex_of(&(nonce + e[0] * own))});
    // Challenges that do not depend on R: choose s, then R.
    let s = scalar("any s");
    let blind = challenges(purpose, &[], &digest(), 1);
    let r: RistrettoPoint = base(&s) - blind[0] * victim;
    let chosen = json!({"r": hex_of_point(&r), "s": hex_of(&s)});
    let of = |slug: &str, comment: &str, keys: Value, signature: Value| {
        let input = json!({"purpose": "order", "keys": keys, "digest": hex::encode(digest()), "signature": signature});
        case(KIND, slug, "SPEND-5", comment, input)
    };
    let victim_key = hex_of_point(&victim);
    Ok(vec![
        of(
            "keys-that-cancel",
            "a key made out of another's, signed for with the sum's secret: accepted if all challenges are equal",
            json!([victim_key, hex_of_point(&rogue)]),
            equal,
        )
        .denied("cancelling", "wrong"),
        of(
            "chosen-commitment",
            "R computed last: accepted if the challenges do not depend on it",
            json!([victim_key]),
            chosen,
        )
        .denied("", "wrong"),
    ])
}

fn signing() -> Result<Tests, String> {
    let kind = "spend-sign";
    let input = |purpose: SpendPurpose, secrets: &[String], digest: &[u8; 32], entropy: &str| {
        json!({
            "purpose": name(purpose), "secrets": secrets, "digest": hex::encode(digest),
            "entropy": hex::encode(draw::bytes::<32>(entropy)),
        })
    };
    let secrets = |coins: &[Scalar]| coins.iter().map(hex_of).collect::<Vec<_>>();
    let of = |slug: &str, comment: &str, purpose: SpendPurpose, coins: &[Scalar], digest: [u8; 32], entropy: &str| {
        let mut transcript = Transcript::new(labels::SPEND_NONCE);
        transcript.part(purpose.label().as_bytes());
        for coin in coins {
            transcript.part(&coin.to_bytes());
        }
        transcript.part(&digest).part(&draw::bytes::<32>(entropy));
        let mut wide = [0; 64];
        transcript.xof().fill(&mut wide);
        let nonce = Scalar::from_bytes_mod_order_wide(&wide);
        let signature = sign(purpose, coins, &digest, &nonce, &hex_of_point(&base(&nonce)))?;
        case(kind, slug, "SPEND-4", comment, input(purpose, &secrets(coins), &digest, entropy))
            .gives(json!({"signature": signature}))
    };
    let (order, two, other) = (SpendPurpose::Order, coins(2), draw::bytes("another hash"));
    let refused = |slug: &str, rule, comment: &str, secrets: &[String]| {
        case(kind, slug, rule, comment, input(order, secrets, &digest(), "entropy"))
    };
    let lifted = hex::encode(plus_order(&two[1]));
    Ok(vec![
        of("two-coins", "two coins sign one order", order, &two, digest(), "entropy"),
        of("one-coin", "one coin signs one order", order, &two[..1], digest(), "entropy"),
        of("other-digest", "the same entropy for another order: another nonce", order, &two, other, "entropy"),
        of("other-entropy", "the same order with other entropy", order, &two, digest(), "more entropy"),
        of("probe", "the same entropy for a probe: another nonce", SpendPurpose::Probe, &two, digest(), "entropy"),
        refused("no-coins", "SPEND-6", "nobody signs", &[]).denied("", "no-keys"),
        refused("zero-secret", "GROUP-4", "a secret of zero", &[hex_of(&two[0]), IDENTITY.to_owned()])
            .denied("identity", "zero-scalar"),
        refused("secret-not-reduced", "GROUP-3", "a secret plus L", &[hex_of(&two[0]), lifted])
            .denied("non-canonical", "non-canonical-scalar"),
    ])
}
