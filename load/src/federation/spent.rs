//! A database in which any number of coins is spent, before its node starts.

use std::path::Path;

use ronde_node::store::{Engine as _, SqliteEngine, Table};
use ronde_protocol::machine::witness::record::CoinRecord;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::ids::{KeysetId, OrderDigest};

use crate::Failed;

/// Rows of a transaction.
const AT_ONCE: usize = 50_000;

/// Writes so many coins down as spent, under keys that lie anywhere, as those of real ones do. Nobody has these coins.
pub fn fill(database: &Path, keyset: KeysetId, coins: u64) -> Result<(), Failed> {
    let mut keys: Vec<[u8; 32]> = (0..coins).map(|number| *blake3::hash(&number.to_le_bytes()).as_bytes()).collect();
    // A table in order is filled in seconds, and is the same table.
    keys.sort_unstable();
    let mut engine = SqliteEngine::open(database)?;
    for some in keys.chunks(AT_ONCE) {
        let mut transaction = engine.begin()?;
        for key in some {
            let row = [&keyset.0.to_be_bytes()[..], key].concat();
            let record = CoinRecord { digest: OrderDigest(*key), spent: true };
            transaction.put(Table::Coin, &row, &encode(&record))?;
        }
        transaction.commit()?;
    }
    Ok(())
}
