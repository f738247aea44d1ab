//! Customers: several wallets at work at once, each as the command line of a customer, and the tills that serve them.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::chance::Chance;
use super::cli::{self, Said};
use super::founding::{BALLOT_MINIMUM, CHOICES};
use super::history::Outcome;
use super::relay::locked;
use super::world::{Checkout, Grant, World};

/// Of a thousand commands of a wallet, so many are killed.
const KILLED: u64 = 90;
/// The longest time after which one is, in milliseconds: most commands last about a second in bad weather.
const LATEST_KILL: u64 = 1500;
/// Of a thousand links, so many are used by a second wallet too.
const SHARED: u64 = 80;
/// How long a customer waits before a shop that does not answer is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(400);
/// How long a checkout can be paid, in seconds, if it is not one of the short ones.
const LONG: u64 = 86_400;

/// One customer at work.
pub struct Worker<'w> {
    world: &'w World<'w>,
    /// The wallet's folder, which is also the name of its process in the history.
    name: String,
    chance: Chance,
    points: u64,
    ballots: u64,
}

impl<'w> Worker<'w> {
    pub fn new(world: &'w World<'w>, name: &str) -> Self {
        Self { world, name: name.to_owned(), chance: world.chance(name), points: 0, ballots: 0 }
    }

    /// Works until the run is over.
    pub fn work(&mut self) -> Result<(), String> {
        while !self.world.is_over() {
            match self.chance.below(100) {
                _ if self.points < 20 => self.earn()?,
                0..24 => self.earn()?,
                24..58 => self.pay()?,
                58..66 => self.give()?,
                66..72 => self.wallet("swap", json!({}), &["swap", "--renew"]).map(|_| ())?,
                72..82 => self.vote()?,
                82..94 => self.complete()?,
                94..97 => self.balance()?,
                _ => self.look_at_a_till()?,
            }
        }
        Ok(())
    }

    /// Runs a command of the wallet, which may be killed, through a store by lot.
    fn wallet(&mut self, op: &'static str, args: Value, typed: &[&str]) -> Result<Said, String> {
        let world = self.world;
        let shop = self.chance.place(world.shops.len());
        let kill = self.chance.happens(KILLED).then(|| Duration::from_millis(self.chance.below(LATEST_KILL)));
        let said = wallet(world, &self.name, (op, args), typed, Some(shop), kill)?;
        if let Some(points) = said.number("/balance") {
            self.points = points;
        }
        if said.outcome == Outcome::Unknown && said.json.is_null() {
            world.killed.fetch_add(u64::from(kill.is_some()), Ordering::Relaxed);
        }
        Ok(said)
    }

    fn earn(&mut self) -> Result<(), String> {
        let world = self.world;
        let used = self.chance.happens(SHARED);
        let old = locked(&world.grants).last().cloned().filter(|_| used);
        let Some(grant) = (match old {
            Some(old) => Some(old),
            None => self.grant()?,
        }) else {
            return Ok(());
        };
        let args = json!({
            "grant": grant.id, "store": grant.shop + 1, "points": grant.points, "ballot": grant.ballot,
        });
        let said = self.wallet("claim", args, &["claim", &grant.link])?;
        if said.outcome == Outcome::Ok && grant.ballot {
            self.ballots += 1;
        }
        Ok(())
    }

    /// A till makes a grant.
    fn grant(&mut self) -> Result<Option<Grant>, String> {
        let Some(shop) = self.open_shop() else { return Ok(None) };
        let ballot = self.chance.happens(400);
        let points = self.chance.between(BALLOT_MINIMUM, 60);
        let text = points.to_string();
        let mut typed = vec!["grant", &text];
        if ballot {
            typed.extend(["--ballot", "1"]);
        }
        let args = json!({ "store": shop + 1, "points": points, "ballot": ballot });
        let Some(said) = till(self.world, shop, &self.name, ("grant", args), &typed)? else { return Ok(None) };
        let (Some(id), Some(link)) = (said.text("/grant/id"), said.text("/grant/claim_url")) else {
            return Ok(self.wait());
        };
        let grant = Grant { shop, id: id.to_owned(), link: link.to_owned(), points, ballot };
        locked(&self.world.grants).push(grant.clone());
        Ok(Some(grant))
    }

    fn pay(&mut self) -> Result<(), String> {
        let world = self.world;
        let used = self.chance.happens(SHARED);
        let old = locked(&world.checkouts).last().cloned().filter(|_| used);
        let Some(checkout) = (match old {
            Some(old) => Some(old),
            None => self.checkout()?,
        }) else {
            return Ok(());
        };
        if self.chance.happens(30) {
            self.cancel(&checkout)?;
        }
        let points = self.chance.between(1, self.points.clamp(1, checkout.max));
        let args = json!({ "checkout": checkout.id, "store": checkout.shop + 1, "points": points });
        self.wallet("pay", args, &["pay", &checkout.link, "--points", &points.to_string()])?;
        look(world, &self.name, &checkout).map(|_| ())
    }

    /// A till opens a checkout.
    fn checkout(&mut self) -> Result<Option<Checkout>, String> {
        let Some(shop) = self.open_shop() else { return Ok(None) };
        let max = self.chance.between(5, 50);
        let expires = if self.chance.happens(50) { 4 } else { LONG };
        let args = json!({ "store": shop + 1, "max": max });
        let (max_text, expires) = (max.to_string(), expires.to_string());
        let typed = ["checkout", "--max", &max_text, "--expires-in", &expires];
        let Some(said) = till(self.world, shop, &self.name, ("checkout", args), &typed)? else { return Ok(None) };
        let (Some(id), Some(link)) = (said.text("/checkout/id"), said.text("/checkout/url")) else {
            return Ok(self.wait());
        };
        let checkout = Checkout { shop, id: id.to_owned(), link: link.to_owned(), max };
        locked(&self.world.checkouts).push(checkout.clone());
        Ok(Some(checkout))
    }

    /// A till withdraws a checkout.
    fn cancel(&self, checkout: &Checkout) -> Result<(), String> {
        let (world, history) = (self.world, &self.world.history);
        let Some((shop, token)) = world.shops.get(checkout.shop).zip(world.tokens.get(checkout.shop)) else {
            return Ok(());
        };
        let args = json!({ "checkout": checkout.id, "store": checkout.shop + 1 });
        let called = history.call(&format!("till of {}", self.name), "cancel", args);
        let path = format!("/v1/checkouts/{}", checkout.id);
        match crate::demo::http::delete(shop.gate, &path, Some(token)) {
            Ok(_) => history.done(called, Outcome::Ok, &Value::Null, None),
            Err(failure) => history.done(called, Outcome::Unknown, &Value::Null, Some(&failure.happened)),
        }
    }

    fn give(&mut self) -> Result<(), String> {
        let points = self.chance.between(1, 5);
        let args = json!({ "association": 1, "points": points });
        self.wallet("give", args, &["give", "1", &points.to_string()]).map(|_| ())
    }

    fn vote(&mut self) -> Result<(), String> {
        if self.ballots == 0 {
            return self.balance();
        }
        let choice = self.chance.place(CHOICES.len()) + 1;
        let said =
            self.wallet("vote", json!({ "campaign": 1, "choice": choice }), &["vote", "1", &choice.to_string()])?;
        self.ballots = if said.outcome == Outcome::Fail { 0 } else { self.ballots.saturating_sub(1) };
        Ok(())
    }

    fn complete(&mut self) -> Result<(), String> {
        self.wallet("complete", json!({}), &["resume"]).map(|_| ())
    }

    fn balance(&mut self) -> Result<(), String> {
        let said = wallet(self.world, &self.name, ("balance", json!({})), &["balance"], None, None)?;
        self.points = said.number("/points").unwrap_or(self.points);
        self.ballots = said.number("/ballots/0/count").unwrap_or(0);
        Ok(())
    }

    /// Any checkout of before.
    fn look_at_a_till(&mut self) -> Result<(), String> {
        let known = locked(&self.world.checkouts).clone();
        let chosen = known.get(self.chance.place(known.len()));
        chosen.map_or(Ok(()), |checkout| look(self.world, &self.name, checkout).map(|_| ()))
    }

    /// The shop is not well: a customer tries again a little later.
    fn wait<T>(&self) -> Option<T> {
        self.world.rest(TRY_AGAIN);
        None
    }

    fn open_shop(&mut self) -> Option<usize> {
        let shops = &self.world.shops;
        let open: Vec<usize> = shops.iter().filter(|shop| !shop.is_closed()).map(|shop| shop.place).collect();
        open.get(self.chance.place(open.len())).copied()
    }
}

/// Runs a command of a wallet and writes it into the history.
pub fn wallet(
    world: &World<'_>,
    name: &str,
    (op, args): (&'static str, Value),
    typed: &[&str],
    through: Option<usize>,
    kill: Option<Duration>,
) -> Result<Said, String> {
    let mut all = vec!["wallet", "--wallet", name];
    all.extend(typed);
    let url = through.and_then(|place| world.shops.get(place)).map(|shop| shop.url());
    all.extend(url.iter().flat_map(|url| ["--node", url]));
    let called = world.history.call(name, op, args);
    let said = cli::run(world.ronde.command(&all), kill, || world.must_end());
    world.history.done(called, said.outcome, &said.json, said.error.as_deref())?;
    Ok(said)
}

/// Runs a command of a shop's till, if it is open. Its process is the customer's, since a customer waits for it.
fn till(
    world: &World<'_>,
    shop: usize,
    name: &str,
    (op, args): (&'static str, Value),
    typed: &[&str],
) -> Result<Option<Said>, String> {
    let Some(shop) = world.shops.get(shop) else { return Err(format!("there is no shop {shop}")) };
    let Some(_serving) = shop.serve() else { return Ok(None) };
    let (url, token) = (shop.url(), shop.token());
    let mut all = vec!["till"];
    all.extend(typed);
    all.extend(["--node", &url, "--token-file", &token]);
    let called = world.history.call(&format!("till of {name}"), op, args);
    let mut said = cli::run(world.ronde.command(&all), None, || world.must_end());
    // The link is the customer's secret: nobody else needs it to check the history.
    if let Some(link) = said.json.pointer_mut("/grant/claim_url") {
        let shown = std::mem::take(link);
        world.history.done(called, said.outcome, &said.json, said.error.as_deref())?;
        if let Some(link) = said.json.pointer_mut("/grant/claim_url") {
            *link = shown;
        }
        return Ok(Some(said));
    }
    world.history.done(called, said.outcome, &said.json, said.error.as_deref())?;
    Ok(Some(said))
}

/// What a till shows of a checkout; none if the node does not answer.
pub fn look(world: &World<'_>, name: &str, checkout: &Checkout) -> Result<Option<Value>, String> {
    let Some((shop, token)) = world.shops.get(checkout.shop).zip(world.tokens.get(checkout.shop)) else {
        return Ok(None);
    };
    let args = json!({ "checkout": checkout.id, "store": checkout.shop + 1 });
    let called = world.history.call(&format!("till of {name}"), "till", args);
    match shop.get(&format!("/v1/checkouts/{}", checkout.id), Some(token)) {
        Ok(shown) => {
            world.history.done(called, Outcome::Ok, &shown, None)?;
            Ok(Some(shown))
        }
        Err(failure) => {
            world.history.done(called, Outcome::Fail, &Value::Null, Some(&failure.happened))?;
            Ok(None)
        }
    }
}
