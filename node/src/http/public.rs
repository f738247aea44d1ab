//! What everybody may read: charter, status, books, log.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::message::ids::{CharterHash, FederationId, KeysetId, StoreId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Call, Path, answer, base64, respond, send};
use super::certificates::{CertificateView, Certificates};
use super::problem::schema::{ANY, READ, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::forms;
use crate::shop::{DeskStatus, KeysetBooks};

#[derive(Serialize, ToSchema)]
#[schema(as = Charter)]
struct CharterView {
    /// Its id.
    #[schema(value_type = forms::Hex32)]
    federation: FederationId,
    /// Of the newest charter.
    #[schema(value_type = forms::U64)]
    version: u64,
    /// Of the newest charter.
    #[schema(value_type = forms::Hex32)]
    hash: CharterHash,
    /// Version 1, 2, ... up to the newest.
    #[schema(value_type = Vec<forms::SignedCharterBytes>)]
    chain: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Status)]
struct StatusView {
    /// This store.
    #[schema(value_type = forms::Number)]
    store: StoreId,
    /// Its name in the charter.
    name: String,
    /// Its id.
    #[schema(value_type = forms::Hex32)]
    federation: FederationId,
    /// Of the newest charter.
    #[schema(value_type = forms::U64)]
    charter_version: u64,
    #[serde(flatten)]
    desk: DeskStatus,
    /// Keysets in which this node never votes again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<forms::Number>, required = false)]
    retired: Vec<KeysetId>,
    /// How many caps of today are nearly reached (TILL-6). Which, the administrator is told.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(required = false)]
    caps_near: usize,
    /// Of the node's own TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = CertificateView, required = false)]
    certificate: Option<CertificateView>,
    /// Where the configuration can't be read, if what baskets earn is older than it: file, line, section and setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    rules_trouble: Option<String>,
    /// Why what has gathered for an association is not pledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pledge_trouble: Option<String>,
    /// Of the program.
    version: &'static str,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct LogQuery {
    /// The position of the first entry; 0 if missing.
    #[serde(default)]
    #[param(value_type = forms::U64, required = false)]
    from: u64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Books)]
pub(super) struct BooksView {
    /// One for each keyset in which the node is a witness.
    pub(super) keysets: Vec<KeysetBooks>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Log)]
struct LogView {
    /// Of the whole log.
    #[schema(value_type = forms::HeadBytes)]
    head: String,
    /// From the position that was asked for, without gaps; empty at the end.
    #[schema(value_type = Vec<forms::LogEntryBytes>)]
    entries: Vec<String>,
    /// Once the log is frozen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::StatementBytes, required = false)]
    statement: Option<String>,
}

problems! { CharterProblems: ANY, &[Code::StorageFailed] }
problems! { StatusProblems: ANY, &[Code::StorageFailed] }
problems! { BooksProblems: ANY, &[Code::StorageFailed] }
problems! { LogProblems: READ, &[Code::NotFound, Code::RequestInvalid, Code::StorageFailed] }

/// The chain of signed charters.
#[utoipa::path(
    get, path = "/v1/charter", operation_id = "readCharter", tag = "federation",
    responses((status = 200, description = "All versions, signed.", body = CharterView), CharterProblems),
)]
pub(super) async fn charter(State(site): State<Site>) -> Result<Response, Problem> {
    let charter = site.charter();
    let body = site.charters.with(&charter, |kept| {
        if let Some(body) = kept {
            return Ok::<_, Problem>(body.clone());
        }
        let chain = site.desk.charter_chain()?.iter().map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).collect();
        let view =
            CharterView { federation: *charter.federation(), version: charter.version(), hash: charter.hash(), chain };
        Ok(kept.insert(answer(StatusCode::OK, &view).body.into()).clone())
    })?;
    Ok(send(StatusCode::OK, body))
}

/// How the node is.
#[utoipa::path(
    get, path = "/v1/status", operation_id = "readStatus", tag = "federation",
    responses((status = 200, description = "What this node sees of itself and of its peers.", body = StatusView), StatusProblems),
)]
pub(super) async fn status(State(site): State<Site>) -> Result<Response, Problem> {
    let charter = site.charter();
    let store = site.desk.store();
    let desk = site.desk.status().await?;
    let retired = desk.log.iter().filter(|log| log.retired).map(|log| log.keyset).collect();
    let view = StatusView {
        store,
        name: charter.store(store).map(|store| store.name.to_string()).unwrap_or_default(),
        federation: *charter.federation(),
        charter_version: charter.version(),
        desk,
        retired,
        caps_near: site.shop.near_caps()?.len(),
        certificate: site.certificates.as_ref().map(Certificates::view),
        rules_trouble: site.shop.rules_trouble().map(|trouble| trouble.place),
        pledge_trouble: site.shop.pledge_trouble(),
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok(respond(answer(StatusCode::OK, &view)))
}

/// Who issued and took what.
#[utoipa::path(
    get, path = "/v1/books", operation_id = "readBooks", tag = "federation",
    responses((status = 200, description = "By the node's own logs.", body = BooksView), BooksProblems),
)]
pub(super) async fn books(State(site): State<Site>) -> Result<Response, Problem> {
    let keysets = site.desk.books().await?;
    Ok(respond(answer(StatusCode::OK, &BooksView { keysets })))
}

/// A piece of this witness's log, with its closing statement once there is one (ROLLOVER-8).
#[utoipa::path(
    get, path = "/v1/log/{keyset}", operation_id = "readLog", tag = "federation",
    params(("keyset" = inline(forms::Number), Path, description = "The keyset."), LogQuery),
    responses((status = 200, description = "As many entries as one page holds.", body = LogView), LogProblems),
)]
pub(super) async fn log(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    let nothing = || Problem::new(Code::NotFound, "this node keeps no log of such a keyset");
    let keyset = path.0.parse().map(KeysetId).map_err(|_| nothing())?;
    let query: LogQuery = call.query()?;
    let page = site.desk.log_page(keyset, query.from).await?.ok_or_else(nothing)?;
    let view = LogView {
        head: base64(&page.head),
        entries: page.entries.iter().map(base64).collect(),
        statement: site.desk.statement(keyset).await?.as_ref().map(base64),
    };
    Ok(respond(answer(StatusCode::OK, &view)))
}
