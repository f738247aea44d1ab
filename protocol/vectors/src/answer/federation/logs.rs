//! `log-leaf`, `log-root`, `log-consistency`, `log-read`: a witness's log, as its owner and its peers see it.

use ronde_protocol::{
    crypto::merkle,
    machine::witness::peers::Followed,
    message::{ids::WitnessIndex, log::LogEntry, wire::LogPage},
};
use serde::{Deserialize, Serialize};

use super::given::{kebab, keyset, walk};
use crate::answer::{Hex, Octets, Refused};

/// An entry of a log.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafInput {
    entry: Octets,
}

/// Its leaf.
#[derive(Serialize)]
pub struct Leaf {
    leaf: Hex<32>,
}

/// Hashes an entry.
pub fn leaf(LeafInput { entry }: LeafInput) -> Result<Leaf, Refused> {
    let entry: LogEntry = entry.read()?;
    Ok(Leaf { leaf: Hex(entry.leaf()) })
}

/// Leaves, oldest first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootInput {
    leaves: Vec<Hex<32>>,
}

/// The root over them.
#[derive(Serialize)]
pub struct Root {
    root: Hex<32>,
}

/// The root of a log.
pub fn root(RootInput { leaves }: RootInput) -> Result<Root, Refused> {
    Ok(Root { root: Hex(merkle::root_of(&plain(&leaves))) })
}

fn plain(leaves: &[Hex<32>]) -> Vec<[u8; 32]> {
    leaves.iter().map(|leaf| leaf.0).collect()
}

/// A log and a head from whatever time.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyInput {
    leaves: Vec<Hex<32>>,
    size: u64,
    root: Hex<32>,
}

/// How many entries came since.
#[derive(Serialize)]
pub struct Extended {
    since: u64,
}

/// Whether a log extends a head.
pub fn consistency(ConsistencyInput { leaves, size, root }: ConsistencyInput) -> Result<Extended, Refused> {
    let leaves = plain(&leaves);
    let begun = usize::try_from(size).ok().and_then(|size| leaves.get(..size));
    match begun.map(merkle::root_of) {
        Some(found) if found == root.0 => {
            let held = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
            Ok(Extended { since: held.saturating_sub(size) })
        }
        _ => Err(Refused::named("log-rolled-back")),
    }
}

/// A peer's log, page by page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadInput {
    charters: Vec<Octets>,
    keyset: u32,
    peer: u8,
    pages: Vec<Octets>,
}

/// What each page held, and what is known of the log in the end.
#[derive(Serialize)]
pub struct Read {
    pages: Vec<PageRead>,
    position: u64,
    highest: Option<u64>,
}

/// What a page held, or why it was refused.
#[derive(Serialize)]
#[serde(untagged)]
pub enum PageRead {
    /// Certified orders by their digests, whether the log goes on, evidence by its name.
    Taken {
        /// Digests.
        certified: Vec<Hex<32>>,
        /// Whether it goes on.
        more: bool,
        /// A fork.
        evidence: Option<Hex<32>>,
    },
    /// Nothing of it counts.
    Refused {
        /// Why.
        error: String,
    },
}

/// Reads a peer's log.
pub fn read(ReadInput { charters, keyset: id, peer, pages }: ReadInput) -> Result<Read, Refused> {
    let charter = walk(&charters)?;
    let pages: Vec<LogPage> = pages.iter().map(Octets::read).collect::<Result<_, _>>()?;
    let keyset = keyset(&charter, id)?;
    let mut followed = Followed::default();
    let mut read = Vec::new();
    for page in pages {
        read.push(match followed.handle_page(keyset, WitnessIndex(peer), page) {
            Ok(page) => PageRead::Taken {
                certified: page.certified.iter().map(|certified| Hex(certified.order.digest().0)).collect(),
                more: page.more,
                evidence: page.fork.map(|evidence| Hex(evidence.id())),
            },
            Err(error) => PageRead::Refused { error: kebab(&error) },
        });
    }
    let highest = followed.highest().map(|head| head.size);
    Ok(Read { pages: read, position: followed.position(), highest })
}
