//! Suite `proofs`.

use curve25519_dalek::scalar::Scalar;
use ronde_protocol::message::{
    class::{Class, Kind},
    ids::{CampaignId, FederationId, KeysetId, OfferId},
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::super::case::{case, group};
use super::super::draw;
use super::Denied;
use super::coins::federation;
use super::possession;
use super::prover::{Claim, Item, Weights, evaluate};
use super::scalars::{IDENTITY, NEGATIVE, base, canonical, hex_of, hex_of_point, order, plus_order, scalar};

type Tests = Vec<Result<Test, String>>;

/// All groups.
pub fn suite() -> Result<Vec<Group>, String> {
    let mut proofs = accepted()?;
    proofs.extend(spoiled()?);
    proofs.extend(malformed()?);
    proofs.extend(forged()?);
    Ok(vec![
        group("evaluation-proof", proofs)?,
        group("evaluation-prove", proving()?)?,
        group("possession", possession::tests())?,
    ])
}

/// The info of a kind in keyset 1.
pub fn info(kind: Kind) -> Vec<u8> {
    Class { keyset: KeysetId(1), kind }.info(&FederationId(federation())).to_vec()
}

fn kinds() -> [Vec<u8>; 5] {
    [
        info(Kind::Points { denomination: 8 }),
        info(Kind::Ballot { campaign: CampaignId(8) }),
        info(Kind::Points { denomination: 4 }),
        info(Kind::Voucher { offer: OfferId(8) }),
        info(Kind::Points { denomination: 1 << 32 }),
    ]
}

/// Outputs of mixed classes that the key evaluated rightly.
fn claim(count: usize) -> Result<Claim, String> {
    let key = scalar("a witness's key");
    let item = |(place, info): (usize, Vec<u8>)| {
        let blinded = base(&scalar(&format!("blinded {place}")));
        Ok(Item { evaluated: evaluate(&key, &info, &blinded)?, info, blinded })
    };
    let items: Result<Vec<Item>, String> = kinds().into_iter().cycle().take(count).enumerate().map(item).collect();
    let digest = draw::bytes("an order's digest");
    Ok(Claim { key, federation: federation(), keyset: 1, index: 2, digest, items: items? })
}

/// A question with a proof over the claim as it is.
fn question(claim: &Claim) -> Result<Value, String> {
    let proof = claim.prove(Weights::Drawn, &claim.nonce(&draw::bytes("entropy"))?)?;
    Ok(with_proof(claim, proof))
}

fn with_proof(claim: &Claim, proof: Value) -> Value {
    let mut question = claim.json();
    question["public_key"] = json!(hex_of_point(&base(&claim.key)));
    question["proof"] = proof;
    question
}

const KIND: &str = "evaluation-proof";

fn accepted() -> Result<Tests, String> {
    let mut repeated = claim(2)?;
    repeated.items.push(repeated.items[0].clone());
    let other_nonce = with_proof(&claim(2)?, claim(2)?.prove(Weights::Drawn, &scalar("any nonce"))?);
    let of = |slug: &str, comment: &str, input: Value| case(KIND, slug, "PROOF-1", comment, input).valid();
    Ok(vec![
        of("one-output", "an order of one output", question(&claim(1)?)?),
        of("two-classes", "a coin of 8 points and a ballot", question(&claim(2)?)?),
        of("eight-mixed", "eight outputs of five classes", question(&claim(8)?)?),
        of("repeated-output", "an output that stands twice is proven twice", question(&repeated)?),
        case(KIND, "other-nonce", "PROOF-3", "any nonce will do for a verifier", other_nonce).valid(),
    ])
}

/// One field at a time is another one than what was proven.
fn spoiled() -> Result<Tests, String> {
    let good = question(&claim(3)?)?;
    let other = hex_of_point(&base(&scalar("another element")));
    let other_key = hex_of_point(&base(&scalar("another key")));
    let of = |slug: &str, rule, comment: &str, pointer: &str, value: Value| {
        let mut input = good.clone();
        match input.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => return Err(format!("{slug}: nothing at {pointer}")),
        }
        case(KIND, slug, rule, comment, input).denied("", "wrong")
    };
    let other_hash = json!(hex::encode(draw::bytes::<32>("another hash")));
    let other_info = json!(hex::encode(&kinds()[3]));
    let flipped = |pointer: &str| -> Result<Value, String> {
        let scalar = canonical(good.pointer(pointer).and_then(Value::as_str).unwrap_or_default())?;
        Ok(json!(hex_of(&(scalar + Scalar::ONE))))
    };
    let items = |places: &[usize]| json!(places.iter().map(|place| &good["items"][place]).collect::<Vec<_>>());
    let proof =
        |first: &str, second: &str| json!({"challenge": good["proof"][first], "response": good["proof"][second]});
    Ok(vec![
        of("other-key", "PROOF-1", "a key of its own for one customer", "/public_key", json!(other_key)),
        of("other-federation", "PROOF-1", "another federation", "/federation", other_hash.clone()),
        of("other-keyset", "PROOF-1", "another keyset", "/keyset", json!(2)),
        of("other-index", "PROOF-1", "another witness", "/index", json!(3)),
        of("other-digest", "PROOF-1", "another order", "/digest", other_hash),
        of("first-class", "PROOF-1", "the first output's class", "/items/0/info", other_info.clone()),
        of("last-class", "PROOF-1", "the last output's class", "/items/2/info", other_info),
        of("first-blinded", "PROOF-1", "the first B is another", "/items/0/blinded", json!(other)),
        of("last-blinded", "PROOF-1", "the last B is another", "/items/2/blinded", json!(other)),
        of("first-evaluated", "PROOF-1", "the first Z is another", "/items/0/evaluated", json!(other)),
        of("last-evaluated", "PROOF-1", "the last Z is another", "/items/2/evaluated", json!(other)),
        of("swapped", "PROOF-1", "two outputs in the other order", "/items", items(&[1, 0, 2])),
        of("one-less", "PROOF-1", "the last output is missing", "/items", items(&[0, 1])),
        of("one-more", "PROOF-1", "an output stands twice", "/items", items(&[0, 1, 2, 2])),
        of("challenge", "PROOF-3", "the challenge plus one", "/proof/challenge", flipped("/proof/challenge")?),
        of("response", "PROOF-3", "the response plus one", "/proof/response", flipped("/proof/response")?),
        of("exchanged", "PROOF-3", "challenge and response exchanged", "/proof", proof("response", "challenge")),
        of(
            "zero-proof",
            "PROOF-3",
            "64 zero bytes prove nothing where there is an output",
            "/proof",
            json!({"challenge": IDENTITY, "response": IDENTITY}),
        ),
    ])
}

/// What is no scalar, no element, or nothing.
fn malformed() -> Result<Tests, String> {
    let good = question(&claim(2)?)?;
    let of = |slug: &str, rule, comment: &str, pointer: &str, value: Value| {
        let mut input = good.clone();
        if let Some(place) = input.pointer_mut(pointer) {
            *place = value;
        }
        case(KIND, slug, rule, comment, input)
    };
    let (c, s, no_scalar) = ("/proof/challenge", "/proof/response", "non-canonical-scalar");
    let lifted = |pointer: &str| -> Result<Value, String> {
        let scalar = canonical(good.pointer(pointer).and_then(Value::as_str).unwrap_or_default())?;
        Ok(json!(hex::encode(plus_order(&scalar))))
    };
    let (z, b) = ("/items/1/evaluated", "/items/1/blinded");
    let l = json!(hex::encode(order()));
    Ok(vec![
        of("challenge-plus-order", "PROOF-4", "the right challenge plus L", c, lifted(c)?)
            .denied("malleable", no_scalar),
        of("response-plus-order", "PROOF-4", "the right response plus L", s, lifted(s)?).denied("malleable", no_scalar),
        of("challenge-order", "PROOF-4", "L in place of zero", c, l.clone()).denied("non-canonical", no_scalar),
        of("response-order", "PROOF-4", "L in place of zero", s, l).denied("non-canonical", no_scalar),
        of("no-outputs", "PROOF-6", "of nothing there is nothing to prove", "/items", json!([])).denied("", "empty"),
        of("identity-key", "GROUP-2", "K is the identity", "/public_key", json!(IDENTITY))
            .denied("identity", "identity"),
        of("identity-evaluated", "GROUP-2", "Z is the identity", z, json!(IDENTITY)).denied("identity", "identity"),
        of("identity-blinded", "GROUP-2", "B is the identity", b, json!(IDENTITY)).denied("identity", "identity"),
        of("no-key", "GROUP-1", "K is no element", "/public_key", json!(NEGATIVE))
            .denied("non-canonical", "non-canonical"),
        of("no-evaluated", "GROUP-1", "Z is no element", z, json!(NEGATIVE)).denied("non-canonical", "non-canonical"),
        of("no-blinded", "GROUP-1", "B is no element", b, json!(NEGATIVE)).denied("non-canonical", "non-canonical"),
    ])
}

/// Wrong elements under a proof that its maker computed over them.
fn forged() -> Result<Tests, String> {
    let nonce = scalar("a forger's nonce");
    let error = base(&scalar("an error"));
    let mut one_wrong = claim(3)?;
    one_wrong.items[1].evaluated =
        evaluate(&scalar("another key"), &one_wrong.items[1].info, &one_wrong.items[1].blinded)?;
    // Both of one class, so that the error leaves the sum of all Z and that of all B - m·Z as they are.
    let mut cancelling = claim(6)?;
    cancelling.items[0].evaluated += error;
    cancelling.items[5].evaluated -= error;
    let mut swapped = claim(6)?;
    let first = swapped.items[0].evaluated;
    swapped.items[0].evaluated = swapped.items[5].evaluated;
    swapped.items[5].evaluated = first;
    let mut marked = claim(2)?;
    marked.key = scalar("a key for one customer");
    for item in &mut marked.items {
        item.evaluated = evaluate(&marked.key, &item.info, &item.blinded)?;
    }
    let mut of_published_key = with_proof(&marked, marked.prove(Weights::Drawn, &nonce)?);
    of_published_key["public_key"] = json!(hex_of_point(&base(&claim(2)?.key)));
    let of = |slug: &str, rule, comment: &str, input: Value| case(KIND, slug, rule, comment, input);
    Ok(vec![
        of(
            "one-wrong",
            "PROOF-2",
            "one of three by another key",
            with_proof(&one_wrong, one_wrong.prove(Weights::Drawn, &nonce)?),
        )
        .denied("", "wrong"),
        of(
            "errors-that-cancel",
            "PROOF-2",
            "two errors that cancel if all weights are equal, with a proof that takes them so",
            with_proof(&cancelling, cancelling.prove(Weights::Equal, &nonce)?),
        )
        .denied("cancelling", "wrong"),
        of(
            "swapped-evaluations",
            "PROOF-2",
            "the Z of two outputs of one class exchanged, with a proof of equal weights",
            with_proof(&swapped, swapped.prove(Weights::Equal, &nonce)?),
        )
        .denied("cancelling", "wrong"),
        of(
            "marked",
            "PROOF-1",
            "evaluated and proven with a key for one customer, shown as the published one",
            of_published_key,
        )
        .denied("", "wrong"),
    ])
}

fn proving() -> Result<Tests, String> {
    let kind = "evaluation-prove";
    let input = |claim: &Claim, entropy: &str| {
        let mut input = claim.json();
        input["secret_key"] = json!(hex_of(&claim.key));
        input["entropy"] = json!(hex::encode(draw::bytes::<32>(entropy)));
        input
    };
    let of = |slug: &str, comment: &str, claim: &Claim, entropy: &str| {
        let proof = claim.prove(Weights::Drawn, &claim.nonce(&draw::bytes(entropy))?)?;
        case(kind, slug, "PROOF-8", comment, input(claim, entropy)).gives(json!({"proof": proof}))
    };
    let two = claim(2)?;
    let other_order = Claim { digest: draw::bytes("another hash"), ..two.clone() };
    let mut wrong = two.clone();
    wrong.items[1].evaluated = evaluate(&scalar("another key"), &wrong.items[1].info, &wrong.items[1].blinded)?;
    let none = Claim { items: Vec::new(), ..two.clone() };
    let with_key = |key: [u8; 32]| {
        let mut input = input(&two, "entropy");
        input["secret_key"] = json!(hex::encode(key));
        input
    };
    Ok(vec![
        of("two-classes", "a coin of 8 points and a ballot", &two, "entropy"),
        of("other-order", "the same entropy for another order: another nonce", &other_order, "entropy"),
        of("other-entropy", "the same order with other entropy", &two, "more entropy"),
        of("eight-mixed", "eight outputs of five classes", &claim(8)?, "entropy"),
        case(
            kind,
            "not-evaluated",
            "PROOF-7",
            "one Z by another key: nothing is signed that accuses",
            input(&wrong, "entropy"),
        )
        .denied("", "not-evaluated"),
        case(kind, "no-outputs", "PROOF-6", "nothing to prove", input(&none, "entropy")).denied("", "empty"),
        case(kind, "zero-key", "GROUP-4", "a key of zero", with_key([0; 32])).denied("identity", "zero-scalar"),
        case(kind, "key-not-reduced", "GROUP-3", "the key plus L", with_key(plus_order(&two.key)))
            .denied("non-canonical", "non-canonical-scalar"),
    ])
}
