//! What an order leaves in a witness's database: SQLite's cells on pages of 4,096 bytes.

use super::bytes::{Lengths, Shape};

/// Bytes of a page.
const PAGE: usize = 4096;
/// A longer row goes over to pages of its own, all but a part of it.
const LONGEST_CELL: usize = (PAGE - 12) * 64 / 255 - 23;
const LEAST_CELL: usize = (PAGE - 12) * 32 / 255 - 23;
/// Of a row's record: lengths of its parts; and of a cell: its length and its place on the page.
const RECORD_HEAD: usize = 6;
const CELL_HEAD: usize = 4;
/// An overflow page begins with the number of the next.
const OVERFLOW: usize = PAGE - 4;

/// Keys begin with the keyset.
const KEYSET: usize = 4;
const HASH: usize = 32;

/// Bytes of what a witness keeps of an order, before the pages' own share.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Kept {
    /// The spent set and locks of references: until the keyset closes.
    pub spent: f64,
    /// The order with certificate and evaluation, and by what a lost wallet finds it: until the keyset closes.
    pub records: f64,
    /// The log, its tree, and the stores' feeds: 10 years after.
    pub log: f64,
    /// Rows that are put, those that are replaced too.
    pub rows: f64,
}

/// Of one order.
#[must_use]
pub fn kept(shape: Shape, lengths: &Lengths) -> Kept {
    let coins = shape.inputs.saturating_mul(row(KEYSET + HASH, lengths.coin));
    let reference = if shape.inputs == 0 { row(KEYSET + 4 + HASH, HASH) } else { 0 };
    // Buckets list outputs of the largest denomination alone; a canonical split has one or two such.
    let found_by = if shape.outputs > 0 { row(KEYSET + 2 * HASH, 0) } else { 0 };
    let order = row(KEYSET + HASH, lengths.record);
    let entries = row(KEYSET + 8, lengths.voted_entry) + row(KEYSET + 8, lengths.certified_entry);
    // Two leaves, and as many inner nodes on average.
    let nodes = row(KEYSET + 9, HASH).saturating_mul(4);
    let feed = row(KEYSET + 12, 0);
    // Bound and spent; voted and certified; entries, nodes, the log's size twice, two books, feed, bucket; a reference and a
    // counter for what a store issues.
    let rows =
        2 * shape.inputs + 2 + 2 + 4 + 2 + 2 + 1 + usize::from(shape.outputs > 0) + 3 * usize::from(shape.inputs == 0);
    Kept {
        spent: (coins + reference) as f64,
        records: (order + found_by) as f64,
        log: (entries + nodes + feed) as f64,
        rows: rows as f64,
    }
}

/// A row's cell with its overflow pages.
fn row(key: usize, value: usize) -> usize {
    let length = key.saturating_add(value).saturating_add(RECORD_HEAD);
    if length <= LONGEST_CELL {
        return length + CELL_HEAD;
    }
    let most = LEAST_CELL + (length - LEAST_CELL) % OVERFLOW;
    let here = if most <= LONGEST_CELL { most } else { LEAST_CELL };
    here + 2 * CELL_HEAD + (length - here).div_ceil(OVERFLOW) * PAGE
}
