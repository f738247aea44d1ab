//! The manager's password: made here or chosen, kept as an argon2id hash in a file of mode 0600 (TILL-8).

use std::path::Path;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use zeroize::Zeroizing;

use crate::entropy::{self, EntropyError};
use crate::secret_file::{self, SecretFileError};

/// The file's name, beside the node's seed.
pub const MANAGER_HASH_FILE: &str = "manager.hash";
/// Fewest bytes of a password that somebody chose.
pub const MIN_PASSWORD: usize = 12;
/// Most.
pub const MAX_PASSWORD: usize = 200;
/// Letters and digits that nobody takes for one another: 32 of them, 5 bits each.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Of a password that is made here: 100 bits.
const LETTERS_MADE: usize = 20;
/// Between two dashes.
const GROUP: usize = 5;
/// What a password is compared with where there is none, so that the answer takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password can't be set.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("a password has {MIN_PASSWORD} to {MAX_PASSWORD} bytes")]
    Length,
    /// Not text.
    #[error("a password is one line of text")]
    Text,
    /// It could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Hash(argon2::password_hash::Error),
    /// The file.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// A new one, such as `k3v7q-...`.
///
/// # Errors
/// [`PasswordError::Entropy`].
pub fn fresh() -> Result<Zeroizing<String>, PasswordError> {
    let random = Zeroizing::new(entropy::fresh()?);
    let mut text = Zeroizing::new(String::with_capacity(LETTERS_MADE * 2));
    for (at, byte) in random.iter().take(LETTERS_MADE).enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        // The mask keeps it below 32.
        text.push(LETTERS.get(usize::from(byte & 31)).map_or('a', |letter| char::from(*letter)));
    }
    Ok(text)
}

/// The one that somebody chose and put into a file of mode 0600.
///
/// # Errors
/// [`PasswordError::File`], [`PasswordError::Text`], [`PasswordError::Length`].
pub fn chosen(file: &Path) -> Result<Zeroizing<String>, PasswordError> {
    let bytes = secret_file::read(file)?;
    let text = std::str::from_utf8(bytes.trim_ascii()).map_err(|_| PasswordError::Text)?;
    if text.chars().any(char::is_control) {
        return Err(PasswordError::Text);
    }
    match (MIN_PASSWORD..=MAX_PASSWORD).contains(&text.len()) {
        true => Ok(Zeroizing::new(text.to_owned())),
        false => Err(PasswordError::Length),
    }
}

/// Hashes a password and writes the hash in place of the one that is there.
///
/// # Errors
/// [`PasswordError::Hash`], [`PasswordError::File`], [`PasswordError::Entropy`].
pub fn set(file: &Path, password: &str) -> Result<(), PasswordError> {
    let random = entropy::fresh()?;
    let salt = random.first_chunk::<16>().copied().unwrap_or_default();
    // argon2id, 19 MiB, two passes: half a tenth of a second on a small machine.
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map_err(PasswordError::Hash)?;
    Ok(secret_file::replace(file, format!("{hash}\n").as_bytes())?)
}

/// What stands in the file, if there is one.
///
/// # Errors
/// A file that others can reach, or that can't be read.
pub fn stored(file: &Path) -> Result<Option<String>, SecretFileError> {
    if !file.exists() {
        return Ok(None);
    }
    let bytes = secret_file::read(file)?;
    Ok(Some(String::from_utf8_lossy(bytes.trim_ascii()).into_owned()))
}

/// Whether it is the password; takes as long if there is none, or if its hash can't be read (TILL-9).
#[must_use]
pub fn is_right(password: &str, stored: Option<&str>) -> bool {
    let known = stored.and_then(|text| PasswordHash::new(text).ok());
    let is_set = known.is_some();
    let Some(hash) = known.or_else(|| PasswordHash::new(NOBODY).ok()) else { return false };
    let right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    is_set && right
}

#[cfg(test)]
mod tests;
