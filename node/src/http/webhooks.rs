//! `/v1/webhooks`

use std::borrow::Cow;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::api::{IdempotencyKey, RecordPath};
use super::body::{Call, Path, answer, id, respond};
use super::problem::schema::{KEY, READ, TOKEN, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::date::rfc3339;
use crate::forms;
use crate::shop::events::Kind;
use crate::shop::{Scope, Webhook};
use crate::webhooks::secret_text;

/// A kind of events.
enum EventKind {}

impl PartialSchema for EventKind {
    fn schema() -> RefOr<Schema> {
        let names = Kind::ALL.iter().map(|kind| kind.name());
        Schema::Object(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build()).into()
    }
}

impl ToSchema for EventKind {
    fn name() -> Cow<'static, str> {
        "EventKind".into()
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddWebhookBody)]
struct AddBody {
    /// Where to: `https://`, or `http://` on the node's own machine; without user name and fragment.
    #[schema(max_length = 2048, pattern = "^https?://")]
    url: String,
    /// Each once; all kinds if missing.
    #[schema(value_type = Option<Vec<EventKind>>, min_items = 1)]
    events: Option<Vec<String>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplayBody {
    /// A position that is kept, or the next.
    #[schema(value_type = forms::U64)]
    from: u64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
struct View<'a> {
    /// Its name.
    #[schema(value_type = forms::RecordName)]
    id: String,
    /// Where to.
    url: &'a str,
    /// Which.
    #[schema(value_type = Vec<EventKind>)]
    events: Vec<&'static str>,
    /// When it was added.
    #[schema(value_type = forms::Time)]
    added: String,
    /// Events up to this position were taken, or are none of its business.
    #[schema(value_type = forms::U64)]
    after: u64,
    /// While the next event is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Failing, required = false)]
    failing: Option<Failing<'a>>,
    /// Once nothing is posted any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Disabled, required = false)]
    disabled: Option<Disabled<'a>>,
    /// In the answer to adding it alone: `whsec_` and 32 bytes in the base64 of Standard Webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    secret: Option<&'a str>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WebhookFailing)]
struct Failing<'a> {
    /// When it was not taken for the first time.
    #[schema(value_type = forms::Time)]
    since: String,
    /// How often it was tried.
    attempts: u32,
    /// When it is tried again.
    #[schema(value_type = forms::Time)]
    next: String,
    /// What happened last.
    why: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDisabled)]
struct Disabled<'a> {
    /// Since when.
    #[schema(value_type = forms::Time)]
    since: String,
    /// What happened.
    why: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Webhooks)]
struct ListView<'a> {
    /// The oldest first.
    webhooks: Vec<View<'a>>,
}

problems! { AddProblems: READ, TOKEN, KEY }
problems! { ListProblems: READ, TOKEN }
problems! { RemoveProblems: READ, TOKEN, &[Code::NotFound] }
problems! { ReplayProblems: READ, TOKEN, &[Code::NotFound, Code::RequestInvalid] }

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
#[utoipa::path(
    post, path = "/v1/webhooks", operation_id = "addWebhook", tag = "events", security(("token" = ["admin"])),
    params(IdempotencyKey), request_body = AddBody,
    responses((status = 201, description = "With its secret.", body = View, links(
        ("remove" = (operation_id = "removeWebhook", parameters(("id" = "$response.body#/id")))),
        ("replay" = (operation_id = "replayWebhook", parameters(("id" = "$response.body#/id")))),
    )), AddProblems),
)]
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
        Problem::field("events", format!("a kind of events is one of {}", known.join(", ")))
    })
}

/// The administrator looks where events are posted to, and whether they are taken.
#[utoipa::path(
    get, path = "/v1/webhooks", operation_id = "listWebhooks", tag = "events", security(("token" = ["admin"])),
    responses((status = 200, description = "All.", body = ListView), ListProblems),
)]
pub(super) async fn list(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    let webhooks = site.shop.webhooks()?;
    let webhooks: Vec<View<'_>> = webhooks.iter().map(view).collect();
    Ok(respond(answer(StatusCode::OK, &ListView { webhooks })))
}

/// The administrator ends it.
#[utoipa::path(
    delete, path = "/v1/webhooks/{id}", operation_id = "removeWebhook", tag = "events",
    security(("token" = ["admin"])), params(RecordPath),
    responses((status = 204, description = "Nothing more is posted there."), RemoveProblems),
)]
pub(super) async fn remove(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    site.shop.remove_webhook(id(path)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The administrator has events posted again, from a position on.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/replay", operation_id = "replayWebhook", tag = "events",
    security(("token" = ["admin"])), params(RecordPath), request_body = ReplayBody,
    responses((status = 200, description = "Events are posted from there on.", body = View), ReplayProblems),
)]
pub(super) async fn replay(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    let id = id(path)?;
    let body: ReplayBody = call.json()?;
    let webhook = site.shop.replay_webhook(id, body.from).await?;
    Ok(respond(answer(StatusCode::OK, &view(&webhook))))
}
