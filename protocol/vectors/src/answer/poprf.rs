//! The blind evaluation of coins, and the check of what comes of it.

use ronde_protocol::crypto::{
    BlindFactor, CoinHash, Entropy, MacItem, Point, PointBytes, PoprfSecretKey, SecretScalar, Tweak, blind, coin_hash,
    mac,
    suite::{self, Mode},
    unblind,
};
use serde::{Deserialize, Serialize};

use super::{Hex, Nothing, Octets, Refused, group::ModeNumber};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Run {
    mode: ModeNumber,
    seed: Hex<32>,
    key_info: Octets,
    input: Octets,
    info: Octets,
    blind: Hex<32>,
}

#[derive(Serialize)]
pub(super) struct Transcribed {
    secret_key: Hex<32>,
    public_key: Hex<32>,
    blinded: Hex<32>,
    evaluated: Hex<32>,
    unblinded: Hex<32>,
    output: Hex<64>,
}

pub(super) fn rfc9497_poprf(run: Run) -> Result<Transcribed, Refused> {
    let mode = run.mode.0;
    let secret = suite::derive_key(mode, &run.seed.0, &run.key_info.0)?;
    let exposed = *secret.expose_bytes();
    let key = PoprfSecretKey::from_secret(secret);
    let factor = BlindFactor::from_canonical(&run.blind.0)?;
    let blinded = blind(&suite::hash_to_group(mode, &run.input.0), &factor);
    let evaluated = match mode {
        Mode::Poprf => key.evaluate(&Tweak::of_info(&run.info.0)?, &blinded)?,
        // The other modes multiply by the key itself, as blinding multiplies by the blind.
        Mode::Oprf | Mode::Voprf => blind(&blinded, &BlindFactor::from_canonical(&exposed)?),
    };
    let unblinded = unblind(&evaluated, &factor);
    Ok(Transcribed {
        secret_key: Hex(exposed),
        public_key: Hex(key.public().encode().0),
        blinded: encoded(&blinded),
        evaluated: encoded(&evaluated),
        unblinded: encoded(&unblinded),
        output: Hex(suite::finalize(mode, &run.input.0, &run.info.0, &unblinded)?),
    })
}

fn encoded(point: &Point) -> Hex<32> {
    Hex(*point.as_bytes())
}

fn element(bytes: Hex<32>) -> Result<Point, Refused> {
    Ok(PointBytes(bytes.0).decode()?)
}

fn secret_key(bytes: Hex<32>) -> Result<PoprfSecretKey, Refused> {
    Ok(PoprfSecretKey::from_secret(SecretScalar::from_canonical(&bytes.0)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToBlind {
    point: Hex<32>,
    blind: Hex<32>,
}

#[derive(Serialize)]
pub(super) struct Blinded {
    hash: Hex<32>,
    blinded: Hex<32>,
}

pub(super) fn blind_coin(input: ToBlind) -> Result<Blinded, Refused> {
    let hash = coin_hash(&element(input.point)?.encode());
    let blinded = blind(&hash, &BlindFactor::from_canonical(&input.blind.0)?);
    Ok(Blinded { hash: encoded(&hash), blinded: encoded(&blinded) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToEvaluate {
    secret_key: Hex<32>,
    info: Octets,
    blinded: Hex<32>,
}

#[derive(Serialize)]
pub(super) struct Evaluated {
    evaluated: Hex<32>,
}

pub(super) fn evaluate(input: ToEvaluate) -> Result<Evaluated, Refused> {
    let key = secret_key(input.secret_key)?;
    let tweak = Tweak::of_info(&input.info.0)?;
    Ok(Evaluated { evaluated: encoded(&key.evaluate(&tweak, &element(input.blinded)?)?) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToUnblind {
    evaluated: Hex<32>,
    blind: Hex<32>,
}

#[derive(Serialize)]
pub(super) struct Component {
    component: Hex<32>,
}

pub(super) fn unblind_component(input: ToUnblind) -> Result<Component, Refused> {
    let evaluated = element(input.evaluated)?;
    Ok(Component { component: encoded(&unblind(&evaluated, &BlindFactor::from_canonical(&input.blind.0)?)) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Macs {
    secret_key: Hex<32>,
    coins: Vec<ShownCoin>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShownCoin {
    info: Octets,
    point: Hex<32>,
    component: Hex<32>,
}

pub(super) fn mac_check(input: Macs) -> Result<Nothing, Refused> {
    let key = secret_key(input.secret_key)?;
    let mut items = Vec::new();
    for coin in &input.coins {
        let hash = CoinHash::of(&element(coin.point)?.encode());
        let tweak = Tweak::of_info(&coin.info.0)?;
        items.push(MacItem { tweak, hash, component: element(coin.component)? });
    }
    let batch = mac::check_batch(&key, &items, Entropy::new([0x5a; 32]));
    // The batch says what the coins say one by one; if not, this answer is nobody's.
    if batch != items.iter().try_for_each(|item| mac::check_one(&key, item)) {
        return Err(Refused::named("batch-and-single-differ"));
    }
    batch?;
    Ok(Nothing {})
}
