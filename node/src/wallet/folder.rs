//! The wallet's folder, used by one command at a time.
//!
//! | file | holds |
//! | --- | --- |
//! | `wallet.age` | seed, coins, open orders, history: encrypted with the age format to the identity |
//! | `identity.txt` | the age identity, mode 0600, plain or under a passphrase |
//! | `charter/` | the charter's versions |
//! | `baskets.age` | baskets that are not done, with the secrets of their links: encrypted likewise |
//! | `receipts/` | receipts that came with points, as text |
//! | `settings.json` | the store that is asked first, and when the charter was last compared |
//! | `lock` | empty; locked while a command uses the wallet |

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use age::x25519::{Identity, Recipient};
use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::wallet::Wallet;
use zeroize::Zeroizing;

use super::link::is_id;
use super::{Trouble, identity};
use crate::{fault, secret_file};

const WALLET: &str = "wallet.age";
const IDENTITY: &str = "identity.txt";
const BASKETS: &str = "baskets.age";

/// What the wallet remembers besides its secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Base URL of the store that is asked first.
    pub node: String,
    /// When the charter was last fetched and compared, in seconds since 1970.
    pub charter_checked: u64,
}

/// A basket that its owner has paid or declined, and that is not done (WALLET-48).
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenBasket {
    /// Base URL of its store.
    pub base: String,
    /// Its name there.
    pub id: String,
    /// From the link.
    pub secret: String,
    /// Since when, in seconds since 1970.
    pub since: u64,
}

impl std::fmt::Debug for OpenBasket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenBasket").field("base", &self.base).field("id", &self.id).finish_non_exhaustive()
    }
}

/// A folder that is locked, and where to encrypt what is saved there.
pub struct WalletFolder {
    path: PathBuf,
    recipient: Recipient,
    baskets: Vec<OpenBasket>,
    _lock: File,
}

impl std::fmt::Debug for WalletFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WalletFolder").field("path", &self.path).finish_non_exhaustive()
    }
}

impl WalletFolder {
    /// Makes a folder for a new wallet, with a new identity.
    pub fn create(path: &Path, passphrase: Option<SecretString>) -> Result<Self, Trouble> {
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| Trouble::file(path, source))?;
        let lock = lock(path)?;
        if path.join(WALLET).exists() {
            return Err(Trouble::Exists(path.to_owned()));
        }
        // An identity without a wallet is left over from a command that was cut off: it opens nothing.
        let identity_path = path.join(IDENTITY);
        if identity_path.exists() {
            std::fs::remove_file(&identity_path).map_err(|source| Trouble::file(&identity_path, source))?;
        }
        let recipient = identity::create(&identity_path, passphrase)?;
        Ok(Self { path: path.to_owned(), recipient, baskets: Vec::new(), _lock: lock })
    }

    /// Opens a wallet; `passphrase` is asked only if its identity is under one.
    pub fn open(
        path: &Path,
        passphrase: impl FnOnce() -> Result<SecretString, Trouble>,
    ) -> Result<(Self, Wallet), Trouble> {
        let file = path.join(WALLET);
        if !file.exists() {
            return Err(Trouble::NoWallet(path.to_owned()));
        }
        let lock = lock(path)?;
        let identity: Identity = identity::open(&path.join(IDENTITY), passphrase)?;
        let opened = |file: PathBuf| -> Result<_, Trouble> {
            let sealed = secret_file::read(&file)?;
            let bytes = age::decrypt(&identity, &sealed).map_err(|_| Trouble::CannotDecrypt(file))?;
            Ok(Zeroizing::new(bytes))
        };
        let wallet = Wallet::from_bytes(&opened(file)?)?;
        let kept = path.join(BASKETS);
        let baskets = if kept.exists() { opened(kept)? } else { Zeroizing::new(b"[]".to_vec()) };
        // What can't be read is of a later version: it is left alone until something is written.
        let baskets = serde_json::from_slice(&baskets).unwrap_or_default();
        Ok((Self { path: path.to_owned(), recipient: identity.to_public(), baskets, _lock: lock }, wallet))
    }

    /// Writes the wallet: a new file, synced, put in the old one's place, and the folder synced. What comes back lets
    /// out what the wallet has sealed (WALLET-1).
    pub fn save(&self, wallet: &Wallet) -> Result<Durable, Trouble> {
        fault::point("wallet.before-save");
        let sealed = age::encrypt(&self.recipient, &wallet.to_bytes())?;
        self.replace(WALLET, &sealed)?;
        fault::point("wallet.after-save");
        Ok(Durable::after_commit())
    }

    /// Baskets that are not done.
    #[must_use]
    pub fn baskets(&self) -> &[OpenBasket] {
        &self.baskets
    }

    /// Writes them down, before anything is sent (WALLET-48).
    pub fn save_baskets(&mut self, baskets: Vec<OpenBasket>) -> Result<(), Trouble> {
        let text = Zeroizing::new(serde_json::to_vec(&baskets).unwrap_or_default());
        self.replace(BASKETS, &age::encrypt(&self.recipient, &text)?)?;
        self.baskets = baskets;
        Ok(())
    }

    /// Writes the receipt of a grant or basket down where it stays; where it is. Nothing but an id names a file.
    pub fn save_receipt(&self, id: &str, text: &str) -> Result<PathBuf, Trouble> {
        if !is_id(id) {
            return Err(Trouble::NotALink);
        }
        let folder = self.path.join("receipts");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(|source| Trouble::file(&folder, source))?;
        let file = format!("receipts/{id}.txt");
        self.replace(&file, text.as_bytes())?;
        Ok(self.path.join(file))
    }

    /// Where the charter's versions are.
    #[must_use]
    pub fn charter(&self) -> PathBuf {
        self.path.join("charter")
    }

    /// What is remembered in the clear; the default if nothing can be read, for nothing depends on it.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let text = std::fs::read(self.path.join("settings.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Remembers.
    pub fn save_settings(&self, settings: &Settings) -> Result<(), Trouble> {
        let text = serde_json::to_vec_pretty(settings).unwrap_or_default();
        self.replace("settings.json", &text)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Trouble> {
        let path = self.path.join(name);
        let temporary = self.path.join(format!("{name}.new"));
        let failed = |source| Trouble::file(&temporary, source);
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&temporary).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&temporary, &path).map_err(failed)?;
        secret_file::sync_folder(&path).map_err(|source| Trouble::file(&path, source))
    }
}

fn lock(folder: &Path) -> Result<File, Trouble> {
    let path = folder.join("lock");
    let failed = |source| Trouble::file(&path, source);
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Trouble::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(Trouble::file(&path, source)),
    }
}
