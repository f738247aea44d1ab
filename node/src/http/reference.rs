//! What a till calls a grant or checkout, on its way into the database.

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::crypto::{hash, labels};
use zeroize::Zeroizing;

use super::grants::check_reference;
use super::problem::Problem;
use super::site::Site;

/// The label of the key of references.
const KEY: &str = "ronde/1 till reference key";

impl Site {
    /// What is handed to the shop in place of a till's reference. A receipt's number is easily guessed, so its hash is taken
    /// with a key that is derived from the node's: no database and no backup holds that, and whoever has one can't tell a
    /// right guess from a wrong one (HTTP-10).
    pub(super) fn hidden(&self, reference: &str) -> Result<String, Problem> {
        check_reference(reference)?;
        Ok(hex::encode(hash::derive(labels::TILL_REFERENCE_HASH, &[&*key(self.desk.node_key()), reference.as_bytes()])))
    }
}

fn key(node: &SigningKey) -> Zeroizing<[u8; 32]> {
    let signature = Zeroizing::new(node.sign(KEY, &[]).0);
    hash::derive_secret(KEY, &[&*signature])
}
