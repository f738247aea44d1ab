//! `closing-statement`, `closing`, `move-time`: the end of a keyset, and leaving it.

use ronde_protocol::{
    crypto::{Seed, group::PointBytes},
    machine::{
        closing::{ClosedLogs, ClosingError, CoinFate},
        wallet::Wallet,
    },
    message::{ids::OrderDigest, log::LogEntry, statement::ClosingStatement},
};
use serde::{Deserialize, Serialize};

use super::given::{kebab, keyset, walk};
use crate::answer::{Hex, Octets, Refused};

/// What a witness says of its frozen log.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementInput {
    charters: Vec<Octets>,
    keyset: u32,
    statement: Octets,
}

/// How far the log goes.
#[derive(Serialize)]
pub struct Told {
    index: u8,
    size: u64,
    root: Hex<32>,
}

/// Whether a witness signed a closing statement.
pub fn statement(StatementInput { charters, keyset: id, statement }: StatementInput) -> Result<Told, Refused> {
    let charter = walk(&charters)?;
    let statement: ClosingStatement = statement.read()?;
    let index = statement.index.0;
    let verified = statement.verify(keyset(&charter, id)?);
    let told = verified.map_err(|_| Refused::named("not-signed").with("index", index))?.get();
    Ok(Told { index, size: told.size, root: Hex(told.root) })
}

/// Frozen logs, and what is asked of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingInput {
    charters: Vec<Octets>,
    keyset: u32,
    logs: Vec<FrozenLog>,
    orders: Vec<Hex<32>>,
    coins: Vec<Hex<32>>,
}

/// A log and the statement about it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenLog {
    statement: Octets,
    entries: Vec<Octets>,
}

/// What became of orders and coins.
#[derive(Serialize)]
pub struct Closed {
    logs: Vec<String>,
    orders: Vec<bool>,
    coins: Vec<&'static str>,
}

/// What a closed keyset's statements and logs say.
pub fn closing(input: ClosingInput) -> Result<Closed, Refused> {
    let charter = walk(&input.charters)?;
    let mut closed = ClosedLogs::new(keyset(&charter, input.keyset)?);
    let mut logs = Vec::new();
    for log in &input.logs {
        let statement: ClosingStatement = log.statement.read()?;
        let entries: Vec<LogEntry> = log.entries.iter().map(Octets::read).collect::<Result<_, _>>()?;
        logs.push(match closed.add(&statement, &entries) {
            Ok(()) => "read".to_owned(),
            Err(ClosingError::Unsigned(_)) => "not-signed".to_owned(),
            Err(error) => kebab(&error),
        });
    }
    let fate = |coin: &Hex<32>| match closed.fate(&PointBytes(coin.0)) {
        CoinFate::Spent => "spent",
        CoinFate::Free => "free",
        CoinFate::Undecided => "undecided",
    };
    Ok(Closed {
        orders: input.orders.iter().map(|digest| closed.is_certified(&OrderDigest(digest.0))).collect(),
        coins: input.coins.iter().map(fate).collect(),
        logs,
    })
}

/// A wallet's seed, and coins that are to leave a keyset.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveInput {
    charters: Vec<Octets>,
    seed: Hex<32>,
    device: u32,
    keyset: u32,
    denomination: u64,
}

/// When they leave.
#[derive(Serialize)]
pub struct MoveTime {
    at: u64,
}

/// When a wallet moves its coins of one denomination.
pub fn move_time(input: MoveInput) -> Result<MoveTime, Refused> {
    let charter = walk(&input.charters)?;
    let wallet = Wallet::new(Seed::new(input.seed.0), *charter.federation(), input.device);
    Ok(MoveTime { at: wallet.move_time(keyset(&charter, input.keyset)?, input.denomination) })
}
