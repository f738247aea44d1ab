//! The API's document: OpenAPI 3.1, made from the very handlers that the router calls, so that both name the same calls.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi};
use utoipa::{IntoParams, OpenApi as _, ToSchema};

use super::body::{answer, respond, send};
use super::problem::schema::{self, ANY, problems};
use super::site::Site;
use crate::forms;

/// Versions of the API that are answered: the first part of its paths.
const VERSIONS: [&str; 1] = ["v1"];

/// What is said once for all calls.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Ronde",
        description = "What a store's node answers to tills and wallets: chapter 15 of the specification, for programs.\n\n\
            Problems are those of RFC 9457, with titles in French or English by `Accept-Language`. A reader of answers \
            ignores members that it does not know; a request with one is refused. `null` in a request is as if the member \
            were missing; no answer has one.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "federation", description = "What everybody may read."),
        (name = "grants", description = "Points that a till gives and a wallet claims."),
        (name = "checkouts", description = "Points that a till asks for and a wallet pays."),
        (name = "baskets", description = "One link for paying with points and earning on the rest."),
        (name = "orders", description = "What a wallet submits, through any store."),
        (name = "restore", description = "What a wallet asks for that is made anew from its seed."),
        (name = "refunds", description = "Payments that bought nothing, and points that a till gives back."),
        (name = "returns", description = "Goods that come back."),
        (name = "pledges", description = "The store's own gifts."),
        (name = "tills", description = "Who may do what."),
        (name = "events", description = "What happens at the counter: as a stream, and posted."),
    ),
)]
struct Common;

/// The name of the scheme by which a token is sent.
const TOKEN_SCHEME: &str = "token";

/// The document as it begins, before any call is added.
pub(super) fn common() -> OpenApi {
    let mut document = Common::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let about =
        "Base64 of 32 random bytes, told once. It has one or more scopes; the one that a call needs stands with it.";
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme(TOKEN_SCHEME, SecurityScheme::Http(scheme));
    components.schemas.extend(schema::schemas());
    components.schemas.extend(forms::all());
    document
}

/// Answers that real nodes gave, and what they were asked: by operation, then `request` or the status.
const EXAMPLES: &str = include_str!("api/examples.json");

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    // Our own types have no keys that are no strings.
    let mut document = serde_json::to_value(super::calls().into_openapi()).unwrap_or_default();
    let examples: Value = serde_json::from_str(EXAMPLES).unwrap_or_default();
    let operations = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for operation in operations.filter_map(|(_, item)| item.as_object_mut()).flat_map(|item| item.values_mut()) {
        let of = operation.get("operationId").and_then(Value::as_str).and_then(|id| examples.get(id)).cloned();
        if let Some(of) = of {
            illustrate(operation, &of);
        }
    }
    document
});

/// Puts examples beside the schemas of a request and of answers.
fn illustrate(operation: &mut Value, examples: &Value) {
    for (name, example) in examples.as_object().into_iter().flatten() {
        let place = match name.as_str() {
            "request" => "/requestBody/content/application~1json".to_owned(),
            status => format!("/responses/{status}/content/application~1json"),
        };
        if let Some(content) = operation.pointer_mut(&place).and_then(Value::as_object_mut) {
            content.insert("example".to_owned(), example.clone());
        }
    }
}

/// The document of the API, in JSON.
#[must_use]
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The name of a grant, checkout, basket or webhook, in the path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "the schema of what `id` reads")]
pub(super) struct RecordPath {
    /// Its name.
    #[param(value_type = forms::RecordName)]
    id: String,
}

/// The header by which a request is done once.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "the schema of what `Call::once` reads")]
pub(super) struct IdempotencyKey {
    /// One for each thing that the caller wants done: the same request under it gets the same answer for 7 days.
    #[param(rename = "Idempotency-Key", value_type = String, required = false, min_length = 1, max_length = 200,
        pattern = "^[!-~]([ -~]*[!-~])?$")]
    key: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Node)]
struct NodeView {
    /// The federation's id.
    #[schema(value_type = forms::Hex32)]
    federation: String,
    /// This store.
    #[schema(value_type = forms::Number)]
    store: u32,
    /// Its name in the charter.
    name: String,
    /// Of the newest charter.
    #[schema(value_type = forms::U64)]
    charter_version: u64,
    /// The API under this address, by the first part of its paths.
    versions: [&'static str; 1],
    /// Of the program.
    version: &'static str,
}

problems! { DiscoverProblems: ANY }
problems! { ApiProblems: ANY }

/// Whose node this is, and what it speaks.
#[utoipa::path(
    get, path = "/.well-known/ronde", operation_id = "discover", tag = "federation",
    responses((status = 200, description = "For programs that know no more than an address.", body = NodeView), DiscoverProblems),
)]
pub(super) async fn discover(State(site): State<Site>) -> Response {
    let charter = site.charter();
    let store = site.desk.store();
    let view = NodeView {
        federation: charter.federation().to_string(),
        store: store.0,
        name: charter.store(store).map(|store| store.name.to_string()).unwrap_or_default(),
        charter_version: charter.version(),
        versions: VERSIONS,
        version: env!("CARGO_PKG_VERSION"),
    };
    respond(answer(StatusCode::OK, &view))
}

/// This document.
#[utoipa::path(
    get, path = "/v1/openapi.json", operation_id = "readApi", tag = "federation",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object), ApiProblems),
)]
pub(super) async fn read(State(site): State<Site>) -> Response {
    let charter = site.charter();
    let body = site.document.with(&charter, |kept: &mut Option<Bytes>| {
        let made = || {
            let mut document = document().clone();
            if let Some(members) = document.as_object_mut() {
                members.insert("servers".to_owned(), json!([{ "url": site.base() }]));
            }
            Bytes::from(document.to_string())
        };
        kept.get_or_insert_with(made).clone()
    });
    send(StatusCode::OK, body)
}
