//! What the TypeScript wallet does at four Rust nodes, step by step. Each step checks what it tells.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use super::package::{Said, shopper};
use crate::demo::failure::{Failure, check, number, text};
use crate::demo::founding::at_once;
use crate::demo::home;
use crate::demo::screen::Told;
use crate::demo::shops::{A, ASSOCIATION, B, BALLOT_MINIMUM, C, CHOICES, D, OFFER_VALUE, SHOPS, Shop};
use crate::demo::world::{ALICE, Checkout, Customer, World, code};

/// The customer with the TypeScript wallet.
const CARLA: &str = "carla";
/// Her wallet as it was before she paid.
const COPY: &str = "carla-copy";
/// A TypeScript wallet of Alice's words.
const ALICE_AGAIN: &str = "alice-again";
/// A Rust wallet of Carla's words.
const CARLA_AGAIN: Customer = Customer { wallet: "carla-again" };

/// One step.
pub struct Step {
    /// Begins a part.
    pub chapter: Option<&'static str>,
    /// What it is about, should it fail.
    pub name: &'static str,
    pub play: fn(&mut World) -> Result<Told, Failure>,
}

/// All of them, in order.
pub const STEPS: &[Step] = &[
    Step { chapter: Some("A TypeScript wallet at Rust nodes"), name: "tills and wallets", play: set_up },
    Step { chapter: None, name: "earn 25 points in A", play: earn },
    Step { chapter: None, name: "spend 7 of them in C, with change", play: spend },
    Step { chapter: None, name: "exchange all coins for new ones", play: swap },
    Step { chapter: None, name: "a gift", play: give },
    Step { chapter: None, name: "a vote through D", play: vote },
    Step { chapter: None, name: "a voucher in D", play: voucher },
    Step { chapter: Some("Cheating and dying"), name: "spend the same coins again in B", play: spend_again },
    Step { chapter: None, name: "killed before anything was sent", play: killed_after_save },
    Step { chapter: None, name: "killed before the answer came", play: killed_after_send },
    Step { chapter: Some("One seed, two implementations"), name: "Rust's coins in TypeScript", play: from_rust },
    Step { chapter: None, name: "TypeScript's coins in Rust", play: to_rust },
    Step { chapter: Some("The books"), name: "books and audit", play: books },
];

fn carla(world: &World, arguments: &[&str]) -> Result<Said, Failure> {
    wallet(world, CARLA, arguments, None)
}

fn wallet(world: &World, folder: &str, arguments: &[&str], stop: Option<&str>) -> Result<Said, Failure> {
    let typed = [&["--wallet", folder], arguments].concat();
    shopper(world.ronde.home(), &typed, stop)
}

/// An order that must be done at once; its digest.
fn done(said: Said, balance: i64) -> Result<Value, Failure> {
    let typed = said.typed.clone();
    let json = said.done()?;
    check(text(&json, "/state")? == "done", format!("`{typed}` to be done"), || json.to_string())?;
    check(number(&json, "/balance")? == balance, format!("a balance of {balance}"), || json.to_string())?;
    Ok(json)
}

fn order_code(json: &Value) -> Result<String, Failure> {
    Ok(code(text(json, "/order")?))
}

fn set_up(world: &mut World) -> Result<Told, Failure> {
    let shared = &*world;
    at_once(&SHOPS, |shop| {
        let (config, token) = (shop.config(), shop.token());
        let scope = "grant,redeem,manager";
        shared.ronde.run(&["till", "add", "counter", "--scope", scope, "--out", &token, "--config", &config])
    })?;
    let (alice, carla_new) = (shared.url(B), shared.url(A));
    let made = shared.wallet(ALICE, &["new", "--node", &alice, "--federation", &shared.federation])?.done()?;
    keep_words(shared, ALICE.wallet, &made)?;
    let made = carla(shared, &["new", "--node", &carla_new, "--federation", &shared.federation])?.done()?;
    keep_words(shared, CARLA, &made)?;
    let same = text(&made, "/federation")? == shared.federation;
    check(same, format!("federation {}", shared.federation), || made.to_string())?;
    Ok(Told::new("Each counter has its key; Alice has a wallet of the Rust implementation, Carla one in TypeScript."))
}

/// A wallet's 24 words, in a file that nobody else may read.
fn keep_words(world: &World, who: &str, made: &Value) -> Result<(), Failure> {
    let words = made.pointer("/words").and_then(Value::as_array);
    let words: Vec<&str> = words.into_iter().flatten().filter_map(Value::as_str).collect();
    check(words.len() == 24, format!("24 words for {who}"), || made.to_string())?;
    let path = world.ronde.home().join(words_file(who));
    let failed = |error: std::io::Error| Failure::new("to write a file of words", error.to_string());
    std::fs::write(&path, words.join(" ")).map_err(failed)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(failed)
}

fn words_file(who: &str) -> String {
    format!("{who}.words")
}

fn earn(world: &mut World) -> Result<Told, Failure> {
    let link = world.grant(A, 25, &["--ballot", "1", "--voucher", "1"])?;
    let earned = done(carla(world, &["claim", &link])?, 25)?;
    world.ledger.earn(A, 25);
    let again = carla(world, &["claim", &link])?;
    check(again.json.pointer("/ok") == Some(&Value::Bool(false)), "a second claim to be refused", || {
        again.json.to_string()
    })?;
    check(BALLOT_MINIMUM <= 25, "enough points for a ballot", || BALLOT_MINIMUM.to_string())?;
    Ok(Told::new("Carla earns 25 points in A, with a ballot and a voucher.")
        .proof(format!("order {}, blinded and verified in TypeScript", order_code(&earned)?)))
}

/// Pays in a shop; the till must hear of it.
fn pay(world: &mut World, shop: Shop, points: u64, balance: i64) -> Result<Value, Failure> {
    let checkout = world.checkout(shop, points)?;
    let paid = done(carla(world, &["pay", &checkout.link, "--points", &points.to_string()])?, balance)?;
    accepted(world, shop, &checkout, points)?;
    Ok(paid)
}

fn accepted(world: &mut World, shop: Shop, checkout: &Checkout, points: u64) -> Result<(), Failure> {
    let points = i64::try_from(points).unwrap_or(i64::MAX);
    world.till_accepts(shop, checkout, points)?;
    world.ledger.pay(shop, points);
    Ok(())
}

fn spend(world: &mut World) -> Result<Told, Failure> {
    let folder = world.ronde.home().to_owned();
    copy(&folder, CARLA, COPY)?;
    let paid = pay(world, C, 7, 18)?;
    let millis = paid.pointer("/millis").and_then(Value::as_f64).unwrap_or_default();
    world.first_payment = order_code(&paid)?;
    Ok(Told::new("She spends 7 of them in C; the till says \"accepted\", 18 are left.").proof(format!(
        "order {}: {millis:.0} ms from the first call to the change verified and saved",
        world.first_payment
    )))
}

fn copy(folder: &Path, from: &str, to: &str) -> Result<(), Failure> {
    home::copy(&folder.join(from), &folder.join(to))
        .map_err(|error| Failure::new("to copy a wallet", error.to_string()))
}

fn swap(world: &mut World) -> Result<Told, Failure> {
    let swapped = done(carla(world, &["swap", "--renew"])?, 18)?;
    Ok(Told::new("She exchanges all her coins for new ones of the same worth.")
        .proof(format!("order {}", order_code(&swapped)?)))
}

fn give(world: &mut World) -> Result<Told, Failure> {
    let given = done(carla(world, &["give", "1", "5"])?, 13)?;
    world.ledger.give(5);
    Ok(Told::new(format!("She gives 5 points to {ASSOCIATION}.")).proof(format!("order {}", order_code(&given)?)))
}

fn vote(world: &mut World) -> Result<Told, Failure> {
    let through = world.url(D);
    let voted = done(carla(world, &["vote", "1", "1", "--node", &through])?, 13)?;
    let again = carla(world, &["vote", "1", "1"])?;
    check(again.code() == "no-ballot", "one vote only: `no-ballot`", || again.json.to_string())?;
    let [_, choice] = CHOICES;
    Ok(Told::new(format!("She votes through D: \"{choice}\".")).proof(format!("order {}", order_code(&voted)?)))
}

fn voucher(world: &mut World) -> Result<Told, Failure> {
    let checkout = world.checkout(D, OFFER_VALUE)?;
    let paid = done(carla(world, &["pay", &checkout.link, "--points", "0", "--vouchers", "1"])?, 13)?;
    let worth = i64::try_from(OFFER_VALUE).unwrap_or(i64::MAX);
    world.till_accepts(D, &checkout, worth)?;
    world.ledger.honour(D, A, worth);
    Ok(Told::new("She uses her voucher in D.").proof(format!("order {}", order_code(&paid)?)))
}

fn spend_again(world: &mut World) -> Result<Told, Failure> {
    let checkout = world.checkout(B, 7)?;
    let said = wallet(world, COPY, &["pay", &checkout.link, "--points", "7"], None)?;
    let refused = matches!(said.code(), "coin-spent" | "order-conflict");
    check(refused, "B to refuse the coins: `coin-spent`", || said.json.to_string())?;
    Ok(Told::new("A copy of her wallet, made before she paid in C, spends the same coins in B: refused.")
        .proof(format!("the wallet says `{}`", said.code())))
}

/// Pays 2 points in B, is killed, and resumes.
fn killed(world: &mut World, moment: &str, balance: i64) -> Result<Told, Failure> {
    let checkout = world.checkout(B, 2)?;
    let said = wallet(world, CARLA, &["pay", &checkout.link, "--points", "2"], Some(moment))?;
    check(said.exit.is_none(), format!("the wallet to die {moment}"), || said.json.to_string())?;
    let resumed = carla(world, &["resume"])?.done()?;
    check(number(&resumed, "/pending")? == 0, "nothing left to wait for", || resumed.to_string())?;
    check(number(&resumed, "/balance")? == balance, format!("a balance of {balance}"), || resumed.to_string())?;
    accepted(world, B, &checkout, 2)?;
    Ok(Told::new(format!("Her phone dies ({moment}); later `resume` completes the payment, once.")))
}

fn killed_after_save(world: &mut World) -> Result<Told, Failure> {
    killed(world, "after-save", 11)
}

fn killed_after_send(world: &mut World) -> Result<Told, Failure> {
    killed(world, "after-send", 9)
}

fn from_rust(world: &mut World) -> Result<Told, Failure> {
    let link = world.grant(B, 12, &[])?;
    let earned = world.wallet(ALICE, &["claim", &link])?.done()?;
    world.ledger.earn(B, 12);
    let digest = text(&earned, "/order")?.to_owned();
    let url = world.url(C);
    let words = words_file(ALICE.wallet);
    wallet(world, ALICE_AGAIN, &["new", "--node", &url, "--words-file", &words, "--device", "1"], None)?.done()?;
    let back = wallet(world, ALICE_AGAIN, &["recover", &digest, "--keyset", "1"], None)?.done()?;
    check(number(&back, "/balance")? == 12, "12 points to come back", || back.to_string())?;
    let checkout = world.checkout(D, 11)?;
    done(wallet(world, ALICE_AGAIN, &["pay", &checkout.link, "--points", "11"], None)?, 1)?;
    accepted(world, D, &checkout, 11)?;
    Ok(Told::new(
        "Alice earned 12 points with the Rust wallet; from her words TypeScript derives the same coins, and spends 11.",
    )
    .proof(format!("order {} recovered", code(&digest))))
}

fn to_rust(world: &mut World) -> Result<Told, Failure> {
    let link = world.grant(C, 10, &[])?;
    let earned = done(carla(world, &["claim", &link])?, 19)?;
    world.ledger.earn(C, 10);
    let digest = text(&earned, "/order")?.to_owned();
    let url = world.url(D);
    let words = words_file(CARLA);
    world.wallet(CARLA_AGAIN, &["new", "--node", &url, "--words-file", &words, "--device", "1"])?.done()?;
    let back = world.wallet(CARLA_AGAIN, &["recover", &digest, "--keyset", "1"])?.done()?;
    check(number(&back, "/balance")? == 10, "10 points to come back", || back.to_string())?;
    let checkout = world.checkout(A, 9)?;
    let paid = world.pay(CARLA_AGAIN, &checkout, 9)?;
    check(paid.balance == 1, "1 point to be left", || paid.balance.to_string())?;
    accepted(world, A, &checkout, 9)?;
    Ok(Told::new(
        "Carla earned 10 points in TypeScript; from her words the Rust wallet derives the same coins, and spends 9.",
    )
    .proof(format!("order {} recovered", code(&digest))))
}

fn books(world: &mut World) -> Result<Told, Failure> {
    world.books_agree(&SHOPS)?;
    let sum = world.ledger.sum();
    check(sum == 0, "the books to sum to zero", || sum.to_string())?;
    let audited = world.ronde.run(&["audit", "--charter", "store-a/charter", "--federation", &world.federation])?;
    check(text(&audited, "/verdict")? == "well", "an audit that finds all well", || audited.to_string())?;
    let orders = number(&audited, "/keysets/0/orders")?;
    let mut told = Told::new("All four shops' books agree, and an audit of their logs finds all well.")
        .proof(format!("{orders} orders, every certificate checked"));
    told.table = world.ledger.table();
    Ok(told)
}
