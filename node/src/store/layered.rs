//! Transactions with savepoints for engines that write whole batches: what is written is kept in layers above the committed
//! state, and handed over at the commit.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::{Committed, Engine, Entry, Read, StorageError, Table, Transaction};

/// New values by table and key, or nothing where a key was removed.
pub type Layer = BTreeMap<(Table, Vec<u8>), Option<Vec<u8>>>;

/// What is below the layers.
pub trait Base: Send {
    /// Shows one committed state.
    type View<'a>: Read
    where
        Self: 'a;

    /// The newest committed state. Nobody writes while a transaction looks at it.
    ///
    /// # Errors
    /// What the engine says.
    fn view(&self) -> Result<Self::View<'_>, StorageError>;

    /// A reader whose every call sees the newest committed state.
    ///
    /// # Errors
    /// What the engine says.
    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError>;

    /// Writes all of it or nothing, and returns once it is on the disk: synced, not merely handed to the operating system.
    ///
    /// # Errors
    /// What the engine says.
    fn write(&self, writes: Layer) -> Result<(), StorageError>;
}

/// An engine out of a base.
#[derive(Debug, Default)]
pub struct Layered<B>(pub B);

impl<B: Base> Engine for Layered<B> {
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError> {
        let base = &self.0;
        Ok(Box::new(LayeredTransaction { base, view: base.view()?, layers: vec![Layer::new()] }))
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        self.0.reader()
    }
}

struct LayeredTransaction<'a, B: Base + 'a> {
    base: &'a B,
    view: B::View<'a>,
    /// The transaction's own writes, and one more layer per open savepoint; the last is the innermost.
    layers: Vec<Layer>,
}

impl<B: Base> LayeredTransaction<'_, B> {
    fn write(&mut self, table: Table, key: &[u8], value: Option<&[u8]>) {
        if let Some(layer) = self.layers.last_mut() {
            layer.insert((table, key.to_vec()), value.map(<[u8]>::to_vec));
        }
    }

    fn end_savepoint(&mut self) -> Option<Layer> {
        if self.layers.len() > 1 { self.layers.pop() } else { None }
    }
}

/// The part of a layer that a scan covers.
fn within<'l>(
    layer: &'l Layer,
    table: Table,
    from: &[u8],
    to: Option<&'l [u8]>,
) -> impl Iterator<Item = (&'l [u8], Option<&'l [u8]>)> {
    let entries = layer.range((Bound::Included((table, from.to_vec())), Bound::Unbounded));
    entries
        .take_while(move |((of, key), _)| *of == table && to.is_none_or(|to| key.as_slice() < to))
        .map(|((_, key), value)| (key.as_slice(), value.as_deref()))
}

impl<B: Base> Read for LayeredTransaction<'_, B> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let sought = (table, key.to_vec());
        match self.layers.iter().rev().find_map(|layer| layer.get(&sought)) {
            Some(written) => Ok(written.clone()),
            None => self.view.get(table, key),
        }
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        let mut written = BTreeMap::new();
        for layer in &self.layers {
            written.extend(within(layer, table, from, to));
        }
        // Each write hides one committed entry at most.
        let below = self.view.scan(table, from, to, limit.saturating_add(written.len()))?;
        let mut merged: BTreeMap<&[u8], Option<&[u8]>> =
            below.iter().map(|(key, value)| (key.as_slice(), Some(value.as_slice()))).collect();
        // Where the committed entries end at the limit, what was written beyond is behind entries that suffice.
        merged.extend(written);
        let entries = merged.into_iter().filter_map(|(key, value)| Some((key.to_vec(), value?.to_vec())));
        Ok(entries.take(limit).collect())
    }
}

impl<B: Base> Transaction for LayeredTransaction<'_, B> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StorageError> {
        self.write(table, key, Some(value));
        Ok(())
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), StorageError> {
        self.write(table, key, None);
        Ok(())
    }

    fn savepoint(&mut self) -> Result<(), StorageError> {
        self.layers.push(Layer::new());
        Ok(())
    }

    fn release(&mut self) -> Result<(), StorageError> {
        if let Some(writes) = self.end_savepoint()
            && let Some(outer) = self.layers.last_mut()
        {
            outer.extend(writes);
        }
        Ok(())
    }

    fn undo(&mut self) -> Result<(), StorageError> {
        self.end_savepoint();
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<Committed, StorageError> {
        let Self { base, view, layers } = *self;
        drop(view);
        let writes: Layer = layers.into_iter().flatten().collect();
        if !writes.is_empty() {
            base.write(writes)?;
        }
        Ok(Committed::new())
    }
}
