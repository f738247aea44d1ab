//! What an order leaves in the database, as the machine wrote it for some real ones: rows of the same keys and lengths, random
//! where the real ones differ from one another.

use std::collections::BTreeMap;

use ronde_node::store::{Engine as _, MemoryEngine, Table};

use crate::Failed;
use crate::federation_support::Dice;
use crate::town::Town;

/// Real orders that are compared; a byte that is random is the same in all of them once in 256^7.
const SAMPLES: usize = 8;

/// A value of a row.
pub struct Template {
    bytes: Vec<u8>,
    random: Vec<usize>,
}

impl Template {
    fn of(samples: &[Vec<u8>]) -> Result<Self, Failed> {
        let bytes = samples.first().cloned().unwrap_or_default();
        if samples.len() != SAMPLES || samples.iter().any(|sample| sample.len() != bytes.len()) {
            return Err("rows of one kind have different lengths".into());
        }
        let differs = |at: &usize| samples.iter().any(|sample| sample.get(*at) != bytes.get(*at));
        let random = (0..bytes.len()).filter(differs).collect();
        Ok(Self { bytes, random })
    }

    /// Another one.
    pub fn draw(&mut self, dice: &mut Dice) -> &[u8] {
        for places in self.random.chunks(8) {
            for (place, byte) in places.iter().zip(dice.bits().to_le_bytes()) {
                if let Some(at) = self.bytes.get_mut(*place) {
                    *at = byte;
                }
            }
        }
        &self.bytes
    }

    /// Its length.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// All kinds of rows.
pub struct Templates {
    /// Spent.
    pub coin: Template,
    /// Certified and evaluated.
    pub order: Template,
    /// Of a vote, and of a certificate.
    pub entries: [Template; 2],
    /// Inside the log's tree.
    pub node: Template,
    /// How long the keys of a bucket's entries are.
    pub bucket_key: usize,
    /// Rows with a key that depends on no order: counters, books, marks.
    pub constant: Vec<(Table, Vec<u8>, Vec<u8>)>,
    /// The key under which the log's size is kept.
    pub log_size: Vec<u8>,
}

impl Templates {
    /// Lets the machine write.
    pub fn record(town: &Town) -> Result<Self, Failed> {
        let mut engine = MemoryEngine::new();
        let observed = engine.reader()?;
        for payment in town.payments(0x7e3, SAMPLES)? {
            let mut tx = engine.begin()?;
            town.vote(tx.as_mut(), &payment)?;
            town.certify(tx.as_mut(), &payment)?;
            tx.commit()?;
        }
        let mut rows = BTreeMap::new();
        for table in Table::ALL {
            rows.insert(*table, observed.scan(*table, &[], None, usize::MAX)?);
        }
        let mut of = |table: Table| rows.remove(&table).unwrap_or_default();
        let values = |entries: &[(Vec<u8>, Vec<u8>)], from: usize, step: usize| -> Vec<Vec<u8>> {
            entries.iter().skip(from).step_by(step).map(|(_, value)| value.clone()).take(SAMPLES).collect()
        };
        let log = of(Table::LogEntry);
        let constant = [Table::Meta, Table::Counter, Table::Book];
        let constant: Vec<(Table, Vec<u8>, Vec<u8>)> = constant
            .into_iter()
            .flat_map(|table| of(table).into_iter().map(move |(key, value)| (table, key, value)))
            .collect();
        let log_size = constant.iter().find(|(_, key, _)| key.starts_with(b"log-size")).map(|(_, key, _)| key.clone());
        Ok(Self {
            coin: Template::of(&values(&of(Table::Coin), 0, 1))?,
            order: Template::of(&values(&of(Table::Order), 0, 1))?,
            entries: [Template::of(&values(&log, 0, 2))?, Template::of(&values(&log, 1, 2))?],
            node: Template::of(&values(&of(Table::LogNode), 0, 1))?,
            bucket_key: of(Table::Bucket).first().map_or(0, |(key, _)| key.len()),
            constant,
            log_size: log_size.ok_or("the machine kept no size of its log")?,
        })
    }
}
