//! The operations that touch a secret.

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use dudect_bencher::{BenchRng, CtRunner};
use ronde_protocol::{
    crypto::{
        Entropy, EvaluationContext, EvaluationItem, Seed,
        coin::{BlindFactor, CoinSecret, derive_blind, derive_coin_secret},
        group::{Point, PointBytes, SecretScalar},
        labels,
        mac::{MacItem, check_batch, check_one},
        poprf::{self, CoinHash, PoprfSecretKey, Tweak, coin_hash},
        possession::{KeySlot, prove_poprf},
        proof,
        sign::SigningKey,
        spend::{SpendPurpose, sign},
    },
    machine::witness::keys::NodeSeed,
    message::ids::{FederationId, KeysetId},
};
use subtle::ConstantTimeEq as _;

use super::{compare, random};

/// Of what takes tens of microseconds.
const SAMPLES: usize = 20_000;
/// Of what takes hundreds.
const FEW: usize = 8_000;
/// Of what takes less than one.
const MANY: usize = 200_000;

type Bench<'a> = (&'a mut CtRunner, &'a mut BenchRng);

/// One, or a random scalar.
fn scalar(special: bool, rng: &mut BenchRng) -> SecretScalar {
    let bytes = if special { Scalar::ONE.to_bytes() } else { reduced(rng).to_bytes() };
    SecretScalar::from_canonical(&bytes).unwrap()
}

fn reduced(rng: &mut BenchRng) -> Scalar {
    Scalar::from_bytes_mod_order(random(rng))
}

/// A seed of zeros, or a random one.
fn seed(special: bool, rng: &mut BenchRng) -> [u8; 32] {
    let drawn = random(rng);
    if special { [0; 32] } else { drawn }
}

fn point(rng: &mut BenchRng) -> Point {
    coin_hash(&PointBytes(random(rng)))
}

fn key(special: bool, rng: &mut BenchRng) -> PoprfSecretKey {
    PoprfSecretKey::from_secret(scalar(special, rng))
}

fn tweak() -> Tweak {
    Tweak::of_fixed_info(b"a class")
}

/// A coin's MAC by a witness.
pub fn evaluate(runner: &mut CtRunner, rng: &mut BenchRng) {
    let bench: Bench<'_> = (runner, rng);
    compare(bench, SAMPLES, |special, rng| (key(special, rng), point(rng)), |(key, b)| key.evaluate(&tweak(), b));
}

/// Those of an order's outputs.
pub fn evaluate_many(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special, rng: &mut BenchRng| (key(special, rng), [(tweak(), point(rng)), (tweak(), point(rng))]);
    compare((runner, rng), FEW, make, |(key, items)| key.evaluate_batch(items));
}

fn mac(special: bool, rng: &mut BenchRng) -> (PoprfSecretKey, [MacItem; 1]) {
    let (key, coin) = (key(special, rng), PointBytes(random(rng)));
    let component = key.evaluate(&tweak(), &coin_hash(&coin)).unwrap();
    (key, [MacItem { tweak: tweak(), hash: CoinHash::of(&coin), component }])
}

/// The check of one MAC.
pub fn mac_one(runner: &mut CtRunner, rng: &mut BenchRng) {
    compare((runner, rng), SAMPLES, mac, |(key, items)| check_one(key, &items[0]));
}

/// The check of a column.
pub fn mac_many(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special, rng: &mut BenchRng| (mac(special, rng), random(rng));
    compare((runner, rng), FEW, make, |((key, items), fresh)| check_batch(key, items, Entropy::new(*fresh)));
}

/// The proof that outputs were evaluated with the published key.
pub fn prove(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special, rng: &mut BenchRng| {
        let (key, blinded) = (key(special, rng), point(rng));
        let evaluated = key.evaluate(&tweak(), &blinded).unwrap();
        (key, [EvaluationItem { tweak: tweak(), blinded, evaluated }], random(rng))
    };
    compare((runner, rng), FEW, make, |(key, items, fresh)| {
        let context = EvaluationContext { federation: &[1; 32], keyset: 1, index: 0, digest: &[2; 32] };
        proof::prove(key, &context, items, Entropy::new(*fresh))
    });
}

/// The proof of possession of a key.
pub fn possession(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special, rng: &mut BenchRng| (key(special, rng), random(rng));
    compare((runner, rng), SAMPLES, make, |(key, fresh)| {
        prove_poprf(key, &KeySlot { federation: &[1; 32], keyset: 1, index: 0 }, Entropy::new(*fresh))
    });
}

/// The signature of a coin.
pub fn spend(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special, rng: &mut BenchRng| (CoinSecret::from_secret(scalar(special, rng)), random(rng));
    compare((runner, rng), SAMPLES, make, |(coin, fresh)| {
        sign(SpendPurpose::Order, &[coin], &[2; 32], Entropy::new(*fresh))
    });
}

fn blinded(special: bool, rng: &mut BenchRng) -> (BlindFactor, Point) {
    (BlindFactor::from_secret(scalar(special, rng)), point(rng))
}

/// Blinding.
pub fn blind(runner: &mut CtRunner, rng: &mut BenchRng) {
    compare((runner, rng), SAMPLES, blinded, |(blind, point)| poprf::blind(point, blind));
}

/// Unblinding.
pub fn unblind(runner: &mut CtRunner, rng: &mut BenchRng) {
    compare((runner, rng), SAMPLES, blinded, |(blind, point)| poprf::unblind(point, blind));
}

/// Unblinding what several witnesses gave, the blind decoded and used up.
pub fn unblind_many(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special, rng: &mut BenchRng| (scalar(special, rng).expose_bytes(), [point(rng), point(rng)]);
    compare((runner, rng), FEW, make, |(bytes, points)| {
        BlindFactor::from_canonical(bytes).map(|blind| poprf::unblind_all(points, blind))
    });
}

/// A coin's key and blind from a wallet's seed.
pub fn derive_coin(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special, rng: &mut BenchRng| Seed::new(seed(special, rng));
    compare((runner, rng), SAMPLES, make, |seed| {
        (derive_coin_secret(seed, 1, 0, 7, 3).public(), derive_blind(seed, 1, 0, 7, 3).expose_bytes())
    });
}

/// A witness's POPRF key from its seed.
pub fn derive_key(runner: &mut CtRunner, rng: &mut BenchRng) {
    compare((runner, rng), SAMPLES, seed, |seed| PoprfSecretKey::from_seed(seed).map(|key| key.public()));
}

/// All keys of a node from its seed.
pub fn derive_node(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special, rng: &mut BenchRng| NodeSeed::new(seed(special, rng));
    compare((runner, rng), FEW, make, |seed| {
        let keys = seed.witness_keys(&FederationId([1; 32]), KeysetId(1)).unwrap();
        (seed.node_key().verifying_key().encode(), keys.poprf.public(), keys.vote.verifying_key().encode())
    });
}

/// A vote's signature.
pub fn vote(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special, rng: &mut BenchRng| SigningKey::from_seed(&seed(special, rng));
    compare((runner, rng), SAMPLES, make, |key| key.sign(labels::VOTE_SIGNATURE, &[&[2; 32]]));
}

/// Two values that are equal, or differ at once.
fn pair(special: bool, rng: &mut BenchRng) -> ([u8; 32], [u8; 32]) {
    let (one, mut other) = (random(rng), random(rng));
    if special {
        other = one;
    } else {
        other[0] = !one[0];
    }
    (one, other)
}

/// Seeds, and what grants and claims compare: bytes by `subtle`.
pub fn seed_comparison(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special, rng: &mut BenchRng| {
        let (one, other) = pair(special, rng);
        (Seed::new(one), Seed::new(other))
    };
    compare((runner, rng), MANY, make, |(one, other)| bool::from(one.ct_eq(other)));
}

/// Secret scalars.
pub fn scalar_comparison(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special: bool, rng: &mut BenchRng| {
        let one = reduced(rng);
        let other = if special { one } else { reduced(rng) };
        let secret = |scalar: Scalar| SecretScalar::from_canonical(&scalar.to_bytes()).unwrap();
        (secret(one), secret(other))
    };
    compare((runner, rng), MANY, make, |(one, other)| bool::from(one.ct_eq(other)));
}

/// The hashes of tills' tokens, as a node compares them.
pub fn token_comparison(runner: &mut CtRunner, rng: &mut BenchRng) {
    compare((runner, rng), MANY, pair, |(one, other)| {
        blake3::Hash::from_bytes(*one) == blake3::Hash::from_bytes(*other)
    });
}

/// Control: a comparison that stops at the first difference.
pub fn leaky_comparison(runner: &mut CtRunner, rng: &mut BenchRng) {
    compare((runner, rng), MANY, pair, |(one, other)| one.iter().zip(other).all(|(a, b)| std::hint::black_box(a) == b));
}

/// Control: a multiplication made for public scalars.
pub fn leaky_multiplication(runner: &mut CtRunner, rng: &mut BenchRng) {
    let make = |special: bool, rng: &mut BenchRng| if special { Scalar::ONE } else { reduced(rng) };
    let point = RistrettoPoint::mul_base(&Scalar::from(7u8));
    compare((runner, rng), SAMPLES, make, |scalar| {
        RistrettoPoint::vartime_double_scalar_mul_basepoint(scalar, &point, &Scalar::ZERO)
    });
}
