//! The engines that are compared.

mod fjall;
mod redb;
mod tuned;

use std::fmt;
use std::io::Error;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use ronde_node::store::{Engine, SqliteEngine, StorageError};

pub use self::fjall::Fjall;
pub use self::redb::Redb;
pub use self::tuned::{Layout, Settings, Tuned};
pub use ronde_node::store::{Base, Layer, Layered};

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// SQLite as the node uses it.
    Sqlite,
    /// A log-structured merge tree.
    Fjall,
    /// A copy-on-write B-tree.
    Redb,
}

impl Kind {
    /// All of them; the first is what the others are compared with.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Fjall, Self::Redb];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Fjall => "fjall",
            Self::Redb => "redb",
        }
    }

    /// Opens the database in `folder`, or makes it there. `cache` is how many bytes of it an engine with a cache of its own may
    /// keep in memory; SQLite's is what the node leaves it.
    ///
    /// # Errors
    /// What the engine says.
    pub fn open(self, folder: &Path, cache: usize) -> Result<Box<dyn Engine>, StorageError> {
        Ok(match self {
            Self::Sqlite => Box::new(SqliteEngine::open(folder.join("node.db"))?),
            Self::Fjall => Box::new(Layered(Fjall::open(&folder.join("fjall"), cache)?)),
            Self::Redb => Box::new(Layered(Redb::open(&folder.join("node.redb"), cache)?)),
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| format!("no engine `{name}`; there are sqlite, fjall and redb"))
    }
}

/// What another engine said. None of it is taken for passing: after a failure it is unclear what reached the disk.
fn failed(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> StorageError {
    StorageError::File { path: path.into(), source: Arc::new(Error::other(error)) }
}
