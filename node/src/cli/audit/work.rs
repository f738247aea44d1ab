//! Pieces of work for all processors: lines to open, entries to judge.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::audit::{Facts, Leafed, judge, judge_all};
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::codec::BadEncoding;
use ronde_protocol::message::ids::KeysetId;

use super::page::{BadSource, Opened};

/// A line to open, or entries to judge in one batch (each by itself if there was no randomness).
pub(super) enum Task {
    Open(Vec<u8>),
    Judge(Vec<Vec<u8>>, Option<Entropy>),
}

/// What came of it.
pub(super) enum Done {
    Opened(Box<Result<Opened, BadSource>>),
    /// Of each entry; nothing if its bytes are no entry. And those that are certified orders of another keyset.
    Judged(Vec<Result<Facts, BadEncoding>>, Vec<(KeysetId, Vec<u8>)>),
}

/// Does all tasks on all processors, while this thread does something else first. Results come in the order of the tasks.
pub(super) fn run<T>(
    charter: &Charter,
    keyset: &Keyset,
    tasks: Vec<Task>,
    meanwhile: impl FnOnce() -> T,
) -> (Vec<Done>, T) {
    let places: Vec<Mutex<(Option<Task>, Option<Done>)>> =
        tasks.into_iter().map(|task| Mutex::new((Some(task), None))).collect();
    let next = AtomicUsize::new(0);
    let take = || {
        while let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            place.1 = place.0.take().map(|task| task.run(charter, keyset));
        }
    };
    let other = std::thread::scope(|scope| {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        (1..workers).for_each(|_| drop(scope.spawn(take)));
        let other = meanwhile();
        take();
        other
    });
    let places = places.into_iter().filter_map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner).1);
    (places.collect(), other)
}

impl Task {
    fn run(self, charter: &Charter, keyset: &Keyset) -> Done {
        match self {
            Self::Open(line) => Done::Opened(Box::new(Opened::read(&line))),
            Self::Judge(entries, entropy) => {
                let judged = judge_bytes(charter, keyset, &entries, entropy);
                let came = judged.iter().zip(entries).filter_map(|(facts, bytes)| {
                    let of = facts.as_ref().ok()?.certified_of().filter(|of| *of != keyset.id())?;
                    Some((of, bytes))
                });
                let came = came.collect();
                Done::Judged(judged, came)
            }
        }
    }
}

fn judge_bytes(
    charter: &Charter,
    keyset: &Keyset,
    entries: &[Vec<u8>],
    entropy: Option<Entropy>,
) -> Vec<Result<Facts, BadEncoding>> {
    let mut read = Vec::with_capacity(entries.len());
    let decoded: Vec<Result<(), BadEncoding>> =
        entries.iter().map(|bytes| Leafed::decode(bytes).map(|entry| read.push(entry))).collect();
    let facts = match entropy {
        Some(entropy) => judge_all(charter, keyset, &read, entropy),
        None => read.iter().map(|entry| judge(charter, keyset, entry)).collect(),
    };
    let mut facts = facts.into_iter();
    decoded.into_iter().filter_map(|was| was.map(|()| facts.next()).transpose()).collect()
}
