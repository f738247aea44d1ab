//! Bringing back the coins of an order that is known by its digest alone.

use ronde_protocol::machine::wallet::{ClaimedOrder, Recovered, WalletError};
use ronde_protocol::message::ids::{KeysetId, OrderDigest};
use ronde_protocol::message::order::Order;

use super::carry::STORES;
use super::{Done, Resumed, Session};
use crate::wallet::client::bad;
use crate::wallet::{BadAnswer, Trouble};

/// What came back.
#[derive(Debug)]
pub struct Brought {
    /// The order that made it.
    pub order: Order,
    /// The coins.
    pub recovered: Recovered,
    /// How far the order came.
    pub done: Done,
    /// The Swaps of all point coins that were to be exchanged, one for each.
    pub exchanged: Vec<Resumed>,
}

/// What the stores said that did not show the order.
#[derive(Default)]
struct Silence {
    undecided: bool,
    unknown: bool,
    last: Option<Trouble>,
}

impl Session {
    /// Asks one store after the other for an order, in one keyset or in all that still evaluate, and takes the coins
    /// that are this seed's. What was spent before is found out at once: each point coin is exchanged, alone.
    pub fn recover(&mut self, digest: &OrderDigest, keyset: Option<KeysetId>) -> Result<Brought, Trouble> {
        self.refresh_if_due();
        let keysets = match keyset {
            Some(keyset) => vec![self.known(keyset)?],
            None => self.served_keysets()?,
        };
        let mut silence = Silence::default();
        for node in self.route(None)?.into_iter().take(STORES) {
            for keyset in &keysets {
                match self.client.certified(&node, *keyset, digest) {
                    Ok(Some(shown)) => match self.take_back(&node, shown) {
                        Err(trouble @ Trouble::BadAnswer { .. }) => silence.last = Some(trouble),
                        result => return result,
                    },
                    Ok(None) => silence.undecided = true,
                    Err(Trouble::Refused { problem, .. }) if problem.code == "not-found" => silence.unknown = true,
                    Err(trouble @ Trouble::Unreachable { .. }) => {
                        silence.last.get_or_insert(trouble);
                        break;
                    }
                    Err(trouble) => silence.last = Some(trouble),
                }
            }
        }
        Err(silence.trouble(digest))
    }

    fn known(&mut self, keyset: KeysetId) -> Result<KeysetId, Trouble> {
        if self.charter().keyset(keyset).is_none() {
            self.refresh();
        }
        let known = self.charter().keyset(keyset).map(|_| keyset);
        known.ok_or(Trouble::Wallet(WalletError::NoSuchKeyset(keyset)))
    }

    /// Keysets whose witnesses still hand out evaluations.
    fn served_keysets(&self) -> Result<Vec<KeysetId>, Trouble> {
        let now = self.now();
        let served = self.charter().keysets().filter(|keyset| now <= keyset.evaluate_until());
        let served: Vec<KeysetId> = served.map(|keyset| keyset.id()).collect();
        if served.is_empty() { Err(Trouble::NoKeysetServed) } else { Ok(served) }
    }

    fn take_back(&mut self, node: &str, shown: ClaimedOrder) -> Result<Brought, Trouble> {
        let ClaimedOrder { order, certificate, evaluations } = shown;
        let (charter, now) = (self.charters.charter(), self.now());
        let taken = self.wallet.recover(charter, order.clone(), certificate.clone(), &evaluations, now);
        let sealed = taken.map_err(|error| match error {
            WalletError::Certificate(_) => bad(node, BadAnswer::OtherSubject),
            other => other.into(),
        })?;
        let recovered = sealed.release(&self.folder.save(&self.wallet)?);
        if recovered.behind {
            self.warnings.push(
                "another wallet of the same words had this wallet's device number (or somebody copied its coins). Make \
                 a new wallet from the words with the next --device, and recover there: coins that this one earns may \
                 have been spent before"
                    .to_owned(),
            );
        }
        let mut done = self.finish(node, &order, &certificate, recovered.settled.clone())?;
        let exchanged = self.prove(false)?;
        let settled = exchanged.iter().filter_map(|one| one.result.as_ref().ok());
        done.evidence.extend(settled.flat_map(|one| one.evidence.iter().cloned()));
        Ok(Brought { order, recovered, done, exchanged })
    }
}

impl Silence {
    fn trouble(self, digest: &OrderDigest) -> Trouble {
        match self.last {
            _ if self.undecided => WalletError::NotCertified(*digest).into(),
            None | Some(Trouble::Unreachable { .. }) if self.unknown => Trouble::UnknownOrder(*digest),
            Some(trouble) => trouble,
            None => Trouble::UnknownOrder(*digest),
        }
    }
}
