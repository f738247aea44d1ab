//! Every decoder: bytes are refused, or are the one encoding of what they decode to.

use ronde_protocol::machine::wallet::Wallet;

use crate::decoders::{MESSAGES, RECORDS};

/// The first byte says as what the rest is read: a message of the specification, a record of a node or wallet, or a
/// whole wallet.
///
/// # Panics
/// If bytes decode to a value whose encoding differs from them, or an error lies beyond the bytes.
pub fn decode_messages(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    let Some(decoder) = MESSAGES.iter().chain(RECORDS).nth(usize::from(*kind)) else { return wallet(bytes) };
    match (decoder.again)(bytes, decoder.max) {
        Ok(again) => assert!(again == bytes, "another encoding of {} was accepted", decoder.name),
        Err(error) => assert!(error.offset <= bytes.len(), "{} blamed beyond its end: {error}", decoder.name),
    }
}

/// A wallet is written in the newest version of its format, whatever it was read from; what is written stays so.
fn wallet(bytes: &[u8]) {
    if let Ok(wallet) = Wallet::from_bytes(bytes) {
        let written = wallet.to_bytes();
        let again = Wallet::from_bytes(&written).expect("what was written can be read");
        assert!(again.to_bytes() == written, "a wallet changes by being read and written");
    }
}
