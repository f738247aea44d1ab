//! `ronde till basket`: one link for paying with points and earning on the rest.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Credentials};
use super::{TillTokenArgs, WAIT_SECONDS, code, ok, receipt, voucher, voucher_list};
use crate::cli::plural::{euros, points};
use crate::cli::{Context, Exit, Failure};

#[derive(Debug, Args)]
pub(super) struct BasketArgs {
    /// What it costs
    #[arg(long, value_name = "CENTS")]
    total: u64,
    /// Of these, what earns points [default: all]
    #[arg(long, value_name = "CENTS")]
    eligible: Option<u64>,
    /// The most that can be paid with points
    #[arg(long, value_name = "POINTS", default_value_t = 0)]
    max: u64,
    /// Points paid are a multiple of this
    #[arg(long, value_name = "POINTS", default_value_t = 1)]
    step: u64,
    /// With a ballot of this campaign
    #[arg(long, value_name = "CAMPAIGN")]
    ballot: Option<u32>,
    /// With vouchers of an offer besides those of the rules; may be repeated
    #[arg(long, value_name = "OFFER[:COUNT]", value_parser = voucher)]
    voucher: Vec<(u32, u16)>,
    /// Receipt or basket, as the till names it
    #[arg(long, default_value = "")]
    reference: String,
    /// A file with the receipt, which the customer's wallet gets and nobody else
    #[arg(long, value_name = "FILE")]
    receipt_file: Option<PathBuf>,
    /// How long it can be paid with points
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<u64>,
    /// Where the customer's wallet leads when it is done
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
    /// The sale is complete as soon as the customer has paid or declined
    #[arg(long)]
    at_once: bool,
    /// Wait until the customer has paid or declined
    #[arg(long)]
    wait: bool,
    /// The same, and complete the sale then
    #[arg(long, conflicts_with = "at_once")]
    complete: bool,
    #[command(flatten)]
    till: TillTokenArgs,
}

/// A basket, as the node shows it to a till.
#[derive(Debug, Deserialize)]
struct Basket {
    id: String,
    #[serde(default)]
    url: String,
    state: String,
    pay_cents: u64,
    #[serde(default)]
    points: Option<u64>,
    earns: Earns,
    #[serde(default)]
    payment: Option<Payment>,
}

#[derive(Debug, Deserialize)]
struct Earns {
    points: u64,
}

#[derive(Debug, Deserialize)]
struct Payment {
    state: String,
}

/// # Errors
/// A node that does not answer or refuses, a token or receipt that can't be read.
pub(super) fn run(args: &BasketArgs, context: &Context) -> Result<Exit, Failure> {
    let client = Client::connect(&args.till.node, Credentials::Till(args.till.token_file.as_deref()))?;
    let body = json!({
        "total_cents": args.total,
        "eligible_cents": args.eligible.unwrap_or(args.total),
        "max_points": args.max,
        "step": args.step,
        "reference": args.reference,
        "expires_in": args.expires_in,
        "return_url": args.return_url,
        "receipt": receipt(args.receipt_file.as_deref())?,
        "at_once": args.at_once,
        "ballot": args.ballot,
        "vouchers": voucher_list(&args.voucher),
    });
    let raw = client.post("/v1/baskets", &body)?;
    let rung: Basket = client.shape(&raw)?;
    let text = format!("{}:\n{}{}", describe(&rung), code(&rung.url, context), rung.url);
    if !args.wait && !args.complete {
        context.say(text, &ok("basket", raw));
        return Ok(Exit::Ok);
    }
    context.note(text);
    let (last, raw) = wait(&client, rung, raw, context)?;
    let (last, raw) = match last.state.as_str() {
        "settled" if args.complete => {
            let raw = client.post(&format!("/v1/baskets/{}/complete", last.id), &json!({}))?;
            (client.shape(&raw)?, raw)
        }
        _ => (last, raw),
    };
    let exit = if matches!(last.state.as_str(), "settled" | "complete") { Exit::Ok } else { Exit::Warn };
    context.say(describe(&last), &json!({ "ok": exit == Exit::Ok, "basket": raw }));
    Ok(exit)
}

/// Follows a basket until the customer has chosen, saying each step.
fn wait(client: &Client, mut basket: Basket, mut raw: Value, context: &Context) -> Result<(Basket, Value), Failure> {
    while basket.state == "open" {
        let payment = basket.payment.as_ref().map_or("", |payment| payment.state.as_str());
        if matches!(payment, "refused" | "cancelled") {
            break;
        }
        let path = format!("/v1/baskets/{}?wait={WAIT_SECONDS}&state=open&payment={payment}", basket.id);
        raw = client.get(&path)?;
        let next: Basket = client.shape(&raw)?;
        if next.payment.as_ref().is_some_and(|now| now.state != payment) && next.state == "open" {
            context.note(describe(&next));
        }
        basket = next;
    }
    Ok((basket, raw))
}

fn describe(basket: &Basket) -> String {
    let (pay, earned) = (euros(basket.pay_cents), points(basket.earns.points));
    let paid = points(basket.points.unwrap_or(0));
    let payment = basket.payment.as_ref().map(|payment| payment.state.as_str());
    match (basket.state.as_str(), payment) {
        ("open", Some("pending")) => "points are in payment; this can't be cancelled any more".to_owned(),
        ("open", Some("presented")) => "a customer looks at it".to_owned(),
        ("open", Some("refused")) => {
            "refused: the customer's points were not good; complete the basket, or cancel it".to_owned()
        }
        ("open", _) => format!("{pay}, which earn up to {earned}"),
        ("settled", _) => format!("{paid} paid, {pay} to pay, {earned} earned"),
        ("complete", _) => format!("complete: {paid} paid, {pay} in money, {earned} earned"),
        ("expired", _) => "expired: nobody paid with points in time".to_owned(),
        (other, _) => other.to_owned(),
    }
}
