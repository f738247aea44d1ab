//! How messages look as JSON, for people and for the test vectors: a structure is an object whose members are named as
//! in its table, bytes are lower-case hexadecimal, a list is an array, an option is its value or null. A variant is its
//! name in snake case; with fields, an object with that one member: `"earn"`, `{"donate": {"association": 1}}`.
//!
//! Nothing is signed, sent or kept in this form, and nothing is read from it but what says so.

use alloc::string::String;

use serde::ser::{SerializeSeq, Serializer};

/// Bytes that have no type of their own.
pub(crate) fn bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes))
}

/// A list of hashes that have no type of their own.
pub(crate) fn hashes<S: Serializer>(hashes: &[[u8; 32]], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(hashes.len()))?;
    for hash in hashes {
        let text: String = hex::encode(hash);
        list.serialize_element(&text)?;
    }
    list.end()
}
