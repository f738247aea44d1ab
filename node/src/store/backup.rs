//! A copy of a database that is in use, with a mark in it.
//!
//! A copy does not know what was promised after it was made. The mark makes a node that starts on it retire wherever it
//! may have promised something (ROLLBACK-11).

use std::path::{Path, PathBuf};

use rusqlite::{OpenFlags, params};

use super::sqlite::{connect, private_file, sync_folder};
use super::{StorageError, Table, migration};

/// The key in [`Table::Meta`] that says that the database is a copy. The value is when it was made, in seconds since 1970
/// as a `u64`, little endian; copies that older versions made have another value there.
pub const BACKUP_MARK: &[u8] = b"restored-copy";

/// Writes a consistent copy of the database at `from`, which may be in use, to the new file `to` (mode 0600). There is
/// no moment at which a file without the mark has the name `to`.
/// `now` is kept in the mark, in seconds since 1970.
///
/// # Errors
/// A database that can't be read, a file that exists already, a disk that is full.
pub fn backup(from: &Path, to: &Path, now: u64) -> Result<(), StorageError> {
    let failed = |path: &Path, error: std::io::Error| StorageError::file(path, error);
    std::fs::metadata(from).map_err(|error| failed(from, error))?;
    if to.try_exists().map_err(|error| failed(to, error))? {
        return Err(StorageError::Exists { path: to.into() });
    }
    let partial = partial(to);
    match std::fs::remove_file(&partial) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(&partial, error)),
        _ => {}
    }
    private_file(&partial)?;
    let made = copy(from, &partial, now).and_then(|()| {
        let file = std::fs::File::open(&partial).map_err(|error| failed(&partial, error))?;
        file.sync_all().map_err(|error| failed(&partial, error))?;
        // Fails if the name was taken meanwhile, which a rename would not.
        std::fs::hard_link(&partial, to).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => StorageError::Exists { path: to.into() },
            _ => failed(to, error),
        })
    });
    std::fs::remove_file(&partial).map_err(|error| failed(&partial, error))?;
    made?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_folder(folder).map_err(|error| failed(folder, error))
}

fn copy(from: &Path, partial: &Path, now: u64) -> Result<(), StorageError> {
    let source = connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    migration::check(&source, from)?;
    source.execute("VACUUM INTO ?1", params![partial.to_string_lossy()])?;
    let copy = connect(partial, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    copy.pragma_update(None, "synchronous", "FULL")?;
    let put = format!("INSERT OR REPLACE INTO \"{}\" (key, value) VALUES (?1, ?2)", Table::Meta.name());
    copy.execute(&put, params![BACKUP_MARK, now.to_le_bytes().as_slice()])?;
    copy.close().map_err(|(_, error)| error.into())
}

/// When a copy was made, in seconds since 1970, by the mark in it; nothing if an older version made it.
#[must_use]
pub fn copied_at(mark: &[u8]) -> Option<u64> {
    mark.try_into().ok().map(u64::from_le_bytes)
}

fn partial(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}
