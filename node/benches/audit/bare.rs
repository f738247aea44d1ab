//! What must be verified at least: every vote that some certificate shows, and the signature under every order, each once,
//! in batches, on all processors, with all messages at hand and all points of coins decoded.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use ronde_protocol::crypto::Entropy;
use ronde_protocol::crypto::group::Point;
use ronde_protocol::crypto::labels;
use ronde_protocol::crypto::sign::{self, SignatureCheck};
use ronde_protocol::crypto::spend::{self, SpendCheck, SpendPurpose, SpendSignature};
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::order::Authorization;

use super::Failed;
use super::big_logs::Made;

/// Orders in a batch.
const AT_ONCE: usize = 4096;

/// Does something with everything on all processors, in order.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let of = &of;
        let threads: Vec<_> =
            items.chunks(share).map(|share| scope.spawn(move || share.iter().map(of).collect::<Vec<R>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

struct Spend {
    keys: Vec<Point>,
    digest: [u8; 32],
    signature: SpendSignature,
}

#[derive(Default)]
struct Batch {
    signatures: Vec<SignatureCheck>,
    spends: Vec<Spend>,
}

/// How many signatures there are, and how long they take.
pub fn verify(charter: &Charter, keyset: &Keyset, made: &[Made]) -> Result<(usize, Duration), Failed> {
    let orders: Vec<&[Made]> = made.chunks(AT_ONCE).collect();
    let batches: Vec<Batch> = in_parallel(&orders, |orders| batch(charter, keyset, orders));
    let count = batches.iter().map(|batch| batch.signatures.len() + batch.spends.len()).sum();
    let begun = Instant::now();
    let good = in_parallel(&batches, |batch| {
        let spends: Vec<SpendCheck<'_>> = batch.spends.iter().map(Spend::check).collect();
        sign::verify_batch(&batch.signatures, Entropy::new([1; 32])).is_ok()
            && spend::verify_batch(&spends, Entropy::new([2; 32])).is_ok()
    });
    let taken = begun.elapsed();
    if good.into_iter().all(|good| good) { Ok((count, taken)) } else { Err("a signature does not verify".into()) }
}

impl Spend {
    fn check(&self) -> SpendCheck<'_> {
        let (keys, digest, signature) = (&self.keys, &self.digest, &self.signature);
        SpendCheck { purpose: SpendPurpose::Order, keys, digest, signature }
    }
}

fn batch(charter: &Charter, keyset: &Keyset, orders: &[Made]) -> Batch {
    let mut batch = Batch::default();
    for made in orders {
        let (order, digest) = (&made.signed.order, made.signed.order.digest());
        // Those of the first three, and of the last three if there is such a certificate.
        let last = made.votes.iter().rev().take(if made.sketch.two_certificates { 3 } else { 0 });
        let shown: BTreeSet<u8> = made.votes.iter().take(3).chain(last).map(|vote| vote.index.0).collect();
        for vote in made.votes.iter().filter(|vote| shown.contains(&vote.index.0)) {
            let Some(member) = keyset.member(vote.index) else { continue };
            let parts: [&[u8]; 4] = [&keyset.federation().0, &keyset.id().0.to_le_bytes(), &[vote.index.0], &digest.0];
            batch.signatures.push(member.vote_key().check(labels::VOTE_SIGNATURE, &parts, &vote.signature));
        }
        match &made.signed.authorization {
            Authorization::Store(signature) => {
                let parts: [&[u8]; 2] = [&order.federation.0, &digest.0];
                let key = charter.node_key(order.store);
                batch.signatures.extend(key.map(|key| key.check(labels::STORE_ORDER_SIGNATURE, &parts, signature)));
            }
            Authorization::Spend(signature) => {
                let keys = order.inputs.iter().filter_map(|input| input.point.decode().ok()).collect();
                batch.spends.push(Spend { keys, digest: digest.0, signature: *signature });
            }
        }
    }
    batch
}
