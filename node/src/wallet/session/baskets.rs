//! Baskets: paying with points or not, waiting for the till, claiming what is earned, keeping the receipt.

use std::time::Duration;

use ronde_protocol::machine::wallet::{Link, WalletError};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Store;
use ronde_protocol::message::ids::{OfferId, StoreId};
use ronde_protocol::message::text::Text;
use zeroize::Zeroizing;

use super::super::link::is_id;
use super::receipts::KeptReceipt;
use super::{Claimed, Paid, Progress, Session};
use crate::shop::ReturnUrl;
use crate::wallet::api::BasketAnswer;
use crate::wallet::folder::OpenBasket;
use crate::wallet::link::ClaimLink;
use crate::wallet::{BadAnswer, Trouble};

/// How long a store is let wait for the till in one call, in seconds.
const ONE_WAIT: u64 = 20;

/// Between two questions that were answered alike.
const PAUSE: Duration = Duration::from_secs(1);

/// What the customer does at a basket.
#[derive(Clone, Debug)]
pub enum Choice {
    /// Pays so many points, or as many as go, and vouchers.
    Pay(Option<Points>, Vec<OfferId>),
    /// Pays nothing with points.
    Decline,
}

/// How far a basket came.
#[derive(Debug)]
pub struct BasketDone {
    /// Its store, by the charter.
    pub store: Store,
    /// Its name there.
    pub id: String,
    /// As the store says.
    pub state: String,
    /// What it costs, in cents, as the store says.
    pub total_cents: u64,
    /// What of it is to be paid in money, as the store says.
    pub pay_cents: u64,
    /// What was paid with points.
    pub paid: Option<Paid>,
    /// What was earned and claimed.
    pub claimed: Option<Claimed>,
    /// The receipt.
    pub receipt: Option<KeptReceipt>,
    /// Where the store would lead its customer (WALLET-50).
    pub return_url: Option<String>,
}

impl BasketDone {
    /// Whether there is anything left to do.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let claimed = self.claimed.as_ref().is_none_or(|claimed| claimed.done.progress == Progress::Done);
        matches!(self.state.as_str(), "complete" | "cancelled") && claimed
    }
}

impl Session {
    /// Pays a basket or declines to, then waits for its till for at most so many seconds, and claims what it earns. What is
    /// paid is by the signed offer of its checkout, whatever the basket's own answer says (WALLET-49).
    pub fn basket(&mut self, link: &str, choice: &Choice, wait: u64) -> Result<BasketDone, Trouble> {
        let ClaimLink { link, secret } = ClaimLink::parse_basket(link)?;
        self.refresh_if_due();
        let (_, seen) = self.look(&link)?;
        self.note_basket(&link, &secret)?;
        let mut paid = None;
        match choice {
            // Nothing was asked for that can't be: what it earns is to be had all the same.
            Choice::Pay(None, vouchers) if vouchers.is_empty() && seen.state != "open" => {}
            Choice::Pay(points, vouchers) => paid = Some(self.pay_at(link.clone(), *points, vouchers)?),
            Choice::Decline if seen.state == "open" => drop(self.client.decline(&link, &secret)?),
            Choice::Decline => {}
        }
        let undecided = paid.as_ref().is_some_and(|paid| matches!(paid.done.progress, Progress::Pending { .. }));
        let done = self.finish_basket(&link, &secret, if undecided { 0 } else { wait })?;
        Ok(BasketDone { paid, ..done })
    }

    /// Goes on with the baskets that are not done (WALLET-48).
    pub fn resume_baskets(&mut self) -> Vec<Result<BasketDone, Trouble>> {
        let known = self.folder.baskets().to_vec();
        known.iter().filter_map(|open| self.resume_basket(open)).collect()
    }

    fn resume_basket(&mut self, open: &OpenBasket) -> Option<Result<BasketDone, Trouble>> {
        let part = |text: &str| Text::new(text).map_err(|_| Trouble::NotALink);
        let link = part(&open.base).and_then(|base| Ok(Link { base, id: part(&open.id)? }));
        let done = link.and_then(|link| self.finish_basket(&link, &Zeroizing::new(open.secret.clone()), 0));
        // Unknown to its store, or no more to be had of it (BASKET-14), or claimed by whoever else had the link. Never by this
        // device's clock, which may be ahead (WALLET-48).
        let is_gone = matches!(&done, Err(Trouble::Refused { problem, .. })
            if matches!(problem.code.as_str(), "not-found" | "grant-claimed"));
        if is_gone && let Err(trouble) = self.forget_basket(&open.id) {
            return Some(Err(trouble));
        }
        Some(done)
    }

    /// What a basket says, of the store whose address it has.
    fn look(&mut self, link: &Link) -> Result<(Store, BasketAnswer), Trouble> {
        let store = self.store_at(link.base.as_str())?.clone();
        let seen = self.client.basket(link, None)?;
        let found = StoreId(seen.store);
        if found != store.id {
            return Err(Trouble::OtherStore { expected: store.id, found });
        }
        Ok((store, seen))
    }

    fn note_basket(&mut self, link: &Link, secret: &str) -> Result<(), Trouble> {
        let mut baskets = self.folder.baskets().to_vec();
        if baskets.iter().any(|open| open.id == link.id.as_str()) {
            return Ok(());
        }
        let (base, id, since) = (link.base.to_string(), link.id.to_string(), self.now());
        baskets.push(OpenBasket { base, id, secret: secret.to_owned(), since });
        self.folder.save_baskets(baskets)
    }

    fn forget_basket(&mut self, id: &str) -> Result<(), Trouble> {
        let mut baskets = self.folder.baskets().to_vec();
        baskets.retain(|open| open.id != id);
        if baskets.len() == self.folder.baskets().len() { Ok(()) } else { self.folder.save_baskets(baskets) }
    }

    fn finish_basket(&mut self, link: &Link, secret: &Zeroizing<String>, wait: u64) -> Result<BasketDone, Trouble> {
        let (store, mut seen) = self.look(link)?;
        let until = self.now().saturating_add(wait);
        while matches!(seen.state.as_str(), "open" | "settled") {
            let left = until.saturating_sub(self.now()).min(ONE_WAIT);
            if left == 0 {
                break;
            }
            let next = self.client.basket(link, Some((&seen.state, left)))?;
            if next.state == seen.state {
                // A store where too many wait answers at once.
                std::thread::sleep(PAUSE);
            }
            seen = next;
        }
        let mut done = BasketDone {
            store,
            id: seen.id.clone(),
            state: known(&seen.state)?,
            total_cents: seen.total_cents,
            pay_cents: seen.pay_cents,
            paid: None,
            claimed: None,
            receipt: None,
            return_url: seen.return_url.clone().filter(|url| ReturnUrl::new(url).is_ok()),
        };
        done.receipt = seen.receipt.as_ref().and_then(|sealed| self.keep_receipt("baskets", link, secret, sealed));
        if let Some(grant) = seen.grant.as_ref().filter(|grant| grant.state == "open" || grant.state == "pending") {
            let id = Some(grant.id.as_str()).filter(|id| is_id(id)).and_then(|id| Text::new(id).ok());
            let id = id.ok_or_else(|| Trouble::BadAnswer { node: "the shop".to_owned(), source: BadAnswer::Text })?;
            match self.claim_at(Link { base: link.base.clone(), id }, secret) {
                Ok(claimed) => done.claimed = Some(claimed),
                Err(Trouble::Wallet(WalletError::AlreadyClaimed)) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        if done.is_over() {
            self.forget_basket(&done.id)?;
        }
        Ok(done)
    }
}

/// A word that is none of the states goes to nobody's terminal.
fn known(state: &str) -> Result<String, Trouble> {
    match state {
        "open" | "settled" | "complete" | "cancelled" | "expired" => Ok(state.to_owned()),
        _ => Err(Trouble::BadAnswer { node: "the shop".to_owned(), source: BadAnswer::State }),
    }
}
