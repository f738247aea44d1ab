//! An audit's signatures, verified on all processors.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::audit::{Judgement, Report, WitnessLog, audit, audit_by, judge_all};
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::log::LogEntry;

use crate::entropy;

/// Entries that are judged at once: enough to make a batch cheap, and few enough to split when one of them is wrong.
const AT_ONCE: usize = 4096;

/// Audits a keyset. Without randomness for the batches every signature is verified by itself.
pub(super) fn run(charter: &Charter, keyset: &Keyset, logs: &[WitnessLog]) -> Report {
    match entropy::fresh() {
        Ok(fresh) => audit_by(charter, keyset, logs, |entries| all(charter, keyset, entries, Entropy::new(fresh))),
        Err(_) => audit(charter, keyset, logs),
    }
}

fn all(charter: &Charter, keyset: &Keyset, entries: &[&LogEntry], entropy: Entropy) -> Vec<Judgement> {
    let pieces: Vec<&[&LogEntry]> = entries.chunks(AT_ONCE).collect();
    let work: Vec<Mutex<(Option<Entropy>, Vec<Judgement>)>> =
        entropy.split(pieces.len()).into_iter().map(|entropy| Mutex::new((Some(entropy), Vec::new()))).collect();
    let next = AtomicUsize::new(0);
    let take = || loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let (Some(piece), Some(place)) = (pieces.get(at), work.get(at)) else { return };
        let mut place = place.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(entropy) = place.0.take() {
            place.1 = judge_all(charter, keyset, piece, entropy);
        }
    };
    std::thread::scope(|scope| {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        (1..workers).for_each(|_| drop(scope.spawn(take)));
        take();
    });
    let places = work.into_iter().map(|place| place.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner));
    places.flat_map(|(_, judged)| judged).collect()
}
