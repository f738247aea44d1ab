//! A database with so many coins spent, and what their orders left.

use ronde_node::store::Table;
use ronde_protocol::crypto::merkle::Subtree;
use serde::{Deserialize, Serialize};

use crate::Failed;
use crate::federation_support::{Dice, KEYSET};
use crate::progress::Progress;
use crate::sink::Sink;
use crate::template::Templates;
use crate::town::INPUTS;

/// A tree that is filled in the order of its keys is full to the brim, and the first rows that come afterwards split all of
/// its pages. So rows come in passes, each over all keys in order: half of them, a quarter, a quarter, as a tree looks
/// that grew by rows at random.
const PASSES: [&[u64]; 3] = [&[0, 2], &[1], &[3]];
const SLOTS: u64 = 4;

/// How much to fill in.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Amount {
    /// Coins spent.
    pub coins: u64,
    /// Orders with all of their rows.
    pub orders: u64,
}

impl Amount {
    /// Rows but for the constant ones.
    pub fn rows(self) -> u64 {
        // A log of n entries has 2n - 1 nodes at most.
        self.coins + self.orders * (1 + 2 + 4 + 1 + 3)
    }
}

/// Keys spread evenly, in ascending order: which of so many lies in which part of the range.
struct Spread {
    count: u64,
    slot: u64,
    salt: u64,
}

impl Spread {
    fn new(count: u64, salt: u64) -> Self {
        Self { count, slot: u64::MAX / count.max(1), salt }
    }

    fn each(&self, length: usize, mut put: impl FnMut(&[u8], &mut Dice) -> Result<(), Failed>) -> Result<(), Failed> {
        let mut key = KEYSET.0.to_be_bytes().to_vec();
        key.resize(length, 0);
        for pass in PASSES {
            for number in (0..self.count).filter(|number| pass.contains(&(number % SLOTS))) {
                let mut dice = Dice(number ^ self.salt << 48);
                let first = number * self.slot + dice.roll(self.slot);
                if let Some(start) = key.get_mut(4..12) {
                    start.copy_from_slice(&first.to_be_bytes());
                }
                for bytes in key.get_mut(12..).unwrap_or_default().chunks_mut(8) {
                    let drawn = dice.bits().to_le_bytes();
                    bytes.copy_from_slice(drawn.get(..bytes.len()).unwrap_or_default());
                }
                put(&key, &mut dice)?;
            }
        }
        Ok(())
    }
}

/// Fills.
pub fn fill(name: &str, amount: Amount, templates: &mut Templates, sink: &mut dyn Sink) -> Result<(), Failed> {
    let mut progress = Progress::new(format!("filling {name}"), amount.rows());
    let coin = &mut templates.coin;
    Spread::new(amount.coins, 1).each(4 + 32, |key, dice| {
        progress.add(1);
        sink.put(Table::Coin, key, coin.draw(dice))
    })?;
    let order = &mut templates.order;
    Spread::new(amount.orders, 2).each(4 + 32, |key, dice| {
        progress.add(1);
        sink.put(Table::Order, key, order.draw(dice))
    })?;
    Spread::new(amount.orders * 3, 3).each(templates.bucket_key, |key, _| {
        progress.add(1);
        sink.put(Table::Bucket, key, &[])
    })?;
    log(amount.orders, templates, sink, &mut progress)?;
    if amount.orders > 0 {
        let size = (amount.orders * 2).to_le_bytes();
        for (table, key, value) in &templates.constant {
            let value = if *key == templates.log_size { &size[..] } else { value };
            sink.put(*table, key, value)?;
        }
    }
    Ok(())
}

/// Two entries of each order, the tree above them, and the feed.
fn log(orders: u64, templates: &mut Templates, sink: &mut dyn Sink, progress: &mut Progress) -> Result<(), Failed> {
    let key = |parts: &[&[u8]]| [&KEYSET.0.to_be_bytes()[..], &parts.concat()].concat();
    let mut dice = Dice(0x106);
    for position in 0..orders * 2 {
        let [voted, certified] = &mut templates.entries;
        let entry = if position % 2 == 0 { voted } else { certified };
        progress.add(1);
        sink.put(Table::LogEntry, &key(&[&position.to_be_bytes()]), entry.draw(&mut dice))?;
    }
    let (mut level, mut width) = (0u8, orders * 2);
    while width > 0 {
        for index in 0..width {
            let place = Subtree { level, index };
            progress.add(1);
            let key = key(&[&[place.level], &place.index.to_be_bytes()]);
            sink.put(Table::LogNode, &key, templates.node.draw(&mut dice))?;
        }
        (level, width) = (level + 1, width / 2);
    }
    for store in 1u32..=4 {
        for order in (0..orders).filter(|order| order % 4 == u64::from(store - 1)) {
            progress.add(1);
            let position = order * 2 + 1;
            sink.put(Table::Feed, &key(&[&store.to_be_bytes(), &position.to_be_bytes()]), &[])?;
        }
    }
    Ok(())
}

/// Bytes that one order's rows have, keys and values, without any engine's own.
pub fn bytes_per_order(templates: &Templates) -> usize {
    let entries: usize = templates.entries.iter().map(|entry| entry.len() + 12).sum();
    let coins = usize::try_from(INPUTS).unwrap_or(0) * (36 + templates.coin.len());
    coins + 36 + templates.order.len() + entries + 4 * (13 + templates.node.len()) + 16 + 3 * templates.bucket_key
}
