//! Where an audit lays down what it has read, in small records by part, and how it takes them up again in order.
//!
//! A million orders are more than a small machine keeps in memory. So what is compared across logs goes to a shelf, in
//! parts that are each small, and one part at a time is loaded, sorted and looked through. A part that is beyond the
//! budget is looked through range by range of its keys.

use alloc::{collections::BTreeMap, vec::Vec};
use core::convert::Infallible;

/// One heap of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Of orders whose digest begins with this byte.
    Orders(u8),
    /// Of coins and references whose mark begins with this byte.
    Locks(u8),
    /// The leaves of a log, in its order.
    Leaves(u16),
}

/// Keeps records until the audit ends: in memory, or in a file.
pub trait Shelf {
    /// Why it can't.
    type Error;

    /// Lays a record down. It has at most 65,535 bytes.
    ///
    /// # Errors
    /// Whatever keeps it from being kept.
    fn put(&mut self, part: Part, record: &[u8]) -> Result<(), Self::Error>;

    /// Shows every record of a part, in the order in which they were laid down.
    ///
    /// # Errors
    /// Whatever keeps them from being read.
    fn each(&mut self, part: Part, visit: &mut dyn FnMut(&[u8])) -> Result<(), Self::Error>;
}

/// A shelf in memory, for logs that are in memory themselves.
#[derive(Debug, Default)]
pub struct MemoryShelf(BTreeMap<Part, Vec<Vec<u8>>>);

impl Shelf for MemoryShelf {
    type Error = Infallible;

    fn put(&mut self, part: Part, record: &[u8]) -> Result<(), Infallible> {
        self.0.entry(part).or_default().push(record.to_vec());
        Ok(())
    }

    fn each(&mut self, part: Part, visit: &mut dyn FnMut(&[u8])) -> Result<(), Infallible> {
        self.0.get(&part).into_iter().flatten().for_each(|record| visit(record));
        Ok(())
    }
}

/// Takes records that belong together.
type Visit<'v, E> = dyn FnMut(&[&[u8]]) -> Result<(), E> + 'v;

/// Records of one part that were loaded together, sorted.
pub(super) struct Loaded {
    bytes: Vec<u8>,
    /// The first eight bytes of each, where it begins, and its length.
    places: Vec<(u64, usize, usize)>,
}

impl Loaded {
    fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.places.iter().filter_map(|(_, from, length)| at(&self.bytes, *from, *length))
    }

    /// Shows records that begin with the same so many bytes together.
    fn each_group<E>(&self, key: usize, visit: &mut Visit<'_, E>) -> Result<(), E> {
        let mut group: Vec<&[u8]> = Vec::new();
        for record in self.records() {
            if group.first().is_some_and(|first| first.get(..key) != record.get(..key)) {
                visit(&group)?;
                group.clear();
            }
            group.push(record);
        }
        if group.is_empty() { Ok(()) } else { visit(&group) }
    }
}

fn at(bytes: &[u8], from: usize, length: usize) -> Option<&[u8]> {
    bytes.get(from..from.saturating_add(length))
}

/// The first eight bytes of a record, as a number that sorts as they do.
fn prefix(record: &[u8]) -> u64 {
    record.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Shows all records of a part in groups that share their first `key` bytes (at least 8), each group and all groups in
/// the order of their bytes. At most about `budget` bytes of them are held at a time, unless more share the first eight.
pub(super) fn sweep<S: Shelf, E: From<S::Error>>(
    shelf: &mut S,
    part: Part,
    key: usize,
    budget: usize,
    visit: &mut Visit<'_, E>,
) -> Result<(), E> {
    let mut ranges = Vec::from([(0u64, u64::MAX)]);
    while let Some((low, high)) = ranges.pop() {
        let middle = low.midpoint(high);
        let Some(loaded) = load(shelf, part, (low, high), if low == high { usize::MAX } else { budget })? else {
            ranges.push((middle.saturating_add(1), high));
            ranges.push((low, middle));
            continue;
        };
        loaded.each_group(key, visit)?;
    }
    Ok(())
}

/// The records of a range, sorted; none if they are too many.
fn load<S: Shelf>(
    shelf: &mut S,
    part: Part,
    (low, high): (u64, u64),
    budget: usize,
) -> Result<Option<Loaded>, S::Error> {
    let mut loaded = Loaded { bytes: Vec::new(), places: Vec::new() };
    let mut fits = true;
    shelf.each(part, &mut |record| {
        let first = prefix(record);
        if !fits || first < low || first > high {
            return;
        }
        fits = loaded.bytes.len().saturating_add(record.len()) <= budget;
        loaded.places.push((first, loaded.bytes.len(), record.len()));
        loaded.bytes.extend_from_slice(record);
    })?;
    if !fits {
        return Ok(None);
    }
    let bytes = &loaded.bytes;
    let key = |place: &(u64, usize, usize)| (place.0, at(bytes, place.1, place.2));
    loaded.places.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    Ok(Some(loaded))
}
