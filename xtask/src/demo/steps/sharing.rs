//! Gifts, pledges, votes and vouchers.

use serde_json::Value;

use crate::demo::failure::{Failure, check, number, text};
use crate::demo::screen::Told;
use crate::demo::shops::{A, ASSOCIATION, B, CAMPAIGN, CHOICES, D, OFFER, OFFER_VALUE, Shop};
use crate::demo::world::{ALICE, BOB, World};

/// Alice gives 5 points.
pub fn gift(world: &mut World) -> Result<Told, Failure> {
    let given = world.order(ALICE, &["give", ASSOCIATION, "5"])?;
    check(given.balance == 7, "Alice to have 7 points left", || given.balance.to_string())?;
    world.ledger.give(5);
    Ok(Told::new(format!("Alice gives 5 points to {ASSOCIATION}."))
        .proof(format!("order {}, which bears no name", given.code)))
}

/// B pledges 50 points.
pub fn pledge(world: &mut World) -> Result<Told, Failure> {
    let pledged = world.till(B, &["pledge", "1", "50"])?;
    let certified = pledged.pointer("/pledge/certificate").is_some_and(Value::is_string);
    check(certified, "the pledge to be certified", || pledged.to_string())?;
    world.ledger.pledge(B, 50);
    Ok(Told::new(format!("{B} pledges 50 points of its own to {ASSOCIATION}, signed with the shop's key.")))
}

/// Bob's ballot came with a basket of B; he votes through D.
pub fn ballot(world: &mut World) -> Result<Told, Failure> {
    let before = ballots(world)?;
    check(before == 1, "Bob to have one ballot", || before.to_string())?;
    let [_, choice] = CHOICES;
    let voted = world.order(BOB, &["vote", "1", choice, "--node", &world.url(D)])?;
    let after = ballots(world)?;
    check(after == 0, "Bob's ballot to be gone", || after.to_string())?;
    let again = world.wallet(BOB, &["vote", "1", choice])?;
    let refused = again.json.pointer("/error/code").and_then(Value::as_str) == Some("no-ballot");
    check(refused, "Bob to have one vote only", || again.json.to_string())?;
    Ok(Told::new(format!("Bob's basket in B brought a ballot: \"{CAMPAIGN}\" He votes through D: \"{choice}\"."))
        .proof(format!("order {}: one basket, one vote; nobody can tell whose", voted.code)))
}

fn ballots(world: &World) -> Result<i64, Failure> {
    let shown = world.balance(BOB)?;
    if shown.pointer("/ballots/0").is_none() { Ok(0) } else { number(&shown, "/ballots/0/count") }
}

/// A gives Alice a voucher, D takes it, A pays for it.
pub fn voucher(world: &mut World) -> Result<Told, Failure> {
    let link = world.grant(A, 10, &["--voucher", "1"])?;
    let earned = world.claim(ALICE, &link)?;
    world.ledger.earn(A, 10);
    let checkout = world.checkout(D, OFFER_VALUE)?;
    let paid = world.order(ALICE, &["pay", &checkout.link, "--points", "0", "--vouchers", "1"])?;
    check(paid.balance == earned.balance, "the voucher alone to pay", || format!("{} points left", paid.balance))?;
    accepted(world, D, &checkout)?;
    let worth = i64::try_from(OFFER_VALUE).unwrap_or(i64::MAX);
    world.ledger.honour(D, A, worth);
    Ok(Told::new(format!("Alice got a voucher in A, \"{OFFER}\", and uses it in {D}."))
        .proof(format!("order {}: D is owed {worth} points, and A owes them", paid.code)))
}

fn accepted(world: &World, shop: Shop, checkout: &crate::demo::world::Checkout) -> Result<(), Failure> {
    let shown = world.checkout_state(shop, checkout)?;
    let state = text(&shown, "/state")?;
    check(state == "accepted", format!("the till of {shop} to show \"accepted\""), || shown.to_string())
}
