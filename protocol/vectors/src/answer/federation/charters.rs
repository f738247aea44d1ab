//! `charter-chain`: which charter holds, and whether stores issue under it.

use ronde_protocol::{
    limits::MAX_CHARTER_BYTES,
    message::charter::{Charter, CharterError, SignedCharter},
};
use serde::{Deserialize, Serialize};

use crate::answer::{Hex, Octets, Refused};

/// A chain, and second charters of one number that come to light.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    federation: Option<Hex<32>>,
    chain: Vec<Octets>,
    twins: Vec<Twin>,
    now: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Twin {
    at: usize,
    charter: Octets,
}

/// The newest version.
#[derive(Serialize)]
pub struct Held {
    federation: Hex<32>,
    version: u64,
    hash: Hex<32>,
    issuing: bool,
}

/// Walks a chain from version 1; a twin is shown once the version of its place is held.
pub fn chain(Chain { federation, chain, twins, now }: Chain) -> Result<Held, Refused> {
    let mut versions: Vec<Charter> = Vec::new();
    for (at, bytes) in chain.iter().enumerate() {
        let next = bytes.read_within(MAX_CHARTER_BYTES).and_then(|signed| next(versions.last(), signed, federation));
        let mut held = next.map_err(|refused| refused.with("at", at))?;
        for (number, twin) in twins.iter().enumerate().filter(|(_, twin)| twin.at == at) {
            let signed = twin.charter.read_within(MAX_CHARTER_BYTES);
            let forked = signed.and_then(|signed| Ok(held.is_forked_by(versions.last(), signed)?));
            if forked.map_err(|refused| refused.with("twin", number))? {
                held = held.forked();
            }
        }
        versions.push(held);
    }
    let newest = versions.last().ok_or(CharterError::Genesis)?;
    Ok(Held {
        federation: Hex(newest.federation().0),
        version: newest.version(),
        hash: Hex(newest.hash().0),
        issuing: newest.allows_issuing(now),
    })
}

fn next(held: Option<&Charter>, signed: SignedCharter, federation: Option<Hex<32>>) -> Result<Charter, Refused> {
    match held {
        Some(held) => Ok(held.succeed(signed)?),
        None if federation.is_some_and(|known| known.0 != signed.body.federation.0) => {
            Err(CharterError::OtherFederation(signed.body.federation).into())
        }
        None => Ok(Charter::genesis(signed)?),
    }
}
