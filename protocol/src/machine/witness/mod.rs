//! The witness: votes for at most one order per coin, and evaluates certified ones.
//!
//! A request goes two steps. `prepare_*` is pure arithmetic on the message and the keys, and may run beside others.
//! `decide_*` looks at the state, one request after another, and gives back a [`Step`]: what to write, and a reply
//! that stays sealed until the writes are on disk.
//!
//! | order is | asked to vote | shown its certificate |
//! | --- | --- | --- |
//! | unknown, nothing in the way | binds, logs, votes: *voted* | spends, logs, evaluates: *certified* |
//! | unknown, coin or reference held | refused with the order that holds it | the holder dies: *certified* |
//! | voted | the same vote; if the votes make q: *certified* | *certified* |
//! | certified | certificate and evaluation | certificate and evaluation, as stored |
//! | dead | refused with the certificate that killed it | contradicts a certificate: *contested* |
//! | contested | refused with the other certificate | refused with the other certificate |

pub mod buckets;
mod certify;
mod closing;
mod decide;
mod earlier;
mod followed;
pub mod inquiry;
mod issuing;
pub mod keys;
pub mod log;
pub mod memory;
mod moving;
pub mod outstanding;
pub mod pages;
pub mod peers;
mod prepare;
mod probe;
pub mod query;
mod reading;
pub mod record;
mod vote;

use alloc::vec::Vec;

pub use closing::OtherClocks;
pub use decide::{Decided, HeadToSign, Outcome, Prepared};
pub use earlier::{EarlierRead, PreparedPage};
pub use moving::PreparedMove;
pub use prepare::{PreparedCertificate, PreparedVote};

use self::{
    keys::WitnessKeys,
    record::{Draft, View, Write},
};
use crate::{
    machine::durable::Sealed,
    message::{charter::Keyset, class::Tweaks, ids::WitnessIndex},
};

/// One witness of one keyset: its place and its secrets. Its state is elsewhere, behind [`View`].
#[derive(Debug)]
pub struct Witness {
    keyset: Keyset,
    index: WitnessIndex,
    keys: WitnessKeys,
    tweaks: Tweaks,
}

/// Whether the witness has heard from enough peers since it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Not yet: it certifies and evaluates, but does not vote.
    Starting,
    /// It may vote.
    Open,
    /// Its disk has too little room: it certifies and evaluates, but votes for nothing new (WITNESS-37).
    Full,
}

/// The keys at hand are not those that the charter lists for this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node's seed does not give the keys that the charter lists for witness {0}")]
pub struct OtherKeys(pub WitnessIndex);

/// What a request leads to: writes, and a reply that waits for them.
#[derive(Debug)]
#[must_use]
pub struct Step<T> {
    /// All of them in one transaction, or none (WITNESS-2).
    pub writes: Vec<Write>,
    /// To be released once they are durable (WITNESS-3).
    pub reply: Sealed<T>,
}

impl<T> Step<T> {
    fn new<V: View>(draft: Draft<'_, V>, reply: T) -> Self {
        Self { writes: draft.into_writes(), reply: Sealed::new(reply) }
    }
}

impl Witness {
    /// Takes the place that the charter gives to these keys, and no other (OPS-8).
    pub fn new(keyset: Keyset, index: WitnessIndex, keys: WitnessKeys) -> Result<Self, OtherKeys> {
        let fits = keyset.member(index).is_some_and(|member| {
            member.poprf_key().encode() == keys.poprf.public().encode()
                && member.vote_key().encode() == keys.vote.verifying_key().encode()
        });
        let tweaks = Tweaks::new(*keyset.federation(), keyset.id(), keyset.denominations());
        if fits { Ok(Self { keyset, index, keys, tweaks }) } else { Err(OtherKeys(index)) }
    }

    /// The committee.
    pub fn keyset(&self) -> &Keyset {
        &self.keyset
    }

    /// Its place in it.
    pub fn index(&self) -> WitnessIndex {
        self.index
    }

    fn keys(&self) -> &WitnessKeys {
        &self.keys
    }
}
