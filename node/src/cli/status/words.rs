//! What a node's state means, and what to do.

use ronde_protocol::machine::drift;

use super::{ClockOffset, Disk, Log, PeerLog};
use crate::cli::Exit;
use crate::driver::drift::MEND;

/// Entries of a peer's log that may be unread without a word: they come and go while payments are made.
const LAG: u64 = 64;
/// Seconds for which a peer's log may be unread without a word.
const SILENCE: u64 = 60;

/// A start is no trouble: it ends by itself once enough of the others answer.
pub(super) fn starting(log: &Log) -> String {
    format!(
        "  not voting in keyset {} yet: asks the other witnesses how far its log went, and waits for enough of them\n",
        log.keyset
    )
}

/// Why a witness does not vote, a sentence for each reason (ROLLBACK-13).
pub(super) fn not_voting(log: &Log) -> Option<(Exit, String)> {
    let keyset = log.keyset;
    if !log.retired {
        return None;
    }
    let why = match log.retired_because.as_deref() {
        Some("log-rolled-back") => {
            "its log lacks what it once signed: an old database was put back, or another node runs with its seed; see \
             that no second copy runs, and keep this database"
        }
        Some("vote-forgotten") => {
            "a certificate holds its own vote, which its log lacks: it lost what it had promised; check the disk, and keep \
             this database"
        }
        Some("restored-copy") => {
            "its database is a restored backup, which can't know what was promised since; that is as it should be"
        }
        Some("two-certificates") => {
            "two orders over one coin are both certified: more witnesses cheated than the committee bears; stop taking its \
             points, run `ronde audit --evidence found`, and tell the stewards"
        }
        _ => "it no longer knows all that it once signed",
    };
    Some((
        Exit::Warn,
        format!(
            "this node votes no more in keyset {keyset}: {why}. It counts as one that lies; it still certifies and hands \
             out change. Ask the stewards for a seat in the next keyset"
        ),
    ))
}

/// A disk that is nearly full (OPS-5).
pub(super) fn disk(disk: &Disk) -> Option<(Exit, String)> {
    let Disk { free_mib, floor_mib, .. } = disk;
    disk.short.then(|| {
        let what = format!(
            "the disk is nearly full, {free_mib} MiB free of {floor_mib} that must be: the node takes no new orders and \
             gives no new votes; free some space, it goes on by itself"
        );
        (Exit::Fail, what)
    })
}

/// A clock that is wrong, and the command that mends it (OPS-6).
pub(super) fn clock(clock: &ClockOffset) -> Option<(Exit, String)> {
    drift::is_noticed(clock.ahead_ms).then(|| {
        let seconds = clock.ahead_ms.unsigned_abs() / 1000;
        let side = if clock.ahead_ms < 0 { "behind" } else { "ahead of" };
        (Exit::Warn, format!("this node's clock is {seconds} s {side} those of {} other stores: {MEND}", clock.stores))
    })
}

/// How far a peer's log was read.
pub(super) fn peer_log(log: &PeerLog) -> String {
    let behind = log.size.saturating_sub(log.read);
    let state = match (behind, log.read_ago) {
        (0, Some(seconds)) => format!("all {} entries read, {seconds} s ago", log.read),
        (0, None) => format!("{} entries read, not asked since this node started", log.read),
        (behind, _) => format!("{} of {} entries read, {behind} behind", log.read, log.size),
    };
    format!("  log of {} in keyset {}: {state}\n", log.name, log.keyset)
}

/// What is not as it should be with reading a peer's log.
pub(super) fn lagging(log: &PeerLog) -> Option<(Exit, String)> {
    let (name, keyset, behind) = (&log.name, log.keyset, log.size.saturating_sub(log.read));
    if let Some(trouble) = log.trouble.as_ref().filter(|trouble| trouble.contains("lost state")) {
        let what =
            format!("the log of {name} in keyset {keyset} is shorter than it was: {trouble}; tell whoever runs it");
        return Some((Exit::Warn, what));
    }
    let silent = log.read_ago.is_none_or(|seconds| seconds > SILENCE);
    if behind <= LAG && !(silent && log.trouble.is_some()) {
        return None;
    }
    let why = log.trouble.as_deref().unwrap_or("it is being read");
    Some((Exit::Warn, format!("{behind} entries of the log of {name} in keyset {keyset} are not read yet: {why}")))
}
