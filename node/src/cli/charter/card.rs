//! A store's card: all that the stewards need to put the store into the charter. Nothing on it is secret.

use std::path::Path;

use ronde_protocol::crypto::{PointBytes, PossessionProof, Signature, VerifyingKeyBytes};
use ronde_protocol::message::charter::MemberEntry;
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::ids::{FederationId, StoreId};
use ronde_protocol::message::text::Text;
use serde::{Deserialize, Serialize};

use super::hex_bytes::HexBytes;
use crate::cli::{Blame, Failure};

/// A whole card.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub store: StoreId,
    pub name: Text,
    pub federation: FederationId,
    pub node_key: HexBytes<32>,
    /// `host:port`
    pub quic: Vec<Text>,
    /// Base URLs.
    pub http: Vec<Text>,
    /// Keys for each committee that the store is to sit on.
    #[serde(default, rename = "witness", skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<CardWitness>,
}

/// The store's public keys for one place of one committee, with the proofs that it holds the secrets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardWitness {
    pub keyset: u32,
    pub index: u8,
    pub poprf_key: HexBytes<32>,
    pub poprf_possession: HexBytes<64>,
    pub vote_key: HexBytes<32>,
    pub vote_possession: HexBytes<64>,
}

impl Card {
    /// Reads a card. Nothing on it is believed before [`ronde_protocol`]'s checks of the whole charter.
    pub fn load(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))?;
        toml::from_str(&text).map_err(|error| {
            Failure::new(
                format!("the card {} can't be read: {}", file.display(), error.to_string().trim_end()),
                Blame::You,
                "ask the store for its card again: `ronde init` writes it",
            )
        })
    }

    /// The card as text.
    pub fn to_text(&self) -> Result<String, Failure> {
        let body = toml::to_string(self).map_err(|error| {
            Failure::new(format!("the card can't be written: {error}"), Blame::Program, "report it")
        })?;
        Ok(format!("# Store {}, for the stewards. Nothing here is secret.\n{body}", self.store))
    }
}

impl CardWitness {
    /// From the keys' entry in the charter.
    pub fn new(keyset: u32, index: u8, entry: &MemberEntry) -> Self {
        let mut possession = [0; 64];
        let proof = encode(&entry.poprf_possession);
        // Both are 64 bytes: R and s.
        possession.iter_mut().zip(proof).for_each(|(to, from)| *to = from);
        Self {
            keyset,
            index,
            poprf_key: HexBytes(entry.poprf_key.0),
            poprf_possession: HexBytes(possession),
            vote_key: HexBytes(entry.vote_key.0),
            vote_possession: HexBytes(entry.vote_possession.0),
        }
    }

    /// The entry for the charter.
    pub fn entry(&self, store: StoreId) -> Result<MemberEntry, Failure> {
        let poprf_possession: PossessionProof = decode(&self.poprf_possession.0, self.poprf_possession.0.len())
            .map_err(|error| {
                Failure::new(error, Blame::Store(store.to_string()), "ask the store for its card again")
            })?;
        Ok(MemberEntry {
            store,
            poprf_key: PointBytes(self.poprf_key.0),
            poprf_possession,
            vote_key: VerifyingKeyBytes(self.vote_key.0),
            vote_possession: Signature(self.vote_possession.0),
        })
    }
}
