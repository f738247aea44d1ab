//! Quorums and splits.

use ronde_protocol::{
    machine::wallet::{WalletError, canonical_split},
    message::amount::Points,
    quorum::Quorum,
};
use serde::{Deserialize, Serialize};

use super::Refused;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Committee {
    witnesses: usize,
    faults: u8,
}

#[derive(Serialize)]
pub(super) struct Counts {
    quorum: usize,
}

pub(super) fn quorum(input: Committee) -> Result<Counts, Refused> {
    Ok(Counts { quorum: Quorum::new(input.witnesses, input.faults)?.votes() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sum {
    points: u64,
    denominations: Vec<u64>,
}

#[derive(Serialize)]
pub(super) struct Coins {
    coins: Vec<u64>,
}

pub(super) fn split(input: Sum) -> Result<Coins, Refused> {
    let coins = canonical_split(Points(input.points), &input.denominations).map_err(|error| match error {
        WalletError::TooManyCoins => Refused::named("too-many-coins"),
        other => Refused::named("unexpected").with("what", other.to_string()),
    })?;
    Ok(Coins { coins })
}
