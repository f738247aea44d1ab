//! `ronde wallet pay` and `claim` of a basket's link: what is paid with points, what is earned on the rest, the receipt.

use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::OfferId;
use serde_json::{Value, json};

use super::{PayArgs, act, failure, refunds, say};
use crate::cli::plural::euros;
use crate::cli::{Context, Exit, Failure};
use crate::wallet::Session;
use crate::wallet::session::{BasketDone, Choice, Progress};

/// Adds what [`of`] adds.
pub(super) fn claim(session: &mut Session, link: &str, wait: u64, context: &Context) -> Result<Exit, Failure> {
    run(session, link, &Choice::Decline, wait, context)
}

/// Adds what [`of`] adds.
pub(super) fn pay(session: &mut Session, args: &PayArgs, context: &Context) -> Result<Exit, Failure> {
    let vouchers = args.vouchers.iter().copied().map(OfferId).collect();
    run(session, &args.link, &Choice::Pay(args.points.map(Points), vouchers), args.wait, context)
}

fn run(session: &mut Session, link: &str, choice: &Choice, wait: u64, context: &Context) -> Result<Exit, Failure> {
    let basket = session.basket(link, choice, wait)?;
    let refunds = refunds::ask(session);
    let (mut lines, mut object, exit) = of(&basket);
    lines.extend(refunds.lines.iter().map(|line| format!("{line}.")));
    let balance = session.spendable();
    lines.push(format!("You now have {}.", say::points(balance)));
    let paid = basket.paid.iter().map(|paid| &paid.done);
    let done = paid.chain(basket.claimed.iter().map(|claimed| &claimed.done));
    let (evidence, seen) = act::aftermath(session, done, context);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("ok".to_owned(), json!(true));
        fields.insert("refunds".to_owned(), json!(refunds.objects));
        fields.insert("balance".to_owned(), json!(balance));
        fields.insert("warnings".to_owned(), json!(session.warnings));
        fields.insert("evidence".to_owned(), json!(evidence));
    }
    context.say(lines.join("\n"), &object);
    Ok(exit.max(seen).max(refunds.exit))
}

/// What `resume` says of baskets that are not done, as lines and objects.
pub(super) fn resumed(session: &mut Session) -> (Vec<String>, Vec<Value>, Exit) {
    let (mut lines, mut objects, mut exit) = (Vec::new(), Vec::new(), Exit::Ok);
    for result in session.resume_baskets() {
        match result {
            Ok(basket) => {
                let (said, object, one) = of(&basket);
                lines.extend(said);
                objects.push(object);
                exit = exit.max(one);
            }
            Err(trouble) => {
                let failure = failure::of(&trouble);
                lines.push(format!("A basket: {}. To do: {}.", failure.what(), failure.fix()));
                objects.push(json!({ "state": "failed", "error": failure.to_json() }));
                exit = exit.max(Exit::Warn);
            }
        }
    }
    (lines, objects, exit)
}

/// `{store, store_name, basket, state, total_cents, pay_cents, paid, order, earned, receipt, receipt_file, return_url}`
fn of(basket: &BasketDone) -> (Vec<String>, Value, Exit) {
    let name = &basket.store.name;
    let mut lines = Vec::new();
    if let Some(paid) = &basket.paid {
        lines.push(format!("{} to {name}.", say::points(paid.points)));
        lines.extend(say::afterwards(paid.done.progress));
    }
    let earned = basket.claimed.as_ref();
    lines.push(match (basket.state.as_str(), earned) {
        ("complete", Some(claimed)) => format!("{} from {name}.", say::points(claimed.terms.points)),
        ("complete", None) => format!("The basket at {name} is complete."),
        ("cancelled", _) => format!("{name} has cancelled the basket."),
        ("expired", _) => format!("The time to pay the basket at {name} with points is over."),
        _ => format!(
            "{} to pay at {name}. Once its till has completed the basket, `ronde wallet resume` claims what it earns.",
            euros(basket.pay_cents)
        ),
    });
    lines.extend(earned.and_then(|claimed| say::afterwards(claimed.done.progress)));
    lines.extend(basket.receipt.as_ref().map(say::receipt));
    lines.extend(basket.return_url.iter().filter(|_| basket.is_over()).map(|url| format!("Back to the shop: {url}")));
    let is_done = |progress: Progress| progress == Progress::Done;
    let paid = basket.paid.as_ref().is_none_or(|paid| is_done(paid.done.progress));
    let exit = if paid && basket.is_over() { Exit::Ok } else { Exit::Warn };
    let object = json!({
        "store": basket.store.id, "store_name": name.as_str(), "basket": basket.id, "state": basket.state,
        "total_cents": basket.total_cents, "pay_cents": basket.pay_cents,
        "paid": basket.paid.as_ref().map(|paid| paid.points), "order": basket.paid.as_ref().map(|paid| paid.done.digest),
        "earned": earned.map(|claimed| claimed.terms.points),
        "receipt": basket.receipt.as_ref().map(|kept| kept.text.as_str()),
        "receipt_file": basket.receipt.as_ref().map(|kept| &kept.path), "return_url": basket.return_url,
    });
    (lines, object, exit)
}
