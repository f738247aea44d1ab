//! `ronde webhook`: where a node posts what happens, signed by Standard Webhooks.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::till::NodeArgs;
use super::till::client::{Client, Credentials};
use super::{Context, Exit, Failure};
use crate::secret_file;

/// `ronde webhook`
#[derive(Debug, Args)]
pub struct WebhookArgs {
    #[command(subcommand)]
    command: WebhookCommand,
}

#[derive(Debug, Subcommand)]
enum WebhookCommand {
    /// Have events posted to an address from now on
    #[command(
        after_help = "Example:\n  ronde webhook add https://shop.example/hook --events checkout.accepted,checkout.late \
                            --out secrets/hook.secret"
    )]
    Add(AddArgs),
    /// List the webhooks, and whether their receivers take what is posted; ends with 1 if one does not
    List(NodeArgs),
    /// Post nothing more to one
    Remove(WhichArgs),
    /// Post events again from a position on, also to one that got no more posts
    #[command(after_help = "Example:\n  ronde webhook replay EXGZvGy6D-_Q-hGpSSqhuw --from 1200")]
    Replay(ReplayArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// Where to: https://..., or http:// on this machine
    url: String,
    /// Events of these kinds alone
    #[arg(long, value_delimiter = ',', value_name = "KIND")]
    events: Vec<String>,
    /// Write the secret into a new file of mode 0600 instead of showing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    node: NodeArgs,
}

#[derive(Debug, Args)]
struct WhichArgs {
    /// Which webhook, by the id that `ronde webhook list` shows
    #[arg(allow_hyphen_values = true)]
    id: String,
    #[command(flatten)]
    node: NodeArgs,
}

#[derive(Debug, Args)]
struct ReplayArgs {
    /// Which webhook, by the id that `ronde webhook list` shows
    #[arg(allow_hyphen_values = true)]
    id: String,
    /// The position of the first event to be posted again
    #[arg(long, value_name = "POSITION")]
    from: u64,
    #[command(flatten)]
    node: NodeArgs,
}

/// A webhook, as the node shows it.
#[derive(Deserialize)]
struct Webhook {
    id: String,
    url: String,
    events: Vec<String>,
    after: u64,
    failing: Option<Failing>,
    disabled: Option<Disabled>,
}

#[derive(Deserialize)]
struct Failing {
    since: String,
    attempts: u32,
    next: String,
    why: String,
}

#[derive(Deserialize)]
struct Disabled {
    since: String,
    why: String,
}

/// Runs `ronde webhook`.
///
/// # Errors
/// A node that does not answer or refuses, a token that can't be read.
pub fn run(args: WebhookArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        WebhookCommand::Add(args) => add(args, context),
        WebhookCommand::List(node) => list(&node, context),
        WebhookCommand::Remove(args) => remove(&args, context),
        WebhookCommand::Replay(args) => replay(&args, context),
    }
}

fn add(args: AddArgs, context: &Context) -> Result<Exit, Failure> {
    if let Some(path) = args.out.as_ref().filter(|path| path.exists()) {
        return Err(secret_file::SecretFileError::Exists { path: path.clone() }.into());
    }
    let client = Client::connect(&args.node, Credentials::Admin)?;
    let mut body = json!({ "url": args.url });
    if let (false, Some(body)) = (args.events.is_empty(), body.as_object_mut()) {
        body.insert("events".to_owned(), json!(args.events));
    }
    let mut webhook = client.post("/v1/webhooks", &body)?;
    let secret = webhook.get("secret").and_then(Value::as_str).map(|secret| Zeroizing::new(secret.to_owned()));
    let secret = secret.ok_or_else(|| client.not_ours("it made a webhook without a secret"))?;
    let made: Webhook = client.shape(&webhook)?;
    let what = format!("webhook {}: what happens from now on is posted to {}", made.id, made.url);
    let Some(path) = args.out else {
        let text = format!("{what}; its receiver checks the signatures by this secret, shown this once:\n{}", *secret);
        context.say(text, &json!({ "ok": true, "webhook": webhook }));
        return Ok(Exit::Ok);
    };
    secret_file::write_new(&path, secret.as_bytes())?;
    if let Some(webhook) = webhook.as_object_mut() {
        webhook.remove("secret");
    }
    let text = format!("{what}; the secret for its receiver is in {}", path.display());
    context.say(text, &json!({ "ok": true, "webhook": webhook, "secret_file": path }));
    Ok(Exit::Ok)
}

fn list(node: &NodeArgs, context: &Context) -> Result<Exit, Failure> {
    #[derive(Deserialize)]
    struct Webhooks {
        webhooks: Vec<Webhook>,
    }
    let client = Client::connect(node, Credentials::Admin)?;
    let raw = client.get("/v1/webhooks")?;
    let all: Webhooks = client.shape(&raw)?;
    let mut text: String = all.webhooks.iter().map(describe).collect();
    if text.is_empty() {
        text.push_str("no webhooks: ronde webhook add https://...");
    }
    let troubled = all.webhooks.iter().any(|webhook| webhook.failing.is_some() || webhook.disabled.is_some());
    let exit = if troubled { Exit::Warn } else { Exit::Ok };
    context.say(text, &json!({ "ok": exit == Exit::Ok, "webhooks": raw.get("webhooks") }));
    Ok(exit)
}

fn describe(webhook: &Webhook) -> String {
    let Webhook { id, url, events, after, .. } = webhook;
    let mut text = format!("{id}: {url}\n  {}\n  taken up to position {after}\n", events.join(", "));
    if let Some(Failing { since, attempts, next, why }) = &webhook.failing {
        text.push_str(&format!("  not taken since {since}, tried {attempts} times, next at {next}: {why}\n"));
    }
    if let Some(Disabled { since, why }) = &webhook.disabled {
        let from = after.saturating_add(1);
        text.push_str(&format!("  gets no more events since {since}: {why}\n"));
        text.push_str(&format!("  to do: mend its receiver, then ronde webhook replay {id} --from {from}\n"));
    }
    text
}

fn remove(args: &WhichArgs, context: &Context) -> Result<Exit, Failure> {
    let client = Client::connect(&args.node, Credentials::Admin)?;
    client.delete(&format!("/v1/webhooks/{}", super::till::client::escape(&args.id)))?;
    context.say(format!("nothing more is posted to webhook {}", args.id), &json!({ "ok": true, "id": args.id }));
    Ok(Exit::Ok)
}

fn replay(args: &ReplayArgs, context: &Context) -> Result<Exit, Failure> {
    let client = Client::connect(&args.node, Credentials::Admin)?;
    let path = format!("/v1/webhooks/{}/replay", super::till::client::escape(&args.id));
    let webhook = client.post(&path, &json!({ "from": args.from }))?;
    let text = format!("webhook {} is told everything again from position {} on", args.id, args.from);
    context.say(text, &json!({ "ok": true, "webhook": webhook }));
    Ok(Exit::Ok)
}
