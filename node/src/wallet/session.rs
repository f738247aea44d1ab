//! One command's use of a wallet: plan, save, send, take the answer, save.

mod baskets;
mod carry;
mod missing;
mod moves;
mod prove;
mod receipts;
mod recover;
mod refunds;
mod restore;

pub use baskets::{BasketDone, Choice};
pub use carry::Resumed;
pub use moves::Moved;
pub use receipts::KeptReceipt;
pub use recover::Brought;
pub use refunds::{Asked, Became};
pub use restore::{Restored, Searching};

use std::path::Path;

use age::secrecy::SecretString;
use ronde_protocol::crypto::{Entropy, Seed};
use ronde_protocol::machine::wallet::{GrantTerms, Link, Payment, VoucherCount, Wallet};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::{Charter, Store};
use ronde_protocol::message::evidence::Evidence;
use ronde_protocol::message::ids::{AssociationId, CampaignId, FederationId, OfferId, OrderDigest};
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;

use super::charter::{first, refresh, same_node};
use super::folder::Settings;
use super::link::{ClaimLink, checkout, store_at};
use super::{Client, Trouble, WalletFolder};
use crate::charter_store::CharterStore;
use crate::clock::Clock;
use crate::entropy;

/// How long a charter is gone by before two stores are asked for a newer one, in seconds.
const CHARTER_AGE: Seconds = 3600;

/// A wallet that is open, and how it reaches the stores.
#[derive(Debug)]
pub struct Session {
    folder: WalletFolder,
    wallet: Wallet,
    charters: CharterStore,
    client: Client,
    relay: Option<String>,
    clock: Clock,
    /// What its owner should look at.
    pub warnings: Vec<String>,
    /// Receipts that came with claims.
    pub receipts: Vec<KeptReceipt>,
}

/// How far an order came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Certified, and its coins can be spent.
    Done,
    /// Certified; too few witnesses have evaluated its coins yet.
    Arriving,
    /// Not decided. It can't be taken back, only completed.
    Pending {
        /// How many votes the last store spoke of.
        votes: usize,
    },
}

/// What became of an order.
#[derive(Debug)]
pub struct Done {
    /// Which order; none for a claim whose order is not known yet.
    pub digest: Option<OrderDigest>,
    /// How far it came.
    pub progress: Progress,
    /// Witnesses that were caught on the way.
    pub evidence: Vec<Evidence>,
}

/// What became of a claim.
#[derive(Debug)]
pub struct Claimed {
    /// What was promised.
    pub terms: GrantTerms,
    /// How far it came.
    pub done: Done,
}

/// What became of a payment.
#[derive(Debug)]
pub struct Paid {
    /// The store that is paid, by the charter.
    pub store: Store,
    /// Points.
    pub points: Points,
    /// How far it came.
    pub done: Done,
}

impl Session {
    /// Makes a new wallet in an empty folder, out of fresh randomness.
    pub fn create(
        path: &Path,
        node: &str,
        federation: Option<&FederationId>,
        passphrase: Option<SecretString>,
    ) -> Result<Self, Trouble> {
        Self::create_from(Seed::new(entropy::fresh()?), 0, path, node, federation, passphrase)
    }

    /// The same of a seed that exists already, as one of its owner's devices: the charter is fetched and compared
    /// first, the wallet is saved last.
    pub fn create_from(
        seed: Seed,
        device: u32,
        path: &Path,
        node: &str,
        federation: Option<&FederationId>,
        passphrase: Option<SecretString>,
    ) -> Result<Self, Trouble> {
        Self::create_with(path, node, federation, passphrase, |federation| Wallet::new(seed, federation, device))
    }

    fn create_with(
        path: &Path,
        node: &str,
        federation: Option<&FederationId>,
        passphrase: Option<SecretString>,
        make: impl FnOnce(FederationId) -> Wallet,
    ) -> Result<Self, Trouble> {
        let client = Client::default();
        let shown = first(&client, node, federation)?;
        store_at(&shown.charter, node)?;
        let folder = WalletFolder::create(path, passphrase)?;
        let charters = pin(&folder, shown.chain)?;
        let wallet = make(*shown.charter.federation());
        let clock = Clock::System;
        let settings = Settings { node: node.to_owned(), charter_checked: clock.unix_seconds() };
        folder.save_settings(&settings)?;
        folder.save(&wallet)?;
        let mut warnings = Vec::new();
        if shown.comparable && shown.second.is_none() {
            warnings.push(format!("only {node} showed its charter: no second store answered to compare it with"));
        }
        Ok(Self { folder, wallet, charters, client, relay: None, clock, warnings, receipts: Vec::new() })
    }

    /// Opens a wallet. `relay` is the store to send through, which must be one of the charter's.
    pub fn open(
        path: &Path,
        relay: Option<&str>,
        passphrase: impl FnOnce() -> Result<SecretString, Trouble>,
    ) -> Result<Self, Trouble> {
        let (folder, wallet) = WalletFolder::open(path, passphrase)?;
        let charters = CharterStore::load(&folder.charter())?;
        let (found, expected) = (*charters.charter().federation(), wallet.book().federation);
        if found != expected {
            return Err(Trouble::OtherFederation { node: "the charter folder".to_owned(), found, expected });
        }
        let mut session = Self {
            folder,
            wallet,
            charters,
            client: Client::default(),
            relay: relay.map(str::to_owned),
            clock: Clock::System,
            warnings: Vec::new(),
            receipts: Vec::new(),
        };
        if let Some(relay) = relay {
            session.store_at(relay)?;
        }
        Ok(session)
    }

    /// The charter as the wallet holds it.
    #[must_use]
    pub fn charter(&self) -> &Charter {
        self.charters.charter()
    }

    /// The wallet.
    #[must_use]
    pub fn wallet(&self) -> &Wallet {
        &self.wallet
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn now(&self) -> Seconds {
        self.clock.unix_seconds()
    }

    /// Goes by another clock than the machine's.
    pub fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }

    /// Points that one order can pay now.
    #[must_use]
    pub fn spendable(&self) -> Points {
        self.wallet.spendable(self.charter(), self.now())
    }

    /// Claims what a till granted, from the store whose address it has (WALLET-21).
    pub fn claim(&mut self, link: &str) -> Result<Claimed, Trouble> {
        let ClaimLink { link, secret } = ClaimLink::parse(link)?;
        self.refresh_if_due();
        self.claim_at(link, secret.as_str())
    }

    fn claim_at(&mut self, link: Link, secret: &str) -> Result<Claimed, Trouble> {
        let store = self.store_at(link.base.as_str())?.id;
        let grant = self.client.grant(&link)?;
        if grant.terms.store != store {
            return Err(Trouble::OtherStore { expected: store, found: grant.terms.store });
        }
        let secret = Text::new(secret).map_err(|_| Trouble::NotALink)?;
        let (now, entropy) = (self.now(), fresh()?);
        let charter = self.charters.charter();
        let terms = grant.terms.clone();
        let sealed = self.wallet.plan_claim(charter, link, secret, terms, now, entropy)?;
        let request = sealed.release(&self.folder.save(&self.wallet)?);
        Ok(Claimed { terms: grant.terms, done: self.carry_claim(&request)? })
    }

    /// Pays at a till, under the signature of the store whose address it has (WALLET-22): so many points, or as many as
    /// the offer takes and the wallet has, and vouchers besides.
    pub fn pay(&mut self, link: &str, points: Option<Points>, vouchers: &[OfferId]) -> Result<Paid, Trouble> {
        let link = checkout(link)?;
        self.refresh_if_due();
        self.pay_at(link, points, vouchers)
    }

    fn pay_at(&mut self, link: Link, points: Option<Points>, vouchers: &[OfferId]) -> Result<Paid, Trouble> {
        let store = self.store_at(link.base.as_str())?.clone();
        let signed = self.client.offer(&link)?;
        let charter = self.charters.charter();
        let found = signed.offer.store;
        let key = charter.node_key(store.id).filter(|_| found == store.id);
        let offer = signed.verify(key.ok_or(Trouble::OtherStore { expected: store.id, found })?)?;
        let mut payment = Payment { points: Points::ZERO, vouchers: counted(vouchers) };
        payment.points = match points {
            Some(points) => points,
            None => self.as_many_as(offer.get().max, offer.get().step, &payment.vouchers),
        };
        let (now, entropy) = (self.now(), fresh()?);
        let sealed = self.wallet.pay(charter, &offer, &payment, Some(link), now, entropy)?;
        let submission = sealed.release(&self.folder.save(&self.wallet)?);
        let done = self.carry(&submission, Some(first_address(&store)), false)?;
        Ok(Paid { store, points: payment.points, done })
    }

    /// Gives points to an association.
    pub fn give(&mut self, association: AssociationId, points: Points) -> Result<Done, Trouble> {
        self.refresh_if_due();
        let (now, entropy) = (self.now(), fresh()?);
        let sealed = self.wallet.donate(self.charters.charter(), association, points, now, entropy)?;
        let submission = sealed.release(&self.folder.save(&self.wallet)?);
        self.carry(&submission, None, false)
    }

    /// Casts a ballot for a choice, counted from 0.
    pub fn vote(&mut self, campaign: CampaignId, choice: u8) -> Result<Done, Trouble> {
        self.refresh_if_due();
        let (now, entropy) = (self.now(), fresh()?);
        let sealed = self.wallet.vote(self.charters.charter(), campaign, choice, now, entropy)?;
        let submission = sealed.release(&self.folder.save(&self.wallet)?);
        self.carry(&submission, None, false)
    }

    fn store_at(&mut self, base: &str) -> Result<&Store, Trouble> {
        if store_at(self.charter(), base).is_err() {
            // It may have joined since.
            self.refresh();
        }
        store_at(self.charters.charter(), base)
    }

    fn refresh_if_due(&mut self) {
        if self.now().abs_diff(self.folder.settings().charter_checked) >= CHARTER_AGE {
            self.refresh();
        }
    }

    /// Asks two stores for a newer charter. What can't be had is no reason to stop.
    fn refresh(&mut self) {
        let mut settings = self.folder.settings();
        let named = self.relay.clone().or(Some(settings.node.clone()).filter(|node| !node.is_empty()));
        match refresh(&self.client, &mut self.charters, named.as_deref()) {
            Ok(warnings) => {
                if warnings.is_empty() {
                    settings.charter_checked = self.now();
                    if let Err(trouble) = self.folder.save_settings(&settings) {
                        self.warnings.push(trouble.to_string());
                    }
                }
                self.warnings.extend(warnings);
            }
            Err(trouble) => self.warnings.push(trouble.to_string()),
        }
    }

    /// The most that an offer takes beside the vouchers, and that the wallet has, in the offer's steps.
    fn as_many_as(&self, max: Points, step: Points, vouchers: &[VoucherCount]) -> Points {
        let worth = vouchers.iter().fold(0_u64, |sum, line| {
            let value = self.charter().offer(line.offer).map_or(0, |offer| offer.value.0);
            sum.saturating_add(value.saturating_mul(u64::from(line.count)))
        });
        let most = max.0.saturating_sub(worth).min(self.spendable().0);
        Points(most - most.checked_rem(step.0).unwrap_or(0))
    }

    /// The stores to go through: the one that was asked for, else the one concerned, else any, then the others
    /// (WALLET-33).
    fn route(&self, concerned: Option<String>) -> Result<Vec<String>, Trouble> {
        let mut nodes = super::charter::nodes(self.charter())?;
        if let Some(named) = self.relay.clone().or(concerned) {
            nodes.retain(|node| !same_node(node, &named));
            nodes.insert(0, named);
        }
        if nodes.is_empty() { Err(Trouble::NoAddress) } else { Ok(nodes) }
    }
}

fn pin(
    folder: &WalletFolder,
    chain: Vec<ronde_protocol::message::charter::SignedCharter>,
) -> Result<CharterStore, Trouble> {
    let path = folder.charter();
    if path.exists() {
        // There is no wallet yet: this is left over from a command that was cut off.
        std::fs::remove_dir_all(&path).map_err(|source| Trouble::file(&path, source))?;
    }
    let mut versions = chain.into_iter();
    let first = versions.next().ok_or(Trouble::NoAddress)?;
    let mut charters = CharterStore::create(&path, first)?;
    for version in versions {
        charters.add(version)?;
    }
    Ok(charters)
}

fn fresh() -> Result<Entropy, Trouble> {
    Ok(Entropy::new(entropy::fresh()?))
}

fn first_address(store: &Store) -> String {
    store.http.first().map(ToString::to_string).unwrap_or_default()
}

fn counted(vouchers: &[OfferId]) -> Vec<VoucherCount> {
    let mut counts = std::collections::BTreeMap::<OfferId, u32>::new();
    for offer in vouchers {
        let count = counts.entry(*offer).or_default();
        *count = count.saturating_add(1);
    }
    counts.into_iter().map(|(offer, count)| VoucherCount { offer, count }).collect()
}

/// Whether a store's refusal means that the grant is not to be had, not with this secret, or not in the keyset that a clock
/// which was behind found open.
fn is_withdrawn(code: &str) -> bool {
    matches!(code, "grant-claimed" | "grant-expired" | "not-found" | "keyset-closed")
}

/// Whether a store's refusal means that its checkout takes no payment any more.
fn is_over(code: &str) -> bool {
    matches!(code, "checkout-taken" | "checkout-expired" | "checkout-cancelled")
}

/// An open order, to be resumed.
enum Open {
    Claim(Link),
    Refund(OrderDigest),
    Sent(OrderDigest),
    Certified(OrderDigest),
}
