//! `ronde till return`: a till takes goods back.

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Credentials};
use super::{TillTokenArgs, code, ok, points};
use crate::cli::{Context, Exit, Failure};

#[derive(Debug, Args)]
pub(super) struct ReturnArgs {
    /// What the goods that come back had cost and earned on, in cents
    cents: u64,
    /// The grant of what the sale earned
    #[arg(long, value_name = "ID", required_unless_present = "checkout")]
    grant: Option<String>,
    /// The checkout by which a part of the sale was paid with points
    #[arg(long, value_name = "ID")]
    checkout: Option<String>,
    /// What the whole sale came to, in cents; needed with a checkout
    #[arg(long, value_name = "CENTS")]
    sold: Option<u64>,
    /// What the goods had cost, if not all of it earned points
    #[arg(long, value_name = "CENTS")]
    total: Option<u64>,
    /// What the till calls this return: the same again is the same return
    #[arg(long)]
    reference: String,
    #[command(flatten)]
    till: TillTokenArgs,
}

/// What the node says to do.
#[derive(Deserialize)]
struct Taken {
    pay_cents: u64,
    deduct_cents: u64,
    #[serde(default)]
    owed_cents: u64,
    back: Option<Made>,
    withdrawn: Option<String>,
    instead: Option<Made>,
}

#[derive(Deserialize)]
struct Made {
    points: u64,
    claim_url: String,
}

pub(super) fn take_back(args: &ReturnArgs, context: &Context) -> Result<Exit, Failure> {
    let client = Client::connect(&args.till.node, Credentials::Till(args.till.token_file.as_deref()))?;
    let body = json!({
        "grant": args.grant,
        "checkout": args.checkout,
        "sold_cents": args.sold,
        "total_cents": args.total,
        "eligible_cents": args.cents,
        "reference": args.reference,
    });
    let raw: Value = client.post("/v1/returns", &body)?;
    let taken: Taken = client.shape(&raw)?;
    let mut text = format!("pay {} cents", taken.pay_cents);
    if taken.deduct_cents > 0 {
        text.push_str(&format!("; {} cents were held back for what the goods had earned", taken.deduct_cents));
    }
    if taken.owed_cents > 0 {
        text.push_str(&format!("; the customer owes {} cents before the goods are taken back", taken.owed_cents));
    }
    text.push('\n');
    if let Some(made) = &taken.back {
        let link = &made.claim_url;
        text.push_str(&format!("{} go back:\n{}{link}\n", points(made.points), code(link, context)));
    }
    if taken.withdrawn.is_some() {
        text.push_str("the link of what the sale earned is void, because nobody had claimed it\n");
    }
    if let Some(made) = &taken.instead {
        let link = &made.claim_url;
        text.push_str(&format!("{} for the rest:\n{}{link}\n", points(made.points), code(link, context)));
    }
    context.say(text, &ok("return", raw));
    Ok(Exit::Ok)
}
