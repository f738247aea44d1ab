//! Every decoder: bytes are refused, or are the one encoding of what they decode to.

use ronde_protocol::{
    limits::{MAX_CHARTER_BYTES, MAX_EVIDENCE_BYTES, MAX_MESSAGE_BYTES, MAX_SUBMISSION_BYTES},
    message::{
        certificate::Certificate,
        charter::SignedCharter,
        codec::{Decode, Encode, decode, encode},
        evaluation::Evaluation,
        evidence::Evidence,
        head::{Head, HeadAnswer},
        log::LogEntry,
        offer::SignedOffer,
        order::{Order, SignedOrder, Submission},
        refusal::Refusal,
        vote::Vote,
        wire::{Reply, Request},
    },
};

/// The first byte says as what the rest is read.
///
/// # Panics
/// If bytes decode to a value whose encoding differs from them, or an error lies beyond the bytes.
pub fn decode_messages(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    match kind {
        0 => identity::<Order>(bytes, MAX_MESSAGE_BYTES),
        1 => identity::<SignedOrder>(bytes, MAX_MESSAGE_BYTES),
        2 => identity::<Submission>(bytes, MAX_SUBMISSION_BYTES),
        3 => identity::<Vote>(bytes, MAX_MESSAGE_BYTES),
        4 => identity::<Certificate>(bytes, MAX_MESSAGE_BYTES),
        5 => identity::<Evaluation>(bytes, MAX_MESSAGE_BYTES),
        6 => identity::<Head>(bytes, MAX_MESSAGE_BYTES),
        7 => identity::<HeadAnswer>(bytes, MAX_MESSAGE_BYTES),
        8 => identity::<SignedOffer>(bytes, MAX_MESSAGE_BYTES),
        9 => identity::<Refusal>(bytes, MAX_MESSAGE_BYTES),
        10 => identity::<Request>(bytes, MAX_MESSAGE_BYTES),
        11 => identity::<Reply>(bytes, MAX_MESSAGE_BYTES),
        12 => identity::<LogEntry>(bytes, MAX_MESSAGE_BYTES),
        13 => identity::<SignedCharter>(bytes, MAX_CHARTER_BYTES),
        _ => identity::<Evidence>(bytes, MAX_EVIDENCE_BYTES),
    }
}

fn identity<T: Decode<()> + Encode>(bytes: &[u8], max: usize) {
    match decode::<T>(bytes, max) {
        Ok(value) => assert!(encode(&value) == bytes, "another encoding was accepted"),
        Err(error) => assert!(error.offset <= bytes.len(), "blamed beyond the end: {error}"),
    }
}
