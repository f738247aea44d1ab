//! `identity.txt`: the age identity that opens the wallet, plain or under a passphrase.
//!
//! Either form is one that the `age` program understands: `age -d -i identity.txt wallet.age`.

use std::path::Path;

use age::DecryptError;
use age::secrecy::{ExposeSecret, SecretString};
use age::x25519::{Identity, Recipient};
use zeroize::Zeroizing;

use super::Trouble;
use crate::secret_file;

/// How an age file begins.
const AGE_HEADER: &[u8] = b"age-encryption.org/v1";

/// The work of a guess at the passphrase, as the power of two that scrypt takes: a second or less, and 128 MiB. The same
/// on every machine, because one that is busy just then measures too little: it would protect less, and refuse as too much
/// work what it made when it was idle.
const WORK: u8 = 17;
/// The most that is done for a file, whoever made it: 1 GiB of memory and several seconds. `age` elsewhere takes 18 if
/// nobody says otherwise, and no machine does more than this in the second that was measured before [`WORK`] was fixed. What
/// takes more is refused before anything is computed: a file that somebody put there could use up all memory.
const MOST_WORK: u8 = 20;

/// Makes an identity and writes it, under a passphrase if there is one.
pub fn create(path: &Path, passphrase: Option<SecretString>) -> Result<Recipient, Trouble> {
    let identity = Identity::generate();
    let secret = identity.to_string();
    let text = Zeroizing::new(format!("# opens the wallet beside it\n{}\n", secret.expose_secret()));
    match passphrase {
        Some(passphrase) => {
            let mut recipient = age::scrypt::Recipient::new(passphrase);
            recipient.set_work_factor(WORK);
            let sealed = age::encrypt(&recipient, text.as_bytes())?;
            secret_file::write_new(path, &sealed)?;
        }
        None => secret_file::write_new(path, text.as_bytes())?,
    }
    Ok(identity.to_public())
}

/// Reads the identity; `passphrase` is asked only if the file is under one. Refuses a file that others can read.
pub fn open(path: &Path, passphrase: impl FnOnce() -> Result<SecretString, Trouble>) -> Result<Identity, Trouble> {
    let bytes = secret_file::read(path)?;
    let text = if bytes.starts_with(AGE_HEADER) {
        let mut identity = age::scrypt::Identity::new(passphrase()?);
        identity.set_max_work_factor(MOST_WORK);
        Zeroizing::new(age::decrypt(&identity, &bytes).map_err(|error| refused(path, &error))?)
    } else {
        bytes
    };
    let no_identity = || Trouble::NoIdentity(path.to_owned());
    let text = std::str::from_utf8(&text).map_err(|_| no_identity())?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    line.and_then(|line| line.parse().ok()).ok_or_else(no_identity)
}

/// A passphrase that was typed rightly must not be asked for again because of the file's work.
fn refused(path: &Path, error: &DecryptError) -> Trouble {
    let path = path.to_owned();
    match error {
        DecryptError::ExcessiveWork { required, .. } => Trouble::TooMuchWork { path, work: *required, most: MOST_WORK },
        _ => Trouble::CannotDecrypt(path),
    }
}
