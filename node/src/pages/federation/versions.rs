//! What each version of the charter changed, in plain words.

mod compare;

use std::sync::{Arc, Mutex, PoisonError};

use ronde_protocol::limits::MAX_CHARTER_BYTES;
use ronde_protocol::message::charter::{Charter, SignedCharter};
use ronde_protocol::message::codec::decode;
use ronde_protocol::message::ids::CharterHash;

use crate::http::Site;
use crate::pages::say::{Say, Value};
use crate::shop::DeskError;

/// Versions that are shown, the newest first.
const SHOWN: usize = 12;

/// A change: a message and what it names.
pub(super) type Change = (&'static str, Vec<(&'static str, Value)>);

/// The history of the charter that was shown last. Reading all versions anew for every reader would cost the node more
/// than the reader.
#[derive(Default)]
pub(crate) struct Known(Mutex<Option<(CharterHash, Arc<History>)>>);

/// What is known of all versions.
pub(super) struct History {
    /// The federation's, from its first version.
    pub(super) name: String,
    versions: Vec<Version>,
}

struct Version {
    number: u64,
    issued: u64,
    signatures: usize,
    changes: Vec<Change>,
}

/// A version as it is shown.
pub(super) struct VersionView {
    pub(super) title: String,
    pub(super) signed: String,
    pub(super) changes: Vec<String>,
}

impl Known {
    pub(super) fn of(&self, site: &Site, charter: &Charter) -> Result<Arc<History>, DeskError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((hash, history)) = &*known
            && *hash == charter.hash()
        {
            return Ok(Arc::clone(history));
        }
        let history = Arc::new(read(&site.desk().charter_chain()?));
        *known = Some((charter.hash(), Arc::clone(&history)));
        Ok(history)
    }
}

/// The node has checked them; what can't be read is left out all the same.
fn read(chain: &[Vec<u8>]) -> History {
    let read = |bytes: &Vec<u8>| decode::<SignedCharter>(bytes, MAX_CHARTER_BYTES).ok();
    let mut history = History { name: String::new(), versions: Vec::new() };
    let mut before: Option<SignedCharter> = None;
    for signed in chain.iter().filter_map(read) {
        let body = &signed.body;
        if let Some(genesis) = &body.genesis {
            history.name = genesis.name.to_string();
        }
        let changes = before.as_ref().map_or_else(|| compare::founded(body), |old| compare::changes(&old.body, body));
        let (number, issued, signatures) = (body.version, body.issued, signed.signatures.len());
        history.versions.push(Version { number, issued, signatures, changes });
        before = Some(signed);
    }
    history
}

impl History {
    pub(super) fn views(&self, say: &Say) -> Vec<VersionView> {
        let newest = self.versions.iter().rev().take(SHOWN);
        newest
            .map(|version| {
                let title = [("version", Value::Number(version.number)), ("day", Value::Day(version.issued))];
                VersionView {
                    title: say.with("version-title", &title),
                    signed: say.count("version-signed", version.signatures),
                    changes: version.changes.iter().map(|(id, values)| say.with(id, values)).collect(),
                }
            })
            .collect()
    }
}
