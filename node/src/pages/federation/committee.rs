//! Whether the witnesses answer, and how far their logs are known.

use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::StoreId;

use crate::pages::say::{Say, Value};
use crate::shop::{DeskStatus, LogStatus, PeerLogStatus, PeerLogTrouble, RetiredBecause};

/// Entries of a log that may be unread without a word: they come and go while payments are made.
const LAG: u64 = 64;

/// How well something is, as a class of the style sheet and a word.
pub(super) struct Condition {
    /// `good`, `fair` or `bad`.
    pub(super) class: &'static str,
    pub(super) text: String,
}

pub(super) struct Witness {
    pub(super) keyset: String,
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) state: String,
    pub(super) latency: String,
}

pub(super) struct OwnLog {
    pub(super) keyset: String,
    pub(super) size: String,
    pub(super) root: String,
    pub(super) class: &'static str,
    pub(super) state: String,
}

pub(super) struct PeerLog {
    pub(super) keyset: String,
    pub(super) name: String,
    pub(super) size: String,
    pub(super) class: &'static str,
    pub(super) state: String,
}

/// A sentence for each keyset whose coins can still be spent.
pub(super) fn condition(say: &Say, charter: &Charter, status: &DeskStatus) -> Vec<Condition> {
    let now = status.now_ms / 1000;
    let open = charter.keysets().filter(|keyset| now <= keyset.redeem_until());
    open.map(|keyset| {
        let members = status.witnesses.iter().filter(|witness| witness.keyset == keyset.id());
        let (up, down): (Vec<_>, Vec<_>) = members.partition(|witness| witness.up);
        let names: Vec<&str> = down.iter().map(|witness| witness.name.as_str()).collect();
        let spare = up.len().checked_sub(keyset.quorum().votes());
        let values = [
            ("keyset", Value::Text(keyset.id().to_string())),
            ("down", Value::Number(down.len() as u64)),
            ("all", Value::Number((up.len() + down.len()) as u64)),
            ("names", Value::Text(names.join(", "))),
            ("spare", Value::Number(spare.unwrap_or(0) as u64)),
        ];
        let (class, id) = match (down.is_empty(), spare) {
            (true, _) => ("good", "condition-all-up"),
            (false, Some(0)) => ("fair", "condition-none-spare"),
            (false, Some(_)) => ("fair", "condition-some-down"),
            (false, None) => ("bad", "condition-no-quorum"),
        };
        Condition { class, text: say.with(id, &values) }
    })
    .collect()
}

pub(super) fn witnesses(say: &Say, status: &DeskStatus, own: StoreId) -> Vec<Witness> {
    let all = status.witnesses.iter();
    all.map(|witness| {
        let (class, state) = if witness.up { ("good", "witness-up") } else { ("bad", "witness-down") };
        let latency = match witness.rtt_us.filter(|_| witness.up) {
            _ if witness.store == own => say.text("witness-own"),
            Some(micros) => say.of("milliseconds", "time", say.thousandths(micros)),
            None => String::new(),
        };
        Witness {
            keyset: witness.keyset.to_string(),
            name: witness.name.clone(),
            class,
            state: say.text(state),
            latency,
        }
    })
    .collect()
}

pub(super) fn own_logs(say: &Say, status: &DeskStatus) -> Vec<OwnLog> {
    let all = status.log.iter();
    all.map(|log| {
        let (class, state) = own_state(log);
        OwnLog {
            keyset: log.keyset.to_string(),
            size: say.number(log.size),
            root: log.root.get(..16).unwrap_or(&log.root).to_owned(),
            class,
            state: say.text(state),
        }
    })
    .collect()
}

fn own_state(log: &LogStatus) -> (&'static str, &'static str) {
    match log.retired_because {
        Some(RetiredBecause::LogRolledBack) => ("bad", "log-rolled-back"),
        Some(RetiredBecause::VoteForgotten) => ("bad", "log-vote-forgotten"),
        Some(RetiredBecause::RestoredCopy) => ("fair", "log-restored-copy"),
        Some(RetiredBecause::TwoCertificates) => ("bad", "log-two-certificates"),
        Some(RetiredBecause::Other) => ("bad", "log-retired"),
        None if log.retired => ("bad", "log-retired"),
        None if log.starting => ("fair", "log-starting"),
        None if log.waits_to_close => ("fair", "log-waits-to-close"),
        None => ("good", "log-votes"),
    }
}

pub(super) fn peer_logs(say: &Say, status: &DeskStatus) -> Vec<PeerLog> {
    let all = status.peer_logs.iter();
    all.map(|log| {
        let (class, state) = peer_state(say, log);
        let (keyset, name) = (log.keyset.to_string(), log.name.clone());
        PeerLog { keyset, name, size: say.number(log.size), class, state }
    })
    .collect()
}

fn peer_state(say: &Say, log: &PeerLogStatus) -> (&'static str, String) {
    match log.trouble {
        Some(PeerLogTrouble::Shorter) => return ("bad", say.text("peer-shorter")),
        Some(PeerLogTrouble::Refused) => return ("bad", say.text("peer-refused")),
        Some(PeerLogTrouble::NoLog) => return ("fair", say.text("peer-no-log")),
        Some(PeerLogTrouble::Unreachable) => return ("fair", say.text("peer-unreachable")),
        Some(PeerLogTrouble::NotKept) => return ("fair", say.text("peer-not-kept")),
        Some(PeerLogTrouble::Other) => return ("fair", say.text("peer-trouble")),
        None => {}
    }
    match (log.size.saturating_sub(log.read), log.read_ago) {
        (0, Some(seconds)) => ("good", say.count("peer-agrees", seconds)),
        (0, None) => ("fair", say.text("peer-not-asked")),
        (behind, _) if behind <= LAG => ("good", say.count("peer-behind", behind)),
        (behind, _) => ("fair", say.count("peer-behind", behind)),
    }
}
