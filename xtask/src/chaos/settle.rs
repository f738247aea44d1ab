//! After the faults: every wallet completes what it signed, every till learns what was paid, and an auditor looks at
//! everything from outside.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cli::{self, Said};
use super::history::Outcome;
use super::relay::locked;
use super::wallets::{look, wallet};
use super::world::World;
use crate::demo::founding::at_once;

/// How long all may take to settle.
const PATIENCE: Duration = Duration::from_secs(90);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(500);
/// The folder of the logs that the auditor read.
pub const LOGS: &str = "audited";

/// Settles everything; what did not settle is a wrong.
pub fn settle(world: &World<'_>) -> Result<(), String> {
    world.settling.store(true, Ordering::Relaxed);
    let deadline = Instant::now() + PATIENCE;
    world.history.event("settling", json!({}))?;
    at_once(&world.wallets, |name| complete(world, name, deadline))?;
    look_at_all(world, deadline)?;
    agree(world, deadline)?;
    statuses(world)?;
    audit(world)
}

/// Resumes until nothing is undecided, then reads what the wallet holds and what it remembers.
fn complete(world: &World<'_>, name: &str, deadline: Instant) -> Result<(), String> {
    let mut through = 0;
    loop {
        wallet(world, name, ("complete", json!({})), &["resume"], Some(through % world.shops.len()), None)?;
        through += 1;
        let pending = wallet(world, name, ("pending", json!({})), &["pending"], None, None)?;
        let open = pending.json.pointer("/pending").and_then(Value::as_array).cloned().unwrap_or_default();
        let undecided: Vec<&Value> =
            open.iter().filter(|one| one.pointer("/stage").is_none_or(|stage| stage != "completing")).collect();
        let known = pending.outcome == Outcome::Ok;
        if known && undecided.is_empty() {
            break;
        }
        if Instant::now() >= deadline || world.stop.is_asked() {
            let left = json!(undecided);
            world.wrong(format!("{name} has orders that can't be completed though all is healed: {left}"));
            break;
        }
        std::thread::sleep(LOOK);
    }
    wallet(world, name, ("balance", json!({ "final": true })), &["balance"], None, None)?;
    wallet(world, name, ("history", json!({ "final": true })), &["history"], None, None).map(|_| ())
}

/// Reads every checkout until none is being paid any more, and every grant.
fn look_at_all(world: &World<'_>, deadline: Instant) -> Result<(), String> {
    let mut waiting = locked(&world.checkouts).clone();
    while !waiting.is_empty() {
        let mut left = Vec::new();
        for checkout in waiting {
            let shown = look(world, "auditor", &checkout)?;
            let state = shown.as_ref().and_then(|shown| shown.pointer("/state")?.as_str()).unwrap_or("unknown");
            if matches!(state, "pending" | "unknown") {
                left.push(checkout);
            }
        }
        waiting = left;
        if !waiting.is_empty() {
            if Instant::now() >= deadline || world.stop.is_asked() {
                let ids: Vec<&str> = waiting.iter().map(|checkout| checkout.id.as_str()).collect();
                world.wrong(format!("checkouts are not decided though all is healed: {}", ids.join(", ")));
                break;
            }
            std::thread::sleep(LOOK);
        }
    }
    for grant in locked(&world.grants).clone() {
        let Some(shop) = world.shops.get(grant.shop) else { continue };
        let called = world.history.call("till of auditor", "grant state", json!({ "grant": grant.id }));
        match shop.get(&format!("/v1/grants/{}", grant.id), None) {
            Ok(shown) => world.history.done(called, Outcome::Ok, &shown, None)?,
            Err(failure) => world.history.done(called, Outcome::Fail, &Value::Null, Some(&failure.happened))?,
        }
    }
    Ok(())
}

/// Waits until the books of all stores say the same.
fn agree(world: &World<'_>, deadline: Instant) -> Result<(), String> {
    loop {
        let books: Vec<Value> =
            world.shops.iter().map(|shop| shop.get("/v1/books", None).unwrap_or(Value::Null)).collect();
        let same = books.windows(2).all(|pair| pair.first() == pair.last()) && !books.contains(&Value::Null);
        if same || Instant::now() >= deadline || world.stop.is_asked() {
            if !same {
                world.wrong("the stores' books differ though all is healed");
            }
            for (shop, said) in world.shops.iter().zip(books) {
                world.history.event("books", json!({ "store": shop.number(), "books": said }))?;
            }
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
}

/// How every node is in the end; whether it ended by itself, or panicked.
fn statuses(world: &World<'_>) -> Result<(), String> {
    for shop in &world.shops {
        let status = shop.get("/v1/status", None).unwrap_or(Value::Null);
        let lost = shop.lost();
        world.history.event("status", json!({ "store": shop.number(), "status": status, "lost": lost }))?;
        for how in lost {
            world.wrong(format!("the node of store {} ended by itself: {how}", shop.number()));
        }
        let log = std::fs::read(world.ronde.home().join(&shop.folder).join("node.log")).unwrap_or_default();
        if String::from_utf8_lossy(&log).contains("panicked at") {
            world.wrong(format!("the node of store {} panicked: see its log", shop.number()));
        }
    }
    Ok(())
}

/// `ronde audit` over the logs that the nodes serve, kept for the checker; then once more over the kept ones.
fn audit(world: &World<'_>) -> Result<(), String> {
    let gates: Vec<String> = world.shops.iter().map(|shop| shop.url()).collect();
    let mut asked = vec!["audit", "--charter", "store-1/charter", "--save", LOGS, "--evidence", "evidence"];
    asked.extend(gates.iter().flat_map(|url| ["--node", url.as_str()]));
    let live = run(world, "audit", &asked)?;
    let saved = run(world, "audit of saved logs", &["audit", "--logs", LOGS, "--charter", "store-1/charter"])?;
    let value = |said: &Said| said.json.pointer("/keysets/0/value").cloned();
    if value(&live) != value(&saved) {
        world.wrong("an audit of the saved logs finds other sums than the audit of the nodes");
    }
    Ok(())
}

fn run(world: &World<'_>, op: &'static str, arguments: &[&str]) -> Result<Said, String> {
    let called = world.history.call("auditor", op, json!({}));
    let said = cli::run(world.ronde.command(arguments), None, || world.stop.is_asked());
    let outcome = if said.json.is_null() { Outcome::Unknown } else { Outcome::Ok };
    world.history.done(called, outcome, &said.json, said.error.as_deref())?;
    if said.json.is_null() {
        return Err(format!("`ronde {}` gave no answer", arguments.join(" ")));
    }
    Ok(said)
}
