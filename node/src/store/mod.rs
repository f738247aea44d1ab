//! Durable storage: a narrow key-value trait, two engines, and one writer thread.
//!
//! Decisions are taken by the machines in Rust, never in SQL: an engine only gets, scans, puts and deletes bytes.
//!
//! ```text
//! jobs -> Writer (one thread, many jobs per transaction) -> Engine::begin -> Transaction::commit -> Committed
//!                                                           SqliteEngine | MemoryEngine
//! ```
//!
//! [`Committed`] can be made only by a commit that returned, so whoever holds one may answer the network.

mod backup;
mod engine;
mod error;
mod job;
mod layered;
mod memory;
mod migration;
mod readers;
mod sqlite;
mod table;
mod writer;

pub use backup::{BACKUP_MARK, backup, copied_at};
pub use engine::{Committed, Engine, Entry, Read, Transaction};
pub use error::StorageError;
pub use job::{Job, Verdict};
#[cfg(feature = "foreign-engines")]
pub use layered::{Base, Layer, Layered};
pub use memory::{MemoryEngine, MemoryObserver, Snapshot};
pub use migration::SCHEMA_VERSION;
pub use readers::Readers;
pub use sqlite::SqliteEngine;
pub use table::Table;
pub use writer::{Writer, WriterConfig, WriterStats};
