//! At the end of the day: who owes what, and whether it is true.

use crate::demo::failure::{Failure, check, number, text};
use crate::demo::screen::Told;
use crate::demo::shops::{CHOICES, SHOPS};
use crate::demo::world::{ALICE, BOB, World};

/// All four nodes' books agree with what was done, sum to zero, and the float is what the customers hold.
pub fn agree(world: &mut World) -> Result<Told, Failure> {
    world.books_agree(&SHOPS)?;
    let sum = world.ledger.sum();
    check(sum == 0, "the books to sum to zero", || sum.to_string())?;
    let mut held = 0;
    for customer in [ALICE, BOB] {
        let shown = world.balance(customer)?;
        held += number(&shown, "/points")? + number(&shown, "/held")? + number(&shown, "/arriving")?;
    }
    let float = world.ledger.float();
    check(float == held, format!("the wallets to hold the {float} points of the float"), || held.to_string())?;
    let mut told = Told::new("All four shops' books agree, each from its own log, and sum to zero.")
        .proof(format!("the {float} points not yet spent are just what the two wallets hold"));
    told.table = world.ledger.table();
    Ok(told)
}

/// What an auditor finds, who believes no node: the logs replayed, every certificate checked, nobody caught.
pub fn audit(world: &mut World) -> Result<Told, Failure> {
    let audited = world.ronde.run(&["audit", "--charter", "store-a/charter", "--federation", &world.federation])?;
    let verdict = text(&audited, "/verdict")?;
    check(verdict == "well", "an audit that finds all well", || audited.to_string())?;
    let float = number(&audited, "/keysets/0/value/float")?;
    check(float == world.ledger.float(), format!("a float of {}", world.ledger.float()), || audited.to_string())?;
    let counted = [number(&audited, "/keysets/0/tallies/0/choice")?, number(&audited, "/keysets/0/tallies/0/count")?];
    check(counted == [1, 1], "one vote, for the second choice", || audited.to_string())?;
    let orders = number(&audited, "/keysets/0/orders")?;
    let [_, choice] = CHOICES;
    Ok(Told::new("An auditor reads all four logs and checks every signature anew: all is well, nobody cheated.")
        .proof(format!("{orders} orders; no coin spent twice, no point from nowhere; \"{choice}\" has 1 vote")))
}
