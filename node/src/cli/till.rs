//! `ronde till`: what a till does, by hand, and who may be a till.

mod basket;
pub(in crate::cli) mod client;
mod goods;
mod list;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ronde_protocol::message::amount::Points;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use self::client::{Client, Credentials};
use super::plural::points;
use super::{ConfigFile, Context, Exit, Failure};
use crate::{qr, secret_file};

/// The till's token, for whoever does not keep it in a file.
pub const TOKEN_VARIABLE: &str = "RONDE_TILL_TOKEN";
/// How long one question about a checkout waits for a change, in seconds.
const WAIT_SECONDS: u64 = 25;

/// `ronde till`
#[derive(Debug, Args)]
pub struct TillArgs {
    #[command(subcommand)]
    command: TillCommand,
}

#[derive(Debug, Subcommand)]
enum TillCommand {
    /// Give a till a token of its own
    #[command(after_help = "Example:\n  ronde till add counter-1 --scope grant,redeem --out secrets/counter-1.token")]
    Add(AddArgs),
    /// List the tills
    List(NodeArgs),
    /// Take a till's token away, at once
    Revoke(RevokeArgs),
    /// Give points away: prints the link for the customer
    #[command(
        after_help = "Examples:\n  ronde till grant 25 --ballot 1 --token-file secrets/counter-1.token\n  ronde till grant --cents 4210 --token-file secrets/counter-1.token"
    )]
    Grant(GrantArgs),
    /// Ask for points: prints the link for the customer
    #[command(after_help = "Example:\n  ronde till checkout --max 7 --wait --token-file secrets/counter-1.token")]
    Checkout(CheckoutArgs),
    /// Take goods back: says what to pay, and prints the links of what goes back
    #[command(
        after_help = "Example:\n  ronde till return 1250 --grant ID --reference credit-note-7 --token-file secrets/counter-1.token"
    )]
    Return(goods::ReturnArgs),
    /// Ring a basket up: prints one link for paying with points and earning on the rest
    #[command(
        after_help = "Example:\n  ronde till basket --total 4210 --max 500 --complete --token-file secrets/counter-1.token"
    )]
    Basket(basket::BasketArgs),
    /// Give points of the store to an association, once a day
    #[command(after_help = "Example:\n  ronde till pledge 1 500 --token-file secrets/manager.token")]
    Pledge(PledgeArgs),
}

/// Which node is spoken to.
#[derive(Debug, Args)]
pub(in crate::cli) struct NodeArgs {
    /// The node's web address; without it, that of the configuration
    #[arg(long, env = "RONDE_NODE", value_name = "URL")]
    node: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Debug, Args)]
struct AddArgs {
    /// What people call it
    name: String,
    /// What it may do: grant, redeem, refund, manager
    #[arg(long, value_delimiter = ',', required = true)]
    scope: Vec<String>,
    /// The most that one of its grants may be worth, in place of the store's cap
    #[arg(long, value_name = "POINTS")]
    cap_grant: Option<u64>,
    /// The most that it may give away in a UTC day, in place of the store's cap
    #[arg(long, value_name = "POINTS")]
    cap_day: Option<u64>,
    /// Write the token into a new file of mode 0600 instead of showing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    node: NodeArgs,
}

#[derive(Debug, Args)]
struct RevokeArgs {
    /// Which till
    name: String,
    #[command(flatten)]
    node: NodeArgs,
}

/// As which till a command speaks.
#[derive(Debug, Args)]
pub(in crate::cli) struct TillTokenArgs {
    /// The file of the till's token, mode 0600; without it, the variable RONDE_TILL_TOKEN
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) node: NodeArgs,
}

#[derive(Debug, Args)]
struct GrantArgs {
    /// How many points
    #[arg(required_unless_present = "cents")]
    points: Option<u64>,
    /// Instead of points: what the basket comes to, of which the store's rules make points
    #[arg(long, value_name = "CENTS", conflicts_with_all = ["points", "reason"])]
    cents: Option<u64>,
    /// Why, if it is for no basket: say, for jars brought back
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// They make a mistake good: needs the scope manager and a reason
    #[arg(long, requires = "reason")]
    goodwill: bool,
    /// With a ballot of this campaign
    #[arg(long, value_name = "CAMPAIGN")]
    ballot: Option<u32>,
    /// With vouchers of an offer; may be repeated
    #[arg(long, value_name = "OFFER[:COUNT]", value_parser = voucher)]
    voucher: Vec<(u32, u16)>,
    /// Receipt or basket, as the till names it
    #[arg(long, default_value = "")]
    reference: String,
    /// How long it can be claimed
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<u64>,
    /// A file with the receipt, which the customer's wallet gets and nobody else
    #[arg(long, value_name = "FILE")]
    receipt_file: Option<PathBuf>,
    #[command(flatten)]
    till: TillTokenArgs,
}

#[derive(Debug, Args)]
struct CheckoutArgs {
    /// The most that can be paid
    #[arg(long, value_name = "POINTS")]
    max: u64,
    /// Points paid are a multiple of this
    #[arg(long, value_name = "POINTS", default_value_t = 1)]
    step: u64,
    /// Receipt or basket, as the till names it
    #[arg(long, default_value = "")]
    reference: String,
    /// How long it can be paid
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<u64>,
    /// Wait until it is paid, or can't be any more
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    till: TillTokenArgs,
}

#[derive(Debug, Args)]
struct PledgeArgs {
    /// Which association, by its number in the charter
    association: u32,
    /// How many points
    points: u64,
    #[command(flatten)]
    till: TillTokenArgs,
}

/// A checkout, as the node shows it to a till.
#[derive(Debug, Deserialize)]
struct Checkout {
    id: String,
    url: String,
    state: String,
    points: u64,
    #[serde(default)]
    refunds: Vec<Value>,
}

/// Vouchers as a node takes them: by increasing offer.
fn voucher_list(vouchers: &[(u32, u16)]) -> Vec<Value> {
    let mut vouchers = vouchers.to_vec();
    vouchers.sort_unstable();
    vouchers.iter().map(|(offer, count)| json!({ "offer": offer, "count": count })).collect()
}

fn voucher(text: &str) -> Result<(u32, u16), String> {
    let (offer, count) = text.split_once(':').unwrap_or((text, "1"));
    let wrong = || "write the offer's number, and how many if more than one: 3 or 3:2".to_owned();
    Ok((offer.parse().map_err(|_| wrong())?, count.parse().map_err(|_| wrong())?))
}

/// Runs `ronde till`.
///
/// # Errors
/// A node that does not answer or refuses, a token that can't be read.
pub fn run(args: TillArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        TillCommand::Add(args) => add(args, context),
        TillCommand::List(node) => list::list(&node, context),
        TillCommand::Revoke(args) => revoke(&args, context),
        TillCommand::Grant(args) => grant(&args, context),
        TillCommand::Checkout(args) => checkout(&args, context),
        TillCommand::Return(args) => goods::take_back(&args, context),
        TillCommand::Basket(args) => basket::run(&args, context),
        TillCommand::Pledge(args) => pledge(&args, context),
    }
}

fn add(args: AddArgs, context: &Context) -> Result<Exit, Failure> {
    if let Some(path) = args.out.as_ref().filter(|path| path.exists()) {
        return Err(secret_file::SecretFileError::Exists { path: path.clone() }.into());
    }
    let client = Client::connect(&args.node, Credentials::Admin)?;
    let body = json!({
        "name": args.name, "scopes": args.scope, "cap_grant": args.cap_grant, "cap_day": args.cap_day,
    });
    let mut till = client.post("/v1/tills", &body)?;
    let token = till.get("token").and_then(Value::as_str).map(|token| Zeroizing::new(token.to_owned()));
    let token = token.ok_or_else(|| client.not_ours("it made a till without a token"))?;
    let scopes = args.scope.join(", ");
    let Some(path) = args.out else {
        let text = format!("till {} may {scopes}; its token, shown this once:\n{}", args.name, token.as_str());
        context.say(text, &json!({ "ok": true, "till": till }));
        return Ok(Exit::Ok);
    };
    secret_file::write_new(&path, token.as_bytes())?;
    if let Some(till) = till.as_object_mut() {
        till.remove("token");
    }
    let text = format!("till {} may {scopes}; its token is in {}", args.name, path.display());
    context.say(text, &json!({ "ok": true, "till": till, "token_file": path }));
    Ok(Exit::Ok)
}

fn revoke(args: &RevokeArgs, context: &Context) -> Result<Exit, Failure> {
    let client = Client::connect(&args.node, Credentials::Admin)?;
    client.delete(&format!("/v1/tills/{}", client::escape(&args.name)))?;
    context.say(format!("till {} may do nothing any more", args.name), &json!({ "ok": true, "name": args.name }));
    Ok(Exit::Ok)
}

fn grant(args: &GrantArgs, context: &Context) -> Result<Exit, Failure> {
    #[derive(Deserialize)]
    struct Made {
        points: u64,
        claim_url: String,
        expires_at: String,
    }
    let client = Client::connect(&args.till.node, Credentials::Till(args.till.token_file.as_deref()))?;
    let body = json!({
        "points": args.points,
        "eligible_cents": args.cents,
        "reason": args.reason,
        "goodwill": args.goodwill,
        "reference": args.reference,
        "ballot": args.ballot,
        "vouchers": voucher_list(&args.voucher),
        "expires_in": args.expires_in,
        "receipt": receipt(args.receipt_file.as_deref())?,
    });
    let raw = client.post("/v1/grants", &body)?;
    let made: Made = client.shape(&raw)?;
    let what = format!("{}, to be claimed until {}:", points(made.points), made.expires_at);
    context.say(format!("{what}\n{}{}", code(&made.claim_url, context), made.claim_url), &ok("grant", raw));
    Ok(Exit::Ok)
}

/// The receipt in a file.
fn receipt(path: Option<&Path>) -> Result<Option<String>, Failure> {
    path.map(|path| std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))).transpose()
}

/// The QR code for a person; a link that is too long for one is still a link.
fn code(link: &str, context: &Context) -> String {
    if context.json { String::new() } else { qr::terminal(link).unwrap_or_default() }
}

fn ok(name: &str, value: Value) -> Value {
    json!({ "ok": true, name: value })
}

fn checkout(args: &CheckoutArgs, context: &Context) -> Result<Exit, Failure> {
    let client = Client::connect(&args.till.node, Credentials::Till(args.till.token_file.as_deref()))?;
    let body = json!({
        "max_points": args.max,
        "step": args.step,
        "reference": args.reference,
        "expires_in": args.expires_in,
    });
    let raw = client.post("/v1/checkouts", &body)?;
    let opened: Checkout = client.shape(&raw)?;
    let text = format!("up to {}:\n{}{}", points(args.max), code(&opened.url, context), opened.url);
    if !args.wait {
        context.say(text, &ok("checkout", raw));
        return Ok(Exit::Ok);
    }
    context.note(text);
    wait(&client, opened, context)
}

/// Follows a checkout to its end, saying each step.
fn wait(client: &Client, mut checkout: Checkout, context: &Context) -> Result<Exit, Failure> {
    loop {
        let path = format!("/v1/checkouts/{}?wait={WAIT_SECONDS}&state={}", checkout.id, checkout.state);
        let raw = client.get(&path)?;
        let next: Checkout = client.shape(&raw)?;
        let (text, exit) = match next.state.as_str() {
            "open" | "presented" | "pending" => {
                if next.state != checkout.state {
                    context.note(describe(&next));
                }
                checkout = next;
                continue;
            }
            "accepted" => (describe(&next), Exit::Ok),
            _ => (describe(&next), Exit::Warn),
        };
        context.say(text, &json!({ "ok": exit == Exit::Ok, "checkout": raw }));
        return Ok(exit);
    }
}

fn describe(checkout: &Checkout) -> String {
    let paid = points(checkout.points);
    let mut text = match checkout.state.as_str() {
        "open" => "waiting for a customer".to_owned(),
        "presented" => "a customer looks at it".to_owned(),
        "pending" => format!("{paid} in payment; this can't be cancelled any more"),
        "accepted" => format!("paid: {paid}"),
        "refused" => "refused: the customer's points were not good, or were spent before".to_owned(),
        "expired" => "expired: nobody paid in time".to_owned(),
        "cancelled" => "cancelled".to_owned(),
        "accepted_late" => format!("{paid} came too late, and pay for nothing"),
        other => other.to_owned(),
    };
    let owed = Points::sum(checkout.refunds.iter().filter_map(|refund| refund.get("points")?.as_u64()).map(Points));
    match owed {
        Ok(Points::ZERO) => {}
        Ok(owed) => text.push_str(&format!("; {} owed back", points(owed.0))),
        Err(overflow) => text.push_str(&format!("; refunds are owed: {overflow}")),
    }
    text
}

fn pledge(args: &PledgeArgs, context: &Context) -> Result<Exit, Failure> {
    let client = Client::connect(&args.till.node, Credentials::Till(args.till.token_file.as_deref()))?;
    let body = json!({ "association": args.association, "points": args.points });
    let raw = client.post("/v1/pledges", &body)?;
    let (text, exit) = match raw.get("certificate") {
        Some(_) => (format!("{} pledged to association {}", points(args.points), args.association), Exit::Ok),
        None => ("the pledge is signed and waits for the witnesses; it goes on by itself".to_owned(), Exit::Warn),
    };
    context.say(text, &ok("pledge", raw));
    Ok(exit)
}
