//! Everything that can be done before an order is sent: grants, claims, coins that were verified and unblinded, checkouts,
//! signatures. What is measured afterwards is the nodes' work and little else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::ids::{Reference, StoreId};
use ronde_protocol::message::offer::{Offer, SignedOffer};
use ronde_protocol::message::order::{Purpose, Seconds, Submission};
use serde_json::json;
use tokio::task::{JoinSet, spawn_blocking};

use crate::Failed;
use crate::answer::{Answer, Subject, from_base64, to_base64};
use crate::chaos::chance::Chance;
use crate::client::{Call, Client};
use crate::coins::{self, CHANGE, Coin, EARNED, Frame, PAID_WITH, PRICE, SWAPPED};
use crate::job::{Checkout, Job};
use crate::mix::Deed;
use crate::say;

/// Coins of one claim at most: an order has no more outputs.
const COINS: usize = 256;
/// Groups of orders that are made at a time.
const GROUPS: usize = 12;
/// How long a checkout can be paid, in seconds: as long as a store allows.
const EXPIRY: u64 = 86_400;
/// How often a claim is asked for evaluations that it lacks.
const PATIENCE: usize = 100;
const HOUR: Seconds = 3600;

/// Makes orders.
#[derive(Clone)]
pub struct Workshop {
    client: Client,
    charter: Arc<Charter>,
    keyset: Arc<Keyset>,
    tokens: Arc<[Arc<str>]>,
    seed: u64,
    groups: u64,
}

/// What a claim's link leads to.
struct Grant {
    node: usize,
    id: String,
    secret: String,
}

/// What an order is made of, apart from coins.
enum Part {
    Redeem(usize, Box<Offer>, Checkout),
    Swap(usize),
    Earn(usize, Grant),
}

impl Workshop {
    /// For the federation behind a client.
    pub fn new(client: Client, charter: Charter, keyset: Keyset, tokens: Vec<Arc<str>>, seed: u64) -> Self {
        let (charter, keyset, tokens) = (Arc::new(charter), Arc::new(keyset), tokens.into());
        Self { client, charter, keyset, tokens, seed, groups: 0 }
    }

    /// Makes these orders; the nodes take turns.
    pub async fn make(&mut self, deeds: &[Deed]) -> Result<Vec<Job>, Failed> {
        let begun = Instant::now();
        let mut waiting = groups(deeds).into_iter().enumerate();
        let (mut made, mut running, mut count) = (BTreeMap::new(), JoinSet::new(), 0);
        let mut told = begun;
        loop {
            while running.len() < GROUPS
                && let Some((at, deeds)) = waiting.next()
            {
                self.groups += 1;
                let (shop, group) = (self.clone(), self.groups);
                running.spawn(async move { Ok::<_, Failed>((at, shop.group(group, &deeds).await?)) });
            }
            let Some(ended) = running.join_next().await else { break };
            let (at, jobs) = ended??;
            count += jobs.len();
            made.insert(at, jobs);
            if told.elapsed().as_secs() >= 2 {
                told = Instant::now();
                say(&format!("  {count} of {} orders are ready, {:.0} s", deeds.len(), begun.elapsed().as_secs_f64()));
            }
        }
        Ok(made.into_values().flatten().collect())
    }

    async fn group(&self, group: u64, deeds: &[Deed]) -> Result<Vec<Job>, Failed> {
        let mut chance = Chance::new(self.seed, &format!("group {group}"));
        let first = usize::try_from(group)?;
        let wanted: Vec<u64> = deeds.iter().flat_map(|deed| spent(*deed)).copied().collect();
        let purse = if wanted.is_empty() { Vec::new() } else { self.earn(first, wanted, &mut chance).await? };
        let mut parts = Vec::with_capacity(deeds.len());
        for (number, deed) in deeds.iter().enumerate() {
            let node = (first + number) % self.tokens.len();
            parts.push(match deed {
                Deed::Redeem => self.checkout(node).await?,
                Deed::Swap => Part::Swap(node),
                Deed::Earn => Part::Earn(node, self.grant(node, EARNED.iter().sum()).await?),
            });
        }
        let own = self.clone();
        spawn_blocking(move || own.finish(parts, purse, &mut chance)).await?
    }

    /// Coins of these denominations, from one grant.
    async fn earn(&self, group: usize, denominations: Vec<u64>, chance: &mut Chance) -> Result<Vec<Coin>, Failed> {
        let grant = self.grant(group % self.tokens.len(), denominations.iter().sum()).await?;
        let (keyset, mut own) = (Arc::clone(&self.keyset), Chance::new(self.seed, &hex_of(&coins::bytes(chance))));
        let blanks = spawn_blocking(move || coins::blanks(&keyset, &denominations, &mut own)).await?;
        let outputs = coins::outputs(&blanks)?;
        let call = self.claim(&grant, to_base64(&outputs));
        let subject = Subject::Claim(outputs);
        let mut reply = self.client.must(grant.node, &call).await?;
        for _ in 0..PATIENCE {
            if Answer::read(&reply.body)?.has_all(self.keyset.members().len()) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            reply = self.client.must(grant.node, &call).await?;
        }
        let keyset = Arc::clone(&self.keyset);
        let made = spawn_blocking(move || {
            let verified = subject.verify(&keyset, &reply.body)?;
            Ok::<_, String>(coins::unblind(blanks, &verified))
        });
        Ok(made.await??)
    }

    async fn grant(&self, node: usize, points: u64) -> Result<Grant, Failed> {
        let token = self.tokens.get(node).ok_or("a node without a till")?;
        let body = json!({ "points": points, "reference": "load" }).to_string();
        let reply = self.client.must(node, &Call::post("/v1/grants", body).by(token)).await?;
        let url = reply.text("claim_url").ok_or("a grant without a link")?;
        let (id, secret) =
            url.rsplit_once('/').and_then(|(_, end)| end.split_once('#')).ok_or("a link that leads nowhere")?;
        Ok(Grant { node, id: id.to_owned(), secret: secret.to_owned() })
    }

    fn claim(&self, grant: &Grant, outputs: String) -> Call {
        let body = json!({ "secret": grant.secret, "keyset": self.keyset.id(), "outputs": outputs });
        Call::post(format!("/v1/grants/{}/claim", grant.id), body.to_string())
    }

    /// A checkout whose offer a wallet has fetched.
    async fn checkout(&self, node: usize) -> Result<Part, Failed> {
        let token = self.tokens.get(node).ok_or("a node without a till")?;
        let body = json!({ "max_points": PRICE, "step": 1, "reference": "load", "expires_in": EXPIRY }).to_string();
        let reply = self.client.must(node, &Call::post("/v1/checkouts", body).by(token)).await?;
        let id = reply.text("id").ok_or("a checkout without a name")?;
        let reply = self.client.must(node, &Call::get(format!("/v1/checkouts/{id}/offer"))).await?;
        let signed: SignedOffer = from_base64(&reply.text("offer").ok_or("no offer")?)?;
        let key = self.charter.node_key(signed.offer.store).ok_or("an offer of no store")?;
        let offer = Box::new(*signed.verify(key)?.get());
        Ok(Part::Redeem(node, offer, Checkout { id, token: Arc::clone(token) }))
    }

    fn finish(&self, parts: Vec<Part>, mut purse: Vec<Coin>, chance: &mut Chance) -> Result<Vec<Job>, Failed> {
        let federation = *self.charter.federation();
        let mut jobs = Vec::with_capacity(parts.len());
        for part in parts {
            jobs.push(match part {
                Part::Redeem(node, offer, checkout) => {
                    let (store, reference, time) = (offer.store, offer.reference(), offer.time);
                    let frame = Frame { store, purpose: Purpose::Redeem, reference, time };
                    let paid = coins::take(&mut purse, &PAID_WITH)?;
                    let sent = coins::spend(federation, &self.keyset, frame, paid, &CHANGE, chance)?;
                    submitted(Deed::Redeem, node, sent, Some(checkout))
                }
                Part::Swap(node) => {
                    let now = ronde_node::clock::Clock::System.unix_seconds();
                    let (store, reference) = (StoreId::NONE, Reference::NONE);
                    let frame = Frame { store, purpose: Purpose::Swap, reference, time: now - now % HOUR };
                    let given = coins::take(&mut purse, &SWAPPED)?;
                    let sent = coins::spend(federation, &self.keyset, frame, given, &SWAPPED, chance)?;
                    submitted(Deed::Swap, node, sent, None)
                }
                Part::Earn(node, grant) => {
                    let outputs = coins::outputs(&coins::blanks(&self.keyset, &EARNED, chance))?;
                    let call = self.claim(&grant, to_base64(&outputs));
                    Job { deed: Deed::Earn, node, call, subject: Subject::Claim(outputs), checkout: None }
                }
            });
        }
        Ok(jobs)
    }
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn submitted(deed: Deed, node: usize, submission: Submission, checkout: Option<Checkout>) -> Job {
    let columns: Vec<String> = submission.columns.iter().map(to_base64).collect();
    let (order, authorization) = (to_base64(&submission.signed.order), to_base64(&submission.signed.authorization));
    let body = json!({ "order": order, "authorization": authorization, "columns": columns });
    let subject = Subject::Order(Box::new(submission.signed.order));
    Job { deed, node, call: Call::post("/v1/orders", body.to_string()), subject, checkout }
}

/// Coins that an order spends.
fn spent(deed: Deed) -> &'static [u64] {
    match deed {
        Deed::Redeem => &PAID_WITH,
        Deed::Swap => &SWAPPED,
        Deed::Earn => &[],
    }
}

/// Orders in groups, whose coins one claim makes.
fn groups(deeds: &[Deed]) -> Vec<Vec<Deed>> {
    let (mut groups, mut coins) = (vec![Vec::new()], 0);
    for deed in deeds {
        let needed = spent(*deed).len();
        let full = groups.last().is_some_and(|group: &Vec<Deed>| coins + needed > COINS || group.len() >= COINS / 4);
        if full {
            groups.push(Vec::new());
            coins = 0;
        }
        coins += needed;
        if let Some(group) = groups.last_mut() {
            group.push(*deed);
        }
    }
    groups
}
