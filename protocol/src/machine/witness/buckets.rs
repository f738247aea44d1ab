//! Serving buckets: what a witness has certified and evaluated, to whoever searches for orders of their own.

use alloc::{vec, vec::Vec};

use super::{
    Witness,
    pages::LogView,
    record::{OrderRecord, View, Write},
};
use crate::{
    limits::{LOG_ANSWER_BYTES, MAX_BUCKET_BITS, MAX_BUCKET_ENTRIES, MIN_BUCKET_ENTRIES},
    message::{
        bucket::{
            BucketEntry, BucketKey, BucketLength, BucketPage, BucketPlace, BucketQuery, LengthQuery, bucket_number,
            first_outputs,
        },
        codec::{Bounded, encode},
        ids::{KeysetId, OrderDigest},
        log::{CertifiedOrder, LogEntry},
        order::{Order, Seconds},
        refusal::Refusal,
        wire::ReplyV1,
    },
};

const COUNTED_AT_A_TIME: usize = 4096;
/// Entries of a log that are read at a time.
const INDEXED_AT_A_TIME: u64 = 256;

/// What a witness can look up of its buckets, besides its state.
pub trait BucketView: View {
    /// Keys of entries from `first` on and before `end` (to the last if there is none), compared as bytes, increasing; at
    /// most `limit`.
    fn bucket(
        &self,
        keyset: KeysetId,
        first: &[u8],
        end: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<BucketKey>, Self::Error>;
}

/// How many entries each bucket has. Entries are only ever added, so that an old count is one that is too low.
#[derive(Clone, Debug)]
pub struct BucketSizes(Vec<u64>);

impl Default for BucketSizes {
    fn default() -> Self {
        Self(vec![0; 1 << MAX_BUCKET_BITS])
    }
}

impl BucketSizes {
    /// Counts all entries of a keyset, some thousands at a time.
    pub fn of<V: BucketView>(view: &V, keyset: KeysetId) -> Result<Self, V::Error> {
        let mut sizes = Self::default();
        let mut first = Vec::new();
        loop {
            let keys = view.bucket(keyset, &first, None, COUNTED_AT_A_TIME)?;
            let Some(last) = keys.last() else { return Ok(sizes) };
            first = after(last);
            keys.iter().for_each(|key| sizes.count(key));
        }
    }

    /// Counts one entry more.
    pub fn count(&mut self, key: &BucketKey) {
        self.add(bucket_number(&BucketPlace::from_key(key).blinded, MAX_BUCKET_BITS), 1);
    }

    /// Counts some more in the bucket of a number at [`MAX_BUCKET_BITS`].
    pub fn add(&mut self, number: u32, entries: u64) {
        if let Some(size) = usize::try_from(number).ok().and_then(|number| self.0.get_mut(number)) {
            *size = size.saturating_add(entries);
        }
    }

    /// The longest prefix with which each bucket has [`MIN_BUCKET_ENTRIES`] entries, and 0 if there is none
    /// (RESTORE-16).
    pub fn longest_prefix(&self) -> u8 {
        let mut sizes = self.0.clone();
        for bits in (1..=MAX_BUCKET_BITS).rev() {
            if sizes.iter().all(|size| *size >= MIN_BUCKET_ENTRIES) {
                return bits;
            }
            sizes =
                sizes.chunks(2).map(|pair| pair.iter().fold(0, |sum: u64, size| sum.saturating_add(*size))).collect();
        }
        0
    }
}

/// Where a certified order is found: under each B of the keyset that may stand at slot 0.
pub fn places_of(order: &Order, digest: OrderDigest, keyset: KeysetId) -> impl Iterator<Item = BucketPlace> {
    first_outputs(order, keyset).map(move |output| BucketPlace { blinded: output.blinded, digest })
}

/// Entries of orders that a log holds from a position on, for a witness that did not keep any before; and from where to
/// go on, if there is more. The same entries again change nothing.
pub fn index_log<V: LogView>(view: &V, keyset: KeysetId, from: u64) -> Result<(Vec<Write>, Option<u64>), V::Error> {
    let size = view.log_size(keyset)?;
    let end = from.saturating_add(INDEXED_AT_A_TIME).min(size);
    let mut writes = Vec::new();
    for position in from..end {
        if let Some(LogEntry::Certified(CertifiedOrder { order, .. })) = view.log_entry(keyset, position)? {
            writes.extend(places_of(&order, order.digest(), keyset).map(Write::Bucket));
        }
    }
    Ok((writes, Some(end).filter(|end| *end < size)))
}

impl Witness {
    /// Whether buckets are still served, which is asked before anything is counted.
    ///
    /// # Errors
    /// [`Refusal::Closed`] once the keyset's time is over.
    pub fn serves_buckets(&self, now: Seconds) -> Result<(), Refusal> {
        if now > self.keyset().evaluate_until() { Err(Refusal::Closed) } else { Ok(()) }
    }

    /// Says how long prefixes are, by a count that may be old.
    pub fn bucket_length(&self, sizes: &BucketSizes, query: &LengthQuery, now: Seconds) -> ReplyV1 {
        if let Err(refusal) = self.serves_buckets(now) {
            return ReplyV1::Refused(refusal);
        }
        let bits = sizes.longest_prefix();
        ReplyV1::Length(BucketLength::sign(&self.keys().vote, self.keyset(), self.index(), &query.nonce, bits))
    }

    /// A piece of a bucket, as many entries as fit one answer (RESTORE-15). The view must show committed state only.
    pub fn bucket_page<V: BucketView>(&self, view: &V, query: &BucketQuery, now: Seconds) -> Result<ReplyV1, V::Error> {
        if let Err(refusal) = self.serves_buckets(now) {
            return Ok(ReplyV1::Refused(refusal));
        }
        if !query.is_possible() {
            return Ok(ReplyV1::Refused(Refusal::Unknown));
        }
        let (mut first, end) = range(query);
        let (mut entries, mut bytes, mut more) = (Vec::new(), 0_usize, true);
        while more {
            // One more than fit, to know whether any follow.
            let keys = view.bucket(self.keyset().id(), &first, end.as_deref(), MAX_BUCKET_ENTRIES.saturating_add(1))?;
            more = keys.len() > MAX_BUCKET_ENTRIES;
            let mut keys = keys.into_iter();
            for key in keys.by_ref() {
                first = after(&key);
                let Some(entry) = self.entry(view, &key)? else { continue };
                bytes = bytes.saturating_add(encode(&entry).len());
                entries.push(entry);
                if bytes >= LOG_ANSWER_BYTES || entries.len() == MAX_BUCKET_ENTRIES {
                    break;
                }
            }
            if bytes >= LOG_ANSWER_BYTES || entries.len() == MAX_BUCKET_ENTRIES {
                more = keys.next().is_some();
                break;
            }
        }
        let entries = Bounded::new(entries).unwrap_or_default();
        Ok(ReplyV1::Bucket(BucketPage::sign(&self.keys().vote, self.keyset(), self.index(), query, entries, more)))
    }

    /// An order that is contested since has no evaluation any more, and is left out.
    fn entry<V: BucketView>(&self, view: &V, key: &BucketKey) -> Result<Option<BucketEntry>, V::Error> {
        let BucketPlace { blinded, digest } = BucketPlace::from_key(key);
        let record = view.order(self.keyset().id(), &digest)?;
        let Some(OrderRecord::Certified { order, certificate, evaluation }) = record else { return Ok(None) };
        Ok(Some(BucketEntry { blinded, certified: CertifiedOrder { order, certificate }, evaluation }))
    }
}

/// The keys that a question is about: from the first on, and before the last if the bucket is not the last of all.
fn range(query: &BucketQuery) -> (Vec<u8>, Option<Vec<u8>>) {
    let dropped = u32::from(MAX_BUCKET_BITS.saturating_sub(query.bits));
    let begin = |number: u32| -> Option<Vec<u8>> {
        let all = u16::try_from(number.checked_shl(dropped)?).ok()?;
        Some(all.to_be_bytes().to_vec())
    };
    let first = match &query.after {
        Some(place) => after(&place.key()).max(begin(query.number).unwrap_or_default()),
        None => begin(query.number).unwrap_or_default(),
    };
    (first, begin(query.number.saturating_add(1)))
}

/// The bytes that follow a key's at once.
fn after(key: &BucketKey) -> Vec<u8> {
    let mut next = key.to_vec();
    next.push(0);
    next
}
