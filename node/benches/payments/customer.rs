//! A customer: a wallet in a folder, as `ronde wallet` keeps it, step by step so that each can be timed.

use std::path::Path;
use std::time::{Duration, Instant};

use ronde_node::clock::Clock;
use ronde_node::wallet::client::OrderReply;
use ronde_node::wallet::link::{self, ClaimLink};
use ronde_node::wallet::{Client, WalletFolder};
use ronde_protocol::crypto::{Entropy, Seed};
use ronde_protocol::machine::wallet::{ClaimedOrder, Payment, Settled, Task, Wallet};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::{KeysetId, OrderDigest};
use ronde_protocol::message::order::Submission;
use ronde_protocol::message::text::Text;

use crate::Failed;
use crate::chance::Chance;
use crate::federation::Shop;
use crate::till::Till;

/// Times that a store is asked again about an order that is not decided, or whose coins are not there.
const PATIENCE: usize = 20;

/// How long the parts of one payment took.
pub struct Timed {
    /// From the wallet's POST until the till sees *accepted*.
    pub till: Duration,
    /// From the wallet's POST until its change is verified.
    pub change: Duration,
    /// The same until the change is saved, too.
    pub saved: Duration,
    /// From the scanned link until the change is saved: the offer, the coins, both savings and all calls.
    pub whole: Duration,
    /// Both savings of the encrypted wallet.
    pub saving: Duration,
    /// Whether all witnesses' evaluations came with the first answer.
    pub complete: bool,
}

/// A customer and the till that serves them.
pub struct Customer {
    client: Client,
    folder: WalletFolder,
    wallet: Wallet,
    charter: Charter,
    /// The till that serves this customer.
    pub till: Till,
    chance: Chance,
    /// Orders besides the payments: purses that were merged.
    pub swaps: u64,
    /// Questions after evaluations that were missing in the first answer.
    pub questions: u64,
}

impl Customer {
    /// A new wallet, and a charter that was fetched.
    pub fn new(folder: &Path, number: usize, shop: &Shop, mut chance: Chance) -> Result<Self, Failed> {
        let client = Client::default();
        let charter = ronde_node::wallet::charter::first(&client, &shop.base, None)?.charter;
        let folder = WalletFolder::create(folder, None)?;
        let wallet = Wallet::new(Seed::new(chance.bytes()), *charter.federation(), 0);
        let till = Till::new(format!("counter-{number}"));
        Ok(Self { client, folder, wallet, charter, till, chance, swaps: 0, questions: 0 })
    }

    /// Randomness of this customer's own.
    pub fn chance(&mut self) -> &mut Chance {
        &mut self.chance
    }

    /// Claims what a till granted.
    pub fn earn(&mut self, claim_url: &str) -> Result<(), Failed> {
        let ClaimLink { link, secret } = ClaimLink::parse(claim_url)?;
        let terms = self.client.grant(&link)?.terms;
        let entropy = Entropy::new(self.chance.bytes());
        let secret = Text::new(secret.as_str())?;
        let sealed = self.wallet.plan_claim(&self.charter, link.clone(), secret, terms, now(), entropy)?;
        let request = sealed.release(&self.folder.save(&self.wallet)?);
        for _ in 0..PATIENCE {
            let (order, OrderReply::Certified { certificate, evaluations }, _) = self.client.claim(&request)? else {
                continue;
            };
            let answer = ClaimedOrder { order, certificate: *certificate, evaluations };
            let sealed = self.wallet.handle_claim_answer(&self.charter, &link, answer, now())?;
            let settled = sealed.release(&self.folder.save(&self.wallet)?);
            return self.complete(link.base.as_str(), settled);
        }
        Err("a claim was not decided".into())
    }

    /// Pays so many points at a shop's till.
    pub fn pay(&mut self, shop: &Shop, points: u64) -> Result<Timed, Failed> {
        let checkout = self.till.open(shop, points)?;
        let start = Instant::now();
        let link = link::checkout(&checkout.url)?;
        let signed = self.client.offer(&link)?;
        let key = self.charter.node_key(signed.offer.store).ok_or("an offer of no store")?;
        let offer = signed.verify(key)?;
        let payment = Payment { points: Points(points), vouchers: Vec::new() };
        let entropy = Entropy::new(self.chance.bytes());
        let sealed = self.wallet.pay(&self.charter, &offer, &payment, Some(link), now(), entropy)?;
        let saving = Instant::now();
        let submission = sealed.release(&self.folder.save(&self.wallet)?);
        let posted = Instant::now();
        let before = posted - saving;
        let (settled, verified, after) = self.submit(&shop.base, &submission)?;
        let complete = settled.complete;
        self.complete_if_needed(&shop.base, &settled)?;
        let ended = Instant::now();
        // Change that did not come with the first answer is verified when it did.
        let verified = if settled.usable { verified } else { ended };
        Ok(Timed {
            till: self.till.accepted()?.saturating_duration_since(posted),
            change: verified - posted,
            saved: ended - posted,
            whole: ended - start,
            saving: before + after,
            complete,
        })
    }

    /// What a wallet does between payments: fetches missing evaluations, and merges a crowded purse.
    pub fn tidy(&mut self, shop: &Shop) -> Result<(), Failed> {
        let unfinished = self.wallet.book().open.iter().filter_map(|open| match &open.task {
            Task::Complete { order } => Some((order.keyset, order.digest())),
            _ => None,
        });
        for (keyset, digest) in unfinished.collect::<Vec<_>>() {
            self.ask(&shop.base, keyset, &digest)?;
        }
        for keyset in self.wallet.crowded() {
            let entropy = Entropy::new(self.chance.bytes());
            let Ok(sealed) = self.wallet.swap(&self.charter, keyset, false, now(), entropy) else { continue };
            let submission = sealed.release(&self.folder.save(&self.wallet)?);
            let (settled, _, _) = self.submit(&shop.base, &submission)?;
            self.complete_if_needed(&shop.base, &settled)?;
            self.swaps += 1;
        }
        Ok(())
    }

    /// Sends an order until it is decided: what it came to, when that was verified, and how long saving it took.
    fn submit(&mut self, base: &str, submission: &Submission) -> Result<(Settled, Instant, Duration), Failed> {
        for _ in 0..PATIENCE {
            let OrderReply::Certified { certificate, evaluations } = self.client.submit(base, submission)? else {
                continue;
            };
            let digest = submission.signed.order.digest();
            let sealed = self.wallet.handle_answer(&self.charter, &digest, *certificate, &evaluations, now())?;
            let verified = Instant::now();
            let settled = sealed.release(&self.folder.save(&self.wallet)?);
            return Ok((settled, verified, verified.elapsed()));
        }
        Err("an order was not decided".into())
    }

    fn complete_if_needed(&mut self, base: &str, settled: &Settled) -> Result<(), Failed> {
        if settled.usable { Ok(()) } else { self.complete(base, settled.clone()) }
    }

    /// Asks until the coins can be spent.
    fn complete(&mut self, base: &str, mut settled: Settled) -> Result<(), Failed> {
        let open = self.wallet.book().open.iter().filter_map(|open| open.order());
        let keyset = open.map(|order| (order.digest(), order.keyset)).find(|(digest, _)| *digest == settled.digest);
        for _ in 0..PATIENCE {
            let (false, Some((digest, keyset))) = (settled.usable, keyset) else { return Ok(()) };
            if let Some(newer) = self.ask(base, keyset, &digest)? {
                settled = newer;
            }
        }
        Err("the coins of a certified order did not come".into())
    }

    fn ask(&mut self, base: &str, keyset: KeysetId, digest: &OrderDigest) -> Result<Option<Settled>, Failed> {
        self.questions += 1;
        let OrderReply::Certified { evaluations, .. } = self.client.order(base, keyset, digest)? else {
            return Ok(None);
        };
        let sealed = self.wallet.handle_evaluations(&self.charter, digest, &evaluations)?;
        Ok(Some(sealed.release(&self.folder.save(&self.wallet)?)))
    }
}

fn now() -> u64 {
    Clock::System.unix_seconds()
}
