//! Coins can be copied; they can't be spent twice.

use serde_json::Value;

use crate::demo::failure::{Failure, check, text, wait_for};
use crate::demo::founding::at_once;
use crate::demo::home;
use crate::demo::ronde::Answer;
use crate::demo::screen::Told;
use crate::demo::shops::{A, B, QUORUM, Shop};
use crate::demo::world::{BOB, Checkout, Customer, PATIENCE, World, code};

/// A copy of Alice's wallet as it was before she paid.
pub const CHEAT: Customer = Customer { wallet: "alice-copy" };
/// A copy of Bob's wallet.
const RACER: Customer = Customer { wallet: "bob-copy" };
/// The coin that is raced.
const COIN: u64 = 8;

/// The copy spends again, in B, what was spent in C.
pub fn spend_again(world: &mut World) -> Result<Told, Failure> {
    let checkout = world.checkout(B, 7)?;
    let answer = world.wallet(CHEAT, &["pay", &checkout.link, "--points", "7"])?;
    let refused = answer.json.pointer("/error/code").and_then(Value::as_str) == Some("coin-spent");
    check(refused, "B to refuse the coins: `coin-spent`", || answer.json.to_string())?;
    let evidence = text(&answer.json, "/error/what")?;
    check(
        evidence.contains(&world.first_payment),
        format!("evidence that names order {}", world.first_payment),
        || evidence.to_owned(),
    )?;
    let expected = "the till of B to show \"refused\"";
    wait_for(expected, PATIENCE, world.stop, || {
        let shown = world.checkout_state(B, &checkout)?;
        check(text(&shown, "/state")? == "refused", expected, || shown.to_string())
    })?;
    Ok(Told::new(format!("Somebody copied Alice's wallet before she paid, and spends the same coins in {B}: refused."))
        .proof(format!("the wallet was told: {evidence}")))
}

/// Two copies of one wallet pay with the same coin in A and B at the same moment.
pub fn race(world: &mut World) -> Result<Told, Failure> {
    super::earning::basket(world)?;
    let folder = world.ronde.home().to_owned();
    home::copy(&folder.join(BOB.wallet), &folder.join(RACER.wallet))
        .map_err(|error| Failure::new("to copy a wallet", error.to_string()))?;
    let opened = at_once(&[A, B], |shop| world.checkout(*shop, COIN))?;
    let runners: Vec<(Customer, Shop, &Checkout)> =
        [BOB, RACER].into_iter().zip([A, B]).zip(&opened).map(|((who, shop), at)| (who, shop, at)).collect();
    let answers =
        at_once(&runners, |(who, _, at)| world.wallet(*who, &["pay", &at.link, "--points", &COIN.to_string()]))?;
    let mut paid = Vec::new();
    for ((_, shop, checkout), answer) in runners.iter().zip(&answers) {
        if is_done(answer) {
            world.till_accepts(*shop, checkout, 8)?;
            paid.push((*shop, code(text(&answer.json, "/order")?)));
        }
    }
    check(paid.len() <= 1, "at most one of the two to be paid", || format!("both were: {paid:?}"))?;
    for (_, shop, checkout) in runners.iter().filter(|(_, shop, _)| paid.iter().all(|(of, _)| of != shop)) {
        let shown = world.checkout_state(*shop, checkout)?;
        check(text(&shown, "/state")? != "accepted", format!("the till of {shop} not to be paid"), || {
            shown.to_string()
        })?;
    }
    Ok(match paid.first() {
        Some((shop, code)) => {
            world.ledger.pay(*shop, 8);
            learn(world, &answers)?;
            Told::new(format!(
                "Two copies of Bob's wallet pay with one coin of {COIN} in A and B at the same moment: \
                               only {} is paid.",
                shop.letter
            ))
            .proof(format!("order {code} has its certificate; {}", loser(&answers)))
        }
        None => Told::new(format!(
            "Two copies of Bob's wallet pay with one coin of {COIN} in A and B at the same \
                                   moment: neither is paid."
        ))
        .proof(format!(
            "the shops' votes were split, so neither order has the {QUORUM} it needs: the coin stays frozen, and only \
                        who cheated is hurt"
        )),
    })
}

/// If the copy won, Bob's own wallet may not know it yet; asking again settles it.
fn learn(world: &World, answers: &[Answer]) -> Result<(), Failure> {
    if answers.first().is_some_and(|own| !is_done(own)) {
        world.wallet(BOB, &["resume"])?.done()?;
    }
    Ok(())
}

fn loser(answers: &[Answer]) -> String {
    let lost = answers.iter().find(|answer| !is_done(answer));
    let code = lost.and_then(|answer| answer.json.pointer("/error/code")?.as_str());
    match code {
        Some("coin-spent") => "the other wallet was shown it, and knows that its order is dead".to_owned(),
        _ => "the other order can't find enough votes any more".to_owned(),
    }
}

fn is_done(answer: &Answer) -> bool {
    let state = answer.json.pointer("/state").and_then(Value::as_str);
    matches!(state, Some("done" | "arriving"))
}
