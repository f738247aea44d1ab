//! The narrow traits between the node and an engine.

use super::{StorageError, Table};

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// Reading. Outside a transaction every call sees the newest committed state, or after [`Read::several_reads`] none that is
/// older than that call; a single scan is consistent in itself.
pub trait Read {
    /// The value of `key`, if there is one.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError>;

    /// At most `limit` entries with `from <= key`, and `key < to` if `to` is given, in ascending order of key bytes.
    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError>;

    /// Several calls follow, up to [`Read::end_of_reads`], and may all be answered from one state: an engine whose locks cost
    /// something then takes them once. Without meaning to an engine that does not care.
    fn several_reads(&self) {}

    /// The calls that [`Read::several_reads`] spoke of are over.
    fn end_of_reads(&self) {}
}

/// One transaction: all of its writes or none. Reads see its own writes. Dropped without [`commit`] it is rolled back.
///
/// Savepoints nest: [`release`] and [`undo`] end the innermost one. They are the writer's way to keep a refused job
/// from spoiling the others of its transaction; jobs have no need of them.
///
/// [`commit`]: Transaction::commit
/// [`release`]: Transaction::release
/// [`undo`]: Transaction::undo
pub trait Transaction: Read {
    /// Sets `key` to `value`, whether or not it had one.
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StorageError>;

    /// Removes `key`; nothing happens if it has no value.
    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), StorageError>;

    /// Starts a savepoint.
    fn savepoint(&mut self) -> Result<(), StorageError>;

    /// Ends the innermost savepoint and keeps its writes. Nothing happens if none is open.
    fn release(&mut self) -> Result<(), StorageError>;

    /// Ends the innermost savepoint and takes its writes back. Nothing happens if none is open.
    fn undo(&mut self) -> Result<(), StorageError>;

    /// Makes all writes durable. Only after this returned may anybody be told of them.
    fn commit(self: Box<Self>) -> Result<Committed, StorageError>;
}

/// A database with one writer at a time.
pub trait Engine: Send {
    /// Starts the one transaction.
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError>;

    /// A reader of committed states that works beside the transaction.
    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError>;
}

impl<E: Engine + ?Sized> Engine for Box<E> {
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError> {
        self.as_mut().begin()
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        self.as_ref().reader()
    }
}

/// Proof that a commit returned: engines alone can make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed(());

impl Committed {
    pub(super) const fn new() -> Self {
        Self(())
    }

    /// The proof of an engine that is not this crate's, for comparisons of engines; never in a release.
    ///
    /// Whoever calls it swears that all writes of the transaction are durable: the call that syncs them to the disk has
    /// returned, without an error, and neither the end of the process nor that of the machine takes one of them back. A vote
    /// leaves on the strength of it, and a witness whose vote outlives its record votes twice.
    #[cfg(feature = "foreign-engines")]
    #[must_use]
    pub const fn after_foreign_sync() -> Self {
        Self::new()
    }
}
