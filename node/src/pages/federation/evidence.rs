//! Who cheated, if anybody did.

use ronde_protocol::message::charter::Charter;

use super::store_name;
use crate::http::{CulpritView, EvidenceView, Site, pieces as kept};
use crate::pages::say::{Say, Value};
use crate::shop::DeskError;

pub(super) struct Piece {
    pub(super) id: String,
    pub(super) short: String,
    pub(super) offence: String,
    pub(super) culprits: Vec<String>,
}

pub(super) fn pieces(say: &Say, charter: &Charter, site: &Site) -> Result<Vec<Piece>, DeskError> {
    Ok(kept(site)?.into_iter().map(|piece| shown(say, charter, piece)).collect())
}

fn shown(say: &Say, charter: &Charter, piece: EvidenceView) -> Piece {
    let offence = match piece.judged.offence {
        Some("double-vote") => "offence-double-vote",
        Some("vote-against-certificate") => "offence-vote-against-certificate",
        Some("fork") => "offence-fork",
        Some("bad-evaluation") => "offence-bad-evaluation",
        Some("bad-certificate") => "offence-bad-certificate",
        Some("bad-vote") => "offence-bad-vote",
        Some("bad-order") => "offence-bad-order",
        Some("two-bodies") => "offence-two-bodies",
        Some("reopened") => "offence-reopened",
        _ => "offence-unknown",
    };
    Piece {
        short: piece.id.get(..16).unwrap_or_default().to_owned(),
        offence: say.text(offence),
        culprits: piece.judged.culprits.iter().map(|culprit| name(say, charter, culprit)).collect(),
        id: piece.id,
    }
}

fn name(say: &Say, charter: &Charter, culprit: &CulpritView) -> String {
    let store = culprit.store.map(|id| store_name(say, charter, id));
    match (store, culprit.keyset) {
        (Some(name), Some(keyset)) => {
            say.with("culprit-witness", &[("name", Value::Text(name)), ("keyset", Value::Text(keyset.to_string()))])
        }
        (Some(name), None) => name,
        (None, _) => say.text("culprit-unknown"),
    }
}
