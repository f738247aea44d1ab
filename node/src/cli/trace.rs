//! `ronde trace`: what became of a grant or checkout, by the code that a customer reads out.

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::plural::points;
use super::till::TillTokenArgs;
use super::till::client::{Client, Credentials, escape};
use super::{Context, Exit, Failure};

/// `ronde trace`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ronde trace 4F7K-02MZ --token-file secrets/manager.token")]
pub struct TraceArgs {
    /// Eight letters and digits, as the customer's wallet and the till show them
    code: String,
    #[command(flatten)]
    till: TillTokenArgs,
}

#[derive(Deserialize)]
struct Trace {
    code: String,
    found: Vec<Traced>,
}

/// What the node says of a grant or checkout.
#[derive(Deserialize)]
struct Traced {
    kind: String,
    id: String,
    state: String,
    time: String,
    expires_at: String,
    points: u64,
    till: Option<String>,
    max_points: Option<u64>,
    reason: Option<String>,
    #[serde(default)]
    goodwill: bool,
    order: Option<String>,
    votes: Option<u64>,
    #[serde(default)]
    refunds: Vec<Value>,
    returned: Option<u64>,
    of_checkout: Option<String>,
    pays_back: Option<String>,
    instead: Option<String>,
}

/// Runs `ronde trace`.
///
/// # Errors
/// A node that does not answer or refuses, a token that can't be read.
pub fn run(args: &TraceArgs, context: &Context) -> Result<Exit, Failure> {
    let client = Client::connect(&args.till.node, Credentials::Till(args.till.token_file.as_deref()))?;
    let raw = client.get(&format!("/v1/trace/{}", escape(&args.code)))?;
    let trace: Trace = client.shape(&raw)?;
    let mut text = format!("{}\n", trace.code);
    trace.found.iter().for_each(|traced| describe(traced, &mut text));
    context.say(text, &json!({ "ok": true, "trace": raw }));
    Ok(Exit::Ok)
}

fn describe(traced: &Traced, text: &mut String) {
    let Traced { kind, id, state, time, expires_at, .. } = traced;
    let till = traced.till.as_ref().map_or_else(|| "by the node itself".to_owned(), |till| format!("at till {till}"));
    let most = traced.max_points.map(|most| format!(" of up to {most} asked for")).unwrap_or_default();
    let mut lines = vec![
        format!("{kind} {id}: {state}"),
        format!("  made {time} {till}, good until {expires_at}"),
        format!("  {}{most}", points(traced.points)),
    ];
    let why = traced.reason.as_ref().map(|reason| {
        let what = if traced.goodwill { "to make something good" } else { "for no basket" };
        format!("{what}: {reason}")
    });
    let order = traced.order.as_ref().map(|order| {
        let votes = traced.votes.map(|votes| format!(", {votes} votes known")).unwrap_or_default();
        format!("order {order}{votes}")
    });
    let refunds = traced.refunds.iter().map(|refund| {
        let text = |name: &str| refund.get(name).and_then(Value::as_str).unwrap_or("not known yet").to_owned();
        format!("owed back of order {}: {}", text("order"), text("state"))
    });
    let rest = [
        why,
        order,
        traced.returned.map(|returned| format!("{} given back by tills", points(returned))),
        traced.of_checkout.as_ref().map(|id| format!("gives back what was paid for checkout {id}")),
        traced.pays_back.as_ref().map(|order| format!("pays back order {order}, which bought nothing")),
        traced.instead.as_ref().map(|id| format!("goods came back: grant {id} stands in its place")),
    ];
    lines.extend(rest.into_iter().flatten().chain(refunds).map(|line| format!("  {line}")));
    lines.iter().for_each(|line| {
        text.push_str(line);
        text.push('\n');
    });
}
