//! What everybody may read: charter, status, books, log.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::message::ids::{CharterHash, FederationId, KeysetId, StoreId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::body::{Call, answer, base64, respond, send};
use super::certificates::{CertificateView, Certificates};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::shop::DeskStatus;

#[derive(Serialize)]
struct CharterView {
    federation: FederationId,
    version: u64,
    hash: CharterHash,
    chain: Vec<String>,
}

#[derive(Serialize)]
struct StatusView {
    store: StoreId,
    name: String,
    federation: FederationId,
    charter_version: u64,
    #[serde(flatten)]
    desk: DeskStatus,
    /// Keysets in which this node never votes again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    retired: Vec<KeysetId>,
    /// How many caps of today are nearly reached (TILL-6). Which, the administrator is told.
    #[serde(skip_serializing_if = "is_zero")]
    caps_near: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CertificateView>,
    /// Why what baskets earn is older than the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules_trouble: Option<String>,
    /// Why what has gathered for an association is not pledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pledge_trouble: Option<String>,
    version: &'static str,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogQuery {
    #[serde(default)]
    from: u64,
}

/// The chain of signed charters.
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
        rules_trouble: site.shop.rules_trouble(),
        pledge_trouble: site.shop.pledge_trouble(),
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok(respond(answer(StatusCode::OK, &view)))
}

/// Who issued and took what.
pub(super) async fn books(State(site): State<Site>) -> Result<Response, Problem> {
    let keysets = site.desk.books().await?;
    Ok(respond(answer(StatusCode::OK, &json!({ "keysets": keysets }))))
}

/// A piece of this witness's log, with its closing statement once there is one (ROLLOVER-8).
pub(super) async fn log(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    let nothing = || Problem::new(Code::NotFound, "this node keeps no log of such a keyset");
    let keyset = path.0.parse().map(KeysetId).map_err(|_| nothing())?;
    let query: LogQuery = call.query()?;
    let page = site.desk.log_page(keyset, query.from).await?.ok_or_else(nothing)?;
    let entries: Vec<String> = page.entries.iter().map(base64).collect();
    let mut view = json!({ "head": base64(&page.head), "entries": entries });
    if let (Some(statement), Some(members)) = (site.desk.statement(keyset).await?, view.as_object_mut()) {
        members.insert("statement".to_owned(), json!(base64(&statement)));
    }
    Ok(respond(answer(StatusCode::OK, &view)))
}
