//! Buckets: certified orders that share the first bits of a blinded element, so that a wallet finds its own among many
//! without saying which they are (RESTORE-15).

use alloc::vec::Vec;

use super::{
    charter::Keyset,
    class::Kind,
    codec::{Bounded, Decode, Encode, encode},
    evaluation::{Evaluation, outputs_of},
    ids::{KeysetId, OrderDigest, WitnessIndex},
    log::CertifiedOrder,
    order::{Order, Output},
};
use crate::{
    crypto::{
        group::PointBytes,
        labels,
        sign::{Signature, SigningKey},
    },
    limits::{MAX_BUCKET_BITS, MAX_BUCKET_ENTRIES},
};

/// How long are the prefixes that a witness serves?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct LengthQuery {
    /// The committee.
    pub keyset: KeysetId,
    /// Fresh, so that an old answer can't be replayed.
    #[serde(serialize_with = "super::json::bytes")]
    pub nonce: [u8; 32],
}

/// A witness's answer, unverified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct BucketLength {
    /// Whose.
    pub index: WitnessIndex,
    /// The longest prefix, in bits, with which each of its buckets has [`crate::limits::MIN_BUCKET_ENTRIES`] entries.
    pub bits: u8,
    /// By the vote key over (tag, federation, keyset, index, nonce, bits).
    pub signature: Signature,
}

/// A piece of which bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct BucketQuery {
    /// The committee.
    pub keyset: KeysetId,
    /// Length of the prefix, 0 to [`MAX_BUCKET_BITS`].
    pub bits: u8,
    /// The prefix as a number, below 2^bits.
    pub number: u32,
    /// The last entry of the piece before; none for the first piece.
    pub after: Option<BucketPlace>,
    /// Fresh, one for all pieces of a bucket.
    #[serde(serialize_with = "super::json::bytes")]
    pub nonce: [u8; 32],
}

/// Where an entry stands in its bucket. Entries stand by increasing [`BucketPlace::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct BucketPlace {
    /// B, under which the order is found.
    pub blinded: PointBytes,
    /// Which order.
    pub digest: OrderDigest,
}

/// A certified order, under one of its B.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct BucketEntry {
    /// B, under which it is found.
    pub blinded: PointBytes,
    /// The order and its certificate.
    pub certified: CertifiedOrder,
    /// The answering witness's.
    pub evaluation: Evaluation,
}

/// A piece of a bucket, unverified.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct BucketPage {
    /// Whose.
    pub index: WitnessIndex,
    /// By increasing place.
    pub entries: Bounded<BucketEntry, MAX_BUCKET_ENTRIES>,
    /// Whether more follow after the last of these.
    pub more: bool,
    /// By the vote key over (tag, federation, keyset, index, query, entries, more).
    pub signature: Signature,
}

/// A piece of a bucket that its witness signed for this question, all entries of which belong there. The entries'
/// certificates and evaluations are not verified: most are somebody else's.
#[derive(Clone, Debug)]
pub struct VerifiedPage {
    entries: Vec<BucketEntry>,
    more: bool,
}

/// An answer about buckets that can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BucketError {
    /// The relay's fault: the witness that was asked did not sign this as an answer to this question (RESTORE-26).
    #[error("witness {0} did not sign this answer about its bucket")]
    NotSigned(WitnessIndex),
    /// The witness's fault: entries are out of order, of another bucket, evaluated by another, or none before more; or
    /// the prefix is longer than there are.
    #[error("witness {0} signed an answer about its bucket that can't be")]
    Disorder(WitnessIndex),
}

/// An entry's place as bytes: B from its second byte on, then the first (of which one bit is always 0), then the digest.
pub type BucketKey = [u8; 64];

impl BucketPlace {
    /// What entries are sorted by.
    pub fn key(&self) -> BucketKey {
        let mut key = [0; 64];
        let parts = turned(&self.blinded).into_iter().chain(self.digest.0);
        key.iter_mut().zip(parts).for_each(|(byte, from)| *byte = from);
        key
    }

    /// The place that a key is of.
    pub fn from_key(key: &BucketKey) -> Self {
        let (mut blinded, mut digest) = ([0; 32], [0; 32]);
        let (turned, rest) = key.split_at(32);
        let bytes = turned.last().into_iter().chain(turned.iter().take(31));
        blinded.iter_mut().zip(bytes).for_each(|(byte, from)| *byte = *from);
        digest.iter_mut().zip(rest).for_each(|(byte, from)| *byte = *from);
        Self { blinded: PointBytes(blinded), digest: OrderDigest(digest) }
    }
}

fn turned(blinded: &PointBytes) -> [u8; 32] {
    let mut turned = blinded.0;
    turned.rotate_left(1);
    turned
}

/// The number of B's bucket among 2^bits: the first bits of its bytes from the second on. At most
/// [`MAX_BUCKET_BITS`] count.
pub fn bucket_number(blinded: &PointBytes, bits: u8) -> u32 {
    let [_, high, low, ..] = blinded.0;
    let all = u32::from(u16::from_be_bytes([high, low]));
    let dropped = u32::from(MAX_BUCKET_BITS.saturating_sub(bits));
    all.checked_shr(dropped).unwrap_or(0)
}

/// The outputs of a keyset under which an order is found: those that may stand at slot 0. A wallet numbers slots by
/// points from the largest, vouchers by offer, the ballot (WALLET-13), so they are those of the first kind of this list.
pub fn first_outputs(order: &Order, keyset: KeysetId) -> impl Iterator<Item = &Output> {
    let first = outputs_of(order, keyset).map(|output| rank(&output.class.kind)).min();
    outputs_of(order, keyset).filter(move |output| Some(rank(&output.class.kind)) == first)
}

fn rank(kind: &Kind) -> (u8, u64) {
    match kind {
        Kind::Points { denomination } => (0, u64::MAX.saturating_sub(*denomination)),
        Kind::Voucher { offer } => (1, u64::from(offer.0)),
        Kind::Ballot { campaign } => (2, u64::from(campaign.0)),
    }
}

impl BucketLength {
    /// Signs the answer to a question.
    pub fn sign(key: &SigningKey, keyset: &Keyset, index: WitnessIndex, nonce: &[u8; 32], bits: u8) -> Self {
        let unsigned = Self { index, bits, signature: Signature([0; 64]) };
        let signature = unsigned.with_parts(keyset, nonce, |parts| key.sign(labels::BUCKET_LENGTH_SIGNATURE, parts));
        Self { signature, ..unsigned }
    }

    /// Checks that its witness gave this answer to this question (RESTORE-26). A prefix is as long as any may be at
    /// most.
    pub fn verify(&self, keyset: &Keyset, nonce: &[u8; 32]) -> Result<u8, BucketError> {
        let member = keyset.member(self.index).ok_or(BucketError::NotSigned(self.index))?;
        self.with_parts(keyset, nonce, |parts| {
            member.vote_key().verify(labels::BUCKET_LENGTH_SIGNATURE, parts, &self.signature)
        })
        .map_err(|_| BucketError::NotSigned(self.index))?;
        if self.bits > MAX_BUCKET_BITS { Err(BucketError::Disorder(self.index)) } else { Ok(self.bits) }
    }

    fn with_parts<T>(&self, keyset: &Keyset, nonce: &[u8; 32], then: impl FnOnce(&[&[u8]]) -> T) -> T {
        then(&[&keyset.federation().0, &keyset.id().0.to_le_bytes(), &[self.index.0], nonce, &[self.bits]])
    }
}

impl BucketQuery {
    /// Whether there is such a bucket.
    pub fn is_possible(&self) -> bool {
        self.bits <= MAX_BUCKET_BITS && self.number < 1_u32.checked_shl(u32::from(self.bits)).unwrap_or(0)
    }

    /// Whether an entry at this place answers the question.
    pub fn asks_for(&self, place: &BucketPlace) -> bool {
        bucket_number(&place.blinded, self.bits) == self.number
            && self.after.is_none_or(|after| after.key() < place.key())
    }
}

impl BucketEntry {
    /// Where it stands.
    pub fn place(&self) -> BucketPlace {
        BucketPlace { blinded: self.blinded, digest: self.certified.order.digest() }
    }
}

impl BucketPage {
    /// Signs a piece of a bucket as the answer to a question.
    pub fn sign(
        key: &SigningKey,
        keyset: &Keyset,
        index: WitnessIndex,
        query: &BucketQuery,
        entries: Bounded<BucketEntry, MAX_BUCKET_ENTRIES>,
        more: bool,
    ) -> Self {
        let unsigned = Self { index, entries, more, signature: Signature([0; 64]) };
        let signature = unsigned.with_parts(keyset, query, |parts| key.sign(labels::BUCKET_SIGNATURE, parts));
        Self { signature, ..unsigned }
    }

    /// Checks that the witness that was asked signed this as the answer to this question, and that the entries are some
    /// that can be (RESTORE-26).
    pub fn verify(
        self,
        keyset: &Keyset,
        asked: WitnessIndex,
        query: &BucketQuery,
    ) -> Result<VerifiedPage, BucketError> {
        let member = keyset.member(asked).filter(|_| self.index == asked).ok_or(BucketError::NotSigned(asked))?;
        self.with_parts(keyset, query, |parts| {
            member.vote_key().verify(labels::BUCKET_SIGNATURE, parts, &self.signature)
        })
        .map_err(|_| BucketError::NotSigned(asked))?;
        let mut before = *query;
        for entry in &self.entries {
            let place = entry.place();
            if !before.asks_for(&place) || entry.evaluation.index != asked {
                return Err(BucketError::Disorder(asked));
            }
            before.after = Some(place);
        }
        if self.more && self.entries.is_empty() {
            return Err(BucketError::Disorder(asked));
        }
        Ok(VerifiedPage { entries: self.entries.into_vec(), more: self.more })
    }

    fn with_parts<T>(&self, keyset: &Keyset, query: &BucketQuery, then: impl FnOnce(&[&[u8]]) -> T) -> T {
        then(&[
            &keyset.federation().0,
            &keyset.id().0.to_le_bytes(),
            &[self.index.0],
            &encode(query),
            &encode(&self.entries),
            &[u8::from(self.more)],
        ])
    }
}

impl VerifiedPage {
    /// What it holds.
    pub fn entries(&self) -> &[BucketEntry] {
        &self.entries
    }

    /// From where to ask on; none if this was the last piece.
    pub fn next(&self) -> Option<BucketPlace> {
        self.entries.last().filter(|_| self.more).map(BucketEntry::place)
    }

    /// The entries.
    pub fn into_entries(self) -> Vec<BucketEntry> {
        self.entries
    }
}
