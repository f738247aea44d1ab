//! Secrets in files that nobody else can read: mode 0600, refused if wider (OPS-1).

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

/// Longest secret file that is read, in bytes.
pub const MAX_BYTES: u64 = 16 << 20;

/// Why a secret could not be read or written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SecretFileError {
    /// Others on this machine can read or write it.
    #[error("{} can be reached by others on this machine (mode {mode:04o})", path.display())]
    TooWide {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It exists already, and secrets are never overwritten.
    #[error("{} exists already, and a secret is never overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Its content is not 64 hexadecimal digits.
    #[error("{} does not hold 64 hexadecimal digits", path.display())]
    NotASeed {
        /// The file.
        path: PathBuf,
    },
    /// It is longer than any secret.
    #[error("{} is too long to be a secret file", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What it said.
        #[source]
        source: Arc<std::io::Error>,
    },
}

impl SecretFileError {
    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::TooWide { path, .. } => format!("chmod 600 {}", path.display()),
            Self::Exists { path } => {
                format!("choose another name, or move {} away if it is really no longer needed", path.display())
            }
            Self::NotASeed { path } => {
                format!("restore {} from its backup; a lost key can't be made again", path.display())
            }
            Self::TooLong { .. } => "name the right file".to_owned(),
            Self::File { path, .. } => {
                format!("check that {} exists and belongs to the user who runs this command", path.display())
            }
        }
    }

    fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source: Arc::new(source) }
    }
}

/// The bytes of a secret file.
///
/// # Errors
/// [`SecretFileError::TooWide`], [`SecretFileError::TooLong`], [`SecretFileError::File`].
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, SecretFileError> {
    let failed = |source| SecretFileError::file(path, source);
    let mut file = File::open(path).map_err(failed)?;
    // Asked of the open file, so that nobody can put another one in its place in between.
    let metadata = file.metadata().map_err(failed)?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(SecretFileError::TooWide { path: path.to_owned(), mode });
    }
    if metadata.len() > MAX_BYTES {
        return Err(SecretFileError::TooLong { path: path.to_owned() });
    }
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let room = usize::try_from(metadata.len()).unwrap_or_default().saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Writes a new secret file, on disk when this returns. Never overwrites one.
///
/// # Errors
/// [`SecretFileError::Exists`], [`SecretFileError::File`].
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), SecretFileError> {
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AlreadyExists => SecretFileError::Exists { path: path.to_owned() },
        _ => SecretFileError::file(path, source),
    };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    sync_folder(path).map_err(failed)
}

/// Writes a secret file in place of the one of this name, on disk when this returns: whoever reads it meanwhile reads all
/// of the one or of the other.
///
/// # Errors
/// [`SecretFileError::File`].
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), SecretFileError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = path.with_file_name(name);
    // One that a crash left behind.
    if beside.exists() {
        std::fs::remove_file(&beside).map_err(|source| SecretFileError::file(&beside, source))?;
    }
    write_new(&beside, bytes)?;
    std::fs::rename(&beside, path)
        .and_then(|()| sync_folder(path))
        .map_err(|source| SecretFileError::file(path, source))
}

/// A 32-byte seed that stands in a secret file as 64 hexadecimal digits.
///
/// # Errors
/// As [`read`], and [`SecretFileError::NotASeed`].
pub fn read_seed(path: &Path) -> Result<Zeroizing<[u8; 32]>, SecretFileError> {
    let text = read(path)?;
    let mut seed = Zeroizing::new([0_u8; 32]);
    hex::decode_to_slice(text.trim_ascii(), seed.as_mut_slice())
        .map_err(|_| SecretFileError::NotASeed { path: path.to_owned() })?;
    Ok(seed)
}

/// Writes a 32-byte seed into a new secret file, as 64 hexadecimal digits.
///
/// # Errors
/// As [`write_new`].
pub fn write_seed(path: &Path, seed: &[u8; 32]) -> Result<(), SecretFileError> {
    let mut text = Zeroizing::new(vec![b'\n'; 65]);
    if let Some(digits) = text.get_mut(..64) {
        // The lengths are constants: 64 digits for 32 bytes.
        let _ = hex::encode_to_slice(seed, digits);
    }
    write_new(path, &text)
}

/// Makes a file's name durable: a new file is on disk only once its folder is.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}
