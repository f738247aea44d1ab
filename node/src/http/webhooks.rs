//! `/v1/webhooks`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::body::{Call, answer, id, respond};
use super::problem::Problem;
use super::site::Site;
use crate::date::rfc3339;
use crate::shop::events::Kind;
use crate::shop::{Scope, Webhook};
use crate::webhooks::secret_text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddBody {
    url: String,
    events: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplayBody {
    from: u64,
}

#[derive(Serialize)]
struct View<'a> {
    id: String,
    url: &'a str,
    events: Vec<&'static str>,
    added: String,
    /// Events up to this position were taken, or are none of its business.
    after: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failing: Option<Failing<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<Disabled<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

#[derive(Serialize)]
struct Failing<'a> {
    since: String,
    attempts: u32,
    next: String,
    why: &'a str,
}

#[derive(Serialize)]
struct Disabled<'a> {
    since: String,
    why: &'a str,
}

fn view(webhook: &Webhook) -> View<'_> {
    let failing = webhook.fate.trouble().map(|trouble| Failing {
        since: rfc3339(trouble.since),
        attempts: trouble.attempts,
        next: rfc3339(trouble.next),
        why: &trouble.why,
    });
    let disabled = webhook.fate.stopped().map(|stopped| Disabled { since: rfc3339(stopped.since), why: &stopped.why });
    View {
        id: webhook.id.to_string(),
        url: &webhook.url,
        events: webhook.kinds.iter().map(|kind| kind.name()).collect(),
        added: rfc3339(webhook.added),
        after: webhook.fate.after(),
        failing,
        disabled,
        secret: None,
    }
}

/// The administrator has events posted somewhere. The secret is in this answer and nowhere else.
pub(super) async fn add(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let token = site.authorize(&call, Scope::Admin)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: AddBody = call.json()?;
    let kinds = match body.events {
        None => Kind::ALL.to_vec(),
        Some(names) => names.iter().map(|name| kind(name)).collect::<Result<_, _>>()?,
    };
    let added = site.shop.add_webhook(body.url, kinds, once, site.desk.node_key(), |webhook, secret| {
        let secret = secret_text(secret.as_slice());
        answer(StatusCode::CREATED, &View { secret: Some(secret.as_str()), ..view(&webhook) })
    });
    Ok(respond(added.await?))
}

fn kind(name: &str) -> Result<Kind, Problem> {
    Kind::named(name).ok_or_else(|| {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        Problem::field("events", format!("there is no kind of events {name:?}; there are {}", known.join(", ")))
    })
}

/// The administrator looks where events are posted to, and whether they are taken.
pub(super) async fn list(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    let webhooks = site.shop.webhooks()?;
    let webhooks: Vec<View<'_>> = webhooks.iter().map(view).collect();
    Ok(respond(answer(StatusCode::OK, &json!({ "webhooks": webhooks }))))
}

/// The administrator ends it.
pub(super) async fn remove(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    site.shop.remove_webhook(id(path)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The administrator has events posted again, from a position on.
pub(super) async fn replay(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    let id = id(path)?;
    let body: ReplayBody = call.json()?;
    let webhook = site.shop.replay_webhook(id, body.from).await?;
    Ok(respond(answer(StatusCode::OK, &view(&webhook))))
}
