//! A browser in which the password was right before: a cookie of its own shows it, so that those who guess from everywhere
//! do not keep the manager out, wherever the manager is (TILL-14).
//!
//! It opens nothing, and nothing is kept of it: it carries its own proof, by a key that comes from the hash of the password.
//! Another password, and it proves nothing any more.

use std::time::Duration;

use blake3::Hash;

use crate::shop::{ShopError, Token};

const CONTEXT: &str = "ronde node 2026-11 browser of the manager";
/// How long a browser is remembered.
pub(super) const LIFE: Duration = Duration::from_secs(365 * 86_400);

/// Such a browser: the proof that its cookie carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Device([u8; 32]);

impl Device {
    /// Of the value of a cookie, if this node made it while this was the password's hash.
    pub(super) fn read(value: &str, stored: &str) -> Option<Self> {
        let (name, shown) = value.split_once('.')?;
        // `blake3::Hash` compares in constant time.
        let proof = proof(name, stored);
        (Hash::from_hex(shown).ok()? == proof).then_some(Self(*proof.as_bytes()))
    }

    /// Whose guesses these are.
    pub(super) fn id(self) -> [u8; 32] {
        self.0
    }
}

/// The value of a cookie for a browser that has none.
pub(super) fn fresh(stored: &str) -> Result<String, ShopError> {
    let name = Token::fresh()?;
    Ok(format!("{}.{}", name.expose(), proof(name.expose(), stored).to_hex()))
}

fn proof(name: &str, stored: &str) -> Hash {
    blake3::keyed_hash(&blake3::derive_key(CONTEXT, stored.as_bytes()), name.as_bytes())
}
