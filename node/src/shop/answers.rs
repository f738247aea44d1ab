//! Answers given under an `Idempotency-Key`: the same request gets the same bytes for a week (HTTP-11), another one
//! nothing (HTTP-12).
//!
//! The answer is written in the transaction of what it answers, so that a crash leaves both or neither. An answer may
//! hold a secret that is shown once (a grant's link, a till's token), so it is kept sealed under a key that is derived
//! from the caller's token and idempotency key; of both the database has only hashes. So it has of the request, under the
//! token: what a till asks for is short, and could be guessed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use ronde_protocol::crypto::{Entropy, hash, labels};
use ronde_protocol::message::codec::{Bounded, Decode, Encode};
use ronde_protocol::message::ids::Reference;
use ronde_protocol::message::order::Seconds;
use zeroize::Zeroizing;

use super::records::{load, save};
use super::{Shop, ShopError, lock};
use crate::store::{Table, Transaction};

/// How long an answer is kept, in seconds.
const KEPT: Seconds = 7 * 86_400;
/// Longest answer that is kept, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// Old answers that are deleted with each new one.
const PRUNED_AT_ONCE: usize = 16;

/// Status and JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
}

/// Why a request under an idempotency key is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepeatError {
    /// The key was used with another request.
    #[error("this Idempotency-Key was used with another request")]
    Mismatch,
    /// The first request of this key is not answered yet.
    #[error("the first request with this Idempotency-Key is not answered yet")]
    InFlight,
    /// The answer is longer than can be kept.
    #[error("the answer is too long to be kept")]
    TooLong,
}

/// One request under an idempotency key.
pub struct Once {
    slot: [u8; 32],
    /// With the token, or whoever has the database could tell a right guess of a request from a wrong one.
    request: [u8; 32],
    /// The same without it, as it was kept before: a request may be repeated after an upgrade.
    request_alone: [u8; 32],
    seal: Zeroizing<[u8; 32]>,
    nonce: [u8; 32],
}

/// Says that a request is being answered, until it is dropped.
pub struct InFlight {
    slot: [u8; 32],
    all: Arc<Mutex<BTreeSet<[u8; 32]>>>,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        lock(&self.all).remove(&self.slot);
    }
}

#[derive(Encode, Decode)]
struct Kept {
    request: [u8; 32],
    time: Seconds,
    stage: Stage,
}

#[derive(Encode, Decode)]
enum Stage {
    /// The order of this reference was signed for the request; the answer will be about it.
    Signed(Reference),
    Answered {
        status: u16,
        nonce: [u8; 32],
        sealed: Bounded<u8, MAX_ANSWER>,
    },
}

/// What is known of a request.
pub(super) enum Known {
    Nothing,
    Signed(Reference),
    Answered(Answer),
}

impl Once {
    /// A request `parts` (method, path, body) by the holder of `token` under `key`; `entropy` is fresh.
    #[must_use]
    pub fn new(token: &str, key: &str, parts: &[&[u8]], entropy: Entropy) -> Self {
        let owner: [&[u8]; 2] = [token.as_bytes(), key.as_bytes()];
        Self {
            slot: hash::derive(labels::REQUEST_SLOT, &owner),
            request: hash::derive(labels::REQUEST_HASH, &[&owner, parts].concat()),
            request_alone: hash::derive(labels::REQUEST_HASH, parts),
            seal: hash::derive_secret(labels::ANSWER_SEAL, &owner),
            nonce: entropy.into_bytes(),
        }
    }

    /// The same request for one more step of its work. Only one of them may keep an answer: the nonce is the same.
    pub(super) fn again(&self) -> Self {
        Self { seal: self.seal.clone(), ..*self }
    }

    fn record_key(&self) -> Vec<u8> {
        [b"k".as_slice(), &self.slot].concat()
    }

    /// Looks whether the request was made before.
    pub(super) fn look(&self, transaction: &dyn Transaction) -> Result<Known, ShopError> {
        let Some(kept) = load::<Kept>(transaction, Table::Idempotency, &self.record_key())? else {
            return Ok(Known::Nothing);
        };
        if kept.request != self.request && kept.request != self.request_alone {
            return Err(RepeatError::Mismatch.into());
        }
        Ok(match kept.stage {
            Stage::Signed(reference) => Known::Signed(reference),
            Stage::Answered { status, nonce, sealed } => {
                Known::Answered(Answer { status, body: self.mask(&nonce, &sealed) })
            }
        })
    }

    /// Remembers the answer, and forgets some that are older than a week.
    pub(super) fn keep(
        &self,
        transaction: &mut dyn Transaction,
        now: Seconds,
        answer: &Answer,
    ) -> Result<(), ShopError> {
        let sealed = Bounded::new(self.mask(&self.nonce, &answer.body)).map_err(|_| RepeatError::TooLong)?;
        self.put(transaction, now, Stage::Answered { status: answer.status, nonce: self.nonce, sealed })
    }

    /// Remembers which order was signed for the request.
    pub(super) fn keep_signed(
        &self,
        transaction: &mut dyn Transaction,
        now: Seconds,
        reference: Reference,
    ) -> Result<(), ShopError> {
        self.put(transaction, now, Stage::Signed(reference))
    }

    fn put(&self, transaction: &mut dyn Transaction, now: Seconds, stage: Stage) -> Result<(), ShopError> {
        prune(transaction, now)?;
        save(transaction, Table::Idempotency, &self.record_key(), &Kept { request: self.request, time: now, stage })?;
        transaction.put(Table::Idempotency, &time_key(now, &self.slot), &[])?;
        Ok(())
    }

    /// Seals, or opens what it sealed: the key stream of a nonce that is used for one answer.
    fn mask(&self, nonce: &[u8; 32], bytes: &[u8]) -> Vec<u8> {
        let mut stream = vec![0; bytes.len()];
        hash::xof(labels::ANSWER_STREAM, &[self.seal.as_slice(), nonce]).fill(&mut stream);
        stream.iter().zip(bytes).map(|(key, byte)| key ^ byte).collect()
    }
}

impl std::fmt::Debug for Once {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Once(redacted)")
    }
}

fn time_key(time: Seconds, slot: &[u8]) -> Vec<u8> {
    [b"t".as_slice(), &time.to_be_bytes(), slot].concat()
}

fn prune(transaction: &mut dyn Transaction, now: Seconds) -> Result<(), ShopError> {
    let to = time_key(now.saturating_sub(KEPT), &[]);
    for (key, _) in transaction.scan(Table::Idempotency, b"t", Some(&to), PRUNED_AT_ONCE)? {
        if let Some(slot) = key.get(9..) {
            let record = [b"k".as_slice(), slot].concat();
            let kept = load::<Kept>(transaction, Table::Idempotency, &record)?;
            // A record that was written again later has a younger time key too.
            if kept.is_some_and(|kept| time_key(kept.time, slot) == key) {
                transaction.delete(Table::Idempotency, &record)?;
            }
        }
        transaction.delete(Table::Idempotency, &key)?;
    }
    Ok(())
}

/// Runs `work` unless the request was answered before; keeps its answer if it succeeds (HTTP-13).
pub(super) fn answer_once(
    transaction: &mut dyn Transaction,
    once: Option<&Once>,
    now: Seconds,
    work: impl FnOnce(&mut dyn Transaction) -> Result<Answer, ShopError>,
) -> Result<Answer, ShopError> {
    let Some(once) = once else { return work(transaction) };
    match once.look(transaction)? {
        Known::Answered(answer) => Ok(answer),
        Known::Signed(_) => Err(RepeatError::Mismatch.into()),
        Known::Nothing => {
            let answer = work(transaction)?;
            once.keep(transaction, now, &answer)?;
            Ok(answer)
        }
    }
}

impl Shop {
    /// Marks the request as being answered.
    ///
    /// # Errors
    /// [`RepeatError::InFlight`] if it is already.
    pub fn enter(&self, once: &Once) -> Result<InFlight, ShopError> {
        let all = Arc::clone(&self.0.in_flight);
        if !lock(&all).insert(once.slot) {
            return Err(RepeatError::InFlight.into());
        }
        Ok(InFlight { slot: once.slot, all })
    }

    /// Keeps an answer that came after its transaction (the quorum's).
    pub async fn keep_answer(&self, once: Once, answer: Answer) -> Result<(), ShopError> {
        let now = self.now();
        self.write(move |transaction| once.keep(transaction, now, &answer)).await
    }
}

#[cfg(test)]
mod tests;
