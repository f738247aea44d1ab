//! Points, names and orders in a shopper's words.

use ronde_protocol::machine::wallet::VoucherCount;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::evidence::Evidence;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, StoreId, WitnessIndex};
use ronde_protocol::message::order::{Purpose, Seconds};
use serde_json::{Value, json};

use crate::cli::plural::{self, counted};
use crate::date::{DAY, Day};
use crate::wallet::session::{KeptReceipt, Progress};

pub(super) fn points(points: Points) -> String {
    plural::points(points.0)
}

pub(super) fn store(charter: &Charter, id: StoreId) -> String {
    charter.store(id).map_or_else(|| format!("store {id}"), |store| store.name.to_string())
}

pub(super) fn voucher(charter: &Charter, line: &VoucherCount) -> String {
    let name = charter.offer(line.offer).map_or_else(|| format!("voucher {}", line.offer), |o| o.name.to_string());
    format!("{} x {name}", line.count)
}

/// Minutes are enough for a person.
pub(super) fn time(seconds: Seconds) -> String {
    let of_day = seconds % DAY;
    format!("{} {:02}:{:02} UTC", Day::of(seconds), of_day / 3600, of_day / 60 % 60)
}

/// The first digits of an order, enough to tell a few apart.
pub(super) fn short(digest: Option<&OrderDigest>) -> String {
    digest.map_or_else(|| "-".to_owned(), |digest| digest.to_string().chars().take(8).collect())
}

/// `earn`, `redeem`, `swap`, `donate`, `pledge`, `vote`.
pub(super) fn purpose(purpose: &Purpose) -> &'static str {
    match purpose {
        Purpose::Earn => "earn",
        Purpose::Redeem => "redeem",
        Purpose::Swap => "swap",
        Purpose::Donate { .. } => "donate",
        Purpose::Pledge { .. } => "pledge",
        Purpose::Vote { .. } => "vote",
    }
}

/// A receipt, and where it is. A shop's words go to a terminal: no control characters but the ends of lines.
pub(super) fn receipt(kept: &KeptReceipt) -> String {
    let text: String = kept.text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    format!("{}\n(kept in {})", text.trim_end(), kept.path.display())
}

/// Points and vouchers, in one line.
pub(super) fn things(charter: &Charter, worth: Points, vouchers: &[VoucherCount]) -> String {
    let mut what: Vec<String> =
        (worth > Points::ZERO || vouchers.is_empty()).then(|| points(worth)).into_iter().collect();
    what.extend(vouchers.iter().map(|line| voucher(charter, line)));
    what.join(", ")
}

/// What an order does, as a line begins.
pub(super) fn deed(
    charter: &Charter,
    purpose: &Purpose,
    id: StoreId,
    worth: Points,
    vouchers: &[VoucherCount],
) -> String {
    let what = things(charter, worth, vouchers);
    match purpose {
        Purpose::Earn => format!("{what} from {}", store(charter, id)),
        Purpose::Redeem => format!("{what} paid to {}", store(charter, id)),
        Purpose::Swap => format!("{what} exchanged for new coins"),
        Purpose::Donate { association } | Purpose::Pledge { association, .. } => {
            let name =
                charter.association(*association).map_or_else(|| association.to_string(), |a| a.name.to_string());
            format!("{what} given to {name}")
        }
        Purpose::Vote { campaign, choice } => {
            let known = charter.campaign(*campaign);
            let name = known.map_or_else(|| campaign.to_string(), |campaign| campaign.name.to_string());
            let choice = known.and_then(|campaign| campaign.choices.get(usize::from(*choice)));
            format!("vote in \"{name}\" for {}", choice.map_or("?", |choice| choice.as_str()))
        }
    }
}

/// For scripts: `done`, `arriving`, `pending`.
pub(super) fn state(progress: Progress) -> &'static str {
    match progress {
        Progress::Done => "done",
        Progress::Arriving => "arriving",
        Progress::Pending { .. } => "pending",
    }
}

/// What is to be said after an order that did not quite come through.
pub(super) fn afterwards(progress: Progress) -> Option<String> {
    match progress {
        Progress::Done => None,
        Progress::Arriving => Some(
            "It is certified. Too few witnesses have answered yet for its coins to be spent: `ronde wallet resume` \
             fetches the rest."
                .to_owned(),
        ),
        Progress::Pending { votes } => Some(format!(
            "Not decided yet ({} so far). It can't be taken back, only completed: `ronde wallet resume` does \
             that, through any store. Nothing is lost.",
            counted(votes, "vote", "votes")
        )),
    }
}

/// Who was caught.
pub(super) fn evidence(charter: &Charter, evidence: &Evidence) -> String {
    match accused(evidence) {
        Some((keyset, index)) => format!(
            "witness {} ({}) of keyset {keyset} cheated: evidence {} is kept in the wallet",
            index,
            witness(charter, keyset, index),
            hex::encode(evidence.id()).chars().take(16).collect::<String>()
        ),
        None => "evidence against a witness is kept in the wallet".to_owned(),
    }
}

/// Evidence for scripts, with the bytes that `ronde audit` can check.
pub(super) fn evidence_object(charter: &Charter, evidence: &Evidence) -> Value {
    use base64::Engine as _;
    let accused = accused(evidence);
    json!({
        "id": hex::encode(evidence.id()),
        "keyset": accused.map(|(keyset, _)| keyset),
        "witness": accused.map(|(_, index)| index),
        "store_name": accused.map(|(keyset, index)| witness(charter, keyset, index)),
        "bytes": base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(encode(evidence)),
    })
}

fn accused(evidence: &Evidence) -> Option<(KeysetId, WitnessIndex)> {
    match evidence {
        Evidence::BadEvaluation { evaluation, .. } => Some((evaluation.keyset, evaluation.index)),
        Evidence::DoubleVote { first, first_vote, .. } => Some((first.keyset, first_vote.index)),
        Evidence::Fork { keyset, longer, .. } => Some((*keyset, longer.index)),
    }
}

fn witness(charter: &Charter, keyset: KeysetId, index: WitnessIndex) -> String {
    let member = charter.keyset(keyset).and_then(|keyset| keyset.member(index));
    member.map_or_else(|| "unknown".to_owned(), |member| store(charter, member.store()))
}
