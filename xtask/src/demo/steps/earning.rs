//! Points are earned in one shop and spent in another.

use crate::demo::failure::{Failure, check, number};
use crate::demo::founding::at_once;
use crate::demo::screen::Told;
use crate::demo::shops::{A, B, BALLOT_MINIMUM, C, QUORUM, SHOPS};
use crate::demo::world::{ALICE, BOB, World};

/// Every till gets a token, every customer a wallet.
pub fn set_up(world: &mut World) -> Result<Told, Failure> {
    let world = &*world;
    let tills = || {
        at_once(&SHOPS, |shop| {
            let (config, token) = (shop.config(), shop.token());
            let scope = "grant,redeem,refund,manager";
            world.ronde.run(&["till", "add", "counter", "--scope", scope, "--out", &token, "--config", &config])
        })
    };
    let wallets = || {
        at_once(&[(ALICE, A), (BOB, B)], |(customer, shop)| {
            world.wallet(*customer, &["new", "--node", &world.url(*shop), "--federation", &world.federation])?.done()
        })
    };
    std::thread::scope(|scope| {
        let tills = scope.spawn(tills);
        wallets()?;
        tills.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    Ok(Told::new("Each counter has its key, and Alice and Bob have a wallet: no account, no card, no name."))
}

/// Alice earns 25 in A.
pub fn earn(world: &mut World) -> Result<Told, Failure> {
    let link = world.grant(A, 25, &[])?;
    let earned = world.claim(ALICE, &link)?;
    check(earned.balance == 25, "Alice to have 25 points", || earned.balance.to_string())?;
    world.ledger.earn(A, 25);
    let told = Told::new(format!("Alice buys bread in {A} and earns 25 points."));
    let (code, all) = (earned.code, SHOPS.len());
    Ok(told.proof(format!("order {code}, signed by {QUORUM} of the {all} shops, who could not see her coins")))
}

/// Alice spends 7 of them in C.
pub fn spend(world: &mut World) -> Result<Told, Failure> {
    // Kept for the next chapter: what a cheat would have, the coins as they were before they were spent.
    let home = world.ronde.home().to_owned();
    crate::demo::home::copy(&home.join(ALICE.wallet), &home.join(super::cheating::CHEAT.wallet))
        .map_err(|error| Failure::new("to copy a wallet", error.to_string()))?;
    let checkout = world.checkout(C, 7)?;
    let paid = world.pay(ALICE, &checkout, 7)?;
    world.till_accepts(C, &checkout, 7)?;
    check(paid.balance == 18, "Alice to have 18 points left", || paid.balance.to_string())?;
    let shown = world.balance(ALICE)?;
    let pending = number(&shown, "/pending")?;
    check(pending == 0, "nothing left to wait for", || shown.to_string())?;
    world.ledger.pay(C, 7);
    let told = Told::new(format!("Alice spends 7 of them in {C}: accepted. 18 are left."))
        .proof(format!("order {}: a coin of 8 in, a new coin of 1 as change; the till says \"accepted\"", paid.code));
    world.first_payment = paid.code;
    Ok(told)
}

/// A basket of Bob that brings a ballot.
pub fn basket(world: &mut World) -> Result<i64, Failure> {
    let points = BALLOT_MINIMUM + 2;
    let link = world.grant(B, points, &["--ballot", "1"])?;
    let earned = world.claim(BOB, &link)?;
    world.ledger.earn(B, i64::try_from(points).unwrap_or(i64::MAX));
    Ok(earned.balance)
}
