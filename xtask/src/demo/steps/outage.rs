//! One of four is gone, and nobody at the other counters notices.

use crate::demo::failure::{Failure, check};
use crate::demo::node::{Node, Unready};
use crate::demo::screen::Told;
use crate::demo::shops::{B, C, D};
use crate::demo::world::{ALICE, BOB, World};

/// kill -9 of D.
pub fn kill(world: &mut World) -> Result<Told, Failure> {
    world.log_of_d = world.log_size(D)?;
    let node = world.take_node(D).ok_or_else(|| Failure::new("D to run", "it does not"))?;
    let pid = node.pid();
    node.kill()?;
    let silent = world.log_size(D).is_err();
    check(silent, "nobody to answer for D", || "somebody does".to_owned())?;
    Ok(Told::new(format!("{D} is cut off in the middle of the day: kill -9 of its process {pid}.")))
}

/// Earn and spend without D.
pub fn go_on(world: &mut World) -> Result<Told, Failure> {
    let link = world.grant(C, 20, &[])?;
    let earned = world.claim(BOB, &link)?;
    world.ledger.earn(C, 20);
    let checkout = world.checkout(B, 6)?;
    let paid = world.pay(ALICE, &checkout, 6)?;
    world.till_accepts(B, &checkout, 6)?;
    world.ledger.pay(B, 6);
    check(paid.balance == 12, "Alice to have 12 points left", || paid.balance.to_string())?;
    Ok(Told::new("The others go on: Bob earns 20 points in C, Alice spends 6 in B.")
        .proof(format!("orders {} and {}, each signed by the three shops that are left", earned.code, paid.code)))
}

/// D starts again on what its disk holds, and takes over what the others certified.
pub fn catch_up(world: &mut World) -> Result<Told, Failure> {
    let node = Node::start(&world.ronde, D).map_err(|unready| match unready {
        Unready::PortTaken(failure) | Unready::Failed(failure) => failure,
    })?;
    world.put_node(node);
    world.books_agree(&[D])?;
    let (before, size) = (world.log_of_d, world.log_size(D)?);
    check(size > before, format!("a log of D with more than {before} entries"), || size.to_string())?;
    Ok(Told::new("Its power is back: D starts again and fetches what it missed.")
        .proof(format!("its own log grew from {before} to {size} entries and gives the same books as the others'")))
}
