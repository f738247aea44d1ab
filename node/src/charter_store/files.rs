//! Names and bytes of charter files.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use ronde_protocol::limits::MAX_CHARTER_BYTES;
use ronde_protocol::message::charter::SignedCharter;
use ronde_protocol::message::codec::{decode, encode};

use super::error::CharterStoreError;
use crate::secret_file::sync_folder;

const EXTENSION: &str = ".charter";
const TWIN_DIGITS: usize = 16;

/// `000001.charter`
pub(super) fn name(version: u64) -> String {
    format!("{version:06}{EXTENSION}")
}

/// `000001.3f9a61c20b7d4e55.charter`
pub(super) fn twin_name(twin: &SignedCharter) -> String {
    let hash = twin.body.hash().to_string();
    format!("{:06}.{}{EXTENSION}", twin.body.version, hash.get(..TWIN_DIGITS).unwrap_or(&hash))
}

pub(super) fn path(folder: &Path, version: u64) -> PathBuf {
    folder.join(name(version))
}

/// The names of all charters of a folder.
fn names(folder: &Path) -> Result<Vec<String>, CharterStoreError> {
    let failed = |source| CharterStoreError::file(folder, source);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(EXTENSION) && !name.starts_with('.') {
            names.push(name);
        }
    }
    Ok(names)
}

/// How many charters are in a folder, unread.
pub(super) fn count(folder: &Path) -> Result<usize, CharterStoreError> {
    Ok(names(folder)?.len())
}

/// All charters of a folder by version, without a gap from 1; of each version the plainly named one first.
pub(super) fn read_folder(folder: &Path) -> Result<BTreeMap<u64, Vec<SignedCharter>>, CharterStoreError> {
    let mut names = names(folder)?;
    // The plain name is shorter than its twins': read by length, it comes first.
    names.sort_by_key(|name| (name.len(), name.clone()));
    let mut found: BTreeMap<u64, Vec<SignedCharter>> = BTreeMap::new();
    for file_name in names {
        let file = folder.join(&file_name);
        let signed = read_file(&file)?;
        if file_name != name(signed.body.version) && file_name != twin_name(&signed) {
            return Err(CharterStoreError::Name { file });
        }
        found.entry(signed.body.version).or_default().push(signed);
    }
    let gap = found.keys().zip(1_u64..).find(|(version, expected)| *version != expected);
    match gap {
        Some((version, _)) => Err(CharterStoreError::Gap { file: path(folder, *version) }),
        None => Ok(found),
    }
}

/// Reads one charter file, decoding strictly; nothing else is checked.
///
/// # Errors
/// [`CharterStoreError::File`], [`CharterStoreError::Encoding`].
pub fn read_file(file: &Path) -> Result<SignedCharter, CharterStoreError> {
    let failed = |source| CharterStoreError::file(file, source);
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_CHARTER_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(file).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    decode(&bytes, MAX_CHARTER_BYTES).map_err(|source| CharterStoreError::Encoding { file: file.to_owned(), source })
}

/// Writes one charter file whole or not at all; it is on disk when this returns.
pub(super) fn write(folder: &Path, name: &str, signed: &SignedCharter) -> Result<(), CharterStoreError> {
    write_file(&folder.join(name), signed)
}

/// Writes or replaces a charter file whole or not at all; it is on disk when this returns.
///
/// # Errors
/// [`CharterStoreError::File`].
pub fn write_file(file: &Path, signed: &SignedCharter) -> Result<(), CharterStoreError> {
    let failed = |source| CharterStoreError::file(file, source);
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let draft = file.with_file_name(format!(".{name}.part"));
    let mut part = OpenOptions::new().write(true).create(true).truncate(true).open(&draft).map_err(failed)?;
    part.write_all(&encode(signed)).and_then(|()| part.sync_all()).map_err(failed)?;
    std::fs::rename(&draft, file).and_then(|()| sync_folder(file)).map_err(failed)
}
