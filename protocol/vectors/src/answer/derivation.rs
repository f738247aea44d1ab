//! What comes out of a seed, and what a class is hashed to.

use bip39::{Language, Mnemonic};
use ronde_protocol::{
    crypto::{Entropy, Seed, blind, coin_hash, derive_blind, derive_coin_secret},
    machine::witness::keys::NodeSeed,
    message::{
        charter::MemberEntry,
        class::Class,
        ids::{FederationId, KeysetId, StoreId, WitnessIndex},
    },
};
use serde::{Deserialize, Serialize};

use super::{Hex, Octets, Refused};

/// A list of words.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WordList {
    English,
    French,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    language: WordList,
    words: String,
}

#[derive(Serialize)]
pub(super) struct SeedOfWords {
    seed: Hex<32>,
    words: String,
}

pub(super) fn seed_words(input: Words) -> Result<SeedOfWords, Refused> {
    let language = match input.language {
        WordList::English => Language::English,
        WordList::French => Language::French,
    };
    if input.words.split_whitespace().count() != 24 {
        return Err(word_error(bip39::Error::BadWordCount(24)));
    }
    let mnemonic = Mnemonic::parse_in(language, input.words).map_err(word_error)?;
    let seed: [u8; 32] = mnemonic.to_entropy().try_into().map_err(|_| word_error(bip39::Error::BadWordCount(24)))?;
    let again = Mnemonic::from_entropy_in(language, &seed).map_err(word_error)?;
    Ok(SeedOfWords { seed: Hex(seed), words: again.words().collect::<Vec<_>>().join(" ") })
}

fn word_error(error: bip39::Error) -> Refused {
    Refused::named(match error {
        bip39::Error::BadWordCount(_) | bip39::Error::BadEntropyBitCount(_) => "bad-word-count",
        bip39::Error::UnknownWord(_) | bip39::Error::AmbiguousLanguages(_) => "unknown-word",
        bip39::Error::InvalidChecksum => "invalid-checksum",
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NodeKeys {
    node_seed: Hex<32>,
    federation: FederationId,
    keyset: KeysetId,
    index: WitnessIndex,
    entropy: Hex<32>,
}

#[derive(Serialize)]
pub(super) struct PublicKeys {
    node_key: Hex<32>,
    poprf_key: Hex<32>,
    poprf_possession: Hex<64>,
    vote_key: Hex<32>,
    vote_possession: Hex<64>,
}

pub(super) fn key_derivation(input: NodeKeys) -> Result<PublicKeys, Refused> {
    let seed = NodeSeed::new(input.node_seed.0);
    let keys = seed.witness_keys(&input.federation, input.keyset)?;
    // The store's number is not part of what is proven.
    let entropy = Entropy::new(input.entropy.0);
    let entry: MemberEntry = keys.entry(StoreId::NONE, &input.federation, input.keyset, input.index, entropy);
    let mut poprf_possession = [0; 64];
    poprf_possession[..32].copy_from_slice(&entry.poprf_possession.r.0);
    poprf_possession[32..].copy_from_slice(&entry.poprf_possession.s.0);
    Ok(PublicKeys {
        node_key: Hex(seed.node_key().verifying_key().encode().0),
        poprf_key: Hex(entry.poprf_key.0),
        poprf_possession: Hex(poprf_possession),
        vote_key: Hex(entry.vote_key.0),
        vote_possession: Hex(entry.vote_possession.0),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    seed: Hex<32>,
    federation: FederationId,
    keyset: u32,
    device: u32,
    order: u64,
    slot: u16,
}

#[derive(Serialize)]
pub(super) struct Coin {
    coin_secret: Hex<32>,
    point: Hex<32>,
    blind: Hex<32>,
    blinded: Hex<32>,
}

pub(super) fn coin_derivation(input: Place) -> Result<Coin, Refused> {
    let seed = Seed::new(input.seed.0).for_federation(&input.federation.0);
    let secret = derive_coin_secret(&seed, input.keyset, input.device, input.order, input.slot);
    let factor = derive_blind(&seed, input.keyset, input.device, input.order, input.slot);
    let point = secret.public().encode();
    Ok(Coin {
        coin_secret: Hex(*secret.expose_bytes()),
        point: Hex(point.0),
        blind: Hex(*factor.expose_bytes()),
        blinded: Hex(*blind(&coin_hash(&point), &factor).as_bytes()),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassOf {
    federation: FederationId,
    class: Class,
}

#[derive(Serialize)]
pub(super) struct Info {
    info: Octets,
    tweak: Hex<32>,
}

pub(super) fn class_info(input: ClassOf) -> Result<Info, Refused> {
    let info = input.class.info(&input.federation);
    Ok(Info { info: Octets(info.to_vec()), tweak: Hex(input.class.tweak(&input.federation).encode().0) })
}
