//! What can go wrong while storing, whose fault it is, and what to do.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A storage failure. Cheap to clone, because one failed commit is reported to many jobs.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StorageError {
    /// Another process holds the database.
    #[error(
        "the database {} is in use by another process: stop the other `ronde` that runs on this folder, or point this \
         one at another folder", path.display()
    )]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// The file is no SQLite database, or not one of Ronde's.
    #[error(
        "{} is not a Ronde database: the configuration names a wrong file; correct the path, or move the file away",
        path.display()
    )]
    NotADatabase {
        /// The file that was opened.
        path: PathBuf,
    },
    /// A newer program wrote the database.
    #[error(
        "the database {} has schema {found}, this program knows {known}: it was written by a newer `ronde`; install \
         that version or a later one", path.display()
    )]
    TooNew {
        /// The database file.
        path: PathBuf,
        /// Schema version of the file.
        found: i64,
        /// Newest schema version this program knows.
        known: i64,
    },
    /// No space left. The transaction was rolled back, and the next may succeed.
    #[error("the disk is full: nothing was stored and nothing is lost; free some space, the node goes on by itself")]
    Full,
    /// The file's pages contradict each other.
    #[error("the database is damaged ({0}): the disk's or the machine's fault; keep the file, restore a backup")]
    Corrupt(#[source] Arc<rusqlite::Error>),
    /// The database engine reported another failure.
    #[error("the database failed ({0}): check the disk and the folder's permissions, then restart the node")]
    Sqlite(#[source] Arc<rusqlite::Error>),
    /// A file of the database could not be opened, created or locked.
    #[error("cannot use {}: {source}: check that the folder exists and belongs to the node's user", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// A new file's name is taken.
    #[error("{} exists already: name a file that does not exist yet", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The writer takes no more jobs: it was shut down, or stopped after a failure it cannot trust the disk after.
    #[error("the writer has stopped, nothing more is stored: restart the node; the first failure in the log says why")]
    Stopped,
}

impl StorageError {
    pub(super) fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File { path: path.into(), source: Arc::new(source) }
    }

    /// An engine's failure while `path` is opened, when its first page is read.
    pub(super) fn opening(path: &Path, error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::NotADatabase { path: path.into() },
            _ => error.into(),
        }
    }

    /// Whether the engine can be used on: after these a later transaction may well succeed. Anything else leaves it
    /// unclear what reached the disk, and a witness that is not sure must not vote.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Full)
    }
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, DiskFull, NotADatabase};
        match error.sqlite_error_code() {
            Some(DiskFull) => Self::Full,
            Some(DatabaseCorrupt | NotADatabase) => Self::Corrupt(Arc::new(error)),
            _ => Self::Sqlite(Arc::new(error)),
        }
    }
}
