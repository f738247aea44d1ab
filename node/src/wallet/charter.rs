//! The charter that a wallet goes by: pinned at its first use, and compared between two stores.
//!
//! The federation's id is the hash of its genesis block, so a chain of charters that begins with it can't be another
//! federation's. That the newest version is not withheld, and that there is no second one, two stores must show.

use ronde_protocol::message::charter::{Charter, CharterChain, SignedCharter};
use ronde_protocol::message::ids::FederationId;

use super::{Client, Trouble, client::bad, error::BadAnswer};
use crate::charter_store::{Added, CharterStore};
use crate::entropy;

/// Stores that are asked for a second showing before the wallet goes on without.
const TRIES: usize = 3;

/// A chain that was walked from its genesis, and who else shows it.
#[derive(Debug)]
pub struct Shown {
    /// Version 1, 2, ...
    pub chain: Vec<SignedCharter>,
    /// The newest.
    pub charter: Charter,
    /// The second store that shows it, if one answered.
    pub second: Option<String>,
    /// Whether there are at least two stores to compare.
    pub comparable: bool,
}

/// Base URLs of all stores that serve wallets, in an order that nobody can foresee (WALLET-33).
pub fn nodes(charter: &Charter) -> Result<Vec<String>, Trouble> {
    let key = entropy::fresh()?;
    let first = |store: &ronde_protocol::message::charter::Store| store.http.first().map(ToString::to_string);
    let mut nodes: Vec<String> = charter.body().stores.iter().filter_map(first).collect();
    nodes.sort_by_cached_key(|node| *blake3::keyed_hash(&key, node.as_bytes()).as_bytes());
    Ok(nodes)
}

/// Fetches the charter for the first time, from a named store, and compares it with what a second one shows (WALLET-5,
/// WALLET-6).
pub fn first(client: &Client, node: &str, expected: Option<&FederationId>) -> Result<Shown, Trouble> {
    let mut chain = client.charter(node)?;
    let mut charter = walk(node, &chain, expected)?;
    let others: Vec<String> = nodes(&charter)?.into_iter().filter(|other| !same_node(other, node)).collect();
    let comparable = !others.is_empty();
    let mut second = None;
    for other in others.into_iter().take(TRIES) {
        let Ok(shown) = client.charter(&other) else { continue };
        let differ = chain.iter().zip(&shown).any(|(ours, theirs)| ours.body.hash() != theirs.body.hash());
        if differ || shown.is_empty() {
            return Err(Trouble::TwoCharters { first: node.to_owned(), second: other });
        }
        if shown.len() > chain.len() {
            charter = walk(&other, &shown, Some(charter.federation()))?;
            chain = shown;
        }
        second = Some(other);
        break;
    }
    Ok(Shown { chain, charter, second, comparable })
}

fn walk(node: &str, chain: &[SignedCharter], expected: Option<&FederationId>) -> Result<Charter, Trouble> {
    let Some(first) = chain.first() else { return Err(bad(node, BadAnswer::OtherSubject)) };
    let found = first.body.federation;
    if let Some(expected) = expected.filter(|expected| **expected != found) {
        return Err(Trouble::OtherFederation { node: node.to_owned(), found, expected: *expected });
    }
    Ok(CharterChain::walk(chain.iter().cloned(), Some(&found))
        .map_err(crate::charter_store::CharterStoreError::from)?)
}

/// Whether two base URLs name the same node.
#[must_use]
pub fn same_node(a: &str, b: &str) -> bool {
    a.trim_end_matches('/').eq_ignore_ascii_case(b.trim_end_matches('/'))
}

/// Fetches what is new from the named store and from a second one. What does not follow the charter that the wallet
/// holds is refused, and said; the wallet goes on with what it has (WALLET-7).
pub fn refresh(client: &Client, charters: &mut CharterStore, named: Option<&str>) -> Result<Vec<String>, Trouble> {
    let mut asked = nodes(charters.charter())?;
    if let Some(named) = named {
        asked.retain(|node| !same_node(node, named));
        asked.insert(0, named.to_owned());
    }
    let mut warnings = Vec::new();
    let mut showings = 0_usize;
    for node in asked.iter().take(TRIES + 1) {
        let Ok(chain) = client.charter(node) else { continue };
        match take(charters, chain) {
            Ok(Added::Fork) => warnings.push(
                "the stewards signed two charters of one version: no points are issued until they settle it".to_owned(),
            ),
            Ok(Added::New | Added::Known) => showings += 1,
            Err(trouble) => {
                warnings.push(format!("{node} shows a charter that does not follow the one held here ({trouble})"));
            }
        }
        if showings == 2 {
            break;
        }
    }
    if showings < 2 && asked.len() > 1 {
        warnings.push("fewer than two stores showed their charter just now".to_owned());
    }
    Ok(warnings)
}

fn take(charters: &mut CharterStore, chain: Vec<SignedCharter>) -> Result<Added, Trouble> {
    let mut result = Added::Known;
    for version in chain {
        match charters.add(version)? {
            Added::Known => {}
            added => result = added,
        }
    }
    Ok(result)
}
