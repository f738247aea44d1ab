//! What it would be worth if the keys of coins that are spent about the same time lay together.
//!
//! They can't. A coin is looked up by what an order shows of it, and an order shows the same of a coin whenever it is spent,
//! or a second order would look in another place and find nothing. So a key is made of what never changes about a coin: its
//! keyset, its class and P. The day of the vote is not among it: a witness that files coins by it has to look into every day
//! so far, and an LSM does that better, with filters. The order's own time is the spender's to choose. A time within the class
//! would cut the crowd in which a coin hides into days. P itself is uniform, and has to be.

use std::path::Path;
use std::time::Instant;

use ronde_node::store::{Engine, Table};
use ronde_protocol::machine::witness::record::CoinRecord;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::ids::OrderDigest;
use serde::{Deserialize, Serialize};

use crate::Failed;
use crate::federation_support::{Dice, KEYSET};
use crate::machine;
use crate::measure::Pace;
use crate::step::Which;

/// Orders, and how many share a transaction.
const ORDERS: u64 = 4096;
const BATCH: u64 = 8;
/// Coins of an order.
const COINS: u64 = 4;

/// Where the keys lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clustered {
    /// Anywhere: as they are.
    No,
    /// Each behind the one before it.
    Yes,
}

/// Looks coins up, binds them, looks them up again, spends them.
pub fn spend(which: Which, folder: &Path, how: Clustered, round: u64) -> Result<Pace, Failed> {
    let mut engine = which.open(folder)?;
    machine::read_all(folder)?;
    let mut dice = Dice(round << 8 | u64::from(how == Clustered::Yes));
    let (used, begun) = (machine::used()?, Instant::now());
    let mut next = u32::try_from(round * ORDERS * COINS)?;
    for _ in 0..ORDERS / BATCH {
        let keys: Vec<Vec<u8>> = (0..BATCH * COINS)
            .map(|_| {
                let mut point = dice.bytes();
                if how == Clustered::Yes {
                    next += 1;
                    point[..4].fill(0xff);
                    point[4..8].copy_from_slice(&next.to_be_bytes());
                }
                [&KEYSET.0.to_be_bytes()[..], &point].concat()
            })
            .collect();
        for spent in [false, true] {
            write(engine.as_mut(), &keys, CoinRecord { digest: OrderDigest(dice.bytes()), spent })?;
        }
    }
    let (took, after) = (begun.elapsed(), machine::used()?);
    let per = |total: f64| total / ORDERS as f64;
    Ok(Pace {
        rate: ORDERS as f64 / took.as_secs_f64(),
        cpu: per(after.cpu.saturating_sub(used.cpu).as_secs_f64() * 1e6),
        written: per(after.written.saturating_sub(used.written) as f64),
        read: per(after.read.saturating_sub(used.read) as f64),
        ..Pace::default()
    })
}

fn write(engine: &mut dyn Engine, keys: &[Vec<u8>], record: CoinRecord) -> Result<(), Failed> {
    let mut tx = engine.begin()?;
    for key in keys {
        if tx.get(Table::Coin, key)?.is_some() != record.spent {
            return Err("a coin was drawn twice, or lost".into());
        }
        tx.put(Table::Coin, key, &encode(&record))?;
    }
    tx.commit()?;
    Ok(())
}
