//! What a node's state means, and what to do.

use ronde_protocol::machine::drift;

use super::{Certificate, ClockOffset, Disk, Log, PeerLog, Seat, Storage};
use crate::cli::Exit;
use crate::cli::plural::counted;
use crate::clock::Clock;
use crate::driver::drift::MEND;
use crate::shop::{PeerLogTrouble, RetiredBecause};

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
    let why = match log.retired_because {
        Some(RetiredBecause::LogRolledBack) => {
            "its log lacks what it once signed: an old database was put back, or another node runs with its seed; see \
             that no second copy runs, and keep this database"
        }
        Some(RetiredBecause::VoteForgotten) => {
            "a certificate holds its own vote, which its log lacks: it lost what it had promised; check the disk, and keep \
             this database"
        }
        Some(RetiredBecause::RestoredCopy) => {
            "its database is a restored backup, which can't know what was promised since; that is as it should be, and so \
             in every keyset that is published within a day after the backup was put back. Tills and webhooks that were \
             revoked since it was made are open again: look at `ronde till list` and `ronde webhook list`"
        }
        Some(RetiredBecause::TwoCertificates) => {
            "two orders over one coin are both certified: more witnesses cheated than the committee bears; stop taking its \
             points, run `ronde audit --evidence found`, and tell the stewards"
        }
        Some(RetiredBecause::Other) | None => "it no longer knows all that it once signed",
    };
    Some((
        Exit::Warn,
        format!(
            "this node votes no more in keyset {keyset}: {why}. It counts as one that lies; it still certifies and hands \
             out change. Ask the stewards for a seat in the next keyset, and to publish that soon if more have retired than \
             the committee bears (a committee of fewer than four bears none): until then points that customers bring back \
             from their words can be paid with, and not be exchanged"
        ),
    ))
}

/// A seat on a committee that the node can't take.
pub(super) fn not_seated(seat: &Seat) -> (Exit, String) {
    let Seat { keyset, why } = seat;
    (Exit::Warn, format!("this node has a seat in keyset {keyset} and can't take it: {why}"))
}

/// What baskets earn is not what the configuration says.
pub(super) fn old_rules(why: &String) -> (Exit, String) {
    let what = format!("baskets still earn by the rules from before the configuration was changed: {why}");
    (Exit::Warn, what)
}

/// What has gathered for an association waits.
pub(super) fn not_pledged(why: &String) -> (Exit, String) {
    let what = format!("what has gathered for an association is not pledged yet, and is tried again: {why}");
    (Exit::Warn, what)
}

/// A keyset that is over by this node's clock alone (ROLLOVER-18), or was closed
/// by the machine that was lost, perhaps (ROLLOVER-20).
pub(super) fn waiting_to_close(log: &Log) -> Option<(Exit, String)> {
    log.waits_to_close.then(|| {
        let what = format!(
            "by this node's clock the time of keyset {} is over, and by too few of the others': it adds nothing to its log, \
             and signs no closing statement until they agree. They are asked at the stores' web addresses: if the charter \
             lists none for some, or wrong ones, tell the stewards. If this clock is wrong: {MEND}. On a restored copy of a \
             machine that may have closed the keyset nothing is to be done: it signs none at all, and the others close it",
            log.keyset
        );
        (Exit::Warn, what)
    })
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

/// What the database's writer has done since the node started.
pub(super) fn storage(storage: &Storage) -> String {
    let Storage { commits, jobs, largest_batch, failures } = storage;
    let (synced, jobs) = (counted(*commits, "commit", "commits"), counted(*jobs, "job", "jobs"));
    format!("  database since the start: {synced} of {jobs}, at most {largest_batch} at a time; {failures} failed\n")
}

fn of_others(stores: usize) -> String {
    if stores == 1 { "that of the other store".to_owned() } else { format!("those of {stores} other stores") }
}

/// A clock that is wrong, and the command that mends it (OPS-6).
pub(super) fn clock(clock: &ClockOffset) -> Option<(Exit, String)> {
    drift::is_noticed(clock.ahead_ms).then(|| {
        let seconds = clock.ahead_ms.unsigned_abs() / 1000;
        let side = if clock.ahead_ms < 0 { "behind" } else { "ahead of" };
        (Exit::Warn, format!("this node's clock is {seconds} s {side} {}: {MEND}", of_others(clock.stores)))
    })
}

/// Caps of today that are nearly reached (TILL-6).
pub(super) fn caps(near: usize) -> Option<(Exit, String)> {
    (near > 0).then(|| {
        let what = format!(
            "{} four fifths of what may be given away today (UTC): `ronde till list` shows who gave how much",
            if near == 1 { "a till, or the store, gave away" } else { "tills, or the store, gave away" }
        );
        (Exit::Warn, what)
    })
}

/// A certificate that ends soon, or files that are no use (TILL-16).
pub(super) fn certificate(certificate: &Certificate) -> Option<(Exit, String)> {
    if let Some(trouble) = &certificate.trouble {
        let what = format!("the old certificate stays in use: {trouble}; `ronde config check` says why");
        return Some((Exit::Warn, what));
    }
    let until = certificate.expires.as_ref()?;
    crate::cli::certificate_ends(until, Clock::System.unix_seconds()).map(|what| (Exit::Warn, what))
}

fn entries(count: u64) -> String {
    counted(count, "entry", "entries")
}

/// How far a peer's log was read.
pub(super) fn peer_log(log: &PeerLog) -> String {
    let behind = log.size.saturating_sub(log.read);
    let state = match (behind, log.read_ago) {
        (0, Some(seconds)) => format!("all of its {} read, {seconds} s ago", entries(log.read)),
        (0, None) => format!("{} read, not asked since this node started", entries(log.read)),
        (behind, _) => format!("{} of {} read, {behind} behind", log.read, entries(log.size)),
    };
    format!("  log of {} in keyset {}: {state}\n", log.name, log.keyset)
}

/// What is not as it should be with reading a peer's log.
pub(super) fn lagging(log: &PeerLog, is_down: bool) -> Option<(Exit, String)> {
    let (name, keyset, behind) = (&log.name, log.keyset, log.size.saturating_sub(log.read));
    let why = log.trouble_text.as_deref().unwrap_or("it is being read");
    if log.trouble == Some(PeerLogTrouble::Shorter) {
        let what = format!("the log of {name} in keyset {keyset} is shorter than it was: {why}; tell whoever runs it");
        return Some((Exit::Warn, what));
    }
    if behind > LAG {
        let unread = counted(behind, "entry", "entries");
        return Some((Exit::Warn, format!("{unread} of the log of {name} in keyset {keyset} are not read yet: {why}")));
    }
    let silent = log.read_ago.is_none_or(|seconds| seconds > SILENCE);
    let told = is_down && log.trouble == Some(PeerLogTrouble::Unreachable);
    (silent && log.trouble.is_some() && !told)
        .then(|| (Exit::Warn, format!("the log of {name} in keyset {keyset} can't be read: {why}")))
}
