//! `log-leaf`, `log-root`, `log-consistency`, `log-read`: a witness's log, as its owner and its peers see it.

use ronde_protocol::{
    crypto::merkle,
    machine::witness::{inquiry::Found, peers::Followed},
    message::{charter::Keyset, evidence::Evidence, ids::WitnessIndex, log::LogEntry, wire::LogPage},
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
    heads: Option<Vec<HeadSeen>>,
    again: Option<Vec<Octets>>,
}

/// A head that came in another answer of the peer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadSeen {
    /// How many pages had come before.
    after: usize,
    head: Octets,
}

/// What each page held, and what is known of the log in the end.
#[derive(Serialize)]
pub struct Read {
    pages: Vec<PageRead>,
    position: u64,
    highest: Option<u64>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    heads: Option<HeadsSeen>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Option<Hex<32>>>,
}

/// What the heads were worth.
#[derive(Serialize)]
struct HeadsSeen {
    /// Evidence by its name, for each.
    heads: Vec<Option<Hex<32>>>,
    /// The size of the one from which the log has parted.
    parted: Option<u64>,
    /// How many are unchecked.
    unchecked: usize,
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
        /// Whether what was read is the log of the page's head, to its end.
        whole: bool,
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
pub fn read(input: ReadInput) -> Result<Read, Refused> {
    let charter = walk(&input.charters)?;
    let pages: Vec<LogPage> = input.pages.iter().map(Octets::read).collect::<Result<_, _>>()?;
    let (keyset, peer) = (keyset(&charter, input.keyset)?, WitnessIndex(input.peer));
    let mut followed = Followed::default();
    let (mut read, mut seen) = (Vec::new(), Vec::new());
    let told = |fork: Option<Box<Evidence>>| fork.map(|evidence| Hex(evidence.id()));
    let mut see = |followed: &mut Followed, after: usize| -> Result<(), Refused> {
        for head in input.heads.iter().flatten().filter(|head| head.after == after) {
            let noted = followed.handle_head(keyset, head.head.read()?, 0);
            seen.push(told(noted.map_err(|error| Refused::named(&kebab(&error)))?));
        }
        Ok(())
    };
    see(&mut followed, 0)?;
    for page in pages {
        read.push(match followed.handle_page(keyset, peer, page, 0) {
            Ok(page) => PageRead::Taken {
                certified: page.certified.iter().map(|certified| Hex(certified.order.digest().0)).collect(),
                more: page.more,
                whole: page.whole,
                evidence: told(page.fork),
            },
            Err(error) => PageRead::Refused { error: kebab(&error) },
        });
        see(&mut followed, read.len())?;
    }
    let proof = input.again.map(|pages| prove(keyset, &followed, &pages)).transpose()?;
    let heads = input.heads.is_some().then(|| HeadsSeen {
        heads: seen,
        parted: followed.parted().map(|head| head.size),
        unchecked: followed.unchecked().len(),
    });
    let highest = followed.highest().map(|head| head.size);
    Ok(Read { pages: read, position: followed.position(), highest, heads, proof: proof.map(told) })
}

/// Reads the log once more, for the proof that it has two histories.
fn prove(keyset: &Keyset, followed: &Followed, pages: &[Octets]) -> Result<Option<Box<Evidence>>, Refused> {
    let Some(mut inquiry) = followed.inquiry() else { return Ok(None) };
    let peer = inquiry.parted().index;
    for page in pages {
        match inquiry.handle_page(keyset, peer, page.read()?) {
            Ok(Found::More) => {}
            Ok(Found::Fork(evidence)) => return Ok(Some(evidence)),
            Ok(Found::Nothing) | Err(_) => return Ok(None),
        }
    }
    Ok(None)
}
